"""Digits drawn from pen strokes: the data set that needs no network.

A digit is made the way a hand makes it. A *style* ("4, lightning") is the path of the pen: smooth curves through a
few control points. A writer blends the forms of a style, moves the points a little, bends, stretches, slants and
turns the shape, and takes a thin or a thick pen. The path is then inked on 28 × 28 pixels and placed as MNIST
places its digits: fitted to a box of 20 pixels, then shifted by whole pixels until the centre of mass is in the
middle.
"""

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from mnist_core.data import Dataset, Splits

SIDE = 28  # pixels
BOX = 20.0  # pixels: the longer side of a digit's ink, as in MNIST
CENTRE_OF_MASS = 14.0  # counted from 0, in both directions; MNIST shifts its digits there by whole pixels
POINTS = 96  # dots of ink a digit: the longest paths still get one every 0.8 pixels
DOT = 0.5  # pixels: deviation of one dot. Smaller would show the dots, larger would round the inner corners off
FAR = 4.4  # pixels: what is farther from a dot than this gets no ink from it
EDGE = 1.0  # pixels over which ink fades to paper, as scanning and shrinking left it in MNIST
CHUNK = 250  # digits inked at once: little enough for a processor's cache, and the memory does not grow with n

# The writers. Lengths are in units of a digit's height, unless a line says otherwise.
BLEND = 1.7  # above 1, a writer may go beyond the forms of a style, by exaggerating one of them
TREMBLE = 0.035  # deviation of a control point, for a writer with a steady hand ...
TREMBLE_SPREAD = 0.6  # ... and its spread over writers (of the logarithm)
BEND = 0.35  # deviation of each of the six coefficients of a quadratic bend of the paper
STRETCH = 0.22  # spread of width : height (of the logarithm)
SLANT, SLANT_SPREAD = 0.1, 0.26  # sideways for each unit upward; most people lean a little to the right
TURN = 0.14  # radians
PEN, PEN_SPREAD = 1.25, 0.3  # pixels from the middle of a stroke to its edge, and spread of its logarithm
THINNEST_PEN, THICKEST_PEN = 0.6, 3.2  # pixels
PRESSURE = 0.1  # by how much the pen's width swells and shrinks along the way


@dataclass(frozen=True)
class Style:
    """One way to write a digit.

    Attributes:
        digit: 0 to 9.
        name: What the style looks like.
        share: How common it is among the styles of its digit; they add up to 1.
        forms: The extremes between which writers of this style vary, all with the same number of points. A form
            lists the points that the pen passes, as "x,y" in hundredths of the digit's size, x to the right and y
            downwards. The path is smooth, except at a point marked with "!", a corner. At "|" the pen is lifted.
    """

    digit: int
    name: str
    share: float
    forms: tuple[str, ...]


