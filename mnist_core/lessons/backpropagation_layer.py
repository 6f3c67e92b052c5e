"""What comes back from the loss of one image to the first hidden layer, and how much of it gets through."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, normalize, standardize
from mnist_core.evaluation.accuracy import CHUNK
from mnist_core.network.backpropagation import Backpropagation
from mnist_core.network.model import MLP


@dataclass(frozen=True)
class WayBack:
    """The way from the loss of one image to the weights of the first layer.

    Attributes:
        x: What the network is fed, torch.float32 [784], normalized.
        p_minus_y: The gradient at the scores, torch.float32 [10].
        passed_on: What each neuron of the first hidden layer passes on, torch.float32 [neurons].
        arrived: What comes back to each of them: ∂L/∂h, torch.float32 [neurons].
        deltas: What gets through to its sum: ∂L/∂z, torch.float32 [neurons].
        gradient: ∂L/∂W of the first layer: each δ times each pixel, torch.float32 [neurons, 784].
        loss: Of the image.
    """

    x: Tensor
    p_minus_y: Tensor
    passed_on: Tensor
    arrived: Tensor
    deltas: Tensor
    gradient: Tensor
    loss: float

    @property
    def silent(self) -> Tensor:
        """Which neurons pass on nothing, torch.bool [neurons]. With another activation than ReLU hardly any."""
        return self.passed_on == 0

    @property
    def ranked(self) -> list[int]:
        """The neurons, the one with the largest |δ| first."""
        return [int(neuron) for neuron in self.deltas.abs().argsort(descending=True, stable=True)]


@torch.no_grad()
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
    plain = _without_dropout(model)
    way = Backpropagation(plain)
    loss, _ = way.run(x, y)
    _, following, *_ = way.weights[::2]
    deltas = way.gradients[1::2]  # of each layer: a bias is fed 1, so its gradient is δ
    dense, activation, *_ = plain
    return WayBack(
        x=x[0],
        p_minus_y=deltas[-1],
        passed_on=activation(dense(x))[0],
        arrived=(deltas[1] @ following).nan_to_num(),  # the weights of a training that went wrong may be huge
        deltas=deltas[0].nan_to_num(),
        gradient=way.gradients[0].nan_to_num(),
        loss=loss.item(),
    )


def _without_dropout(model: MLP) -> MLP:
    """A copy that never silences a neuron, as none is while a network reads; it has no gradients of its own yet."""
    plain = MLP(replace(model.config, dropout=0.0)).requires_grad_(False)
    for parameter, original in zip(plain.parameters(), model.parameters(), strict=True):
        parameter.copy_(original)
    return plain


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
