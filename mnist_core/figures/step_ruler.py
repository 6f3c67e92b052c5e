"""The ruler for the learning rate: the loss after one step, for every rate."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core import words
from mnist_core.figures.theme import Theme, VegaFigure

CEILING = 2.0  # times the loss now: the top of the figure, or a wild step would press the rest flat
FAR = 1_000.0  # times the top: far enough out of the figure for what is no number


def learning_rate_ruler(
    *,
    rates: Sequence[float],
    losses: Sequence[float],
    now: float,
    chosen: float,
    theme: Theme,
    height: int = 300,
    until: float = math.inf,
) -> VegaFigure:
    """The curve of the loss over the learning rate, on a logarithmic axis, with the loss now and the chosen rate.

    Args:
        rates: Learning rates above 0, ascending.
        losses: The loss after a step with each; inf or nan where it is no number.
        now: The loss before the step; finite.
        chosen: One of the rates.
        theme: Of the page.
        height: In pixels.
        until: The largest rate whose loss is shown: what lies beyond is still to be guessed.

    Returns:
        The figure. Its spec depends on the rates at both ends and on the loss now: choosing changes its data alone.

    Raises:
        ValueError: If there is not one loss for each rate, or the chosen one is not among them.
    """
    if len(rates) != len(losses) or chosen not in rates:
        raise ValueError("There is a loss for each rate, and the chosen rate is one of them.")
    top = CEILING * now if now > 0 else 1.0
    rows = [(rate, loss, "curve", "") for rate, loss in zip(rates, losses, strict=True) if rate <= until]
    after = losses[list(rates).index(chosen)]
    rows += [
        (rates[0], now, "now", f"loss now: {words.loss(now)}"),
        (chosen, after, "chosen", f"{words.learning_rate(chosen)}: {words.loss(after)}"),
    ]
    data = pd.DataFrame(rows, columns=["rate", "loss", "kind", "label"])
    # The curve leaves through the top; the chosen point stays at it.
    finite = data["loss"].where(data["loss"].map(math.isfinite), math.inf)
    data["shown"] = finite.clip(upper=[top if kind == "chosen" else FAR * top for kind in data["kind"]])
    data["above"] = finite > top
    axes = _axes(rates[0], rates[-1], top)
    layers = _layers(theme, math.sqrt(rates[0] * rates[-1]))
    return theme.figure(data, {"height": height, "encoding": axes, "layer": layers})


def _axes(least: float, most: float, top: float) -> dict[str, Any]:
    powers = range(round(math.log10(least)), round(math.log10(most)) + 1)
    return {
        "x": {
            "field": "rate",
            "type": "quantitative",
            "scale": {"type": "log", "domain": [least, most], "nice": False},
            "axis": {"values": [10.0**power for power in powers], "format": "~g", "labelOverlap": "greedy"},
            "title": "learning rate, each mark ten times the one before",
        },
        "y": {
            "field": "shown",
            "type": "quantitative",
            "scale": {"domain": [0, top], "nice": False},
            "axis": {"tickCount": 5},
            "title": "loss of this batch after the step",
        },
    }


def _layers(theme: Theme, middle: float) -> list[dict[str, Any]]:
    def layer(kind: str, encoding: dict[str, Any] | None = None, **mark: Any) -> dict[str, Any]:
        only = {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}
        return {**only, "encoding": encoding} if encoding else only

    label = {"text": {"field": "label", "type": "nominal"}}
    tooltip = {
        "tooltip": [
            {"field": "rate", "type": "quantitative", "format": "~g", "title": "learning rate"},
            {"field": "loss", "type": "quantitative", "format": ".4~g", "title": "loss after the step"},
        ]
    }
    side = {"expr": f"datum.rate > {middle!r} ? 'right' : 'left'"}
    aside = {"expr": f"datum.rate > {middle!r} ? -12 : 12"}
    shape = {"condition": {"test": "datum.above", "value": "triangle-up"}, "value": "circle"}
    at_top = {**label, "y": {"value": 0}}
    rule = {"x": {"value": 0}, "x2": {"value": "width"}}
    # At the left end, where the curve keeps close to the line below the text; its halo parts it from the chosen rule.
    said_now = {"type": "text", "align": "left", "dx": 4, "dy": -14}
    return [
        layer("now", rule, type="rule", strokeDash=[4, 4], color=theme.rest),
        layer("curve", tooltip, type="line", clip=True, strokeWidth=2.5, color=theme.first_line),
        layer("chosen", {"y": {"value": 0}, "y2": {"value": "height"}}, type="rule", color=theme.second_line),
        layer("now", label, **said_now, stroke=theme.heat[0], strokeWidth=5, strokeJoin="round"),
        layer("now", label, **said_now, color=theme.text),
        layer(
            "chosen",
            {**tooltip, "shape": shape},
            type="point",
            size=200,
            filled=True,
            opacity=1,
            color=theme.second_line,
        ),
        layer("chosen", at_top, type="text", align=side, dx=aside, dy=22, fontWeight="bold"),
    ]
