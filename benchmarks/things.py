"""Pictures of things that are no writing, for ``benchmarks.not_a_digit``: photos, and small files as data sets have.

Drawn otherwise than what ``mnist_core.handwriting.pictures`` teaches with: each is a few polygons that somebody put
down, on light or on dark ground. Of hands, shirts, trousers, dresses, shoes and bags the second network learned others;
of ``UNKNOWN`` it learned none.
"""

import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Grey = npt.NDArray[np.float32]
Polygon = npt.NDArray[np.float64]  # [k, 2]: x to the right, y downwards, 0 to 100

PHOTO, SMALL = 240, 28  # pixels a side: a photo, and a file as data sets have

# fmt: off
OUTLINES: dict[str, tuple[str, ...]] = {
    "hand": (
        "38,98 36,72 20,58 8,44 12,38 26,48 34,54 30,30 26,12 33,10 41,38 43,8 51,7 52,38 60,12 67,14 62,42 74,24 "
        "80,28 70,54 66,72 64,98",
        "36,98 34,70 26,52 30,40 36,36 46,34 56,34 66,38 70,50 68,66 62,74 62,98",
        "36,98 36,74 28,58 32,46 44,44 40,4 48,3 54,44 64,44 70,54 66,72 62,98",
        "36,98 34,70 30,52 40,46 30,6 37,3 50,42 62,4 69,7 60,48 68,58 62,74 62,98",
    ),
    "shirt": (
        "38,8 44,13 56,13 62,8 80,14 96,40 82,48 74,34 75,92 25,92 26,34 18,48 4,40 20,14",
        "36,6 50,14 64,6 78,12 84,92 72,92 70,36 70,94 30,94 30,36 28,92 16,92 22,12",
        "40,6 60,6 70,10 72,30 70,92 30,92 28,30 30,10",
    ),
    "trousers": ("32,4 68,4 74,96 58,96 50,30 42,96 26,96", "36,3 64,3 66,97 52,97 50,40 48,97 34,97"),
    "dress": (
        "40,4 46,10 54,10 60,4 64,20 60,40 78,96 22,96 40,40 36,20", "42,3 58,3 66,12 58,36 62,97 38,97 42,36 34,12",
        "38,4 62,4 76,40 68,42 62,26 66,96 34,96 38,26 32,42 24,40",
    ),
    "shoe": (
        "6,40 30,40 44,52 70,58 92,66 95,76 94,82 6,82", "30,8 56,8 58,52 86,66 92,76 92,86 66,86 46,84 44,88 30,88",
        "4,52 12,46 28,62 60,70 90,68 96,76 60,82 16,72 14,92 8,92",
    ),
    "bag": (
        "10,38 30,38 32,22 40,14 60,14 68,22 70,38 90,38 86,90 14,90", "4,34 96,34 96,84 4,84",
        "16,44 24,20 34,8 66,8 76,20 84,44 88,94 12,94",
    ),
    "cat": ("24,30 22,4 40,20 60,20 78,4 76,30 82,52 74,76 50,90 26,76 18,52",),
    "fish": ("4,50 24,30 52,24 74,42 94,24 90,50 94,78 74,58 52,76 24,70",),
    "car": ("4,66 8,50 26,46 38,28 68,28 80,46 96,52 96,66 86,66 82,76 74,76 70,66 32,66 28,76 20,76 16,66",),
    "tree": ("44,98 44,64 22,60 10,42 22,30 26,14 46,4 66,8 78,24 92,36 86,54 58,64 58,98",),
    "house": ("6,46 50,6 70,24 70,10 80,10 80,33 94,46 86,46 86,94 58,94 58,64 42,64 42,94 14,94 14,46",),
    "star": ("50,2 61,36 97,37 68,58 79,93 50,72 21,93 32,58 3,37 39,36",),
    "umbrella": ("4,54 12,28 34,10 66,10 88,28 96,54 74,46 54,52 54,88 44,98 36,90 42,86 47,88 47,52 26,46",),
    "mug": (
        "14,14 70,14 70,26 88,26 94,40 90,58 70,66 68,90 18,90",
        "14,14 70,14 70,26 90,30 92,56 70,62 68,90 18,90",
    ),
    "bird": ("4,40 20,30 34,36 50,12 66,8 58,38 76,46 98,44 80,60 54,72 40,90 36,72 18,60 14,46",),
    "key": ("8,50 14,34 30,28 46,36 50,46 94,46 94,66 86,66 86,56 78,56 78,64 70,64 70,56 50,56 44,66 28,72 14,66",),
    "guitar": ("44,4 56,4 54,40 68,46 64,58 76,78 64,96 36,96 24,78 36,58 32,46 46,40",),
    "head": ("30,98 30,82 42,76 28,60 24,34 34,12 52,4 70,12 78,34 74,44 80,54 74,58 72,72 60,76 74,84 78,98",),
}
# fmt: on
UNKNOWN = ("cat", "fish", "car", "tree", "house", "star", "umbrella", "mug", "bird", "key", "guitar", "head")


