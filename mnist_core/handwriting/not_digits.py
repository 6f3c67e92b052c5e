"""Drawings that are no digits: dots, scribbles, letters and several digits at once; and pictures of things.

A network that is to say "this is no digit" must have seen some that are none. They are drawn here, as the digits of
``generated`` are: a path of the pen, a thin or a thick pen, and MNIST's box of 20 × 20 pixels. What a drawing page
loses on the way to 28 × 28 pixels, place and size, is lost here, too.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset
from mnist_core.data.generated import BOX, EDGE, POINTS, fits, ink, make_digits, place, trace_digits, trace_form
from mnist_core.handwriting.pictures import pictures

Traced = tuple[Tensor, Tensor, Tensor]  # paths [n, points, 2], the lengths of their strokes [n], and what they are [n]
Strokes = list[Tensor]  # each torch.float32 [k, 2]: x to the right and y downwards, in any unit

CHUNK = 2_000  # drawings inked at once: few enough that memory does not grow with n
LONG = 2 * POINTS  # points of a path that may be long
# Half the width of a stroke in pixels of the box, from a thin brush on a large drawing (12 pixels wide, 230 long) to a
# thick one on a small drawing (26 and 90), or a felt pen.
FINEST, BROADEST = 0.45, 2.8
# Several digits fill the same box, so that each is smaller and its strokes are finer.
FINEST_OF_SEVERAL, BROADEST_OF_SEVERAL = 0.4, 1.9
MOST_DIGITS = 8  # in a row
ANGULAR = 0.15  # of digits and letters: written in straight lines, as with a mouse, or on a raster
SHORTEST_STROKE = 1.0  # times the width of the brush: a stroke that is not longer leaves a blot
TREMBLE = 0.02  # of a scribble's size

# Ways to write letters, in the notation of ``generated.Style.forms``, printed ones first, then joined ones. Where
# small and capital letters have one form, it stands under the capital. Those that are digits to the eye are missing:
# I i l (1), Z z (2), S s (5), b (6), g q (9) and O o (0).
# fmt: off
LETTERS = {
    "A": (
        "10,100 50,0! 90,100 | 25,62 75,62", "20,100 55,0! 80,100 | 30,70 72,66",
        "12,100 30,40 50,2 70,40 88,100 | 22,66 80,66", "10,96 52,0! 86,100! 60,58 24,60",
        "6,90 20,96 50,50 78,2! 74,60 80,98 98,90 | 30,62 90,56", "80,16 50,6 14,50 24,92 56,84 80,14! 76,70 90,96",
        "50,0! 16,98 | 50,0 84,98 | 4,98 30,98 | 70,98 98,98 | 28,62 74,62",
    ),
    "a": (
        "76,20 50,8 22,30 20,74 46,94 70,76 78,24! 78,70 84,96 98,92",
        "80,28 48,10 16,44 22,88 54,92 78,56 | 80,10 78,60 88,100",
        "26,24 50,4 76,16 80,50 82,98! 80,56 40,52 20,74 40,98 80,78",
        "72,14 40,8 10,46 18,88 46,90 70,50 76,12! 74,70 80,96",
        "76,30 50,16 20,46 26,86 54,84 76,26! 72,78 82,92 100,72",
        "76,8 76,98 | 76,30 56,10 26,14 12,50 28,90 56,96 76,74",
        "80,4 80,98 | 80,28 58,4 30,4 8,30 6,60 20,90 46,98 70,86 80,70",
    ),
    "B": (
        "20,0 20,100 | 20,2 66,4 74,26 56,46 20,48! 74,52 84,76 64,98 20,98",
        "22,100 22,0! 70,6 70,40 24,48! 84,56 80,94 22,100",
        "24,14 28,50 20,98 | 10,20 40,2 70,8 70,36 40,48! 76,54 78,86 46,98 20,88",
        "30,12 20,60 12,98 | 10,30 30,6 64,2 76,20 60,42 36,48! 66,52 74,76 54,96 22,96 14,84",
    ),
    "C": (
        "86,18 56,0 20,22 8,54 24,88 58,100 90,82", "90,30 70,4 34,8 10,44 24,86 62,98 94,76",
        "78,22 50,8 22,40 26,80 54,94 84,80", "70,10 40,0 14,36 14,70 40,100 76,92",
        "60,24 76,10 58,4 24,30 10,66 30,96 64,92 92,74",
        "4,80 30,50 60,20 74,28 60,24 30,40 22,74 44,94 70,86 96,66",
        "70,26 84,10 64,2 34,22 14,60 28,94 60,96 88,78", "50,30 66,14 52,4 22,30 10,70 36,98 72,90 92,70",
        "66,24 78,34 60,14 26,30 12,64 36,94 74,84 98,60",
    ),
    "D": (
        "20,2 20,98 | 20,2 62,8 88,44 72,86 20,98", "24,0 22,100! 66,92 90,50 64,8 18,2",
        "14,4 60,2 90,30 88,70 60,98 14,98 | 26,4 26,98",
        "40,10 34,50 26,90 14,94 24,84 60,98 90,60 80,16 46,2 16,16",
        "36,8 26,60 14,94 6,84 24,82 50,98 78,84 92,46 76,10 40,2 14,18",
    ),
    "d": (
        "74,56 46,44 20,66 30,94 60,90 76,62 | 76,0 76,60 78,100", "70,60 40,46 16,72 36,98 66,84 76,0! 76,50 84,100",
        "64,52 36,50 20,76 40,98 66,80 72,0! 70,60 88,98", "66,52 40,46 16,70 30,94 58,82 76,4! 68,78 80,94 98,80",
        "78,0 78,98 | 78,54 58,36 28,40 14,68 30,96 58,98 78,80",
    ),
    "E": (
        "84,2 20,4! 18,50! 18,98! 86,96 | 20,50 70,48", "24,0 22,100 | 24,2 84,0 | 22,50 72,48 | 22,98 86,98",
        "80,12 44,0 22,24 52,46! 18,62 16,90 50,100 86,86", "76,6 40,2 14,30 12,70 40,98 82,92 | 14,50 66,48",
        "76,16 56,2 34,14 40,38 60,44! 30,48 12,76 34,98 64,94 88,78",
        "12,2 86,2! 84,20 | 30,2 26,98 | 12,98 80,98! 86,80 | 28,50 60,50 | 62,40 60,60",
        "74,20 62,4 36,8 32,34 56,46! 26,54 14,80 36,98 76,84",
        "80,20 66,2 34,4 22,24 36,42 58,42! 26,48 8,72 24,96 60,98 90,80",
    ),
    "e": (
        "18,52 50,50 80,42 72,12 40,6 16,44 28,88 60,98 90,78", "14,60 60,48 78,22 50,4 20,36 22,84 56,100 92,80",
        "10,56 88,50 70,10 30,12 10,60 40,98 86,84", "4,78 40,62 70,38 60,18 38,30 32,70 54,92 80,84 98,66",
        "6,70 44,58 70,36 58,14 36,26 28,64 50,94 94,66", "6,60 40,62 76,42 72,14 46,8 20,34 20,74 44,96 92,80",
    ),
    "F": (
        "26,0 24,100 | 26,2 86,0 | 24,48 72,46", "84,4 22,2! 20,50 20,100 | 20,48 66,46",
        "30,4 24,100 | 16,8 90,0 | 28,50 76,44", "14,22 20,4 50,12 90,4 | 62,12 52,60 36,94 14,86 | 36,52 76,50",
        "12,2 88,2! 86,20 | 32,2 26,98 | 12,98 44,98 | 30,50 66,50 | 66,40 64,60",
        "10,16 28,4 56,10 92,2 | 66,8 52,60 36,94 12,92 10,78 | 34,52 72,48 78,40",
        "20,30 10,14 30,4 60,10 94,2 | 66,8 56,50 40,88 18,98 6,84 | 36,54 70,46 74,36 72,56",
        "24,2 92,2! 88,22 | 44,2 24,98 | 10,98 42,98 | 36,48 66,48 | 68,36 60,62",
    ),
    "f": (
        "80,10 62,0 44,14 40,50 38,100 | 16,44 70,40", "20,56 60,40 74,10 56,0 44,30 42,80 36,100 | 14,50 78,46",
        "84,16 66,2 52,20 50,90 30,100 | 26,40 80,38",
        "10,56 46,30 58,6 46,2 40,20 42,60 38,98 28,96 36,70 44,58 70,50",
        "84,14 72,0 54,8 46,40 38,98 | 22,38 70,38 | 20,98 54,98",
        "30,60 60,40 76,12 64,0 50,20 40,60 26,98 12,90 | 24,44 70,40",
    ),
    "G": (
        "86,16 52,0 14,30 12,76 48,100 84,82 86,56! 54,56", "84,20 54,2 18,28 14,72 46,98 80,84 82,54 | 54,58 96,54",
        "80,12 44,2 12,44 22,90 60,96 84,60! 50,60 | 84,60 84,100",
        "16,60 50,40 70,12 58,2 44,20 48,44 66,40 72,24! 74,60 60,92 36,98 14,86",
        "64,26 76,10 58,2 26,22 16,46 34,62 60,50 72,26! 70,60 58,90 34,98 12,90",
    ),
    "H": (
        "16,0 14,100 | 84,0 84,100 | 14,50 84,48", "20,4 18,98 | 78,0 82,100 | 18,56 80,46",
        "24,0 20,100 | 76,4 74,98 | 20,46 76,52", "12,20 28,8 26,50 16,98 | 88,4 70,50 74,90 94,92 | 20,56 82,46",
        "6,2 36,2 | 64,2 94,2 | 22,2 20,98 | 80,2 78,98 | 6,98 36,98 | 64,98 94,98 | 20,50 80,50",
    ),
    "h": (
        "24,0 22,100! 24,60 46,40 70,54 74,100", "30,0 20,50 18,100! 26,56 54,42 72,62 84,100",
        "10,60 44,30 46,4 30,10 26,100! 34,56 58,50 66,98 86,92",
        "6,56 40,30 46,4 34,6 30,40 26,92! 36,60 54,48 62,62 60,86 74,92 94,70",
    ),
    "J": (
        "30,2 90,0 | 64,0 64,76 42,100 14,80", "70,0 70,70 50,100 18,86", "24,4 84,2 | 58,2 60,60 50,96 20,96 12,74",
        "20,58 50,50 76,20 66,2 54,10 52,50 44,92 26,98 24,84 50,62 84,50",
    ),
    "j": (
        "62,30 60,84 40,100 20,90 | 62,4 64,10", "30,32 62,30! 60,80 40,100 16,88 | 60,4 64,8",
        "64,26 64,76 52,98 24,94 | 64,2 66,6", "58,30 60,78 48,98 30,92 | 60,6 61,7",
        "70,30 70,80 54,98 28,98 16,86 | 70,2 72,5", "60,34 58,78 40,98 14,94 | 62,8 64,11",
    ),
    "K": (
        "20,0 18,100 | 82,2 20,54! 86,100", "22,0 22,100 | 80,0 26,50 | 36,42 84,98",
        "24,4 20,96 | 76,4 24,60 | 40,48 60,70 92,98", "12,20 28,6 24,50 16,98 | 90,6 60,40 32,52! 56,66 72,96 94,88",
        "10,2 44,2 | 28,2 24,98 | 8,98 42,98 | 66,2 96,2 | 84,2 26,60 | 46,44 72,98 | 60,98 92,98",
    ),
    "k": (
        "24,0 22,100 | 70,36 24,66! 76,100", "26,0 20,100! 24,60 56,38 66,52 30,66! 80,98",
        "8,56 40,26 42,2 30,8 28,92! 34,60 56,48 60,60 38,68! 62,92 88,74",
    ),
    "L": (
        "24,0 22,98! 84,96", "34,0 18,96! 40,98 90,92", "40,10 54,0 50,40 30,90 14,96 30,88 84,98",
        "30,30 44,30 66,14 54,2 38,20 40,60 28,92 10,92 20,82 50,92 74,98 94,80",
        "14,2 50,2 | 32,2 26,98 | 10,98 76,98! 84,76",
    ),
    "M": (
        "8,100 16,0! 50,70! 84,0! 92,100", "10,100 24,4! 48,60! 76,4! 88,100",
        "8,100 12,20 28,10 44,40 48,90! 54,30 70,8 86,30 92,100", "14,98 14,2! 50,50! 86,2! 86,98",
        "4,92 14,96 30,40 36,4! 42,60 44,96! 60,40 72,6! 74,60 80,96 98,86",
        "4,2 22,2! 48,80! 78,2! 94,2 | 20,2 18,98 | 6,98 32,98 | 80,2 82,98 | 66,98 96,98",
    ),
    "m": (
        "10,30 14,96! 16,50 32,28 46,50 48,96! 50,50 68,28 82,48 86,98",
        "6,40 16,20 20,90! 26,40 40,22 48,90! 56,36 72,22 78,80 94,90",
        "4,40 16,24 16,92! 22,44 38,26 46,40 44,92! 52,44 68,26 76,40 74,80 82,92 98,74",
    ),
    "N": (
        "16,100 16,0! 84,100! 84,0", "12,98 22,2! 78,98! 88,0", "20,98 22,4 | 22,4 80,98 | 80,98 82,0",
        "6,92 16,96 28,40 36,4! 52,50 66,96! 76,40 92,4",
        "4,2 26,2! 76,98! 76,2 | 62,2 92,2 | 20,2 20,98 | 6,98 36,98",
    ),
    "n": (
        "16,8 18,96! 20,44 48,12 76,34 78,98", "8,30 22,10 24,94! 34,34 60,10 74,40 76,80 96,92",
        "20,0 20,100 | 20,30 50,4 78,30 80,100", "6,40 24,20 26,90! 36,40 58,20 68,40 66,78 78,92 98,70",
    ),
    "P": (
        "24,100 24,0 | 24,4 70,2 84,26 66,52 24,52", "22,100 24,2! 76,6 80,44 24,56",
        "30,100 28,6 | 10,12 50,0 90,14 76,46 30,56", "30,10 26,60 14,98 | 8,30 34,4 74,4 84,30 60,54 32,52",
        "10,2 60,2 84,14 82,38 60,52 28,52 | 30,2 24,98 | 8,98 44,98",
        "40,14 34,60 16,98 | 14,40 12,20 40,2 76,4 88,24 70,46 42,52",
        "34,16 26,60 12,98 | 10,44 8,22 34,2 72,2 88,20 74,44 46,50 30,46",
    ),
    "p": (
        "24,100 22,10 | 22,26 56,8 82,32 60,60 24,52", "26,8 26,98! 26,30 54,8 80,24 74,52 30,56",
        "10,30 24,10 22,100 | 24,30 60,6 80,34 54,64 26,56", "6,50 34,10 24,100! 32,30 60,20 66,44 44,62 60,62 94,44",
        "8,10 24,8! 22,100 | 6,100 38,100 | 24,28 52,8 80,26 74,58 46,66 24,54",
    ),
    "Q": (
        "56,0 20,16 8,54 26,90 58,94 88,62 84,18 54,0 | 60,70 96,100",
        "50,4 12,30 14,80 50,96 86,70 80,20 48,4 | 54,62 70,100",
    ),
    "R": (
        "22,100 22,0 | 22,4 68,2 80,24 60,50 24,52! 84,100", "20,100 24,2! 78,8 70,46 26,54! 82,100",
        "26,4 22,98 | 8,16 50,0 84,16 66,46 30,52 56,70 90,98",
        "30,10 26,60 14,98 | 8,30 34,4 74,4 80,28 50,50 36,50! 60,70 74,96 96,88",
        "8,2 58,2 80,14 76,40 54,50 28,50 | 28,2 24,98 | 8,98 42,98 | 50,50 76,98 94,96",
        "40,14 34,60 16,98 | 14,40 12,20 40,2 74,4 84,22 66,44 42,50! 60,72 76,96 96,86",
    ),
    "r": (
        "28,10 28,98! 30,44 52,12 82,16", "20,14 26,98! 30,50 60,14 84,24",
        "10,60 30,14 44,30 70,26! 62,60 68,92 90,88", "4,70 30,20 36,34 62,34! 56,70 64,90 92,66",
        "10,10 28,8! 26,98 | 10,98 42,98 | 28,40 50,12 76,14", "6,80 26,40 36,14! 40,28 68,28! 60,60 66,90 94,70",
    ),
    "T": (
        "8,4 92,0 | 50,2 48,100", "14,0 88,6 | 54,4 52,100", "4,8 96,2 | 48,4 44,98",
        "8,24 16,6 50,12 94,4 | 60,12 52,60 38,96 16,90 14,76", "10,20 12,2! 90,2! 88,20 | 52,2 48,98 | 32,98 66,98",
        "10,26 20,6 54,12 94,2 | 62,10 54,60 38,96 14,92 10,80",
        "20,30 6,20 30,4 60,14 96,4 | 66,12 50,70 30,98 8,90",
        "16,34 8,18 30,8 60,16 92,4 | 64,14 56,56 40,90 20,98 8,86",
        "10,10 50,14 92,6 | 56,14 50,70 34,98 12,92 16,80 30,84",
    ),
    "t": (
        "50,0 48,80 66,100 86,88 | 20,30 82,28", "46,0 44,100 | 14,34 84,30", "52,0 46,70 58,98 78,90 | 24,38 80,32",
        "50,2 50,98 | 10,50 90,50", "6,70 46,10! 40,76 52,92 86,66 | 22,34 74,30",
        "6,80 30,40 44,4! 36,60 38,90 60,96 92,66 | 20,30 74,26",
        "10,70 34,40 46,4! 40,50 38,88 54,98 80,76 | 18,34 72,30", "50,0 36,60 36,90 52,98 74,84 | 22,32 80,32",
    ),
    "U": (
        "14,0 14,66 44,100 78,76 84,0", "16,6 16,70 40,96 70,74 80,8! 80,70 88,98", "10,0 16,80 50,100 84,80 90,0",
        "10,16 22,6 20,70 44,92 72,66 78,4! 76,80 94,90", "6,20 20,8 24,40 20,80 44,96 70,70 80,6! 76,76 88,96",
        "4,50 20,20! 18,72 34,90 60,66 70,20! 68,74 80,90 98,70",
        "4,2 36,2 | 64,2 96,2 | 20,2 18,70 44,98 72,76 80,2",
    ),
    "V": (
        "8,0 48,100! 92,0", "14,4 50,100! 84,0", "6,10 20,4 46,96 66,60 80,4 96,8",
        "6,22 20,8 30,50 40,98! 64,40 80,10 96,6", "4,40 20,20 30,40 34,84 54,86 72,50 70,20 98,28",
    ),
    "W": (
        "4,0 26,100! 50,20! 74,100! 96,0", "6,4 12,80 32,92 48,20! 56,84 78,92 94,4", "2,0 24,98! 48,4! 72,98! 98,2",
        "4,20 18,8 22,60 26,98! 46,50 54,10! 56,60 60,98! 80,50 96,4",
        "4,40 16,20! 14,74 28,90 46,66 50,22! 48,74 64,90 80,64 78,22 98,30",
    ),
    "X": (
        "12,0 88,100 | 88,0 12,100", "16,4 84,96 | 80,0 18,98", "14,8 40,14 56,86 86,92 | 84,6 18,94",
        "10,10 30,4 40,50 30,96 10,90 | 86,8 66,10 50,50 62,92 88,88",
        "8,24 24,6 40,30 50,70 66,96 90,84 | 88,6 66,10 40,60 26,96 8,90",
        "4,40 24,18 42,40 50,76 66,92 94,72 | 84,16 12,94",
        "6,2 36,2 | 64,2 94,2 | 20,2 80,98 | 82,2 18,98 | 6,98 34,98 | 66,98 96,98",
    ),
    "Y": (
        "10,0 50,46 | 90,0 50,46! 48,100", "12,0 50,48! 88,2 | 50,48 50,100", "14,4 48,56 | 86,0 54,60 24,100",
        "6,30 20,14! 20,44 36,56 60,36 68,12! 62,60 44,98 28,92 44,72 96,44",
        "4,2 34,2 | 66,2 96,2 | 18,2 48,50! 82,2 | 48,50 46,98 | 30,98 64,98",
    ),
}
# fmt: on


ANSWERS = (*"0123456789", "dot", "scribble", "several digits", "picture", *LETTERS)  # digits come first


@dataclass(frozen=True)
class Amounts:
    """How many drawings of each kind to make."""

    digits: int  # as ``make_digits`` draws them
    single_digits: int  # with every brush
    dots: int
    scribbles: int
    several_digits: int
    letters: int
    pictures: int


def collect(digits: Dataset, amounts: Amounts, seed: int) -> Dataset:
    """Digits and drawings that are none, each with its place in ``ANSWERS`` for a label.

    Args:
        digits: Real ones, for example MNIST's.
        amounts: What is drawn besides.
        seed: Of all that is drawn.

    Returns:
        All of them, one kind after the other.
    """
    generator = torch.Generator().manual_seed(seed)
    made = make_digits(amounts.digits, seed)
    letter_images, which = letters(amounts.letters, generator)
    parts = [
        (digits.images, digits.labels),
        (made.images, made.labels),
        single_digits(amounts.single_digits, generator),
        _all(dots(amounts.dots, generator), "dot"),
        _all(scribbles(amounts.scribbles, generator), "scribble"),
        _all(several_digits(amounts.several_digits, generator), "several digits"),
        _all(pictures(amounts.pictures, generator), "picture"),
        (letter_images, which + len(ANSWERS) - len(LETTERS)),
    ]
    images, labels = (torch.cat(tensors) for tensors in zip(*parts, strict=True))
    return Dataset(images, labels, len(ANSWERS))


def _all(images: Tensor, answer: str) -> tuple[Tensor, Tensor]:
    return images, torch.full((len(images),), ANSWERS.index(answer))


def dots(n: int, generator: torch.Generator) -> Tensor:
    """Blots: a tap of the brush, or a stroke no longer than the brush is wide.

    Args:
        n: How many.
        generator: Draws them.

    Returns:
        torch.uint8 [n, 28, 28].
    """
    # Five places that the brush touched, in units of its width. Made as long as the box, they are one large blot.
    places = torch.rand(n, 5, 2, generator=generator) - 0.5
    places = places * (SHORTEST_STROKE * torch.rand(n, 1, 2, generator=generator))
    low, high = places.amin(1, keepdim=True), places.amax(1, keepdim=True)  # (n, 1, 2)
    scale = BOX / ((high - low).amax(2, keepdim=True) + 1)  # (n, 1, 1): pixels a brush's width
    places = (places - (low + high) / 2) * scale + (BOX - 1) / 2
    pixel = torch.arange(float(BOX))
    grid = torch.stack(torch.meshgrid(pixel, pixel, indexing="xy"), dim=2).view(1, -1, 2)  # (1, BOX², 2): x, y
    distance = torch.cdist(grid.expand(n, -1, -1), places).amin(2)  # (n, BOX²): to the nearest place
    shade = (0.5 + (scale[:, 0] / 2 - distance) / EDGE).clamp(0, 1)
    return place((255 * shade).round().to(torch.uint8).view(n, BOX, BOX))


def scribbles(n: int, generator: torch.Generator) -> Tensor:
    """Scribbles of all ``SCRIBBLES`` in equal shares, turned and stretched; arguments and shapes as for dots."""
    kinds = tuple(SCRIBBLES.values())

    def trace(count: int) -> Traced:
        which = torch.arange(count) % len(kinds)
        paths = [spread(_turn(kinds[i](generator), generator)) for i in which.tolist()]
        path, length = torch.stack([path for path, _ in paths]), torch.tensor([length for _, length in paths])
        return _shake(path, generator), length, which

    return _draw(n, trace, FINEST, BROADEST, generator)[0]


def letters(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Letters, all of ``LETTERS`` about equally often, written by many hands.

    Args:
        n: How many.
        generator: Draws the hands.

    Returns:
        torch.uint8 [n, 28, 28]; and which letter each is, its place in ``LETTERS``: torch.int64 [n].
    """
    forms = [(which, form) for which, ways in enumerate(LETTERS.values()) for form in ways]
    weights = torch.tensor([1 / len(ways) for ways in LETTERS.values() for _ in ways])  # all ways of a letter weigh 1

    def trace(count: int) -> Traced:
        hands = torch.multinomial(weights, count, replacement=True, generator=generator).bincount(minlength=len(forms))
        traced = [trace_form(form, k, generator) for (_, form), k in zip(forms, hands.tolist(), strict=True)]
        path, length = (torch.cat(tensors) for tensors in zip(*traced, strict=True))
        which = torch.tensor([which for which, _ in forms]).repeat_interleave(hands)
        order = torch.randperm(count, generator=generator)
        return angular(path[order], generator), length[order], which[order]

    return _draw(n, trace, FINEST, BROADEST, generator)


