"""Figures: what they show is what they were given."""

import math

import pytest
import torch

from mnist_core.figures.bars import probability_bars
from mnist_core.figures.curves import loss_of_probability
from mnist_core.figures.images import enlarged
from mnist_core.figures.theme import DARK, LIGHT


def test_bars_name_choice_and_right_class() -> None:
    figure = probability_bars(probabilities=[0.2, 0.7, 0.1], classes=["3", "5", "8"], theme=LIGHT, right="3")
    assert figure.data["probability"].tolist() == [0.2, 0.7, 0.1]
    assert figure.data["role"].tolist() == ["right", "choice", "rest"]
    assert figure.data["chosen"].tolist() == [False, True, False]
    assert figure.data["label"].tolist() == ["20.0%", "70.0%", "10.0%"]


def test_a_right_choice_is_green_with_the_choices_outline() -> None:
    data = probability_bars(probabilities=[0.9, 0.1], classes=["0", "1"], theme=DARK, right="0").data
    assert data["role"][0] == "right"
    assert data["chosen"][0]


def test_the_curve_of_the_loss_has_the_readers_point_and_the_marks() -> None:
    data = loss_of_probability(probability=0.25, marks=(0.9, 0.01), theme=LIGHT).data
    yours = data[data["kind"] == "yours"].iloc[0]
    assert (yours["probability"], yours["loss"]) == (0.25, pytest.approx(math.log(4)))
    assert data[data["kind"] == "mark"]["label"].tolist() == ["p = 0.90: 0.105", "p = 0.01: 4.605"]
    curve = data[data["kind"] == "curve"]
    assert curve["loss"].tolist() == pytest.approx([-math.log(p) for p in curve["probability"]])
    assert curve["loss"].iloc[0] == 0


def test_the_smallest_probability_the_sliders_reach_is_on_the_curve() -> None:
    p = math.exp(-4) / (math.exp(-4) + 2 * math.exp(4))
    figure = loss_of_probability(probability=p, marks=(), theme=LIGHT)
    yours = figure.data[figure.data["kind"] == "yours"].iloc[0]
    assert yours["label"] == "p = 0.00017: 8.693"
    assert yours["loss"] < figure.spec["encoding"]["y"]["scale"]["domain"][1]


def test_enlarged_keeps_hard_pixels() -> None:
    large = enlarged(image=torch.tensor([[0.0, 1.0], [0.5, 0.0]]), factor=3)
    assert large.shape == (6, 6)
    assert large[0].tolist() == [0, 0, 0, 255, 255, 255]
    assert large[5].tolist() == [128, 128, 128, 0, 0, 0]
