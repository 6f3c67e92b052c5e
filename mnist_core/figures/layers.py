"""What stands between layers: the curves of activations, what a small network says everywhere, and dropout."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from mnist_core.figures import svg
from mnist_core.figures.images import png_url
from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import Theme, VegaFigure


def activation_curves(
    *, z: Sequence[float], values: Mapping[str, Sequence[float]], at: float, here: Mapping[str, float], theme: Theme
) -> VegaFigure:
    """The curves of some activations, and on each the reader's point.

    Args:
        z: Where the curves are known, ascending.
        values: Each curve there, by its name; at most three.
        at: The reader's z.
        here: Each curve at the reader's z.
        theme: Of the page.

    Returns:
        The figure.
    """
    names = list(values)
    rows = [(name, x, y, "curve") for name in names for x, y in zip(z, values[name], strict=True)]
    rows += [(name, at, here[name], "yours") for name in names]
    data = pd.DataFrame(rows, columns=["activation", "z", "passed", "kind"])
    scale = {"domain": names, "range": [theme.first_line, theme.second_line, theme.rest][: len(names)]}
    dashes = {"domain": names, "range": [[1, 0], [6, 3], [2, 2]][: len(names)]}
    legend = {
        "orient": "top",
        "title": None,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "columns": theme.columns(names),
    }
    colour = {"field": "activation", "type": "nominal", "sort": None, "scale": scale, "legend": legend}
    dash = {"field": "activation", "type": "nominal", "sort": None, "scale": dashes, "legend": None}
    encoding = {
        "x": {
            "field": "z",
            "type": "quantitative",
            "title": "sum, z",
            "scale": {"nice": False},
            "axis": {"tickMinStep": 1, "format": "d"},
        },
        "y": {"field": "passed", "type": "quantitative", "title": "passed on, h"},
        "color": colour,
    }
    only = {kind: [{"filter": f"datum.kind == '{kind}'"}] for kind in ("curve", "yours")}
    line = {"transform": only["curve"], "mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"strokeDash": dash}}
    point = {"transform": only["yours"], "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1}}
    rule = {
        "transform": only["yours"],
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": theme.rest},
        "encoding": {"x": {"field": "z", "type": "quantitative"}, "y": None, "color": None},
    }
    return theme.figure(data, {"height": 260, "encoding": encoding, "layer": [rule, line, point]})


def score_pairs(*, scores: Mapping[str, Sequence[float]], theme: Theme) -> VegaFigure:
    """Two bars for each digit: its score, worked out in two ways.

    Args:
        scores: Ten for each way, by its name.
        theme: Of the page.

    Returns:
        The figure.
    """
    names = list(scores)
    rows = [(name, str(digit), value) for name in names for digit, value in enumerate(scores[name])]
    data = pd.DataFrame(rows, columns=["way", "digit", "score"])
    fill = {"domain": names, "range": [theme.first_line, theme.second_line]}
    encoding = {
        "x": {"field": "digit", "type": "nominal", "axis": {"labelAngle": 0}},
        "xOffset": {"field": "way", "type": "nominal", "sort": names},
        "y": {"field": "score", "type": "quantitative", "axis": {"tickCount": 5}},
        "color": {
            "field": "way",
            "type": "nominal",
            "scale": fill,
            "legend": {"orient": "top", "title": None},
        },
    }
    return theme.figure(data, {"height": 270, "mark": {"type": "bar"}, "encoding": encoding})


def two_classes_map(
    *,
    points: Sequence[Sequence[float]],
    labels: Sequence[int],
    scores: Sequence[Sequence[float]],
    reach: float,
    theme: Theme,
) -> str:
    """Points of two classes, and behind them what a network says at each place.

    Vermillion is where its score is above 0, blue where below, and both are weak where it is not sure. Points of
    class 1 are filled, those of class 0 hollow.

    Args:
        points: [N][2], from -reach to reach.
        labels: [N], 0 or 1.
        scores: [rows][columns], from the bottom row up.
        reach: The picture goes from -reach to reach, both ways.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    size = 320.0
    rows = np.asarray(scores, dtype=np.float64)[::-1]  # the top row first
    # 2p - 1, lifted a little on both sides of zero, so that the border can be seen where the network is unsure too.
    side = np.clip(rows / _change_per_cell(rows), -1, 1)  # the sign, but smooth over the cells the border runs through
    colours = signed_colours(values=0.2 * side + 0.5 * np.tanh(rows / 2), theme=theme, limit=1.0)
    parts = [f'<image href="{png_url(Image.fromarray(colours))}" width="{size}" height="{size}"/>']
    for (x, y), label in zip(points, labels, strict=True):
        left, top = size * (x + reach) / (2 * reach), size * (reach - y) / (2 * reach)
        fill = theme.text if label else "none"
        parts.append(
            f'<circle cx="{left:.1f}" cy="{top:.1f}" r="3.4" fill="{fill}" stroke="{theme.text}" stroke-width="1.4"/>'
        )
    said = "Filled points in the middle, hollow ones around them, and the areas that the network gives to each."
    return svg.drawing(width=size, height=size, content="".join(parts), said=said, theme=theme, most=370)


