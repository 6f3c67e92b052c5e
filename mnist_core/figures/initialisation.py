"""Where a network begins: the sums of its layers as hills, losses of first batches, and the gradient layer by layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mnist_core import words
from mnist_core.evaluation.accuracy import GUESSING_LOSS
from mnist_core.figures.theme import CHOICE, Theme, VegaFigure

REACH = 6.0  # the hills go from -REACH to REACH
BIN = 0.2
SIZES, OUTSIDE = 3.5, 8.5  # on the right: where the columns of sizes and of the share out of sight end, beyond REACH
HIGHEST = 0.8  # of a hill, where the next one stands 1 above
FULL = 0.1  # the share of all sums in one bin that makes a hill as high as that
SMALLEST_GRADIENT, LARGEST_GRADIENT = 1e-5, 1.0  # of the axis
SMALLEST_LOSS = 0.1  # likewise
DASHES = ([2, 2], [6, 3], [1, 0], [9, 3, 2, 3])


def sum_hills(
    *, sums: Sequence[npt.ArrayLike], sizes: Sequence[float], names: Sequence[str], theme: Theme
) -> VegaFigure:
    """A hill for each layer: how often its sums have which value. ReLU passes on what lies right of 0.

    Args:
        sums: For each layer, from the pixels on, float [any shape].
        sizes: How large those of each layer typically are, which stands beside its hill.
        names: What the layers are called.
        theme: Of the page.

    Returns:
        The figure; all hills have one scale, and what is higher than ``FULL`` is cut off. Beside each stands the share
        that lies beyond REACH.
    """
    rows: list[tuple[str, float, float, float, str]] = []
    for place, (values, amount) in enumerate(zip(sums, sizes, strict=True)):
        base = float(len(sums) - 1 - place)
        numbers = np.asarray(values, dtype=np.float64).ravel()
        middles, heights = _hill(numbers)
        rows += [
            (side, float(x), base, base + HIGHEST * float(height), "")
            for x, height in zip(middles, heights, strict=True)
            for side in _sides(x)
        ]
        rows.append(("size", REACH + SIZES, base, base + 0.3, words.rounded(amount, 2)))
        rows.append(("outside", REACH + OUTSIDE, base, base + 0.3, _share((np.abs(numbers) > REACH).mean())))
    rows.append(("size", REACH + SIZES, 0.0, len(sums) + 0.3, "size"))
    rows.append(("outside", REACH + OUTSIDE, 0.0, len(sums) + 0.3, f"beyond ±{REACH:.0f}"))
    data = pd.DataFrame(rows, columns=["part", "sum", "base", "top", "label"])
    return theme.figure(data, _hill_spec(names, theme))


def _hill(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The middles of the bins, of which one is 0, and how high the hill is there, 0 to 1."""
    bins = 2 * round(REACH / BIN) + 1
    counts, edges = np.histogram(values, bins, (-REACH - BIN / 2, REACH + BIN / 2))
    return (edges[:-1] + edges[1:]) / 2, np.minimum(counts / len(values) / FULL, 1)


def _share(share: float) -> str:
    """A share in whole percents; neither none nor all where it is not quite that."""
    if 0 < share < 0.005:
        return "< 1%"
    return "> 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _sides(x: float) -> list[str]:
    """Which of the two areas a point belongs to; the one at 0 to both, so that they touch."""
    return [side for side, belongs in (("silenced", x < BIN / 2), ("passed on", x > -BIN / 2)) if belongs]


def _hill_spec(names: Sequence[str], theme: Theme) -> dict[str, Any]:
    count = len(names)
    shown = " : ".join(f"datum.value == {count - 1 - place} ? '{name}'" for place, name in enumerate(names))
    scale = {"domain": [-REACH, REACH + OUTSIDE + 0.3], "nice": False}
    x = {
        "field": "sum",
        "type": "quantitative",
        "title": "sums of the neurons, z",
        "scale": scale,
        "axis": {"values": [-6, -3, 0, 3, 6], "grid": False},
    }
    axis = {"values": list(range(count)), "labelExpr": f"{shown} : ''", "grid": False, "domain": False, "ticks": False}
    y = {
        "field": "top",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, count + 0.6], "nice": False},
        "axis": {**axis, "labelBaseline": "bottom"},
    }
    colours = {"domain": ["silenced", "passed on"], "range": [theme.rest, theme.first_line]}
    legend = {"orient": "top", "title": None, "columns": 2}
    fill = {"field": "part", "type": "nominal", "scale": colours, "legend": legend}
    area = {
        "transform": [{"filter": "datum.part != 'size' && datum.part != 'outside'"}],
        "mark": {"type": "area", "opacity": 0.85, "interpolate": "monotone"},
        "encoding": {
            "x": x,
            "y": y,
            "y2": {"field": "base"},
            "color": fill,
            "detail": [{"field": "base", "type": "quantitative"}],
        },
    }
    text = {
        "transform": [{"filter": "datum.part == 'size' || datum.part == 'outside'"}],
        "mark": {"type": "text", "align": "right", "fontWeight": "bold"},
        "encoding": {"x": x, "y": y, "text": {"field": "label", "type": "nominal"}},
    }
    return {"height": 390, "layer": [area, text]}


