"""From a drawing to what MNIST would have made of it, stage by stage.

A network that learned from MNIST reads a drawing well only if the drawing comes to it the way MNIST's digits came.
MNIST's makers say what they did to the scans they began with (http://yann.lecun.com/exdb/mnist/):

    "The original black and white (bilevel) images from NIST were size normalized to fit in a 20x20 pixel box while
    preserving their aspect ratio. The resulting images contain grey levels as a result of the anti-aliasing technique
    used by the normalization algorithm. the images were centered in a 28x28 image by computing the center of mass of
    the pixels, and translating the image so as to position this point at the center of the 28x28 field."

Here that is four stages:

    to_grey -> crop_to_ink -> scale_to_box -> centre_by_mass

``prepare`` runs them and keeps each result; ``drawing_to_mnist`` returns only the last.

MNIST moved its digits by whole pixels. A drawing is moved by fractions of a pixel instead: with whole pixels the digit
may jump to the neighbouring pixel when the reader draws the same a little larger. (Of 400 pen drawings made 0.4 to 2.5
times as large, 9 % then changed by 0.03 a pixel or more; with fractions none did. An MLP reads both equally well.)
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from mnist_core.handwriting import CANVAS_SIZE

IMAGE_SIZE = 28  # MNIST's images are 28 x 28 pixels
BOX_SIZE = 20  # the box that a digit fills with its longest side
CENTRE = 14  # the pixel, counted from 0, within half a pixel of which MNIST's centres of mass lie
INK_THRESHOLD = 0.1  # grey up to here is paper; what JPEG leaves around a stroke is mostly fainter

Drawing = npt.NDArray[np.uint8] | Tensor


class BlankDrawing(ValueError):
    """There is nothing to read: no pixel of the drawing is brighter than ``INK_THRESHOLD``."""


@dataclass(frozen=True, eq=False)  # eq=False: two tensors compare to a tensor, not to True or False
class Preparation:
    """One drawing on its way to MNIST. Every stage is torch.float32 in 0..1, 0 for paper, 1 for full ink."""

    raw: Tensor  # [H, W]: the whole canvas in grey
    cropped: Tensor  # [h, w]: only the ink's bounding box
    scaled: Tensor  # [20, 20]: the longest side made 20 pixels, the box in the middle
    centred: Tensor  # [28, 28]: the centre of mass at pixel (14, 14)

    @property
    def extent(self) -> float:
        """How large it was drawn: the longer side of the ink as a share of the longer side of the paper, up to 1."""
        return max(self.cropped.shape) / max(self.raw.shape)


def drawing_to_mnist(drawing: Drawing) -> Tensor:
    """What MNIST would have made of a drawing.

    Args:
        drawing: uint8 [H, W], ink bright on dark paper; or uint8 [H, W, 4], RGBA as a canvas gives it.

    Returns:
        torch.float32 [28, 28] in 0..1, 0 for paper; not normalized yet.

    Raises:
        BlankDrawing: If no pixel is bright enough to be ink.
        TypeError: If it is no numpy array or torch tensor, or its dtype is not uint8.
        ValueError: If its shape is neither [H, W] nor [H, W, 4], or it has no pixels.
    """
    return prepare(drawing).centred


def prepare(drawing: Drawing) -> Preparation:
    """Run the four stages and keep the result of each; takes and raises what ``drawing_to_mnist`` does.

    The last two both begin with the crop: each averages over pixels, and averaging twice would blur the ink.
    """
    raw = to_grey(drawing)
    cropped = crop_to_ink(raw)
    return Preparation(raw=raw, cropped=cropped, scaled=scale_to_box(cropped), centred=centre_by_mass(cropped))


def to_grey(drawing: Drawing) -> Tensor:
    """Stage 1: one grey value a pixel. RGBA is laid over black paper, then its luminance is taken.

    Args:
        drawing: uint8 [H, W] or [H, W, 4].

    Returns:
        torch.float32 [H, W] in 0..1.

    Raises:
        TypeError: If it is no numpy array or torch tensor, or its dtype is not uint8.
        ValueError: If its shape is neither [H, W] nor [H, W, 4], or it has no pixels.
    """
    pixels = _checked(drawing)
    if pixels.ndim == 2:
        return pixels / 255
    red, green, blue, alpha = (channel.to(torch.int32) for channel in pixels.unbind(dim=2))  # (H, W, 4) -> 4 x (H, W)
    # Rec. 601 luma. Whole numbers keep grey exactly as grey as it was: (v, v, v) with full alpha becomes v / 255.
    luminance = 299 * red + 587 * green + 114 * blue  # 0..1000 * 255
    return luminance * alpha / (1000 * 255 * 255)  # over black, alpha / 255 of the light remains


def crop_to_ink(grey: Tensor) -> Tensor:
    """Stage 2: only the smallest box that holds all ink, so that it no longer matters where one drew.

    Args:
        grey: torch.float32 [H, W] in 0..1.

    Returns:
        torch.float32 [h, w] in 0..1, a copy; what is too faint to be ink has become paper, 0.

    Raises:
        BlankDrawing: If no pixel is brighter than ``INK_THRESHOLD``.
    """
    box = ink_box(grey)
    return torch.where(grey[box] > INK_THRESHOLD, grey[box], 0.0)


def ink_box(grey: Tensor) -> tuple[slice, slice]:
    """Where the ink of a drawing lies: the rows and the columns of the smallest box that holds all of it.

    Args:
        grey: torch.float32 [H, W] in 0..1.

    Returns:
        Both from the first with ink to after the last; ``grey[ink_box(grey)]`` is the box.

    Raises:
        BlankDrawing: If no pixel is brighter than ``INK_THRESHOLD``.
    """
    ink = grey > INK_THRESHOLD
    rows = ink.any(dim=1).nonzero().flatten().tolist()
    columns = ink.any(dim=0).nonzero().flatten().tolist()
    if not rows:
        raise BlankDrawing("There is no ink to read yet. Draw a digit with the mouse or a finger.")
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def image_to_drawing(image: Tensor) -> Tensor:
    """The way back: a drawing on a canvas of 280 pixels that looks as an image of MNIST does.

    Args:
        image: torch.uint8 [28, 28], 0 = paper, 255 = ink.

    Returns:
        torch.uint8 [280, 280], smoothed as a pen's line is.
    """
    large = F.interpolate(image[None, None].float(), scale_factor=CANVAS_SIZE // IMAGE_SIZE, mode="bilinear")
    return large[0, 0].round().to(torch.uint8)


def scale_to_box(cropped: Tensor) -> Tensor:
    """Stage 3: the longest side becomes 20 pixels, aspect kept, so that it no longer matters how large one drew.

    Args:
        cropped: torch.float32 [h, w] in 0..1, with ink.

    Returns:
        torch.float32 [20, 20] in 0..1, the ink's bounding box in the middle.
    """
    height, width = cropped.shape
    return redraw(cropped, point=(height / 2, width / 2), at=BOX_SIZE / 2, size=BOX_SIZE)


def centre_by_mass(cropped: Tensor) -> Tensor:
    """Stages 3 and 4 in one: 20 pixels long, and the centre of mass in the middle of pixel (14, 14).

    Where that would push ink off the paper (a large blot with a speck far away), the digit stays at the paper's edge.

    Args:
        cropped: torch.float32 [h, w] in 0..1, with ink.

    Returns:
        torch.float32 [28, 28] in 0..1.
    """
    # + 0.5: the middle of that pixel
    return redraw(cropped, point=centre_of_mass(cropped), at=CENTRE + 0.5, size=IMAGE_SIZE)


def centre_of_mass(ink: Tensor) -> tuple[float, float]:
    """Where the ink of a picture, torch.float32 [h, w], has its centre: (down, across) from the upper left corner."""
    return _centre_of_mass(ink.sum(dim=1)), _centre_of_mass(ink.sum(dim=0))


def _centre_of_mass(mass: Tensor) -> float:
    """The centre of ``mass`` [n] along its axis, as a distance from the first pixel's edge."""
    middles = torch.arange(len(mass)) + 0.5
    return float((mass * middles).sum() / mass.sum())


