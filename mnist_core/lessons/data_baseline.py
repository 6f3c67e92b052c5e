"""The baseline: the digit whose mean image is nearest, with nothing trained."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset


@dataclass(frozen=True)
class Baseline:
    """What the nearest mean image says of some images.

    Attributes:
        distances: From each image to each mean: torch.float32 [N, 10], 0 or more.
        labels: torch.int64 [N].
    """

    distances: Tensor
    labels: Tensor

    @cached_property
    def choices(self) -> Tensor:
        """torch.int64 [N]: the digit of the nearest mean, the smaller one if two are equally near."""
        return self.distances.argmin(1)

    @cached_property
    def accuracy(self) -> float:
        """The share read rightly, 0 to 1."""
        return (self.choices == self.labels).float().mean().item()

    @cached_property
    def mistakes(self) -> Tensor:
        """torch.int64 [M]: where the wrong answers are, as they come."""
        return (self.choices != self.labels).nonzero().flatten()

    @cached_property
    def commonest_mistake(self) -> tuple[int, int]:
        """The digit that is most often a wrong answer, and how often."""
        counts = torch.bincount(self.choices[self.mistakes], minlength=10)
        return int(counts.argmax()), int(counts.max())


def distances(images: Tensor, means: Tensor) -> Tensor:
    """How far each image is from each mean image: the root of the sum of the squared differences of their pixels.

    Args:
        images: torch.uint8 [N, 28, 28].
        means: torch.float32 [10, 28, 28] in 0..1.

    Returns:
        torch.float32 [N, 10].
    """
    x = (images / 255).flatten(1)  # (N, 784), 0..1 like the means
    # By differences: the way by a matrix product is faster, and loses digits where two distances are close.
    return torch.cdist(x, means.flatten(1), compute_mode="donot_use_mm_for_euclid_dist")


def nearest_mean(dataset: Dataset, means: Tensor) -> Baseline:
    """Reads images by the nearest mean.

    Args:
        dataset: At least one image.
        means: Of the ten digits, from the training images: torch.float32 [10, 28, 28] in 0..1.

    Raises:
        ValueError: If there is no image.
    """
    if not len(dataset):
        raise ValueError("There must be at least one image to read.")
    return Baseline(distances(dataset.images, means), dataset.labels)


def scores(images: Tensor, means: Tensor) -> Tensor:
    """The same answers from ten weighted sums: the largest score belongs to the nearest mean.

    ‖x − m‖² = ‖x‖² − 2 (m·x − ‖m‖²/2), and ‖x‖² is the same for all ten.

    Args:
        images: torch.uint8 [N, 28, 28].
        means: torch.float32 [10, 28, 28] in 0..1.

    Returns:
        torch.float32 [N, 10].
    """
    x, weights = (images / 255).flatten(1), means.flatten(1)  # (N, 784), (10, 784)
    return x @ weights.T - weights.square().sum(1) / 2
