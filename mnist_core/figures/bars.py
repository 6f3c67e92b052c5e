"""Ten probabilities, or any number of them, as bars."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core import words
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure

SMALLEST_LABELLED = 0.005  # smaller ones would only be a row of 0 %
SMALLEST_ON_A_PHONE = 0.01  # there a label is wider than its bar


def probability_bars(
    *,
    probabilities: Sequence[float],
    classes: Sequence[str],
    theme: Theme,
    right: str | None = None,
    height: int = 240,
    is_answer: bool = True,
) -> VegaFigure:
    """Bars from 0 to 1; the largest is the model's choice.

    Args:
        probabilities: One for each class, 0 to 1.
        classes: Their names, in the order of the bars.
        theme: Of the page.
        right: The right class, where it is known: its bar is green, with the choice's outline if it is chosen.
        height: In pixels.
        is_answer: Whether the largest is given as an answer; without, all bars are grey.

    Returns:
        The figure.
    """
    choice = classes[max(range(len(classes)), key=lambda index: probabilities[index])]
    data = pd.DataFrame({"class": list(classes), "probability": list(probabilities)})
    data["label"] = [words.percent(p) if p >= SMALLEST_LABELLED else "" for p in probabilities]
    data["role"] = [
        "right" if name == right else "choice" if name == choice and is_answer else "rest" for name in classes
    ]
    data["chosen"] = (data["class"] == choice) & is_answer
    return theme.figure(data, {"height": height, "encoding": _axes(), "layer": [_bars(theme), _labels(theme)]})


def _axes() -> dict[str, Any]:
    axis = {"labelAngle": 0, "labelOverlap": False}  # or on a phone every other name is left out
    return {
        "x": {"field": "class", "type": "nominal", "sort": None, "title": None, "axis": axis},
        "y": {
            "field": "probability",
            "type": "quantitative",
            "scale": {"domain": [0, 1]},
            "axis": {"format": "%", "tickCount": 3},
        },
    }


def _bars(theme: Theme) -> dict[str, Any]:
    fill = {"domain": ["right", "choice", "rest"], "range": [RIGHT_CLASS, CHOICE, theme.rest]}
    return {
        "mark": {"type": "bar", "strokeWidth": 2.5},
        "encoding": {
            "color": {"field": "role", "type": "nominal", "scale": fill, "legend": None},
            "stroke": {"condition": {"test": "datum.chosen", "value": CHOICE}, "value": None},
            "tooltip": [
                {"field": "class", "type": "nominal"},
                {"field": "probability", "type": "quantitative", "format": ".4f"},
            ],
        },
    }


def _labels(theme: Theme) -> dict[str, Any]:
    clear = f"width > {24 * theme.size} || datum.probability >= {SMALLEST_ON_A_PHONE} ? 1 : 0"  # of the next one
    return {
        "mark": {"type": "text", "baseline": "bottom", "dy": -3, "opacity": {"expr": clear}},
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }
