"""A neuron's sum against torch's own, and the single layer while it learns."""

import math

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.lessons.network import learning_layer, neuron_sum, passed_on
from mnist_core.network.layers import for_plain_pixels
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model


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


@pytest.mark.parametrize("z", [-2.5, 0.0, 3.1])
def test_what_a_neuron_passes_on_is_what_its_activation_makes_of_the_sum(z: float) -> None:
    assert passed_on("relu", z) == max(0.0, z)
    assert passed_on("tanh", z) == pytest.approx(math.tanh(z))
    assert passed_on("sigmoid", z) == pytest.approx(1 / (1 + math.exp(-z)))


def test_a_layer_starts_by_guessing_and_learns(digits: Splits) -> None:
    snapshots = learning_layer(digits.train, digits.validation, (0, 1, 10, 100))
    assert [snapshot.batches for snapshot in snapshots] == [0, 1, 10, 100]
    assert snapshots[0].accuracy < 0.3
    assert snapshots[-1].accuracy > 0.5  # guessing reads one of ten
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
