"""Where one visitor teaches a copy of one network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from mnist_core.lessons.teach import Fall, Lesson, Pupil, Trial
    from mnist_core.network.model import MLP


@dataclass
class Desk:
    """Where one visitor teaches a copy of one network. The network itself belongs to all and is never changed.

    Attributes:
        pupil: The copy, and its lessons.
        before: The network from before the last lesson, and which lesson that was.
        choices: What the validation images were read as, by which these are and after how many lessons.
        picked: The digit whose badly read image is taught while nothing is drawn; None: the worst of the ten.
        seen: What was there to be taught when the page was last drawn; every drawing counts as the same thing.
        said: Whether the reader has said what it was.
        trouble: Why the last lesson was not given.
        tried: What many learning rates were last tried on, and what came of each.
        curve: Along which step the loss was last followed, and what it was.
        falls: For which step the fall of the loss was last foretold, and how it really fell with it and a shorter one.
    """

    pupil: Pupil
    before: tuple[Lesson | None, MLP]
    choices: dict[tuple[str, int], dict[int, Tensor]] = field(default_factory=dict)
    picked: int | None = None
    seen: object = ""
    said: bool = False
    trouble: str = ""
    tried: tuple[tuple[object, ...], list[Trial]] = ((), [])
    curve: tuple[tuple[object, ...], list[float]] = ((), [])
    falls: tuple[tuple[object, ...], tuple[Fall, Fall | None]] | None = None
