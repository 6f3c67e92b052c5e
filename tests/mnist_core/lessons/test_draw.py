"""The letter H: three strokes as wide as the brush."""

import pytest

from mnist_core.lessons.draw import letter_h


@pytest.mark.parametrize("brush", [8, 18, 30])
def test_two_stems_and_a_bar(brush: int) -> None:
    drawing = letter_h(brush)
    assert drawing.shape == (280, 280)
    assert set(drawing.flat) == {0, 255}
    ink = drawing > 0
    assert ink.sum(axis=1).max() == 192 + brush - 70  # the bar, from stem to stem
    assert sorted(set(ink.sum(axis=0))) == [0, brush, 180 + brush]  # beside the letter, the bar, a stem
    assert ink[:131].sum(axis=1).max() == 2 * brush
