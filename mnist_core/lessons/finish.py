"""What the last page shows again: small pictures, each the real thing, and all of them quick to work out."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.data.dataset import Splits, normalize
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.gradients import batch_gradient, losses_along
from mnist_core.network.model import MLP, MLPConfig

IMAGES = 1_000  # of each kind that are looked at
HARDEST = 4
RATES = tuple(n / 50 for n in range(-5, 61))
BEST = 0.3  # about: there the ball lies in the valley, with either data set


@dataclass(frozen=True)
class Pictures:
    """What the pictures show.

    Attributes:
        weights: Of ten neurons after their first step, from 0, torch.float [10, 28, 28].
        losses: Along that step, at ``RATES``.
        hardest: torch.uint8 [4, 28, 28]: the images with the highest losses.
        labels: What they show.
        choices: What the network says.
    """

    weights: Tensor
    losses: tuple[float, ...]
    hardest: Tensor
    labels: tuple[int, ...]
    choices: tuple[int, ...]


def pictures(splits: Splits, reader: MLP) -> Pictures:
    """Works them out.

    Args:
        splits: Digits.
        reader: The network that misreads some of them.

    Returns:
        The pictures.
    """
    layer = MLP(MLPConfig(()))
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
    train = splits.train.subset(slice(0, IMAGES))
    inputs = normalize(train.images)
    down = {name: -part for name, part in batch_gradient(layer, inputs, train.labels).items()}
    (weights,) = (part for part in down.values() if part.ndim == 2)
    seen = evaluate(reader, splits.validation.subset(slice(0, IMAGES)))
    hardest = seen.hardest(HARDEST)
    return Pictures(
        weights.view(-1, 28, 28),
        tuple(losses_along(layer, inputs, train.labels, down, RATES)),
        splits.validation.images[hardest],
        tuple(seen.labels[hardest].tolist()),
        tuple(seen.choices[hardest].tolist()),
    )
