"""The loss along a step as a hill, with a ball and the step it takes."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core import words
from mnist_core.figures.theme import Theme, VegaFigure

LIFT = 0.035  # of the balls above the curve, as a share of the height


def hill_and_ball(*, along: Sequence[float], losses: Sequence[float], rate: float, theme: Theme) -> VegaFigure:
    """A curve of the loss with two balls: where the weights stand, and where a step leads; an arrow joins them.

    Args:
        along: Learning rates, ascending; 0 is where the weights stand, and the chosen rate is among them.
        losses: The loss at each; finite.
        rate: The chosen one, above 0.
        theme: Of the page.

    Returns:
        The figure. Its spec depends on the losses alone, so that the ball moves without the figure being drawn anew.

    Raises:
        ValueError: If there is not one loss for each rate, or 0 and the chosen one are not among them.
    """
    if len(along) != len(losses) or not {0.0, rate} <= set(along):
        raise ValueError("There is a loss for each rate, and 0 and the chosen rate are among them.")
    top = 1.12 * max(losses)
    now, after = (losses[list(along).index(place)] for place in (0.0, rate))
    rows = [(place, loss, "hill", "") for place, loss in zip(along, losses, strict=True)]
    rows += [(0.0, now, "before", words.loss(now)), (rate, after, "after", words.loss(after))]
    data = pd.DataFrame(rows, columns=["rate", "loss", "kind", "label"])
    data["lift"] = data["loss"] + LIFT * top  # the ball lies on the curve
    right = f"width * datum.rate / {along[-1] - along[0]!r}"  # how far the arrow goes, in pixels
    up = f"height * (datum.lift - {now + LIFT * top!r}) / {top!r}"
    head = arrow_head(theme, size=10.0, length=right, turn=f"-atan2({up}, {right}) * 180 / PI")
    return theme.figure(data, {"height": 340, "encoding": _axes(along, top), "layer": _layers(theme, head)})


def _axes(along: Sequence[float], top: float) -> dict[str, Any]:
    return {
        "x": {
            "field": "rate",
            "type": "quantitative",
            "scale": {"domain": [along[0], along[-1]], "nice": False},
            "axis": {"values": [0, 0.1, 0.2, 0.3, 0.4], "format": "~g", "grid": False},
            "title": "learning rate",
        },
        "y": {
            "field": "loss",
            "type": "quantitative",
            "scale": {"domain": [0, top], "nice": False},
            "axis": {"tickCount": 4, "grid": False},
            "title": "loss of the batch",
        },
    }


def arrow_head(theme: Theme, *, size: float, length: str, turn: str = "0") -> dict[str, Any]:
    """The head of an arrow that ends at a ball: a mark that stands before it.

    Args:
        theme: Of the page.
        size: In pixels, a little less than the radius of the ball.
        length: Of the arrow in pixels, as an expression of Vega's. One too short for a head has none.
        turn: Where it points, in degrees clockwise from right, likewise.

    Returns:
        A mark of Vega-Lite, at the middle of the ball.
    """
    return {
        "type": "point",
        "shape": "M-1.2,0L-2.4,-0.6L-2.4,0.6Z",  # it turns about 0, 0
        "size": (2 * size) ** 2,  # one unit of the path is half the root of it
        "angle": {"expr": turn},
        "opacity": {"expr": f"{length} > {2.4 * size!r} ? 1 : 0"},
        "fill": theme.text,
        "strokeWidth": 0,
    }


def _layers(theme: Theme, head: dict[str, Any]) -> list[dict[str, Any]]:
    def layer(kind: str, encoding: dict[str, Any] | None = None, **mark: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": encoding or {}}

    lifted = {"y": {"field": "lift", "type": "quantitative"}}
    label = {**lifted, "text": {"field": "label", "type": "nominal"}}
    arrow = {"transform": [{"filter": "datum.kind == 'before' || datum.kind == 'after'"}], "encoding": lifted}
    ball = {"type": "point", "size": 420, "opacity": 1, "strokeWidth": 2.5, "stroke": theme.second_line}
    return [
        layer("hill", type="area", color=theme.first_line, opacity=0.25),
        layer("hill", type="line", color=theme.first_line, strokeWidth=3),
        {**arrow, "mark": {"type": "line", "color": theme.text, "strokeWidth": 3}},
        layer("after", lifted, **head),
        layer("before", lifted, **ball, fill=theme.background, strokeDash=[3, 3]),
        layer("after", lifted, **ball, fill=theme.second_line),
        layer("before", label, type="text", align="left", dx=-6, dy=-26),
        layer("after", label, type="text", fontWeight="bold", dy=28),
    ]
