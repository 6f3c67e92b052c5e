"""Squared error beside cross-entropy, against autograd."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as strategy
from torch.nn import functional as F

from mnist_core.lessons.cross_entropy_squared import (
    MOST_STEPS,
    push_of_cross_entropy,
    push_of_squared_error,
    squared_error,
    steps_until_right,
)


@given(strategy.floats(-12, 12))
def test_the_pushes_are_the_slopes_of_the_losses(score: float) -> None:
    z = torch.tensor(score, dtype=torch.float64, requires_grad=True)
    right = torch.ones_like(z)
    (slope,) = torch.autograd.grad(F.mse_loss(z.sigmoid(), right), z)
    assert push_of_squared_error(z.detach()).item() == pytest.approx(-slope.item(), abs=1e-9)
    assert squared_error(z.detach()).item() == pytest.approx((1 - z.sigmoid().item()) ** 2, abs=1e-9)
    (slope,) = torch.autograd.grad(F.binary_cross_entropy_with_logits(z, right), z)
    assert push_of_cross_entropy(z.detach()).item() == pytest.approx(-slope.item(), abs=1e-9)


def test_squared_error_pushes_hardest_at_a_third() -> None:
    pushes = push_of_squared_error(torch.linspace(-8, 8, 16_001))
    assert pushes.max().item() == pytest.approx(8 / 27, abs=1e-6)
    at = torch.linspace(-8, 8, 16_001)[pushes.argmax()]
    assert at.sigmoid().item() == pytest.approx(1 / 3, abs=1e-3)
    assert f"{8 / 27:.3f}" == "0.296"


def test_sure_and_wrong_cross_entropy_pushes_hardest_and_squared_error_hardly() -> None:
    z = torch.linspace(-8, 8, 33)
    assert push_of_cross_entropy(z).argmax() == 0
    assert push_of_squared_error(torch.tensor(-6.0)) < 0.005
    assert push_of_cross_entropy(torch.tensor(-6.0)) > 0.997
    assert push_of_squared_error(torch.tensor(6.0)) < 0.005  # rightly sure


def test_the_steps_to_nine_tenths_are_counted() -> None:
    assert steps_until_right(-6.0, push_of_cross_entropy) == 17
    assert steps_until_right(-6.0, push_of_squared_error) == 249
    assert steps_until_right(3.0, push_of_squared_error) == 0
    assert steps_until_right(-8.0, push_of_squared_error) < MOST_STEPS
    assert steps_until_right(-30.0, push_of_squared_error) == MOST_STEPS


def test_with_ten_classes_a_sure_wrong_softmax_has_no_slope_of_squared_error() -> None:
    z = torch.zeros(10, dtype=torch.float64)
    z[4] = 12.0  # and the image shows a 9
    z.requires_grad_()
    (slopes,) = torch.autograd.grad(((z.softmax(0) - F.one_hot(torch.tensor(9), 10)) ** 2).sum(), z)
    assert slopes.abs().max() < 1e-3
    (slopes,) = torch.autograd.grad(F.cross_entropy(z, torch.tensor(9)), z)
    assert slopes[9] < -0.99
