"""A neuron's sum against torch's own, the collapse of layers, and what the order of the pixels does not matter for."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.data.pixel_order import pixel_order, reordered
from mnist_core.lessons.layers import activation_values, collapse, layer_by_layer, with_dropout
from mnist_core.lessons.network import learning_layer, neuron_sum
from mnist_core.network.layers import for_plain_pixels, last_hidden
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model
from mnist_core.training.records import side_by_side, trial


@pytest.mark.parametrize("hidden", [(), (16,), (16, 12)])
def test_sums_are_those_the_network_computes(hidden: tuple[int, ...], few: Dataset) -> None:
    model = new_model(MLPConfig(hidden), seed=3)
    caught: list[torch.Tensor] = []
    model[0].register_forward_hook(lambda module, inputs, output: caught.append(output.detach()))
    model(normalize(few.images[:3]))
    first = model[0]
    assert isinstance(first, nn.Linear)
    weights, biases = for_plain_pixels(first.weight, first.bias)
    for image in range(3):
        for neuron in range(len(weights)):
            found = neuron_sum(weights[neuron], biases[neuron].item(), few.images[image] / 255)
            assert found.z == pytest.approx(caught[0][image, neuron].item(), abs=2e-5)


def test_the_bias_is_what_the_neuron_says_of_an_empty_sheet() -> None:
    model = new_model(MLPConfig(()), seed=0)
    empty = torch.zeros(1, 28, 28, dtype=torch.uint8)
    (layer,) = model
    assert isinstance(layer, nn.Linear)
    _, biases = for_plain_pixels(layer.weight, layer.bias)
    assert torch.allclose(biases.float(), model(normalize(empty))[0], atol=1e-5)


def test_a_sum_falls_into_what_speaks_for_and_against() -> None:
    found = neuron_sum(torch.tensor([[2.0, -1.0], [0.5, -3.0]]), -1.0, torch.tensor([[1.0, 0.5], [0.0, 1.0]]))
    assert (found.above, found.below, found.bias, found.z) == (2.0, -3.5, -1.0, -2.5)
    assert found.products.tolist() == [[2.0, -0.5], [0.0, -3.0]]
    with pytest.raises(ValueError, match="one weight for each pixel"):
        neuron_sum(torch.zeros(3), 0.0, torch.zeros(2))


@pytest.mark.parametrize("hidden", [(), (16,), (16, 8), (16, 8, 4)])
def test_layers_without_an_activation_are_one_layer(hidden: tuple[int, ...], few: Dataset) -> None:
    model = new_model(MLPConfig(hidden), seed=1)
    x = normalize(few.images)
    weight, bias = collapse(model)
    one = nn.functional.linear(x, weight.float(), bias.float())
    assert torch.allclose(layer_by_layer(model, x, with_activation=False), one, atol=1e-5)
    assert torch.equal(layer_by_layer(model, x, with_activation=True), model(x))
    differs = (model(x) - one).abs().max().item() > 0.01
    assert differs == bool(hidden)


def test_the_last_hidden_layer_is_what_the_last_dense_layer_reads(few: Dataset) -> None:
    model = new_model(MLPConfig((16, 8), activation="tanh"), seed=1).eval()
    x = normalize(few.images)
    hidden = last_hidden(model, x)
    assert hidden.shape == (100, 8)
    assert torch.equal(model[-1](hidden), model(x))


def test_activations_against_torch() -> None:
    z = [-3.0, -0.5, 0.0, 2.0]
    points = torch.tensor(z, dtype=torch.float64)
    values = activation_values(z)
    assert values["relu"] == points.clamp(min=0).tolist()
    assert values["tanh"] == pytest.approx(
        ((points.exp() - (-points).exp()) / (points.exp() + (-points).exp())).tolist()
    )
    assert values["sigmoid"] == pytest.approx((1 / (1 + (-points).exp())).tolist())


@given(seed=st.integers(0, 999))
def test_an_order_has_each_pixel_once_and_can_be_undone(seed: int) -> None:
    order = pixel_order(seed)
    assert torch.equal(order, pixel_order(seed))
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (2, 28, 28), dtype=torch.uint8, generator=generator)
    dataset = Dataset(images, torch.tensor([1, 2]))
    moved = reordered(dataset, order)
    assert not torch.equal(moved.images, images)
    assert torch.equal(moved.labels, dataset.labels)
    assert torch.equal(reordered(moved, order.argsort()).images, images)


def test_what_is_no_order_is_refused(few: Dataset) -> None:
    for order in (torch.zeros(784, dtype=torch.int64), torch.arange(783)):
        with pytest.raises(ValueError, match="each of the 784 pixels once"):
            reordered(few, order)


def test_with_its_first_weights_reordered_too_the_training_is_the_same(digits: Splits) -> None:
    order = pixel_order(5)
    config = TrainingConfig(epochs=1, batch_size=50, seed=2)
    plain, shuffled = new_model(MLPConfig((16,)), 2), new_model(MLPConfig((16,)), 2)
    first = shuffled[0]
    assert isinstance(first, nn.Linear)
    with torch.no_grad():
        first.weight.copy_(first.weight[:, order])
    ends = [
        list(fit(model, data, data.subset(slice(0, 100)), config))[-1]
        for model, data in ((plain, digits.train), (shuffled, reordered(digits.train, order)))
    ]
    assert ends[0].validation_loss == pytest.approx(ends[1].validation_loss, abs=1e-4)  # type: ignore[union-attr]


def accuracies(splits: Splits, seed: int) -> tuple[float, float]:
    """What the page's experiment comes to: pixels in place, and shuffled."""
    order = pixel_order(seed)
    moved = replace(splits, train=reordered(splits.train, order), validation=reordered(splits.validation, order))
    config = TrainingConfig(epochs=5, batch_size=64, seed=seed, batches_per_event=1_000)
    runs = {str(i): trial(new_model(MLPConfig((64,)), seed), of, config) for i, of in enumerate((splits, moved))}
    *_, last = side_by_side(runs)
    plain, shuffled = (last[name].epochs[-1].validation_accuracy for name in ("0", "1"))
    return plain, shuffled


def test_shuffled_pixels_are_read_as_well_on_mnist(mnist: Splits) -> None:
    plain, shuffled = accuracies(replace(mnist, train=mnist.train.subset(slice(0, 10_000))), seed=0)
    assert plain > 0.9
    assert shuffled == pytest.approx(plain, abs=0.015)  # of 5,000 images; three deviations are 1.5 %


def test_a_layer_starts_by_guessing_and_learns(digits: Splits) -> None:
    snapshots = learning_layer(digits.train, digits.validation, (0, 1, 10, 100))
    assert [snapshot.batches for snapshot in snapshots] == [0, 1, 10, 100]
    assert snapshots[0].accuracy < 0.3
    assert snapshots[-1].accuracy > 0.6
    again = learning_layer(digits.train, digits.validation, (0, 1, 10, 100))
    assert torch.equal(again[-1].weights, snapshots[-1].weights)
    assert snapshots[-1].weights.shape == (10, 28, 28)
    reads = [
        max(
            range(10), key=lambda i: neuron_sum(snapshots[-1].weights[i], snapshots[-1].biases[i].item(), image / 255).z
        )
        for image in digits.validation.images
    ]
    share = (torch.tensor(reads) == digits.validation.labels).float().mean().item()
    assert share == pytest.approx(snapshots[-1].accuracy, abs=1 / 300)


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
