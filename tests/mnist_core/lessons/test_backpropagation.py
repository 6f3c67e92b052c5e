"""The small network, against autograd and numbers that can be worked out by hand."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from mnist_core.lessons.backpropagation import SMALL_FIRST, SMALL_LAST, SMALL_RIGHT, SMALL_X, small_pass


@given(st.floats(-2, 2, width=32))
def test_the_way_back_is_that_of_autograd(weight: float) -> None:
    x = torch.tensor(SMALL_X, dtype=torch.float64)
    first = torch.tensor(SMALL_FIRST, dtype=torch.float64)
    first[0, 0] = weight
    first.requires_grad_()
    last = torch.tensor(SMALL_LAST, dtype=torch.float64, requires_grad=True)
    sums = first @ x
    hidden = F.relu(sums)
    scores = last @ hidden
    loss = F.cross_entropy(scores, torch.tensor(SMALL_RIGHT))
    asked = (scores, hidden, sums, last, first)
    found = torch.autograd.grad(loss, asked)

    run = small_pass(weight)
    assert run.loss == pytest.approx(loss.item(), abs=1e-6)
    back = (run.score_slopes, run.arrived, run.sum_slopes, run.last_gradient, run.first_gradient)
    forward = (run.sums, run.hidden, run.scores, run.p)
    for mine, theirs in zip((*back, *forward), (*found, sums, hidden, scores, scores.softmax(0)), strict=True):
        assert torch.allclose(torch.tensor(mine, dtype=torch.float64), theirs, atol=1e-5)


def test_it_begins_with_numbers_as_round_as_can_be() -> None:
    run = small_pass(SMALL_FIRST[0][0])
    assert run.x == SMALL_X == (2.0, 1.0)
    assert [run.sums, run.hidden, run.scores, run.p] == [(2.0, 1.0), (2.0, 1.0), (1.0, 1.0), (0.5, 0.5)]
    assert run.loss == pytest.approx(math.log(2))
    assert [run.score_slopes, run.arrived, run.sum_slopes] == [(-0.5, 0.5), (-0.75, 1.5), (-0.75, 1.5)]
    assert run.last_gradient == ((-1.0, -0.5), (1.0, 0.5))
    assert run.first_gradient == ((-1.5, -0.75), (3.0, 1.5))


@pytest.mark.parametrize("weight", [-0.5, -0.6, -2.0])
def test_a_silent_neuron_lets_nothing_through_and_four_gradients_are_0(weight: float) -> None:
    run = small_pass(weight)
    assert run.hidden[0] == 0
    assert run.arrived[0] != 0
    assert run.sum_slopes[0] == 0
    flat = [*run.first_gradient[0], *run.first_gradient[1], *run.last_gradient[0], *run.last_gradient[1]]
    assert [gradient == 0 for gradient in flat] == [True, True, False, False, True, False, True, False]


def test_from_a_little_more_on_the_neuron_speaks() -> None:
    assert small_pass(-0.4).first_gradient[0][0] != 0
