"""The gradient held against a difference: a weight or a score is moved a little, and the loss is worked out again."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.data.dataset import standardize
from mnist_core.network.functions import cross_entropy
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLP, copied

FIRST = "0.weight"  # the name of the first layer's weights


@dataclass(frozen=True)
class Check:
    """The gradient of one weight, by the formula and by differences.

    Attributes:
        neuron: In the first layer, from 0.
        pixel: The weight's pixel, from 0.
        weight: The weight itself.
        gradient: ∂L/∂w as autograd has it, in float64.
        steps: How far the weight was moved, both ways.
        single: (L(w + ε) − L(w − ε)) / 2ε for each step, worked out in float32.
        double: The same in float64.
    """

    neuron: int
    pixel: int
    weight: float
    gradient: float
    steps: tuple[float, ...]
    single: tuple[float, ...]
    double: tuple[float, ...]

    def error(self, quotient: float) -> float:
        """By what share of the gradient a quotient is off; 1 is as much as the gradient itself."""
        return abs(quotient / self.gradient - 1)

    @property
    def best_single(self) -> float:
        """The step with the smallest error in float32."""
        return min(zip(map(self.error, self.single), self.steps, strict=True))[1]


def check_weight(model: MLP, image: Tensor, label: int, steps: Sequence[float]) -> Check:
    """Checks the weight of the first layer with the largest gradient.

    Args:
        model: Not changed; dropout is off.
        image: torch.float32 [28, 28] in 0..1, of a loss that is not 0.
        label: The digit it shows.
        steps: Above 0.

    Returns:
        The gradient by the formula, and by a difference for each step.
    """
    x, y = standardize(image[None]), torch.tensor([label])
    exact = copied(model).double()
    gradient = batch_gradient(exact.requires_grad_(), x.double(), y)[FIRST]
    neuron, pixel = divmod(int(gradient.abs().argmax()), gradient.shape[1])
    return Check(
        neuron,
        pixel,
        exact.get_parameter(FIRST)[neuron, pixel].item(),
        gradient[neuron, pixel].item(),
        tuple(steps),
        _quotients(copied(model), x, y, (neuron, pixel), steps),
        _quotients(copied(model).double(), x.double(), y, (neuron, pixel), steps),
    )


def _quotients(model: MLP, x: Tensor, y: Tensor, at: tuple[int, int], steps: Sequence[float]) -> tuple[float, ...]:
    weights = model.get_parameter(FIRST)
    return tuple(difference_quotient(model, weights, at, x, y, step) for step in steps)


@torch.no_grad()
def difference_quotient(model: MLP, weights: Tensor, at: tuple[int, int], x: Tensor, y: Tensor, step: float) -> float:
    """The slope of the loss at a weight by its change: (L(w + ε) − L(w − ε)) / 2ε.

    Args:
        model: In eval mode. Its weight is moved, and put back.
        weights: Of one of its layers, torch.float [outputs, inputs].
        at: The row and column of the weight.
        x: What the network is fed, torch.float [1, 784], in the precision of the weights.
        y: The right digit, torch.int64 [1].
        step: ε, above 0.

    Returns:
        The quotient; the two losses are worked out in the precision of the weights.
    """
    weight = weights[at].item()
    losses = []
    for moved in (weight + step, weight - step):
        weights[at] = moved
        losses.append(cross_entropy(model(x), y).item())
    weights[at] = weight
    above, below = losses
    return (above - below) / (2 * step)


def loss_when_moved(z: Sequence[float], right: int, score: int, by: float) -> float:
    """The loss of some scores of which one is moved.

    Args:
        z: The scores.
        right: The right class.
        score: Which one is moved.
        by: How far.

    Returns:
        The loss, worked out in float64.
    """
    moved = torch.tensor(z, dtype=torch.float64)
    moved[score] += by
    return cross_entropy(moved, torch.tensor(right)).item()
