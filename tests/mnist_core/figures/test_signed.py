"""Signed pictures: what is seen is the sign and the size of the number, on one scale for all."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.figures.signed import NEGATIVE, POSITIVE, largest, signed_colours, signed_pictures
from mnist_core.figures.theme import DARK, LIGHT, Theme

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK])


def rgb(colour: str) -> list[int]:
    return list(bytes.fromhex(colour[1:]))


def distance(colour: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(colour.astype(float) - other.astype(float)).sum())


def test_the_ends_and_the_middle_of_the_scale() -> None:
    colours = signed_colours(values=[-2.0, 0.0, 2.0], theme=LIGHT)
    assert colours.tolist() == [rgb(NEGATIVE), rgb(LIGHT.heat[0]), rgb(POSITIVE)]
    assert signed_colours(values=[0.0], theme=DARK).tolist() == [rgb(DARK.heat[0])]


@THEMES
@given(value=st.floats(0.02, 1.0))
def test_blue_below_zero_and_red_above_as_far_from_nothing(theme: Theme, value: float) -> None:
    zero, below, above = signed_colours(values=[0.0, -value, value], theme=theme, limit=1.0).astype(int)
    assert below[2] - below[0] > zero[2] - zero[0]  # bluer than nothing
    assert above[0] - above[2] > zero[0] - zero[2]  # redder
    weaker = signed_colours(values=[-value / 2, value / 2], theme=theme, limit=1.0)
    assert distance(below, zero) > distance(weaker[0], zero)
    assert distance(above, zero) > distance(weaker[1], zero)


def test_all_pictures_share_one_scale_and_what_lies_beyond_a_limit_is_cut() -> None:
    weak, strong = np.full((2, 2), 0.5), np.full((2, 2), 1.0)
    sheet = signed_pictures(images=[weak, strong], columns=2, factor=1, theme=LIGHT, gap=0)
    assert sheet[0, 2].tolist() == rgb(POSITIVE)
    assert sheet[0, 0].tolist() != rgb(POSITIVE)
    cut = signed_pictures(images=[weak, strong], columns=2, factor=1, theme=LIGHT, limit=0.5, gap=0)
    assert cut[0, 0].tolist() == cut[0, 2].tolist() == rgb(POSITIVE)


def test_tiles_stand_row_by_row_with_hard_pixels() -> None:
    images = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]], [[-1.0, -1.0]]])
    sheet = signed_pictures(images=images, columns=2, factor=3, theme=LIGHT, gap=1)
    assert sheet.shape == (7, 13, 3)
    assert sheet.dtype == np.uint8
    assert (sheet[:3, :3] == rgb(POSITIVE)).all()
    assert (sheet[:3, 6] == 255).all()  # the gap is the page
    assert (sheet[:3, 10:] == rgb(POSITIVE)).all()
    assert (sheet[4:, :6] == rgb(NEGATIVE)).all()
    assert (sheet[4:, 7:] == 255).all()  # nothing stands there


def test_nothing_but_zeros_is_a_blank_picture() -> None:
    assert largest(np.zeros((1, 2, 2))) == 0
    sheet = signed_pictures(images=np.zeros((1, 2, 2)), columns=5, factor=2, theme=DARK)
    assert sheet.shape == (4, 4, 3)
    assert (sheet == rgb(DARK.heat[0])).all()


@pytest.mark.parametrize(
    "arguments",
    [
        {"images": []},
        {"images": [np.zeros((2, 2)), np.zeros((3, 2))]},
        {"images": np.zeros((2, 2))},
        {"images": [[[float("nan")]]]},
        {"limit": 0.0},
        {"limit": float("inf")},
        {"columns": 0},
        {"factor": 0},
        {"gap": -1},
    ],
)
def test_bad_input_is_refused_in_a_sentence(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        signed_pictures(**{"images": np.ones((1, 2, 2)), "columns": 1, "factor": 1, "theme": LIGHT, **arguments})  # type: ignore[arg-type]
