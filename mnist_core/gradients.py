"""The gradient of a batch, and the loss along a direction."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.func import functional_call

from mnist_core.functions import cross_entropy
from mnist_core.model import MLP


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
