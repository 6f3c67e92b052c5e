"""How well a model does on images it was not trained on."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.network.functions import cross_entropy, softmax
from mnist_core.network.model import CLASSES, MLP

CHUNK = 1_000  # images at a time: all at once would need a gigabyte for wide networks
GUESSING_LOSS = math.log(CLASSES)  # of a network that gives every digit the same probability: 2.303
GUESSING_ACCURACY = 1 / CLASSES  # the share that naming one of ten digits blindly gets right
TWO_SIDED_95 = 1.959964  # standard deviations: 19 of 20 draws lie within


@dataclass(frozen=True)
class Evaluation:
    """What a model said of some images beside what they show.

    Attributes:
        logits: torch.float32 [N, 10].
        labels: torch.int64 [N].
    """

    logits: Tensor
    labels: Tensor

    @cached_property
    def choices(self) -> Tensor:
        """torch.int64 [N]: the digit each image was read as, the one with the largest logit."""
        return self.logits.argmax(1)

    @cached_property
    def probabilities(self) -> Tensor:
        """torch.float32 [N, 10]: the softmax of the logits."""
        return softmax(self.logits)

    @cached_property
    def losses(self) -> Tensor:
        """torch.float32 [N]: the cross-entropy of each image."""
        return cross_entropy(self.logits, self.labels)

    @cached_property
    def loss(self) -> float:
        """The mean cross-entropy."""
        return self.losses.mean().item()

    @cached_property
    def accuracy(self) -> float:
        """The share read rightly, 0 to 1."""
        return (self.choices == self.labels).float().mean().item()

    @cached_property
    def confusion(self) -> Tensor:
        """torch.int64 [10, 10]: how many images of the digit of the row were read as that of the column."""
        pairs = self.labels * CLASSES + self.choices
        return torch.bincount(pairs, minlength=CLASSES**2).view(CLASSES, CLASSES)

    @cached_property
    def precision(self) -> Tensor:
        """torch.float64 [10]: of all images read as a digit, the share that are one; nan for a digit never read."""
        return self.confusion.diag().double() / self.confusion.sum(0)  # 0 / 0 is nan

    @cached_property
    def recall(self) -> Tensor:
        """torch.float64 [10]: of all images of a digit, the share read as one; nan for a digit without images."""
        return self.confusion.diag().double() / self.confusion.sum(1)

    @cached_property
    def mistakes(self) -> Tensor:
        """torch.int64 [M]: where the wrong answers are, the one given the highest probability first."""
        wrong = (self.choices != self.labels).nonzero().flatten()
        given = self.probabilities[wrong, self.choices[wrong]]
        return wrong[given.argsort(descending=True, stable=True)]

    @cached_property
    def commonest_mistakes(self) -> list[tuple[int, int]]:
        """The digit shown and the digit read of the fullest cells off the diagonal, row by row; none without mistakes.

        More than one where several cells hold the same number of images.
        """
        mistakes = self.confusion - self.confusion.diag().diag()
        if not mistakes.any():
            return []
        return [(shown, read) for shown, read in (mistakes == mistakes.max()).nonzero().tolist()]

    def of_digit(self, digit: int) -> tuple[int, int, int]:
        """How many images of a digit were read as one, how many images were read as one, and how many are one."""
        right, read, shown = self.confusion[digit, digit], self.confusion[:, digit].sum(), self.confusion[digit].sum()
        return int(right), int(read), int(shown)

    def surer_than(self, probability: float) -> tuple[int, int]:
        """How many wrong and how many right answers were given a higher probability than this."""
        sure, right = self.probabilities.amax(1) > probability, self.choices == self.labels
        return int((sure & ~right).sum()), int((sure & right).sum())

    def hardest(self, n: int) -> Tensor:
        """Where the images with the highest losses are, the highest first; those alike in the order they came.

        A right answer has the largest of ten probabilities, so at least 1/10, and a loss of at most ln 10 = 2.303.

        Args:
            n: How many, 1 or more.

        Returns:
            torch.int64 [n], or [N] where there are fewer images.

        Raises:
            ValueError: If ``n`` is below 1.
        """
        if n < 1:
            raise ValueError(f"At least one image must be asked for, not {n}.")
        return self.losses.argsort(descending=True, stable=True)[:n]

    def cell(self, shown: int, read: int) -> Tensor:
        """Where the images of one cell of the confusion matrix are, the hardest first.

        Args:
            shown: The digit they show, 0 to 9.
            read: The digit they were read as, 0 to 9.

        Returns:
            torch.int64 [M], as many as ``confusion[shown, read]``.

        Raises:
            ValueError: If one of the two is no digit.
        """
        if not (0 <= shown < CLASSES and 0 <= read < CLASSES):
            raise ValueError(f"Digits are 0 to 9, not {shown} and {read}.")
        found = ((self.labels == shown) & (self.choices == read)).nonzero().flatten()
        return found[self.losses[found].argsort(descending=True, stable=True)]


def chance_of_split(one: int, other: int) -> float:
    """How likely chance alone splits so many mistakes as unevenly as this, or more so, if either kind is as likely.

    That is the sign test: so many falls of a fair coin, of which one side may come up this seldom.

    Args:
        one: How many mistakes are of the one kind, 0 or more.
        other: How many of the other.

    Returns:
        The probability, above 0 and up to 1.

    Raises:
        ValueError: If a number is negative.
    """
    if one < 0 or other < 0:
        raise ValueError(f"Nobody can count {one} and {other} mistakes.")
    falls = one + other
    ways = sum(math.comb(falls, side) for side in range(min(one, other) + 1))
    return min(1.0, float(2 * ways / 2**falls))


def wilson_interval(right: int, images: int) -> tuple[float, float]:
    """Wilson's 95 % interval (1927): which shares of right answers so few images leave possible.

    Other than the standard error √(a (1 - a) / n), it does not shrink to nothing where all images are right.

    Args:
        right: How many images were read rightly.
        images: How many there are, 1 or more.

    Returns:
        The lowest and the highest such share, 0 to 1.

    Raises:
        ValueError: Without images, or if the number of right ones is not between 0 and that of all.
    """
    if not 0 <= right <= images or not images:
        raise ValueError(f"{right} right answers to {images} images say nothing about how often a model is right.")
    n, a, z = images, right / images, TWO_SIDED_95
    middle = (a + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(a * (1 - a) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


@torch.no_grad()
def evaluate(model: MLP, dataset: Dataset) -> Evaluation:
    """Lets a model read a data set.

    Args:
        model: It is in eval mode while it reads, and afterwards in the mode it was in.
        dataset: At least one image.

    Returns:
        The logits beside the labels.
    """
    was_training = model.training
    model.eval()
    logits = [model(normalize(images)) for images in dataset.images.split(CHUNK)]
    model.train(was_training)
    return Evaluation(torch.cat(logits), dataset.labels)
