"""What became of a network, in words."""

import pytest

from mnist_core.lessons.initialisation_race import Start
from ui.lessons.initialisation_words import compared, fate


def test_what_became_of_a_run() -> None:
    assert fate(Start()) == "not begun"
    assert fate(Start((3.0, 2.0))) == "loss 3.00 → 2.50"
    assert fate(Start((9.0, *([1.0] * 5 + [0.5] * 5)), accuracy=0.8264)) == "loss 9.00 → 0.75, reads 82.6%"
    assert fate(Start((158.0, 10_430.4), has_exploded=True)) == "loss 158 → 10,430, exploded at batch 2"


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([0.001, 0.5, 1.234], "1,234 times smaller"),
        ([0.1, 0.2], "2.0 times smaller"),
        ([0.1, 0.94], "9.4 times smaller"),
        ([0.1, 0.96], "10 times smaller"),
    ],
)
def test_how_the_first_compares_with_the_last(sizes: list[float], said: str) -> None:
    assert compared(sizes) == said
