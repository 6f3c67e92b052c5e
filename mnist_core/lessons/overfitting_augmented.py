"""What augmentation makes of one image: copies that are shifted, turned, bent, or all of it at once."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from mnist_core.data.augmentation import WARP, distort, elastic


def shift(images: Tensor, generator: torch.Generator, most: float) -> Tensor:
    """Moves each image by its own random way, across and down.

    Args:
        images: torch.uint8 [N, 28, 28].
        generator: Draws the way.
        most: How far in each direction, in pixels.

    Returns:
        torch.uint8 [N, 28, 28], resampled bilinearly; what comes in from outside is paper.
    """
    way = (torch.rand(len(images), 2, 1, generator=generator) * 2 - 1) * most / 14  # 14 pixels are 1
    return _mapped(images, torch.cat((torch.eye(2).expand(len(images), 2, 2), way), dim=2))


def turn(images: Tensor, generator: torch.Generator, most: float) -> Tensor:
    """Turns each image about its middle by its own random angle.

    Args:
        images: torch.uint8 [N, 28, 28].
        generator: Draws the angle.
        most: How far either way, in degrees.

    Returns:
        torch.uint8 [N, 28, 28], resampled bilinearly; what comes in from outside is paper.
    """
    return turn_by(images, (torch.rand(len(images), generator=generator) * 2 - 1) * most)


def turn_by(images: Tensor, degrees: Tensor) -> Tensor:
    """Turns each image about its middle by a given angle.

    Args:
        images: torch.uint8 [N, 28, 28].
        degrees: torch.float32 [N], to the left if positive.

    Returns:
        As ``turn``.
    """
    angles = degrees * (math.pi / 180)
    cosine, sine, still = angles.cos(), angles.sin(), torch.zeros(len(images))
    rows = [torch.stack((cosine, -sine, still), dim=1), torch.stack((sine, cosine, still), dim=1)]
    return _mapped(images, torch.stack(rows, dim=1))


def _mapped(images: Tensor, maps: Tensor) -> Tensor:
    """Takes each new point's ink from where its map (2, 3) says: maps of (N, 2, 3)."""
    grid = F.affine_grid(maps, [len(images), 1, 28, 28], align_corners=False)
    ink = F.grid_sample(images[:, None].float(), grid, align_corners=False)
    return ink[:, 0].round().to(torch.uint8)


@dataclass(frozen=True)
class Way:
    """One way to change an image, and how strongly.

    Attributes:
        make: Changes images, each in its own way: torch.uint8 [N, 28, 28], a generator and the amount.
        label: What the amount is.
        most: The largest amount.
        start: The amount at first.
        step: From one amount to the next.
        shown: How an amount is written.
    """

    make: Callable[[Tensor, torch.Generator, float], Tensor]
    label: str
    most: float
    start: float
    step: float
    shown: str


WAYS: Mapping[str, Way] = {
    "All": Way(distort, "Strength", 4.0, 1.0, 0.5, "%.1f"),
    "Shift": Way(shift, "Pixels, at most", 14.0, 2.0, 1.0, "%.0f"),
    "Turn": Way(turn, "Degrees, at most", 180.0, 15.0, 15.0, "%.0f"),
    "Bend": Way(elastic, "Pixels, typically", 4.0, WARP, 0.4, "%.1f"),
}


def copies(image: Tensor, way: str, amount: float, number: int, seed: int) -> Tensor:
    """Some copies of one image, each changed in its own way.

    Args:
        image: torch.uint8 [28, 28].
        way: One of ``WAYS``.
        amount: How strongly, from 0 to the way's ``most``.
        number: How many, at least 1.
        seed: Which.

    Returns:
        torch.uint8 [number, 28, 28].

    Raises:
        ValueError: If there is no such way, amount or number.
    """
    if way not in WAYS:
        raise ValueError(f"An image can be changed by {', '.join(WAYS)}, not by {way!r}.")
    if not 0 <= amount <= WAYS[way].most or number < 1:
        raise ValueError(f"There are no {number!r} copies with an amount of {amount!r}.")
    same = image.expand(number, 28, 28)
    return WAYS[way].make(same, torch.Generator().manual_seed(seed), amount)
