"""The same pixels on three scales, and what a network reads of each."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.network.model import MLP

CHUNK = 1_000  # images at a time


def unit_scale(images: Tensor) -> Tensor:
    """Only divided by 255, so that paper is 0 and ink is 1; the normalisation is forgotten.

    Args:
        images: torch.uint8 [N, 28, 28].

    Returns:
        torch.float32 [N, 784] in 0..1.
    """
    return (images / 255).flatten(1)


def byte_scale(images: Tensor) -> Tensor:
    """The bytes as they lie in the file: nothing is done to them but flattening.

    Args:
        images: torch.uint8 [N, 28, 28].

    Returns:
        torch.float32 [N, 784] in 0..255.
    """
    return images.float().flatten(1)


SCALES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "normalised, x̂": normalize,
    "0 to 1, x": unit_scale,
    "bytes, 0 to 255": byte_scale,
}


@torch.no_grad()
def accuracy_fed(model: MLP, dataset: Dataset, scale: Callable[[Tensor], Tensor]) -> float:
    """The share of images a network reads rightly when its input is made in a given way.

    Args:
        model: In eval mode; not changed.
        dataset: At least one image.
        scale: From torch.uint8 [N, 28, 28] to torch.float32 [N, 784].

    Returns:
        From 0 to 1.

    Raises:
        ValueError: If there is no image.
    """
    if not len(dataset):
        raise ValueError("There must be at least one image to read.")
    right = 0
    for images, labels in zip(dataset.images.split(CHUNK), dataset.labels.split(CHUNK), strict=True):
        right += int((model(scale(images)).argmax(1) == labels).sum())
    return right / len(dataset)


def times_as_many(meant: float, other: float) -> float:
    """How many times as many images are misread as with the scale that was meant.

    Args:
        meant: The accuracy on that scale, 0 to 1.
        other: The accuracy on another.

    Returns:
        0 or more; infinity if on the scale that was meant nothing is misread.
    """
    return (1 - other) / (1 - meant) if meant < 1 else math.inf
