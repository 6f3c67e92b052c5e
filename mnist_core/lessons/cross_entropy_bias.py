"""One bias of a small network, moved: what becomes of its accuracy, its loss and the likelihood of its answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.network.functions import cross_entropy, cross_entropy_gradient, softmax
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model

DIGIT = 3  # whose bias is moved
IMAGES = 1_000  # at most, that it answers
BATCHES = 20  # that it has learned from: few, so that it still has much to learn
NETWORK = MLPConfig((16,))
TRAINING = TrainingConfig(epochs=1, batch_size=32, learning_rate=0.1, optimizer="sgd", batches_per_event=BATCHES)


@dataclass(frozen=True)
class Answers:
    """What a network says of some images while the bias of one digit is still to be set.

    Attributes:
        scores: torch.float32 [N, 10]; that of ``DIGIT`` is without its bias.
        labels: torch.int64 [N].
    """

    scores: Tensor
    labels: Tensor

    def first(self, count: int) -> "Answers":
        """The same for the first images only."""
        return Answers(self.scores[:count], self.labels[:count])

    def with_bias(self, bias: float) -> Tensor:
        """The scores z, torch.float32 [N, 10], once the bias is set."""
        z = self.scores.clone()
        z[:, DIGIT] += bias
        return z

    def right(self, bias: float) -> int:
        """How many images are read rightly."""
        return int((self.with_bias(bias).argmax(1) == self.labels).sum())

    def losses(self, bias: float) -> Tensor:
        """The cross-entropy of each image, torch.float32 [N]."""
        return cross_entropy(self.with_bias(bias), self.labels)

    def given(self, bias: float) -> Tensor:
        """What each image's right digit got: p, torch.float32 [N], 0 to 1."""
        return softmax(self.with_bias(bias)).gather(1, self.labels.unsqueeze(1)).squeeze(1)

    def slope(self, bias: float) -> float:
        """How the mean loss changes with the bias: the mean of p − y of the digit."""
        return cross_entropy_gradient(self.with_bias(bias), self.labels)[:, DIGIT].mean().item()

    def steps(self) -> list[float]:
        """At which biases the number of images read rightly changes, ascending; each image has one at most.

        There the digit's score overtakes the largest of the others. That matters where one of the two is right.
        """
        others = self.scores.clone()
        others[:, DIGIT] = -torch.inf
        best, choice = others.max(1)
        matters = (self.labels == DIGIT) | (self.labels == choice)
        return sorted((best - self.scores[:, DIGIT])[matters].tolist())


def likelihood(p: Tensor) -> float:
    """How probable all right answers together are: the product of the probabilities given to each.

    In float32, where what is below 1.4e-45 becomes 0.

    Args:
        p: Given to the right digit of each image, torch.float32 [N], 0 to 1.
    """
    return p.prod().item()


def answers(train: Dataset) -> Answers:
    """Trains a small network for ``BATCHES`` batches, and lets it answer.

    Args:
        train: Digits. It learns from the first ones, and answers the first ``IMAGES``.
    """
    seen = train.subset(slice(0, BATCHES * TRAINING.batch_size))
    model = new_model(NETWORK, TRAINING.seed)
    for _ in fit(model, seen, seen.subset(slice(0, 1)), TRAINING):
        pass  # only what it has become counts
    asked = train.subset(slice(0, IMAGES))
    model.eval()
    with torch.no_grad():
        z = model(normalize(asked.images))
        z[:, DIGIT] -= model.get_parameter(f"{len(model) - 1}.bias")[DIGIT]
    return Answers(z, asked.labels)


@dataclass(frozen=True)
class Curves:
    """What comes of each bias; all lists have the length of ``biases``.

    Attributes:
        biases: Ascending.
        right: How many images are read rightly.
        means: The mean loss.
        sums: The sum of −ln p.
        likelihoods: The product of p, in float32.
    """

    biases: list[float]
    right: list[int]
    means: list[float]
    sums: list[float]
    likelihoods: list[float]

    @property
    def lowest(self) -> float:
        """The bias with the lowest loss."""
        return self.biases[self.sums.index(min(self.sums))]


def curves(given: Answers, biases: Sequence[float]) -> Curves:
    """Tries each bias on the same answers."""
    losses = [given.losses(bias) for bias in biases]
    return Curves(
        list(biases),
        [given.right(bias) for bias in biases],
        [each.mean().item() for each in losses],
        [each.sum().item() for each in losses],
        [likelihood(given.given(bias)) for bias in biases],
    )
