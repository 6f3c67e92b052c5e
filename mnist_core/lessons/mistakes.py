"""A reader against a network, on the same images."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.network.model import CLASSES

DEAREST_RIGHT_ANSWER = math.log(CLASSES)  # the largest of ten probabilities is at least 1/10


@dataclass(frozen=True)
class Duel:
    """How far a reader has come. The network has read all images before.

    Attributes:
        images: Where they are in the data set, in the order they are shown.
        labels: What they show.
        choices: What the network read.
        answers: What the reader read, of the first images.
    """

    images: tuple[int, ...]
    labels: tuple[int, ...]
    choices: tuple[int, ...]
    answers: tuple[int, ...] = ()

    @property
    def turn(self) -> int:
        """The place of the image to be read now, from 0."""
        return len(self.answers)

    @property
    def is_over(self) -> bool:
        """Whether the reader has read all images."""
        return self.turn == len(self.images)

    @property
    def score(self) -> tuple[int, int]:
        """How many of the images read so far the reader has right, and how many of the same the network."""
        read = self.labels[: self.turn]
        reader = sum(answer == label for answer, label in zip(self.answers, read, strict=True))
        network = sum(choice == label for choice, label in zip(self.choices, read, strict=False))
        return reader, network

    @property
    def differences(self) -> list[int]:
        """The places, from 0, of the images that the reader and the network have read differently so far."""
        return [place for place, answer in enumerate(self.answers) if answer != self.choices[place]]

    def answer(self, digit: int) -> Duel:
        """The duel after the reader's next answer.

        Raises:
            ValueError: If that is no digit, or all images have been read.
        """
        if self.is_over or not 0 <= digit <= 9:
            raise ValueError(f"{digit} is no answer here: digits are 0 to 9, and there are {len(self.images)} images.")
        return replace(self, answers=(*self.answers, digit))


def hardest_duel(evaluation: Evaluation, images: int) -> Duel:
    """A duel on the images with the highest losses of the network, the highest first.

    Args:
        evaluation: What the network made of the images.
        images: How many; where there are fewer, all of them.
    """
    hardest = evaluation.hardest(images)
    return Duel(
        tuple(hardest.tolist()),
        tuple(evaluation.labels[hardest].tolist()),
        tuple(evaluation.choices[hardest].tolist()),
    )


def lost_before(duel: Duel, evaluation: Evaluation) -> int:
    """How many of the images cost the network more than any right answer can."""
    return int((evaluation.losses[list(duel.images)] > DEAREST_RIGHT_ANSWER).sum())
