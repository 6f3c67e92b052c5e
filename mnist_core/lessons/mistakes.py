"""Why one network has several accuracies: each is a share of other images, and few images leave much to luck."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.evaluation.accuracy import Evaluation, wilson_interval


@dataclass(frozen=True)
class Count:
    """How many images of a kind a network classifies rightly.

    Attributes:
        name: Which images.
        right: How many of them it has right.
        images: How many there are, 1 or more.
    """

    name: str
    right: int
    images: int

    @classmethod
    def of(cls, name: str, evaluation: Evaluation, first: int | None = None) -> Count:
        """Of what a network made of some images, or of the first so many of them."""
        is_right = (evaluation.choices == evaluation.labels)[:first]
        return cls(name, int(is_right.sum()), len(is_right))

    @property
    def accuracy(self) -> float:
        """The share, 0 to 1."""
        return self.right / self.images

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval: which shares so few images leave possible, 0 to 1."""
        return wilson_interval(self.right, self.images)
