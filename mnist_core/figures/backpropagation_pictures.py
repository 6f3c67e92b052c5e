"""Pictures of what comes back: a square for each neuron, and the gradient of a neuron's weights."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.figures.images import png_url
from mnist_core.figures.signed import Bytes, signed_colours
from mnist_core.figures.theme import Theme

SIDE, GAP = 14, 4  # pixels of a neuron's square, and between two
_STYLE = """<style>
.way-pictures { display: flex; align-items: flex-start; gap: 0.6rem; font-size: SIZE; line-height: 1.3; }
.way-pictures figure { margin: 0; flex: 0 1 var(--wide); min-width: 0; text-align: center; }
.way-pictures img { display: block; width: 100%; outline: 1px solid rgba(128, 128, 128, 0.35); }
.way-pictures .hard { image-rendering: pixelated; }
.way-pictures > span { align-self: center; flex: none; padding-bottom: 1.3em; }
</style>"""


class WayPicture(NamedTuple):
    """One of the pictures.

    Attributes:
        colours: uint8 [height, width, 3].
        words: What stands below it.
        said: What it shows, for readers who can't see it.
    """

    colours: Bytes
    words: str
    said: str


def pictures_in_a_row(*, pictures: Sequence[WayPicture], between: str, wide: int, theme: Theme) -> str:
    """Pictures in a row, which share the width there is.

    Args:
        pictures: In order.
        between: What stands between two of them.
        wide: How wide each becomes at most, in pixels.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    drawn = map(_figure, pictures)
    middle = f"<span>{escape(between)}</span>"
    return f'{theme.sized(_STYLE)}<div class="way-pictures" style="--wide: {wide}px">{middle.join(drawn)}</div>'


def _figure(picture: WayPicture) -> str:
    address = png_url(Image.fromarray(np.ascontiguousarray(picture.colours)))
    rendering = "hard" if picture.colours.shape[:2] == (28, 28) else "soft"
    return (
        f'<figure><img class="{rendering}" src="{address}" alt="{escape(picture.said)}">'
        f"<figcaption>{escape(picture.words)}</figcaption></figure>"
    )


def neuron_squares(*, values: npt.ArrayLike, silent: npt.ArrayLike, theme: Theme) -> Bytes:
    """A square for each neuron of a layer, row by row, in about twice as many columns as rows.

    Args:
        values: float [neurons], finite: blue below zero, vermillion above; full colour is the largest of them.
        silent: bool [neurons]: these have a dot in place of a square.
        theme: Of the page.

    Returns:
        uint8 [height, width, 3].
    """
    numbers, is_silent = np.asarray(values, dtype=np.float64), np.asarray(silent, dtype=bool)
    columns = math.ceil(math.sqrt(2 * len(numbers)))
    rows = -(-len(numbers) // columns)
    page, dot = _rgb(theme.background), _rgb(theme.rest)
    sheet = np.empty((rows * (SIDE + GAP) + GAP, columns * (SIDE + GAP) + GAP, 3), np.uint8)
    sheet[:] = page
    for index, (colour, nothing) in enumerate(zip(signed_colours(values=numbers, theme=theme), is_silent, strict=True)):
        top, left = (GAP + place * (SIDE + GAP) for place in divmod(index, columns))
        edge = SIDE // 2 - 2 if nothing else 0
        sheet[top + edge : top + SIDE - edge, left + edge : left + SIDE - edge] = dot if nothing else colour
    return sheet


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
