"""What photos, scans and small files leave of a drawing: strokes that are broken, thin, blotted, blurred or coarse.

MNIST was scanned once, with one scanner. People send pictures thresholded to black and white, saved in 8 × 8 or 16 × 16
pixels, written with a felt pen that runs or with a pencil that hardly marks. A network that is to know a digit when it
sees one must have seen such digits; and such letters, or whatever is worn would be a digit to it.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from mnist_core.handwriting.preprocessing import BOX_SIZE, IMAGE_SIZE

WORN = 0.5  # the share of images that are worn in one of the ways
FAINTEST = 0.1  # ink; fainter is nothing
COARSEST, FINEST = 10, 19  # squares across an image; the box of the ink has five of seven: 7 to 13


def wear(images: Tensor, generator: torch.Generator) -> Tensor:
    """Wears a share of the images, all in one of ``WAYS``: in every batch another one, which takes least time.

    Args:
        images: torch.uint8 [n, 28, 28], 0 = paper, 255 = ink.
        generator: Draws which, how, and how much.

    Returns:
        torch.uint8 [n, 28, 28], the strongest ink of those worn 255, as preparing leaves it.
    """
    way = tuple(WAYS.values())[int(torch.randint(len(WAYS), (), generator=generator))]
    chosen = (torch.rand(len(images), generator=generator) < WORN).nonzero().flatten()
    whole = images[chosen] / 255
    left = way(whole, generator)
    most = left.amax((1, 2), keepdim=True)
    # What would leave nothing leaves all.
    left = torch.where(most > FAINTEST, left / most.clamp_min(FAINTEST), whole)
    return images.index_copy(0, chosen, (255 * left).round().to(torch.uint8))


def _between(low: float, high: float, n: int, generator: torch.Generator) -> Tensor:
    """One number for each image: [n, 1, 1]."""
    return low + (high - low) * torch.rand(n, 1, 1, generator=generator)


def _black_and_white(ink: Tensor, generator: torch.Generator) -> Tensor:
    """All that is darker than a threshold, which breaks thin strokes or blots narrow ones."""
    return (ink > _between(0.15, 0.8, len(ink), generator)).float()


def _thin(ink: Tensor, generator: torch.Generator) -> Tensor:
    narrower = -_widest(-ink)
    return ink - _between(0.4, 0.95, len(ink), generator) * (ink - narrower)


def _blotted(ink: Tensor, generator: torch.Generator) -> Tensor:
    """Wider strokes, made smaller to fit the box again."""
    amount = _between(0.4, 1.5, len(ink), generator)
    wide = ink + amount.clamp(max=1) * (_widest(ink) - ink)
    wide = wide + (amount - 1).clamp(min=0) * (_widest(wide) - wide)
    zoom = 1 + 2 * amount.view(-1, 1, 1, 1) / BOX_SIZE
    across = (torch.arange(IMAGE_SIZE) + 0.5) / (IMAGE_SIZE / 2) - 1
    grid = torch.stack(torch.meshgrid(across, across, indexing="xy"), dim=2) * zoom  # (n, 28, 28, 2)
    return F.grid_sample(wide[:, None], grid, align_corners=False)[:, 0]


def _coarse(ink: Tensor, generator: torch.Generator) -> Tensor:
    """As a file of few pixels keeps it, enlarged again."""
    squares = int(torch.randint(COARSEST, FINEST, (), generator=generator))
    small = F.interpolate(ink[:, None], size=squares, mode="area")
    small = small / small.amax((2, 3), keepdim=True).clamp_min(0.1)
    if torch.rand((), generator=generator) < 0.5:
        large = F.interpolate(small, size=IMAGE_SIZE, mode="nearest")
    else:
        large = F.interpolate(small, size=IMAGE_SIZE, mode="bilinear", align_corners=False)
    faintest = _between(0, 0.35, len(ink), generator)  # what is fainter is paper
    return ((large[:, 0] - faintest) / (0.8 - faintest)).clamp(0, 1)


def _broken(ink: Tensor, generator: torch.Generator) -> Tensor:
    """With gaps."""
    gaps = 4 * (_between(0.8, 1.3, len(ink), generator) - _patches(len(ink), generator))
    return ink * gaps.clamp(0, 1)


def _uneven(ink: Tensor, generator: torch.Generator) -> Tensor:
    """Pressed hard here and lightly there."""
    pressed = 1 - _between(0.3, 0.9, len(ink), generator) * torch.sigmoid(2 * _patches(len(ink), generator))
    return ink * pressed


def _blurred(ink: Tensor, generator: torch.Generator) -> Tensor:
    soft = F.avg_pool2d(ink[:, None], 3, stride=1, padding=1)[:, 0]
    faintest = _between(0, 0.3, len(ink), generator)
    return ((soft - faintest) / (_between(0.5, 0.9, len(ink), generator) - faintest)).clamp(0, 1)


def _patches(n: int, generator: torch.Generator) -> Tensor:
    """Noise with deviation of about 0.7 that changes every few pixels: [n, 28, 28]."""
    noise = torch.randn(n, 1, 8, 8, generator=generator)
    return F.interpolate(noise, size=IMAGE_SIZE, mode="bilinear", align_corners=False)[:, 0]


def _widest(ink: Tensor) -> Tensor:
    """The largest of each pixel and the four beside it."""
    framed = F.pad(ink[:, None], (1, 1, 1, 1), mode="replicate")[:, 0]
    across = torch.maximum(framed[:, 1:-1, :-2], framed[:, 1:-1, 2:])
    return torch.maximum(torch.maximum(across, ink), torch.maximum(framed[:, :-2, 1:-1], framed[:, 2:, 1:-1]))


WAYS: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "black and white": _black_and_white,
    "thin": _thin,
    "blotted": _blotted,
    "coarse": _coarse,
    "broken": _broken,
    "uneven": _uneven,
    "blurred": _blurred,
}
