"""A toy that fits on a page: points of two classes, one inside the other, and a network with two inputs."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.network.model import ACTIVATIONS

POINTS = 120
GRID = 200  # cells on each side of the picture of what the network says everywhere
REACH = 2.2  # the picture goes from -REACH to REACH, both ways
STEPS = 40
DECAY = 1e-4  # keeps the weights from growing without end once all points are right
NOTHING = "none"


@dataclass(frozen=True)
class Separation:
    """What a small network has made of the two rings.

    Attributes:
        points: torch.float32 [POINTS, 2].
        labels: torch.int64 [POINTS]; 1 inside, 0 outside.
        scores: The logit at each cell of the grid, torch.float32 [GRID, GRID]; above 0 it says inside.
        accuracy: The share of the points it puts right, 0 to 1.
    """

    points: Tensor
    labels: Tensor
    scores: Tensor
    accuracy: float


def rings(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Half of the points in a disc, half in a ring around it with a gap between.

    Args:
        seed: Where they lie.

    Returns:
        The points, torch.float32 [POINTS, 2], and their labels, torch.int64 [POINTS]: 1 inside, 0 outside.
    """
    generator = torch.Generator().manual_seed(seed)
    labels = (torch.arange(POINTS) < POINTS // 2).long()
    share, turn = torch.rand(2, POINTS, generator=generator)
    radius = torch.where(labels == 1, 0.9 * share.sqrt(), 1.4 + 0.6 * share)
    angle = 2 * math.pi * turn
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1), labels


def cell_centres() -> Tensor:
    """Where the cells of the grid lie along each axis: torch.float32 [GRID]."""
    return (torch.arange(GRID) + 0.5) * (2 * REACH / GRID) - REACH


def separate(activation: str, hidden: int, seed: int) -> Separation:
    """Trains a network of two inputs, one hidden layer and one output on the rings.

    Args:
        activation: One of ``ACTIVATIONS``, or ``NOTHING``.
        hidden: Neurons of the hidden layer, 1 or more.
        seed: Of its first weights.

    Returns:
        What came of it.

    Raises:
        ValueError: If there is no such activation, or no hidden neuron.
    """
    if activation not in (*ACTIVATIONS, NOTHING) or hidden < 1:
        raise ValueError(f"There is no hidden layer of {hidden} neurons with the activation {activation!r}.")
    generator = torch.Generator().manual_seed(seed)
    between = ACTIVATIONS[activation]() if activation != NOTHING else nn.Identity()
    model = nn.Sequential(nn.utils.skip_init(nn.Linear, 2, hidden), between, nn.utils.skip_init(nn.Linear, hidden, 1))
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -1, 1, generator=generator)
    points, labels = rings()
    # With 120 points there are no batches. L-BFGS also uses how the slope bends: a fifth of the steps Adam would need.
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(points)[:, 0], labels.float())
        loss = loss + DECAY * sum(parameter.square().sum() for parameter in model.parameters())
        loss.backward()
        return loss.item()

    optimizer.step(closure)
    with torch.no_grad():
        right = (model(points)[:, 0] > 0) == (labels == 1)
        across = cell_centres()
        grid = torch.cartesian_prod(across, across)[:, [1, 0]]  # rows are y, columns x
        return Separation(points, labels, model(grid).view(GRID, GRID), right.float().mean().item())
