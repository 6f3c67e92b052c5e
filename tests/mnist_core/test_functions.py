"""Softmax and cross-entropy against torch's own, and against the numbers the lessons state."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from mnist_core.functions import cross_entropy, cross_entropy_gradient, log_softmax, softmax, softmax_naive

FINITE = st.floats(-80, 80, width=32)
LOGITS = st.lists(FINITE, min_size=2, max_size=10).map(torch.tensor)


@given(LOGITS)
def test_softmax_is_torchs(z: Tensor) -> None:
    torch.testing.assert_close(softmax(z), torch.softmax(z, dim=-1))
    torch.testing.assert_close(log_softmax(z), torch.log_softmax(z, dim=-1))
    torch.testing.assert_close(softmax_naive(z), torch.softmax(z, dim=-1), atol=1e-6, rtol=1e-4)


@given(LOGITS, FINITE)
def test_softmax_sums_to_one_keeps_the_order_and_ignores_a_shift(z: Tensor, shift: float) -> None:
    p = softmax(z)
    assert p.sum().item() == pytest.approx(1, abs=1e-5)
    assert p[z.argmax()] == p.max()
    torch.testing.assert_close(softmax(z + shift), p, atol=2e-5, rtol=2e-4)


def test_the_naive_softmax_overflows_above_88_and_the_other_does_not() -> None:
    assert softmax_naive(torch.tensor([88.0, 0.0])).isfinite().all()
    assert softmax_naive(torch.tensor([89.0, 0.0])).isnan().any()
    assert softmax(torch.tensor([1000.0, 0.0])).tolist() == [1.0, 0.0]


@given(st.lists(st.lists(FINITE, min_size=4, max_size=4), min_size=1, max_size=5))
def test_cross_entropy_and_its_gradient_are_torchs(rows: list[list[float]]) -> None:
    z = torch.tensor(rows, requires_grad=True)
    y = torch.arange(len(rows)) % 4
    losses = F.cross_entropy(z, y, reduction="none")
    torch.testing.assert_close(cross_entropy(z, y), losses)
    losses.sum().backward()
    assert z.grad is not None
    torch.testing.assert_close(cross_entropy_gradient(z, y).detach(), z.grad, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("p", "loss"), [(0.9, "0.105"), (0.01, "4.605"), (0.1, "2.303"), (1.0, "0.000")])
def test_the_losses_the_lessons_state(p: float, loss: str) -> None:
    z = torch.tensor([p] + [max((1 - p) / 9, 1e-30)] * 9).log()  # the softmax of ln p is p
    assert f"{abs(cross_entropy(z, torch.tensor(0)).item()):.3f}" == loss


def test_a_network_that_knows_nothing_pays_ln_10() -> None:
    assert cross_entropy(torch.zeros(10), torch.tensor(7)).item() == pytest.approx(math.log(10))
