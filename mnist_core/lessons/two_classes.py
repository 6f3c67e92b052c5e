"""The smallest classifier there is: a one or a zero, told apart by two numbers read from the image."""

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset
from mnist_core.network.functions import sigmoid

Box = tuple[int, int, int, int]  # top, bottom, left, right, in pixels; bottom and right are the first beyond it

# A one has ink in the middle, where a zero has its hole; a zero has ink to the left and to the right.
MIDDLE: Box = (11, 17, 11, 17)
SIDES: tuple[Box, Box] = ((11, 17, 6, 10), (11, 17, 18, 22))


def zeros_and_ones(dataset: Dataset, count: int) -> Dataset:
    """The first zeros and ones of a data set.

    Args:
        dataset: Any digits.
        count: How many at most, 1 or more.

    Returns:
        At most ``count`` images, in the order of the data set.

    Raises:
        ValueError: If ``count`` is below 1.
    """
    if count < 1:
        raise ValueError(f"At least one image is asked for, not {count}.")
    return dataset.subset((dataset.labels < 2).nonzero().flatten()[:count])


def middle_and_sides(images: Tensor) -> Tensor:
    """How much ink there is in the middle, and at the two sides.

    Args:
        images: torch.uint8 [N, 28, 28].

    Returns:
        x, torch.float32 [N, 2], 0 (paper) to 1 (ink), in hundredths: what a page shows is what it reckons with.
    """
    ink = images.float() / 255  # 0..255 -> 0..1
    middle = _mean(ink, MIDDLE)
    sides = (_mean(ink, SIDES[0]) + _mean(ink, SIDES[1])) / 2
    return torch.stack([middle, sides], dim=-1).round(decimals=2)


def _mean(ink: Tensor, box: Box) -> Tensor:
    top, bottom, left, right = box
    return ink[:, top:bottom, left:right].mean(dim=(1, 2))  # (N, 28, 28) -> (N,)


def logit(x: Tensor, w: Tensor, b: float) -> Tensor:
    """One neuron's sum: z = wᵀx + b.

    Args:
        x: Inputs, torch.float32 [N, 2].
        w: Weights, torch.float32 [2].
        b: Bias.

    Returns:
        z, torch.float32 [N].
    """
    return x @ w + b


def named_rightly(z: Tensor, labels: Tensor) -> int:
    """How many are told apart by calling 1 what has a sum above 0, and 0 the others.

    Args:
        z: Logits, torch.float32 [N].
        labels: torch.int64 [N], 0 or 1.
    """
    return int(((z > 0) == (labels == 1)).sum())


def spread_out(x: Tensor, labels: Tensor) -> list[int]:
    """Which images stand for their class.

    Of the zeros that with least ink at the sides, a middle one, and that with most; of the ones the same by the ink in
    the middle.

    Args:
        x: From ``middle_and_sides``, torch.float32 [N, 2].
        labels: torch.int64 [N], 0 or 1; both occur.

    Returns:
        Three zeros and three ones, by number.
    """
    chosen: list[int] = []
    for digit, ink in ((0, x[:, 1]), (1, x[:, 0])):
        own = (labels == digit).nonzero().flatten()
        ascending = own[ink[own].argsort(stable=True)].tolist()
        chosen += [ascending[0], ascending[len(ascending) // 2], ascending[-1]]
    return chosen


def descend(x: Tensor, labels: Tensor, w: Tensor, b: float, steps: int) -> tuple[Tensor, float]:
    """Gradient descent on the mean loss of all images, with the learning rate 1: logistic regression.

    Args:
        x: torch.float32 [N, 2].
        labels: torch.int64 [N], 0 or 1.
        w: The weights at the start, torch.float32 [2].
        b: The bias at the start.
        steps: How many, 0 or more.

    Returns:
        Weights and bias after them.
    """
    for _ in range(steps):
        error = sigmoid(logit(x, w, b)) - labels  # p − y: (N,)
        w, b = w - (error @ x) / len(x), b - error.mean().item()
    return w, b
