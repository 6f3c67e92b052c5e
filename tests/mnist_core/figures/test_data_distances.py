"""A bar for each mean image, as high as its distance."""

import re

import pytest
import torch

from mnist_core.figures.data_distances import mean_distances
from mnist_core.figures.theme import CHOICE, DARK, LIGHT, RIGHT_CLASS

MEANS = torch.zeros(10, 28, 28, dtype=torch.uint8)
FAR = [10.0, 4.0, 8.0, 5.0, 9.0, 6.0, 7.0, 7.5, 9.5, 8.5]


def bars(html: str) -> list[tuple[str, int, str, str]]:
    return [
        (number, int(height), fill, rest)
        for number, height, fill, rest in re.findall(
            r'<span>([\d.]+)</span><i style="height:(\d+)px;background:(#\w+);([^"]*)"', html
        )
    ]


def test_heights_are_distances_and_the_answer_and_the_digit_are_marked() -> None:
    shown = bars(mean_distances(distances=FAR, means=MEANS, label=3, theme=LIGHT, height=100))
    assert [number for number, *_ in shown] == ["10.0", *(f"{far:.2f}" for far in FAR[1:])]
    assert [height for _, height, *_ in shown] == [round(10 * far) for far in FAR]
    fills = [fill for *_, fill, _ in shown]
    assert fills[1] == CHOICE
    assert fills[3] == RIGHT_CLASS
    assert {fill for digit, fill in enumerate(fills) if digit not in (1, 3)} == {LIGHT.rest}


def test_a_right_answer_is_green_with_the_outline_of_the_choice() -> None:
    html = mean_distances(distances=FAR, means=MEANS, label=1, theme=DARK)
    _, _, fill, outline = bars(html)[1]
    assert fill == RIGHT_CLASS
    assert CHOICE in outline
    assert CHOICE not in "".join("".join(map(str, bar[2:])) for bar in bars(html)[2:])
    assert 'alt="mean of the 1, the nearest"' in html


def test_each_distance_needs_a_mean() -> None:
    with pytest.raises(ValueError, match="as many means"):
        mean_distances(distances=FAR[:9], means=MEANS, label=1, theme=LIGHT)
