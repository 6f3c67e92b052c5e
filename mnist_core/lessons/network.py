"""What a neuron adds up and passes on, and how its weights come about."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.layers import for_plain_pixels
from mnist_core.network.model import ACTIVATIONS, MLPConfig
from mnist_core.training.loop import BatchEvent, TrainingConfig, fit, new_model


@dataclass(frozen=True)
class NeuronSum:
    """What one neuron makes of one image.

    Attributes:
        products: Weight × pixel, torch.float64 of the image's shape.
        above: The sum of the products above zero.
        below: The sum of the products below zero.
        bias: What is added to them.
        z: above + below + bias.
    """

    products: Tensor
    above: float
    below: float
    bias: float
    z: float


def neuron_sum(weights: Tensor, bias: float, pixels: Tensor) -> NeuronSum:
    """A neuron's work: each pixel times its weight, all added up, plus the bias.

    Args:
        weights: One for each pixel, in the shape of ``pixels``.
        bias: The neuron's.
        pixels: torch.float [H, W] or any other shape.

    Returns:
        The products and their sums, in float64, so that they add up to the last digit shown.

    Raises:
        ValueError: If there is not one weight for each pixel.
    """
    if weights.shape != pixels.shape:
        raise ValueError(f"There is one weight for each pixel, not {list(weights.shape)} for {list(pixels.shape)}.")
    products = weights.double() * pixels.double()
    above, below = products.clamp(min=0).sum().item(), products.clamp(max=0).sum().item()
    return NeuronSum(products, above, below, float(bias), above + below + float(bias))


def passed_on(activation: str, z: float) -> float:
    """What a hidden neuron makes of its sum.

    Args:
        activation: One of ``ACTIVATIONS``.
        z: Its sum.

    Returns:
        What the next layer gets, reckoned in float64.
    """
    return float(ACTIVATIONS[activation]()(torch.tensor(z, dtype=torch.float64)).item())


@dataclass(frozen=True)
class LayerSnapshot:
    """A single dense layer of ten neurons at one moment of its training.

    Attributes:
        batches: How many it has learned from.
        weights: For plain pixels, torch.float64 [10, 28, 28].
        biases: For plain pixels, torch.float64 [10].
        accuracy: On the validation images, 0 to 1.
    """

    batches: int
    weights: Tensor
    biases: Tensor
    accuracy: float


LAYER_TRAINING = TrainingConfig(
    epochs=1_000,  # it is stopped long before
    batch_size=50,
    learning_rate=0.03,
    optimizer="sgd",
    weight_decay=0.1,  # a pull towards zero: weights that nothing needs fade, and the pictures become clear
)


def learning_layer(train: Dataset, validation: Dataset, moments: Sequence[int]) -> list[LayerSnapshot]:
    """Trains a single dense layer, 784-10, and keeps what its weights were at some moments.

    Args:
        train: What it learns from.
        validation: What it is judged on at each moment.
        moments: After how many batches, ascending, the first 0 or more.

    Returns:
        A snapshot for each moment.
    """
    model = new_model(MLPConfig(()), LAYER_TRAINING.seed)

    def look(batches: int) -> LayerSnapshot:
        (layer,) = (layer for layer in model if isinstance(layer, nn.Linear))
        return LayerSnapshot(batches, *for_plain_pixels(layer.weight, layer.bias), evaluate(model, validation).accuracy)

    snapshots = [look(0)] if 0 in moments else []
    for event in fit(model, train, train.subset(slice(0, 1)), LAYER_TRAINING):
        if isinstance(event, BatchEvent) and event.step in moments:
            snapshots.append(look(event.step))
        if event.step >= max(moments):
            break
    return snapshots
