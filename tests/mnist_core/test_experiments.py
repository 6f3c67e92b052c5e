"""The record of a run."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest

from mnist_core.data import Dataset, Splits
from mnist_core.evaluation import evaluate
from mnist_core.experiments import MOST_POINTS, RunRecord, run, side_by_side, thinned, trial
from mnist_core.model import MLPConfig
from mnist_core.training import BatchEvent, TrainingConfig, new_model


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


def test_a_curve_stays_short_and_true() -> None:
    curve: tuple[BatchEvent, ...] = ()
    for step in range(1, 2_001):
        curve = thinned((*curve, BatchEvent(1, step, 32, loss=step / 10, accuracy=0.5)))
        assert len(curve) <= MOST_POINTS
    assert curve[-1].step == 2_000
    assert sum(event.examples for event in curve) == 2_000 * 32
    mean = sum(event.loss * event.examples for event in curve) / (2_000 * 32)
    assert mean == pytest.approx(2_001 / 20)
    assert [event.step for event in curve] == sorted({event.step for event in curve})


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