# fmt: off
STYLES = (
    Style(0, "oval from the top", 0.50, (
        "52,0 22,12 5,50 20,88 50,100 80,88 95,50 80,14 50,0",
        "66,10 36,1 8,30 10,75 45,100 80,85 92,45 75,12 42,4",
        "45,4 18,25 8,60 25,94 50,100 78,85 92,45 78,8 55,8",
        "55,0 32,10 14,45 16,85 42,100 68,84 84,40 82,10 58,2",
    )),
    Style(0, "clockwise", 0.25, (
        "42,4 70,3 93,40 86,80 52,100 18,88 5,50 18,14 50,2",
        "20,20 55,0 90,25 90,70 60,100 20,90 5,60 10,25 35,5",
        "30,8 62,0 88,24 82,66 54,98 26,92 14,64 16,30 36,6",
    )),
    Style(0, "curl inside the top", 0.20, (
        "60,12 35,5 10,35 10,75 45,100 85,80 90,40 65,5 40,12 55,26",
        "50,5 20,15 5,50 20,90 50,100 85,85 92,40 70,3 42,5 30,22",
        "46,30 26,10 6,45 16,88 50,100 84,86 94,40 72,4 44,6 34,16",
    )),
    Style(0, "slashed", 0.05, (
        "52,0 22,12 5,50 20,88 50,100 80,88 95,50 80,14 50,0 | 75,20 50,50 28,78",
        "46,4 18,25 8,60 25,94 50,100 78,85 92,45 78,8 55,8 | 90,2 50,50 10,98",
    )),
    Style(1, "plain", 0.80, (
        "50,0 50,33 50,66 50,100",
        "52,0 46,33 46,66 52,100",
        "48,0 54,33 54,66 48,100",
    )),
    Style(1, "flag", 0.12, (
        "30,22 52,0! 52,50 50,100",
        "42,14 52,0! 50,50 50,100",
        "34,12 50,2! 50,50 50,100",
    )),
    Style(1, "flag and foot", 0.08, (
        "28,20 52,0! 52,50 50,100 | 20,100 50,100 80,99",
        "40,12 52,0! 52,50 50,100 | 30,100 50,99 70,100",
        "26,16 50,0! 52,50 50,98 | 10,98 50,98 95,96",
    )),
    Style(2, "plain", 0.36, (
        "8,26 24,5 55,0 82,14 78,40 45,72 5,98! 50,97 98,95",
        "15,20 35,2 65,4 80,25 65,52 35,78 8,98! 45,92 90,98",
        "5,14 30,0 65,0 84,20 75,46 50,70 20,96! 55,98 95,90",
        "14,30 22,8 46,0 66,14 62,40 36,72 10,96! 40,98 76,92",
        "22,18 36,4 60,0 74,16 66,44 38,72 4,94! 52,94 104,100",
    )),
    Style(2, "looped", 0.34, (
        "12,24 35,3 65,2 82,22 68,52 40,82 14,98 2,86 18,74 45,84 70,98 98,88",
        "8,20 35,0 72,6 76,35 55,65 32,90 10,96 6,82 22,76 45,86 72,92 100,80",
        "20,30 30,5 60,0 78,20 66,52 42,84 18,100 4,92 14,80 40,85 65,92 90,94",
        "14,22 36,2 68,4 76,32 64,64 44,90 18,98 4,80 22,62 50,72 74,90 96,102",
        "10,14 40,0 70,12 74,44 60,74 38,96 14,94 8,74 28,62 56,72 78,82 106,74",
    )),
    Style(2, "Z-shaped", 0.14, (
        "8,10 40,2 82,4 70,35 40,68 5,98! 50,96 96,95",
        "10,22 40,5 85,10 74,38 40,70 8,96! 50,98 92,100",
        "4,16 34,12 66,4 58,34 34,64 6,92! 50,98 104,94",
    )),
    Style(2, "round foot", 0.10, (
        "12,20 36,0 68,4 76,28 52,56 24,80 16,94 40,100 92,92",
        "18,24 34,2 64,2 66,28 46,58 28,80 24,96 46,100 80,90",
        "6,10 40,4 78,6 70,32 40,60 16,82 18,96 44,98 96,84",
    )),
    Style(2, "curled start, wave", 0.06, (
        "30,30 12,24 25,4 60,0 80,20 65,52 30,84 8,94! 35,84 65,95 98,85",
        "25,34 15,18 40,0 74,6 78,32 50,68 20,90 5,98! 40,90 70,98 95,96",
    )),
    Style(3, "round", 0.45, (
        "12,14 42,0 78,10 74,36 36,47! 76,52 90,76 58,100 8,88",
        "8,10 45,2 80,20 66,42 40,50! 72,54 86,80 50,100 10,94",
        "20,8 55,0 82,16 68,40 45,44! 70,50 78,74 52,98 5,96",
        "4,10 46,0 84,14 72,44 44,60! 70,60 78,80 54,100 18,92",
        "22,12 46,0 68,8 62,28 38,36! 76,44 90,72 56,100 4,84",
        "10,20 44,2 76,6 70,32 26,46! 66,50 84,74 54,98 2,80",
    )),
    Style(3, "soft waist", 0.20, (
        "12,14 42,0 78,12 68,38 44,47 70,54 88,76 55,100 8,88",
        "8,6 50,0 76,18 58,42 48,48 74,58 84,80 48,100 6,92",
        "24,10 50,0 68,14 56,36 46,44 66,56 74,80 44,100 14,96",
    )),
    Style(3, "flat top", 0.12, (
        "10,3 45,2 82,3! 60,24 38,42! 76,48 88,74 55,100 8,90",
        "12,8 48,4 80,8! 62,26 45,42! 74,52 82,78 50,100 10,96",
        "6,12 40,6 72,2! 52,26 30,48! 66,46 78,70 48,100 2,96",
    )),
    Style(3, "loop in the waist", 0.23, (
        "12,14 42,0 78,12 66,38 40,52 34,44 50,42 80,56 86,80 52,100 8,88",
        "10,10 50,0 80,18 60,44 36,48 40,38 62,44 82,62 80,86 46,100 5,90",
        "14,16 46,0 72,10 62,36 34,56 24,50 44,44 74,52 86,76 56,100 2,86",
    )),
    Style(4, "open, two strokes", 0.42, (
        "18,0 12,28 6,54! 45,56 95,52 | 76,8 74,50 68,100",
        "25,5 12,30 10,55! 50,56 88,48 | 82,0 74,45 64,100",
        "10,8 6,34 12,56! 45,56 80,50 | 80,12 78,55 76,100",
        "34,0 18,32 2,66! 50,64 104,58 | 66,28 60,62 52,100",
        "14,12 10,30 10,46! 40,46 76,42 | 74,0 72,50 72,100",
        "44,0 24,26 2,58! 40,58 78,54 | 76,10 60,55 46,100",
    )),
    Style(4, "open, rounded", 0.26, (
        "14,4 6,34 20,54 50,52 80,36 | 82,0 76,45 66,100",
        "20,0 8,36 22,56 55,52 95,45 | 78,15 72,50 62,100",
        "8,10 8,38 30,54 60,48 84,30 | 86,6 80,50 76,100",
        "36,0 10,36 14,56 44,50 84,34 | 82,8 66,50 48,100",
    )),
    Style(4, "closed", 0.12, (
        "66,0 36,30 4,64! 50,66 100,62 | 66,0 65,50 62,100",
        "75,0 40,26 8,54! 45,56 92,52 | 75,0 70,50 60,100",
        "52,0 28,36 4,72! 44,70 92,68 | 54,2 56,50 56,100",
    )),
    Style(4, "closed, one stroke like a 9", 0.06, (
        "74,12 40,20 10,52! 44,54 76,44 80,10! 74,50 62,100",
        "70,4 34,14 10,42! 40,54 74,38 78,4! 74,50 70,100",
    )),
    Style(4, "lightning", 0.04, (
        "35,0 22,35 10,62! 40,60 70,52! 60,76 50,100",
        "45,0 25,28 8,55! 45,52 80,40! 72,70 62,100",
    )),
    Style(4, "one stroke, up and down", 0.10, (
        "14,6 6,34 22,54 54,46 80,10! 76,50 66,100",
        "20,0 10,32 24,50 58,44 84,20! 80,60 74,100",
        "34,4 10,38 14,56 46,46 86,2! 68,50 48,100",
    )),
    Style(5, "one stroke", 0.35, (
        "92,2 60,3 28,5! 20,24 16,44! 55,36 88,60 75,90 40,100 4,90",
        "85,0 55,4 30,6! 26,24 22,44! 50,40 78,62 68,90 36,100 6,94",
        "100,4 65,4 36,8! 28,24 24,40! 60,46 70,70 50,94 25,100 0,96",
        "104,0 74,6 46,14! 36,30 26,46! 56,50 66,70 48,92 22,98 2,90",
        "80,2 50,2 20,2! 18,28 16,54! 46,44 82,62 80,92 44,100 8,92",
    )),
    Style(5, "detached bar", 0.28, (
        "28,6 22,24 16,44! 55,36 88,60 75,90 40,100 4,90 | 30,6 62,5 98,0",
        "32,10 26,26 22,44! 55,42 76,66 60,92 30,100 0,94 | 34,8 66,4 102,2",
        "24,0 20,22 18,42! 50,40 84,64 70,92 40,100 8,92 | 26,8 56,6 85,8",
        "44,14 36,28 28,42! 54,50 60,72 44,92 22,100 0,90 | 44,12 76,6 110,0",
    )),
    Style(5, "S-shaped", 0.22, (
        "86,4 46,4 20,22 38,44 72,56 84,78 55,100 8,92",
        "90,0 56,6 30,26 40,44 66,58 70,80 45,98 2,98",
        "96,6 54,0 26,16 34,36 62,48 72,70 46,96 0,86",
        "84,2 56,12 32,30 44,42 62,58 60,80 34,98 4,92",
    )),
    Style(5, "round shoulder", 0.15, (
        "84,8 50,0 22,10 18,44! 55,38 86,60 78,90 40,100 6,86",
        "95,2 60,0 32,16 24,42! 52,44 72,64 64,92 32,100 4,94",
        "80,4 52,6 30,20 24,46! 44,46 62,62 56,88 34,96 16,82",
    )),
    Style(6, "curled", 0.35, (
        "72,0 36,22 10,58 18,90 48,100 78,88 78,66 50,56 22,70 14,84",
        "80,4 45,12 14,46 10,82 42,100 80,86 74,62 44,58 18,76 20,90",
        "60,0 30,26 12,60 20,92 50,100 74,84 66,64 42,62 24,76 22,92",
        "76,10 40,2 10,34 6,78 38,100 76,88 80,62 52,50 22,62 6,82",
    )),
    Style(6, "straight stem", 0.35, (
        "58,0 32,34 14,70 28,98 58,94 74,72 54,58 28,68 14,84",
        "40,0 20,36 8,72 26,98 60,96 84,74 64,56 30,66 12,82",
        "74,0 44,32 16,66 18,94 46,100 70,80 58,64 34,72 20,88",
        "66,0 36,36 16,74 26,100 52,86 68,62 54,54 32,70 22,92",
        "44,0 30,36 20,76 30,100 54,94 62,74 48,66 28,76 18,88",
    )),
    Style(6, "b-shaped, wide belly", 0.30, (
        "30,0 14,36 8,72 30,98 66,96 90,76 78,56 48,58 14,78",
        "55,0 22,30 6,66 26,96 64,98 98,80 88,58 56,58 24,80",
        "40,2 14,32 6,68 28,98 64,94 84,60 66,34 40,54 34,84",
        "22,0 12,34 10,72 34,98 66,88 76,54 58,34 38,52 28,88",
        "60,0 24,26 4,62 22,96 62,98 92,66 78,40 48,58 40,88",
    )),
    Style(7, "straight", 0.28, (
        "5,6 48,4 90,2! 64,50 42,100",
        "10,10 50,6 85,5! 70,50 60,100",
        "0,4 45,8 95,0! 58,48 30,100",
        "20,14 46,8 70,4! 58,50 48,100",
        "8,4 48,10 86,16! 50,54 20,92",
    )),
    Style(7, "curved", 0.27, (
        "5,12 40,4 86,5! 66,36 52,68 48,100",
        "8,8 48,8 92,2! 70,30 54,64 44,100",
        "5,16 46,6 82,8! 74,36 66,68 60,100",
        "2,8 44,8 88,4! 84,34 80,68 76,100",
    )),
    Style(7, "rounded corner", 0.12, (
        "5,18 30,4 74,3 82,24 64,58 50,100",
        "8,10 40,6 80,4 80,22 60,56 40,100",
        "10,24 34,4 62,4 74,26 66,60 62,100",
        "14,4 50,4 76,16 78,42 62,74 36,96",
    )),
    Style(7, "flag at the start", 0.16, (
        "8,24 10,4! 50,6 88,3! 66,48 48,100",
        "4,20 14,8! 50,12 88,2! 68,44 56,100",
        "12,46 18,10! 50,6 78,4! 72,50 66,100",
        "4,40 22,10! 52,14 86,4! 66,48 50,100",
    )),
    Style(7, "bar", 0.17, (
        "5,8 48,5 90,3! 66,46 46,100 | 26,52 54,50 82,48",
        "8,12 44,6 88,6! 70,44 56,100 | 34,56 58,50 88,46",
        "16,14 40,2 78,4! 60,50 44,100 | 16,54 54,52 98,50",
        "22,10 46,6 72,2! 60,50 52,100 | 32,48 58,44 86,42",
    )),
    Style(8, "S-stroke", 0.40, (
        "78,16 50,0 22,16 28,38 56,52 84,74 66,98 34,98 16,78 40,54 70,36 80,14",
        "86,10 54,0 26,16 32,40 56,54 74,76 56,100 24,96 16,76 42,54 74,34 92,6",
        "70,10 44,2 22,20 32,40 58,54 80,78 54,100 22,92 22,70 48,52 74,28 66,6",
        "74,16 54,0 34,12 34,28 52,42 88,70 70,98 30,98 10,72 38,46 66,28 78,12",
        "84,22 54,0 22,18 26,46 52,62 66,80 56,98 36,98 28,82 46,62 76,44 84,18",
        "76,10 56,2 40,16 42,36 50,52 58,76 46,98 28,96 24,76 42,52 64,34 78,8",
    )),
    Style(8, "two circles", 0.18, (
        "50,0 26,8 24,32 50,46 76,32 74,8 48,0 | 50,46 18,60 16,86 50,100 84,86 82,60 50,46",
        "54,2 30,12 30,36 52,44 74,30 74,10 50,0 | 52,46 24,58 20,86 48,100 76,86 78,58 48,44",
        "50,0 18,12 20,42 50,56 82,42 82,12 48,0 | 50,56 30,66 30,90 50,100 72,90 70,66 50,56",
    )),
    Style(8, "from the right, tail out", 0.22, (
        "92,4 60,2 30,14 30,36 56,52 72,74 52,98 24,96 18,78 42,56 70,34 74,12 58,2",
        "100,10 64,4 34,10 26,32 50,48 68,68 54,94 24,98 12,82 34,60 66,40 76,20 60,6",
        "104,14 70,20 36,8 22,26 48,44 64,68 44,96 18,96 10,78 34,56 62,38 66,18 48,6",
    )),
    Style(8, "open at the top right", 0.20, (
        "72,28 80,8 50,0 24,14 34,40 64,60 76,84 48,100 20,88 28,64 58,46 78,24",
        "66,20 66,4 44,0 22,16 36,42 62,58 70,82 46,100 20,86 32,62 62,40 90,10",
        "60,6 46,0 34,6 26,24 38,44 58,62 64,84 40,100 16,88 28,64 60,40 98,12",
    )),
    Style(9, "straight tail", 0.36, (
        "80,12 48,0 16,16 18,40 48,48 76,30 82,8! 78,50 70,100",
        "76,8 44,2 14,22 22,46 52,44 74,24 80,6! 72,50 60,100",
        "72,14 50,2 20,20 24,44 48,46 70,28 78,12! 70,56 46,100",
        "88,6 50,2 18,22 20,40 50,44 80,26 90,8! 66,54 36,100",
        "74,26 46,4 18,20 16,48 42,58 68,44 76,22! 76,60 78,100",
    )),
    Style(9, "from the junction", 0.34, (
        "76,36 46,48 16,36 24,8 58,0 82,16 78,54 68,100",
        "74,32 44,46 18,34 28,8 60,2 78,20 70,56 50,100",
        "80,40 44,52 10,40 18,10 54,0 86,14 86,54 84,100",
        "70,30 44,44 26,36 34,12 60,0 74,14 62,54 42,100",
        "76,50 40,54 10,36 26,6 62,0 78,24 80,60 88,100",
    )),
    Style(9, "hooked tail", 0.14, (
        "80,12 48,0 16,16 18,40 48,48 76,30 84,10! 84,60 66,96 34,98 12,84",
        "74,10 44,2 16,22 26,46 54,42 74,20 80,8! 78,56 56,92 28,100 6,92",
        "88,8 54,0 26,14 28,36 54,38 80,20 88,6! 72,52 44,88 14,98 0,88",
    )),
    Style(9, "open top, like a g", 0.16, (
        "84,8 52,0 20,14 14,38 42,48 76,34 86,16! 70,56 54,100",
        "90,2 60,0 34,12 24,36 48,44 74,30 82,18! 62,58 36,100",
        "60,0 30,8 12,28 16,48 44,50 74,32 80,14! 78,56 76,100",
    )),
)
# fmt: on


