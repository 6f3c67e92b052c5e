"""An image, a small change of it and what comes out, as sums in pictures: one aimed at the network, one at random."""

import html
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core import words
from mnist_core.figures.images import png_url
from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme

_STYLE = """
<style>
.changes-place { container-type: inline-size; font-size: SIZE; }
.changes { display: grid; grid-template-columns: minmax(4.5em, 1fr) repeat(3, auto minmax(0, 11em));
  gap: 0.5rem 0.5rem; align-items: start; line-height: 1.3; max-width: 46em; }
.changes > b, .changes > i { align-self: center; font-style: normal; padding-bottom: 1.4em; }
.changes img { display: block; width: 100%; aspect-ratio: 1; box-sizing: border-box; margin-bottom: 0.25rem;
  image-rendering: pixelated; border: 4px solid transparent; }
@container (max-width: 34em) {
  .changes { grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr) auto minmax(0, 1fr); gap: 0.2rem 0.25rem; }
  .changes > b { grid-column: 1 / -1; padding: 0.3rem 0 0; }
  .changes > i:empty { display: none; }
}
</style>
"""


class Change(NamedTuple):
    """A way to change an image and what came of it.

    Attributes:
        name: Of the way.
        image: What came out, uint8 [28, 28].
        read: The digit that is read now.
        probability: The network gives it, 0 to 1.
    """

    name: str
    image: npt.NDArray[np.uint8]
    read: int
    probability: float


def changes(
    *,
    image: npt.NDArray[np.uint8],
    shows: int,
    before: tuple[int, float],
    ways: Sequence[Change],
    theme: Theme,
) -> str:
    """Rows of three pictures: the image, plus a change, is the changed image. Below each, what is read in it.

    Frames are as in ``reading_cards``: green for right, vermillion and dashed for wrong. The change is drawn with as
    much contrast as it can have: full colour is the largest change of a pixel there is.

    Args:
        image: uint8 [28, 28].
        shows: The digit it shows.
        before: The digit that is read in it, and the probability given to it.
        ways: How it was changed.
        theme: Of the page.

    Returns:
        HTML for ``st.html``; on a phone the name of each row stands above it.
    """
    rows = []
    first = _picture(png_url(Image.fromarray(image)), f"Image of {words.a(shows)}", shows, before)
    for way in ways:
        change = way.image.astype(np.int16) - image
        most = int(np.abs(change).max())
        colours = png_url(Image.fromarray(signed_colours(values=change, theme=theme)))
        said = f"up to {words.count(most, 'level')}"
        middle = f'<div><img src="{colours}" alt="The change: {said}">{said}</div>'
        after = _picture(
            png_url(Image.fromarray(way.image)), f"The image after it: {way.name}", shows, (way.read, way.probability)
        )
        rows.append(f"<b>{html.escape(way.name)}</b><i></i>{first}<i>+</i>{middle}<i>=</i>{after}")
    return f'{theme.sized(_STYLE)}<div class="changes-place"><div class="changes">{"".join(rows)}</div></div>'


def _picture(url: str, alt: str, shows: int, reading: tuple[int, float]) -> str:
    digit, probability = reading
    frame = f"{RIGHT_CLASS} solid" if digit == shows else f"{CHOICE} dashed"
    return (
        f'<div><img src="{url}" style="border: 4px {frame}" alt="{html.escape(alt, quote=True)}">'
        f"reads <b>{digit}</b>, {words.percent(probability)}</div>"
    )
