"""The gradient check: where it agrees, and both ways in which it fails."""

import math

import pytest
import torch
from torch.nn import functional as F

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.lessons.backpropagation_check import Check, check_weight, loss_when_moved
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLP, MLPConfig, copied
from mnist_core.training.loop import new_model

STEPS = (1e-8, 1e-5, 1e-2, 1.0)


@pytest.fixture(scope="module")
def model() -> MLP:
    return new_model(MLPConfig((24, 12), "tanh"), 2)  # without corners, so that only bend and rounding are left


@pytest.fixture(scope="module")
def check(model: MLP, few: Dataset) -> Check:
    return check_weight(model, few.images[0] / 255, int(few.labels[0]), STEPS)


def errors(check: Check, quotients: tuple[float, ...]) -> dict[float, float]:
    return dict(zip(check.steps, map(check.error, quotients), strict=True))


def test_the_weight_is_the_one_with_the_largest_gradient(model: MLP, few: Dataset, check: Check) -> None:
    exact = copied(model).double().requires_grad_()
    gradient = batch_gradient(exact, normalize(few.images[:1]).double(), few.labels[:1])["0.weight"]
    assert abs(check.gradient) == pytest.approx(gradient.abs().max().item(), rel=1e-6)
    assert check.gradient == pytest.approx(gradient[check.neuron, check.pixel].item(), rel=1e-12)
    assert check.weight == pytest.approx(model.get_parameter("0.weight")[check.neuron, check.pixel].item())


def test_in_the_middle_both_agree_and_at_the_ends_neither(check: Check) -> None:
    single, double = errors(check, check.single), errors(check, check.double)
    assert double[1e-5] < 1e-6
    assert single[1e-2] < 1e-3
    assert double[1.0] > 100 * double[1e-2]  # the bend
    assert abs(single[1.0] - double[1.0]) < 0.01  # which no precision helps
    assert single[1e-8] > 0.1  # the rounding
    assert double[1e-8] < 1e-3
    assert check.best_single == 1e-2


def test_ten_times_less_is_a_hundred_times_closer(model: MLP, few: Dataset) -> None:
    found = check_weight(model, few.images[0] / 255, int(few.labels[0]), (1e-3, 1e-2))
    closer, further = errors(found, found.double).values()
    assert further / closer == pytest.approx(100, rel=0.05)


def test_the_model_is_left_as_it_was(model: MLP, few: Dataset) -> None:
    before = model.get_parameter("0.weight").clone()
    check_weight(model, few.images[0] / 255, int(few.labels[0]), STEPS)
    assert torch.equal(before, model.get_parameter("0.weight"))
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("score", [0, 1, 2])
def test_a_score_that_moves_changes_the_loss_as_p_minus_y_says(score: int) -> None:
    z = (2.0, 1.0, -1.0)
    logits = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    loss = F.cross_entropy(logits, torch.tensor(0))
    (gradient,) = torch.autograd.grad(loss, logits)
    assert loss_when_moved(z, 0, score, 0) == pytest.approx(loss.item())
    by = 1e-6
    slope = (loss_when_moved(z, 0, score, by) - loss_when_moved(z, 0, score, -by)) / (2 * by)
    assert slope == pytest.approx(gradient[score].item(), abs=1e-8)


@pytest.mark.parametrize(("precision", "digits"), [(torch.float32, 7), (torch.float64, 16)])
def test_a_precision_keeps_so_many_digits(precision: torch.dtype, digits: int) -> None:
    assert round(-math.log10(torch.finfo(precision).eps)) == digits
