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
        told: How many of these the reader has gone on from, once told what the image is labelled.
    """

    images: tuple[int, ...]
    labels: tuple[int, ...]
    choices: tuple[int, ...]
    answers: tuple[int, ...] = ()
    told: int = 0

    @property
    def is_asked(self) -> bool:
        """Whether the image at place ``told``, from 0, waits for an answer; else its answer has just been given."""
        return self.told == len(self.answers) and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether the reader has gone on from the last image."""
        return self.told == len(self.images)

    @property
    def score(self) -> tuple[int, int]:
        """How many of the images read so far the reader has right, and how many of the same the network."""
        read = self.labels[: len(self.answers)]
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
            ValueError: If that is no digit, or no image waits for one.
        """
        if not self.is_asked or not 0 <= digit <= 9:
            raise ValueError(f"{digit} is no answer here: a digit is 0 to 9, and an image is answered once.")
        return replace(self, answers=(*self.answers, digit))

    def go_on(self) -> Duel:
        """The duel with the next image on the table.

        Raises:
            ValueError: If the image on the table waits for an answer, or there is none.
        """
        if self.is_asked or self.is_over:
            raise ValueError("There is nothing to go on from: an image comes after the answer to the one before.")
        return replace(self, told=self.told + 1)


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
