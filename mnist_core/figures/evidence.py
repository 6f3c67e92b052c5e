"""Evidence as pictures, and its account: numbers that visibly add up."""

import html
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from mnist_core import words
from mnist_core.figures.images import png_url
from mnist_core.figures.signed import Bytes, signed_colours
from mnist_core.figures.theme import Theme, VegaFigure

ROW = 34  # pixels
ENLARGED = 5  # pixels for each of a neuron's weights: room for the thin line around the ink
LARGE = 8  # pixels for the evidence of each pixel
INK = 0.1  # from this value on a pixel lies inside the line

_STYLE = """<style>
.neuron-tiles { --columns: 4; display: grid; grid-template-columns: repeat(var(--columns), 1fr); gap: 1.2rem 0.8rem;
  font-size: SIZE; line-height: 1.4; font-variant-numeric: tabular-nums; }
.neuron-tiles img { display: block; width: 140px; max-width: 100%; aspect-ratio: 1; image-rendering: pixelated;
  margin-bottom: 0.3rem; }
.neuron-place { container-type: inline-size; font-size: SIZE; }
@container (max-width: 36em) { .neuron-tiles { grid-template-columns: 1fr 1fr; } }
</style>"""


def add_up(parts: Sequence[float], decimals: int = 2) -> tuple[list[float], float]:
    """Rounds summands so that, as they are written, they add up to the rounded sum.

    Each is rounded down, and what is then missing goes to those that lost most. So a number may be rounded the other
    way than usual, by less than one unit of the last decimal.

    Args:
        parts: The summands; finite.
        decimals: How many are written.

    Returns:
        The summands and their sum, rounded.
    """
    unit = 10**decimals
    exact = [part * unit for part in parts]
    floors = [math.floor(part) for part in exact]
    total = round(sum(exact))
    by_loss = sorted(range(len(parts)), key=lambda index: floors[index] - exact[index])
    for index in by_loss[: total - sum(floors)]:
        floors[index] += 1
    return [floor / unit for floor in floors], total / unit


def account(*, names: Sequence[str], parts: Sequence[float], total: float, total_name: str, theme: Theme) -> VegaFigure:
    """Summands as bars, each beginning where the one before ended, and below them their sum.

    Args:
        names: Of the summands, each its own.
        parts: What they are, as they are to be written; ``add_up`` makes them fit.
        total: Their sum, as it is to be written.
        total_name: What it is.
        theme: Of the page.

    Returns:
        The figure; vermillion adds, blue takes away, grey is the sum.
    """
    ends = np.cumsum(parts).tolist()
    rows = [
        (name, start, end, words.signed(part), "adds" if part >= 0 else "takes")
        for name, start, end, part in zip(names, [0.0, *ends], ends, parts, strict=False)
    ]
    rows.append((total_name, 0.0, total, words.signed(total), "sum"))
    data = pd.DataFrame(rows, columns=["name", "start", "end", "label", "kind"])
    data["right"] = data[["start", "end"]].max(axis=1)
    data["row"] = range(len(data))
    return theme.figure(data, {"height": {"step": ROW}, "encoding": {"y": _names()}, "layer": _account_layers(theme)})


def _names() -> dict[str, Any]:
    """The rows by their number: in the order of the data alone, Vega would keep those of the figure before on top."""
    axis = {"domain": False, "ticks": False}
    sort = {"field": "row", "op": "min"}
    return {"field": "name", "type": "nominal", "sort": sort, "title": None, "axis": axis}


