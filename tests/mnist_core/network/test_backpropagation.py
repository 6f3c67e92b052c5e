"""The way back, against autograd: the same bits."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core.network.backpropagation import Backpropagation
from mnist_core.network.model import ACTIVATIONS, MLP, MLPConfig

CONFIGS = st.builds(
    MLPConfig,
    hidden_sizes=st.lists(st.integers(1, 70), max_size=4).map(tuple),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    dropout=st.sampled_from([0.0, 0.2, 0.5]),
    classes=st.integers(2, 12),
)


def new(config: MLPConfig, seed: int = 0) -> MLP:
    model = MLP(config)
    model.draw_weights(seed)
    model.seed_dropout(seed)
    return model


def batch(config: MLPConfig, size: int, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(size, 784, generator=generator)
    return x, torch.randint(0, config.classes, (size,), generator=generator)


def by_autograd(model: MLP, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
    logits = model.train()(x)
    loss = nn.CrossEntropyLoss()(logits, labels)
    loss.backward()
    return loss.detach(), logits.detach(), [p.grad for p in model.parameters() if p.grad is not None]


@settings(max_examples=60)
@given(config=CONFIGS, size=st.integers(1, 130), seed=st.integers(0, 1_000))
def test_the_gradients_are_autograds_bit_for_bit(config: MLPConfig, size: int, seed: int) -> None:
    network = Backpropagation(new(config, seed))
    theirs = new(config, seed)
    for number in range(2):  # the second batch finds gradients, and another state of dropout
        x, labels = batch(config, size + number, seed)
        theirs.zero_grad()
        expected = by_autograd(theirs, x, labels)
        loss, logits = network.run(x, labels)
        assert torch.equal(loss, expected[0])
        assert torch.equal(logits, expected[1])
        for found, right in zip(network.gradients, expected[2], strict=True):
            assert torch.equal(found, right)


@pytest.mark.parametrize("size", [1, 31, 32, 200, 256])
def test_the_recipes_networks_too(size: int) -> None:
    """Wide layers and large batches go through other kernels."""
    for hidden in ((), (128,), (256,), (1024, 512)):
        config = MLPConfig(hidden)
        x, labels = batch(config, size, 7)
        network = Backpropagation(new(config))
        network.run(x, labels)
        _, _, expected = by_autograd(new(config), x, labels)
        assert all(torch.equal(found, right) for found, right in zip(network.gradients, expected, strict=True))


def test_the_errors_are_p_minus_y_and_what_relu_lets_through() -> None:
    """The formulas of the lesson, which round otherwise."""
    config = MLPConfig((16,))
    model = new(config)
    x, labels = batch(config, 8, 1)
    network = Backpropagation(model)
    _, logits = network.run(x, labels)
    w1, b1, w2, _ = network.weights
    h = (x @ w1.T + b1).clamp(min=0)
    delta_2 = (logits.softmax(1) - nn.functional.one_hot(labels, 10)) / 8
    delta_1 = delta_2 @ w2 * (h > 0)
    of_w1, of_b1, of_w2, of_b2 = network.gradients
    for found, formula in (
        (of_w2, delta_2.T @ h),
        (of_b2, delta_2.sum(0)),
        (of_w1, delta_1.T @ x),
        (of_b1, delta_1.sum(0)),
    ):
        torch.testing.assert_close(found, formula, rtol=1e-4, atol=1e-6)


def test_the_gradients_and_weights_are_the_models_own() -> None:
    model = new(MLPConfig((8,)))
    network = Backpropagation(model)
    network.run(*batch(model.config, 4, 0))
    for parameter, weight, gradient in zip(model.parameters(), network.weights, network.gradients, strict=True):
        assert parameter.grad is gradient
        assert parameter.data_ptr() == weight.data_ptr()
        assert parameter.requires_grad
        assert not weight.requires_grad
        assert gradient.any()


def test_a_batch_is_left_as_it_was() -> None:
    config = MLPConfig((8,), dropout=0.5)
    x, labels = batch(config, 4, 0)
    before = x.clone()
    Backpropagation(new(config)).run(x, labels)
    assert torch.equal(x, before)
