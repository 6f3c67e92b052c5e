"""The loss along a direction, against models that are moved by hand and against autograd."""

import copy
import math

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.network.gradients import batch_gradient, losses_along
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model


@pytest.fixture
def batch(few: Dataset) -> tuple[torch.Tensor, torch.Tensor]:
    return normalize(few.images[:6]), few.labels[:6]


def moved(model: MLP, direction: dict[str, torch.Tensor], distance: float) -> MLP:
    copied = copy.deepcopy(model)
    with torch.no_grad():
        for name, parameter in copied.named_parameters():
            parameter.add_(distance * direction[name])
    return copied


@pytest.mark.parametrize("hidden", [(), (16,), (8, 8)])
def test_each_loss_is_that_of_a_model_moved_so_far(
    hidden: tuple[int, ...], batch: tuple[torch.Tensor, torch.Tensor]
) -> None:
    model = new_model(MLPConfig(hidden), 3)
    generator = torch.Generator().manual_seed(0)
    direction = {name: torch.randn(p.shape, generator=generator) for name, p in model.named_parameters()}
    distances = [-0.5, 0.0, 0.01, 0.3, 5.0]
    loss = nn.CrossEntropyLoss()
    with torch.no_grad():
        expected = [float(loss(moved(model, direction, far)(batch[0]), batch[1])) for far in distances]
    assert losses_along(model, *batch, direction, distances) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_at_the_start_it_falls_as_steeply_as_the_gradient_says(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    model = new_model(MLPConfig((16,), "tanh"), 1).double()
    inputs, labels = batch[0].double(), batch[1]
    gradient = batch_gradient(model, inputs, labels)
    downhill = {name: -slope for name, slope in gradient.items()}
    tiny = 1e-6
    behind, ahead = losses_along(model, inputs, labels, downhill, [-tiny, tiny])
    square = sum(float(slope.square().sum()) for slope in gradient.values())
    assert (ahead - behind) / (2 * tiny) == pytest.approx(-square, rel=1e-6)


def test_the_model_stays_as_it_is(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 1)
    before = copy.deepcopy(model.state_dict())
    losses_along(model, *batch, {name: torch.ones_like(p) for name, p in model.named_parameters()}, [1.0, 10.0])
    assert all(torch.equal(before[name], now) for name, now in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_so_far_that_it_is_no_number(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 1)
    direction = {name: torch.ones_like(p) for name, p in model.named_parameters()}
    now, far = losses_along(model, *batch, direction, [0.0, 1e38])
    assert math.isfinite(now)
    assert not math.isfinite(far)
