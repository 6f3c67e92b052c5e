"""The loss of a batch as a hill: along the gradient, and over a plane through all weights."""

from collections import OrderedDict
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.lessons.step import partly_trained
from mnist_core.lessons.step_ruler import Ruler
from mnist_core.network.functions import cross_entropy
from mnist_core.network.gradients import batch_gradient, losses_along
from mnist_core.network.model import MLP, MLPConfig

IMAGES = 32  # in a batch
LEARNED = 10  # batches, before: then the hill has a valley within reach of the rates below
RATES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)  # of the control
ALONG = tuple(n / 100 for n in range(-15, 46))  # learning rates; below 0 it goes up the gradient
STEPS = tuple(n * 3 / 200 for n in range(-10, 31))  # of the surface: as far as ALONG
ACROSS = tuple(n * 3 / 200 for n in range(-20, 21))

Direction = dict[str, Tensor]  # for each parameter of a network, by name: of its shape


@dataclass(frozen=True)
class Hill:
    """The loss of one batch around the weights of one network.

    Attributes:
        batch: The images.
        norm: Of the gradient.
        losses: At ``ALONG``.
    """

    batch: Dataset
    norm: float
    losses: tuple[float, ...]

    @property
    def ruler(self) -> Ruler:
        """The losses after a step with each rate above 0."""
        rates = [rate for rate in ALONG if rate > 0]
        return Ruler(tuple(rates), self.losses[-len(rates) :], self.losses[ALONG.index(0.0)])


def network(splits: Splits) -> MLP:
    """The network on the hill: 784-128-10, which has begun to learn."""
    return partly_trained(MLPConfig((128,)), splits, LEARNED)


def batches(splits: Splits, seed: int) -> tuple[Dataset, Dataset]:
    """Two batches of training images: the one whose loss the hill is, and another one."""
    order = torch.randperm(len(splits.train), generator=torch.Generator().manual_seed(seed))
    return splits.train.subset(order[:IMAGES]), splits.train.subset(order[IMAGES : 2 * IMAGES])


def hill(model: MLP, batch: Dataset) -> Hill:
    """The losses of a batch along its gradient.

    Args:
        model: Not changed.
        batch: At least one image.

    Returns:
        The hill.
    """
    inputs = normalize(batch.images)
    gradient = batch_gradient(model, inputs, batch.labels)
    losses = losses_along(model, inputs, batch.labels, _times(gradient, -1.0), ALONG)
    return Hill(batch, dot(gradient, gradient) ** 0.5, tuple(losses))


def surface(model: MLP, batch: Dataset, other: Dataset) -> list[list[float]]:
    """The losses of a batch over a plane through the weights.

    Args:
        model: Not changed.
        batch: The images whose loss it is.
        other: Images whose gradient gives the direction across.

    Returns:
        For each of ``ACROSS`` the losses at ``STEPS``.
    """
    inputs = normalize(batch.images)
    gradient = batch_gradient(model, inputs, batch.labels)
    aside = direction_across(gradient, batch_gradient(model, normalize(other.images), other.labels))
    return losses_over(model, inputs, batch.labels, _times(gradient, -1.0), aside)


@torch.no_grad()
def losses_over(model: MLP, inputs: Tensor, labels: Tensor, ahead: Direction, aside: Direction) -> list[list[float]]:
    """The real loss of a batch when the weights are moved in two directions at once.

    The sums of the first layer, which has most of the weights, change in proportion to how far these are moved. So
    they are worked out once for each direction, and only what follows them at every place.

    Args:
        model: Not changed.
        inputs: torch.float32 [N, 784], normalized.
        labels: torch.int64 [N].
        ahead: What a step of 1 adds to each parameter, by name.
        aside: What a step of 1 across adds.

    Returns:
        For each of ``ACROSS`` the mean losses at ``STEPS``.
    """
    (name, first), *others = model.named_children()
    rest = nn.Sequential(OrderedDict(others))
    sums = first(inputs)
    change_ahead, change_aside = (
        nn.functional.linear(inputs, way[f"{name}.weight"], way[f"{name}.bias"]) for way in (ahead, aside)
    )

    def loss_at(step: Tensor, far: Tensor) -> Tensor:
        moved = {key: part + step * ahead[key] + far * aside[key] for key, part in rest.named_parameters()}
        handed_on = sums + step * change_ahead + far * change_aside
        return cross_entropy(functional_call(rest, moved, (handed_on,)), labels).mean()

    row = torch.vmap(loss_at, in_dims=(0, None))  # all places of a row in one go
    return [row(torch.tensor(STEPS), far).tolist() for far in torch.tensor(ACROSS)]


def direction_across(gradient: Direction, other: Direction) -> Direction:
    """What is left of another gradient at right angles to the first, as long as that; it points downhill for its batch.

    Args:
        gradient: Not zero.
        other: Not along it.

    Returns:
        A direction, orthogonal to ``gradient``.
    """
    share = dot(gradient, other) / dot(gradient, gradient)
    aside = {name: share * part - other[name] for name, part in gradient.items()}
    return _times(aside, (dot(gradient, gradient) / dot(aside, aside)) ** 0.5)


def dot(one: Direction, other: Direction) -> float:
    """The inner product of two directions, all their numbers taken as one row."""
    return float(sum((part.double() * other[name].double()).sum() for name, part in one.items()))


def _times(direction: Direction, factor: float) -> Direction:
    return {name: factor * part for name, part in direction.items()}