def make_digits(n: int, seed: int) -> Dataset:
    """Draws digits as people write them, each a little different, in the format of MNIST.

    Args:
        n: How many, 1 or more.
        seed: Which ones: the same n and seed give the same images. The process-wide random numbers stay untouched.

    Returns:
        ``images``: torch.uint8 [n, 28, 28], 0 = paper, 255 = ink, the longer side of the ink 19 or 20 pixels and
        its centre of mass within half a pixel of (14, 14). ``labels``: torch.int64 [n], each digit n / 10 times
        (rounded up for the first digits, down for the others), in random order.

    Raises:
        ValueError: If n is not a whole number of 1 or more.
    """
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise ValueError(f"The number of digits to draw is {n!r}; give a whole number of 1 or more.")
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 10
    labels = labels[torch.randperm(n, generator=generator)]
    images = torch.cat([_draw(chunk, generator) for chunk in labels.split(CHUNK)])
    return Dataset(images, labels)


def _draw(labels: Tensor, generator: torch.Generator) -> Tensor:
    """Draws one image for each label: torch.int64 [n] -> torch.uint8 [n, 28, 28]."""
    tables = _tables()
    style = torch.multinomial(tables.share[labels], 1, generator=generator).squeeze(1)  # (n,)
    control = _control_points(tables, style, generator)  # (n, K, 2)
    path = torch.bmm(tables.weights[style], control)  # (n, POINTS, K) @ (n, K, 2) -> (n, POINTS, 2)
    path = _slant(_bend(path, generator), generator)
    radius = _pen(len(labels), generator)  # (n, POINTS)
    path, scale = _fit_to_box(path, radius + EDGE / 2)
    spacing = tables.length[style] * scale / POINTS  # (n,), in pixels
    return _centre(_ink(path, radius, spacing))