def redraw(
    cropped: Tensor, *, point: tuple[float, float], at: float, size: int, zoom: tuple[float, float] | None = None
) -> Tensor:
    """Draw a crop on new paper, each new pixel the mean of the area it covers, the strongest full ink.

    Args:
        cropped: torch.float32 [h, w] in 0..1, with ink.
        point: A place in the crop: pixels from its upper left corner, (down, across).
        at: Where on the paper that place comes to lie, down and across alike: new pixels from the upper left corner.
        size: The paper's side.
        zoom: New pixels for one old pixel, (down, across); None: so that the longest side is 20 pixels, aspect kept.

    Returns:
        torch.float32 [size, size] in 0..1.
    """
    zoom = zoom or (BOX_SIZE / max(cropped.shape),) * 2
    down, across = (
        _overlap(length, max(old, 1 / length), place, at, size)  # 1 / length: the thinnest 1 is one new pixel wide
        for length, old, place in zip(cropped.shape, zoom, point, strict=True)
    )
    redrawn = down @ cropped @ across.T  # (size, h) @ (h, w) @ (w, size) -> (size, size)
    # NIST's scans were black and white, so MNIST's strokes reach full ink; a thin or grey one, averaged, would not.
    # Of real pen strokes on a 280-pixel canvas an MLP reads 44 % without this line and 81 % with it where the brush is
    # 4 pixels wide, 86 % and 88 % with 8 pixels, and 92 % either way with 18.
    return redrawn / redrawn.amax()