def _account_layers(theme: Theme) -> list[dict[str, Any]]:
    adds, takes = (f"rgb{tuple(colour)}" for colour in signed_colours(values=[1, -1], theme=theme).tolist())
    x = {
        "field": "start",
        "type": "quantitative",
        "title": None,
        "scale": {"padding": 48, "nice": False},  # pixels: room for the numbers
        "axis": {"tickCount": 5},
    }
    fill = {"domain": ["adds", "takes", "sum"], "range": [adds, takes, theme.rest]}
    bars = {
        "mark": {"type": "bar", "height": 20},
        "encoding": {
            "x": x,
            "x2": {"field": "end"},
            "color": {"field": "kind", "type": "nominal", "scale": fill, "legend": None},
        },
    }
    zero = {"mark": {"type": "rule", "color": theme.text}, "encoding": {"x": {"datum": 0}, "y": None}}
    numbers = {
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {
            "x": {"field": "right", "type": "quantitative"},
            "text": {"field": "label", "type": "nominal"},
        },
    }
    return [bars, zero, numbers]


def evidence_picture(*, evidence: npt.ArrayLike, ink: npt.ArrayLike, theme: Theme) -> str:
    """The evidence of each pixel in its colour, with a line around the ink.

    Args:
        evidence: float [28, 28].
        ink: The image, float [28, 28] in 0..1.
        theme: Of the page.

    Returns:
        A PNG as a ``data:`` URL.
    """
    colours = signed_colours(values=evidence, theme=theme)
    return png_url(Image.fromarray(_with_line(colours, outline(ink=ink, factor=LARGE), LARGE, theme.rest)))


def _with_line(colours: Bytes, line: npt.NDArray[np.bool_], factor: int, colour: str) -> Bytes:
    """Each colour as a square, with a line drawn over them."""
    large = colours.repeat(factor, axis=0).repeat(factor, axis=1)
    large[line] = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return large


def ink_picture(*, ink: npt.ArrayLike) -> str:
    """The image as it is, float [28, 28] in 0..1, as a PNG in a ``data:`` URL; ink is bright on dark."""
    return png_url(Image.fromarray((np.asarray(ink, dtype=np.float64) * 255).round().astype(np.uint8)))


def neuron_tiles(
    *,
    weights: npt.ArrayLike,
    ink: npt.ArrayLike,
    lines: Sequence[Sequence[str]],
    limit: float,
    theme: Theme,
    columns: int = 4,
) -> str:
    """The weights of some neurons as pictures with a line around the ink, and words below each.

    Args:
        weights: float [N, 28, 28].
        ink: The image they look at, float [28, 28] in 0..1.
        lines: What stands below each picture.
        limit: The absolute value at which the colour is full, in all pictures.
        theme: Of the page.
        columns: How many stand side by side; on a phone there are two.

    Returns:
        HTML for ``st.html``.

    Raises:
        ValueError: If there are not as many pictures as groups of lines.
    """
    pictures = np.asarray(weights, dtype=np.float64)
    if len(pictures) != len(lines):
        raise ValueError(f"{len(pictures)} pictures need as many groups of lines, not {len(lines)}.")
    line = outline(ink=ink, factor=ENLARGED)
    tiles = []
    for picture, below in zip(pictures, lines, strict=True):
        colours = signed_colours(values=picture, theme=theme, limit=limit)
        url = png_url(Image.fromarray(_with_line(colours, line, ENLARGED, theme.text)))
        tiles.append(f'<div><img src="{url}" alt="">{"<br>".join(map(html.escape, below))}</div>')
    grid = f'<div class="neuron-tiles" style="--columns: {columns}">'
    return f'{theme.sized(_STYLE)}<div class="neuron-place">{grid}{"".join(tiles)}</div></div>'


def outline(*, ink: npt.ArrayLike, factor: int) -> npt.NDArray[np.bool_]:
    """Where a line runs around the ink, one pixel wide.

    Args:
        ink: float [H, W] in 0..1.
        factor: How many pixels wide and high each becomes.

    Returns:
        bool [H × factor, W × factor].
    """
    inside = (np.asarray(ink) >= INK).repeat(factor, axis=0).repeat(factor, axis=1)
    padded = np.pad(inside, 1)
    deep = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    line: npt.NDArray[np.bool_] = inside & ~deep
    return line
