"""The hidden layer flattened: many images in the two directions in which they differ most, and which are near which."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.network.model import MLP

TOO_SMALL = 1e-9  # of what is passed on: differences below come of rounding alone


@dataclass(frozen=True)
class Flat:
    """What a layer makes of many images, flattened to a plane: their two first principal components.

    Attributes:
        centre: The mean of all images, torch.float64 [D].
        directions: At right angles and of length 1, torch.float64 [2, D]; one in which nothing differs is all zeros.
        shares: Of the variance, what lies along each: torch.float64 [2], 0 to 1.
        places: Of the images, torch.float64 [N, 2].
    """

    centre: Tensor
    directions: Tensor
    shares: Tensor
    places: Tensor

    def place(self, passed: Tensor) -> Tensor:
        """Where other images lie in the same plane: what the layer makes of them [M, D] -> torch.float64 [M, 2]."""
        return torch.matmul(passed.double() - self.centre, self.directions.T)


@torch.no_grad()
def layer_by_layer(model: MLP, x: Tensor) -> list[Tensor]:
    """What goes through a network: the pixels, and what each hidden layer passes on, after its activation.

    Args:
        model: In eval mode.
        x: torch.float32 [N, 784], normalized.

    Returns:
        One more than there are hidden layers: torch.float32 [N, 784] or [N, neurons].
    """
    passed = [x]
    for layer in list(model)[:-1]:
        x = layer(x)
        if isinstance(layer, nn.Linear):
            passed.append(x)
        else:
            passed[-1] = x  # the activation's, in place of the sums
    return passed


def flatten(passed: Tensor) -> Flat:
    """Finds the two directions in which what a layer passes on differs most: principal component analysis.

    Args:
        passed: torch.float [N, D], a row for each image.

    Returns:
        The plane. Each direction is turned so that its largest entry is above zero: without that, it might as well
        point the other way.

    Raises:
        ValueError: If there is no image.
    """
    if not len(passed):
        raise ValueError("A plane needs at least one image.")
    centre = passed.double().mean(0)
    around = passed.double() - centre
    _, lengths, rows = torch.linalg.svd(around, full_matrices=False)
    lengths = torch.where(lengths > TOO_SMALL * passed.double().norm(), lengths, 0)
    signs = rows.gather(1, rows.abs().argmax(1, keepdim=True)).sign()
    directions = torch.zeros(2, passed.shape[1], dtype=torch.float64)
    directions[: len(rows)] = (rows * signs * (lengths > 0)[:, None])[:2]
    variances = torch.zeros(2, dtype=torch.float64)
    variances[: len(lengths)] = lengths[:2] ** 2
    shares = variances / (lengths**2).sum().clamp(min=torch.finfo(torch.float64).tiny)
    return Flat(centre, directions, shares, around @ directions.T)


def nearest(passed: Tensor, image: Tensor, count: int, leave_out: Tensor | None = None) -> Tensor:
    """The images that lie nearest to another one in a layer, by the straight line between them.

    Args:
        passed: What the layer makes of the images, torch.float [N, D].
        image: What it makes of the other one, torch.float [D].
        count: How many to find.
        leave_out: Images that do not count, torch.bool [N].

    Returns:
        Their rows, the nearest first: torch.int64 [count], or fewer if there are not so many.
    """
    distances: Tensor = torch.linalg.vector_norm(passed.double() - image.double(), dim=1)
    if leave_out is not None:
        distances[leave_out] = torch.inf
    return distances.argsort(stable=True)[: min(count, int(distances.isfinite().sum()))]


def vote(labels: Tensor) -> tuple[int, int]:
    """The digit that most of the nearest images show; where two are as many, that of the nearer image.

    Args:
        labels: torch.int64 [count], the nearest first; one at least.

    Returns:
        The digit, and how many show it.
    """
    counts = torch.bincount(labels, minlength=10)
    most = int(counts.max())
    return next(label for label in labels.tolist() if counts[label] == most), most


def like_their_nearest(points: Tensor, labels: Tensor) -> float:
    """The share of images whose nearest other image shows the same digit.

    Args:
        points: torch.float [N, D], two at least.
        labels: torch.int64 [N].

    Returns:
        0 to 1: some tenth where the places say nothing of the digits, 1 where each digit keeps to itself.
    """
    distances = torch.cdist(points.double(), points.double())
    distances.fill_diagonal_(torch.inf)
    return (labels[distances.argmin(1)] == labels).double().mean().item()


@dataclass(frozen=True)
class FlatLayer:
    """What a layer makes of many images, whole and flattened.

    Attributes:
        passed: What it passes on, torch.float32 [N, neurons].
        flat: The same in two directions.
        alike: The share of images whose nearest other one in the whole layer shows the same digit.
        alike_when_flat: The same in the two directions.
    """

    passed: Tensor
    flat: Flat
    alike: float
    alike_when_flat: float

    @property
    def tells_apart(self) -> bool:
        """Whether anything differs from image to image."""
        return bool(self.flat.shares.sum() > 0)


def look(passed: Tensor, labels: Tensor) -> FlatLayer:
    """A layer flattened, from what it makes of images [N, neurons] of these digits [N]; raises as ``flatten``."""
    flat = flatten(passed)
    return FlatLayer(passed, flat, like_their_nearest(passed, labels), like_their_nearest(flat.places, labels))
