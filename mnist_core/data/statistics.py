"""What there is to count in a data set: its digits, its pixels, its mean images."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset

LEVELS = 256  # of a pixel: 0 is paper, 255 is ink
PIECE = 1 << 20  # pixels counted at a time: bincount makes eight bytes of each
IMAGES = 5_000  # added up at a time: the sum of so many bytes is exact in a float32


@dataclass(frozen=True)
class PixelStatistics:
    """The sums behind mean and deviation, over pixels x in 0..1.

    Attributes:
        pixels: How many there are, N.
        total: Their sum, Σ x.
        mean: μ = Σ x / N.
        squares: The sum of the squared distances from the mean, Σ (x − μ)².
        deviation: σ = √(Σ (x − μ)² / N).
    """

    pixels: int
    total: float
    mean: float
    squares: float
    deviation: float


def level_counts(*parts: Tensor) -> Tensor:
    """How often each of the 256 grey levels occurs.

    Args:
        parts: Images, torch.uint8 [N, 28, 28] each; counted together.

    Returns:
        torch.int64 [256].

    Raises:
        ValueError: If there is no pixel, or images are not torch.uint8.
    """
    if any(images.dtype != torch.uint8 for images in parts) or not sum(images.numel() for images in parts):
        raise ValueError("There must be at least one image, and all must be torch.uint8.")
    counts = torch.zeros(LEVELS, dtype=torch.int64)
    for images in parts:
        for piece in images.flatten().split(PIECE):
            counts += torch.bincount(piece, minlength=LEVELS)
    return counts


def pixel_statistics(counts: Tensor) -> PixelStatistics:
    """Mean and standard deviation of pixels in 0..1, from how often each level occurs.

    With 256 sums in place of millions, the result is exact to the last digits of a float64.

    Args:
        counts: torch.int64 [256], from ``level_counts``.

    Returns:
        The sums, and what follows from them.
    """
    x = torch.arange(LEVELS, dtype=torch.float64) / 255  # (256,): the values a pixel can have, 0..1
    pixels = int(counts.sum())
    total = (counts * x).sum().item()
    mean = total / pixels
    squares = (counts * (x - mean) ** 2).sum().item()
    return PixelStatistics(pixels, total, mean, squares, math.sqrt(squares / pixels))


def class_counts(*parts: Dataset) -> list[int]:
    """How many images there are of each digit, 0 to 9, in all parts together."""
    return torch.stack([torch.bincount(part.labels, minlength=10) for part in parts]).sum(0).tolist()


def mean_images(dataset: Dataset) -> Tensor:
    """The mean image of each digit: each pixel is the mean of that pixel over all images of the digit.

    Args:
        dataset: A digit it does not have gets an empty image.

    Returns:
        torch.float32 [10, 28, 28] in 0..1.
    """
    sums = torch.zeros(10, 28 * 28, dtype=torch.float64)
    for images, labels in zip(dataset.images.split(IMAGES), dataset.labels.split(IMAGES), strict=True):
        # (10, N) @ (N, 784) -> (10, 784): each digit's row adds up its own images. Whole numbers, so it is exact.
        is_digit = torch.nn.functional.one_hot(labels, 10).T.float()
        sums += is_digit @ images.flatten(1).float()
    counts = torch.bincount(dataset.labels, minlength=10).clamp(min=1)
    means = (sums / (255 * counts[:, None])).float().view(10, 28, 28)
    return means


def images_of(dataset: Dataset, digit: int) -> Tensor:
    """Where the images of a digit lie: torch.int64 [M], ascending."""
    return (dataset.labels == digit).nonzero().flatten()


def page_of(indices: Tensor, page: int, size: int) -> tuple[Tensor, int]:
    """One page of a list; a page beyond the last one is the last one.

    Args:
        indices: torch.int64 [M], at least one.
        page: From 1.
        size: How many fit on a page.

    Returns:
        What is on the page, torch.int64 [1 to size], and how many stand before it.

    Raises:
        ValueError: If there is nothing to show, or ``page`` or ``size`` is below 1.
    """
    if not len(indices) or page < 1 or size < 1:
        raise ValueError(f"Page {page} of {len(indices)} images, {size} to a page, does not exist.")
    first = (min(page, math.ceil(len(indices) / size)) - 1) * size
    return indices[first : first + size], first
