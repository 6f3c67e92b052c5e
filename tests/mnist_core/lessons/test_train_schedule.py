"""Two schedules: the rates they give, the training they make, and which is better when."""

import math
from dataclasses import replace
from statistics import fmean

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons.train_schedule import (
    CONSTANT,
    IMAGES,
    NETWORK,
    ONE_CYCLE,
    TRAINING,
    constant_and_one_cycle,
    rates,
)
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import EpochEvent, TrainingConfig, fit, new_model, train_step


def test_one_cycle_rises_for_three_tenths_and_falls_to_nothing() -> None:
    found = rates(ONE_CYCLE, 0.01, 101)
    assert len(found) == 101
    assert found[0] == pytest.approx(0.01 / 25)
    assert found.index(max(found)) == pytest.approx(0.3 * 101, abs=1)
    assert max(found) == pytest.approx(0.01, rel=1e-3)
    assert found[-1] < 1e-3 * 0.01
    top = 0.3 * 101 - 1
    for step in (7, 20):  # half a wave of a cosine
        share = (1 - math.cos(math.pi * step / top)) / 2
        assert found[step] == pytest.approx(0.01 / 25 + (0.01 - 0.01 / 25) * share)
    assert rates(CONSTANT, 0.01, 3) == [0.01] * 3


@pytest.mark.parametrize("schedule", [CONSTANT, ONE_CYCLE])
def test_these_are_the_rates_that_training_takes(schedule: str, digits: Splits) -> None:
    """Plain steps with these rates, one by one, end with the weights of ``fit``."""
    few = digits.train.subset(slice(0, 40))
    config = TrainingConfig(3, 8, 0.3, "sgd", shuffle=False, schedule=schedule)
    trained, by_hand = new_model(MLPConfig((8,)), 1), new_model(MLPConfig((8,)), 1)
    for _ in fit(trained, few, few, config):
        pass
    optimizer = torch.optim.SGD(by_hand.parameters(), lr=1.0)
    for step, rate in enumerate(rates(schedule, 0.3, 15)):
        optimizer.param_groups[0]["lr"] = rate
        batch = few.subset(slice(8 * (step % 5), 8 * (step % 5) + 8))
        train_step(by_hand, normalize(batch.images), batch.labels, nn.CrossEntropyLoss(), optimizer)
    for mine, theirs in zip(by_hand.parameters(), trained.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize(("schedule", "steps"), [("two-cycle", 5), (ONE_CYCLE, 0)])
def test_what_there_is_not_is_a_sentence(schedule: str, steps: int) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        rates(schedule, 0.01, steps)


def test_one_batch_is_a_run_too() -> None:
    assert len(rates(ONE_CYCLE, 0.01, 1)) == 1


def test_both_begin_alike_and_differ_in_the_schedule_only(digits: Splits) -> None:
    *_, ended = constant_and_one_cycle(digits, 0.003, 5)
    assert list(ended) == [CONSTANT, ONE_CYCLE]
    for name, record in ended.items():
        assert record.training_config == replace(TRAINING, learning_rate=0.003, seed=5, schedule=name)
        assert record.model_config == NETWORK
        assert len(record.epochs) == TRAINING.epochs
        assert record.train_size == min(IMAGES, len(digits.train))
    first = [record.batches[0].loss for record in ended.values()]
    assert first[0] == pytest.approx(first[1], rel=0.5)


def epochs_of(splits: Splits, schedule: str, rate: float, seed: int) -> list[EpochEvent]:
    """One of the two runs."""
    some = splits.train.subset(slice(0, IMAGES))
    config = replace(TRAINING, learning_rate=rate, schedule=schedule, seed=seed)
    events = fit(new_model(NETWORK, seed), some, splits.validation, config)
    return [event for event in events if isinstance(event, EpochEvent)]


def check_high_and_low(splits: Splits) -> None:
    """At 0.01 one-cycle wins with each of three seeds, at 0.0003 it loses."""
    warm, first = [], []
    for seed in range(3):
        constant, cycle = (epochs_of(splits, schedule, 0.01, seed) for schedule in (CONSTANT, ONE_CYCLE))
        assert cycle[-1].validation_accuracy > constant[-1].validation_accuracy + 0.01
        assert cycle[-1].validation_loss < constant[-1].validation_loss
        warm.append(cycle[0].validation_loss)
        first.append(constant[0].validation_loss)
    assert fmean(warm) > fmean(first)  # it only warms up, whatever the luck of one start
    low = [epochs_of(splits, schedule, 0.0003, 0)[-1] for schedule in (CONSTANT, ONE_CYCLE)]
    assert low[0].validation_accuracy > low[1].validation_accuracy
    assert low[0].validation_loss < low[1].validation_loss
    found = rates(ONE_CYCLE, 0.0003, 100)
    assert sum(rate < 0.0003 for rate in found) >= 99  # "a smaller rate in almost every batch"


def check_best(splits: Splits) -> None:
    """With three seeds each: one-cycle at 0.003 against constant at 0.001 and at 0.003."""

    def loss(schedule: str, rate: float) -> float:
        return fmean(epochs_of(splits, schedule, rate, seed)[-1].validation_loss for seed in range(3))

    assert loss(ONE_CYCLE, 0.003) < 0.9 * min(loss(CONSTANT, 0.001), loss(CONSTANT, 0.003))


def test_a_schedule_bears_a_high_rate_and_wastes_a_low_one_on_generated_digits(all_digits: Splits) -> None:
    check_high_and_low(all_digits)


def test_a_schedule_bears_a_high_rate_and_wastes_a_low_one_on_mnist(mnist: Splits) -> None:
    check_high_and_low(mnist)


def test_each_at_its_best_on_generated_digits(all_digits: Splits) -> None:
    check_best(all_digits)


def test_each_at_its_best_on_mnist(mnist: Splits) -> None:
    check_best(mnist)
