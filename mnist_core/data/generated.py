"""Digits drawn from pen strokes: the data set that needs no network.

A digit is made the way a hand makes it. A *style* ("4, lightning") is the path of the pen: smooth curves through a
few control points. A writer blends the forms of a style, moves the points a little, bends, stretches, slants and
turns the shape, and takes a thin or a thick pen. The path is then inked and placed as MNIST places its digits:
fitted to a box of 20 × 20 pixels, then shifted by whole pixels until its centre of mass is in the middle of 28 × 28.
"""

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import pad

from mnist_core.data.dataset import Dataset, Splits

SIDE = 28  # pixels
BOX = 20  # pixels: MNIST fits each digit into 20 × 20 of them
MARGIN = (SIDE - BOX) // 2
SNUG = 0.5  # pixels by which the faint rim of the longer side may be cut off, so that the box is always filled
CENTRE_OF_MASS = 14.0  # counted from 0, in both directions; MNIST shifts its digits there by whole pixels
POINTS = 96  # dots of ink a digit: the longest paths still get one every 0.8 pixels
DOT = 0.5  # pixels: deviation of one dot. Smaller would show the dots, larger would round the inner corners off
FAR = 4.4  # pixels: what is farther from a dot than this gets no ink from it
ROUGH = 0.15  # pixels: deviation of the edge of the ink from pixel to pixel, as on paper
EDGE = 0.85  # pixels over which ink fades to paper, as scanning and shrinking left it in MNIST
CHUNK = 250  # digits inked at once: little enough for a processor's cache, and the memory does not grow with n

