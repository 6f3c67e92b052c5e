"""Distorted copies of training images, so that a network learns what does not change a digit."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

ROTATION = 12.0  # degrees either way; more, and 1s become 7s
SHEAR = 0.25  # how far the top of a digit moves sideways, as a share of its height
SCALE = 0.12  # wider, narrower, higher or lower by up to this share
SHIFT = 1.5  # pixels in each direction


def affine(images: Tensor, generator: torch.Generator) -> Tensor:
    """Rotates, slants, stretches and moves each image by its own random amounts.

    Args:
        images: torch.uint8 [N, 28, 28].
        generator: Draws the amounts.

    Returns:
        torch.uint8 [N, 28, 28], resampled bilinearly; what comes in from outside is paper.
    """
    draws = torch.rand(6, len(images), generator=generator) * 2 - 1  # uniform in -1..1
    angle = draws[0] * math.radians(ROTATION)
    shear, width, height = draws[1] * SHEAR, 1 + draws[2] * SCALE, 1 + draws[3] * SCALE
    shift = draws[4:] * SHIFT / 14  # affine_grid counts from -1 to 1: 14 pixels are 1
    rows = [
        torch.stack([angle.cos() / width, (shear - angle.sin()) / width, shift[0]], dim=1),
        torch.stack([angle.sin() / height, angle.cos() / height, shift[1]], dim=1),
    ]
    grid = F.affine_grid(torch.stack(rows, dim=1), [len(images), 1, 28, 28], align_corners=False)  # (N, 28, 28, 2)
    moved = F.grid_sample(images[:, None].float(), grid, align_corners=False)  # (N, 1, 28, 28)
    return moved[:, 0].round().to(torch.uint8)
