"""A photo on its way to 28 × 28 pixels: pictures side by side, on a phone, too."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.figures.images import png_url
from mnist_core.figures.theme import Theme

_STYLE = """<style>
.photo-way { display: flex; gap: 0.5rem; font-size: SIZE; line-height: 1.3; }
.photo-way figure { margin: 0; flex: 4; min-width: 0; }
.photo-way figure.small { flex: 3; }
.photo-way img { display: block; width: 100%; aspect-ratio: 5 / 4; object-fit: contain; object-position: top;
  margin-bottom: 0.3rem; }
.photo-way figure.small img { aspect-ratio: 15 / 16; image-rendering: pixelated; }
</style>"""


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of the way.

    Attributes:
        pixels: uint8 [H, W].
        says: What stands below it.
        shows: What is to be seen on it, for those who do not see it.
    """

    pixels: npt.NDArray[np.uint8]
    says: str
    shows: str


def photo_way(*, pictures: Sequence[Picture], theme: Theme) -> str:
    """Pictures side by side, the first one what the camera took, the last one what the network sees.

    Each has as much room upright as lying, so that nothing below them moves when a photo is turned.

    Args:
        pictures: In order.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    return f'{theme.sized(_STYLE)}<div class="photo-way">{"".join(map(_figure, pictures))}</div>'


def _figure(picture: Picture) -> str:
    size = ' class="small"' if picture.pixels.shape == (28, 28) else ""
    return (
        f'<figure{size}><img src="{png_url(Image.fromarray(picture.pixels))}" '
        f'alt="{html.escape(picture.shows, quote=True)}">{html.escape(picture.says)}</figure>'
    )
