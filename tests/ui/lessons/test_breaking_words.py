"""What the page on breaking a network says of attacks."""

import pytest

from mnist_core.lessons.breaking_adversarial import LARGEST
from ui.lessons.breaking_words import aimed_beside_random, first_misread, first_reached, pixel_moved, pushes_table

ALL = LARGEST + 1


def test_from_which_change_on_it_is_misread() -> None:
    assert first_misread(8, [8] * 5 + [3] * (ALL - 5)) == "first misread at 5 levels"
    assert first_misread(8, [8, 3] + [8] * (ALL - 2)) == "first misread at 1 level"
    assert first_misread(8, [8] * ALL) == "read rightly up to 64 levels"
    assert first_misread(8, [3] * ALL) == "misread already"


def test_at_which_change_it_is_read_as_wanted() -> None:
    assert first_reached(8, [3] * 9 + [8] + [3] * (ALL - 10)) == "It first reads an 8 at 9 levels."
    assert first_reached(3, [3] * ALL) == "It reads 3 already."
    assert first_reached(7, [3] * ALL) == "No change up to 64 levels makes it read a 7."


@pytest.mark.parametrize(
    ("before", "after", "sign", "written"),
    [
        (51, 63, 1.0, r"0.200 + \tfrac{12}{255} \cdot (+1),\ 0,\ 1\right) = 0.247"),
        (5, 0, -1.0, r"0.020 + \tfrac{12}{255} \cdot (-1),\ 0,\ 1\right) = 0.000"),
        (255, 255, 0.0, r"1.000 + \tfrac{12}{255} \cdot (0),\ 0,\ 1\right) = 1.000"),
    ],
)
def test_one_pixel_written_out(before: int, after: int, sign: float, written: str) -> None:
    assert pixel_moved(before, after, sign, 12) == r"x' = \operatorname{clip}\left(" + written


def test_pushes_and_what_came_of_them() -> None:
    assert pushes_table([(-13.11, 0.0), (-6.02, 5.66)], [-12.56, -0.61]).splitlines() == [
        "| change | aimed | random |",
        "|---|---:|---:|",
        "| pushes down | −13.11 | −6.02 |",
        "| pushes up | 0.00 | +5.66 |",
        "| together | −13.11 | −0.36 |",
        "| what came of it | −12.56 | −0.61 |",
    ]


def test_how_much_more_an_aimed_change_does() -> None:
    said = aimed_beside_random(424.2, 23.1)
    assert "**18 times**" in said
    assert "28 times at most, √784" in said
    assert "a million pixels, that is 1,000 times" in said
    assert "all slopes are 0" in aimed_beside_random(0.0, 0.0)
