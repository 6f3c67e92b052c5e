"""Many small images side by side, each with a frame for right or wrong and a few lines below it."""

import html
from collections.abc import Sequence

from torch import Tensor

from mnist_core.figures.cards import data_url
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme

_STYLE = """
<style>
.tiles-place { container-type: inline-size; font-size: SIZE; }
.tiles { display: grid; grid-template-columns: repeat(var(--across), minmax(0, 1fr)); gap: 0.5rem 0.6rem;
  text-align: center; line-height: 1.3; }
.tiles img { display: block; width: 100%; box-sizing: border-box; image-rendering: pixelated; margin-bottom: 0.2rem;
  border: 3px solid transparent; forced-color-adjust: none; }
@container (max-width: 40em) { .tiles { grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 0.4rem 0.3rem; } }
</style>
"""


def tiles(
    *,
    images: Tensor,
    lines: Sequence[Sequence[str]],
    right: Sequence[bool] | None,
    theme: Theme,
    across: int = 10,
) -> str:
    """Images in rows, with green frames for right answers and dashed vermillion ones for wrong answers.

    The frame of a wrong answer is dashed, so that nobody need tell the two colours apart.

    Args:
        images: torch.uint8 [N, H, W].
        lines: What stands below each image.
        right: Whether the answer to each is right; None: that is not told, and there are no frames.
        theme: Of the page.
        across: How many stand side by side; where there is little room five do.

    Returns:
        HTML. Each image has its lines as the text for those who can't see it.

    Raises:
        ValueError: If there are not as many images as groups of lines and answers.
    """
    told = [None] * len(images) if right is None else right
    if not len(images) == len(lines) == len(told):
        raise ValueError(f"{len(images)} images need as many lines and answers, not {len(lines)} and {len(told)}.")
    items = "".join(map(_tile, images, lines, told))
    grid = f'<div class="tiles" role="list" style="--across: {across}">{items}</div>'
    return f'{theme.sized(_STYLE)}<div class="tiles-place">{grid}</div>'


def _tile(image: Tensor, lines: Sequence[str], is_right: bool | None) -> str:
    frame = "transparent solid" if is_right is None else f"{RIGHT_CLASS} solid" if is_right else f"{CHOICE} dashed"
    spoken = html.escape(", ".join(lines), quote=True)
    below = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
    return (
        f'<div role="listitem"><img src="{data_url(image=image)}" style="border: 3px {frame}" alt="Image: {spoken}">'
        f"{below}</div>"
    )