# The writers. Lengths are in units of a digit's height, unless a line says otherwise.
BLEND = 1.7  # above 1, a writer may go beyond the forms of a style, by exaggerating one of them
TREMBLE = 0.039  # deviation of a control point, for a writer with a steady hand ...
TREMBLE_SPREAD = 0.35  # ... and its spread over writers (of the logarithm)
BEND = 0.31  # deviation of each of the six coefficients of a quadratic bend of the paper
STRETCH = 0.22  # spread of width : height (of the logarithm)
SLANT, SLANT_SPREAD = 0.1, 0.25  # sideways for each unit upward; most people lean a little to the right
TURN = 0.15  # radians
# Pixels from the middle of a stroke to its edge, for 0 to 9. MNIST scales all digits to one size, and the strokes with
# them, so a digit that people write small ends up with thick strokes.
PEN = (1.33, 1.36, 1.25, 1.21, 1.19, 1.19, 1.19, 1.25, 1.13, 1.14)
PEN_SPREAD = 0.38  # over writers (of the logarithm)
THINNEST_PEN, THICKEST_PEN = 0.5, 2.8  # pixels
PRESSURE = 0.3  # by how much the pen's width swells and shrinks along the way


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
        "56,0 25,12 5,50 17,88 46,100 77,88 95,50 83,14 54,0",
        "69,10 39,1 9,30 8,75 42,100 78,85 92,45 78,12 45,4",
        "48,4 20,25 7,60 22,94 46,100 76,85 92,45 81,8 58,8",
        "58,0 35,10 14,45 14,85 38,100 66,84 85,40 85,10 61,2",
    )),
    Style(0, "clockwise", 0.25, (
        "45,4 73,3 94,40 84,80 48,100 15,88 5,50 21,14 53,2",
        "22,20 58,0 92,25 89,70 56,100 17,90 4,60 12,25 38,5",
        "33,8 66,0 90,24 81,66 51,98 23,92 13,64 17,30 39,6",
    )),
    Style(0, "curl inside the top", 0.20, (
        "63,12 38,5 11,35 8,75 42,100 83,80 91,40 68,5 43,12 57,26",
        "53,5 22,15 5,50 17,90 46,100 83,85 93,40 73,3 45,5 32,22",
        "47,30 29,10 6,45 13,88 46,100 81,86 95,40 75,4 47,6 36,16",
    )),
    Style(0, "slashed", 0.05, (
        "56,0 25,12 5,50 17,88 46,100 77,88 95,50 83,14 54,0 | 77,20 50,50 26,78",
        "49,4 20,25 7,60 22,94 46,100 76,85 92,45 81,8 58,8 | 93,2 50,50 7,98",
    )),
    Style(1, "plain", 0.55, (
        "56,0 52,33 48,66 44,100",
        "58,0 48,33 44,66 46,100",
        "54,0 56,33 52,66 42,100",
    )),
    Style(1, "flag", 0.09, (
        "33,22 58,0! 52,50 44,100",
        "46,14 58,0! 50,50 44,100",
        "39,12 56,2! 50,50 44,100",
        "24,30 58,0! 54,50 46,100",
    )),
    Style(1, "flag and foot", 0.14, (
        "32,20 58,0! 52,50 44,100 | 14,100 44,100 74,99",
        "45,12 58,0! 52,50 44,100 | 24,100 44,99 64,100",
        "30,16 56,0! 52,50 44,98 | 4,98 44,98 89,96",
        "22,26 56,0! 52,50 48,96 | 6,100 48,96 90,92",
        "36,18 52,0! 50,50 46,100 | 24,98 48,98 72,98",
        "30,24 54,0! 52,50 50,99 | -6,100 50,98 106,96",
        "38,16 54,2! 53,50 52,98 | 20,102 52,98 96,92",
    )),
    Style(1, "long flag", 0.17, (
        "20,52 58,0! 55,50 52,100",
        "6,48 78,0! 62,50 48,100",
        "36,44 56,0! 56,50 54,100",
        "14,98 52,0! 60,50 68,100",
        "-8,40 84,0! 62,50 42,100",
        "10,24 72,0! 60,50 50,100",
        "2,30 66,2! 58,50 52,100",
        "28,70 56,0! 58,50 58,100",
        "12,28 64,0! 58,50 52,100",
        "16,34 60,0! 54,50 46,100",
    )),
    Style(1, "flag, foot to the left", 0.05, (
        "28,28 60,0! 58,50 54,94 24,100",
        "20,22 62,2! 60,50 52,96 10,96",
        "40,18 58,0! 56,50 50,98 30,92",
        "34,30 58,0! 57,50 55,98 14,104",
    )),
    Style(2, "plain", 0.34, (
        "8,26 24,5 55,0 82,14 78,40 45,72 5,98! 50,97 98,95",
        "15,20 35,2 65,4 80,25 65,52 35,78 8,98! 45,92 90,98",
        "5,14 30,0 65,0 84,20 75,46 50,70 20,96! 55,98 95,90",
        "14,30 22,8 46,0 66,14 62,40 36,72 10,96! 40,98 76,92",
        "22,18 36,4 60,0 74,16 66,44 38,72 4,94! 52,94 104,100",
        "8,42 14,12 52,0 82,14 76,46 46,76 8,98! 48,94 92,96",
        "26,22 40,6 56,4 62,16 56,44 36,72 0,96! 46,98 98,100",
        "30,20 36,8 50,0 68,12 64,34 44,68 16,98! 44,94 74,96",
        "34,16 40,4 52,0 66,14 62,36 44,70 18,98! 40,96 66,100",
        "12,20 24,4 48,0 74,14 70,38 50,62 40,92! 58,94 82,90",
    )),
    Style(2, "looped", 0.44, (
        "12,24 35,3 65,2 82,22 68,52 40,82 14,98 2,86 18,74 45,84 70,98 98,88",
        "8,20 35,0 72,6 76,35 55,65 32,90 10,96 6,82 22,76 45,86 72,92 100,80",
        "20,30 30,5 60,0 78,20 66,52 42,84 18,100 4,92 14,80 40,85 65,92 90,94",
        "14,22 36,2 68,4 76,32 64,64 44,90 18,98 4,80 22,62 50,72 74,90 96,102",
        "10,14 40,0 70,12 74,44 60,74 38,96 14,94 8,74 28,62 56,72 78,82 106,74",
        "10,40 18,10 60,0 80,20 70,50 50,80 20,98 4,88 20,70 50,78 75,92 98,104",
        "24,18 44,2 64,8 66,28 54,54 38,84 16,94 10,76 26,64 50,72 72,90 86,106",
        "4,34 28,4 70,0 88,24 78,58 56,88 24,102 2,90 14,72 44,74 74,84 102,86",
        "18,26 34,2 64,0 72,18 58,46 36,74 8,92 0,78 24,66 54,76 78,90 100,98",
        "16,36 32,8 62,4 72,22 62,50 40,78 14,90 8,74 30,66 58,78 74,96 84,110",
    )),
    Style(2, "Z-shaped", 0.10, (
        "8,10 40,2 82,4 70,35 40,68 5,98! 50,96 96,95",
        "10,22 40,5 85,10 74,38 40,70 8,96! 50,98 92,100",
        "4,16 34,12 66,4 58,34 34,64 6,92! 50,98 104,94",
        "20,8 42,2 70,6 62,34 44,62 14,88! 50,92 86,104",
    )),
    Style(2, "round foot", 0.07, (
        "12,20 36,0 68,4 76,28 52,56 24,80 16,94 40,100 92,92",
        "18,24 34,2 64,2 66,28 46,58 28,80 24,96 46,100 80,90",
        "6,10 40,4 78,6 70,32 40,60 16,82 18,96 44,98 96,84",
    )),
    Style(2, "curled start, wave", 0.05, (
        "30,30 12,24 25,4 60,0 80,20 65,52 30,84 8,94! 35,84 65,95 98,85",
        "25,34 15,18 40,0 74,6 78,32 50,68 20,90 5,98! 40,90 70,98 95,96",
    )),
    Style(3, "round", 0.45, (
        "14,14 41,0 74,10 72,36 37,47! 74,52 88,76 59,100 13,88",
        "10,10 43,2 76,20 64,42 41,50! 70,54 84,80 52,100 15,94",
        "21,8 53,0 78,16 66,40 45,44! 68,50 77,74 54,98 10,96",
        "6,10 44,0 80,14 70,44 45,60! 69,60 77,80 56,100 22,92",
        "23,12 44,0 65,8 60,28 38,36! 74,44 88,72 58,100 9,84",
        "12,20 43,2 72,6 68,32 28,46! 65,50 82,74 56,98 7,80",
        "10,22 39,0 72,10 68,36 41,46! 72,50 88,74 58,100 7,74",
        "17,10 48,2 71,14 68,34 53,44! 69,54 75,78 48,98 11,94",
        "4,16 33,2 57,6 56,28 31,44! 63,42 84,64 61,98 15,96",
    )),
    Style(3, "soft waist", 0.20, (
        "14,14 41,0 74,12 66,38 44,47 69,54 86,76 57,100 13,88",
        "10,6 48,0 73,18 57,42 48,48 72,58 82,80 50,100 11,92",
        "24,10 48,0 65,14 55,36 46,44 65,56 73,80 46,100 19,96",
    )),
    Style(3, "flat top", 0.12, (
        "11,3 43,2 78,3! 58,24 39,42! 74,48 86,74 57,100 13,90",
        "13,8 46,4 76,8! 60,26 45,42! 72,52 81,78 52,100 15,96",
        "8,12 39,6 68,2! 51,26 32,48! 65,46 77,70 50,100 8,96",
        "6,16 37,8 72,2! 53,24 33,40! 64,42 82,66 54,96 2,98",
    )),
    Style(3, "loop in the waist", 0.23, (
        "14,14 41,0 74,12 64,38 41,52 35,44 50,42 78,56 84,80 54,100 13,88",
        "12,10 48,0 76,18 59,44 37,48 40,38 61,44 80,62 79,86 48,100 10,90",
        "16,16 44,0 69,10 60,36 36,56 26,50 44,44 72,52 84,76 58,100 7,86",
    )),
    Style(4, "open, two strokes", 0.29, (
        "26,0 17,28 9,54! 45,56 92,52 | 79,8 72,50 61,100",
        "32,5 17,30 12,55! 49,56 86,48 | 86,0 73,45 57,100",
        "18,8 11,34 14,56! 45,56 78,50 | 82,12 75,55 68,100",
        "41,0 22,32 3,66! 48,64 99,58 | 68,28 58,62 46,100",
        "21,12 15,30 13,46! 41,46 75,42 | 78,0 70,50 64,100",
        "50,0 29,26 4,58! 40,58 76,54 | 79,10 59,55 40,100",
        "16,24 12,40 10,56! 44,54 87,50 | 75,0 67,50 59,100",
        "30,4 24,30 22,56! 44,58 84,54 | 66,0 62,50 58,100",
        "26,8 20,30 16,50! 40,52 66,46 | 68,4 66,50 62,100",
    )),
    Style(4, "open, rounded", 0.19, (
        "22,4 11,34 22,54 50,52 80,36 | 86,0 75,45 59,100",
        "28,0 13,36 23,56 54,52 92,45 | 80,15 70,50 55,100",
        "16,10 12,38 31,54 60,48 84,30 | 89,6 78,50 68,100",
        "43,0 14,36 16,56 44,50 84,34 | 85,8 65,50 42,100",
        "19,26 15,44 27,56 52,52 79,38 | 93,0 69,50 46,100",
        "19,0 18,36 35,50 60,46 83,36 | 81,26 73,60 63,100",
    )),
    Style(4, "closed", 0.17, (
        "71,0 39,30 6,64! 48,66 95,62 | 71,0 64,50 55,100",
        "79,0 44,26 10,54! 45,56 89,52 | 79,0 69,50 53,100",
        "58,0 31,36 5,72! 42,70 87,68 | 59,2 56,50 50,100",
        "82,0 43,28 8,58! 40,60 81,58 | 82,0 72,50 59,100",
        "71,2 33,36 1,68! 48,64 99,60 | 74,4 61,50 44,100",
        "63,0 36,26 15,50! 46,52 83,50 | 63,0 61,50 59,100",
        "60,0 40,30 22,58! 46,60 80,56 | 64,0 60,50 56,100",
    )),
    Style(4, "closed, one stroke like a 9", 0.03, (
        "77,12 44,20 13,52! 44,54 75,44 83,10! 72,50 55,100",
        "74,4 39,14 14,42! 40,54 74,38 82,4! 72,50 63,100",
    )),
    Style(4, "lightning", 0.06, (
        "42,0 26,35 11,62! 40,60 68,52! 56,76 44,100",
        "51,0 29,28 10,55! 45,52 79,40! 68,70 55,100",
        "58,0 36,26 18,52! 50,52 84,48! 72,74 60,100",
        "40,0 30,30 22,56! 48,60 72,58! 60,80 46,100",
    )),
    Style(4, "one stroke, up and down", 0.09, (
        "22,6 11,34 23,54 54,46 83,10! 74,50 59,100",
        "28,0 15,32 26,50 58,44 85,20! 77,60 66,100",
        "41,4 14,38 16,56 47,46 89,2! 67,50 42,100",
        "40,0 34,34 38,60 54,56 66,34! 62,68 54,100",
        "32,0 32,36 38,64 54,58 64,42! 62,72 60,100",
        "52,0 30,34 30,60 54,56 72,36! 62,68 50,100",
    )),
    Style(4, "lightning, two strokes", 0.14, (
        "50,0 36,30 20,62! 42,62 70,58 | 66,36 60,66 54,100",
        "44,0 32,32 24,58! 44,60 66,56 | 62,42 56,70 48,100",
        "62,0 40,32 24,68! 48,68 78,60 | 70,44 60,72 52,100",
        "36,0 32,30 30,56! 46,58 68,52 | 66,28 62,64 58,100",
        "56,0 34,26 10,52! 50,56 88,52 | 74,36 66,68 58,100",
        "48,0 38,34 30,70! 48,68 64,62 | 64,50 58,74 50,100",
        "50,0 38,30 28,60! 42,64 62,62 | 66,46 60,68 52,100",
        "44,0 36,34 30,66! 42,68 60,64 | 60,48 56,72 50,100",
    )),
    Style(4, "lightning, rounded", 0.03, (
        "44,0 34,32 30,56 42,66 62,56 | 64,44 58,70 52,100",
        "54,0 36,30 28,58 46,64 74,50 | 70,40 62,68 56,100",
        "36,0 32,34 36,60 48,64 60,56 | 62,36 60,68 56,100",
    )),
    Style(5, "one stroke", 0.35, (
        "89,2 58,3 27,5! 20,24 17,44! 54,36 87,60 76,90 42,100 7,90",
        "82,0 53,4 29,6! 26,24 23,44! 50,40 78,62 69,90 38,100 9,94",
        "97,4 63,4 35,8! 28,24 24,40! 60,46 70,70 52,94 28,100 3,96",
        "100,0 72,6 45,14! 36,30 27,46! 56,50 66,70 50,92 25,98 5,90",
        "77,2 48,2 19,2! 18,28 17,54! 46,44 82,62 81,92 46,100 11,92",
        "93,4 56,8 21,14! 16,26 11,38! 59,30 95,56 71,88 36,100 3,96",
        "77,0 58,2 42,6! 40,30 37,56! 56,54 72,70 61,92 36,100 13,88",
        "87,10 54,6 23,4! 22,20 20,36! 57,30 93,52 84,86 48,98 5,84",
        "100,0 70,8 36,18! 28,28 18,38! 66,30 92,52 64,84 26,98 -8,100",
        "100,0 70,4 44,10! 42,32 44,54! 54,58 58,72 50,90 28,98 4,78",
        "106,0 78,6 48,14! 38,40 30,60! 44,60 54,72 46,92 26,98 4,88",
    )),
    Style(5, "detached bar", 0.28, (
        "27,6 22,24 17,44! 54,36 87,60 76,90 42,100 7,90 | 29,6 60,5 95,0",
        "31,10 26,26 23,44! 55,42 76,66 61,92 33,100 3,94 | 33,8 64,4 99,2",
        "23,0 20,22 19,42! 50,40 84,64 71,92 42,100 11,92 | 25,8 54,6 82,8",
        "43,14 36,28 28,42! 54,50 61,72 46,92 25,100 3,90 | 43,12 73,6 106,0",
        "29,12 30,34 31,54! 54,46 76,64 63,92 38,100 15,86 | 27,10 54,6 83,4",
        "34,16 28,28 20,40! 62,32 90,52 66,84 28,98 -4,100 | 34,16 66,8 100,0",
    )),
    Style(5, "S-shaped", 0.22, (
        "83,4 44,4 20,22 38,44 72,56 84,78 57,100 11,92",
        "87,0 54,6 30,26 40,44 66,58 71,80 47,98 5,98",
        "93,6 52,0 25,16 34,36 62,48 72,70 48,96 3,86",
        "81,2 54,12 32,30 44,42 62,58 61,80 36,98 7,92",
        "78,10 52,0 31,14 30,34 58,50 82,70 62,98 19,90",
    )),
    Style(5, "round shoulder", 0.15, (
        "81,8 48,0 21,10 19,44! 54,38 85,60 79,90 42,100 9,86",
        "92,2 58,0 31,16 24,42! 52,44 72,64 65,92 35,100 7,94",
        "77,4 50,6 29,20 25,46! 44,46 62,62 57,88 36,96 18,82",
    )),
    Style(6, "curled", 0.35, (
        "68,0 36,22 14,58 23,90 51,100 78,88 77,66 50,56 25,70 19,84",
        "75,4 44,12 17,46 15,82 45,100 79,86 73,62 45,58 22,76 24,90",
        "57,0 30,26 16,60 24,92 52,100 74,84 65,64 43,62 27,76 26,92",
        "72,10 38,2 12,34 11,78 41,100 76,88 78,62 52,50 25,62 11,82",
        "70,4 40,6 16,36 13,76 40,100 72,92 80,70 61,54 43,58 40,72",
        "62,2 39,14 22,46 18,80 40,100 65,90 70,72 54,62 38,70 37,86",
    )),
    Style(6, "straight stem", 0.35, (
        "55,0 33,34 18,70 32,98 60,94 73,72 54,58 31,68 19,84",
        "38,0 22,36 12,72 30,98 62,96 82,74 63,56 32,66 17,82",
        "70,0 44,32 20,66 23,94 49,100 70,80 58,64 36,72 24,88",
        "62,0 36,36 20,74 30,100 54,86 67,62 54,54 34,70 26,92",
        "42,0 31,36 24,76 34,100 56,94 62,74 49,66 31,76 22,88",
        "60,0 40,32 20,70 27,96 52,98 72,80 58,64 42,72 43,86",
        "46,0 27,34 14,68 27,98 56,96 79,72 61,52 38,60 23,70",
        "56,0 42,36 32,72 38,98 54,94 60,78 48,68 38,76 34,88",
        "64,0 44,34 28,72 34,98 52,92 58,76 46,70 34,78 36,92",
        "64,0 46,34 34,76 42,98 60,96 66,78 52,68 34,74 12,80",
        "58,0 44,36 36,74 44,96 58,92 58,72 44,66 30,74 18,82",
    )),
    Style(6, "b-shaped, wide belly", 0.30, (
        "29,0 16,36 12,72 34,98 67,96 88,76 76,56 49,58 18,78",
        "52,0 23,30 10,66 30,96 65,98 96,80 85,58 56,58 28,80",
        "38,2 16,32 10,68 32,98 65,94 82,60 64,34 41,54 37,84",
        "22,0 14,34 14,72 38,98 67,88 74,54 57,34 39,52 32,88",
        "57,0 25,26 8,62 27,96 63,98 89,66 75,40 49,58 43,88",
        "33,0 16,30 8,66 28,96 67,98 93,70 70,40 43,56 46,86",
        "66,2 34,22 12,60 23,94 58,98 82,72 65,54 42,68 50,90",
    )),
    Style(7, "straight", 0.19, (
        "7,6 48,4 88,2! 63,50 42,100",
        "12,10 50,6 83,5! 69,50 60,100",
        "2,4 45,8 93,0! 58,48 31,100",
        "22,14 46,8 69,4! 58,50 48,100",
        "10,4 48,10 84,16! 50,54 22,92",
        "31,12 50,6 65,2! 56,50 46,100",
        "2,10 40,12 90,0! 56,44 27,100",
    )),
    Style(7, "curved", 0.19, (
        "7,12 40,4 84,5! 65,36 52,68 48,100",
        "10,8 48,8 90,2! 69,30 54,64 44,100",
        "7,16 46,6 80,8! 73,36 65,68 60,100",
        "4,8 44,8 86,4! 82,34 78,68 75,100",
    )),
    Style(7, "rounded corner", 0.11, (
        "7,18 31,4 73,3 80,24 63,58 50,100",
        "10,10 40,6 78,4 78,22 60,56 40,100",
        "12,24 35,4 61,4 73,26 65,60 61,100",
        "16,4 50,4 75,16 77,42 61,74 37,96",
        "12,44 25,6 65,2 80,28 65,62 54,100",
        "6,14 44,4 88,12 90,28 61,60 23,96",
        "6,52 10,12 52,2 86,14 74,50 62,100",
    )),
    Style(7, "flag at the start", 0.13, (
        "10,24 12,4! 50,6 86,3! 65,48 48,100",
        "6,20 16,8! 50,12 86,2! 67,44 56,100",
        "14,46 20,10! 50,6 77,4! 71,50 65,100",
        "6,40 23,10! 52,14 84,4! 65,48 50,100",
    )),
    Style(7, "bar", 0.20, (
        "7,8 48,5 88,3! 65,46 46,100 | 27,52 54,50 80,48",
        "10,12 44,6 86,6! 69,44 56,100 | 35,56 58,50 86,46",
        "18,14 40,2 77,4! 60,50 44,100 | 18,54 54,52 96,50",
        "23,10 46,6 71,2! 60,50 52,100 | 33,48 58,44 84,42",
        "12,18 50,4 88,6! 61,48 31,100 | 16,58 52,54 92,54",
        "8,4 40,6 73,4! 65,50 61,100 | 31,46 61,44 98,38",
        "12,22 44,2 80,4! 66,36 46,100 | 0,56 44,52 90,48",
        "4,30 36,4 74,10! 64,44 54,100 | 24,52 56,48 90,44",
        "12,10 48,4 82,2! 66,46 54,100 | 18,66 54,62 92,66",
        "10,6 46,6 78,6! 68,50 60,100 | 26,74 58,68 84,70",
    )),
    Style(7, "bar, rounded corner", 0.12, (
        "8,18 32,4 74,4 78,26 62,60 52,100 | 26,62 40,54 58,60 84,54",
        "14,14 40,2 70,8 74,30 64,62 56,100 | 14,56 36,52 60,54 100,52",
        "10,30 28,6 64,2 76,24 58,62 34,100 | 20,66 38,60 56,62 78,56",
        "4,10 38,6 74,12 74,34 64,64 60,98 | 30,76 44,68 60,70 82,68",
        "14,22 34,4 66,4 72,28 54,62 44,100 | 0,64 34,54 62,62 104,60",
    )),
    Style(7, "flag at the start, bar", 0.06, (
        "12,24 14,4! 50,6 84,3! 65,48 50,100 | 24,54 52,52 82,50",
        "8,20 16,8! 50,8 84,4! 68,46 58,100 | 20,66 56,60 90,62",
        "14,34 18,8! 46,6 76,4! 68,50 62,100 | 34,54 60,50 86,48",
        "4,22 8,6! 48,4 90,0! 62,46 40,100 | 14,58 50,54 92,56",
    )),
    Style(8, "S-stroke", 0.31, (
        "75,16 48,0 23,16 29,38 56,52 83,74 66,98 36,98 19,78 41,54 68,36 77,14",
        "83,10 52,0 26,16 33,40 56,54 73,76 57,100 27,96 19,76 43,54 72,34 88,6",
        "68,10 43,2 23,20 33,40 58,54 79,78 55,100 25,92 24,70 48,52 72,28 64,6",
        "72,16 52,0 34,12 34,28 52,42 86,70 70,98 33,98 13,72 39,46 64,28 75,12",
        "81,22 52,0 23,18 27,46 52,62 66,80 57,98 38,98 30,82 47,62 74,44 81,18",
        "73,10 54,2 40,16 42,36 50,52 58,76 48,98 31,96 26,76 43,52 63,34 75,8",
        "87,14 58,0 28,10 29,36 52,52 70,74 55,98 27,96 19,78 39,57 72,42 90,16",
        "66,8 39,4 21,22 35,46 62,60 77,80 57,100 31,95 26,72 46,50 62,28 62,6",
        "78,16 50,0 24,16 34,38 50,56 60,78 54,98 44,98 40,78 50,54 66,34 78,14",
        "66,12 50,0 36,14 40,34 54,58 66,80 58,98 38,98 30,80 44,58 58,36 66,14",
    )),
    Style(8, "two circles", 0.16, (
        "48,0 26,8 25,32 50,46 74,32 71,8 47,0 | 50,46 20,60 19,86 52,100 83,86 80,60 50,46",
        "52,2 30,12 31,36 52,44 72,30 71,10 48,0 | 52,46 26,58 23,86 50,100 76,86 77,58 48,44",
        "48,0 19,12 22,42 50,56 80,42 79,12 47,0 | 50,56 32,66 32,90 52,100 72,90 69,66 50,56",
    )),
    Style(8, "from the right, tail out", 0.19, (
        "88,4 58,2 30,14 31,36 56,52 71,74 53,98 27,96 21,78 43,56 68,34 71,12 56,2",
        "96,10 62,4 34,10 27,32 50,48 67,68 55,94 27,98 15,82 35,60 65,40 74,20 58,6",
        "100,14 68,20 36,8 23,26 48,44 64,68 46,96 21,96 13,78 35,56 61,38 64,18 47,6",
        "96,22 70,6 44,4 34,20 50,42 70,66 58,94 28,98 12,82 30,60 58,42 68,22 58,8",
    )),
    Style(8, "open at the top right", 0.18, (
        "70,28 77,8 48,0 24,14 35,40 63,60 75,84 50,100 23,88 30,64 57,46 76,24",
        "64,20 64,4 43,0 23,16 37,42 62,58 70,82 48,100 23,86 33,62 61,40 86,10",
        "58,6 45,0 34,6 27,24 39,44 58,62 64,84 42,100 19,88 30,64 59,40 94,12",
    )),
    Style(8, "open at the bottom", 0.02, (
        "14,100 28,68 55,44 72,18 54,0 30,4 25,24 44,48 71,70 83,100",
        "23,98 36,72 56,48 64,20 49,2 34,6 29,24 42,46 60,70 67,100",
    )),
    Style(8, "notch in the top", 0.06, (
        "52,16 38,0 22,12 36,40 66,66 70,92 48,100 28,88 36,64 64,40 80,14 66,0 50,14",
        "50,12 32,2 26,20 40,44 60,68 60,94 46,100 34,90 40,68 60,42 74,18 64,4 50,14",
        "46,22 28,4 14,18 36,44 68,68 76,92 48,102 22,90 34,64 66,40 86,18 70,2 48,20",
    )),
    Style(8, "from the other side", 0.06, (
        "26,26 46,2 70,12 62,40 34,68 28,92 50,100 74,86 62,60 38,38 28,14",
        "16,36 48,0 80,14 60,44 34,66 30,94 52,100 70,84 56,58 36,36 40,8",
        "36,12 50,0 66,14 58,42 40,66 36,92 50,100 64,86 56,60 40,36 32,4",
        "20,20 44,0 70,10 60,36 28,68 22,92 48,100 78,88 66,58 44,38 46,14",
        "-2,32 36,28 74,14 62,42 38,66 30,92 48,100 66,86 58,60 46,34 62,2",
    )),
    Style(8, "tail to the left", 0.02, (
        "0,38 30,40 58,54 66,80 52,100 36,86 46,58 68,30 70,8 50,0 38,16 52,44",
        "-10,30 26,38 56,54 68,82 54,100 40,88 48,56 74,24 66,4 48,6 42,22 56,46",
        "10,44 34,44 56,52 60,78 50,100 38,84 48,54 62,32 66,10 52,0 42,14 54,40",
    )),
    Style(9, "straight tail", 0.30, (
        "76,12 48,0 20,16 22,40 48,48 73,30 78,8! 74,50 67,100",
        "73,8 45,2 19,22 26,46 52,44 71,24 76,6! 69,50 59,100",
        "69,14 50,2 24,20 27,44 48,46 67,28 74,12! 67,56 47,100",
        "83,6 50,2 22,22 24,40 50,44 76,26 85,8! 64,54 38,100",
        "71,26 47,4 22,20 20,48 43,58 66,44 73,22! 73,60 74,100",
        "66,10 50,0 34,10 34,30 50,36 64,22 67,8! 64,54 57,100",
        "80,8 50,4 15,24 17,44 45,50 71,34 83,10! 71,50 52,100",
        "82,16 54,2 26,14 26,34 52,42 74,30 84,14! 78,56 66,100",
    )),
    Style(9, "from the junction", 0.23, (
        "73,36 47,48 20,36 27,8 57,0 78,16 74,54 66,100",
        "71,32 45,46 22,34 31,8 59,2 74,20 67,56 50,100",
        "76,40 45,52 15,40 22,10 53,0 81,14 81,54 80,100",
        "67,30 45,44 29,36 36,12 59,0 71,14 60,54 43,100",
        "73,50 41,54 15,36 29,6 60,0 74,24 76,60 83,100",
        "64,26 50,36 38,28 40,8 55,0 67,12 60,54 50,100",
        "78,24 47,42 19,32 27,8 62,0 85,12 67,54 34,100",
    )),
    Style(9, "hooked tail", 0.21, (
        "76,12 48,0 20,16 22,40 48,48 73,30 80,10! 80,60 64,96 36,98 17,84",
        "71,10 45,2 20,22 29,46 53,42 71,20 76,8! 74,56 55,92 31,100 12,92",
        "83,8 53,0 29,14 31,36 53,38 76,20 83,6! 69,52 45,88 19,98 6,88",
        "76,12 50,0 22,14 24,36 48,42 72,26 82,8! 82,52 72,92 38,100 2,98",
        "70,12 52,2 34,14 34,30 50,36 66,26 74,12! 76,54 70,90 44,100 12,86",
        "78,14 50,0 18,18 22,44 50,50 74,34 82,14! 84,58 72,92 44,104 20,94",
        "66,8 48,0 30,12 34,30 50,32 64,22 70,12! 66,52 48,84 20,96 -6,98",
        "80,10 48,2 12,22 20,42 48,42 74,24 84,8! 76,50 56,84 28,100 -4,90",
        "74,16 56,4 36,14 32,36 48,46 68,36 76,18! 84,60 78,94 44,102 4,78",
    )),
    Style(9, "open top, like a g", 0.09, (
        "80,8 52,0 24,14 19,38 43,48 73,34 81,16! 67,56 53,100",
        "85,2 59,0 36,12 27,36 48,44 71,30 78,18! 60,58 38,100",
        "59,0 33,8 17,28 20,48 45,50 71,32 76,14! 74,56 73,100",
        "67,8 47,0 26,16 24,36 43,42 64,32 71,12! 62,54 47,100",
        "78,4 44,4 24,22 30,40 52,40 70,26 78,22! 60,60 30,100",
    )),
    Style(9, "from the junction, hooked tail", 0.09, (
        "73,34 47,46 22,34 29,8 57,0 78,14 78,54 66,92 38,100 10,88",
        "68,30 48,40 30,30 36,8 56,0 72,14 72,54 58,88 26,98 -6,96",
        "76,38 45,50 15,38 22,10 53,0 81,14 86,58 74,94 40,102 14,92",
        "72,24 50,36 28,26 34,6 58,0 74,12 68,50 50,84 24,98 0,88",
        "70,32 52,46 34,36 36,12 56,2 74,16 80,60 70,96 36,98 4,78",
    )),
    Style(9, "open, like an S with a hook", 0.04, (
        "78,10 50,0 26,14 30,34 54,40 74,36 76,62 60,92 30,100 2,90",
        "68,6 46,0 32,14 38,32 56,38 70,44 72,70 56,94 28,100 6,96",
        "82,6 54,0 28,10 26,32 52,38 76,24 82,54 68,92 34,100 -2,86",
        "74,20 56,2 34,8 28,30 48,40 70,28 76,58 64,90 36,102 12,92",
    )),
    Style(9, "small loop, hooked tail", 0.04, (
        "64,6 44,4 34,18 44,28 62,20 66,8! 76,50 70,90 44,100 14,84",
        "60,8 44,2 32,14 42,26 58,20 62,6! 72,44 78,82 50,100 20,92",
        "66,10 50,0 38,14 46,30 62,24 68,10! 68,54 58,88 34,100 2,92",
        "58,6 42,0 30,16 40,34 56,26 62,10! 74,60 66,94 40,102 18,86",
        "70,14 52,6 38,20 50,32 66,26 72,12! 64,60 40,90 20,98 4,98",
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
    boxes = _write(labels, generator)  # (n, BOX, BOX)
    # About four digits in a thousand are so lopsided that centring would push them over the edge, or so
    # faint at their ends that they do not fill the box. They are written again.
    while (unfit := ~fits(boxes)).any():
        boxes[unfit] = _write(labels[unfit], generator)
    return place(boxes)


def _write(labels: Tensor, generator: torch.Generator) -> Tensor:
    """Writes one digit for each label, each by another hand: (n,) -> torch.uint8 (n, BOX, BOX)."""
    path, length = trace_digits(labels, generator)
    return ink(path, length, _pen(labels, generator), generator)


def trace_digits(labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The way of the pen for each label, each by another hand.

    Args:
        labels: torch.int64 [n], 0 to 9.
        generator: Draws the styles and the hands.

    Returns:
        Points, evenly spread: torch.float32 [n, POINTS, 2], x and y in units of about a digit's height; and the
        length of each path's strokes in the same units, torch.float32 [n].
    """
    tables = _tables()
    style = torch.multinomial(tables.share[labels], 1, generator=generator).squeeze(1)  # (n,)
    control = _tremble(_blend(tables, style, generator), generator)  # (n, K, 2)
    path = torch.bmm(tables.weights[style], control)  # (n, POINTS, K) @ (n, K, 2) -> (n, POINTS, 2)
    return _slant(_bend(path, generator), generator), tables.length[style]


def trace_form(form: str, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The same for any form in the notation of ``Style.forms``, a letter for example, by n hands."""
    strokes = _parse(form)
    weights, length = _path_weights(strokes)
    control = torch.cat([stroke.points for stroke in strokes]).expand(n, -1, -1)  # (n, K, 2)
    path = weights @ _tremble(control, generator)  # (POINTS, K) @ (n, K, 2) -> (n, POINTS, 2)
    return _slant(_bend(path, generator), generator), torch.full((n,), length)


def ink(path: Tensor, length: Tensor, radius: Tensor, generator: torch.Generator) -> Tensor:
    """Makes each path as large as the box and inks it.

    Args:
        path: torch.float32 [n, points, 2], evenly spread, in any unit.
        length: torch.float32 [n], of its strokes in that unit.
        radius: torch.float32 [n, points], half the width of the stroke, in pixels of the box.
        generator: For the roughness of the ink's edge.

    Returns:
        torch.uint8 [n, BOX, BOX].
    """
    path, scale = _fit_to_box(path, radius + EDGE / 2)
    return _ink(path, radius, length * scale / path.shape[1], generator)  # the last but one: pixels between two points


def fits(boxes: Tensor) -> Tensor:
    """Whether what is in each box fills it, and stays on the paper when centred: [n, BOX, BOX] -> bool [n]."""
    return (_shift_to_centre(boxes).abs() <= MARGIN).all(1) & (_longer_side(boxes) >= BOX - 1)


def _blend(tables: "_Tables", style: Tensor, generator: torch.Generator) -> Tensor:
    """Every writer's own blend of the forms of a style: (n,) -> control points (n, K, 2)."""
    known = tables.known[style]  # (n, F)
    # Shares of a pie cut at random (a flat Dirichlet distribution), among the forms that the style has.
    pie = known * torch.empty(known.shape).exponential_(generator=generator)
    pie, even = pie / pie.sum(1, keepdim=True), known / known.sum(1, keepdim=True)
    mix = even + BLEND * (pie - even)
    return torch.einsum("nf,nfkc->nkc", mix, tables.forms[style])


def _tremble(control: Tensor, generator: torch.Generator) -> Tensor:
    """Moves control points, (n, K, 2), as a steady or a shaky hand would."""
    tremble = TREMBLE * torch.exp(TREMBLE_SPREAD * torch.randn(len(control), 1, 1, generator=generator))
    noise = torch.randn(control.shape, generator=generator)
    # Neighbours move together: a hand errs in the shape of a bow, not in a zigzag.
    noise = (noise + noise.roll(1, dims=1) + noise.roll(-1, dims=1)) / math.sqrt(3)
    return control + tremble * noise


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


def _pen(labels: Tensor, generator: torch.Generator) -> Tensor:
    """Half the width of the stroke at every point: (n, POINTS), in pixels."""
    size, swell = torch.randn(2, len(labels), 1, generator=generator)
    phase = torch.rand(len(labels), 1, generator=generator)
    pressure = swell * torch.sin(2 * math.pi * (torch.linspace(0, 1, POINTS) + phase))  # (n, POINTS)
    radius = torch.tensor(PEN)[labels].unsqueeze(1) * torch.exp(PEN_SPREAD * size) * (1 + PRESSURE * pressure)
    return torch.clamp(radius, THINNEST_PEN, THICKEST_PEN)


def _fit_to_box(path: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
    """Scales and shifts each digit so that its ink fills the box.

    Args:
        path: (n, POINTS, 2), in units of a digit's height.
        reach: (n, POINTS), how far the ink reaches from each point, in pixels.

    Returns:
        The path in pixels, and the scale: (n,) pixels a unit.
    """
    reach = reach.unsqueeze(2)  # (n, POINTS, 1)
    size = (path.amax(1) - path.amin(1)).amax(1)  # (n,)
    scale = (BOX + SNUG - 2 * reach.mean((1, 2))) / size
    for _ in range(2):  # the pen is not equally wide everywhere, so the first guess is off by a fraction of a pixel
        pixels = path * scale.view(-1, 1, 1)
        longest = ((pixels + reach).amax(1) - (pixels - reach).amin(1)).amax(1)
        scale = scale + (BOX + SNUG - longest) / size
    pixels = path * scale.view(-1, 1, 1)
    middle = ((pixels + reach).amax(1, keepdim=True) + (pixels - reach).amin(1, keepdim=True)) / 2  # (n, 1, 2)
    return pixels - middle + (BOX - 1) / 2, scale


def _ink(path: Tensor, radius: Tensor, spacing: Tensor, generator: torch.Generator) -> Tensor:
    """Inks the paths: the pixels within a radius of the path, with a soft edge.

    The nearest of 96 points, for every pixel, would take 38,400 distances a digit. A Gaussian dot
    is the product of a Gaussian in x and one in y, so the sum of all dots at all pixels is one matrix product,
    (20 × 96) @ (96 × 20). Its logarithm is a smooth minimum: with dots exp((r² - d²) / 2s²) it gives the smallest
    d² - r², which is negative inside the stroke and positive outside.

    Args:
        path: (n, POINTS, 2), x and y in pixels of the box.
        radius: (n, POINTS), half the width of the stroke in pixels.
        spacing: (n,), pixels between two points, which tells how many dots add up at a place.
        generator: For the roughness of the edge.

    Returns:
        torch.uint8 [n, 20, 20].
    """
    pixel = torch.arange(float(BOX)).view(1, -1, 1)
    x, y = path.transpose(1, 2).unsqueeze(2).unbind(1)  # (n, 1, POINTS) each
    softness = 2 * DOT**2
    # As many dots as add up along a stroke weigh as much as one.
    weight = radius.square() / softness + torch.log(spacing / (DOT * math.sqrt(2 * math.pi))).unsqueeze(1)
    # Farther than FAR there is no ink, and a processor takes ten times as long for numbers below 1e-38, which is
    # about the square of exp(-FAR² / 2s²).
    across = torch.exp((pixel - x).clamp(-FAR, FAR).square() / -softness)  # (n, BOX, POINTS)
    down = torch.exp(weight.unsqueeze(1) + (pixel - y).clamp(-FAR, FAR).square() / -softness)  # (n, BOX, POINTS)
    dots = torch.bmm(down, across.transpose(1, 2))  # (n, BOX, BOX)

    r = radius.mean(1).view(-1, 1, 1)
    beyond = -softness * torch.log(dots)  # (n, BOX, BOX), d² - r²
    distance = torch.sqrt((beyond + r * r).clamp_min(0)) - r  # pixels outside the stroke's edge; negative inside
    distance = distance + ROUGH * torch.randn(distance.shape, generator=generator)
    ink = (0.5 - distance / EDGE).clamp(0, 1)
    return (255 * ink).round().to(torch.uint8)


def _longer_side(boxes: Tensor) -> Tensor:
    """The longer side of what is not paper: (n, BOX, BOX) -> (n,), in pixels."""
    sides = []
    for axis in (1, 2):
        inked = boxes.amax(axis) > 0  # (n, BOX)
        position = torch.arange(1, BOX + 1) * inked  # counted from 1, and 0 where there is only paper
        backward = torch.arange(BOX, 0, -1) * inked
        sides.append(position.amax(1) + backward.amax(1) - BOX)
    return torch.maximum(*sides)


def _shift_to_centre(boxes: Tensor) -> Tensor:
    """By how many whole pixels to move a box from the middle of the image, down and right: (n, BOX, BOX) -> (n, 2)."""
    ink = boxes.float()
    position = torch.arange(float(BOX)) + MARGIN
    mass = torch.stack((ink.sum(2), ink.sum(1)), dim=1)  # (n, 2, BOX): over the rows and over the columns
    centre = mass @ position / ink.sum((1, 2)).unsqueeze(1)  # (n, 2)
    return (CENTRE_OF_MASS - centre).round().long()


def place(boxes: Tensor) -> Tensor:
    """Puts each box into an image with its centre of mass nearest to (14, 14): [n, BOX, BOX] -> [n, SIDE, SIDE]."""
    down, right = _shift_to_centre(boxes).unbind(1)  # (n,) each
    # Each pixel of the image looks up where in the box it comes from. Around the box there is a rim of paper, to
    # which all pixels that lie outside the box are sent.
    framed = pad(boxes, (1, 1, 1, 1))  # (n, BOX + 2, BOX + 2)
    position = torch.arange(SIDE) - MARGIN + 1
    row = (position - down.unsqueeze(1)).clamp(0, BOX + 1)  # (n, SIDE)
    column = (position - right.unsqueeze(1)).clamp(0, BOX + 1)
    source = row.unsqueeze(2) * (BOX + 2) + column.unsqueeze(1)  # (n, SIDE, SIDE)
    return framed.flatten(1).gather(1, source.flatten(1)).view(-1, SIDE, SIDE)


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


def generated_splits(seed: int = 0) -> Splits:
    """The data set that needs no network, in three parts: 10,000 to train on, 1,000 and 1,000 to judge by.

    Args:
        seed: Which digits; the same seed gives the same.

    Returns:
        The parts, all drawn alike.
    """
    from mnist_core.data.generated import make_digits  # which itself needs Dataset from here

    digits = make_digits(12_000, seed)
    parts = slice(0, 10_000), slice(10_000, 11_000), slice(11_000, 12_000)
    return Splits("generated digits", *(digits.subset(part) for part in parts))
