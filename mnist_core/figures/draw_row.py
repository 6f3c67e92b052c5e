"""A row of digits, with the cuts between them, and below it what each piece is read as."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mnist_core import words
from mnist_core.figures.images import ROW_COLOUR, png_url
from mnist_core.figures.theme import CHOICE, Theme
from mnist_core.handwriting.several import Mark, Piece, Row

MARGIN = 0.12  # of the row's height: paper around the ink
FINE = 2  # pixels of the picture for one of the page, so that lines are smooth on a phone's fine screen
LINE, DASH = 3, 6  # pixels of the page: how wide a cut is drawn, and how long a dash is
_STYLE = """<style>
.row { font-size: SIZE; line-height: 1.25; }
.row .ink { display: block; margin: 0 auto 0.6rem; max-width: 100%; }
.row .pieces { display: flex; justify-content: center; gap: 0.3rem; }
.row .pieces > div { flex: 0 1 5.5rem; min-width: 0; text-align: center; }
.row .pieces > .mark { flex: 0 0 auto; align-self: center; }
.row .pieces img { display: block; width: 100%; max-width: 3.5rem; margin: 0 auto; image-rendering: pixelated; }
.row .pieces b { display: block; font-size: 1.9em; font-weight: 600; line-height: 1.15; }
</style>"""


def row_picture(*, drawing: npt.NDArray[np.uint8], row: Row, theme: Theme, height: int) -> str:
    """The row with its cuts, solid where they are sure and dashed where not, and the pieces with what they are read as.

    Args:
        drawing: uint8 [H, W], ink bright on black: what was cut.
        row: Of it; without pieces, the drawing stands alone.
        theme: Of the page.
        height: Of the row, in pixels; on a narrow page it is lower.

    Returns:
        HTML for ``st.html``.
    """
    picture = cut_picture(drawing=drawing, row=row, height=FINE * height)
    count = words.count(len(row.pieces), "piece")
    shown = f"A row of digits, cut into {count}" if row.pieces else "What is to be cut"
    parts: list[Piece | Mark] = sorted((*row.pieces, *row.marks), key=lambda part: part.box.left + part.box.right)
    below = "".join(_mark(part) if isinstance(part, Mark) else _piece(part) for part in parts) if row.pieces else ""
    return (
        f'{theme.sized(_STYLE)}<div class="row" translate="no">'
        f'<img class="ink" src="{png_url(picture)}" width="{picture.width // FINE}" alt="{shown}">'
        f'<div class="pieces">{below}</div></div>'
    )


def cut_picture(*, drawing: npt.NDArray[np.uint8], row: Row, height: int) -> Image.Image:
    """The ink of a row with a line for each cut, made so many pixels high."""
    top, bottom, left, right = _frame(drawing, row)
    part = Image.fromarray(drawing[top:bottom, left:right])
    zoom = height / part.height
    picture = part.resize((max(1, round(zoom * part.width)), height), Image.Resampling.BILINEAR).convert("RGB")
    pen = ImageDraw.Draw(picture)
    for cut in row.cuts:
        path = [(zoom * (across - left), zoom * (down - top)) for down, across in cut.path]
        if cut.is_sure:
            pen.line(path, ROW_COLOUR, FINE * LINE)
        else:
            for start, end in zip(path, path[1:], strict=False):
                if start[1] // (FINE * DASH) % 2 == 0:
                    pen.line((start, end), CHOICE, FINE * LINE)
    return picture


def _frame(drawing: npt.NDArray[np.uint8], row: Row) -> tuple[int, int, int, int]:
    """What of the drawing is shown: all that was read, with some paper around it."""
    high, wide = drawing.shape
    if not row.pieces:
        return 0, high, 0, wide
    parts: tuple[Piece | Mark, ...] = *row.pieces, *row.marks
    boxes = np.array([part.box for part in parts])
    top, left = boxes[:, ::2].min(0).tolist()
    bottom, right = boxes[:, 1::2].max(0).tolist()
    margin = max(1, round(MARGIN * (bottom - top)))
    return max(0, top - margin), min(high, bottom + margin), max(0, left - margin), min(wide, right + margin)


def _piece(piece: Piece) -> str:
    named = str(piece.digit) if piece.verdict.is_digit else "?"
    seen = Image.fromarray((255 * piece.image).round().byte().numpy())
    shown = f"read as {words.a(piece.digit)}" if piece.verdict.is_digit else "not named"
    sure = words.percent(piece.p.max().item())
    return f'<div><img src="{png_url(seen)}" alt="A piece, {shown}"><b>{named}</b>{sure}</div>'


def _mark(mark: Mark) -> str:
    return f'<div class="mark">{mark.name}</div>'