def _control_points(tables: "_Tables", style: Tensor, generator: torch.Generator) -> Tensor:
    """Every writer's own blend of the forms of a style, with a tremble: (n,) -> (n, K, 2)."""
    n = len(style)
    known = tables.known[style]  # (n, F)
    # Shares of a pie cut at random (a flat Dirichlet distribution), among the forms that the style has.
    pie = known * torch.empty(known.shape).exponential_(generator=generator)
    pie, even = pie / pie.sum(1, keepdim=True), known / known.sum(1, keepdim=True)
    mix = even + BLEND * (pie - even)
    control = torch.einsum("nf,nfkc->nkc", mix, tables.forms[style])
    tremble = TREMBLE * torch.exp(TREMBLE_SPREAD * torch.randn(n, 1, 1, generator=generator))
    return control + tremble * torch.randn(control.shape, generator=generator)


def _bend(path: Tensor, generator: torch.Generator) -> Tensor:
    """Moves all points by a quadratic function of where they are, so that loops grow, waists sink and stems bow."""
    x, y = path.unbind(2)  # (n, POINTS) each
    squares = torch.stack((x * x, x * y, y * y), dim=2)  # (n, POINTS, 3)
    coefficients = BEND * torch.randn(len(path), 3, 2, generator=generator)
    return path + torch.bmm(squares, coefficients)  # (n, POINTS, 3) @ (n, 3, 2) -> (n, POINTS, 2)


