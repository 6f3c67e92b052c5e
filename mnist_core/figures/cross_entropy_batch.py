"""A small batch: what each image costs, and two kinds of average of what the right answers got."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core.figures.theme import RIGHT_CLASS, Theme, VegaFigure

EXAMPLE, GEOMETRIC, AVERAGE = "example", "geometric mean", "ordinary average"
DEAREST = 5.0  # the end of the axis of losses


def batch_losses(*, losses: Sequence[float], theme: Theme, height: int = 260) -> VegaFigure:
    """A bar for what each image costs, and a line for their mean.

    Args:
        losses: One for each image, 0 to ``DEAREST``.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure; only its data changes with the numbers.
    """
    mean = sum(losses) / len(losses)
    rows = [(str(number), loss, "image", f"{loss:.3f}") for number, loss in enumerate(losses, start=1)]
    data = pd.DataFrame([*rows, ("mean", mean, "mean", f"{mean:.3f}")], columns=["image", "loss", "kind", "label"])
    scale = {"domain": [0, DEAREST], "nice": False}
    y = {"field": "loss", "type": "quantitative", "scale": scale, "axis": {"tickCount": 5}, "title": "loss, −ln p"}
    x = {"field": "image", "type": "nominal", "sort": None, "axis": {"labelAngle": 0}}
    label = {"field": "label", "type": "nominal"}
    above = {"type": "text", "baseline": "bottom", "dy": -4}

    def layer(kind: str, mark: dict[str, Any], **encoding: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": {"y": y, **encoding}}

    layers = [
        layer("image", {"type": "bar", "color": theme.rest}, x=x),
        layer("mean", {"type": "rule", "strokeWidth": 3, "color": theme.first_line}),
        # The numbers stand on the line, which may run behind them.
        layer("image", {**above, "stroke": theme.background, "strokeWidth": 4}, x=x, text=label),
        layer("image", above, x=x, text=label),
        layer("mean", {**above, "fontWeight": "bold"}, x=x, text=label),
    ]
    return theme.figure(data, {"height": height, "layer": layers})


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
