"""Where a network begins: its first weights, what they do to the sums of its layers, and to the gradient."""

import math

import torch
from torch import Tensor, nn

from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLP, MLPConfig

WIDTH = 100  # neurons in each hidden layer of the deep networks
DEEPEST = 5  # hidden layers
DEEP = MLPConfig((WIDTH,) * DEEPEST)
SMALL = 0.01  # the deviation of small random weights, and the one value of equal ones
IMAGES = 500  # of which the sums are looked at


def he_deviation(inputs: int) -> float:
    """How far weights are spread that keep the size of what goes through a ReLU layer: √(2 / inputs).

    A sum of so many products is as large, in the mean of squares, as inputs × variance × the mean square of what came
    in. Of that ReLU passes one half on. With 2 / inputs for the variance both cancel. See He et al. (2015), "Delving
    deep into rectifiers".

    Args:
        inputs: Of the layer, 1 or more.
    """
    return math.sqrt(2 / inputs)


@torch.no_grad()
def drawn(config: MLPConfig, spread: float, seed: int) -> MLP:
    """A network whose weights are drawn from a bell curve around 0, all biases 0.

    Args:
        config: Its shape.
        spread: The deviation of the weights, as a multiple of He's; 0 makes all weights 0. Networks of one seed have
            the same numbers, multiplied.
        seed: Of a generator of its own; the process-wide one is not touched.

    Raises:
        ValueError: If the spread is negative or no number.
    """
    if not (math.isfinite(spread) and spread >= 0):
        raise ValueError(f"The spread of the weights is a number from 0, not {spread!r}.")
    generator = torch.Generator().manual_seed(seed)
    model = MLP(config)
    for layer in dense(model):
        layer.weight.normal_(0, 1, generator=generator).mul_(spread * he_deviation(layer.in_features))
        layer.bias.zero_()
    return model


def small_random(config: MLPConfig, seed: int) -> MLP:
    """A network whose weights are drawn around 0 with the deviation ``SMALL`` in every layer, all biases 0."""
    model = drawn(config, 1.0, seed)
    with torch.no_grad():
        for layer in dense(model):
            layer.weight.mul_(SMALL / he_deviation(layer.in_features))
    return model


@torch.no_grad()
def all_equal(config: MLPConfig, value: float) -> MLP:
    """A network in which every weight has the same value, and every bias is 0."""
    model = MLP(config)
    for layer in dense(model):
        layer.weight.fill_(value)
        layer.bias.zero_()
    return model


def dense(model: MLP) -> list[nn.Linear]:
    """The dense layers of a network, from the pixels on."""
    return [layer for layer in model if isinstance(layer, nn.Linear)]


@torch.no_grad()
def layer_sums(model: MLP, x: Tensor) -> list[Tensor]:
    """The sums of all neurons, layer by layer, before the activation.

    Args:
        model: Without dropout, or in eval mode; not changed.
        x: torch.float32 [N, 784], normalized.

    Returns:
        torch.float32 [N, neurons] for each hidden layer, and the logits [N, 10] at the end.
    """
    sums = []
    for layer in model:
        x = layer(x)
        if isinstance(layer, nn.Linear):
            sums.append(x)
    return sums


def size(numbers: Tensor) -> float:
    """How large some numbers typically are: the root of the mean of their squares."""
    return numbers.double().square().mean().sqrt().item()


def gradient_sizes(model: MLP, x: Tensor, labels: Tensor) -> list[float]:
    """How large the gradient of a batch typically is for a weight of each layer.

    Args:
        model: Without dropout, or in eval mode; not changed.
        x: torch.float32 [N, 784], normalized.
        labels: torch.int64 [N].

    Returns:
        The root mean square of the slopes of the weights, for each dense layer from the pixels on.
    """
    gradients = batch_gradient(model, x, labels)
    return [size(gradient) for name, gradient in gradients.items() if name.endswith("weight")]