def thing(name: str, random: np.random.Generator) -> Grey:
    """A picture of one of ``OUTLINES``: two of five as a file of 28 pixels, bright on black; else a photo of it.

    Args:
        name: What it shows.
        random: Its form, its greys, and what it lies on.

    Returns:
        float32 [H, W] in 0..1.
    """
    forms = OUTLINES[name]
    outline = _moved(_points(forms[int(random.integers(len(forms)))]), random)
    if random.random() < 0.4:
        large = _painted(outline, 8 * SMALL, 0.0, random)
        small = Image.fromarray(large).resize((SMALL, SMALL), Image.Resampling.BOX)
        return np.asarray(small, np.float32).clip(0, 1)
    ground = random.uniform(0.75, 0.95) if random.random() < 0.7 else random.uniform(0.05, 0.2)
    seen = _painted(outline, PHOTO, ground, random)
    light = 1 - random.uniform(0, 0.35) * np.linspace(0, 1, PHOTO)
    noise = random.normal(0, random.uniform(0.005, 0.03), seen.shape)
    return np.asarray((seen * light + noise).clip(0, 1), np.float32)


def _points(outline: str) -> Polygon:
    return np.array([[float(number) for number in point.split(",")] for point in outline.split()])


def _moved(outline: Polygon, random: np.random.Generator) -> Polygon:
    """Every corner a little elsewhere; all turned, stretched, and made smaller."""
    angle = math.radians(random.normal(0, 12))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    flip = (random.choice([-1, 1]) * random.uniform(0.8, 1.2), random.uniform(0.8, 1.2))
    moved = (outline - 50 + random.normal(0, 1.2, outline.shape)) * flip @ turn
    scale = random.uniform(30, 46) / np.abs(moved).max()
    placed: Polygon = 50 + scale * moved
    return placed


def _painted(outline: Polygon, side: int, ground: float, random: np.random.Generator) -> Grey:
    """The polygon in greys on a ground of one grey: a gradient, a cloth's pattern, seams, a shadow."""
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).polygon([tuple(point) for point in (side / 100 * outline).tolist()], fill=255)
    covered = np.asarray(mask.filter(ImageFilter.GaussianBlur(side / 200)), np.float64) / 255
    grey = random.uniform(0.45, 1) if ground < 0.5 else random.uniform(0.1, 0.5)
    down, across = np.mgrid[0:side, 0:side] / side
    cloth = grey * (1 + random.uniform(-0.4, 0.4) * down + random.uniform(-0.4, 0.4) * across)
    if random.random() < 0.4:
        cloth += random.uniform(-0.25, 0.25) * (
            np.sin(random.uniform(15, 60) * (down if random.random() < 0.5 else across)) > 0
        )
    for _ in range(int(random.integers(0, 4))):  # folds
        at, lean = random.uniform(0.2, 0.8), random.uniform(-0.3, 0.3)
        cloth += random.uniform(-0.3, 0.3) * np.exp(-(((across - at - lean * down) / 0.02) ** 2))
    return np.asarray(ground + covered * (cloth - ground), np.float32)