def single_digits(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Digits as ``generated`` writes them, but with every brush of a drawing page.

    Args:
        n: How many.
        generator: Draws digits and hands.

    Returns:
        torch.uint8 [n, 28, 28]; and the digits, torch.int64 [n].
    """

    def trace(count: int) -> Traced:
        labels = torch.randint(10, (count,), generator=generator)
        path, length = trace_digits(labels, generator)
        return angular(path, generator), length, labels

    return _draw(n, trace, FINEST, BROADEST, generator)


def several_digits(n: int, generator: torch.Generator) -> Tensor:
    """Two to eight digits in a row, mostly few, that may touch or stand apart; shapes and arguments as for dots."""
    shares = torch.tensor([1 / many**2 for many in range(2, MOST_DIGITS + 1)])
    rows = torch.multinomial(shares, n, replacement=True, generator=generator).bincount(minlength=len(shares))
    parts = [_rows(many, k, generator) for many, k in enumerate(rows.tolist(), start=2) if k]
    return torch.cat(parts)[torch.randperm(n, generator=generator)]


def _rows(many: int, n: int, generator: torch.Generator) -> Tensor:
    """Rows of so many digits each: torch.uint8 [n, 28, 28]."""

    def trace(count: int) -> Traced:
        traced, _ = trace_digits(torch.randint(10, (many * count,), generator=generator), generator)
        paths = [spread(_in_a_row(row, generator)) for row in traced.view(count, many, POINTS, 2)]
        path, length = torch.stack([path for path, _ in paths]), torch.tensor([length for _, length in paths])
        return path, length, torch.zeros(count, dtype=torch.int64)

    # The smaller they are, the finer; but a photo's strokes are made as thick as MNIST's thinnest.
    broadest = max(BROADEST_OF_SEVERAL * (2 / many) ** 0.7, 1.1)
    return _draw(n, trace, FINEST_OF_SEVERAL, broadest, generator)[0]


def angular(path: Tensor, generator: torch.Generator) -> Tensor:
    """The first ``ANGULAR`` of the paths with straight lines for curves: [n, POINTS, 2] -> the same shape.

    Each stroke keeps a few of its points, its ends among them; the others move to the lines between those.
    """
    path = path.clone()
    for points in path[: round(ANGULAR * len(path))].numpy():
        steps = np.hypot(*np.diff(points, axis=0).T)
        lifted = np.flatnonzero(steps > 3 * np.median(steps)) + 1
        gap = _whole(7, 16, generator)
        for stroke in np.split(points, lifted):
            at = np.arange(len(stroke))
            corners = np.linspace(0, len(stroke) - 1, max(2, 1 + round(len(stroke) / gap))).round().astype(int)
            stroke[:] = np.stack([np.interp(at, corners, axis[corners]) for axis in stroke.T], axis=1)
    return path


def spread(strokes: Strokes) -> tuple[Tensor, float]:
    """Points spread evenly over strokes.

    Args:
        strokes: Each torch.float32 [k, 2].

    Returns:
        torch.float32 [LONG, 2], and the length of all strokes.
    """
    points = torch.cat(strokes).numpy()
    steps = np.hypot(*np.diff(points, axis=0).T)
    steps[np.cumsum([len(stroke) for stroke in strokes])[:-1] - 1] = 0  # in the air the pen leaves no ink
    mileage = np.concatenate(([0.0], steps.cumsum()))
    at = np.linspace(0, mileage[-1], LONG)
    path = np.stack([np.interp(at, mileage, axis) for axis in points.T], axis=1)
    return torch.from_numpy(path).float(), float(mileage[-1])


def _draw(
    n: int, trace: Callable[[int], Traced], finest: float, broadest: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Traces and inks until n drawings fit their box: torch.uint8 [n, 28, 28], and which is which, torch.int64 [n]."""
    images, labels, missing = [], [], n
    while missing > 0:
        path, length, which = trace(min(CHUNK, missing + 10))  # a few are too lopsided to be centred
        thickness = torch.rand(len(path), 1, generator=generator)
        radius = finest * (broadest / finest) ** thickness  # as many thin pens as thick ones
        boxes = ink(path, length, radius.expand(path.shape[:2]), generator)
        good = fits(boxes)
        images.append(place(boxes[good]))
        labels.append(which[good])
        missing -= int(good.sum())
    return torch.cat(images)[:n], torch.cat(labels)[:n]


def _in_a_row(digits: Tensor, generator: torch.Generator) -> Strokes:
    """The paths of digits, (k, POINTS, 2), in a row and of about one height; as close as one hand writes them."""
    row, right = [], 0.0
    spacing, uneven = _between(-0.05, 0.45, generator), 0.5 / len(digits)
    if _between(0, 1, generator) < 0.2:
        spacing += _between(0, 0.8, generator)
    for digit in digits:
        low, high = digit.amin(0), digit.amax(0)
        scaled = (digit - low) / (high[1] - low[1]) * _between(1 - uneven, 1 + uneven, generator)
        left = right + spacing + _between(-0.15, 0.15, generator)
        row.append(scaled + torch.tensor([left, _between(-uneven, uneven, generator)]))
        right = float(row[-1][:, 0].amax())
    return row


def _turn(strokes: Strokes, generator: torch.Generator) -> Strokes:
    """Stretched in one direction, then turned by any angle."""
    angle = _between(0, 2 * math.pi, generator)
    stretch = torch.tensor([1.0, _between(0.5, 1, generator)])
    matrix = torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return [(stroke * stretch) @ matrix for stroke in strokes]


def _shake(path: Tensor, generator: torch.Generator) -> Tensor:
    """A tremble of the hand: (n, LONG, 2) -> the same, moved smoothly."""
    size = (path.amax(1, keepdim=True) - path.amin(1, keepdim=True)).amax(2, keepdim=True)
    noise = torch.randn(len(path), 2, LONG // 8, generator=generator)
    smooth = torch.nn.functional.interpolate(noise, size=LONG, mode="linear").transpose(1, 2)
    return path + TREMBLE * size * smooth


def _between(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * torch.rand((), generator=generator).item()


def _whole(low: int, high: int, generator: torch.Generator) -> int:
    """A whole number from ``low`` to ``high``."""
    return int(torch.randint(low, high + 1, (), generator=generator))


def _line(t: Tensor) -> Tensor:
    """A wave of straight lines with the period 1, from -1 to 1."""
    return 4 * (t - (t + 0.5).floor()).abs() - 1


def _loops(generator: torch.Generator) -> Strokes:
    turns = _between(3, 8, generator)
    t = torch.linspace(0, 1, 200)
    angle = 2 * math.pi * turns * t
    return [torch.stack((_between(1, 6, generator) * t + angle.cos(), _between(0.5, 1.5, generator) * angle.sin()), 1)]


def _zigzag(generator: torch.Generator) -> Strokes:
    t = torch.linspace(0, 1, 200)
    return [torch.stack((_between(0.8, 4, generator) * t, _line(_between(2, 9, generator) * t)), 1)]


def _hatching(generator: torch.Generator) -> Strokes:
    ends = torch.tensor([-1.0, 1.0])
    gap = _between(0.15, 0.6, generator)
    return [
        torch.stack((torch.full((2,), gap * i), ends + _between(-0.3, 0.3, generator)), 1)
        for i in range(_whole(4, 9, generator))
    ]


def _spiral(generator: torch.Generator) -> Strokes:
    t = torch.linspace(_between(0, 0.2, generator), 1, 200)
    angle = 2 * math.pi * _between(2, 5, generator) * t
    return [torch.stack((t * angle.cos(), t * angle.sin()), 1)]


def _wander(generator: torch.Generator) -> Strokes:
    """A pen that changes its direction all the time."""
    bends = torch.nn.functional.interpolate(torch.randn(1, 1, _whole(10, 24, generator), generator=generator), size=200)
    heading = (_between(0.15, 0.4, generator) * bends[0, 0]).cumsum(0)
    return [torch.stack((heading.cos(), heading.sin()), 1).cumsum(0)]


def _tangle(generator: torch.Generator) -> Strokes:
    """Four to seven waves on top of each other, which end where they began."""
    waves = _whole(4, 7, generator)
    t = torch.linspace(0, 2 * math.pi, 200)[:, None, None]
    phases = 2 * math.pi * torch.rand(2, waves, generator=generator)
    weights = torch.randn(2, waves, generator=generator)
    return [(weights * torch.sin(t * torch.arange(1, waves + 1) + phases)).sum(2)]


def _corners(generator: torch.Generator) -> Strokes:
    return [torch.rand(_whole(8, 16, generator), 2, generator=generator)]


def _rings(generator: torch.Generator) -> Strokes:
    t = torch.linspace(0, 2 * math.pi, 40)
    ring = torch.stack((t.cos(), t.sin()), 1)
    spots = torch.rand(_whole(4, 7, generator), 2, generator=generator)
    return [_between(0.15, 0.6, generator) * ring + spot for spot in spots]


def _sticks(generator: torch.Generator) -> Strokes:
    return [torch.rand(2, 2, generator=generator) for _ in range(_whole(5, 10, generator))]


def _waves(generator: torch.Generator) -> Strokes:
    t = torch.linspace(0, 1, 200)
    return [torch.stack((_between(2, 6, generator) * t, (2 * math.pi * _between(2, 6, generator) * t).sin()), 1)]


def _grid(generator: torch.Generator) -> Strokes:
    ends = torch.tensor([0.0, 1.0])
    across, down = _whole(2, 4, generator), _whole(2, 4, generator)
    rows = [torch.stack((ends, torch.full((2,), (i + 0.5) / across)), 1) for i in range(across)]
    return rows + [torch.stack((torch.full((2,), (i + 0.5) / down), ends), 1) for i in range(down)]


def _polygon(generator: torch.Generator) -> Strokes:
    """A triangle or a square; or, leaving out every second corner, a star. More corners would make a 0."""
    corners = (3, 4, 5, 7)[_whole(0, 3, generator)]
    return [_regular(corners, 1 if corners < 5 else 2)]


def _regular(corners: int, step: int) -> Tensor:
    """Corners on a circle, joined to the next, the next but one, ...: torch.float32 [corners + 1, 2]."""
    angle = 2 * math.pi * step * torch.arange(corners + 1) / corners
    return torch.stack((angle.cos(), angle.sin()), 1)


def _bumpy(generator: torch.Generator) -> Strokes:
    """A closed line with one or two deep dents, or with up to eight bumps; without either it would be a 0."""
    bumps = _whole(1, 8, generator)
    t = torch.linspace(0, 2 * math.pi, 120)
    dents = torch.sin(bumps * t / 2).abs()  # pointed
    if bumps < 3:
        r = _between(0.1, 0.5, generator) + dents
    else:
        r = 1 + _between(0.3, 0.6, generator) * (dents if _between(0, 1, generator) < 0.6 else torch.sin(bumps * t))
    return [torch.stack((r * t.cos(), r * t.sin()), 1)]


def _branches(generator: torch.Generator) -> Strokes:
    """A line from which others branch off."""
    trunk = torch.rand(2, 2, generator=generator)
    strokes = [trunk]
    for _ in range(_whole(3, 7, generator)):
        fork = trunk[0] + _between(0, 1, generator) * (trunk[1] - trunk[0])
        strokes.append(torch.stack((fork, fork + 0.8 * torch.rand(2, generator=generator) - 0.4)))
    return strokes


def _framed(generator: torch.Generator) -> Strokes:
    """A triangle or a square, and lines in it or across it."""
    lines = [torch.rand(2, 2, generator=generator) * 2 - 1 for _ in range(_whole(1, 4, generator))]
    return [_regular(_whole(3, 4, generator), 1), *lines]


SCRIBBLES: dict[str, Callable[[torch.Generator], Strokes]] = {
    "loops": _loops,
    "zigzag": _zigzag,
    "hatching": _hatching,
    "spiral": _spiral,
    "wandering": _wander,
    "tangle": _tangle,
    "corners": _corners,
    "rings": _rings,
    "sticks": _sticks,
    "waves": _waves,
    "grid": _grid,
    "polygon": _polygon,
    "bumpy ring": _bumpy,
    "branches": _branches,
    "framed lines": _framed,
}
