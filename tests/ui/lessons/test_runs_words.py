"""What the lesson that compares runs says of settings and bands."""

import re
from dataclasses import replace

import pytest

from mnist_core.lessons.runs_comparison import Band, settings
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import EpochEvent, RateEvent, TrainingConfig, TrainingDiverged
from mnist_core.training.records import RunRecord
from ui.lessons import runs_words

RECORD = RunRecord(
    MLPConfig((16,), "tanh", 0.5),
    TrainingConfig(1, 300, 0.1, "adamw", 7, 0.01, False, "one-cycle"),
    "generated digits",
    1_500,
    rates=(RateEvent(2, 0.02),),
)


def test_settings_in_a_sentence() -> None:
    plain = replace(RECORD, model_config=MLPConfig((), "tanh", 0.5))
    assert runs_words.in_a_sentence(settings(plain)) == (
        "generated digits, 1,500 training images, network 784-10, AdamW, learning rate 0.1, a one-cycle schedule, "
        "learning rate turned to 0.02 after batch 2, weight decay 0.01, batches of 300, 1 epoch, not shuffled, seed 7"
    )
    assert "network 784-16-10, tanh, 50% dropout, AdamW" in runs_words.in_a_sentence(settings(RECORD))


def ended(seed: int, accuracy: float) -> RunRecord:
    config = TrainingConfig(1, 100, seed=seed)
    return replace(RECORD, training_config=config, rates=(), epochs=(EpochEvent(1, 15, 0.5, 0.8, 0.4, accuracy),))


@pytest.mark.parametrize(
    ("records", "numbers"),
    [
        ({}, []),
        ({0: ended(0, 0.9)}, ["90.00%", "1", "5"]),
        ({0: ended(0, 0.9), 1: ended(1, 0.92)}, ["90.00%", "92.00%", "91.00%", "1.41", "2", "5"]),
        ({0: replace(RECORD, diverged=TrainingDiverged(3, 0, 99.0, 10.0))}, ["1", "1"]),
    ],
)
def test_a_band_in_words(records: dict[int, RunRecord], numbers: list[str]) -> None:
    said = runs_words.band("A", Band("Some", records))
    assert re.findall(r"\d+(?:\.\d+)?%?", said) == numbers


def test_the_luck_of_the_images_in_points() -> None:
    assert re.findall(r"[\d.]+(?= points)", runs_words.luck_of_images(300)) == ["0.2", "0.8"]
    assert re.findall(r"[\d.]+(?= points)|[\d.]+ points", runs_words.luck_of_images(5_000)) == ["0.2"]
