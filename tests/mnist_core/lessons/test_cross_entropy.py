"""The price of a probability against torch's own loss."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as strategy
from torch.nn import functional

from mnist_core.lessons.cross_entropy import price


@given(strategy.floats(1e-6, 1))
def test_it_is_the_loss_torch_gives(p: float) -> None:
    log_p = torch.tensor([[math.log(p), 0.0]], dtype=torch.float64)
    assert price(p) == pytest.approx(functional.nll_loss(log_p, torch.tensor([0])).item())


def test_what_is_certain_costs_nothing_and_has_no_minus() -> None:
    assert f"{price(1):.3f}" == "0.000"
    assert price(0.5) == pytest.approx(0.6931471805599453)


@pytest.mark.parametrize("p", [0.0, -0.1, 1.01, float("nan")])
def test_what_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="probability of the right class"):
        price(p)
