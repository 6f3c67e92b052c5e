"""Which networks can be read with: those of which nothing that is computed from their weights overflows."""

import torch
from torch import nn

from mnist_core.data.dataset import MEAN, STD
from mnist_core.network.model import MLP

LARGEST = 1e18  # the square of a number as large as this is still one in float32, which ends at 3.4e38


class TooLarge(ArithmeticError):
    """The weights of a network have grown too large to read with; the message is a sentence."""

    def __str__(self) -> str:
        return (
            "The weights grew so large that the scores could be too large for the computer to hold, so this network "
            "was not kept: try a smaller learning rate."
        )


@torch.no_grad()
def can_be_read_with(model: MLP) -> bool:
    """Whether all its weights are numbers, and no score, no sum on the way and no slope can be above ``LARGEST``.

    What goes through a layer, forward or back, grows at most by the largest sum of absolute weights of one neuron, or
    from one neuron. A layer that makes things smaller does not count: a gradient may be all but that layer.

    Args:
        model: Only looked at.
    """
    largest = torch.tensor((1 - MEAN) / STD, dtype=torch.float64)  # of what goes in: ink
    for layer in model:
        if isinstance(layer, nn.Linear):
            weights = layer.weight.double().abs()
            growth = torch.maximum(weights.sum(1).max(), weights.sum(0).max())
            largest = torch.maximum(largest, largest * growth + layer.bias.double().abs().max())
    return bool(largest <= LARGEST)  # not if it is nan
