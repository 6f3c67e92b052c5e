"""What a network's layers hold and pass on."""

import torch
from torch import Tensor

from mnist_core.data.dataset import MEAN, STD
from mnist_core.network.model import MLP


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
