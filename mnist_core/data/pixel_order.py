"""The pixels of all images in another order, the same for each."""

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset

PIXELS = 28 * 28


def pixel_order(seed: int) -> Tensor:
    """An order of the 784 pixels drawn from a seed: torch.int64 [784], each of 0 to 783 once."""
    return torch.randperm(PIXELS, generator=torch.Generator().manual_seed(seed))


def reordered(dataset: Dataset, order: Tensor) -> Dataset:
    """The same images with their pixels in another order, which is the same for every image.

    Args:
        dataset: Left as it is.
        order: torch.int64 [784]: from which pixel each takes its ink.

    Returns:
        The images so reordered, with their labels.

    Raises:
        ValueError: If ``order`` does not name each of the 784 pixels once.
    """
    if not torch.equal(order.sort().values, torch.arange(PIXELS)):
        raise ValueError("An order names each of the 784 pixels once.")
    return Dataset(dataset.images.flatten(1)[:, order].view(-1, 28, 28), dataset.labels)
