"""Images of digits with their labels, in the three parts that have three uses, on the scale that a network is fed."""

from dataclasses import dataclass

import torch
from torch import Tensor

MEAN = 0.1307  # of all pixels of MNIST's 60,000 training images, in the range 0..1
STD = 0.3081  # their standard deviation; both are the figures the field uses


@dataclass(frozen=True)
class Dataset:
    """Images and what they show.

    Attributes:
        images: torch.uint8 [N, 28, 28]; 0 is paper, 255 is ink.
        labels: torch.int64 [N]; the digit, 0 to 9.
        classes: How many different labels there may be, from 0 on; more than ten if there is more than digits.

    Raises:
        ValueError: If shapes, dtypes or labels are not as above.
    """

    images: Tensor
    labels: Tensor
    classes: int = 10

    def __post_init__(self) -> None:
        if self.images.dtype != torch.uint8 or self.images.shape[1:] != (28, 28):
            raise ValueError(
                f"Images must be torch.uint8 [N, 28, 28], not {self.images.dtype} {list(self.images.shape)}."
            )
        if self.labels.dtype != torch.int64 or self.labels.shape != self.images.shape[:1]:
            raise ValueError(f"Labels must be torch.int64 [{len(self.images)}], one for each image.")
        if len(self.labels) and not (self.labels.min() >= 0 and self.labels.max() < self.classes):
            raise ValueError(f"Labels must be whole numbers, 0 to {self.classes - 1}.")

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, indices: Tensor | slice) -> "Dataset":
        """The images and labels at ``indices`` (torch.int64 [M], or a slice)."""
        return Dataset(self.images[indices], self.labels[indices], self.classes)


@dataclass(frozen=True)
class Splits:
    """One data set in the three parts that have three uses.

    Attributes:
        name: What a reader calls it.
        train: What the weights are fitted to.
        validation: What progress and settings are judged on.
        test: What a finished model is read once against.
    """

    name: str
    train: Dataset
    validation: Dataset
    test: Dataset


def normalize(images: Tensor) -> Tensor:
    """Turns images into what a network is fed: flattened, mean 0 and deviation 1 over MNIST.

    Args:
        images: torch.uint8 [N, 28, 28], 0 to 255.

    Returns:
        torch.float32 [N, 784], ((x / 255) - MEAN) / STD, from -0.42 (paper) to 2.82 (ink).

    Raises:
        TypeError: If the images are not torch.uint8.
    """
    if images.dtype != torch.uint8:
        raise TypeError(f"normalize takes torch.uint8 images of 0 to 255, not {images.dtype}; see standardize.")
    x = images.flatten(1).float()  # (N, 28, 28) -> (N, 784)
    return x.div_(255).sub_(MEAN).div_(STD)  # in place, where ``standardize`` makes new tensors: half the time


def standardize(pixels: Tensor) -> Tensor:
    """The second half of ``normalize``, for pixels that are in 0..1 already.

    Args:
        pixels: torch.float32 [N, 28, 28] in 0..1.

    Returns:
        torch.float32 [N, 784].
    """
    x = pixels.flatten(1)  # (N, 28, 28) -> (N, 784)
    return (x - MEAN) / STD


def split_stratified(labels: Tensor, held_out: int, seed: int) -> tuple[Tensor, Tensor]:
    """Divides the indices of ``labels`` in two parts with the same share of each digit.

    Each digit gives its share of ``held_out``, rounded down; what is then missing comes from the digits
    with the largest remainders (Hamilton's method, as used for seats in parliaments).

    Args:
        labels: torch.int64 [N].
        held_out: How many indices go to the second part, 1 to N - 1.
        seed: Which of the images are held out.

    Returns:
        The indices that stay and those held out: torch.int64 [N - held_out] and [held_out], ascending.

    Raises:
        ValueError: If ``held_out`` leaves one part empty.
    """
    if not 0 < held_out < len(labels):
        raise ValueError(f"held_out must be between 1 and {len(labels) - 1}, not {held_out}.")
    counts = torch.bincount(labels, minlength=10)
    quotas = counts * held_out  # in units of 1 / N, so that all is whole numbers
    shares = quotas // len(labels)
    missing = held_out - int(shares.sum())
    shares[(quotas % len(labels)).argsort(descending=True, stable=True)[:missing]] += 1

    generator = torch.Generator().manual_seed(seed)
    chosen = torch.zeros(len(labels), dtype=torch.bool)
    for digit, share in enumerate(shares.tolist()):
        of_digit = (labels == digit).nonzero().flatten()
        chosen[of_digit[torch.randperm(len(of_digit), generator=generator)[:share]]] = True
    return (~chosen).nonzero().flatten(), chosen.nonzero().flatten()
