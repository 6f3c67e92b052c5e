"""A run watched again: what each frame shows is what the run was like at that batch."""

import base64
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from mnist_core.evaluation.accuracy import GUESSING_LOSS
from mnist_core.figures.curves import HIGHEST_LOSS
from mnist_core.figures.signed import NEGATIVE, POSITIVE
from mnist_core.figures.theme import DARK, LIGHT, Theme
from mnist_core.figures.train_replay import SIDE, Replay, replay, weight_limit
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import BatchEvent, EpochEvent, TrainingConfig, TrainingDiverged
from mnist_core.training.records import Frame, RunRecord

MOST_BYTES = 600_000


def frame(step: int, *values: float) -> Frame:
    """A neuron for each value, whose weights are all that."""
    return Frame(step, torch.stack([torch.full((28, 28), value) for value in values]).half())


def record(*frames: Frame, hidden_sizes: tuple[int, ...] = (7,), steps: int = 20, **more: object) -> RunRecord:
    batches = tuple(
        BatchEvent(1 + step // 11, step, 10, 2.0 / step, 0.5) for step in (1, 5, 10, 15, 20) if step <= steps
    )
    epochs = tuple(EpochEvent(e, 10 * e, 1.0, 0.5, 0.5 / e, 0.8) for e in (1, 2) if 10 * e <= steps)
    config = TrainingConfig(epochs=2, batch_size=10)
    return RunRecord(MLPConfig(hidden_sizes), config, "MNIST", 100, steps, batches, epochs, frames=frames, **more)  # type: ignore[arg-type]


def picture(found: Replay) -> np.ndarray:
    """uint8 [moments, neurons, 28, 28, 3]."""
    head, data = found.picture.split(",")
    assert head == "data:image/png;base64"
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
    assert pixels.shape == (SIDE * len(found.moments), SIDE * len(found.names), 3)
    return pixels.reshape(len(found.moments), SIDE, len(found.names), SIDE, 3).swapaxes(1, 2)


def rgb(colour: str) -> list[int]:
    return list(bytes.fromhex(colour[1:]))


def test_a_pixel_for_each_weight_on_one_scale_for_all_frames() -> None:
    early, late = picture(replay(record=record(frame(0, *[0.0] * 6, -0.5), frame(20, *[0.0] * 6, 1.0)), theme=LIGHT))
    assert (late[6] == rgb(POSITIVE)).all()
    assert (late[:6] == rgb(LIGHT.heat[0])).all()
    half = np.array(rgb(NEGATIVE)) / 2 + np.array(rgb(LIGHT.heat[0])) / 2
    assert np.abs(early[6] - half).max() < 6


def test_each_moment_has_the_curve_up_to_its_batch_and_the_validation_passed() -> None:
    run = record(*(frame(step, 0.1, 0.2) for step in (0, 7, 10, 20)))
    found = replay(record=run, theme=DARK)
    assert [moment.drawn for moment in found.moments] == [0, 2, 3, 5]
    assert [moment.tested for moment in found.moments] == [0, 0, 1, 2]
    assert [x for x, _ in found.training] == [0.05, 0.25, 0.5, 0.75, 1.0]
    assert [y * found.highest for _, y in found.training] == pytest.approx([2, 0.4, 0.2, 2 / 15, 0.1], abs=1e-3)
    assert [y * found.highest for _, y in found.validation] == pytest.approx([0.5, 0.25], abs=1e-3)
    assert found.guessing * found.highest == pytest.approx(GUESSING_LOSS, abs=1e-3)
    assert found.steps == 20


def test_each_moment_says_its_batch_its_epoch_and_its_losses() -> None:
    run = record(*(frame(step, 0.1, 0.2) for step in (0, 7, 10, 20)))
    assert [moment.says for moment in replay(record=run, theme=LIGHT).moments] == [
        "Before the first batch.",
        "After batch 7, in epoch 1: training loss 0.400.",
        "After batch 10, in epoch 1: training loss 0.200 and validation loss 0.500.",
        "After batch 20, in epoch 2: training loss 0.100 and validation loss 0.250.",
    ]
    assert replay(record=run, theme=LIGHT).moments[3].spoken == "after batch 20, in epoch 2"


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_without_hidden_layer_each_picture_has_its_digit(theme: Theme) -> None:
    found = replay(record=record(frame(0, *range(10)), frame(20, *range(10)), hidden_sizes=()), theme=theme)
    assert found.names == [str(digit) for digit in range(10)]
    assert replay(record=record(frame(0, 0.5, 0.2)), theme=theme).names == ["", ""]


def test_a_run_that_exploded_keeps_its_scale_and_its_axis() -> None:
    broken = Frame(15, torch.tensor([float("nan"), float("inf"), 6e4, 0.0]).half().repeat(196).view(1, 28, 28))
    explosion = TrainingDiverged(15, 10, float("inf"), 0.1)
    run = record(frame(0, 0.1), frame(10, 0.5), broken, steps=15, diverged=explosion)
    for loss in (1e30, float("nan")):
        huge = BatchEvent(2, 15, 10, loss, 0.1)
        exploded = RunRecord(**{**run.__dict__, "batches": (*run.batches[:-1], huge)})
        assert weight_limit(exploded) == 0.5
        found = replay(record=exploded, theme=LIGHT)
        assert picture(found)[2, 0, 0, :4].tolist() == [
            rgb(LIGHT.heat[0]),
            rgb(POSITIVE),
            rgb(POSITIVE),
            rgb(LIGHT.heat[0]),
        ]
        assert found.training[-1][1] * found.highest == pytest.approx(HIGHEST_LOSS, abs=1e-3)
        assert all(0 <= y < 1 for _, y in found.training)


def test_few_weights_are_beyond_the_scale() -> None:
    weights = torch.linspace(-1, 1, 784).view(1, 28, 28).half()
    weights[0, 0, 0] = 100.0
    assert weight_limit(record(Frame(0, weights))) == pytest.approx(1, abs=0.01)
    assert weight_limit(record(frame(0, 0.0))) == 1.0  # nothing but zeros has a scale all the same


def test_a_long_run_is_small_enough_to_send() -> None:
    draw = torch.Generator().manual_seed(0)
    frames = tuple(Frame(20 * n, torch.randn(20, 28, 28, generator=draw).half()) for n in range(20))
    batches = tuple(BatchEvent(1, step, 10, 1 + step / 777, 0.5) for step in range(1, 240))
    run = RunRecord(MLPConfig(), TrainingConfig(epochs=1), "MNIST", 12_800, 400, batches, frames=frames)
    assert len(json.dumps(replay(record=run, theme=LIGHT))) < MOST_BYTES


def test_a_run_without_pictures_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        replay(record=record(), theme=LIGHT)