def _slant(path: Tensor, generator: torch.Generator) -> Tensor:
    """Stretches, slants and turns: (n, POINTS, 2) times one 2 × 2 matrix for each digit."""
    stretch, lean, turn = torch.randn(3, len(path), generator=generator)
    stretch, lean, turn = torch.exp(STRETCH * stretch), SLANT + SLANT_SPREAD * lean, TURN * turn
    x_to_x, y_to_x = stretch, -lean
    cos, sin = turn.cos(), turn.sin()
    # Row vectors times matrix: first stretch and slant, then the rotation.
    matrix = torch.stack((x_to_x * cos, x_to_x * sin, y_to_x * cos - sin, y_to_x * sin + cos), dim=1)
    return torch.bmm(path, matrix.view(-1, 2, 2))


def _pen(n: int, generator: torch.Generator) -> Tensor:
    """Half the width of the stroke at every point: (n, POINTS), in pixels."""
    size, pressure = torch.randn(2, n, 1, generator=generator)
    phase = torch.rand(n, 1, generator=generator)
    radius: Tensor = PEN * torch.exp(PEN_SPREAD * size)
    along = torch.linspace(0, 1, POINTS)
    radius = radius * (1 + PRESSURE * pressure * torch.sin(2 * math.pi * (along + phase)))
    return radius.clamp(THINNEST_PEN, THICKEST_PEN)


