"""Squares to count."""

import pytest

from mnist_core.figures.theme import LIGHT, RIGHT_CLASS
from mnist_core.figures.welcome import hundred_squares


@pytest.mark.parametrize("filled", [0, 10, 99, 100])
def test_as_many_squares_are_full_as_asked(filled: int) -> None:
    svg = hundred_squares(filled=filled, theme=LIGHT)
    assert svg.count(f'fill="{RIGHT_CLASS}"') == filled
    assert svg.count("<rect") == 100


@pytest.mark.parametrize("filled", [-1, 101])
def test_more_than_all_is_refused(filled: int) -> None:
    with pytest.raises(ValueError, match="0 to 100"):
        hundred_squares(filled=filled, theme=LIGHT)
