"""The same training on shuffled images and on images sorted by label."""

from collections.abc import Callable
from functools import cache

import pytest
import torch

from mnist_core.data.dataset import Splits
from mnist_core.lessons.batches_order import IMAGES, NETWORK, SHUFFLED, SORTED, TRAINING, shuffled_and_sorted
from mnist_core.training.loop import new_model
from mnist_core.training.records import MOST_POINTS, RunRecord


def train(splits: Splits, seed: int) -> dict[str, RunRecord]:
    *_, last = shuffled_and_sorted(splits, seed)
    return last


@pytest.fixture(scope="module")
def on_mnist(mnist: Splits) -> Callable[[int], dict[str, RunRecord]]:
    return cache(lambda seed: train(mnist, seed))


@pytest.mark.parametrize("seed", [0, 1])
def test_sorted_ends_clearly_worse_on_mnist(on_mnist: Callable[[int], dict[str, RunRecord]], seed: int) -> None:
    last = on_mnist(seed)
    shuffled, in_order = last[SHUFFLED].epochs[-1], last[SORTED].epochs[-1]
    assert shuffled.validation_accuracy > 0.85
    assert in_order.validation_accuracy < 0.4  # the right answer to the lesson's question
    assert in_order.train_loss < shuffled.train_loss + 0.1  # a low training loss, with little of use learned
    assert last[SHUFFLED].train_size == last[SORTED].train_size == IMAGES


def test_sorted_ends_clearly_worse_on_few_generated_digits(digits: Splits) -> None:
    """So few, and of so many ways to write, that the shuffled run does not get as far as on those of the app."""
    shuffled, in_order = (train(digits, 0)[order].epochs[-1].validation_accuracy for order in (SHUFFLED, SORTED))
    assert in_order < 0.4
    assert shuffled > in_order + 0.3


def test_what_the_lesson_asks_of_all_generated_digits(all_digits: Splits) -> None:
    check_question(train(all_digits, 0))


def check_question(last: dict[str, RunRecord]) -> None:
    """Shuffled 60 or more of 100, sorted fewer than 40: what the lesson says and asks."""
    assert last[SHUFFLED].epochs[-1].validation_accuracy >= 0.6
    assert last[SORTED].epochs[-1].validation_accuracy < 0.4


def test_the_loss_of_the_sorted_run_is_a_saw(mnist: Splits, on_mnist: Callable[[int], dict[str, RunRecord]]) -> None:
    last = on_mnist(0)
    assert len(last[SORTED].batches) <= MOST_POINTS  # so no tooth is averaged away
    batches = [event.loss for event in last[SORTED].batches if event.epoch == 1]
    labels = mnist.train.labels[:IMAGES].sort().values
    for digit in range(1, 10):
        begins = int((labels < digit).sum()) // (32 * 2)  # two batches make an event
        assert max(batches[begins : begins + 3]) > 1.0
        assert min(batches[begins + 3 : begins + 7]) < 0.1


def test_both_begin_with_the_same_weights(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def note(config: object, seed: int) -> object:
        model = new_model(NETWORK, seed)
        made.append(torch.cat([part.flatten().clone() for part in model.state_dict().values()]))
        return model

    monkeypatch.setattr("mnist_core.lessons.batches_order.new_model", note)
    last = train(digits, 4)
    assert torch.equal(made[0], made[1])
    assert last[SHUFFLED].training_config.seed == last[SORTED].training_config.seed == 4
    assert last[SHUFFLED].training_config.shuffle
    assert not last[SORTED].training_config.shuffle
    assert last[SORTED].steps == last[SHUFFLED].steps == TRAINING.epochs * -(-len(digits.train) // 32)
