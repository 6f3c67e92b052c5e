"""What the lesson on overfitting says of a run states its numbers, and only what they bear out."""

import math
import re
from dataclasses import replace
from typing import Any

import pytest

from mnist_core.lessons.overfitting import Mistakes, Reading, Remedies, Study
from ui.lessons import overfitting_words

TURNED = Study(
    Remedies(),
    "MNIST",
    500,
    (Reading(1, 0.9, 0.7, 1.1, 0.65), Reading(2, 0.3, 0.9, 0.5004, 0.85), Reading(3, 0.01, 1.0, 0.7, 0.852)),
    Mistakes(150, 0.6),
    Mistakes(148, 0.9),
)


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+\.\d+|\d+", text)


def test_where_the_loss_turned() -> None:
    assert numbers(overfitting_words.where_it_turned(TURNED)) == ["2", "0.500", "3", "0.700", "0.010"]
    falling = replace(TURNED, readings=TURNED.readings[:2])
    said = overfitting_words.where_it_turned(falling)
    assert numbers(said) == ["2", "0.500", "0.300"]
    assert "has not turned" in said


def test_the_gap_is_the_difference_of_what_is_shown() -> None:
    _, reading, _ = TURNED.readings
    *_, validation, training, gap = numbers(overfitting_words.gap(replace(reading, train_loss=0.2996)))
    assert (validation, training, gap) == ("0.500", "0.300", "0.200")


@pytest.mark.parametrize(("accuracy", "said"), [(0.83, "lower, but"), (0.852, "nearly the same"), (0.9, "higher")])
def test_what_became_of_the_mistakes(accuracy: float, said: str) -> None:
    last = replace(TURNED.readings[-1], validation_accuracy=accuracy)
    text = overfitting_words.what_became_of_mistakes(replace(TURNED, readings=(*TURNED.readings[:2], last)))
    assert f"That is {said}" in text
    assert {"85.0%", f"{accuracy:.1%}", "60.0%", "90.0%", "10.0%"} <= set(re.findall(r"[\d.]+%", text))
    assert f"{-math.log(0.1):.3f}" in text


@pytest.mark.parametrize("change", [{"at_end": None}, {"at_end": Mistakes(3, 0.5)}, {"readings": TURNED.readings[:2]}])
def test_it_says_nothing_where_the_mistakes_are_not_surer_or_the_loss_has_not_turned(
    change: dict[str, Any],
) -> None:
    assert overfitting_words.what_became_of_mistakes(replace(TURNED, **change)) == ""


def test_a_run_as_a_line_of_the_table() -> None:
    assert list(overfitting_words.row(4, TURNED, stopped=True).values()) == [
        "4: 500 images, stopped after epoch 3",
        "0.500 (epoch 2)",
        "0.700 (epoch 3)",
        "85.2%",
    ]
    full = replace(TURNED, remedies=Remedies(500, 3.0, 0.5, True, 7))
    assert overfitting_words.settings(full, stopped=False) == "500 images, λ = 3, dropout 50%, stops early, seed 7"
