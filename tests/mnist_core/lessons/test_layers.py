"""The collapse of layers, activations and dropout, against torch's own."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.lessons.layers import (
    activation_slopes,
    activation_values,
    collapse,
    in_one_layer,
    layer_by_layer,
    with_dropout,
)
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model


@pytest.mark.parametrize("hidden", [(), (16,), (16, 8), (16, 8, 4)])
def test_layers_without_an_activation_are_one_layer(hidden: tuple[int, ...], few: Dataset) -> None:
    model = new_model(MLPConfig(hidden), seed=1)
    x = normalize(few.images)
    weight, bias = collapse(model)
    one = nn.functional.linear(x, weight.float(), bias.float())
    assert torch.allclose(in_one_layer(model, x).float(), one, atol=1e-5)
    assert torch.allclose(layer_by_layer(model, x, with_activation=False), one, atol=1e-5)
    assert torch.equal(layer_by_layer(model, x, with_activation=True), model(x))
    differs = (model(x) - one).abs().max().item() > 0.01
    assert differs == bool(hidden)


def test_activations_against_torch() -> None:
    z = [-3.0, -0.5, 0.0, 2.0]
    points = torch.tensor(z, dtype=torch.float64)
    values = activation_values(z)
    assert values["relu"] == points.clamp(min=0).tolist()
    assert values["tanh"] == pytest.approx(
        ((points.exp() - (-points).exp()) / (points.exp() + (-points).exp())).tolist()
    )
    assert values["sigmoid"] == pytest.approx((1 / (1 + (-points).exp())).tolist())


@given(share=st.floats(0, 0.9), seed=st.integers(0, 99))
def test_dropout_keeps_the_mean_and_is_repeatable(share: float, seed: int) -> None:
    x = torch.rand(1, 128, generator=torch.Generator().manual_seed(seed))
    once = with_dropout(x, share, seed, training=True)
    assert torch.equal(once, with_dropout(x, share, seed, training=True))
    kept = once != 0
    assert torch.allclose(once[kept], x[kept] / (1 - share))
    assert torch.equal(with_dropout(x, share, seed, training=False), x)
    many = with_dropout(x.expand(1_000, -1), share, seed, training=True).sum(dim=1)
    deviation = (share / (1 - share) * x.square().sum() / 1_000).sqrt().item()
    assert abs(many.mean().item() - x.sum().item()) <= 5 * deviation + 1e-3


@pytest.mark.parametrize("z", [-3.0, -0.5, 0.7, 2.0])
def test_the_slopes_of_the_activations(z: float) -> None:
    found, step = activation_slopes(z), 1e-6
    below, above = activation_values([z - step]), activation_values([z + step])
    for name, slope in found.items():
        assert slope == pytest.approx((above[name][0] - below[name][0]) / (2 * step), abs=1e-6)
