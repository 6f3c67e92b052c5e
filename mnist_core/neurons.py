"""What a neuron adds up, how its weights come about, and what dense layers can and can't know."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.data import MEAN, STD, Dataset
from mnist_core.evaluation import evaluate
from mnist_core.model import ACTIVATIONS, INPUTS, MLP, Dropout, MLPConfig
from mnist_core.training import BatchEvent, TrainingConfig, fit, new_model


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


def for_plain_pixels(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """The weights and biases that give the same sums for pixels of 0 to 1 as these do for normalized ones.

    A network is fed (x - MEAN) / STD. Now w · (x - MEAN) / STD + b = (w / STD) · x + (b - MEAN / STD · Σ w): with these
    numbers paper, where x is 0, adds nothing, and the bias is what the neuron says of an empty sheet.

    Args:
        weight: Of a first layer, torch.float [neurons, 784].
        bias: torch.float [neurons].

    Returns:
        Both for plain pixels, in float64: the weights as pictures [neurons, 28, 28], and the biases [neurons].
    """
    weight, bias = weight.detach().double(), bias.detach().double()
    return (weight / STD).view(-1, 28, 28), bias - MEAN / STD * weight.sum(dim=1)


@dataclass(frozen=True)
class Snapshot:
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


def learning_layer(train: Dataset, validation: Dataset, moments: Sequence[int]) -> list[Snapshot]:
    """Trains a single dense layer, 784-10, and keeps what its weights were at some moments.

    Args:
        train: What it learns from.
        validation: What it is judged on at each moment.
        moments: After how many batches, ascending, the first 0 or more.

    Returns:
        A snapshot for each moment.
    """
    model = new_model(MLPConfig(()), LAYER_TRAINING.seed)

    def look(batches: int) -> Snapshot:
        (layer,) = (layer for layer in model if isinstance(layer, nn.Linear))
        return Snapshot(batches, *for_plain_pixels(layer.weight, layer.bias), evaluate(model, validation).accuracy)

    snapshots = [look(0)] if 0 in moments else []
    for event in fit(model, train, train.subset(slice(0, 1)), LAYER_TRAINING):
        if isinstance(event, BatchEvent) and event.step in moments:
            snapshots.append(look(event.step))
        if event.step >= max(moments):
            break
    return snapshots


@torch.no_grad()
def collapse(model: MLP) -> tuple[Tensor, Tensor]:
    """The one layer that does what the network's dense layers do if nothing stands between them.

    W₂(W₁x + b₁) + b₂ = (W₂W₁)x + (W₂b₁ + b₂), and so on for a third.

    Args:
        model: Any network; its activations are left out.

    Returns:
        The weights [10, 784] and the biases [10], in float64.
    """
    first, *others = (layer for layer in model if isinstance(layer, nn.Linear))
    weight, bias = first.weight.double(), first.bias.double()
    for layer in others:
        weight = layer.weight.double() @ weight  # (outputs, inputs) @ (inputs, 784) -> (outputs, 784)
        bias = layer.weight.double() @ bias + layer.bias.double()
    return weight, bias


@torch.no_grad()
def layer_by_layer(model: MLP, x: Tensor, *, with_activation: bool) -> Tensor:
    """What the network's layers give one after the other, with what stands between them or without.

    Args:
        model: Any network.
        x: torch.float32 [N, 784], normalized.
        with_activation: Without, only the dense layers are used.

    Returns:
        Logits, torch.float32 [N, 10].
    """
    for layer in model:
        if with_activation or isinstance(layer, nn.Linear):
            x = layer(x)
    return x


@torch.no_grad()
def last_hidden(model: MLP, x: Tensor) -> Tensor:
    """What the last hidden layer passes on, after its activation: torch.float32 [N, neurons].

    Args:
        model: With a hidden layer, in eval mode.
        x: torch.float32 [N, 784], normalized.
    """
    for layer in list(model)[:-1]:
        x = layer(x)
    return x


def with_dropout(x: Tensor, share: float, seed: int, *, training: bool) -> Tensor:
    """What the network's own ``Dropout`` makes of some activations.

    Args:
        x: torch.float32 [N, neurons]; each row is drawn for anew.
        share: Of the neurons that are silenced, 0 to below 1.
        seed: Which ones.
        training: Whether the network trains. When it reads, nothing is silenced.

    Returns:
        torch.float32 [N, neurons].
    """
    layer = Dropout(share).train(training)
    layer.generator.manual_seed(seed)
    return layer(x)  # type: ignore[no-any-return]


def activation_values(z: Sequence[float]) -> dict[str, list[float]]:
    """Each activation at some points, by its name."""
    points = torch.tensor(z, dtype=torch.float64)
    return {name: make()(points).tolist() for name, make in ACTIVATIONS.items()}


def pixel_order(seed: int) -> Tensor:
    """An order of the 784 pixels drawn from a seed: torch.int64 [784], each of 0 to 783 once."""
    return torch.randperm(INPUTS, generator=torch.Generator().manual_seed(seed))


def reordered(dataset: Dataset, order: Tensor) -> Dataset:
    """The same images with their pixels in another order, which is the same for every image.

    Args:
        dataset: Left as it is.
        order: torch.int64 [784]: from which pixel each takes its ink.

    Returns:
        The images so reordered, with their labels.

    Raises:
        ValueError: If ``order`` does not name each of the 784 pixels once.
    """
    if not torch.equal(order.sort().values, torch.arange(INPUTS)):
        raise ValueError("An order names each of the 784 pixels once.")
    return Dataset(dataset.images.flatten(1)[:, order].view(-1, 28, 28), dataset.labels)
