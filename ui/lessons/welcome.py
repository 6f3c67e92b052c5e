"""What the first page asks of the network; nothing here imports torch before there is something to read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PIL import Image

from mnist_core import words
from mnist_core.figures.images import enlarged, png_url

if TYPE_CHECKING:
    from ui.drawing.reading import Reading, Subject


def read(subject: Subject | None) -> Reading | None:
    """What the network in use makes of a drawing; None while there is none."""
    if subject is None:
        return None
    from ui.drawing import reading
    from ui.visitor import networks

    return reading.read(networks.model_in_use()[0], subject)


def seen(subject: Subject) -> str:
    """The drawing as the network sees it, as an address that holds the picture."""
    return png_url(Image.fromarray(enlarged(image=subject.image, factor=4)))


def verdict(reading: Reading | None) -> str:
    """What it reads, as HTML: the digit large, and how sure it is; or that it is not sure, and why."""
    if reading is None:
        return _said("?", "Draw on the black square, with the mouse or a finger.")
    first, second = reading.p.argsort(descending=True)[:2].tolist()
    sure, doubt = (words.percent(reading.p[each].item()) for each in (first, second))
    if reading.verdict.is_digit:
        return _said(str(first), f"This is {words.a(first)}: {sure}. Its second guess is {second}: {doubt}.")
    why = reading.verdict.reason.partition(". ")[0].rstrip(".")
    return _said("Not sure", f"{why}. If it had to choose, it would say {first}.")


def _said(large: str, small: str) -> str:
    return (
        f'<div style="font-size: 2.75rem; font-weight: 600; line-height: 1.1" translate="no">{escape(large)}</div>'
        f"<div>{escape(small)}</div>"
    )


def headline() -> float:
    """The ready-made network's accuracy on the validation images, 0 to 1."""
    from mnist_core.network.checkpoint import shipped_card

    return float(shipped_card()["validation_accuracy"])
