"""The loss over a plane through the weights, seen from above, and on it a step as an arrow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mnist_core import words
from mnist_core.figures.step_hill import arrow_head
from mnist_core.figures.theme import Theme, VegaFigure

MOST_LINES = 9
APART = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # losses between two lines


def loss_landscape(
    *,
    along: Sequence[float],
    across: Sequence[float],
    losses: Sequence[Sequence[float]],
    before: float,
    after: tuple[float, float],
    lowest: float,
    theme: Theme,
) -> VegaFigure:
    """A map of the loss: the paler a place, the lower; on a dark page, the darker. Lines join places of equal loss.

    Args:
        along: How far against the gradient, in learning rates, ascending, equally far apart.
        across: How far to the side, likewise.
        losses: For each of ``across`` the losses at ``along``; finite.
        before: The loss where the weights stand, at 0 and 0; the thick line is as high.
        after: The learning rate of the step, and the loss after it.
        lowest: The learning rate with the lowest loss.
        theme: Of the page.

    Returns:
        The figure. Its spec depends on the losses alone, so that the arrow moves without the map being drawn anew.

    Raises:
        ValueError: If there is not one loss for each place, or fewer than two by two.
    """
    heights = np.asarray(losses, dtype=np.float64)
    if heights.shape != (len(across), len(along)) or min(heights.shape) < 2:
        raise ValueError("There is a loss for each place of the map, and at least two places each way.")
    rows = [("before", 0.0, words.loss(before)), ("after", after[0], words.loss(after[1])), ("lowest", lowest, "")]
    data = pd.DataFrame(rows, columns=["kind", "along", "label"]).assign(across=0.0)
    lines = [contour(along, across, heights, level) for level in _levels(heights)]
    layers = [
        _ground(along, across, heights, theme),
        _lines([piece for line in lines for piece in line], theme.rest, strokeWidth=1),
        _lines(contour(along, across, heights, before), theme.text, strokeWidth=2.5),
        *_step(theme, f"width * datum.along / {along[-1] - along[0]!r}"),
    ]
    axes = {
        "x": _axis("along", "against the gradient", along, [0, 0.1, 0.2, 0.3, 0.4]),
        "y": _axis("across", "across", across, [-0.2, 0, 0.2]),
    }
    return theme.figure(data, {"height": 390, "encoding": axes, "layer": layers})


def _levels(losses: Any) -> list[float]:
    """The losses of the thin lines: round numbers."""
    span = float(np.ptp(losses))
    apart = next((step for step in APART if span < step * MOST_LINES), span)
    levels: list[float] = (np.arange(np.ceil(losses.min() / apart), losses.max() / apart) * apart).tolist()
    return levels


def contour(along: Sequence[float], across: Sequence[float], losses: Any, level: float) -> list[list[float]]:
    """The line on which the loss has a level: a straight piece through each triangle of neighbouring places.

    Args:
        along: The places of the columns.
        across: The places of the rows.
        losses: [rows][columns].
        level: The loss on the line.

    Returns:
        Both ends of each piece: along and across of the one, and of the other.
    """
    x, y = np.meshgrid(along, across)
    places = np.stack([x, y, np.asarray(losses) - level], axis=-1)  # [rows, columns, 3]
    here, right, over, up = places[:-1, :-1], places[:-1, 1:], places[1:, 1:], places[1:, :-1]
    halves = [np.stack(corners, axis=-2).reshape(-1, 3, 3) for corners in ((here, right, over), (here, over, up))]
    corners = np.concatenate(halves)  # [triangles, corners, 3]
    following = np.roll(corners, -1, axis=1)
    cut = (corners[..., 2] > 0) != (following[..., 2] > 0)  # two sides of a triangle, or none
    one, other = corners[cut], following[cut]
    ends = one + (one[:, 2:] / (one[:, 2:] - other[:, 2:])) * (other - one)
    pieces: list[list[float]] = ends[:, :2].reshape(-1, 4).round(4).tolist()
    return pieces


def _axis(field: str, title: str, places: Sequence[float], values: Sequence[float]) -> dict[str, Any]:
    half = (places[1] - places[0]) / 2
    domain = [places[0] - half, places[-1] + half]
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False},
        "axis": {"values": list(values), "format": "~g", "grid": False},
        "title": title,
    }


def _ground(along: Sequence[float], across: Sequence[float], losses: Any, theme: Theme) -> dict[str, Any]:
    """A rectangle for each place. It reaches a little under the next ones, so that no light comes through between."""
    wide, high = (places[1] - places[0] for places in (along, across))
    rows = [
        {"y": place, "along": list(along), "loss": row}
        for place, row in zip(across, losses.round(4).tolist(), strict=True)
    ]
    edges = {"left": f"datum.along - {wide / 2!r}", "right": f"datum.along + {0.6 * wide!r}"}
    edges |= {"bottom": f"datum.y - {high / 2!r}", "top": f"datum.y + {0.6 * high!r}"}
    legend = {
        "orient": "top",
        "direction": "horizontal",
        "titleOrient": "left",
        "gradientLength": 130,
        "tickCount": 3,
        "offset": 6,
    }
    return {
        "data": {"values": rows},
        "transform": [
            {"flatten": ["along", "loss"]},
            *({"calculate": edge, "as": name} for name, edge in edges.items()),
        ],
        "mark": {"type": "rect", "clip": True, "aria": False},
        "encoding": {
            **{axis: {"field": name, "type": "quantitative"} for axis, name in (("x", "left"), ("y", "bottom"))},
            **{axis: {"field": name} for axis, name in (("x2", "right"), ("y2", "top"))},
            "color": {
                "field": "loss",
                "type": "quantitative",
                "scale": {"range": list(theme.heat), "domain": [float(losses.min()), float(losses.max())]},
                "title": "loss of the batch",
                "legend": legend,
            },
        },
    }


def _lines(pieces: list[list[float]], color: str, **mark: float) -> dict[str, Any]:
    names = ["along", "across", "along2", "across2"]  # in columns, as the names would be most of what is sent
    return {
        "data": {"values": [{name: [piece[i] for piece in pieces] for i, name in enumerate(names)}]},
        "transform": [{"flatten": names}],
        "mark": {"type": "rule", "color": color, "strokeCap": "round", "aria": False, **mark},
        "encoding": {"x2": {"field": "along2"}, "y2": {"field": "across2"}},
    }


def _step(theme: Theme, length: str) -> list[dict[str, Any]]:
    """The arrow, what it starts from, where it ends, and the lowest point on its way."""

    def layer(kinds: str, encoding: dict[str, Any] | None = None, **mark: Any) -> dict[str, Any]:
        only = [{"filter": {"field": "kind", "oneOf": kinds.split()}}]
        return {"transform": only, "mark": mark, "encoding": encoding or {}}

    ball: dict[str, Any] = {"type": "point", "size": 200, "opacity": 1, "strokeWidth": 2.5, "stroke": theme.second_line}
    plain: dict[str, Any] = {"type": "point", "fill": theme.text, "strokeWidth": 0, "opacity": 1}
    halo: dict[str, Any] = {"stroke": theme.background, "strokeWidth": 5, "strokeJoin": "round", "aria": False}
    label = {"text": {"field": "label", "type": "nominal"}}
    return [
        layer("before after", type="line", color=theme.text, strokeWidth=3),
        layer("after", **arrow_head(theme, size=8.0, length=length)),
        layer("lowest", **{**plain, "strokeWidth": 1.5}, shape="cross", angle=45, size=220, stroke=theme.background),
        layer("before", **ball, fill=theme.background),
        layer("after", **ball, fill=theme.second_line),
        *(layer("before", label, type="text", dy=-18, **more) for more in (halo, {})),
        *(layer("after", label, type="text", dy=20, fontWeight="bold", **more) for more in (halo, {})),
    ]
