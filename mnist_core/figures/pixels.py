"""A drawing on its way to the network, as a row of pictures; and what leaving a stage out costs, as a table."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from mnist_core import words
from mnist_core.figures.bars import SMALLEST_LABELLED, SMALLEST_ON_A_PHONE
from mnist_core.figures.images import ROW_COLOUR, png_url
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure

PIXEL = 6  # of the page: how large a pixel of MNIST is shown
PAPER = 28  # pixels: MNIST's side
FRAME = 1 / 90  # the width of the blue frame, as a share of the drawing's longer side
_BLUE = "#{:02X}{:02X}{:02X}".format(*ROW_COLOUR)
_MIDDLE = (PAPER / 2 + 0.5) / PAPER  # of pixel (14, 14), counted from 0
_STYLE = f"""
<style>
.stages {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(9.4rem, 1fr)); gap: 1.1rem 0.9rem;
  font-size: SIZE; line-height: 1.4; }}
.stages > div {{ max-width: {PAPER * PIXEL}px; }}
.stages .frame {{ position: relative; aspect-ratio: 1; display: flex; align-items: center; justify-content: center;
  box-sizing: border-box; border: 1px solid rgba(128, 128, 128, 0.45); margin-bottom: 0.45rem; }}
.stages .off .frame {{ border: 2px dashed #808080; }}
.stages .frame img {{ display: block; }}
.stages .frame img.hard {{ image-rendering: pixelated; }}
.stages i {{ forced-color-adjust: none; position: absolute; background: {_BLUE}; }}
.stages i.row {{ top: {_MIDDLE:.2%}; left: 0; width: 100%; height: 1px; }}
.stages i.column {{ left: {_MIDDLE:.2%}; top: 0; height: 100%; width: 1px; }}
.stages i.ring {{ box-sizing: content-box; width: 10px; height: 10px; margin: -7px 0 0 -7px;
  border: 2px solid {_BLUE}; border-radius: 50%; background: none; }}
.stages b.digit {{ font-size: 5em; font-weight: 600; line-height: 1; }}
.stages .on-and-off {{ display: flex; justify-content: space-between; gap: 0.4rem; }}
</style>
"""


@dataclass(frozen=True, eq=False)
class Tile:
    """One picture of the row.

    Attributes:
        title: What has been done.
        size: How large the picture is, in words.
        says: One sentence.
        picture: uint8 [H, W] or [H, W, 3]; None for a digit in place of a picture.
        digit: What stands there where there is no picture.
        is_mnist: Whether its pixels are those of MNIST: hard, and shown as large as in the other such pictures.
        is_left_out: Whether the stage is left out.
        centre: The centre of mass, (down, across) from 0 to 1, for a ring; None: no ring and no cross.
    """

    title: str
    size: str
    says: str
    picture: npt.NDArray[np.uint8] | None = None
    digit: str = ""
    is_mnist: bool = False
    is_left_out: bool = False
    centre: tuple[float, float] | None = None


def way_pictures(*, tiles: Sequence[Tile], theme: Theme) -> str:
    """A row of pictures that folds to the width of the page.

    Args:
        tiles: In the order of the way.
        theme: Of the page.

    Returns:
        HTML for ``st.html``. A picture's sentence is its text for those who can't see it.
    """
    return f'{theme.sized(_STYLE)}<div class="stages" role="list">{"".join(map(_tile, tiles))}</div>'


def _tile(tile: Tile) -> str:
    left_out = "<span>left out</span>" if tile.is_left_out else ""
    return (
        f'<div role="listitem"{" class=off" if tile.is_left_out else ""}><div class="frame">{_inside(tile)}</div>'
        f'<div class="on-and-off"><strong>{html.escape(tile.title)}</strong>{left_out}</div>'
        f'<div class="size">{html.escape(tile.size)}</div><div>{html.escape(tile.says)}</div></div>'
    )


def _inside(tile: Tile) -> str:
    if tile.picture is None:
        return f'<b class="digit">{html.escape(tile.digit)}</b>'
    height, width = tile.picture.shape[:2]
    share = width / (PAPER if tile.is_mnist else max(height, width))
    return (
        f'<img src="{png_url(Image.fromarray(tile.picture))}" alt="{html.escape(tile.title, quote=True)}" '
        f'style="width: {share:.2%}"{" class=hard" if tile.is_mnist else ""}>{_marks(tile.centre)}'
    )


def _marks(centre: tuple[float, float] | None) -> str:
    """A cross through the middle of pixel (14, 14), and a ring around the centre of mass."""
    if centre is None:
        return ""
    down, across = centre
    return f'<i class="row"></i><i class="column"></i><i class="ring" style="top: {down:.2%}; left: {across:.2%}"></i>'


def framed(*, drawing: npt.ArrayLike, box: tuple[slice, slice] | None) -> npt.NDArray[np.uint8]:
    """A drawing with a blue frame around its ink.

    Args:
        drawing: float [H, W] in 0..1.
        box: The rows and columns that hold the ink; None: no frame.

    Returns:
        uint8 [H, W, 3].
    """
    grey = np.rint(np.asarray(drawing) * 255).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=2)
    if box is None:
        return picture
    thick = max(1, round(FRAME * max(grey.shape)))
    rows, columns = (slice(max(0, part.start - thick), part.stop + thick) for part in box)
    inside = picture[box].copy()
    picture[rows, columns] = ROW_COLOUR  # what lies beyond the drawing is cut off by NumPy
    picture[box] = inside
    return picture


def two_readings(
    *,
    now: Sequence[float],
    before: Sequence[float],
    theme: Theme,
    right: str | None = None,
    height: int = 190,
    is_answer: bool = True,
) -> VegaFigure:
    """Ten probabilities as bars, and those with all stages as a line across each.

    Args:
        now: Of the digits 0 to 9, with the stages that are left; from 0 to 1.
        before: With all stages.
        theme: Of the page.
        right: The right digit where it is known: its bar is green, with the choice's outline if it is chosen.
        height: In pixels.
        is_answer: Whether the largest is given as an answer; without, all bars but the right one are grey.

    Returns:
        The figure.
    """
    choice = max(range(len(now)), key=now.__getitem__)
    data = pd.DataFrame({"digit": [str(digit) for digit in range(len(now))], "now": list(now), "all": list(before)})
    data["label"] = [words.percent(p) if p >= SMALLEST_LABELLED else "" for p in now]
    data["role"] = ["right" if name == right else "rest" for name in data["digit"]]
    if is_answer and str(choice) != right:
        data.loc[choice, "role"] = "choice"
    data["chosen"] = [digit == choice and is_answer for digit in range(len(now))]
    axis = {"labelAngle": 0}
    x = {"field": "digit", "type": "nominal", "sort": None, "title": None, "axis": axis}
    numbers = [
        {"field": field, "type": "quantitative", "format": ".4f", "title": title}
        for field, title in (("now", "as set"), ("all", "all stages"))
    ]
    encoding = {"x": x, "tooltip": [{"field": "digit", "type": "nominal"}, *numbers]}
    return theme.figure(data, {"height": height, "encoding": encoding, "layer": _reading_layers(theme)})


def _reading_layers(theme: Theme) -> list[dict[str, Any]]:
    y = {"type": "quantitative", "title": "probability", "scale": {"domain": [0, 1]}}
    y["axis"] = {"format": "%", "tickCount": 3}
    fill = {"domain": ["right", "choice", "rest"], "range": [RIGHT_CLASS, CHOICE, theme.rest]}
    bar = {
        "mark": {"type": "bar", "strokeWidth": 2.5},
        "encoding": {
            "y": {"field": "now", **y},
            "color": {"field": "role", "type": "nominal", "scale": fill, "legend": None},
            "stroke": {"condition": {"test": "datum.chosen", "value": CHOICE}, "value": None},
        },
    }
    tick = {
        "mark": {"type": "tick", "color": theme.text, "thickness": 2.5, "width": {"band": 0.95}},
        "encoding": {"y": {"field": "all", **y}},
    }
    clear = f"width > {24 * theme.size} || datum.now >= {SMALLEST_ON_A_PHONE} ? 1 : 0"  # of the next one
    label = {
        "mark": {"type": "text", "baseline": "bottom", "dy": -4, "opacity": {"expr": clear}},
        "encoding": {"y": {"field": "now", **y}, "text": {"field": "label", "type": "nominal"}},
    }
    return [bar, tick, label]


@dataclass(frozen=True)
class CostRow:
    """One line of the table of costs.

    Attributes:
        name: Which stages there are.
        right: How many drawings are read rightly.
        lost: How many were right with all stages and are wrong; None in the line of all stages.
        gained: How many were wrong with all stages and are right; None there.
        is_set: Whether it is what the reader has set.
    """

    name: str
    right: int
    lost: int | None
    gained: int | None
    is_set: bool


_TABLE_STYLE = """
<style>
.costs { border-collapse: collapse; width: 100%; font-size: SIZE; line-height: 1.35; }
.costs-place { container-type: inline-size; font-size: SIZE; }
.costs th, .costs td { padding: 0.4rem 0.7rem 0.4rem 0.5rem; text-align: left; font-weight: normal;
  border: 0; border-bottom: 1px solid rgba(128, 128, 128, 0.3); }
.costs td.number, .costs th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.costs td.bar { width: 34%; }
.costs td.bar i { forced-color-adjust: none; display: block; height: 0.9rem; min-width: 1px; }
.costs tr.set th, .costs tr.set td { font-weight: bold; }
@container (max-width: 34em) { .costs td.bar { width: 14%; } .costs th, .costs td { padding: 0.4rem 0.2rem; } }
</style>
"""


def cost_table(*, rows: Sequence[CostRow], drawings: int, theme: Theme) -> str:
    """How many drawings are read rightly with which stages, with a bar each.

    Args:
        rows: In the order in which they are to stand.
        drawings: How many there are.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    head = (
        f'<tr><th scope="col">stages</th><th scope="col" colspan="2">read rightly, of {drawings:,}</th>'
        '<th scope="col" class="number">lost</th><th scope="col" class="number">gained</th></tr>'
    )
    lines = "".join(_cost_line(row, drawings, theme) for row in rows)
    table = f'<table class="costs"><thead>{head}</thead><tbody>{lines}</tbody></table>'
    return f'{theme.sized(_TABLE_STYLE)}<div class="costs-place">{table}</div>'


def _cost_line(row: CostRow, drawings: int, theme: Theme) -> str:
    colour = theme.first_line if row.is_set else theme.rest
    mark = " (as set above)" if row.is_set else ""
    counts = "".join(f'<td class="number">{"" if n is None else f"{n:,}"}</td>' for n in (row.lost, row.gained))
    return (
        f'<tr{" class=set" if row.is_set else ""}><th scope="row">{html.escape(row.name)}{mark}</th>'
        f'<td class="bar"><i style="width: {row.right / drawings:.1%}; background: {colour}"></i></td>'
        f'<td class="number">{row.right:,}</td>{counts}</tr>'
    )
