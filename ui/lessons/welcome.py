"""What the first page asks of the network; nothing here imports torch before there is something to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mnist_core import words
from ui.frame import resources

if TYPE_CHECKING:
    from ui.drawing.reading import Reading, Subject


def read(subject: Subject | None) -> Reading | None:
    """What the network in use makes of a drawing; None while there is none."""
    if subject is None:
        return None
    from ui.drawing import reading
    from ui.visitor import networks

    return reading.read(networks.model_in_use()[0], subject)


def answer(reading: Reading | None) -> tuple[str, str] | None:
    """What it reads, in large letters, and how sure it is; or that it is not sure, and why."""
    if reading is None:
        return None
    first, second = reading.p.argsort(descending=True)[:2].tolist()
    sure, doubt = (words.percent(reading.p[each].item()) for each in (first, second))
    if reading.verdict.is_digit:
        return str(first), f"This is {words.a(first)}: {sure}. Its second guess is {second}: {doubt}."
    why = reading.verdict.reason.partition(". ")[0].rstrip(".")
    return "Not sure", f"{why}. If it had to choose, it would say {first}."


def headline() -> float:
    """The ready-made network's accuracy on the validation images, 0 to 1."""
    resources.libraries()
    from mnist_core.network.checkpoint import shipped_card

    return float(shipped_card()["validation_accuracy"])
