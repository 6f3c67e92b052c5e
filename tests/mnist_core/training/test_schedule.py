"""The learning rates, against PyTorch's scheduler."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mnist_core.training.schedule import Constant, OneCycle, half_wave


@given(
    batches=st.integers(1, 300),
    rate=st.floats(1e-6, 100.0),
    momentum=st.sampled_from([0.0, 0.9]),
    turns=st.dictionaries(st.integers(0, 299), st.floats(0.01, 100.0), max_size=3),
)
def test_one_cycle_is_pytorchs_to_the_last_bit(
    batches: int, rate: float, momentum: float, turns: dict[int, float]
) -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=rate, momentum=momentum)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=rate, total_steps=batches, cycle_momentum=momentum > 0
    )
    ours = OneCycle(rate, momentum, batches)
    group = optimizer.param_groups[0]
    for batch in range(batches):
        if batch in turns:
            ours.turn(turns[batch])
            for name in ("lr", "initial_lr", "max_lr", "min_lr"):
                group[name] *= turns[batch]
        assert (ours.rate, ours.momentum) == (group["lr"], group["momentum"])
        optimizer.step()
        theirs.step()
        ours.advance()


def test_it_rises_for_three_tenths_and_ends_at_nearly_nothing() -> None:
    cycle = OneCycle(0.1, 0.9, 1_000)
    rates, momenta = [], []
    for _ in range(1_000):
        rates.append(cycle.rate)
        momenta.append(cycle.momentum)
        cycle.advance()
    top = rates.index(max(rates))
    assert top == 299
    assert rates[top] == pytest.approx(0.1)
    assert rates[0] == pytest.approx(0.1 / 25)
    assert rates[-1] == pytest.approx(0.1 / 25 / 10_000)
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert momenta.index(min(momenta)) == top
    assert (max(momenta), min(momenta)) == pytest.approx((0.95, 0.85))


def test_a_constant_rate_changes_only_when_it_is_turned() -> None:
    steady = Constant(0.5, 0.9)
    steady.advance()
    assert (steady.rate, steady.momentum) == (0.5, 0.9)
    steady.turn(0.1)
    steady.advance()
    assert steady.rate == pytest.approx(0.05)


def test_half_a_wave() -> None:
    assert [half_wave(2, 4, way) for way in (0, 0.5, 1)] == pytest.approx([2, 3, 4])
    assert half_wave(2, 4, 0.1) - 2 < 0.1  # slowly at first
