"""The gradient of a batch, the loss along a direction, and the weights that a ReLU network has for one image."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from mnist_core.network.functions import cross_entropy
from mnist_core.network.model import MLP


def batch_gradient(model: MLP, inputs: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """The gradient of the mean loss of a batch.

    Args:
        model: Neither it nor its own gradients are changed.
        inputs: torch.float32 [N, 784], normalized.
        labels: torch.int64 [N].

    Returns:
        For each parameter of the model, by name, how the loss changes with it: torch.float32 of the parameter's shape.
    """
    names, parameters = zip(*model.named_parameters(), strict=True)
    loss = cross_entropy(model(inputs), labels).mean()
    return dict(zip(names, torch.autograd.grad(loss, parameters), strict=True))


@torch.no_grad()
def losses_along(
    model: MLP, inputs: Tensor, labels: Tensor, direction: dict[str, Tensor], distances: Sequence[float]
) -> list[float]:
    """The real loss of a batch when the weights are moved along a direction.

    Args:
        model: Not changed.
        inputs: torch.float32 [N, 784], normalized.
        labels: torch.int64 [N].
        direction: For each parameter, by name, what one unit of distance adds to it.
        distances: How far to go; 0 is where the model stands.

    Returns:
        The mean loss at each distance; inf or nan where it is no number any more.
    """
    losses = []
    for distance in distances:
        moved = {name: parameter + distance * direction[name] for name, parameter in model.named_parameters()}
        losses.append(cross_entropy(functional_call(model, moved, (inputs,)), labels).mean().item())
    return losses


Layer = tuple[Tensor, Tensor]  # the weights and the biases of a dense layer


@dataclass(frozen=True)
class LinearPiece:
    """What a ReLU network is for one image: where no neuron changes between active and silent, weights and a bias.

    The layers are counted from 0, the pixels; k is 1 for the first hidden layer. For every k
    ``weights[k] @ passed_on[k] + biases[k]`` is ``score``.

    Attributes:
        score: The weighted sum of the logits that was asked for.
        passed_on: What each layer hands to the next, torch.float64: the pixels first, then the hidden layers. Of a
            hidden layer, 0 is a silent neuron.
        weights: How much the score rises with each of these numbers: torch.float64 of the same shapes.
        biases: What the biases of the layers after it make of the score if it hands on nothing.
    """

    score: float
    passed_on: tuple[Tensor, ...]
    weights: tuple[Tensor, ...]
    biases: tuple[float, ...]


def has_linear_pieces(model: MLP) -> bool:
    """Whether a network is linear around an image: with ReLU it is, and without a hidden layer, too."""
    return model.config.activation == "relu" or not model.config.hidden_sizes


@torch.no_grad()
def linear_piece(model: MLP, x: Tensor, direction: Tensor) -> LinearPiece:
    """The weights and the bias that a ReLU network has for one image, which give its answer exactly.

    A ReLU neuron passes its sum on or is silent. Once it is known which are silent for this image, the others form
    dense layers with nothing between them, and those are one layer. See Montúfar et al. (2014), "On the number of
    linear regions of deep neural networks". Dropout is off, as always when a network reads.

    Args:
        model: With ReLU, or without a hidden layer; not changed.
        x: The image as the network gets it, torch.float [784], normalized.
        direction: How often each logit counts in the score, torch.float [classes]: 1 for a, −1 for b and 0 for the
            others makes it z_a − z_b.

    Returns:
        The piece, in float64.

    Raises:
        ValueError: If the network has another activation, or a shape is not as above.
    """
    if not has_linear_pieces(model):
        name = model.config.activation
        raise ValueError(f"Only a network with ReLU has weights of its own for an image; this one has {name}.")
    if x.shape != (model.config.layer_sizes[0],) or direction.shape != (model.config.classes,):
        raise ValueError(
            f"There is one image and one number for each logit, not {list(x.shape)}, {list(direction.shape)}."
        )
    layers = [(layer.weight.double(), layer.bias.double()) for layer in model if isinstance(layer, nn.Linear)]
    *hidden, last = layers
    passed_on = [x.double()]
    for weight, bias in hidden:
        passed_on.append((weight @ passed_on[-1] + bias).clamp(min=0))
    z = last[0] @ passed_on[-1] + last[1]

    weights = [direction.double() @ last[0]]  # (classes) @ (classes, inputs) -> (inputs)
    for (weight, _), h in zip(reversed(hidden), reversed(passed_on[1:]), strict=True):
        weights.append((weights[-1] * (h > 0)) @ weight)  # backwards: no change gets past a silent neuron

    biases = [biases_alone(layers[k:], passed_on[k:]) for k in range(len(layers))]
    score, *without = [(direction.double() @ logits).item() for logits in (z, *biases)]
    return LinearPiece(score, tuple(passed_on), tuple(reversed(weights)), tuple(without))


def biases_alone(layers: list[Layer], passed_on: list[Tensor]) -> Tensor:
    """The logits if the first layer is handed zeros, and the neurons that are active for the image stay active.

    Args:
        layers: Weights [outputs, inputs] and biases [outputs] of some dense layers, the last one that of the logits.
        passed_on: What each of them was handed for the image: which neurons are active.

    Returns:
        torch.float64 [classes].
    """
    *hidden, last = layers
    alone = torch.zeros_like(passed_on[0])
    for (weight, bias), h in zip(hidden, passed_on[1:], strict=True):
        alone = (weight @ alone + bias) * (h > 0)
    return last[0] @ alone + last[1]
