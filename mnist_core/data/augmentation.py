"""Distorted copies of training images, so that a network learns what does not change a digit.

``affine`` is what a hand does to a whole digit. ``elastic`` bends its parts, after Simard, Steinkraus and Platt, "Best
Practices for Convolutional Neural Networks Applied to Visual Document Analysis" (2003), who brought a plain network to
99.3 % of MNIST with it. ``pen`` is another pen. ``distort`` is all three, resampled only once.
"""

import math
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

ROTATION = 12.0  # degrees either way; more, and 1s become 7s
SHEAR = 0.25  # how far the top of a digit moves sideways, as a share of its height
SCALE = 0.12  # wider, narrower, higher or lower by up to this share
SHIFT = 1.5  # pixels in each direction
WARP = 0.8  # pixels: deviation by which each point of the paper moves; from 2 on, digits fall apart
WAVE = 4.0  # pixels over which neighbouring points move together, as in the paper
PEN = 0.3  # of the way to a stroke that is a pixel wider or narrower at each edge


def affine(images: Tensor, generator: torch.Generator) -> Tensor:
    """Rotates, slants, stretches and moves each image by its own random amounts.

    Args:
        images: torch.uint8 [N, 28, 28].
        generator: Draws the amounts.

    Returns:
        torch.uint8 [N, 28, 28], resampled bilinearly; what comes in from outside is paper.
    """
    grid = F.affine_grid(_affine_maps(len(images), generator), [len(images), 1, 28, 28], align_corners=False)
    return _rounded(_resample(images, grid))  # the grid: (N, 28, 28, 2)


def elastic(images: Tensor, generator: torch.Generator, strength: float = WARP) -> Tensor:
    """Bends each image in its own way: every point moves a little, and neighbours move nearly alike.

    Args:
        images: torch.uint8 [N, 28, 28].
        generator: Draws the way.
        strength: Deviation of the movement, in pixels; with 0 nothing changes.

    Returns:
        torch.uint8 [N, 28, 28], resampled bilinearly; what comes in from outside is paper.
    """
    grid = _positions().T.view(1, 28, 28, 2) + _warps(len(images), generator, strength).permute(0, 2, 3, 1)
    return _rounded(_resample(images, grid))


def pen(images: Tensor, generator: torch.Generator, strength: float = PEN) -> Tensor:
    """Makes the strokes of each image wider or narrower.

    Args:
        images: torch.uint8 [N, 28, 28].
        generator: Draws by how much.
        strength: The most, in pixels at each edge of a stroke, 0 to 1; with 0 nothing changes.

    Returns:
        torch.uint8 [N, 28, 28], each as bright at its brightest as it was.
    """
    return _rewrite(images, generator, strength)


