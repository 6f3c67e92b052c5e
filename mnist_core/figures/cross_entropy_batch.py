"""The probabilities given to the right answers of a small batch, and two kinds of average of them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core.figures.theme import RIGHT_CLASS, Theme, VegaFigure

EXAMPLE, GEOMETRIC, AVERAGE = "example", "geometric mean", "ordinary average"


def batch_mean(*, probabilities: Sequence[float], geometric_mean: float, theme: Theme) -> VegaFigure:
    """A bar for each example, a solid line for the geometric mean, a dashed one for the ordinary average.

    Args:
        probabilities: Given to the right class of each example, 0 to 1.
        geometric_mean: Of these.
        theme: Of the page.

    Returns:
        The figure; only its data changes with the numbers.
    """
    average = sum(probabilities) / len(probabilities)
    rows = [(str(number), p, EXAMPLE) for number, p in enumerate(probabilities, start=1)]
    rows += [("", geometric_mean, GEOMETRIC), ("", average, AVERAGE)]
    data = pd.DataFrame(rows, columns=["image", "probability", "kind"])
    return theme.figure(data, {"height": 260, "layer": [_bars(), _lines(theme)]})


def _y() -> dict[str, Any]:
    return {
        "field": "probability",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"tickCount": 5},
        "title": "given to the right class, p",
    }


def _bars() -> dict[str, Any]:
    return {
        "transform": [{"filter": f"datum.kind == '{EXAMPLE}'"}],
        "mark": {"type": "bar", "color": RIGHT_CLASS},
        "encoding": {"x": {"field": "image", "type": "nominal", "sort": None, "axis": {"labelAngle": 0}}, "y": _y()},
    }


def _lines(theme: Theme) -> dict[str, Any]:
    dash = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": [GEOMETRIC, AVERAGE], "range": [[1, 0], [5, 4]]},
        "legend": {
            "orient": "top",
            "title": None,
            "symbolType": "stroke",
            "symbolStrokeColor": theme.text,
            "columns": theme.columns((GEOMETRIC, AVERAGE)),
        },
    }
    return {
        "transform": [{"filter": f"datum.kind != '{EXAMPLE}'"}],
        "mark": {"type": "rule", "strokeWidth": 2, "color": theme.text},
        "encoding": {"y": _y(), "strokeDash": dash},
    }
