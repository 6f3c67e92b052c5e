"""A run watched again: what each frame shows is what the run was like at that batch."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from PIL import Image

from mnist_core.figures.curves import HIGHEST_LOSS
from mnist_core.figures.signed import NEGATIVE, POSITIVE
from mnist_core.figures.theme import DARK, LIGHT, Theme
from mnist_core.figures.train_replay import GAP, NAME_GAP, SIDE, replay, weight_limit
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


def picture(trace: go.Image) -> np.ndarray:
    head, data = trace.source.split(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def rgb(colour: str) -> list[int]:
    return list(bytes.fromhex(colour[1:]))


def test_a_pixel_for_each_weight_on_one_scale_for_all_frames() -> None:
    figure = replay(record=record(frame(0, *[0.0] * 6, -0.5), frame(20, *[0.0] * 6, 1.0)), theme=LIGHT)
    early, late = (picture(frame.data[0]) for frame in figure.frames)
    assert early.shape == (2 * (SIDE + GAP), 5 * (SIDE + GAP) - GAP, 4)
    top, left = SIDE + 2 * GAP, SIDE + GAP  # of the seventh picture, the second in the second row
    assert (late[top : top + SIDE, left : left + SIDE, :3] == rgb(POSITIVE)).all()
    assert (late[top:, left + SIDE :, 3] == 0).all()  # nothing stands there, and the page is seen
    assert (late[GAP : GAP + SIDE, :SIDE, :3] == rgb(LIGHT.heat[0])).all()
    half = np.array(rgb(NEGATIVE)) / 2 + np.array(rgb(LIGHT.heat[0])) / 2
    assert np.abs(early[top, left, :3] - half).max() < 6
    assert figure.data[0].zsmooth is False  # hard pixels
    assert (picture(figure.data[0]) == late).all()


def test_each_frame_has_the_curve_up_to_its_batch_and_the_validation_passed() -> None:
    run = record(*(frame(step, 0.1, 0.2) for step in (0, 7, 10, 20)))
    figure = replay(record=run, theme=DARK)
    assert [frame.name for frame in figure.frames] == ["0", "7", "10", "20"]
    lines = [list(frame.data[1].x) for frame in figure.frames]
    assert lines == [[], [1, 5], [1, 5, 10], [1, 5, 10, 15, 20]]
    assert list(figure.frames[2].data[1].y) == [2.0, 0.4, 0.2]
    assert [list(frame.data[2].x) for frame in figure.frames] == [[], [], [10], [10, 20]]
    assert list(figure.frames[3].data[2].y) == [0.5, 0.25]
    assert [list(frame.data[3].x) for frame in figure.frames] == [[], [5], [10], [20]]
    assert all(list(frame.traces) == [0, 1, 2, 3] for frame in figure.frames)
    slider = figure.layout.sliders[0]
    assert slider.active == 3  # it stands on the end, and the end is what the traces show
    assert list(figure.data[1].x) == lines[3]
    assert list(figure.data[4].x) == [1, 5, 10, 15, 20]  # the whole, pale


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_without_hidden_layer_each_picture_has_its_digit(theme: Theme) -> None:
    figure = replay(record=record(frame(0, *range(10)), frame(20, *range(10)), hidden_sizes=()), theme=theme)
    names = [note for note in figure.layout.annotations if note.xref != "paper"]
    assert [name.text for name in names] == [str(digit) for digit in range(10)]
    assert (names[6].x, names[6].y) == (SIDE + GAP + SIDE / 2, SIDE + 2 * NAME_GAP)
    assert picture(figure.data[0]).shape[:2] == (2 * (SIDE + NAME_GAP), 5 * (SIDE + GAP) - GAP)


def test_one_picture_needs_no_player() -> None:
    figure = replay(record=record(frame(0, 0.5), steps=0), theme=LIGHT)
    assert not figure.frames
    assert not figure.layout.sliders
    assert not figure.layout.updatemenus
    assert picture(figure.data[0]).shape == (SIDE + GAP, SIDE, 4)


def test_a_run_that_exploded_keeps_its_scale_and_its_axis() -> None:
    broken = Frame(15, torch.tensor([float("nan"), float("inf"), 6e4, 0.0]).half().repeat(196).view(1, 28, 28))
    explosion = TrainingDiverged(15, 10, float("inf"), 0.1)
    run = record(frame(0, 0.1), frame(10, 0.5), broken, steps=15, diverged=explosion)
    huge = BatchEvent(2, 15, 10, 1e30, 0.1)
    run = RunRecord(**{**run.__dict__, "batches": (*run.batches[:-1], huge)})
    assert weight_limit(run) == 0.5
    figure = replay(record=run, theme=LIGHT)
    assert picture(figure.data[0])[GAP, :4, :3].tolist() == [
        rgb(LIGHT.heat[0]),
        rgb(POSITIVE),
        rgb(POSITIVE),
        rgb(LIGHT.heat[0]),
    ]
    assert figure.data[1].y[-1] == HIGHEST_LOSS
    assert figure.layout.yaxis2.range[1] > HIGHEST_LOSS


@pytest.mark.parametrize(("steps", "apart", "most"), [(0, 1, None), (1, 1, None), (5, 1, None), (20, None, 8)])
def test_ticks_stand_at_whole_batches(steps: int, apart: int | None, most: int | None) -> None:
    axis = replay(record=record(frame(0, 0.5), steps=steps), theme=LIGHT).layout.xaxis2
    assert (axis.dtick, axis.nticks) == (apart, most)


def test_what_is_written_stands_above_the_curve() -> None:
    figure = replay(record=record(frame(0, 0.5), frame(20, 0.5)), theme=LIGHT)
    assert {trace.mode for trace in figure.data if trace.type == "scatter"} == {"lines", "markers"}
    (said,) = figure.layout.annotations
    assert "guessing (2.303)" in said.text
    assert said.y >= figure.layout.yaxis2.domain[1]


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
    assert len(replay(record=run, theme=LIGHT).to_json()) < MOST_BYTES


def test_a_run_without_pictures_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        replay(record=record(), theme=LIGHT)
