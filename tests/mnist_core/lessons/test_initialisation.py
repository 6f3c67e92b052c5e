"""First weights: their spread against torch's own, what they do to the sums, and what is left of the gradient."""

import math

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.lessons.initialisation import (
    DEEP,
    DEEPEST,
    SMALL,
    WIDTH,
    all_equal,
    dense,
    drawn,
    gradient_sizes,
    he_deviation,
    layer_sums,
    size,
    small_random,
)
from mnist_core.network.model import ACTIVATIONS, MLPConfig
from mnist_core.training.loop import new_model


def test_hes_deviation_is_torchs_gain_for_relu() -> None:
    assert he_deviation(WIDTH) == pytest.approx(nn.init.calculate_gain("relu") / math.sqrt(WIDTH))
    torchs = nn.init.kaiming_normal_(torch.empty(1_000, 784), nonlinearity="relu", generator=torch.Generator())
    assert he_deviation(784) == pytest.approx(torchs.std().item(), rel=0.01)


def test_the_weights_have_that_deviation_and_biases_are_zero() -> None:
    for layer in dense(drawn(DEEP, 1.0, 0))[:-1]:
        assert layer.weight.std().item() == pytest.approx(he_deviation(layer.in_features), rel=0.03)
        assert not layer.bias.any()
    for layer in dense(small_random(DEEP, 0))[:-1]:
        assert layer.weight.std().item() == pytest.approx(SMALL, rel=0.03)
    for layer in dense(all_equal(DEEP, 0.25)):
        assert (layer.weight == 0.25).all()
        assert not layer.bias.any()