def _fit_to_box(path: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
    """Scales and shifts each digit so that its ink fills the box, which lies in the middle of the image.

    Args:
        path: (n, POINTS, 2), in units of a digit's height.
        reach: (n, POINTS), how far the ink reaches from each point, in pixels.

    Returns:
        The path in pixels, and the scale: (n,) pixels a unit.
    """
    reach = reach.unsqueeze(2)  # (n, POINTS, 1)
    size = (path.amax(1) - path.amin(1)).amax(1)  # (n,)
    scale = (BOX - 2 * reach.mean((1, 2))) / size
    for _ in range(2):  # the pen is not equally wide everywhere, so the first guess is off by a fraction of a pixel
        pixels = path * scale.view(-1, 1, 1)
        longest = ((pixels + reach).amax(1) - (pixels - reach).amin(1)).amax(1)
        scale = scale + (BOX - longest) / size
    pixels = path * scale.view(-1, 1, 1)
    middle = ((pixels + reach).amax(1, keepdim=True) + (pixels - reach).amin(1, keepdim=True)) / 2  # (n, 1, 2)
    return pixels - middle + (SIDE - 1) / 2, scale


def _ink(path: Tensor, radius: Tensor, spacing: Tensor) -> Tensor:
    """Inks the paths: the pixels within a radius of the path, with a soft edge.

    A pixel's distance to the nearest of 96 points, for every pixel, would be 75,000 distances a digit. A Gaussian dot
    is the product of a Gaussian in x and one in y, so the sum of all dots at all pixels is one matrix product,
    (28 × 96) @ (96 × 28). Its logarithm is a smooth minimum: with dots exp((r² - d²) / 2s²) it gives the smallest
    d² - r², which is negative inside the stroke and positive outside.

    Args:
        path: (n, POINTS, 2), x and y in pixels.
        radius: (n, POINTS), half the width of the stroke in pixels.
        spacing: (n,), pixels between two points, which tells how many dots add up at a place.

    Returns:
        torch.uint8 [n, 28, 28].
    """
    pixel = torch.arange(float(SIDE)).view(1, -1, 1)
    x, y = path.transpose(1, 2).unsqueeze(2).unbind(1)  # (n, 1, POINTS) each
    softness = 2 * DOT**2
    # As many dots as add up along a stroke weigh as much as one.
    weight = radius.square() / softness + torch.log(spacing / (DOT * math.sqrt(2 * math.pi))).unsqueeze(1)
    # Farther than FAR there is no ink, and a processor takes ten times as long for numbers below 1e-38.
    across = torch.exp((pixel - x).clamp(-FAR, FAR).square() / -softness)  # (n, 28, POINTS)
    down = torch.exp(weight.unsqueeze(1) + (pixel - y).clamp(-FAR, FAR).square() / -softness)  # (n, 28, POINTS)
    dots = torch.bmm(down, across.transpose(1, 2))  # (n, 28, 28)

    r = radius.mean(1).view(-1, 1, 1)
    beyond = -softness * torch.log(dots)  # (n, 28, 28), d² - r²
    distance = torch.sqrt((beyond + r * r).clamp_min(0)) - r  # pixels outside the stroke's edge; negative inside
    ink = (0.5 - distance / EDGE).clamp(0, 1)
    return (255 * ink).round().to(torch.uint8)


def _centre(images: Tensor) -> Tensor:
    """Shifts each image by whole pixels until its centre of mass is nearest to (14, 14), as MNIST did."""
    ink = images.float()  # (n, 28, 28)
    position = torch.arange(SIDE)
    total = ink.sum((1, 2))
    down = (CENTRE_OF_MASS - ink.sum(2) @ position.float() / total).round().long()  # (n,)
    right = (CENTRE_OF_MASS - ink.sum(1) @ position.float() / total).round().long()
    # What is shifted in is paper, because the outermost pixels are: the box ends four pixels before them.
    row = (position - down.unsqueeze(1)).clamp(0, SIDE - 1)  # (n, 28)
    column = (position - right.unsqueeze(1)).clamp(0, SIDE - 1)
    source = row.unsqueeze(2) * SIDE + column.unsqueeze(1)  # (n, 28, 28)
    shifted: Tensor = images.flatten(1).gather(1, source.flatten(1)).view_as(images)
    return shifted


@dataclass(frozen=True)
class _Tables:
    """The styles as numbers. S styles; at most F forms a style and K control points a form, the rest is zeros."""

    weights: Tensor  # (S, POINTS, K): each point of the path as a weighted sum of the control points
    forms: Tensor  # (S, F, K, 2): control points, from -0.5 to 0.5
    known: Tensor  # (S, F): 1 where the style has a form
    share: Tensor  # (10, S): how common a style is for a digit
    length: Tensor  # (S,): of the path, in units of a digit's height


@cache
def _tables() -> _Tables:
    read = [[_parse(form) for form in style.forms] for style in STYLES]
    points = max(sum(map(len, form)) for forms in read for form in forms)
    tables = _Tables(
        weights=torch.zeros(len(STYLES), POINTS, points),
        forms=torch.zeros(len(STYLES), max(map(len, read)), points, 2),
        known=torch.zeros(len(STYLES), max(map(len, read))),
        share=torch.zeros(10, len(STYLES)),
        length=torch.zeros(len(STYLES)),
    )
    for s, (style, forms) in enumerate(zip(STYLES, read, strict=True)):
        weights, tables.length[s] = _path_weights(forms[0])
        tables.weights[s, :, : weights.shape[1]] = weights
        tables.share[style.digit, s] = style.share
        tables.known[s, : len(forms)] = 1
        for f, form in enumerate(forms):
            tables.forms[s, f, : weights.shape[1]] = torch.cat([stroke.points for stroke in form])
    return tables


@dataclass(frozen=True)
class _Stroke:
    points: Tensor  # (k, 2), from -0.5 to 0.5
    corner: Tensor  # bool (k,); the ends count as corners

    def __len__(self) -> int:
        return len(self.points)


def _parse(form: str) -> list[_Stroke]:
    """Reads the notation of ``Style.forms``."""
    strokes = []
    for stroke in form.split("|"):
        words = stroke.split()
        points = torch.tensor([[float(number) for number in word.rstrip("!").split(",")] for word in words])
        corner = torch.tensor([word.endswith("!") for word in words])
        corner[[0, -1]] = True
        strokes.append(_Stroke(points / 100 - 0.5, corner))
    return strokes


def _path_weights(strokes: list[_Stroke]) -> tuple[Tensor, float]:
    """Spreads the dots evenly over the strokes.

    Returns:
        Dots as weighted sums of control points, (POINTS, k), and the length of all strokes.
    """
    lengths = [float((stroke.points[1:] - stroke.points[:-1]).norm(dim=1).sum()) for stroke in strokes]
    ends = [round(POINTS * sum(lengths[: i + 1]) / sum(lengths)) for i in range(len(strokes))]
    counts = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    curves = [_curve_weights(stroke, count) for stroke, count in zip(strokes, counts, strict=True)]
    return torch.block_diag(*curves), sum(lengths)


def _curve_weights(stroke: _Stroke, count: int) -> Tensor:
    """A smooth curve through k control points (a Catmull-Rom spline) as a matrix: (count, k).

    Between two control points the curve is a cubic, given by the points and the directions in which it passes them:
    parallel to the line between the neighbours, but at a corner straight to the next point. All of that is linear
    in the control points, so the matrix can be made once, and every writer's points multiplied with it.
    """
    chord = stroke.points[1:] - stroke.points[:-1]  # (k - 1, 2)
    mileage = torch.cat((torch.zeros(1), chord.norm(dim=1).cumsum(0)))  # (k,)
    at = torch.linspace(0, float(mileage[-1]), count)  # (count,)
    i = (torch.searchsorted(mileage, at, right=True) - 1).clamp(0, len(chord) - 1)  # the control point before
    t = ((at - mileage[i]) / (mileage[i + 1] - mileage[i])).unsqueeze(1)  # (count, 1), 0..1 on the way to the next

    here = torch.eye(len(stroke))  # (k, k): each control point as a weighted sum of all
    step = here[1:] - here[:-1]  # (k - 1, k)
    coming, going = torch.cat((step[:1], step)), torch.cat((step, step[-1:]))  # (k, k): directions
    smooth = (coming + going) / 2
    corner = stroke.corner.unsqueeze(1)
    coming, going = torch.where(corner, coming, smooth), torch.where(corner, going, smooth)
    return (
        (2 * t**3 - 3 * t**2 + 1) * here[i]
        + (t**3 - 2 * t**2 + t) * going[i]
        + (3 * t**2 - 2 * t**3) * here[i + 1]
        + (t**3 - t**2) * coming[i + 1]
    )


def make_splits(seed: int = 0) -> Splits:
    """The generated digits in three parts: 10,000 to train on, 1,000 for validation and 1,000 for the final test.

    Args:
        seed: Which digits; the same seed gives the same.

    Returns:
        The parts, all drawn alike.
    """
    digits = make_digits(12_000, seed)
    parts = slice(0, 10_000), slice(10_000, 11_000), slice(11_000, 12_000)
    return Splits("generated digits", *(digits.subset(part) for part in parts))
