"""The border in the plane of two inputs."""

import base64
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as strategy

from mnist_core.figures.theme import DARK, LIGHT
from mnist_core.figures.two_classes_plane import ABOVE, BELOW, LEFT, LOWEST, RIGHT, SIDE, crossing, plane

WEIGHT = strategy.integers(-10, 10).map(lambda half: half / 2)


def drawn(weights: tuple[float, float], bias: float) -> str:
    points, labels = [[0.1, 0.5], [0.5, 0.0]], [0, 1]
    image = torch.zeros(28, 28, dtype=torch.uint8)
    made = plane(
        points=points,
        labels=labels,
        weights=weights,
        bias=bias,
        reach=0.8,
        thumbnails=[(0, image)],
        theme=LIGHT,
    )
    (data,) = re.findall(r"svg\+xml;base64,([^\"]+)", made)
    return base64.b64decode(data).decode()


@given(WEIGHT, WEIGHT, WEIGHT)
def test_the_border_crosses_the_square_where_the_sum_is_0_and_the_weights_stand_across_it(
    w1: float, w2: float, b: float
) -> None:
    ends = crossing((w1, w2), b, (LOWEST, 1.0))
    corners = [w1 * x + w2 * y + b for x in (LOWEST, 1.0) for y in (LOWEST, 1.0)]
    if min(corners) >= 0 or max(corners) <= 0:  # on one side of the border, which touches a corner at most
        assert ends is None or 0 in corners
        return
    assert ends
    for x, y in ends:
        assert w1 * x + w2 * y + b == pytest.approx(0, abs=1e-7)
        assert LOWEST - 1e-8 <= x <= 1 + 1e-8
        assert LOWEST - 1e-8 <= y <= 1 + 1e-8
    (x1, y1), (x2, y2) = ends
    assert w1 * (x2 - x1) + w2 * (y2 - y1) == pytest.approx(0, abs=1e-7)


def test_a_ring_a_stroke_an_image_a_line_and_an_arrow() -> None:
    picture = drawn((3.0, -3.0), 0.0)
    assert picture.count("<circle") == 1
    assert len(re.findall(r"<image", picture)) == 2  # the shading, and one digit
    assert picture.count(f'stroke="{LIGHT.text}" stroke-width="3"') == 2  # line and arrow


@given(WEIGHT, WEIGHT, WEIGHT)
def test_the_arrow_ends_inside_the_drawing(w1: float, w2: float, b: float) -> None:
    width, height = LEFT + SIDE + RIGHT, ABOVE + SIDE + BELOW
    for tip in re.findall(r"d=\"M[^\"L]+L([\d.-]+) ([\d.-]+)M", drawn((w1, w2), b)):
        assert 0 <= float(tip[0]) <= width
        assert 0 <= float(tip[1]) <= height


@pytest.mark.parametrize(("weights", "bias"), [((0.0, 0.0), 1.0), ((1.0, 0.0), 2.0)])
def test_without_a_border_there_is_no_line(weights: tuple[float, float], bias: float) -> None:
    assert f'stroke="{LIGHT.text}" stroke-width="3"' not in drawn(weights, bias)


def test_it_says_in_words_what_it_shows() -> None:
    for weights, said in (((3.0, 0.0), "shows its border"), ((0.0, 0.0), "its border is outside")):
        made = plane(points=[], labels=[], weights=weights, bias=-1.0, reach=1.0, thumbnails=[], theme=DARK)
        assert said in made