def first_losses(
    *,
    losses: Mapping[str, Sequence[float]],
    ended: Sequence[str],
    names: Sequence[str],
    batches: int,
    highest: float,
    theme: Theme,
) -> VegaFigure:
    """The loss of each batch on a logarithmic axis, a line for each network.

    Args:
        losses: By name, as far as each network has come; above 0.
        ended: The names of those whose loss exploded: a cross stands at their last.
        names: All that there will be, at most four; each keeps its colour and its dashes.
        batches: Where the axis of the batches ends.
        highest: Where the axis of the loss ends; what is above stands there.
        theme: Of the page.

    Returns:
        The figure; only its data changes while the runs go on.
    """
    rows = [
        (name, step, loss, min(max(loss, SMALLEST_LOSS), highest), name in ended and step == len(losses[name]))
        for name in losses
        for step, loss in enumerate(losses[name], start=1)
    ]
    data = pd.DataFrame(rows, columns=["network", "batch", "loss", "shown", "is_end"])
    encoding: dict[str, Any] = {
        "x": {
            "field": "batch",
            "type": "quantitative",
            "title": "batch",
            "scale": {"domain": [0, batches], "nice": False},
            "axis": {"tickCount": 5},
        },
        "y": {
            "field": "shown",
            "type": "quantitative",
            "title": "training loss",
            "scale": {"type": "log", "domain": [SMALLEST_LOSS, highest]},
            "axis": {"values": [10.0**power for power in range(-1, 6)], "format": ",~r"},
        },
        **_lines(names, theme, "network"),
        "tooltip": [
            {"field": "network", "type": "nominal"},
            {"field": "batch", "type": "quantitative"},
            {"field": "loss", "type": "quantitative", "format": ",.3f"},
        ],
    }
    line = {"mark": {"type": "line", "strokeWidth": 2.5}}
    cross = {
        "transform": [{"filter": "datum.is_end"}],
        "mark": {"type": "point", "shape": "cross", "angle": 45, "size": 160, "filled": True, "opacity": 1},
        "encoding": {"color": {"value": CHOICE}, "strokeDash": {"value": [1, 0]}},
    }
    guess = {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": theme.rest},
        "encoding": {"y": {"datum": GUESSING_LOSS}, "x": None, "color": None, "strokeDash": None, "tooltip": None},
    }
    return theme.figure(data, {"height": 250, "encoding": encoding, "layer": [guess, line, cross]})


def gradient_lines(*, sizes: Mapping[str, Sequence[float]], theme: Theme) -> VegaFigure:
    """How large the gradient is in each layer, on a logarithmic axis, a line for each activation.

    Args:
        sizes: By the name of the activation, for each layer of weights from the pixels on; at most four names.
        theme: Of the page.

    Returns:
        The figure.
    """
    rows = [(name, layer, size) for name in sizes for layer, size in enumerate(sizes[name], start=1)]
    data = pd.DataFrame(rows, columns=["activation", "layer", "size"])
    data["shown"] = data["size"].clip(lower=SMALLEST_GRADIENT)
    last = max(map(len, sizes.values()))
    encoding: dict[str, Any] = {
        "x": {
            "field": "layer",
            "type": "quantitative",
            "title": "layer, from the pixels to the scores",
            "scale": {"domain": [0.8, last + 0.2], "nice": False},
            "axis": {"values": list(range(1, last + 1)), "format": "d"},
        },
        "y": {
            "field": "shown",
            "type": "quantitative",
            "title": "typical size of the gradient",
            "scale": {"type": "log", "domain": [SMALLEST_GRADIENT, LARGEST_GRADIENT]},
            "axis": {"values": [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1], "format": "~f"},
        },
        **_lines(list(sizes), theme, "activation"),
        "tooltip": [
            {"field": "activation", "type": "nominal"},
            {"field": "layer", "type": "quantitative"},
            {"field": "size", "type": "quantitative", "format": ".2~g"},
        ],
    }
    line = {"mark": {"type": "line", "strokeWidth": 2.5}}
    point = {
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
        "encoding": {"strokeDash": {"value": [1, 0]}},
    }
    return theme.figure(data, {"height": 350, "encoding": encoding, "layer": [line, point]})


def _lines(names: Sequence[str], theme: Theme, field: str) -> dict[str, Any]:
    """Colour and dashes of each line, and the legend."""
    colours = [theme.rest, theme.second_line, theme.first_line, theme.third_line][: len(names)]
    legend = {
        "orient": "top",
        "title": None,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "symbolSize": 300,
        "columns": len(names),
    }
    common = {"field": field, "type": "nominal", "sort": None}
    return {
        "color": {**common, "scale": {"domain": list(names), "range": colours}, "legend": legend},
        "strokeDash": {**common, "scale": {"domain": list(names), "range": DASHES[: len(names)]}, "legend": legend},
    }