def _overlap(length: int, zoom: float, point: float, at: float, size: int) -> Tensor:
    """How much of each new pixel each old pixel covers, along one axis: torch.float32 [size, length] in 0..1."""
    start = min(max(at - point * zoom, 0.0), size - length * zoom)  # where on the paper the crop begins; never off it
    edges = start + zoom * torch.arange(length + 1, dtype=torch.float64)  # of the old pixels, on the paper
    new_pixels = torch.arange(size, dtype=torch.float64)[:, None]  # new pixel i reaches from i to i + 1
    return (edges - new_pixels).clamp(0, 1).diff(dim=1).to(torch.float32)


def _checked(drawing: Drawing) -> Tensor:
    """The drawing as a uint8 tensor, or an error that says what is wrong with it and what to give."""
    if not isinstance(drawing, np.ndarray | Tensor):
        raise TypeError(f"A drawing is a numpy array or a torch tensor, not {type(drawing).__name__}.")
    if drawing.dtype not in (np.dtype(np.uint8), torch.uint8):
        raise TypeError(f"A drawing has dtype uint8 (0 = paper, 255 = ink), not {drawing.dtype}.")
    shape = list(drawing.shape)
    if len(shape) != 2 and not (len(shape) == 3 and shape[2] == 4):
        raise ValueError(f"A drawing has the shape [H, W] (grey) or [H, W, 4] (RGBA), not {shape}.")
    if 0 in shape:
        raise ValueError(f"A drawing has at least one pixel, but this one has the shape {shape}.")
    return torch.from_numpy(drawing.copy()) if isinstance(drawing, np.ndarray) else drawing.cpu()


SMALLEST, LARGEST = 90.0, 230.0  # pixels: how large people draw a digit on a canvas of 280, its longest side


def draw_on_canvas(image: Tensor, generator: torch.Generator) -> Tensor:
    """A drawing whose ink looks like that of an image: as large as people draw, anywhere on a canvas.

    Args:
        image: torch.uint8 [28, 28], 0 = paper, 255 = ink; with ink.
        generator: Draws the longest side, uniform from 90 to 230 pixels, and the place, uniform where it fits.

    Returns:
        torch.uint8 [280, 280].

    Raises:
        BlankDrawing: If there is no ink.
    """
    length, down, across = torch.rand(3, generator=generator).tolist()
    ink = crop_to_ink(image / 255)
    zoom = (SMALLEST + (LARGEST - SMALLEST) * length) / max(ink.shape)
    height, width = (max(1, round(zoom * side)) for side in ink.shape)
    # Bilinear, so that the stroke's edge is as smooth as a pen's and no steps of pixels are left.
    large = F.interpolate(ink[None, None], size=(height, width), mode="bilinear")[0, 0]
    top, left = round(down * (CANVAS_SIZE - height)), round(across * (CANVAS_SIZE - width))
    canvas = torch.zeros(CANVAS_SIZE, CANVAS_SIZE, dtype=torch.uint8)
    canvas[top : top + height, left : left + width] = (large * 255).round().to(torch.uint8)
    return canvas


def sample_drawing(image: Tensor, seed: int) -> Tensor:
    """The same with a size and a place of its own for each seed; takes and raises what ``draw_on_canvas`` does."""
    return draw_on_canvas(image, torch.Generator().manual_seed(seed))
