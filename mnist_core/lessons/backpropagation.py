"""The way back of the loss through a network: one that is small enough to see whole."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.network.functions import cross_entropy, cross_entropy_gradient, softmax

SMALL_X = (2.0, 1.0)
SMALL_FIRST = ((0.5, 1.0), (1.0, -1.0))  # weights of the two hidden neurons; the very first is the one that is followed
SMALL_LAST = ((1.0, -1.0), (-0.5, 2.0))  # weights of the two classes
SMALL_RIGHT = 0  # the right class
Pair = tuple[float, float]
Table = tuple[Pair, Pair]  # a row for each neuron


@dataclass(frozen=True)
class SmallPass:
    """Everything in a network of two inputs, two hidden neurons and two classes, forward and back. It has no biases.

    Attributes:
        x: The inputs.
        first: The weights of the hidden neurons.
        last: The weights of the classes.
        sums: Of the hidden neurons.
        hidden: What they pass on: ReLU of the sums.
        scores: The logits z.
        p: The probabilities.
        loss: Of the right class, ``SMALL_RIGHT``.
        score_slopes: ∂L/∂z = p − y.
        arrived: ∂L/∂h: what comes back to each hidden neuron.
        sum_slopes: The same behind ReLU: ∂L/∂sum, 0 for a silent neuron.
        last_gradient: ∂L/∂w for each weight of ``last``.
        first_gradient: The same for ``first``.
    """

    x: Pair
    first: Table
    last: Table
    sums: Pair
    hidden: Pair
    scores: Pair
    p: Pair
    loss: float
    score_slopes: Pair
    arrived: Pair
    sum_slopes: Pair
    last_gradient: Table
    first_gradient: Table


def small_pass(weight: float) -> SmallPass:
    """Goes through the small network and back.

    Args:
        weight: From the first input to the first hidden neuron; finite.

    Returns:
        All numbers on the way, worked out in float64.
    """
    x = torch.tensor(SMALL_X, dtype=torch.float64)
    first = torch.tensor(SMALL_FIRST, dtype=torch.float64)
    first[0, 0] = weight
    last = torch.tensor(SMALL_LAST, dtype=torch.float64)
    right = torch.tensor(SMALL_RIGHT)
    # Forward.
    sums = first @ x
    hidden = sums.clamp(min=0)
    scores = last @ hidden
    # Back: from each number to those it was made of.
    score_slopes = cross_entropy_gradient(scores, right)
    arrived = last.T @ score_slopes  # along each line, times its weight; where lines meet, the sum
    sum_slopes = arrived * (sums > 0)  # a silent neuron lets nothing through
    return SmallPass(
        x=_pair(x),
        first=_table(first),
        last=_table(last),
        sums=_pair(sums),
        hidden=_pair(hidden),
        scores=_pair(scores),
        p=_pair(softmax(scores)),
        loss=cross_entropy(scores, right).item(),
        score_slopes=_pair(score_slopes),
        arrived=_pair(arrived),
        sum_slopes=_pair(sum_slopes),
        last_gradient=_table(torch.outer(score_slopes, hidden)),
        first_gradient=_table(torch.outer(sum_slopes, x)),
    )


def _pair(numbers: Tensor) -> Pair:
    one, two = numbers.tolist()
    return one, two


def _table(numbers: Tensor) -> Table:
    one, two = map(_pair, numbers)
    return one, two
