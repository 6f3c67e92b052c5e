"""Why validation needs no shuffling: the mean over all images, taken in any order, and how computers round it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor

from mnist_core.lessons.batches import epoch_order, label_order

AS_THEY_LIE, SHUFFLED, SORTED = "as they lie", "shuffled", "sorted by label"


def orders(labels: Tensor, seed: int) -> Mapping[str, Tensor]:
    """Three orders of the same images, by name: torch.int64 [N] each.

    Args:
        labels: torch.int64 [N].
        seed: Of the shuffled one.
    """
    size = len(labels)
    return {
        AS_THEY_LIE: epoch_order(size, False, seed),
        SHUFFLED: epoch_order(size, True, seed),
        SORTED: label_order(labels),
    }


def running_means(losses: Tensor, order: Tensor, each: int) -> list[float]:
    """The mean of the losses read so far, after every few images.

    Args:
        losses: float [N], as the images lie.
        order: In which they are read, torch.int64 [N].
        each: After how many images the mean is noted.

    Returns:
        N / each numbers, rounded down; if ``each`` divides N, the last is the mean over all.
    """
    sums = np.cumsum(losses[order].double().numpy())
    return [float(sums[read - 1] / read) for read in range(each, len(losses) + 1, each)]


@dataclass(frozen=True)
class Mean:
    """The mean of the same losses, added up in three ways.

    Attributes:
        exact: Added up without rounding, and rounded once at the end: the same in any order.
        in_float64: Added up one after another in float64, which has about 16 digits.
        in_float32: The same in float32, which has about 7.
    """

    exact: float
    in_float64: float
    in_float32: float


def mean_in_order(losses: Tensor, order: Tensor) -> Mean:
    """The mean over all images, read in an order.

    Args:
        losses: torch.float32 [N], as the images lie; at least one.
        order: torch.int64 [N].
    """
    read: npt.NDArray[np.float32] = losses[order].numpy()
    count = len(read)
    # cumsum adds one after another; sum would add in pairs, which rounds less.
    return Mean(
        exact=math.fsum(read.tolist()) / count,
        in_float64=float(np.cumsum(read, dtype=np.float64)[-1]) / count,
        in_float32=float(np.cumsum(read, dtype=np.float32)[-1] / np.float32(count)),
    )
