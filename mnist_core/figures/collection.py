"""A reader's own test set: as a sheet to print, as a small confusion matrix, and how little few digits tell."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from mnist_core import words
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure

if TYPE_CHECKING:
    from torch import Tensor

TILE, GAP, CAPTION, TOP = 84, 16, 30, 48  # pixels of the sheet: an image, between two, the words below, the title
ACROSS = 10
FRAME = 4
BACKGROUND, WORDS = "#FFFFFF", "#1B1F24"


class Share(NamedTuple):
    """A share of right answers, with what so few answers leave possible.

    Attributes:
        name: Of what it is; it may have line breaks.
        right: How many answers are right.
        images: How many there are.
        low: The lower end of the interval, 0 to 1.
        high: Its upper end.
        elsewhere: The share on other images, to compare with; None: there is none.
    """

    name: str
    right: int
    images: int
    low: float
    high: float
    elsewhere: float | None = None


def contact_sheet(*, images: Tensor, labels: Sequence[int], read: Sequence[int], title: str) -> bytes:
    """A picture of all digits with what they are, to look at or to print; the misread ones have a frame and say so.

    Args:
        images: torch.uint8 [N, 28, 28]; one at least.
        labels: What they are.
        read: What a network read.
        title: What stands above them, in plain letters.

    Returns:
        A PNG, ten digits to a row.

    Raises:
        ValueError: If there is no image, or not as many labels and readings as images.
    """
    if not len(images) == len(labels) == len(read) > 0:
        raise ValueError(f"{len(images)} images need as many labels and readings, and at least one of each.")
    rows = -(-len(images) // ACROSS)
    size = GAP + ACROSS * (TILE + GAP), TOP + rows * (TILE + CAPTION + GAP)
    picture = Image.new("RGB", size, BACKGROUND)
    pen, large, small = ImageDraw.Draw(picture), ImageFont.load_default(18), ImageFont.load_default(16)
    pen.text((GAP, TOP // 2), title, WORDS, large, anchor="lm")
    for index, (image, label, answer) in enumerate(zip(images.numpy(), labels, read, strict=True)):
        row, column = divmod(index, ACROSS)
        left, top = GAP + column * (TILE + GAP), TOP + row * (TILE + CAPTION + GAP)
        picture.paste(Image.fromarray(np.kron(image, np.ones((3, 3), np.uint8))), (left, top))
        if label != answer:
            box = left - FRAME, top - FRAME, left + TILE + FRAME - 1, top + TILE + FRAME - 1
            pen.rectangle(box, outline=CHOICE, width=FRAME)
        words = f"{label}" if label == answer else f"{label}, read {answer}"
        pen.text((left + TILE // 2, top + TILE + CAPTION // 2), words, WORDS, small, anchor="mm")
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def share_intervals(*, shares: Sequence[Share], theme: Theme) -> VegaFigure:
    """Shares of right answers as dots, each with its interval as a line, and where given another share as a square.

    Args:
        shares: A row for each.
        theme: Of the page.
    """
    data = pd.DataFrame(
        [
            {
                "name": share.name,
                "share": share.right / share.images,
                "low": share.low,
                "high": share.high,
                "elsewhere": share.elsewhere,
                "said": f"{share.right:,} of {share.images:,} right: {share.low:.0%} to {share.high:.0%}",
            }
            for share in shares
        ]
    )
    data["elsewhere"] = data["elsewhere"].astype("float64")  # None becomes nan
    return theme.figure(data, _intervals(theme, two_lines=any("\n" in share.name for share in shares)))


def _intervals(theme: Theme, *, two_lines: bool) -> dict[str, Any]:
    axis = {"format": ".0%", "tickCount": 5}
    scale = {"domain": [0, 1]}
    name = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {
            "labelExpr": "split(datum.label, '\\n')",
            "domain": False,
            "ticks": False,
            "labelPadding": 8,
            "labelOffset": -7 if two_lines else 0,  # a label begins with its first line at the height of the mark
        },
    }
    share = {"field": "share", "type": "quantitative", "title": "share read rightly", "scale": scale, "axis": axis}
    ends = {"x": {**share, "field": "low"}, "x2": {"field": "high"}}
    # Where the line is shorter than the dot is wide, its ends still show above and below the dot.
    end = {"type": "tick", "size": 18, "thickness": 2, "color": theme.first_line, "aria": False}
    tooltip = {"tooltip": {"field": "said", "type": "nominal"}}
    return {
        "height": {"step": max(40, 2.9 * theme.size)},
        "encoding": {"y": name, "description": {"field": "said", "type": "nominal"}},
        "layer": [
            {"mark": {"type": "rule", "strokeWidth": 3, "color": theme.first_line}, "encoding": {**ends, **tooltip}},
            *({"mark": end, "encoding": {"x": x}} for x in ({**share, "field": "low"}, {**share, "field": "high"})),
            {
                "mark": {"type": "circle", "size": 70, "opacity": 1, "color": theme.first_line},
                "encoding": {"x": share, **tooltip},
            },
            {
                "transform": [{"filter": "isValid(datum.elsewhere)"}],
                "mark": {"type": "square", "size": 90, "opacity": 1, "color": theme.second_line, "aria": False},
                "encoding": {"x": {**share, "field": "elsewhere"}},
            },
        ],
    }


def small_confusion(*, counts: Sequence[Sequence[int]], theme: Theme) -> VegaFigure:
    """Which of a few digits were read as which. Most cells are empty, so a cell is only marked, not shaded.

    Args:
        counts: 10 rows of 10: a row for what an image shows, a column for what it was read as.
        theme: Of the page.

    Returns:
        The figure: right answers are green and lie on the diagonal, wrong ones vermillion beside it.
    """
    data = pd.DataFrame(
        [
            {
                "shown": shown,
                "read": read,
                "number": str(count) if count else "",
                "kind": "empty" if not count else "right" if shown == read else "wrong",
                "said": f"{count:,} of {sum(row):,} images of {words.a(shown)} were read as {words.a(read)}",
            }
            for shown, row in enumerate(counts)
            for read, count in enumerate(row)
        ]
    )
    return theme.figure(data, _cells(theme))


def _cells(theme: Theme) -> dict[str, Any]:
    axis = {"labelAngle": 0, "domain": False, "ticks": False, "labelOverlap": False}
    colours = {"domain": ["empty", "right", "wrong"], "range": [theme.heat[0], RIGHT_CLASS, CHOICE]}
    return {
        "height": 300,
        "encoding": {
            "x": {"field": "read", "type": "ordinal", "title": "read as", "axis": axis},
            "y": {"field": "shown", "type": "ordinal", "title": "it is", "axis": axis},
            "tooltip": {"field": "said", "type": "nominal"},
        },
        "layer": [
            {
                "mark": {"type": "rect"},
                "encoding": {
                    "color": {"field": "kind", "type": "nominal", "scale": colours, "legend": None},
                    "description": {"field": "said", "type": "nominal"},
                },
            },
            {
                "mark": {"type": "text", "aria": False},
                "encoding": {"text": {"field": "number", "type": "nominal"}, "color": {"value": "#000"}},
            },
        ],
        "config": {"scale": {"bandPaddingInner": 0.06, "bandPaddingOuter": 0.03}},
    }
