"""The weights of some neurons as pictures."""

import numpy as np
from PIL import Image
from torch import Tensor

from mnist_core.figures.images import png_url
from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import Theme

# Twice as large as they are, so that each weight is a square of two pixels.
_STYLE = """<style>
.weight-tiles { display: grid; grid-template-columns: repeat(10, 56px); gap: 4px; }
.weight-tiles img { width: 56px; height: 56px; max-width: none; image-rendering: pixelated; }
@media (max-width: 900px) { .weight-tiles { grid-template-columns: repeat(5, 56px); } }
</style>"""


def weight_tiles(*, weights: Tensor, limit: float, theme: Theme) -> str:
    """A picture for each neuron: how ink at each pixel changes its sum.

    Args:
        weights: torch.float [neurons, 28, 28].
        limit: The absolute value at which the colour is full.
        theme: Of the page.

    Returns:
        HTML for ``st.html``: ten pictures in a row, and five on a phone.
    """
    colours = signed_colours(values=weights.float().numpy(), theme=theme, limit=limit)  # (neurons, 28, 28, 3)
    tiles = (f'<img src="{png_url(Image.fromarray(np.ascontiguousarray(tile)))}" alt="">' for tile in colours)
    return f'{_STYLE}<div class="weight-tiles">{"".join(tiles)}</div>'