def test_a_seed_draws_the_same_and_leaves_the_generator_of_all_alone() -> None:
    before = torch.get_rng_state()
    first, again, other = (dense(drawn(DEEP, 1.0, seed))[0].weight for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("spread", [-0.1, math.nan, math.inf])
def test_a_spread_is_a_number_from_zero(spread: float) -> None:
    with pytest.raises(ValueError, match="a number from 0"):
        drawn(DEEP, spread, 0)


def test_the_last_sums_are_what_the_network_answers(few: Dataset) -> None:
    model, x = drawn(DEEP, 1.0, 0), normalize(few.images)
    sums = layer_sums(model, x)
    assert [list(each.shape) for each in sums] == [[100, WIDTH]] * DEEPEST + [[100, 10]]
    assert torch.equal(sums[-1], model(x))
    assert torch.equal(sums[0], nn.functional.linear(x, dense(model)[0].weight, dense(model)[0].bias))


@pytest.mark.parametrize("spread", [0.0, 0.25, 0.5, 2.0])
def test_a_factor_of_the_weights_counts_once_for_each_layer(spread: float, few: Dataset) -> None:
    x = normalize(few.images)
    hes = [size(sums) for sums in layer_sums(drawn(DEEP, 1.0, 0), x)]
    found = [size(sums) for sums in layer_sums(drawn(DEEP, spread, 0), x)]
    assert found == pytest.approx([spread**layer * he for layer, he in enumerate(hes, start=1)], rel=1e-4)


def _dies_keeps_and_explodes(splits: Splits, seed: int) -> None:
    x = normalize(splits.validation.images[:300])
    last = {spread: size(layer_sums(drawn(DEEP, spread, seed), x)[DEEPEST - 1]) for spread in (0.25, 1.0, 2.0)}
    assert last[0.25] < 0.01
    assert 0.5 < last[1.0] < 3
    assert last[2.0] > 20


@pytest.mark.parametrize("seed", range(3))
def test_what_runs_through_dies_out_keeps_its_size_or_explodes(seed: int, digits: Splits) -> None:
    _dies_keeps_and_explodes(digits, seed)


@pytest.mark.parametrize("seed", range(3))
def test_so_it_is_with_mnist(seed: int, mnist: Splits) -> None:
    _dies_keeps_and_explodes(mnist, seed)


def test_the_rule_with_random_numbers() -> None:
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(2_000, WIDTH, generator=generator)
    h = z.relu()
    assert h.square().mean().item() == pytest.approx(z.square().mean().item() / 2, rel=0.02)
    w = 0.3 * torch.randn(1_000, WIDTH, generator=generator)
    assert (h @ w.T).square().mean().item() == pytest.approx(WIDTH * 0.3**2 * h.square().mean().item(), rel=0.05)
    back = torch.randn(2_000, WIDTH, generator=generator)
    hes = he_deviation(WIDTH) * torch.randn(WIDTH, WIDTH, generator=generator)
    assert size(back @ hes) / size(back) == pytest.approx(math.sqrt(2), rel=0.05)


def test_pytorchs_own_weights_are_the_root_of_six_times_smaller_and_the_sums_shrink(digits: Splits) -> None:
    model = new_model(DEEP, 0)
    for layer in dense(model)[:-1]:
        assert he_deviation(layer.in_features) / layer.weight.std().item() == pytest.approx(math.sqrt(6), rel=0.02)
        torchs = nn.Linear(layer.in_features, 1_000)
        assert layer.weight.abs().max().item() == pytest.approx(torchs.weight.abs().max().item(), rel=0.01)
    sizes = [size(sums) for sums in layer_sums(model, normalize(digits.validation.images))]
    assert sizes[0] > 2 * sizes[1] > 3 * sizes[2]
    without = new_model(DEEP, 0)
    with torch.no_grad():
        for layer in dense(without):
            layer.bias.zero_()
    # "Until little but the biases is left": without them the sums would go on shrinking.
    assert size(layer_sums(without, normalize(digits.validation.images))[-2]) < sizes[-2] / 2


def test_the_sizes_of_the_gradient_are_those_of_loss_backward(few: Dataset) -> None:
    model, x = drawn(DEEP, 1.0, 0), normalize(few.images)
    sizes = gradient_sizes(model, x, few.labels)
    assert all(parameter.grad is None for parameter in model.parameters())
    nn.CrossEntropyLoss()(model(x), few.labels).backward()
    expected = []
    for layer in dense(model):
        assert layer.weight.grad is not None
        expected.append(layer.weight.grad.square().mean().sqrt().item())
    assert sizes == pytest.approx(expected, rel=1e-4)


def test_the_slope_of_the_sigmoid_is_a_quarter_at_most() -> None:
    z = torch.linspace(-9, 9, 1_801, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(ACTIVATIONS["sigmoid"]()(z).sum(), z)
    assert slope.max().item() == pytest.approx(0.25)
    assert z[slope.argmax()].item() == pytest.approx(0)


def _fades_with_sigmoid_only(splits: Splits, seed: int) -> None:
    some = splits.train.subset(slice(0, 500))
    shares, first = {}, {}
    for activation in ("sigmoid", "tanh", "relu"):
        model = drawn(MLPConfig((WIDTH,) * DEEPEST, activation), 1.0, seed)
        sizes = gradient_sizes(model, normalize(some.images), some.labels)
        shares[activation], first[activation] = sizes[0] / sizes[-2], sizes[0]
    assert shares["sigmoid"] < (math.sqrt(2) / 4) ** (DEEPEST - 1)
    assert min(shares["tanh"], shares["relu"]) > 0.3
    assert first["relu"] / first["sigmoid"] > 200  # "hundreds of times smaller than with ReLU"


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_fades_with_sigmoid_only(seed: int, digits: Splits) -> None:
    _fades_with_sigmoid_only(digits, seed)


@pytest.mark.parametrize("seed", range(3))
def test_so_it_does_with_mnist(seed: int, mnist: Splits) -> None:
    _fades_with_sigmoid_only(mnist, seed)


def test_each_layer_more_takes_more_of_it(digits: Splits) -> None:
    some = digits.train.subset(slice(0, 500))
    first = [
        gradient_sizes(drawn(MLPConfig((WIDTH,) * depth, "sigmoid"), 1.0, 0), normalize(some.images), some.labels)[0]
        for depth in range(1, DEEPEST + 1)
    ]
    assert all(deeper < flatter / 2 for flatter, deeper in zip(first, first[1:], strict=False))


def test_between_equal_layers_glorots_variance_is_half_of_hes() -> None:
    glorots = nn.init.xavier_normal_(torch.empty(WIDTH, WIDTH), generator=torch.Generator()).var().item()
    assert glorots == pytest.approx(he_deviation(WIDTH) ** 2 / 2, rel=0.05)
