"""Probabilities as bars."""

from mnist_core.figures.bars import probability_bars
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
