"""The weights of some neurons as pictures."""

from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image
from torch import Tensor

from mnist_core.figures.images import png_url
from mnist_core.figures.signed import Bytes, signed_colours
from mnist_core.figures.theme import Theme

_STYLE = """<style>
.weight-place { container-type: inline-size; font-size: SIZE; }
.weight-tiles { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 6px; line-height: 1.3; }
.weight-tiles figure { margin: 0; max-width: 112px; text-align: center; }
.weight-tiles img { display: block; width: 100%; aspect-ratio: 1; image-rendering: pixelated;
  outline: 1px solid rgba(128, 128, 128, 0.35); } /* or weights of 0 could not be seen */
@container (max-width: 36em) { .weight-tiles { grid-template-columns: repeat(5, minmax(0, 1fr)); } }
</style>"""


def weight_tiles(*, weights: Tensor, limit: float, theme: Theme, names: Sequence[str] = ()) -> str:
    """A picture for each neuron: how ink at each pixel changes its sum.

    Args:
        weights: torch.float [neurons, 28, 28].
        limit: The absolute value at which the colour is full.
        theme: Of the page.
        names: What stands below each picture, such as the digit whose score it makes; empty: nothing.

    Returns:
        HTML for ``st.html``: ten pictures in a row, and five where it is narrow.

    Raises:
        ValueError: If there are names, and not one for each picture.
    """
    if names and len(names) != len(weights):
        raise ValueError(f"{len(weights)} pictures need as many names, not {len(names)}.")
    colours = signed_colours(values=weights.float().numpy(), theme=theme, limit=limit)  # (neurons, 28, 28, 3)
    tiles = "".join(map(_tile, colours, names or [""] * len(colours)))
    return f'{theme.sized(_STYLE)}<div class="weight-place"><div class="weight-tiles">{tiles}</div></div>'


def _tile(colours: Bytes, name: str) -> str:
    said = f"Weights of {name}" if name else ""
    picture = f'<img src="{png_url(Image.fromarray(np.ascontiguousarray(colours)))}" alt="{escape(said)}">'
    return f"<figure>{picture}{f'<figcaption>{escape(name)}</figcaption>' if name else ''}</figure>"
