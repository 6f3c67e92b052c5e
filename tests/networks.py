"""Networks such as nobody trains, and a file may hold all the same."""

import itertools
import random
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from mnist_core.network.bounds import can_be_read_with
from mnist_core.network.model import ACTIVATIONS, MLP, MLPConfig

Fill = Callable[[Tensor, torch.Generator], Tensor]
SHAPES: tuple[tuple[int, ...], ...] = ((), (1,), (2,), (16,), (1, 1), (2, 5, 3), (3, 3, 3, 3, 3))


def _normal(scale: float) -> Fill:
    return lambda like, generator: torch.randn(like.shape, generator=generator) * scale


def _all(value: float) -> Fill:
    return lambda like, _: torch.full(like.shape, value)


def _only_biases(like: Tensor, generator: torch.Generator) -> Tensor:
    return _normal(100.0)(like, generator) if like.ndim == 1 else torch.zeros(like.shape)


def _silent(like: Tensor, generator: torch.Generator) -> Tensor:
    """No neuron ever gets above zero."""
    return torch.full(like.shape, -1e3) if like.ndim == 1 else _normal(0.01)(like, generator)


FILLS: dict[str, Fill] = {
    "zero": _all(0.0),
    "minus zero": _all(-0.0),
    "one": _all(1.0),
    "minus one": _all(-1.0),
    "denormal": _normal(1e-42),
    "tiny": _normal(1e-20),
    "ordinary": _normal(0.05),
    "large": _normal(50.0),
    "only biases": _only_biases,
    "silent": _silent,
    "as large as can be": _normal(0.1),  # and then multiplied
}


def cases() -> list[tuple[str, tuple[int, ...], str]]:
    """All fills, shapes and activations; where there is no hidden layer, one activation says it all."""
    return [case for case in itertools.product(FILLS, SHAPES, ACTIVATIONS) if case[1] or case[2] == "relu"]


def network(fill: str, sizes: tuple[int, ...], activation: str) -> MLP:
    """A network of these, in eval mode, that can be read with."""
    model, generator = MLP(MLPConfig(sizes, activation)), torch.Generator().manual_seed(0)
    weights = [part for layer in model if isinstance(layer, nn.Linear) for part in (layer.weight, layer.bias)]
    with torch.no_grad():
        for part in weights:
            part.copy_(FILLS[fill](part, generator))
        factor = 2.0 if fill == "as large as can be" else 1.0
        while factor > 1 and can_be_read_with(model):
            torch._foreach_mul_(weights, factor)
        while not can_be_read_with(model):
            torch._foreach_mul_(weights, 0.5)
    return model.eval().requires_grad_(False)


def some_for(place: str) -> Iterator[tuple[str, tuple[int, ...], str]]:
    """A few cases for a place where networks are looked into: always the same ones, and others for another place."""
    drawn = random.Random(place)
    yield drawn.choice([case for case in cases() if case[0] == "zero"])
    yield drawn.choice([case for case in cases() if case[1] in ((1,), (2,))])
    yield drawn.choice([case for case in cases() if case[0] == "as large as can be"])
    yield drawn.choice([case for case in cases() if not case[1]])
