"""Real digits as pen strokes, drawn as a hand draws them on the app's canvas.

The strokes are "Pen-Based Recognition of Handwritten Digits" by Alpaydin and Alimoglu (UCI Machine Learning
Repository, CC BY 4.0), in their original form as UNIPEN text: 7,494 digits that 30 people wrote on a
pressure-sensitive tablet. They are no part of the project. They only measure; nothing is trained on them.

The canvas is fabric.js: its pencil brush joins the points of a stroke by quadratic curves that meet half way between
two points, and inks them with a round pen, antialiased.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

CANVAS = 280  # pixels a side, as in the app
SMALLEST, LARGEST = 90, 230  # pixels: how large a person draws on it, the longer side of the pen's path
FINE = 4  # by which the ink is first drawn larger, then averaged: 16 steps from paper to ink
BENDS = 4  # straight pieces for one curve between two points, which lie a few pixels apart

Stroke = npt.NDArray[np.float64]  # [points, 2]: x to the right, y downwards


@dataclass(frozen=True, eq=False)  # eq=False: arrays compare to arrays
class PenDigit:
    """One digit as somebody wrote it.

    Attributes:
        label: 0 to 9.
        writer: Who wrote it, from 1.
        strokes: One for each time the pen was down; x to the right, y downwards, in the tablet's units.
    """

    label: int
    writer: int
    strokes: tuple[Stroke, ...]


def read_unipen(path: str | Path) -> list[PenDigit]:
    """Reads digits from UNIPEN text, in which y grows upwards.

    A digit begins with ``.SEGMENT DIGIT 0 ? "8"``, its label; ``.COMMENT 8 12 224`` is label, writer and instance;
    and the points between ``.PEN_DOWN`` and ``.PEN_UP`` are a stroke.

    Args:
        path: The file.

    Returns:
        The digits in the file's order.

    Raises:
        ValueError: If there is no digit in the file, or one without strokes.
    """
    header, *segments = Path(path).read_text(encoding="ascii").split(".SEGMENT DIGIT")
    if ".LEXICON" not in header or not segments:
        raise ValueError(f"{Path(path).name} is no UNIPEN file of digits.")
    return [_digit(segment.splitlines()) for segment in segments]


def _digit(lines: list[str]) -> PenDigit:
    label, writer = int(lines[0].split('"')[1]), 0
    strokes: list[list[tuple[float, float]]] = []
    for line in lines[1:]:
        words = line.split()
        if words[:1] == [".COMMENT"]:
            writer = int(words[2])
        elif words[:1] == [".PEN_DOWN"]:
            strokes.append([])
        elif len(words) == 2 and not line.startswith("."):
            strokes[-1].append((float(words[0]), -float(words[1])))
    if not strokes or not all(strokes):
        raise ValueError(f"A {label} by writer {writer} has no strokes, or an empty one.")
    return PenDigit(label, writer, tuple(np.array(stroke) for stroke in strokes))


def hand(seed: int, digit: int, width: int) -> np.random.Generator:
    """Where and how large a digit is drawn depends on these three alone, not on what was drawn before.

    Args:
        seed: Of all drawings.
        digit: Its number in the file, from 0.
        width: Of the brush, in pixels.
    """
    return np.random.default_rng((seed, digit, width))


def render(strokes: Sequence[Stroke], width: int, generator: np.random.Generator) -> npt.NDArray[np.uint8]:
    """A digit on the canvas, as large and where chance has it.

    Args:
        strokes: In any unit, y downwards.
        width: Of the brush, in pixels.
        generator: Draws size and place.

    Returns:
        uint8 [280, 280], 0 for paper and 255 for ink.
    """
    return ink(place(strokes, width, generator), width)


def place(strokes: Sequence[Stroke], width: int, generator: np.random.Generator) -> list[Stroke]:
    """Scales strokes to a random size and puts them anywhere where they and half the brush fit on the canvas.

    Args:
        strokes: In any unit, y downwards.
        width: Of the brush, in pixels.
        generator: Draws the size, uniform from ``SMALLEST`` to ``LARGEST``, and the place.

    Returns:
        The strokes in pixels of the canvas.
    """
    points = np.concatenate(strokes)
    corner, extent = points.min(0), np.ptp(points, axis=0)
    scale = generator.uniform(SMALLEST, LARGEST) / max(float(extent.max()), 1e-9)
    room = CANVAS - width - scale * extent  # how far it can move, across and down
    start = width / 2 + generator.uniform(size=2) * room
    return [start + scale * (stroke - corner) for stroke in strokes]


def ink(strokes: Sequence[Stroke], width: int) -> npt.NDArray[np.uint8]:
    """Inks strokes with a round brush, as the canvas does.

    Args:
        strokes: In pixels of the canvas, y downwards.
        width: Of the brush, in pixels.

    Returns:
        uint8 [280, 280], 0 for paper and 255 for ink.
    """
    points = np.concatenate(strokes)
    # Only the part with ink is drawn large.
    left, top = np.maximum(np.floor(points.min(0) - width / 2 - 1), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(points.max(0) + width / 2 + 1), CANVAS).astype(int).tolist()
    large = Image.new("L", (FINE * (right - left), FINE * (bottom - top)))
    # An ellipse of Pillow's includes the pixels at both ends, so it is one wider than it is told.
    pen, radius = ImageDraw.Draw(large), (FINE * width - 1) / 2
    for stroke in strokes:
        # Pillow counts from the middle of the first pixel, the canvas from its corner.
        path = FINE * (_curve(stroke) - (left, top)) - 0.5
        pen.line([*map(tuple, path.tolist())], fill=255, width=FINE * width)
        for x, y in path.tolist():  # a round brush: round ends and joins
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    canvas[top:bottom, left:right] = np.asarray(large.reduce(FINE))
    return canvas


def _curve(stroke: Stroke) -> Stroke:
    """The brush's path through a stroke's points [n, 2], as short straight pieces [m, 2].

    From the first point straight to the middle of the first two; then from middle to middle, in a curve towards the
    point between them (a quadratic Bézier curve); from the last middle straight to the last point.
    """
    middle = (stroke[1:] + stroke[:-1]) / 2  # (n - 1, 2)
    t = np.linspace(0, 1, BENDS, endpoint=False)[:, None]
    start, towards, end = (points[:, None] for points in (middle[:-1], stroke[1:-1], middle[1:]))  # (n - 2, 1, 2) each
    curves = (1 - t) ** 2 * start + 2 * t * (1 - t) * towards + t**2 * end  # (n - 2, BENDS, 2)
    return np.concatenate((stroke[:1], curves.reshape(-1, 2), middle[-1:], stroke[-1:]))
