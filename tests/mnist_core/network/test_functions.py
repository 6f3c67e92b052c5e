"""Sigmoid, softmax and cross-entropy against torch's own, and against the numbers the lessons state."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from mnist_core.network.functions import (
    bernoulli,
    binary_cross_entropy,
    cross_entropy,
    cross_entropy_gradient,
    geometric_mean,
    gradient_by_torch,
    log_sigmoid,
    log_softmax,
    losses_by_torch,
    random_logits,
    sigmoid,
    softmax,
    softmax_naive,
)

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


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=6).map(torch.tensor))
def test_the_sigmoid_is_torchs_and_never_overflows(z: Tensor) -> None:
    torch.testing.assert_close(sigmoid(z), torch.sigmoid(z))
    torch.testing.assert_close(log_sigmoid(z), F.logsigmoid(z))


def test_the_sigmoid_at_the_ends_and_in_the_middle() -> None:
    assert sigmoid(torch.tensor([-1000.0, 0.0, 1000.0])).tolist() == [0.0, 0.5, 1.0]


@given(st.floats(0, 1, width=32), st.integers(0, 1))
def test_the_formula_for_both_labels_is_that_of_torchs_distribution(p: float, y: int) -> None:
    log_probability = torch.distributions.Bernoulli(torch.tensor(p)).log_prob(torch.tensor(float(y)))
    given = bernoulli(torch.tensor(p), torch.tensor(y)).item()
    assert given == pytest.approx(log_probability.exp().item(), abs=1e-6)
    assert given == pytest.approx(p if y else 1 - p, abs=1e-6)


@given(st.lists(FINITE, min_size=1, max_size=6))
def test_binary_cross_entropy_is_torchs_and_that_of_two_logits(values: list[float]) -> None:
    z = torch.tensor(values)
    y = torch.arange(len(values)) % 2
    expected = F.binary_cross_entropy_with_logits(z, y.float(), reduction="none")
    torch.testing.assert_close(binary_cross_entropy(z, y), expected)
    two = torch.stack([torch.zeros_like(z), z], dim=-1)  # class 0 has the logit 0, class 1 has z
    torch.testing.assert_close(binary_cross_entropy(z, y), cross_entropy(two, y), atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(sigmoid(z), softmax(two)[..., 1], atol=1e-6, rtol=1e-5)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8))
def test_e_to_minus_the_mean_loss_is_the_geometric_mean(values: list[float]) -> None:
    p = torch.tensor(values)
    assert geometric_mean(p).item() == pytest.approx(p.log().mean().exp().item(), rel=1e-4)


def test_the_geometric_mean_of_a_quarter_and_one_is_a_half() -> None:
    assert geometric_mean(torch.tensor([0.25, 1.0])).item() == pytest.approx(0.5)


@given(st.lists(st.lists(FINITE, min_size=3, max_size=3), min_size=1, max_size=5))
def test_torch_in_two_steps_and_in_one_is_the_mean_of_our_losses(rows: list[list[float]]) -> None:
    z, y = torch.tensor(rows), torch.arange(len(rows)) % 3
    in_two_steps, in_one = losses_by_torch(z, y)
    torch.testing.assert_close(in_two_steps, in_one)
    torch.testing.assert_close(in_one, cross_entropy(z, y).mean())


@given(LOGITS)
def test_the_gradients_of_the_formula_and_of_autograd_agree_and_sum_to_0(z: Tensor) -> None:
    y = torch.tensor(1)
    before = z.clone()
    torch.testing.assert_close(gradient_by_torch(z, y), cross_entropy_gradient(z, y), atol=1e-6, rtol=1e-5)
    assert cross_entropy_gradient(z, y).sum().item() == pytest.approx(0, abs=1e-5)
    assert torch.equal(z, before)
    assert not z.requires_grad


def test_more_random_logits_begin_with_the_same_ones() -> None:
    ten = random_logits(10, seed=4)
    assert torch.equal(random_logits(3, seed=4), ten[:3])
    assert not torch.equal(random_logits(10, seed=5), ten)
    assert ten.abs().max() <= 3
    assert [float(f"{z:.1f}") for z in ten.tolist()] == pytest.approx(ten.tolist())
