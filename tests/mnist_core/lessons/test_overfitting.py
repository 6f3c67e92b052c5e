"""Learning by heart: the run, the rule of stopping early, and the mistakes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.data.augmentation import distort
from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.overfitting import (
    EPOCHS,
    LEARNING_RATE,
    PATIENCE,
    Remedies,
    Study,
    is_time_to_stop,
    mistakes,
    some_of,
    study,
)
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model


def finished(splits: Splits, remedies: Remedies) -> Study:
    *_, last = study(splits, remedies)
    return last


@pytest.fixture(scope="module")
def plain(digits: Splits) -> Study:
    return finished(digits, Remedies(images=100))


def test_a_run_is_plain_training_on_the_drawn_images(digits: Splits) -> None:
    remedies = Remedies(images=60, weight_decay=1.0, dropout=0.5, seed=3)
    result = finished(digits, remedies)
    few = some_of(digits.train, 60, 3)
    model = new_model(MLPConfig((128,), dropout=0.5), 3)
    config = TrainingConfig(EPOCHS, 32, LEARNING_RATE, "adamw", 3, weight_decay=1.0)
    for _ in fit(model, few, digits.validation, config):
        pass
    assert result.is_over
    assert [reading.epoch for reading in result.readings] == list(range(1, EPOCHS + 1))
    # With all neurons at work, and after the epoch: not the means that training itself reports.
    assert result.last.train_loss == evaluate(model, few).loss
    assert result.last.train_accuracy == evaluate(model, few).accuracy
    assert result.last.validation_loss == evaluate(model, digits.validation).loss
    assert result.at_end == mistakes(evaluate(model, digits.validation))


def test_augmentation_distorts_each_batch_and_nothing_that_is_read(digits: Splits) -> None:
    result = finished(digits, Remedies(images=60, seed=3, augment=True))
    few = some_of(digits.train, 60, 3)
    model = new_model(MLPConfig((128,)), 3)
    config = TrainingConfig(EPOCHS, 32, LEARNING_RATE, "adamw", 3, weight_decay=0.0)
    for _ in fit(model, few, digits.validation, config, distort):
        pass
    assert result.last.train_loss == evaluate(model, few).loss
    assert result.last.validation_loss == evaluate(model, digits.validation).loss


def test_the_test_images_are_not_touched(digits: Splits) -> None:
    without = replace(digits, test=cast(Dataset, None))
    assert finished(without, Remedies(images=40)).is_over


def test_the_turn_is_where_the_validation_loss_was_lowest(plain: Study) -> None:
    losses = [reading.validation_loss for reading in plain.readings]
    assert plain.lowest.validation_loss == min(losses)
    assert plain.lowest.epoch == losses.index(min(losses)) + 1 < EPOCHS
    assert plain.at_lowest is not None
    wrong = round((1 - plain.lowest.validation_accuracy) * 300)
    assert plain.at_lowest.count == wrong


def test_stopping_early_ends_the_same_run_sooner(digits: Splits, plain: Study) -> None:
    stopped = finished(digits, Remedies(images=100, stop_early=True))
    assert stopped.is_over
    assert stopped.readings == plain.readings[: stopped.last.epoch]
    assert stopped.last.epoch == stopped.lowest.epoch + PATIENCE < EPOCHS
    assert stopped.lowest.validation_loss >= plain.lowest.validation_loss  # it may miss a later, lower one


def test_it_reports_at_least_once_an_epoch(digits: Splits) -> None:
    reports = [len(report.readings) for report in study(digits, Remedies(images=40))]
    assert sorted(reports) == reports
    assert set(reports) == set(range(EPOCHS + 1))


def counted(losses: Sequence[float], patience: int) -> int | None:
    """The epoch after which a counter, set back at each new lowest loss, has reached the patience."""
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses, start=1):
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited == patience:
            return epoch
    return None


@given(st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.4, 0.5]), max_size=30), st.integers(1, 6))
def test_the_rule_stops_where_a_counter_would(losses: list[float], patience: int) -> None:
    stops = (epoch for epoch in range(1, len(losses) + 1) if is_time_to_stop(losses[:epoch], patience))
    assert next(stops, None) == counted(losses, patience)


def test_more_images_contain_the_fewer_and_none_comes_twice(digits: Splits) -> None:
    numbered = Dataset(digits.train.images.clone(), digits.train.labels)
    for index in range(len(numbered)):
        numbered.images[index, 0, 0], numbered.images[index, 0, 1] = index // 256, index % 256

    def drawn(images: int, seed: int) -> list[int]:
        corner = some_of(numbered, images, seed).images[:, 0, :2].long()
        return (corner[:, 0] * 256 + corner[:, 1]).tolist()

    assert drawn(200, 1)[:50] == drawn(50, 1)
    assert len(set(drawn(200, 1))) == 200
    assert drawn(50, 1) != drawn(50, 2)
    assert sorted(drawn(9_999, 1)) == list(range(1_500))


def test_mistakes_are_counted_with_the_probability_of_the_wrong_answer() -> None:
    p = torch.full((3, 10), 0.01)
    p[0, 4], p[1, 4], p[2, 7] = 0.91, 0.91, 0.71
    p[2, 0] = 0.21
    found = mistakes(Evaluation(p.log(), torch.tensor([4, 5, 0])))  # softmax of ln p is p
    assert found.count == 2
    assert found.confidence == pytest.approx((0.91 + 0.71) / 2)
    assert mistakes(Evaluation(p.log(), torch.tensor([4, 4, 7]))).confidence == 0


@pytest.mark.parametrize(
    "fields",
    [{"images": 0}, {"images": 2.5}, {"images": True}, {"weight_decay": -1.0}, {"dropout": 1.0}, {"seed": -1}],
)
def test_bad_settings_are_refused_in_a_sentence(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"not .*\.$"):
        Remedies(**fields)  # type: ignore[arg-type]
