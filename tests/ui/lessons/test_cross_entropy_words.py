"""Which score is the largest, in words; and small numbers with a power of ten."""

import re

import pytest

from ui.lessons.cross_entropy_words import model_choice, tiny


@pytest.mark.parametrize(
    ("scores", "named"),
    [
        ((2.0, 1.0, -1.0), ["3"]),
        ((-2.0, 1.0, 0.9), ["5"]),
        ((1.0, 1.0, -1.0), ["3", "5", "3"]),  # the last one is the first of them, which the figure marks
        ((0.0, 1.0, 1.0), ["5", "8", "5"]),
        ((0.0, 0.0, 0.0), ["3", "5", "8", "3"]),
    ],
)
def test_it_names_each_class_with_the_largest_score(scores: tuple[float, ...], named: list[str]) -> None:
    assert re.findall(r"\d", model_choice(("3", "5", "8"), scores)) == named


@pytest.mark.parametrize(
    ("value", "said"), [(1.29e-6, "1.3 · 10⁻⁶"), (1.4e-45, "1.4 · 10⁻⁴⁵"), (0.0, "0"), (0.5, "5.0 · 10⁻¹")]
)
def test_a_small_number_has_a_power_of_ten(value: float, said: str) -> None:
    assert tiny(value) == said
