"""The picture of a row: its cuts, solid or dashed, and a piece for each digit."""

import numpy as np
import torch

from mnist_core.figures.draw_row import cut_picture, row_picture
from mnist_core.figures.images import ROW_COLOUR
from mnist_core.figures.theme import LIGHT
from mnist_core.handwriting.is_digit import Verdict
from mnist_core.handwriting.several import Box, Cut, Mark, Piece, Row

DRAWING = np.zeros((100, 200), np.uint8)
PATH = tuple((down + 0.5, 100.0) for down in range(100))


def piece(box: Box, digit: int, *, is_digit: bool = True) -> Piece:
    p = torch.full((10,), 0.01)
    p[digit] = 0.91
    return Piece(box, torch.zeros(28, 28), p, Verdict(is_digit, "digit" if is_digit else "letter", (0.0,) * 5, ""))


def row(probability: float) -> Row:
    pieces = piece(Box(10, 90, 20, 80), 8), piece(Box(10, 90, 120, 180), 3, is_digit=False)
    return Row(pieces, (Cut(PATH, probability, 0.0),), (Mark(Box(80, 90, 95, 105), "a dot"),))


def test_each_piece_has_its_digit_and_probability_and_the_dot_stands_between() -> None:
    page = row_picture(drawing=DRAWING, row=row(0.99), theme=LIGHT, height=80)
    assert page.count("<img") == page.count("data:image/png") == page.count("alt=") == 3
    assert page.index("<b>8</b>91.0%") < page.index("a dot") < page.index("<b>?</b>91.0%")
    assert 'alt="A piece, read as an 8"' in page
    assert 'alt="A piece, not named"' in page
    assert 'alt="A row of digits, cut into 2 pieces"' in page


def test_an_unsure_cut_is_dashed_and_of_another_colour() -> None:
    sure, unsure = (np.asarray(cut_picture(drawing=DRAWING, row=row(p), height=160)) for p in (0.99, 0.5))
    blue = np.equal(sure, ROW_COLOUR).all(axis=2)
    assert blue.any(axis=1).mean() > 0.9
    assert not np.equal(unsure, ROW_COLOUR).all(axis=2).any()
    dashed = np.greater(unsure, 0).any(axis=2).any(axis=1).mean()
    assert 0.3 < dashed < 0.75


def test_where_nothing_is_cut_the_drawing_stands_alone() -> None:
    page = row_picture(drawing=DRAWING, row=Row(said="No."), theme=LIGHT, height=50)
    assert page.count("<img") == 1
    assert 'width="100"' in page
