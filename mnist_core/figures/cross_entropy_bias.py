"""What comes of one bias, over all its values: a curve with the reader's point and the slope there."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core.figures.theme import Theme, VegaFigure

TANGENT = 1.2  # as much of the axis as the slope is drawn over, to each side
# As in a book: 0.5, and 10⁻⁶ or 5 · 10⁻⁷ for what is small. Vega has no format for that.
_PARTS = "split(format(datum.value, '.1~e'), 'e-')"
_TENS, _ONES = (
    f"['', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][floor({_PARTS}[1] / 10)]",
    f"slice('⁰¹²³⁴⁵⁶⁷⁸⁹', {_PARTS}[1] % 10, {_PARTS}[1] % 10 + 1)",
)
_POWER = f"({_PARTS}[0] == '1' ? '' : {_PARTS}[0] + ' · ') + '10⁻' + {_TENS} + {_ONES}"
_WRITTEN = f"datum.value > 0 && datum.value < 0.01 ? {_POWER} : format(datum.value, '~g')"


def over_a_bias(
    *,
    biases: Sequence[float],
    values: Sequence[float],
    point: tuple[float, float],
    slope: float | None,
    title: str,
    ends: tuple[float, float],
    theme: Theme,
    below: str | None = None,
    is_staircase: bool = False,
    room: int = 100,
) -> VegaFigure:
    """A curve over the values of a bias.

    Args:
        biases: Where the curve is known, ascending.
        values: The curve there.
        point: The reader's bias, and the curve there.
        slope: Of the curve there, drawn as a short straight line; None: not drawn.
        title: What the values are.
        ends: Of their axis.
        theme: Of the page.
        below: What is written below the other axis; None: nothing, where another figure stands below with the same.
        is_staircase: Whether the curve jumps from value to value.
        room: Between the ends of the axis of values, in pixels.

    Returns:
        The figure; as long as ``ends`` stay, only its data changes.
    """
    rows = [(x, y, "curve") for x, y in zip(biases, values, strict=True)]
    if slope is not None:
        at, value = point
        rows += [(at + side, value + slope * side, "tangent") for side in (-TANGENT, TANGENT)]
    data = pd.DataFrame([*rows, (*point, "yours"), (*point, "at")], columns=["bias", "value", "kind"])

    def layer(kind: str, **mark: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}

    interpolate = {"interpolate": "step-after"} if is_staircase else {}
    layers = [
        {**layer("at", type="rule", strokeDash=[4, 4], color=theme.rest), "encoding": {"y": None}},
        layer("curve", type="line", strokeWidth=2.5, color=theme.first_line, **interpolate),
        layer("tangent", type="line", clip=True, strokeWidth=4, color=theme.second_line),
        layer("yours", type="point", size=150, filled=True, color=theme.text, opacity=1),
    ]
    height = room + round((1.3 if below is None else 4) * theme.size)
    return theme.figure(data, {"height": height, "encoding": _axes(biases, title, ends, below, theme), "layer": layers})


def _axes(
    biases: Sequence[float], title: str, ends: tuple[float, float], below: str | None, theme: Theme
) -> dict[str, Any]:
    return {
        "x": {
            "field": "bias",
            "type": "quantitative",
            "scale": {"domain": [biases[0], biases[-1]], "nice": False},
            "axis": {"tickCount": 5, "labels": below is not None},
            "title": below,
        },
        "y": {
            "field": "value",
            "type": "quantitative",
            "scale": {"domain": list(ends), "nice": False},
            # As wide in every figure, so that those below each other have their points below each other.
            "axis": {"tickCount": 3, "labelExpr": _WRITTEN, "minExtent": round(4.2 * theme.size)},
            "title": title,
        },
    }
