"""Gradients of batches, the loss along a direction, and the linear piece around an image."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mnist_core.data.dataset import Dataset, normalize, standardize
from mnist_core.network.gradients import batch_gradient, linear_piece, losses_along
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model

CONFIGS = [
    MLPConfig(()),
    MLPConfig((12,)),
    MLPConfig((9, 7), activation="tanh"),
    MLPConfig((8,), dropout=0.5),
]


def by_autograd(model: MLP, inputs: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    """torch's own loss and its own backward, on a copy."""
    other = MLP(model.config).train(model.training)
    other.load_state_dict(model.state_dict())
    nn.CrossEntropyLoss()(other(inputs), labels).backward()
    return {name: parameter.grad for name, parameter in other.named_parameters() if parameter.grad is not None}


@pytest.mark.parametrize("config", CONFIGS)
def test_the_gradient_of_a_batch_is_autograds(config: MLPConfig, few: Dataset) -> None:
    model = new_model(config, 5).eval()
    inputs, labels = normalize(few.images[:17]), few.labels[:17]
    gradient = batch_gradient(model, inputs, labels)
    expected = by_autograd(model, inputs, labels)
    assert list(gradient) == [name for name, _ in model.named_parameters()]
    for name, part in gradient.items():
        torch.testing.assert_close(part, expected[name], rtol=1e-4, atol=1e-6)


def test_finding_a_gradient_leaves_the_model_as_it_is(few: Dataset) -> None:
    model = new_model(MLPConfig((8,)), 0)
    before = {name: part.clone() for name, part in model.state_dict().items()}
    inputs, labels = normalize(few.images[:4]), few.labels[:4]
    batch_gradient(model, inputs, labels)
    assert all(torch.equal(part, before[name]) for name, part in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert model.training


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


def test_looking_along_a_direction_leaves_the_model_as_it_is(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 1)
    before = copy.deepcopy(model.state_dict())
    losses_along(model, *batch, {name: torch.ones_like(p) for name, p in model.named_parameters()}, [1.0, 10.0])
    assert all(torch.equal(before[name], now) for name, now in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_so_far_that_it_is_no_number(batch: tuple[torch.Tensor, torch.Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 1)
    direction = {name: torch.ones_like(p) for name, p in model.named_parameters()}
    now, far = losses_along(model, *batch, direction, [0.0, 1e30])  # the scores are beyond 3e38, no partial sum is
    assert math.isfinite(now)
    assert not math.isfinite(far)


@given(
    st.builds(MLPConfig, st.lists(st.integers(1, 24), max_size=3).map(tuple), dropout=st.sampled_from([0.0, 0.5])),
    st.integers(0, 10_000),
)
def test_every_layer_accounts_for_the_score_with_the_bias_of_the_layers_behind(config: MLPConfig, seed: int) -> None:
    model, generator = new_model(config, seed), torch.Generator().manual_seed(seed)
    ink = torch.rand(28, 28, generator=generator) * (torch.rand(28, 28, generator=generator) > 0.7)
    x = standardize(ink[None])[0].double()
    direction = torch.randn(10, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    piece = linear_piece(model, x, direction)
    assert len(piece.passed_on) == len(piece.weights) == len(piece.biases) == len(config.hidden_sizes) + 1
    for passed_on, weights, bias in zip(piece.passed_on, piece.weights, piece.biases, strict=True):
        # The bias is not what is left over: it was found without x, from biases alone.
        assert bias == pytest.approx(piece.score - (weights @ passed_on).item(), abs=1e-10)
