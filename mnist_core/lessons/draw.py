"""What else there is to read: a photo of a digit, made here, and drawings that are no digits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from mnist_core.data.generated import ink, make_digits, place, trace_form
from mnist_core.handwriting import CANVAS_SIZE
from mnist_core.handwriting.not_digits import LETTERS, dots, scribbles, several_digits
from mnist_core.handwriting.pictures import pictures

HEIGHT, WIDTH = 360, 480  # pixels of a photo
SQUARE = 24  # pixels: of squared paper
SURFACES = ("in half shadow", "on squared paper", "on a board")
WRITTEN = 2  # the digit on all of them
PEN = 1.1  # pixels of MNIST's: half the width of the strokes of a letter

Grey = npt.NDArray[np.float32]


def photo(surface: str, seed: int = 0) -> Grey:
    """A photo of a digit, as a camera might take it: light from one side, noise, and what lies below the ink.

    Args:
        surface: One of ``SURFACES``.
        seed: Of the hand and of the camera's noise.

    Returns:
        float32 [360, 480] in 0..1.

    Raises:
        ValueError: If there is no such surface.
    """
    if surface not in SURFACES:
        raise ValueError(f"A photo can be taken {', '.join(SURFACES)}; not {surface}.")
    paper, pen = (0.2, 0.85) if surface == "on a board" else (0.93, 0.22)
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    sheet = np.full((HEIGHT, WIDTH), paper)
    if surface == "on squared paper":
        sheet[(down % SQUARE < 2) | (across % SQUARE < 2)] = 0.72
    covered = _written(seed)
    sheet += covered * (pen - sheet)
    light = 1.0 - 0.3 * across / WIDTH
    if surface == "in half shadow":
        light *= 1 - 0.55 / (1 + np.exp((across - 0.6 * down - 130) / 4))  # its edge is soft, four pixels wide
    noise = 0.02 * np.random.default_rng(seed).standard_normal((HEIGHT, WIDTH))
    taken: Grey = (sheet * light + noise).clip(0, 1).astype(np.float32)
    return taken


def _written(seed: int) -> npt.NDArray[np.float64]:
    """How much of each pixel of a photo a pen has covered: [360, 480] in 0..1."""
    made = make_digits(10, seed)
    image = made.images[int((made.labels == WRITTEN).nonzero()[0])] / 255
    side = 300
    smooth = F.interpolate(image[None, None], size=(side, side), mode="bicubic")[0, 0].double().numpy()
    covered = np.zeros((HEIGHT, WIDTH))
    top, left = (HEIGHT - side) // 2, (WIDTH - side) // 2
    sharp = 0.5 + 4 * (smooth - 0.5)  # a pen's edge is no wider than a pixel
    covered[top : top + side, left : left + side] = sharp.clip(0, 1)
    return covered


def letter_h(brush: int) -> npt.NDArray[np.uint8]:
    """The letter H on a canvas: uint8 [280, 280], white strokes as wide as the brush, in pixels."""
    drawing = np.zeros((CANVAS_SIZE, CANVAS_SIZE), np.uint8)
    for rows, columns in (((50, 230), (70, 70)), ((50, 230), (192, 192)), ((131, 131), (70, 192))):
        drawing[rows[0] : rows[1] + brush, columns[0] : columns[1] + brush] = 255
    return drawing


def letter(name: str) -> Tensor:
    """A letter as a hand writes it: torch.float32 [28, 28] in 0..1; KeyError if it is none of ``LETTERS``."""
    generator = torch.Generator().manual_seed(0)
    path, length = trace_form(LETTERS[name][0], 1, generator)
    return place(ink(path, length, torch.full(path.shape[:2], PEN), generator))[0] / 255


# Of each kind one drawing that the second network knows for what it is.
_SEEDS = {"a 5": 0, "a letter": 0, "a scribble": 3, "a dot": 2, "two digits": 1, "a picture": 0}
KINDS = tuple(_SEEDS)


def drawing_of(kind: str) -> Tensor:
    """One of ``KINDS``, drawn by the program: torch.float32 [28, 28] in 0..1; KeyError if it is none of them."""
    seed = _SEEDS[kind]
    generator = torch.Generator().manual_seed(seed)
    if kind == "a letter":
        return letter("A")
    if kind == "a scribble":
        return scribbles(1, generator)[0] / 255
    if kind == "a dot":
        return dots(1, generator)[0] / 255
    if kind == "two digits":
        return several_digits(1, generator)[0] / 255
    if kind == "a picture":
        return pictures(1, generator)[0] / 255
    made = make_digits(10, seed)
    return made.images[int((made.labels == 5).nonzero()[0])] / 255
