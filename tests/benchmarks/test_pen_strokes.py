"""Pen strokes: read as they were written, and drawn as the canvas draws."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pen_strokes import CANVAS, LARGEST, SMALLEST, PenDigit, Stroke, hand, ink, place, read_unipen, render

UNIPEN = """.INCLUDE dene.doc
.LEXICON "0" "1"
.HIERARCHY DIGIT

.SEGMENT DIGIT    0 ? "7"
.COMMENT 7 12  224
.PEN_DOWN
 10  50
 30  50
 20  10
.PEN_UP
.DT 100
.PEN_DOWN
 15  30
 28  32
.PEN_UP
.DT 100

.SEGMENT DIGIT    1 ? "1"
.COMMENT 1 3  1
.PEN_DOWN
 5  9
 5  1
.PEN_UP
"""


@pytest.fixture
def digits(tmp_path: Path) -> list[PenDigit]:
    (tmp_path / "two.unipen").write_text(UNIPEN)
    return read_unipen(tmp_path / "two.unipen")


def test_labels_writers_and_strokes_are_read_and_y_is_turned_downwards(digits: list[PenDigit]) -> None:
    seven, one = digits
    assert (seven.label, seven.writer, one.label, one.writer) == (7, 12, 1, 3)
    assert [stroke.tolist() for stroke in seven.strokes] == [[[10, -50], [30, -50], [20, -10]], [[15, -30], [28, -32]]]
    drawn = render(seven.strokes, 12, hand(0, 0, 12))
    rows = np.flatnonzero(drawn.any(1))
    middle = rows.mean()
    top, bottom = drawn[rows[0] : int(middle)], drawn[int(middle) : rows[-1] + 1]
    assert top.any(0).sum() > bottom.any(0).sum()  # the roof of the 7 is above


@pytest.mark.parametrize("text", ["", "one line", UNIPEN.replace(" 5  9\n 5  1\n", "")])
def test_what_is_no_file_of_digits_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad").write_text(text)
    with pytest.raises(ValueError, match=r"\.$"):
        read_unipen(tmp_path / "bad")


@given(
    seed=st.integers(0, 9),
    width=st.sampled_from([12, 18, 26]),
    points=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=2, max_size=9, unique=True),
)
def test_every_digit_fits_on_the_canvas_at_a_size_a_person_uses(
    seed: int, width: int, points: list[tuple[int, int]]
) -> None:
    (placed,) = place([np.array(points, float)], width, hand(seed, 0, width))
    assert placed.min() >= width / 2 - 1e-6
    assert placed.max() <= CANVAS - width / 2 + 1e-6
    assert SMALLEST - 1e-6 <= np.ptp(placed, axis=0).max() <= LARGEST + 1e-6
    assert np.allclose(np.diff(placed, axis=0) / np.ptp(placed, axis=0).max(), _shape(points))  # aspect kept


def _shape(points: list[tuple[int, int]]) -> Stroke:
    path = np.array(points, float)
    shape: Stroke = np.diff(path, axis=0) / np.ptp(path, axis=0).max()
    return shape


@pytest.mark.parametrize("width", [12, 18, 26])
def test_a_straight_stroke_has_the_area_of_a_round_pen(width: int) -> None:
    drawn = ink([np.array([[60.0, 140.0], [120.0, 140.0], [220.0, 140.0]])], width) / 255
    assert drawn.sum() == pytest.approx(160 * width + np.pi * width**2 / 4, rel=0.01)
    assert drawn[:, 140].sum() == pytest.approx(width, abs=0.3)
    assert drawn[139:141, 140].min() == 1  # its middle lies where it was put
    across = np.flatnonzero(drawn.any(0))
    assert across[[0, -1]].tolist() == pytest.approx([60 - width / 2, 220 + width / 2 - 1], abs=1)


def test_a_dot_is_a_disc() -> None:
    assert ink([np.array([[100.0, 50.0]])], 18).sum() / 255 == pytest.approx(np.pi * 81, rel=0.02)


def test_the_brush_cuts_corners_as_the_canvas_does() -> None:
    """A quadratic Bézier curve from (100, 150) by (100, 200) to (150, 200) passes half way at (112.5, 187.5)."""
    drawn = ink([np.array([[100.0, 100.0], [100.0, 200.0], [200.0, 200.0]])], 2)
    inked = np.argwhere(drawn > 127) + 0.5  # rows, columns
    assert np.abs(inked - (187.5, 112.5)).sum(1).min() <= 1
    assert np.abs(inked - (200, 100)).sum(1).min() > 10


def test_the_same_seed_digit_and_width_give_the_same_drawing(digits: list[PenDigit]) -> None:
    strokes = digits[0].strokes
    once = render(strokes, 18, hand(1, 2, 18))
    assert np.array_equal(once, render(strokes, 18, hand(1, 2, 18)))
    for other in (hand(2, 2, 18), hand(1, 3, 18), hand(1, 2, 12)):
        assert not np.array_equal(once, render(strokes, 18, other))
