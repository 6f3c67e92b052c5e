"""A network learns on from a reader's own digits: what that changes on those kept back, and what it costs elsewhere."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, Splits, split_stratified
from mnist_core.data.generated import BOX, fits, ink, place, trace_form
from mnist_core.data.styles import STYLES
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.collection import OwnDigit, as_dataset
from mnist_core.network.model import CLASSES, MLP, copied
from mnist_core.training.loop import EpochEvent, TrainingConfig, fit
from mnist_core.training.start import Start

OWN, MADE_UP = "own_digits", "made_up_digits"  # what cards call whose digits were learned from
FEWEST = 20  # digits to learn from and to test on
KEPT_SHARE, FEWEST_KEPT = 1 / 5, 10  # a fifth is kept back, and ten at least: fewer would tell nothing
TRAINING = TrainingConfig(epochs=10, batch_size=10, learning_rate=1e-3, optimizer="adam")
SHARES = (0.0, 0.5, 0.8, 0.9)  # of other images in each batch
MADE = 100  # digits of the made writer
MIRROR = torch.tensor([-1.0, 1.0])  # times x and y
PEN = 1.3  # pixels, half the width of the stroke


@dataclass(frozen=True, eq=False)
class Parts:
    """Digits in the part that is learned from and the one that is kept back.

    Attributes:
        learned: What the network learns from.
        kept: What it is judged on, and never learns from.
    """

    learned: Dataset
    kept: Dataset


@dataclass(frozen=True, eq=False)
class Learning:
    """How far a network has come in learning on.

    Attributes:
        share: Of other images in each batch, 0 to below 1.
        read: What it read of the kept digits, before the first batch and after each epoch: torch.int64 [kept] each.
        labels: What those are, torch.int64 [kept].
        elsewhere: How many of the validation images it read rightly, as often.
        images: How many of these there are.
        model: As it is now, in eval mode.
    """

    share: float
    read: tuple[Tensor, ...]
    labels: Tensor
    elsewhere: tuple[int, ...]
    images: int
    model: MLP = field(repr=False)

    @property
    def right(self) -> list[int]:
        """How many of the kept digits were read rightly, before the first batch and after each epoch."""
        return [int((read == self.labels).sum()) for read in self.read]

    @property
    def gained_and_lost(self) -> tuple[int, int]:
        """How many of the kept digits it reads rightly only now, and how many it read rightly only before."""
        before, now = self.read[0] == self.labels, self.read[-1] == self.labels
        return int((now & ~before).sum()), int((before & ~now).sum())


def missing(digits: Sequence[OwnDigit]) -> list[int]:
    """The digits from 0 to 9 that none of these is."""
    return sorted(set(range(CLASSES)) - {digit.label for digit in digits})


def parted(digits: Sequence[OwnDigit], seed: int) -> Parts:
    """Keeps some of the digits back, of each kind the same share.

    Args:
        digits: At least ``FEWEST``.
        seed: Which are kept back.

    Raises:
        ValueError: If there are too few.
    """
    if len(digits) < FEWEST:
        raise ValueError(f"At least {FEWEST} digits are needed, not {len(digits)}.")
    whole = as_dataset(digits)
    learned, kept = split_stratified(whole.labels, max(FEWEST_KEPT, round(KEPT_SHARE * len(whole))), seed)
    return Parts(whole.subset(learned), whole.subset(kept))


class Mixed:
    """A few digits and others in every batch, for ``fit``. An epoch is one pass over the few.

    Args:
        few: What is to be learned.
        others: What is mixed in, drawn at random.
        share: Of the others in each batch, 0 to below 1. How many of the few it has does not depend on it.
        config: Of the run; ``batch_size`` counts the few.

    Raises:
        ValueError: If the share is out of range.
    """

    def __init__(self, few: Dataset, others: Dataset, share: float, config: TrainingConfig) -> None:
        if not 0 <= share < 1:
            raise ValueError(f"A share is a number from 0 to below 1, not {share!r}.")
        self._few, self._others, self._ratio, self._size = few, others, share / (1 - share), config.batch_size
        # Two, so that another share leaves the order of the few as it is.
        self._order, self._drawn = (torch.Generator().manual_seed(seed) for seed in (config.seed, config.seed + 1))

    def __len__(self) -> int:
        return math.ceil(len(self._few) / self._size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for chosen in torch.randperm(len(self._few), generator=self._order).split(self._size):
            count = round(self._ratio * len(chosen))
            mixed_in = torch.randint(len(self._others), (count,), generator=self._drawn)
            few, others = self._few.subset(chosen), self._others.subset(mixed_in)
            yield torch.cat((few.images, others.images)), torch.cat((few.labels, others.labels))


def learn_on(
    start: Start, parts: Parts, splits: Splits, share: float, config: TrainingConfig = TRAINING
) -> Iterator[Learning]:
    """Lets a copy of a network learn from digits, and counts what it reads before and after each epoch.

    Args:
        start: The network; it stays as it is.
        parts: What it learns from, and what is kept back.
        splits: Some of its training images are mixed in, and its validation images tell what is forgotten.
        share: Of mixed-in images in each batch, 0 to below 1.
        config: How to train; a batch has ``batch_size`` of the digits, and what is mixed in besides.

    Yields:
        How far it has come, once before the first batch and after each epoch.

    Raises:
        TrainingDiverged: As ``fit``.
    """
    model = start.network()
    before = evaluate(model, splits.validation).accuracy
    learning = Learning(share, (), parts.kept.labels, (), len(splits.validation), start.model)
    learning = _later(learning, model, parts, before)
    yield learning
    for event in fit(model, Mixed(parts.learned, splits.train, share, config), splits.validation, config):
        if isinstance(event, EpochEvent):
            learning = _later(learning, model, parts, event.validation_accuracy)
            yield learning


def _later(learning: Learning, model: MLP, parts: Parts, accuracy: float) -> Learning:
    """With what the model reads now, and a copy of it."""
    read = (*learning.read, evaluate(model, parts.kept).choices)
    return replace(
        learning,
        read=read,
        elsewhere=(*learning.elsewhere, round(accuracy * learning.images)),
        model=copied(model),
    )


def card(
    start: Start, learning: Learning, parts: Parts, of: str, mixed_in: str, config: TrainingConfig
) -> dict[str, Any]:
    """What a checkpoint says of a network that learned on, as plain JSON values.

    Args:
        start: What it began with.
        learning: How it did so.
        parts: What it learned from, and what was kept back.
        of: Whose digits these are: ``OWN`` or ``MADE_UP``.
        mixed_in: The name of the data set that was mixed in, and whose validation images were counted.
        config: How it was trained.
    """
    dataset = mixed_in if learning.share else start.card.get("dataset")
    counted = {"validation_accuracy": round(learning.elsewhere[-1] / learning.images, 4)}
    return {
        "dataset": dataset if isinstance(dataset, str) else None,
        "began_with": start.on_card(),
        of: {
            "learned_from": len(parts.learned),
            "kept_back": len(parts.kept),
            "read_before": learning.right[0],
            "read_after": learning.right[-1],
        },
        "share_mixed_in": learning.share,
        "seed": config.seed,
        "training": asdict(config),
        "epochs_done": len(learning.read) - 1,
        **(counted if dataset == mixed_in else {}),
    }


@cache
def made_writer() -> tuple[OwnDigit, ...]:
    """A hundred digits, ten of each, of a writer who is made up: each in one form, and all mirrored.

    Many children mirror digits while they learn to write them.
    """
    generator = torch.Generator().manual_seed(2)
    images = [_write(digit, MADE // CLASSES, generator) for digit in range(CLASSES)]
    return tuple(
        OwnDigit(digit, "canvas", image.numpy().tobytes()) for digit, some in enumerate(images) for image in some
    )


def _write(digit: int, count: int, generator: torch.Generator) -> Tensor:
    """Some digits of the made writer: torch.uint8 [count, 28, 28]."""
    form = next(style for style in STYLES if style.digit == digit).forms[0]
    written = torch.zeros(0, BOX, BOX, dtype=torch.uint8)
    while len(written) < count:
        path, length = trace_form(form, count, generator)
        boxes = ink(path * MIRROR, length, torch.full(path.shape[:2], PEN), generator)
        written = torch.cat((written, boxes[fits(boxes)]))
    return place(written[:count])
