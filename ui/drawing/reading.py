"""What there is to read, and what a network and the rule of "not sure" make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from ui.frame import resources

if TYPE_CHECKING:  # torch, which all of these need, comes with the first stroke: the first page need not wait for it
    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

    from mnist_core.handwriting.is_digit import Verdict
    from mnist_core.network.model import MLP


@dataclass(frozen=True, eq=False)
class Subject:
    """What the network is to read.

    Attributes:
        image: torch.float32 [28, 28] in 0..1, as the network sees it.
        drawing: uint8 [H, W], bright ink on dark: what the image was made of.
        label: The digit it shows, where that is known.
        source: Where it comes from.
        extent: How large it was drawn on the canvas, as ``Preparation.extent`` says; None for a sample or a photo.
    """

    image: Tensor
    drawing: npt.NDArray[np.uint8]
    label: int | None
    source: Literal["canvas", "sample", "photo"]
    extent: float | None = None


def drawn(drawing: npt.NDArray[np.uint8]) -> Subject:
    """What is drawn on the canvas, uint8 [H, W]; raises BlankDrawing where there is no ink."""
    from mnist_core.handwriting.preprocessing import prepare

    prepared = prepare(drawing)
    return Subject(prepared.centred, drawing, None, "canvas", prepared.extent)


class Reading(NamedTuple):
    """What a network reads: probabilities of the ten digits, torch.float32 [10], and whether one may be named."""

    p: Tensor
    verdict: Verdict


def read(model: MLP, subject: Subject) -> Reading:
    """What a network makes of a subject, and what the rule says of that."""
    from mnist_core.handwriting.prediction import predict_proba

    p = predict_proba(model, subject.image[None])[0]  # (1, 28, 28) -> (1, 10) -> (10,)
    return Reading(p, verdict_on(subject, p))


def verdict_on(subject: Subject, p: Tensor | None = None) -> Verdict:
    """Whether a subject is a digit, by the second network, and by the probabilities [10] if some network has read."""
    from mnist_core.handwriting.is_digit import judge

    return judge(resources.is_digit_model(), subject.image, p, subject.extent)
