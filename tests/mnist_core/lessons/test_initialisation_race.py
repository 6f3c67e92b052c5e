"""The first hundred batches: what each beginning comes to, and a plain PyTorch loop that says the same."""

import math

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.evaluation.accuracy import GUESSING_LOSS
from mnist_core.lessons.initialisation import DEEP, SMALL, WIDTH, all_equal, drawn, layer_sums
from mnist_core.lessons.initialisation_race import (
    BATCHES,
    EQUAL,
    MOMENTS,
    ONE_LAYER,
    RANDOM,
    TRAINING,
    ZERO,
    Start,
    activation_race,
    first_batches,
    grow,
    share_raced,
    spread_race,
)
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLPConfig


def end(start: Start) -> float:
    return sum(start.losses[-10:]) / 10


def read(start: Start) -> float:
    assert start.accuracy is not None
    return start.accuracy


def _only_he_learns(last: dict[str, Start]) -> None:
    for name in ("× 0", "× ¼"):
        assert len(last[name].losses) == BATCHES
        assert max(abs(loss - GUESSING_LOSS) for loss in last[name].losses) < 0.05
        assert end(last[name]) == pytest.approx(GUESSING_LOSS, abs=0.02)
        assert read(last[name]) < 0.2
    assert end(last["× 1"]) < last["× 1"].losses[0] / 2
    assert read(last["× 1"]) > 0.5
    assert last["× 2"].has_exploded
    assert len(last["× 2"].losses) < 10
    assert last["× 2"].losses[-1] > 1_000
    assert last["× 2"].accuracy is None


@pytest.mark.parametrize("seed", range(2))
def test_of_four_beginnings_only_hes_learns(seed: int, digits: Splits) -> None:
    states = list(spread_race(digits, seed))
    assert len(states) == BATCHES + 1
    assert len(states[0]["× 1"].losses) == 1
    _only_he_learns(states[-1])


@pytest.mark.parametrize("seed", range(3))
def test_so_it_is_with_mnist(seed: int, mnist: Splits) -> None:
    *_, last = spread_race(mnist, seed)
    _only_he_learns(last)


def _sigmoid_still_guesses(last: dict[str, Start]) -> None:
    assert end(last["sigmoid"]) == pytest.approx(GUESSING_LOSS, abs=0.06)
    assert read(last["sigmoid"]) < 0.2
    for name in ("tanh", "ReLU"):
        assert end(last[name]) < 1.3
        assert read(last[name]) > 0.5


def test_with_five_layers_of_sigmoid_a_network_still_guesses(digits: Splits) -> None:
    *_, last = activation_race(digits, 5, 0)
    _sigmoid_still_guesses(last)


@pytest.mark.parametrize("seed", range(3))
def test_and_so_it_does_with_mnist(seed: int, mnist: Splits) -> None:
    *_, last = activation_race(mnist, 5, seed)
    _sigmoid_still_guesses(last)
    *_, shallow = activation_race(mnist, 1, seed)
    assert end(shallow["sigmoid"]) < 1.2


def test_five_layers_of_sigmoid_say_next_to_nothing_about_the_image(digits: Splits) -> None:
    x = normalize(digits.validation.images)
    model = drawn(MLPConfig((WIDTH,) * 5, "sigmoid"), 1.0, 0)
    passed_on = layer_sums(model, x)[-2].sigmoid()
    assert passed_on.std(0).mean().item() < 0.02 * passed_on.mean().item()  # nearly the same for every image


def test_the_losses_are_those_of_a_plain_pytorch_loop(digits: Splits) -> None:
    model = nn.Sequential(*(layer for layer in drawn(DEEP, 1.0, 5)))
    optimizer = torch.optim.SGD(model.parameters(), lr=TRAINING.learning_rate)
    order = torch.randperm(len(digits.train), generator=torch.Generator().manual_seed(5))
    expected = []
    for indices in order.split(TRAINING.batch_size)[:20]:
        loss = nn.functional.cross_entropy(model(normalize(digits.train.images[indices])), digits.train.labels[indices])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        expected.append(loss.item())
    events = first_batches(drawn(DEEP, 1.0, 5), digits, 5)
    assert [next(events).loss for _ in range(20)] == pytest.approx(expected, rel=1e-3)


def test_a_small_data_set_gives_a_hundred_batches_too(digits: Splits) -> None:
    assert TRAINING.steps_per_epoch(len(digits.train)) < BATCHES
    assert len(list(first_batches(all_equal(ONE_LAYER, 0.0), digits, 0))) == BATCHES


def test_zeros_hand_back_no_gradient_but_to_the_last_bias(few: Dataset) -> None:
    model, x = all_equal(ONE_LAYER, 0.0), normalize(few.images)
    first, first_bias, last, last_bias = batch_gradient(model, x, few.labels).values()
    assert not first.any()
    assert not first_bias.any()
    assert not last.any()
    shares = few.labels.bincount(minlength=10) / len(few)
    assert torch.allclose(last_bias, 0.1 - shares, atol=1e-6)  # p - y, averaged: p is 1/10 for all


def test_zeros_stay_zeros_and_only_the_last_bias_learns(digits: Splits) -> None:
    grown = grow(ZERO, digits, 0)
    assert tuple(grown) == MOMENTS
    for each in grown.values():
        assert not each.weights.any()
        assert each.accuracy < 0.2
    assert not grown[0].bias.any()
    assert grown[BATCHES].bias.any()


def test_the_best_that_biases_can_do_is_the_entropy_of_the_frequencies(digits: Splits) -> None:
    labels = digits.train.labels
    shares = labels.bincount(minlength=10) / len(labels)
    best = nn.functional.cross_entropy(shares.log().expand(len(labels), 10), labels).item()
    assert best == pytest.approx(-(shares * shares.log()).sum().item(), abs=1e-5)
    assert best < GUESSING_LOSS == pytest.approx(math.log(10))


def test_equal_neurons_stay_equal_to_the_last_digit_and_move_after_the_first_step(digits: Splits) -> None:
    grown = grow(EQUAL, digits, 0)
    for each in grown.values():
        assert (each.weights == each.weights[0]).all()
    assert torch.allclose(grown[1].weights, torch.full((), SMALL), atol=1e-7)
    assert (grown[10].weights - SMALL).abs().max().item() > 1e-3


def _ten_do_the_work_of_one(splits: Splits, seed: int) -> None:
    equal, random = (grow(beginning, splits, seed)[BATCHES] for beginning in (EQUAL, RANDOM))
    assert (equal.weights == equal.weights[0]).all()
    assert not (random.weights == random.weights[0]).all(dim=0).any()
    assert random.accuracy > equal.accuracy + 0.2


@pytest.mark.parametrize("seed", range(2))
def test_random_neurons_do_more(seed: int, digits: Splits) -> None:
    _ten_do_the_work_of_one(digits, seed)


@pytest.mark.parametrize("seed", range(2))
def test_and_on_mnist(seed: int, mnist: Splits) -> None:
    _ten_do_the_work_of_one(mnist, seed)


def test_a_race_is_done_when_the_last_still_in_it_has_all_its_batches() -> None:
    assert share_raced({"a": Start(), "b": Start()}) == 0
    assert share_raced({"a": Start(losses=(1.0,), has_exploded=True), "b": Start(losses=(1.0,) * 50)}) == 0.5
    assert share_raced({"a": Start(losses=(1.0,) * BATCHES)}) == 1
