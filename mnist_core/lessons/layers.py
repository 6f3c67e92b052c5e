"""What dense layers can and can't do, alone and with what stands between them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mnist_core.network.model import ACTIVATIONS, MLP, Dropout


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


def in_one_layer(model: MLP, x: Tensor) -> Tensor:
    """What that one layer gives.

    Args:
        model: Any network; its activations are left out.
        x: torch.float32 [N, 784], normalized.

    Returns:
        Logits, torch.float64 [N, 10].
    """
    weight, bias = collapse(model)
    return x.double() @ weight.T + bias


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


def activation_slopes(z: float) -> dict[str, float]:
    """How steep each activation is at a point, by its name: found by autograd, as in training."""
    point = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    return {name: torch.autograd.grad(make()(point), point)[0].item() for name, make in ACTIVATIONS.items()}
