"""The record of a run."""

import math
import pickle
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.network.view import as_data, look
from mnist_core.training.loop import BatchEvent, RateDial, RateEvent, TrainingConfig, TrainingDiverged, fit, new_model
from mnist_core.training.records import (
    MOST_FRAMES,
    MOST_NEURONS,
    MOST_POINTS,
    RunRecord,
    frame_moments,
    run,
    side_by_side,
    trial,
    watched,
)


def test_a_run_from_beginning_to_final_test(digits: Splits) -> None:
    model = new_model(MLPConfig((16,)), 0)
    records = list(run(model, digits, TrainingConfig(epochs=2, batch_size=100)))
    assert [record.steps for record in records[:3]] == [1, 2, 3]
    assert all(record.test is None for record in records[:-1])
    last = records[-1]
    assert last.test is not None
    assert last.test.accuracy == evaluate(model, digits.test).accuracy
    assert last.steps == last.total_steps == 30
    assert last.examples == last.total_examples == 3_000
    assert [event.epoch for event in last.epochs] == [1, 2]
    assert last.card()["test_accuracy"] == round(last.test.accuracy, 4)
    assert last.card()["dataset"] == "generated digits"


def test_examples_count_a_short_last_batch_by_its_size(digits: Splits) -> None:
    records = list(run(new_model(MLPConfig((8,)), 0), digits, TrainingConfig(epochs=2, batch_size=1_000)))
    assert [record.examples for record in records if record.batches] == [
        1_000,
        1_500,
        1_500,
        2_500,
        3_000,
        3_000,
        3_000,
    ]


