"""Rows of digits to read: written here by one hand, which sets them as near to each other as it is told."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

HEIGHT = 100  # pixels: of a digit
PEN = 11  # pixels: the width of the strokes
MARGIN = 16  # pixels around the row
FINE = 4  # by which the ink is first drawn larger, then averaged
NEAREST, FURTHEST = -30, 40  # pixels between the boxes of two neighbours; below 0, they overlap

# Points of a pen, x to the right and y downwards, a digit being 100 high; "|" lifts the pen, "!" makes a corner.
_FORMS = {
    "0": "50,0 22,18 14,52 26,88 50,100 74,86 82,50 72,14 48,0",
    "1": "52,0 50,50 48,100",
    "2": "14,26 26,6 50,0 72,14 68,40 42,72 12,98! 46,96 84,96",
    "3": "14,12 41,0 74,10 72,36 40,46! 74,52 86,76 57,100 13,90",
    "4": "28,2 20,32 12,58! 46,58 88,56 | 70,14 68,56 64,100",
    "5": "27,6 22,26 18,46! 54,38 84,60 74,90 42,100 8,92 | 29,6 60,5 92,2",
    "7": "8,8 46,5 84,4! 64,40 50,70 44,100",
    "9": "76,14 48,0 20,18 22,44 48,52 74,34 78,10! 74,50 66,100",
    # The bar of this 5 does not reach the rest: the pen was lifted.
    "broken 5": "24,20 20,34 16,50! 52,42 82,62 72,90 42,100 8,94 | 44,2 66,0 90,-4",
    ".": "12,90 20,98",
}
SAMPLES: dict[str, tuple[str, ...]] = {
    "two digits": ("3", "9"),
    "a broken 5": ("broken 5", "3"),
    "a price": ("4", ".", "9", "5"),
    "a phone number": ("0", "1", "7", "5", "3", "2"),
}


def digits_of(sample: str) -> str:
    """The digits of a sample, without the dot; KeyError if it is none of ``SAMPLES``."""
    return "".join(name[-1] for name in SAMPLES[sample] if name != ".")


def row(sample: str, gap: int) -> npt.NDArray[np.uint8]:
    """A row of digits.

    Args:
        sample: One of ``SAMPLES``; KeyError if it is none of them.
        gap: How many pixels of paper are between the boxes of two neighbours, ``NEAREST`` to ``FURTHEST``.

    Returns:
        uint8 [H, W], ink bright on black.
    """
    strokes: list[npt.NDArray[np.float64]] = []
    right = MARGIN - gap
    for name in SAMPLES[sample]:
        written = [_curve(stroke) for stroke in _FORMS[name].split("|")]
        left = min(stroke[:, 0].min() for stroke in written)
        shift = right + gap - left + PEN / 2
        strokes += [HEIGHT / 100 * stroke + (shift, MARGIN + PEN / 2) for stroke in written]
        right = max(stroke[:, 0].max() for stroke in strokes[-len(written) :]) + PEN / 2
    width = round(max(stroke[:, 0].max() for stroke in strokes) + PEN / 2 + MARGIN)
    return _inked(strokes, width, HEIGHT + PEN + 2 * MARGIN)


def _curve(stroke: str) -> npt.NDArray[np.float64]:
    """A smooth path [n, 2] through about these points: each corner that is not marked is cut off, three times."""
    marked = stroke.split()
    points = np.array([[float(value) for value in point.rstrip("!").split(",")] for point in marked])
    corners = [0, *(place for place, point in enumerate(marked) if point.endswith("!")), len(marked) - 1]
    parts = [_rounded(points[start : end + 1]) for start, end in zip(corners, corners[1:], strict=False)]
    return np.concatenate(parts)


def _rounded(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    for _ in range(3):  # Chaikin's way to a smooth line
        before, after = points[:-1], points[1:]
        inner = np.stack((0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after), axis=1).reshape(-1, 2)
        points = np.concatenate((points[:1], inner, points[-1:]))
    return points


def _inked(strokes: list[npt.NDArray[np.float64]], width: int, height: int) -> npt.NDArray[np.uint8]:
    large = Image.new("L", (FINE * width, FINE * height))
    pen, radius = ImageDraw.Draw(large), FINE * PEN / 2
    for stroke in strokes:
        path = [tuple(point) for point in (FINE * stroke).tolist()]
        pen.line(path, fill=255, width=FINE * PEN)
        for x, y in path:  # round ends and joins
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(large.reduce(FINE))
