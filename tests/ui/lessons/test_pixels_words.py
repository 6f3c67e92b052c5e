"""What is said of the costs of the four stages: the numbers, which costs most, and what may be chance."""

import re

import pytest

from mnist_core.lessons.pixels import ALL, Cost, Stages
from ui.lessons import pixels_words

CUT, SCALE, CENTRE, NORMALIZE = (
    Stages(cut=False),
    Stages(scale=False),
    Stages(centre=False),
    Stages(normalize=False),
)


def test_most_and_least_are_named_and_what_may_be_chance() -> None:
    costly, cheap = Cost(1_000, 982, 716, 270, 4), Cost(1_000, 982, 987, 4, 9)
    said = pixels_words.most_and_least({CUT: costly, SCALE: cheap, CENTRE: cheap, NORMALIZE: cheap})
    numbers = re.findall(r"\d+", said)
    assert numbers == ["716", "982", "987", "987", "982"]  # the last two: a difference that may be chance
    assert said.index(pixels_words.TO_LEAVE_OUT[CUT]) < said.index("716")


@pytest.mark.parametrize(
    ("found", "numbers", "is_chance"),
    [
        (Cost(1_000, 982, 987, 4, 9), ("5 more", "4"), True),
        (Cost(1_000, 982, 716, 270, 4), ("266 fewer", "14"), False),
        (Cost(1_000, 982, 982, 0, 0), ("0 fewer", "0"), True),
    ],
)
def test_a_setting_beside_all_stages(found: Cost, numbers: tuple[str, str], is_chance: bool) -> None:
    said = pixels_words.set_so(found, CUT)
    assert f"**{found.now} of 1,000** rightly instead of {found.before}: " in said
    assert "{}, give or take {}.".format(*numbers) in said
    assert ("may be chance" in said) == is_chance


def test_with_all_stages_nothing_is_compared() -> None:
    said = pixels_words.set_so(Cost(1_000, 982, 982, 0, 0), ALL)
    assert re.findall(r"[\d,]+\d", said) == ["982", "1,000"]


def test_no_side_is_shorter_than_a_pixel() -> None:
    assert pixels_words.sides(0.3, 1234.6) == "1,235 wide, 1 high"
