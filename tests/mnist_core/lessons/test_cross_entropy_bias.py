"""One bias moved: steps of the accuracy, the slope of the loss, and the likelihood beside the sum of logarithms."""

import math
from itertools import pairwise

import pytest
import torch
from torch.nn import functional as F

from mnist_core.data.dataset import Splits
from mnist_core.lessons.cross_entropy_bias import BATCHES, DIGIT, NETWORK, TRAINING, answers, curves, likelihood

BIASES = [round(-5 + 0.05 * step, 2) for step in range(201)]


@pytest.fixture(params=["digits", "mnist"])
def splits(request: pytest.FixtureRequest) -> Splits:
    """Generated digits, and MNIST where it is."""
    found: Splits = request.getfixturevalue(request.param)
    return found


def test_the_network_is_as_the_page_says() -> None:
    assert NETWORK.hidden_sizes == (16,)
    assert BATCHES * TRAINING.batch_size == 640
    assert DIGIT == 3


def test_the_same_digits_give_the_same_answers(digits: Splits) -> None:
    first, again = answers(digits.train), answers(digits.train)
    assert first.scores.equal(again.scores)
    assert len(first.labels) == 1_000
    z = first.first(20).with_bias(1.5)
    assert z.shape == (20, 10)
    assert (z - first.scores[:20])[:, DIGIT].tolist() == pytest.approx([1.5] * 20, abs=1e-5)


def test_the_accuracy_changes_at_its_steps_only_and_by_one_each(splits: Splits) -> None:
    given = answers(splits.train).first(20)
    steps = given.steps()
    assert 2 <= len(steps) <= 20
    assert steps == sorted(steps)
    for low, high in pairwise([-9.0, *steps, 30.0]):
        if high - low > 1e-3:
            between = {given.right(low + share * (high - low)) for share in (0.01, 0.5, 0.99)}
            assert len(between) == 1
    for step in steps:
        assert abs(given.right(step + 1e-4) - given.right(step - 1e-4)) == 1


def test_many_images_have_many_steps_and_are_level_between_them(digits: Splits) -> None:
    assert len(answers(digits.train).steps()) <= 1_000


def test_the_slope_is_the_one_autograd_finds(splits: Splits) -> None:
    given = answers(splits.train).first(20)
    for bias in (-3.0, 0.0, 4.0):
        b = torch.tensor(bias, requires_grad=True)
        z = given.scores + b * F.one_hot(torch.tensor(DIGIT), 10)
        loss = F.cross_entropy(z, given.labels)
        loss.backward()
        assert b.grad is not None
        assert given.slope(bias) == pytest.approx(b.grad.item(), abs=1e-6)
        assert given.losses(bias).mean().item() == pytest.approx(loss.item(), abs=1e-6)


def test_the_loss_slopes_on_both_sides_of_its_lowest_point_alone(splits: Splits) -> None:
    given = answers(splits.train).first(20)
    tried = curves(given, BIASES)
    assert -4 < tried.lowest < 4
    assert all(given.slope(bias) < 0 for bias in BIASES if bias < tried.lowest - 0.1)
    assert all(given.slope(bias) > 0 for bias in BIASES if bias > tried.lowest + 0.1)
    assert max(tried.right) - min(tried.right) >= 5  # a staircase to be seen


@pytest.mark.parametrize("count", [20, 50])
def test_the_likelihood_is_highest_where_the_sum_is_lowest(splits: Splits, count: int) -> None:
    tried = curves(answers(splits.train).first(count), BIASES)
    highest = tried.biases[tried.likelihoods.index(max(tried.likelihoods))]
    assert highest == pytest.approx(tried.lowest, abs=0.051)
    for product, total in zip(tried.likelihoods, tried.sums, strict=True):
        assert product == pytest.approx(math.exp(-total), rel=1e-3, abs=1e-44)


def test_float32_loses_the_product_of_a_thousand_and_keeps_the_sum(splits: Splits) -> None:
    tried = curves(answers(splits.train), BIASES)
    assert set(tried.likelihoods) == {0.0}
    assert -4 < tried.lowest < 4
    assert max(tried.sums) > min(tried.sums) + 500


def test_the_numbers_stated_about_underflow() -> None:
    assert f"{torch.finfo(torch.float32).smallest_normal * 2**-23:.1e}" == "1.4e-45"
    assert f"{5e-324:.1e}" == "4.9e-324"
    assert 5e-324 / 2 == 0
    good = torch.full((1_000,), 0.9)
    assert f"{0.9**1_000:.1e}" == "1.7e-46"
    assert likelihood(good) == 0
    assert f"{-good.double().log().sum().item():.3f}" == "105.361"
    assert likelihood(good[:900]) > 0
