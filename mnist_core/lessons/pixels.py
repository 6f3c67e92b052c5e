"""The way from a drawing to what a network is fed, with stages left out, and what leaving them out costs.

The stages are those of ``preprocessing``. A stage that is left out passes on what it was given, or does what a program
does that has never heard of it; the stages after it work on whatever they get.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import islice, product

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, standardize
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import (
    IMAGE_SIZE,
    Drawing,
    centre_by_mass,
    crop_to_ink,
    draw_on_canvas,
    ink_box,
    redraw,
    scale_to_box,
    to_grey,
)
from mnist_core.network.functions import softmax
from mnist_core.network.model import MLP

DRAWINGS = 1_000  # enough to tell 98 % from 97 %, and few enough to be prepared in a second or two


@dataclass(frozen=True)
class Stages:
    """Which stages are taken; all of them, unless it is said otherwise."""

    cut: bool = True  # left out: the whole canvas is taken for the digit
    scale: bool = True  # left out: whatever there is is stretched to fill the image, and its aspect is lost
    centre: bool = True  # left out: the middle of the box comes to the middle of the image, not the centre of mass
    normalize: bool = True  # left out: the network is fed 0..1, as the picture is

    @property
    def picture(self) -> Stages:
        """The stages that the picture depends on, alike for all that give the same one.

        Normalisation changes the numbers and not the picture. What fills the image can't be moved in it.
        """
        return replace(self, centre=self.centre and self.scale, normalize=True)

    def lacks(self, other: Stages) -> bool:
        """Whether all that the other leaves out is left out here, too."""
        return all(theirs or not ours for ours, theirs in zip(astuple(self), astuple(other), strict=True))


ALL = Stages()
NONE = Stages(cut=False, scale=False, centre=False, normalize=False)
PICTURES = tuple(dict.fromkeys(Stages(*three).picture for three in product((True, False), repeat=3)))


@dataclass(frozen=True, eq=False)  # eq=False: two tensors compare to a tensor, not to True or False
class Way:
    """One drawing on its way, after each stage or in its place.

    Attributes:
        raw: torch.float32 [H, W] in 0..1, the drawing in grey.
        box: The rows and columns that hold its ink.
        cut: torch.float32 [h, w] in 0..1: the ink's box, or all of it.
        scaled: torch.float32 [20, 20] in 0..1: the longest side made 20 pixels; or [28, 28], stretched.
        placed: torch.float32 [28, 28] in 0..1: on the paper.
        fed: torch.float32 [28, 28]: what the network gets, signed where it is normalised.
    """

    raw: Tensor
    box: tuple[slice, slice]
    cut: Tensor
    scaled: Tensor
    placed: Tensor
    fed: Tensor


def take(drawing: Drawing, stages: Stages = ALL) -> Way:
    """Take a drawing along the stages; with all of them ``placed`` is what ``drawing_to_mnist`` returns.

    Args:
        drawing: As for ``drawing_to_mnist``.
        stages: Which are taken.

    Returns:
        What came of each.

    Raises:
        BlankDrawing: If there is no ink.
        TypeError: As ``drawing_to_mnist``.
        ValueError: As ``drawing_to_mnist``.
    """
    raw = to_grey(drawing)
    box = ink_box(raw)
    cut = crop_to_ink(raw) if stages.cut else raw
    scaled = scale_to_box(cut) if stages.scale else stretch(cut)
    placed = place(cut, stages)
    return Way(raw, box, cut, scaled, placed, _fed(placed[None], stages).view(IMAGE_SIZE, IMAGE_SIZE))


def place(cut: Tensor, stages: Stages) -> Tensor:
    """The stages between the cutting and the normalising: torch.float32 [h, w] in 0..1 -> [28, 28] in 0..1."""
    if not stages.scale:
        return stretch(cut)
    return centre_by_mass(cut) if stages.centre else centre_by_box(cut)


def stretch(cut: Tensor) -> Tensor:
    """In place of the scaling: both sides are made 28 pixels long, as ``resize((28, 28))`` does. The aspect is lost.

    Args:
        cut: torch.float32 [h, w] in 0..1, with ink.

    Returns:
        torch.float32 [28, 28] in 0..1.
    """
    height, width = cut.shape
    return redraw(cut, point=(0, 0), at=0, size=IMAGE_SIZE, zoom=(IMAGE_SIZE / height, IMAGE_SIZE / width))


def centre_by_box(cut: Tensor) -> Tensor:
    """In place of centring by mass: 20 pixels long, with the same margin above and below, and on both sides.

    Args:
        cut: torch.float32 [h, w] in 0..1, with ink.

    Returns:
        torch.float32 [28, 28] in 0..1.
    """
    height, width = cut.shape
    return redraw(cut, point=(height / 2, width / 2), at=IMAGE_SIZE / 2, size=IMAGE_SIZE)


def read(model: MLP, images: Tensor, stages: Stages = ALL) -> Tensor:
    """What a network makes of images that are normalised, or fed as they are where that stage is left out.

    Args:
        model: It is in eval mode while it reads, and afterwards in the mode it was in.
        images: torch.float32 [N, 28, 28] in 0..1, 0 for paper.
        stages: Only the last one counts here.

    Returns:
        Probabilities, torch.float32 [N, 10].
    """
    if stages.normalize:
        return predict_proba(model, images)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(_fed(images, stages))
    model.train(was_training)
    return softmax(logits)


def _fed(images: Tensor, stages: Stages) -> Tensor:
    """What the network gets: torch.float32 [N, 28, 28] in 0..1 -> [N, 784]."""
    return standardize(images) if stages.normalize else images.flatten(1)


def choose(dataset: Dataset, seed: int, n: int = DRAWINGS) -> Dataset:
    """Some images of a data set, drawn by a seed; all of them, in another order, where there are no more than ``n``."""
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed))
    return dataset.subset(order[:n])


def drawings(images: Tensor, seed: int) -> Iterator[Tensor]:
    """Each image as a drawing, torch.uint8 [N, 28, 28] -> N of [280, 280]; the seed decides on sizes and places."""
    generator = torch.Generator().manual_seed(seed)
    for image in images:
        yield draw_on_canvas(image, generator)


def prepare_all(drawings: Iterable[Drawing], ways: Sequence[Stages] = PICTURES) -> dict[Stages, Tensor]:
    """Prepare drawings in every way of leaving stages out; the two first stages are done once for all ways.

    Args:
        drawings: N of them, each as for ``drawing_to_mnist``; one at least.
        ways: Which.

    Returns:
        For each way torch.float32 [N, 28, 28] in 0..1.
    """
    placed: dict[Stages, list[Tensor]] = {way: [] for way in ways}
    for drawing in drawings:
        raw = to_grey(drawing)
        ink = crop_to_ink(raw)
        for way, done in placed.items():
            done.append(place(ink if way.cut else raw, way))
    return {way: torch.stack(done) for way, done in placed.items()}


@dataclass(frozen=True, eq=False)
class Trial:
    """Drawings to measure with, prepared in every way.

    Attributes:
        pictures: For each way torch.float32 [N, 28, 28] in 0..1.
        labels: torch.int64 [N]: the digits they show.
    """

    pictures: dict[Stages, Tensor]
    labels: Tensor


def trials(dataset: Dataset, seed: int, n: int = DRAWINGS, at_a_time: int = 50) -> Iterator[Trial]:
    """Draw some images of a data set on a canvas each, and prepare them in every way; that takes some seconds.

    Args:
        dataset: Images that no network has learned from.
        seed: Which images, how large, and where on the canvas.
        n: How many; fewer where there are fewer.
        at_a_time: How many are made from one result to the next.

    Yields:
        All that are made so far; last of all, all.
    """
    some = choose(dataset, seed, n)
    canvases = drawings(some.images, seed)
    parts: list[dict[Stages, Tensor]] = []
    for start in range(0, len(some), at_a_time):
        parts.append(prepare_all(islice(canvases, at_a_time)))
        pictures = {way: torch.cat([part[way] for part in parts]) for way in PICTURES}
        yield Trial(pictures, some.labels[: start + at_a_time])


def rights(model: MLP, trial: Trial, stages: Stages) -> Tensor:
    """Which of the drawings a network reads rightly, prepared by these stages: torch.bool [N]."""
    return read(model, trial.pictures[stages.picture], stages).argmax(dim=1) == trial.labels


@dataclass(frozen=True)
class Cost:
    """What leaving stages out costs on some drawings, each of which was read with all stages too.

    Attributes:
        drawings: How many there are.
        before: How many are read rightly with all stages.
        now: How many without those left out.
        lost: How many were right and are wrong now.
        gained: How many were wrong and are right now.
    """

    drawings: int
    before: int
    now: int
    lost: int
    gained: int

    @property
    def give_or_take(self) -> float:
        """The standard error of ``before - now``: by how much it would typically differ with as many other drawings.

        Each drawing counts +1 (lost), -1 (gained) or 0. The variance of a sum of n such numbers is n times that of one:
        n · (mean of the squares − square of the mean) = lost + gained − (lost − gained)² / n.
        """
        return math.sqrt(self.lost + self.gained - (self.lost - self.gained) ** 2 / self.drawings)


def cost(before: Tensor, now: Tensor) -> Cost:
    """Compare two readings of the same drawings.

    Args:
        before: torch.bool [N]: which are read rightly with all stages.
        now: torch.bool [N]: which are without those left out.

    Returns:
        The counts.

    Raises:
        ValueError: If they are not as many, or there are none.
    """
    if before.shape != now.shape or not len(before):
        raise ValueError("Two readings of the same drawings are compared, and there must be one drawing at least.")
    lost, gained = int((before & ~now).sum()), int((now & ~before).sum())
    return Cost(len(before), int(before.sum()), int(now.sum()), lost, gained)
