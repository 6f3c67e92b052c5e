"""The ways to write a digit, the commonest first."""

import html
from collections.abc import Sequence

import torch
from torch import Tensor

from mnist_core.data.styles import Style
from mnist_core.figures.cards import data_url
from mnist_core.figures.images import sheet
from mnist_core.figures.theme import Theme

_STYLE = """
<style>
.digit-styles { display: grid; grid-template-columns: repeat(auto-fill, minmax(5.4em, 1fr)); gap: 0.7rem 0.8rem;
  font-size: SIZE; line-height: 1.25; }
.digit-styles > div { max-width: 9em; }
.digit-styles img { display: block; width: 100%; height: auto; image-rendering: pixelated; margin-bottom: 0.25rem; }
</style>
"""


def digit_styles(*, styles: Sequence[Style], hands: Sequence[Tensor], theme: Theme) -> str:
    """A card for each style: four digits written so, its name, and how many of a hundred are.

    Args:
        styles: What they are.
        hands: Four digits of each style, torch.uint8 [4, 28, 28].
        theme: Of the page.

    Returns:
        HTML.

    Raises:
        ValueError: If there are not as many groups of digits as styles.
    """
    if len(styles) != len(hands):
        raise ValueError(f"{len(styles)} styles need as many groups of digits, not {len(hands)}.")
    pairs = sorted(zip(styles, hands, strict=True), key=lambda pair: -pair[0].share)
    items = "".join(_card(style, images) for style, images in pairs)
    return f'{theme.sized(_STYLE)}<div class="digit-styles" role="list">{items}</div>'


def _card(style: Style, images: Tensor) -> str:
    name = html.escape(style.name, quote=True)
    picture = data_url(image=torch.from_numpy(sheet(images=images, columns=2, factor=1)))
    return (
        f'<div role="listitem"><img src="{picture}" alt="Four hands: {style.digit}, {name}">'
        f"<b>{100 * style.share:.0f}</b> {name}</div>"
    )
