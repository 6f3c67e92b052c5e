"""The loss along a step as a hill, with a ball that rolls down it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core import words
from mnist_core.figures.theme import Theme, VegaFigure


def hill_and_ball(
    *, along: Sequence[float], losses: Sequence[float], rate: float, theme: Theme, height: int = 340
) -> VegaFigure:
    """A curve of the loss with two balls: where the weights stand, and where a step leads.

    Args:
        along: Learning rates, ascending; 0 is where the weights stand, and the chosen rate is among them.
        losses: The loss at each; finite.
        rate: The chosen one, above 0.
        theme: Of the page.
        height: In pixels.

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
    data["lift"] = data["loss"] + 0.035 * top  # the ball lies on the curve
    axes = {
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
    return theme.figure(data, {"height": height, "encoding": axes, "layer": _layers(theme)})


def _layers(theme: Theme) -> list[dict[str, Any]]:
    def layer(kind: str, encoding: dict[str, Any] | None = None, **mark: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": encoding or {}}

    lifted = {"y": {"field": "lift", "type": "quantitative"}}
    label = {**lifted, "text": {"field": "label", "type": "nominal"}}
    ball = {"type": "point", "size": 420, "opacity": 1, "strokeWidth": 2.5, "stroke": theme.second_line}
    return [
        layer("hill", type="area", color=theme.first_line, opacity=0.25),
        layer("hill", type="line", color=theme.first_line, strokeWidth=3),
        layer("before", lifted, **ball, fill=theme.background, strokeDash=[3, 3]),
        layer("after", lifted, **ball, fill=theme.second_line),
        layer("before", label, type="text", align="left", dx=18, dy=-8),
        layer("after", label, type="text", fontWeight="bold", dy=28),
    ]
