"""The ways to write a digit, as cards."""

import html

import pytest
import torch

from mnist_core.data.styles import Style
from mnist_core.figures.data_styles import digit_styles
from mnist_core.figures.theme import LIGHT

FOUR = torch.zeros(4, 28, 28, dtype=torch.uint8)


def test_the_commonest_comes_first_and_what_is_written_is_escaped() -> None:
    rare, common = Style(3, "a < b", 0.25, ("0,0 1,1",)), Style(3, "round", 0.75, ("0,0 1,1",))
    figure = digit_styles(styles=[rare, common], hands=[FOUR, FOUR], theme=LIGHT)
    assert figure.index("<b>75</b> round") < figure.index(f"<b>25</b> {html.escape(rare.name)}")
    assert 'alt="Four hands: 3, round"' in figure


def test_as_many_styles_as_groups_of_digits() -> None:
    with pytest.raises(ValueError, match="1 styles need as many groups of digits, not 0"):
        digit_styles(styles=[Style(3, "round", 1.0, ("0,0 1,1",))], hands=[], theme=LIGHT)
