"""The updates, against PyTorch's optimizers and against the formulas."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mnist_core.training.update import MOMENTUM, SGD, Adam, Update

SHAPES = st.lists(
    st.one_of(st.tuples(st.integers(1, 70)), st.tuples(st.integers(1, 20), st.integers(1, 70))), min_size=1, max_size=4
)
Maker = Callable[[list[Tensor], list[Tensor], float], Update]
Theirs = Callable[[list[Tensor], float], torch.optim.Optimizer]
PAIRS: dict[str, tuple[Maker, Theirs]] = {
    "sgd": (
        lambda w, g, decay: SGD(w, g, decay, 0.0),
        lambda w, decay: torch.optim.SGD(w, lr=0.1, weight_decay=decay, fused=True),
    ),
    "momentum": (
        lambda w, g, decay: SGD(w, g, decay, MOMENTUM),
        lambda w, decay: torch.optim.SGD(w, lr=0.1, momentum=MOMENTUM, weight_decay=decay, fused=True),
    ),
    "adam": (
        lambda w, g, decay: Adam(w, g, decay, decoupled=False),
        lambda w, decay: torch.optim.Adam(w, lr=0.1, weight_decay=decay, fused=True),
    ),
    "adamw": (
        lambda w, g, decay: Adam(w, g, decay, decoupled=True),
        lambda w, decay: torch.optim.AdamW(w, lr=0.1, weight_decay=decay, fused=True),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=25)
@given(shapes=SHAPES, decay=st.sampled_from([0.0, 0.01]), seed=st.integers(0, 1_000))
def test_the_weights_are_those_of_pytorchs_optimizer(
    name: str, shapes: list[tuple[int, ...]], decay: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    theirs = [torch.randn(shape, generator=generator) for shape in shapes]
    weights, gradients = [w.clone() for w in theirs], [torch.zeros_like(w) for w in theirs]
    make, make_theirs = PAIRS[name]
    ours, optimizer = make(weights, gradients, decay), make_theirs(theirs, decay)
    (group,) = optimizer.param_groups
    for step in range(6):
        for w, g in zip(theirs, gradients, strict=True):
            w.grad = g.copy_(torch.randn(g.shape, generator=generator)).clone()
        group["lr"] = 0.1 / (step + 1)
        momentum = ours.momentum - 0.01 * step if ours.momentum else 0.0
        group.update({"betas": (momentum, 0.999)} if "betas" in group else {"momentum": momentum})
        optimizer.step()
        ours.move(group["lr"], momentum)
        assert all(torch.equal(w, right) for w, right in zip(weights, theirs, strict=True))


def test_sgd_is_its_formula() -> None:
    weight, gradient = torch.tensor([1.0, 2.0]), torch.tensor([0.5, -1.0])
    SGD([weight], [gradient], 0.0, 0.0).move(0.1, 0.0)
    torch.testing.assert_close(weight, torch.tensor([0.95, 2.1]))


def test_momentum_keeps_some_of_the_direction_so_far() -> None:
    weight, gradient = torch.tensor([0.0]), torch.tensor([1.0])
    update = SGD([weight], [gradient], 0.0, 0.9)
    update.move(1.0, 0.9)
    update.move(1.0, 0.9)
    torch.testing.assert_close(weight, torch.tensor([-1.0 - 1.9]))


def test_adams_first_step_is_as_long_as_the_learning_rate_whatever_the_gradient() -> None:
    weight, gradient = torch.zeros(3), torch.tensor([1e-3, -1.0, 500.0])
    Adam([weight], [gradient], 0.0, decoupled=False).move(0.01, 0.9)
    torch.testing.assert_close(weight, torch.tensor([-0.01, 0.01, -0.01]), rtol=1e-4, atol=0)
