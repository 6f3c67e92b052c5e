"""Copies of a training image, and what the ready-made network reads of them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.data.dataset import Splits
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.overfitting_augmented import copies
from ui.frame import resources


@dataclass(frozen=True)
class Copies:
    """An image and copies of it.

    Attributes:
        images: The original first: torch.uint8 [1 + number, 28, 28].
        read: What each is read as.
    """

    images: Tensor
    read: list[int]


def of_digit(splits: Splits, digit: int, way: str, amount: float, number: int, seed: int) -> Copies:
    """Copies of the first training image of a digit; the other arguments are those of ``copies``."""
    image = splits.train.images[int((splits.train.labels == digit).int().argmax())]
    images = torch.cat((image[None], copies(image, way, amount, number, seed)))
    return Copies(images, predict_proba(resources.shipped_model(), images / 255).argmax(1).tolist())
