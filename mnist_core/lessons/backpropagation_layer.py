"""What comes back from the loss of one image to the first hidden layer, and how much of it gets through."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, normalize, standardize
from mnist_core.evaluation.accuracy import CHUNK
from mnist_core.network.functions import cross_entropy, cross_entropy_gradient
from mnist_core.network.model import MLP, copied


@dataclass(frozen=True)
class WayBack:
    """The way from the loss of one image to the weights of the first layer.

    Attributes:
        x: What the network is fed, torch.float32 [784], normalized.
        p_minus_y: The gradient at the scores, torch.float32 [10].
        passed_on: What each neuron of the first hidden layer passes on, torch.float32 [neurons].
        arrived: What comes back to each of them: ∂L/∂h, torch.float32 [neurons].
        deltas: What gets through to its sum: ∂L/∂z, torch.float32 [neurons].
        loss: Of the image.
    """

    x: Tensor
    p_minus_y: Tensor
    passed_on: Tensor
    arrived: Tensor
    deltas: Tensor
    loss: float

    @property
    def gradient(self) -> Tensor:
        """∂L/∂W of the first layer: each δ times each pixel, torch.float32 [neurons, 784]."""
        return torch.outer(self.deltas, self.x)

    @property
    def silent(self) -> Tensor:
        """Which neurons pass on nothing, torch.bool [neurons]. With another activation than ReLU hardly any."""
        return self.passed_on == 0

    @property
    def ranked(self) -> list[int]:
        """The neurons, the one with the largest |δ| first."""
        return [int(neuron) for neuron in self.deltas.abs().argsort(descending=True, stable=True)]


def way_to_first_layer(model: MLP, image: Tensor, label: int) -> WayBack:
    """Goes through a network with one image, and back to its first hidden layer.

    Args:
        model: With a hidden layer; neither it nor its gradients are changed. Dropout is off.
        image: torch.float32 [28, 28] in 0..1.
        label: The digit said to be right.

    Returns:
        All that the lesson shows of it.

    Raises:
        ValueError: If the network has no hidden layer.
    """
    if not model.config.hidden_sizes:
        raise ValueError("Without a hidden layer there is no way back through one.")
    x, y = standardize(image[None]), torch.tensor([label])
    dense, activation, *rest = copied(model)
    with torch.enable_grad():
        sums = dense(x).detach().requires_grad_()
        passed_on = activation(sums)
        z = passed_on
        for layer in rest:
            z = layer(z)
        loss = cross_entropy(z, y).sum()
    arrived, deltas = torch.autograd.grad(loss, (passed_on, sums))
    return WayBack(
        x=x[0],
        p_minus_y=cross_entropy_gradient(z.detach(), y)[0],
        passed_on=passed_on.detach()[0],
        arrived=arrived[0].nan_to_num(),  # the weights of a training that went wrong may be huge
        deltas=deltas[0].nan_to_num(),
        loss=loss.item(),
    )


@torch.no_grad()
def dead_neurons(model: MLP, dataset: Dataset) -> Tensor:
    """Which neurons of the first hidden layer pass on 0 for every image: no image of these moves their weights.

    Args:
        model: With a hidden layer, in eval mode.
        dataset: At least one image.

    Returns:
        torch.bool [neurons].
    """
    dense, activation, *_ = model
    speak = [(activation(dense(normalize(images))) != 0).any(0) for images in dataset.images.split(CHUNK)]
    return ~torch.stack(speak).any(0)


def from_worst_to_best(losses: Tensor, count: int) -> Sequence[int]:
    """Some of many images, from the one with the largest loss to that with the smallest, most of them near the worst.

    Their ranks grow by the same factor each time, since most images are read so well that little is left to see.

    Args:
        losses: torch.float32 [N], one at least.
        count: How many, 2 or more.

    Returns:
        Where they are.
    """
    order = losses.argsort(descending=True, stable=True)
    ranks = [round(len(losses) ** (step / (count - 1))) - 1 for step in range(count)]
    return [int(order[rank]) for rank in ranks]