def _change_per_cell(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How much the score changes from a cell to the next, [rows, columns], above 0.

    A score divided by it is the distance to the border in cells, so that a slanting border needs no stairs.
    """
    down, right = np.gradient(scores)
    change: npt.NDArray[np.float64] = np.maximum(np.hypot(down, right), 1e-9)
    return change


def silenced_neurons(
    *, before: Sequence[float], after: Sequence[float], silenced: Sequence[bool], columns: int, theme: Theme
) -> str:
    """Some neurons as discs, the stronger the more each passes on; a cross marks those that dropout silences.

    Sixty or so can be grasped at one look; several hundred are a wall.

    Args:
        before: What each passes on without dropout, 0 or more.
        after: What each passes on with it.
        silenced: Whether dropout silences it.
        columns: Neurons in a row.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    step = 40.0
    limit = 2 * max((*before, 1e-12))  # kept the same while the share changes, up to twice the strength
    parts = []
    for index, (value, is_silenced) in enumerate(zip(after, silenced, strict=True)):
        x, y = (index % columns + 0.5) * step, (index // columns + 0.5) * step
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="15" fill="{theme.first_line}" '
            f'fill-opacity="{math.sqrt(min(1.0, value / limit)):.3f}" stroke="{theme.rest}" stroke-width="0.8"/>'
        )
        if is_silenced:
            path = f"M{x - 10} {y - 10}l20 20M{x - 10} {y + 10}l20 -20"
            ink = (
                f'stroke="{theme.text}" stroke-width="3"'
                if before[index]
                else f'stroke="{theme.rest}" stroke-width="1.5"'
            )
            parts.append(f'<path d="{path}" {ink}/>')
    rows = -(-len(before) // columns)
    said = f"{len(before)} neurons as discs; crosses mark those that are silenced. The text has the numbers."
    return svg.drawing(width=columns * step, height=rows * step, content="".join(parts), said=said, theme=theme)


def side_by_side_pictures(*, images: Sequence[npt.ArrayLike], side: int, gap: int, page: int) -> npt.NDArray[np.uint8]:
    """Images of different sizes in a row, each enlarged by whole pixels to the same size.

    Args:
        images: float [H, H] in 0..1, each H a divisor of ``side``.
        side: Pixels of each enlarged image.
        gap: Pixels between two.
        page: The grey of the gap, 0 to 255.

    Returns:
        uint8 [side, width].
    """
    sheet = np.full((side, len(images) * (side + gap) - gap), page, np.uint8)
    for index, image in enumerate(images):
        ink = (np.asarray(image, dtype=np.float64) * 255).round().astype(np.uint8)
        factor = side // ink.shape[0]
        left = index * (side + gap)
        sheet[:, left : left + side] = ink.repeat(factor, axis=0).repeat(factor, axis=1)
    return sheet