def distort(images: Tensor, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """All at once: moved as a whole, bent, and written with another pen.

    Args:
        images: torch.uint8 [N, 28, 28].
        generator: Draws the amounts.
        strength: Times the usual amounts; with 0 nothing changes.

    Returns:
        torch.uint8 [N, 28, 28], resampled bilinearly; what comes in from outside is paper.
    """
    n = len(images)
    # The same as F.affine_grid, in one matrix product: (2N, 3) @ (3, 784). It takes a tenth of the time.
    maps = _affine_maps(n, generator, strength).view(2 * n, 3)
    moved = (maps @ _homogeneous()).view(n, 2, 28, 28).add_(_warps(n, generator, WARP * strength))
    grid = moved.permute(0, 2, 3, 1)  # (N, 28, 28, 2)
    return _rewrite(_rounded(_resample(images, grid)), generator, min(1.0, PEN * strength))


def _affine_maps(n: int, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """From each new point to where its ink comes from: (n, 2, 3), times (x, y, 1), counted from -1 to 1."""
    draws = (torch.rand(6, n, generator=generator) * 2 - 1) * strength  # usually uniform in -1..1
    angle = draws[0] * math.radians(ROTATION)
    shear, width, height = draws[1] * SHEAR, 1 + draws[2] * SCALE, 1 + draws[3] * SCALE
    shift = draws[4:] * SHIFT / 14  # 14 pixels are 1
    rows = [
        torch.stack([angle.cos() / width, (shear - angle.sin()) / width, shift[0]], dim=1),
        torch.stack([angle.sin() / height, angle.cos() / height, shift[1]], dim=1),
    ]
    return torch.stack(rows, dim=1)


def _warps(n: int, generator: torch.Generator, strength: float) -> Tensor:
    """How far each point moves, x and y: (n, 2, 28, 28), counted from -1 to 1 across the image.

    Noise, smoothed by a Gaussian: as it is the product of one in x and one in y, two small matrix products do it. The
    noise is as fine as the Gaussian is wide, since finer noise would only be smoothed away.
    """
    smooth = _smoothing()
    noise = torch.randn(n, 2, smooth.shape[1], smooth.shape[1], generator=generator)
    warps: Tensor = smooth @ (noise * (strength / 14)) @ smooth.T
    return warps


@cache
def _smoothing() -> Tensor:
    """What each pixel takes of each noise along one direction: (28, noise)."""
    noise_at = torch.arange(-WAVE, 28 + WAVE + 1, WAVE)  # pixels; beyond the edges, too, which move like the rest
    smooth = torch.exp(-(torch.arange(28.0)[:, None] - noise_at).square() / (2 * WAVE**2))
    smooth /= smooth.norm(dim=1, keepdim=True)  # so that each point's deviation is that of the noise, 1
    return smooth


def _rewrite(ink: Tensor, generator: torch.Generator, strength: float) -> Tensor:
    """Widens or narrows the strokes of (N, 28, 28), each image's by its own amount up to ``strength``."""
    ink = ink.flatten(1)  # (N, 784)
    amount = (torch.rand(len(ink), 1, generator=generator) * 2 - 1) * strength
    turned = (amount < 0).to(torch.uint8) * 255  # narrower ink is wider paper: 255 - ink, and back again
    there = _brightest_neighbour((ink ^ turned).view(-1, 28, 28)).flatten(1) ^ turned
    rewritten = torch.lerp(ink.float(), there.float(), amount.abs())
    # A thin stroke made thinner is no fainter: preprocessing gives the strongest ink of a drawing the full 255.
    rewritten *= ink.amax(1, keepdim=True) / rewritten.amax(1, keepdim=True).clamp_min(1)
    return rewritten.round_().to(torch.uint8).view(-1, 28, 28)


def _brightest_neighbour(ink: Tensor) -> Tensor:
    """The largest of each pixel and the eight around it; first across, then down.

    The rows lie behind one another, with a frame of paper between them, so that a neighbour is a fixed number of
    places away, and all are compared in one go, byte by byte.
    """
    flat, row = F.pad(ink, (1, 1, 1, 1)).flatten(), 30
    across = torch.maximum(torch.maximum(flat[:-2], flat[2:]), flat[1:-1])
    down = torch.maximum(torch.maximum(across[: -2 * row], across[2 * row :]), across[row:-row])
    return down.as_strided(ink.shape, (row * row, row, 1))  # without the frame


def _positions() -> Tensor:
    """The middles of all pixels, x and y from -1 to 1 across the image: (2, 784)."""
    middle = (torch.arange(28) + 0.5) / 14 - 1
    return torch.stack((middle.repeat(28), middle.repeat_interleave(28)))


@cache
def _homogeneous() -> Tensor:
    """The same with a 1 below each, which what moves all of them is multiplied with: (3, 784)."""
    return torch.cat((_positions(), torch.ones(1, 28 * 28)))


def _resample(images: Tensor, grid: Tensor) -> Tensor:
    """Takes each pixel's ink from where the grid says: (N, 28, 28) and (N, 28, 28, 2) -> (N, 1, 28, 28)."""
    return F.grid_sample(images[:, None].float(), grid, align_corners=False)


def _rounded(ink: Tensor) -> Tensor:
    return ink[:, 0].round().to(torch.uint8)
