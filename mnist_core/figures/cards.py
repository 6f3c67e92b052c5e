"""Images of digits with what was said of each, as a sheet of cards that folds to the width of the page."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

import torch
from PIL import Image
from torch import Tensor

from mnist_core import words
from mnist_core.figures.images import png_url
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme

_STYLE = """
<style>
.digit-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(7em, 1fr)); gap: 1rem 0.9rem;
  font-size: SIZE; line-height: 1.35; }
.digit-cards > div { max-width: 11em; }
.digit-cards img { display: block; width: 100%; max-width: 112px; height: auto;
  image-rendering: pixelated; margin-bottom: 0.4rem; }
.digit-cards .line { display: flex; justify-content: space-between; gap: 0.4rem; }
.digit-cards .bar { height: 7px; margin: 1px 0 5px; background: rgba(128, 128, 128, 0.25); }
.digit-cards .bar i { forced-color-adjust: none; display: block; height: 7px; min-width: 1px; box-sizing: border-box; }
</style>
"""


class Line(NamedTuple):
    """A line below an image.

    Attributes:
        text: What it says.
        probability: What it is about, drawn as a bar and written behind the text; None: there is none.
        is_right: Whether the digit the line is about is what the image shows, which makes the bar green.
        is_choice: Whether the network chose it, which makes the bar vermillion, or gives a green one that outline.
    """

    text: str
    probability: float | None = None
    is_right: bool = False
    is_choice: bool = False


def two_lines(*, label: int, choice: int, probabilities: Sequence[float]) -> list[Line]:
    """What an image is and what it was read as, with the probability the network gave to each.

    Args:
        label: The digit it shows.
        choice: The digit it was read as.
        probabilities: Of the ten digits.

    Returns:
        Two lines, or one where both are the same digit.
    """
    if label == choice:
        return [Line(f"{words.a(label)}, read as {label}", probabilities[label], is_right=True, is_choice=True)]
    return [
        Line(f"it is {words.a(label)}", probabilities[label], is_right=True),
        Line(f"read as {choice}", probabilities[choice], is_choice=True),
    ]


def cards(*, images: Tensor, lines: Sequence[Sequence[Line]], theme: Theme) -> str:
    """A sheet of cards.

    Args:
        images: torch.uint8 [N, H, W].
        lines: What stands below each image.
        theme: Of the page.

    Returns:
        HTML. Each image has its lines as the text for those who can't see it.

    Raises:
        ValueError: If there are not as many images as there are groups of lines.
    """
    if len(images) != len(lines):
        raise ValueError(f"{len(images)} images need as many groups of lines, not {len(lines)}.")
    items = "".join(_card(image, below, theme) for image, below in zip(images, lines, strict=True))
    return f'{theme.sized(_STYLE)}<div class="digit-cards" role="list">{items}</div>'


def _card(image: Tensor, lines: Sequence[Line], theme: Theme) -> str:
    spoken = html.escape(", ".join(line.text for line in lines), quote=True)
    picture = f'<img src="{data_url(image=image)}" width="112" height="112" alt="Image: {spoken}">'
    return f'<div role="listitem">{picture}{"".join(_line(line, theme) for line in lines)}</div>'


def _line(line: Line, theme: Theme) -> str:
    if line.probability is None:
        return f'<div class="line"><span>{html.escape(line.text)}</span></div>'
    fill = RIGHT_CLASS if line.is_right else CHOICE if line.is_choice else theme.rest
    outline = f"border:2px solid {CHOICE};" if line.is_right and line.is_choice else ""
    width = 100 * min(1.0, max(0.0, line.probability))
    bar = f'<div class="bar"><i style="width:{width:.1f}%;background:{fill};{outline}"></i></div>'
    number = html.escape(words.percent(line.probability))
    return f'<div class="line"><span>{html.escape(line.text)}</span><span>{number}</span></div>{bar}'


def large(*, image: Tensor, alt: str, width: int) -> str:
    """One image, made large, as HTML; it is there at once, because it is part of the page.

    Args:
        image: torch.uint8 [H, W].
        alt: What it is called for those who can't see it.
        width: In pixels of the page.
    """
    return (
        f'<img src="{data_url(image=image)}" width="{width}" height="{width}" alt="{html.escape(alt, quote=True)}" '
        'style="image-rendering: pixelated; display: block; max-width: 100%">'
    )


def data_url(*, image: Tensor) -> str:
    """An image as the address of itself, which a page shows without asking the server.

    Args:
        image: torch.uint8 [H, W].

    Returns:
        A PNG as a ``data:`` URL.

    Raises:
        ValueError: If it is no such image.
    """
    if image.dtype != torch.uint8 or image.ndim != 2:
        raise ValueError(f"An image is torch.uint8 [H, W], not {image.dtype} {list(image.shape)}.")
    return png_url(Image.fromarray(image.numpy()))