@pytest.mark.parametrize(("epochs", "batch_size"), [(1, 10), (9, 40), (40, 50), (7, 333)])
def test_a_curve_stays_short_and_true(digits: Splits, epochs: int, batch_size: int) -> None:
    config, shape = TrainingConfig(epochs, batch_size), MLPConfig(())
    few = replace(digits, validation=digits.validation.subset(slice(0, 10)))
    events = fit(new_model(shape, 0), few.train, few.validation, config)
    every = [event for event in events if isinstance(event, BatchEvent)]
    records = list(trial(new_model(shape, 0), few, config))
    assert max(len(record.batches) for record in records) <= MOST_POINTS + 1
    for record in (records[0], records[len(records) // 3], records[-1]):
        starts = [0, *(point.step for point in record.batches)]
        assert starts[-1] == record.steps
        for point, start in zip(record.batches, starts[:-1], strict=True):
            meant = every[start : point.step]
            assert point.examples == sum(event.examples for event in meant)
            loss = sum(event.loss * event.examples for event in meant) / point.examples
            accuracy = sum(event.accuracy * event.examples for event in meant) / point.examples
            assert [point.loss, point.accuracy] == pytest.approx([loss, accuracy])


def test_the_first_batch_is_a_point_and_then_a_point_stands_for_so_many_batches(digits: Splits) -> None:
    *_, last = trial(new_model(MLPConfig(()), 0), digits, TrainingConfig(epochs=10, batch_size=30))
    assert last.total_steps == 500
    assert last.batches_per_point == 3
    assert [point.step for point in last.batches[:4]] == [1, 3, 6, 9]
    assert [point.step for point in last.batches[-2:]] == [498, 500]
    assert last.batches[0].examples == 30


def test_norms_are_lengths_of_weights_and_gradients(digits: Splits) -> None:
    model = new_model(MLPConfig((16,)), 0)
    records = trial(model, digits, TrainingConfig(epochs=1, batch_size=500))
    for step in (1, 2, 3):
        norms = next(records).norms[-1]
        layers = [layer for layer in model if isinstance(layer, nn.Linear)]
        assert norms.step == step
        assert norms.weights == pytest.approx([length(layer.weight) for layer in layers], rel=1e-5)
        gradients = [layer.weight.grad for layer in layers]
        by_hand = [length(gradient) for gradient in gradients if gradient is not None]
        assert len(by_hand) == 2
        assert norms.gradients == pytest.approx(by_hand, rel=1e-5)


def length(numbers: Tensor) -> float:
    return math.sqrt(sum(number**2 for number in numbers.detach().flatten().tolist()))


def test_there_are_norms_for_each_complete_point(digits: Splits) -> None:
    *_, last = trial(new_model(MLPConfig(()), 0), digits, TrainingConfig(epochs=10, batch_size=30))
    assert [norms.step for norms in last.norms] == list(range(3, 500, 3))


@given(st.integers(1, 1_000_000))
def test_moments_of_frames(total_steps: int) -> None:
    moments = frame_moments(total_steps)
    assert len(moments) <= MOST_FRAMES
    assert list(moments) == sorted(set(moments))
    assert (moments[0], moments[-1]) == (0, total_steps)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(later >= earlier - 1 for earlier, later in pairwise(gaps))  # often at first


@pytest.mark.parametrize("width", [12, 64])
def test_frames_are_the_weights_of_the_first_neurons_at_their_step(digits: Splits, width: int) -> None:
    model = new_model(MLPConfig((width,)), 0)
    config = TrainingConfig(epochs=2, batch_size=100)
    first = model[0]
    assert isinstance(first, nn.Linear)
    at_step = {0: first.weight.detach().clone()}
    record = RunRecord(model.config, config, digits.name, len(digits.train))
    for record in trial(model, digits, config):
        at_step[record.steps] = first.weight.detach().clone()
    assert [frame.step for frame in record.frames] == list(frame_moments(30))
    neurons = min(width, MOST_NEURONS)
    for frame in record.frames:
        assert frame.weights.dtype == torch.float16
        assert frame.weights.shape == (neurons, 28, 28)
        assert torch.equal(frame.weights, at_step[frame.step][:neurons].reshape(neurons, 28, 28).half())


def test_a_long_run_keeps_few_frames_also_when_events_are_rare(digits: Splits) -> None:
    config = TrainingConfig(epochs=20, batch_size=100, batches_per_event=7)
    *_, last = trial(new_model(MLPConfig(()), 0), digits, config)
    steps = [frame.step for frame in last.frames]
    assert len(steps) <= MOST_FRAMES
    assert (steps[0], steps[-1]) == (0, 300)
    assert steps == sorted(set(steps))


@pytest.mark.parametrize("hidden", [(), (12,), (20, 9), (40, 30, 20)])
def test_a_run_carries_the_newest_look_at_its_network(digits: Splits, hidden: tuple[int, ...]) -> None:
    model = new_model(MLPConfig(hidden, dropout=0.5), 0)
    newest, taken = watched(model, digits.validation), []
    image, label = newest.image, newest.label
    shown = [layer.shown for layer in newest.layers]
    most = 10 if len(hidden) < 3 else 8  # as many pictures of weights as there were tiles
    assert shown == [tuple(range(min(size, most))) for size in hidden]
    for record in trial(model, digits, TrainingConfig(epochs=5, batch_size=10)):
        assert record.view is not None
        # As the network is now, after every 300 batches and at the end; else as it was then.
        if record.steps in (300, 600, 750):
            newest = look(model, image, label=label, with_weights=True, shown=shown)
            taken.append(record.steps)
        assert as_data(record.view) == as_data(newest)
    assert set(taken) == {300, 600, record.total_steps}


@pytest.mark.parametrize(
    ("hidden", "batch_size", "batches"),
    [((), 1, 300), ((128,), 32, 300), ((256,), 64, 153), ((1024,) * 5, 32, 12), ((128,), 60_000, 1)],
)
def test_batches_that_take_longer_are_looked_at_more_often(
    hidden: tuple[int, ...], batch_size: int, batches: int
) -> None:
    config = TrainingConfig(batch_size=batch_size)
    assert RunRecord(MLPConfig(hidden), config, "", 55_000).batches_per_view == batches


def test_a_network_is_looked_at_also_when_events_are_rare(digits: Splits) -> None:
    model = new_model(MLPConfig((12,)), 0)
    taken, before = [], None
    for record in trial(model, digits, TrainingConfig(epochs=60, batch_size=100, batches_per_event=7)):
        if record.view is not before:
            taken.append(record.steps)
        before = record.view
    assert taken[0] == 7  # as it was at first
    assert [step // 300 for step in taken[1:]] == [1, 2, 3]
    assert all(step % 300 < 7 for step in taken[1:])


def test_before_the_first_batch_a_network_is_watched_already(digits: Splits) -> None:
    model = new_model(MLPConfig((16,)), 0)
    at_first = as_data(watched(model, digits.validation))
    record = next(trial(model, digits, TrainingConfig(epochs=10, batch_size=10)))
    assert record.view is not None
    assert as_data(record.view) == at_first  # the first batch is no moment for a new one
    assert as_data(watched(model, digits.validation)) != at_first


def test_the_image_that_a_run_is_watched_with(digits: Splits) -> None:
    model, order = new_model(MLPConfig((16,)), 0), digits.validation.labels.argsort(stable=True)
    zeros, ones = ((digits.validation.labels == digit).nonzero().flatten() for digit in (0, 1))
    mixed = watched(model, digits.validation.subset(torch.cat([ones, order])))
    assert mixed.label == 0
    assert torch.equal(mixed.image, digits.validation.images[zeros[0]] / 255)
    alike = watched(model, digits.validation.subset(ones))
    assert alike.label == 1
    assert torch.equal(alike.image, digits.validation.images[ones[0]] / 255)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_run_that_is_watched_learns_the_same_bit_for_bit(digits: Splits, dropout: float) -> None:
    shape, config = MLPConfig((32,), dropout=dropout), TrainingConfig(epochs=2, batch_size=50, seed=3)
    seen, plain = new_model(shape, 3), new_model(shape, 3)
    everyones = torch.get_rng_state()
    *_, last = trial(seen, digits, config)
    assert last.view is not None
    for _ in fit(plain, digits.train, digits.validation, config):
        pass
    assert all(torch.equal(*pair) for pair in zip(seen.parameters(), plain.parameters(), strict=True))
    assert torch.equal(torch.get_rng_state(), everyones)


def test_the_looks_of_a_run_take_kilobytes(digits: Splits) -> None:
    *_, last = trial(new_model(MLPConfig((256,)), 0), digits, TrainingConfig(epochs=1, batch_size=500))
    assert last.view is not None
    assert len(pickle.dumps(last.view)) < 30_000
    (layer,) = last.view.layers
    assert layer.weights is not None
    assert layer.weights.untyped_storage().nbytes() == 10 * 784  # a copy, not a part of all weights
    assert last.view.image.untyped_storage().nbytes() == 4 * 784


@pytest.mark.parametrize("schedule", ["constant", "one-cycle"])
def test_a_record_replays_a_run_whose_learning_rate_was_turned(digits: Splits, schedule: str) -> None:
    config = TrainingConfig(epochs=2, batch_size=100, optimizer="momentum", learning_rate=0.01, schedule=schedule)
    first, dial = new_model(MLPConfig((16,), dropout=0.2), 3), RateDial()
    record = RunRecord(first.config, config, digits.name, len(digits.train))
    turns = {4: 0.1, 21: 0.002}
    for record in trial(first, digits, config, dial=dial):
        if record.steps in turns:
            dial.turn(turns.pop(record.steps))
    assert [(change.step, change.learning_rate) for change in record.rates] == [(4, 0.1), (21, 0.002)]
    assert record.learning_rate == 0.002

    def again(changes: tuple[RateEvent, ...]) -> tuple[MLP, RunRecord]:
        model = new_model(first.config, 3)
        *_, last = trial(model, digits, config, dial=RateDial(changes))
        return model, last

    same, replayed = again(record.rates)
    assert replayed == record
    assert all(torch.equal(*pair) for pair in zip(first.parameters(), same.parameters(), strict=True))
    other, _ = again(())
    assert not all(torch.equal(*pair) for pair in zip(first.parameters(), other.parameters(), strict=True))


def test_a_run_that_diverges_ends_with_a_record_that_says_so(digits: Splits) -> None:
    model = new_model(MLPConfig((32,)), 0)
    config = TrainingConfig(epochs=3, batch_size=50, learning_rate=50.0, optimizer="sgd")
    records: list[RunRecord] = []

    def train() -> None:
        for record in run(model, digits, config):
            records.append(record)

    with pytest.raises(TrainingDiverged) as caught:
        train()
    last = records[-1]
    assert last.diverged is not None
    assert last.diverged.args == caught.value.args
    assert last.diverged.__traceback__ is None  # which would hold on to the optimizer and the images
    assert all(record.diverged is None for record in records[:-1])
    assert last.test is None
    assert last.learned_steps == caught.value.kept_step < last.steps <= caught.value.step
    assert all(math.isfinite(point.loss) for point in last.batches)
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())
    assert last.view is not None
    assert as_data(last.view) == as_data(watched(model, digits.validation))  # the weights it went back to


def test_a_trial_is_a_run_that_leaves_the_test_images_alone(digits: Splits) -> None:
    config = TrainingConfig(epochs=2, batch_size=100, seed=4)
    without = replace(digits, test=cast(Dataset, None))
    tried = list(trial(new_model(MLPConfig((16,)), 0), without, config))
    *records, last = run(new_model(MLPConfig((16,)), 0), digits, config)
    assert tried == records
    assert tried[-1] == replace(last, test=None)


def test_runs_side_by_side_take_turns() -> None:
    def steps(name: str, count: int) -> Iterator[RunRecord]:
        for step in range(1, count + 1):
            yield RunRecord(MLPConfig(), TrainingConfig(), name, 100, step)

    seen = list(side_by_side({"short": steps("short", 1), "long": steps("long", 3)}))
    assert [{name: record.steps for name, record in latest.items()} for latest in seen] == [
        {"short": 1},
        {"short": 1, "long": 1},
        {"short": 1, "long": 2},
        {"short": 1, "long": 3},
    ]
    assert {name: record.dataset for name, record in seen[-1].items()} == {"short": "short", "long": "long"}
    assert list(side_by_side({})) == []


def test_side_by_side_each_run_ends_as_it_would_alone(digits: Splits) -> None:
    def runs() -> dict[str, Iterator[RunRecord]]:
        shapes = {"none": MLPConfig((16,)), "half": MLPConfig((16,), dropout=0.5)}
        configs = {"none": TrainingConfig(2, 100), "half": TrainingConfig(3, 64)}
        return {name: trial(new_model(shapes[name], 0), digits, configs[name]) for name in shapes}

    alone = {name: list(iterator)[-1] for name, iterator in runs().items()}
    *_, together = side_by_side(runs())
    assert together == alone
