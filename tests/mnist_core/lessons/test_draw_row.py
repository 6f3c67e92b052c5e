"""Rows that one hand wrote: as near to each other as told, and read rightly while they stand apart."""

import numpy as np
import pytest

from mnist_core.handwriting.is_digit import load_is_digit
from mnist_core.handwriting.several import read_row
from mnist_core.lessons import draw_row
from mnist_core.network.checkpoint import load_shipped


@pytest.mark.parametrize("sample", draw_row.SAMPLES)
@pytest.mark.parametrize("gap", [20, draw_row.FURTHEST])
def test_each_row_is_read_while_it_is_spaced(sample: str, gap: int) -> None:
    found = read_row(draw_row.row(sample, gap), load_shipped(), load_is_digit())
    assert found.text == draw_row.digits_of(sample)
    assert [mark.name for mark in found.marks] == (["a dot"] if sample == "a price" else [])


@pytest.mark.parametrize("gap", [12, 30])
def test_the_gap_is_as_wide_as_told(gap: int) -> None:
    drawing = draw_row.row("two digits", gap)
    empty = np.flatnonzero(drawing.max(0) == 0)
    between = empty[(empty > draw_row.MARGIN + 20) & (empty < drawing.shape[1] - draw_row.MARGIN - 20)]
    assert abs(len(between) - gap) <= 2
    assert drawing.dtype == np.uint8
    assert drawing.max() == 255


def test_the_bar_of_the_broken_5_stands_apart() -> None:
    from mnist_core.handwriting.photo import connected

    pieces = connected(draw_row.row("a broken 5", draw_row.FURTHEST) > 60)
    assert pieces.max() == 3  # two of the 5, one of the 3


def test_digits_that_overlap_are_no_longer_read() -> None:
    found = read_row(draw_row.row("two digits", draw_row.NEAREST), load_shipped(), load_is_digit())
    assert found.text != draw_row.digits_of("two digits")


def test_an_unknown_row_is_refused() -> None:
    with pytest.raises(KeyError):
        draw_row.row("a poem", 0)
