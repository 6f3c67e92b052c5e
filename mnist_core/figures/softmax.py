"""The scores from which the softmax starts, as bars."""

from collections.abc import Sequence

import pandas as pd

from mnist_core import words
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure


def score_bars(
    *, scores: Sequence[float], classes: Sequence[str], right: str, theme: Theme, height: int = 240
) -> VegaFigure:
    """Bars up and down from 0; the largest is the model's choice.

    Args:
        scores: One for each class, of any size.
        classes: Their names, in the order of the bars.
        right: The right class: its bar is green, with the choice's outline if it is chosen.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure; only its data changes with the numbers.
    """
    choice = classes[max(range(len(classes)), key=lambda index: scores[index])]
    data = pd.DataFrame({"class": list(classes), "score": list(scores)})
    data["role"] = ["right" if name == right else "choice" if name == choice else "rest" for name in classes]
    data["chosen"] = data["class"] == choice
    data["label"] = [words.number(score, 1) for score in scores]
    encoding = {
        "x": {"field": "class", "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": 0}},
        "y": {"field": "score", "type": "quantitative", "axis": {"tickCount": 3}},
    }
    fill = {"domain": ["right", "choice", "rest"], "range": [RIGHT_CLASS, CHOICE, theme.rest]}
    bars = {
        "mark": {"type": "bar", "strokeWidth": 2.5},
        "encoding": {
            "color": {"field": "role", "type": "nominal", "scale": fill, "legend": None},
            "stroke": {"condition": {"test": "datum.chosen", "value": CHOICE}, "value": None},
        },
    }
    mark = {"type": "text", "dy": {"expr": "datum.score < 0 ? 10 : -9"}}
    labels = {"mark": mark, "encoding": {"text": {"field": "label", "type": "nominal"}}}
    return theme.figure(data, {"height": height, "encoding": encoding, "layer": [bars, labels]})
