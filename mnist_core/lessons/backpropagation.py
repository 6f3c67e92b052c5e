"""The way back of the loss through a network: one that is small enough to see whole."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.network.backpropagation import Backpropagation
from mnist_core.network.functions import softmax
from mnist_core.network.model import INPUTS, MLP, MLPConfig

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


def small_network(weight: float) -> MLP:
    """The small network as one that the project trains: of the 784 inputs only the first two count.

    Args:
        weight: From the first input to the first hidden neuron; finite.
    """
    model = MLP(MLPConfig((2,), classes=2))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.get_parameter("0.weight")[:, :2] = torch.tensor(SMALL_FIRST)
        model.get_parameter("0.weight")[0, 0] = weight
        model.get_parameter("2.weight")[:] = torch.tensor(SMALL_LAST)
    return model


def small_pass(weight: float) -> SmallPass:
    """Goes through the small network and back.

    Args:
        weight: From the first input to the first hidden neuron; finite.

    Returns:
        All numbers on the way, worked out in float32.
    """
    x, right = torch.zeros(1, INPUTS), torch.tensor([SMALL_RIGHT])
    x[0, :2] = torch.tensor(SMALL_X)
    way = Backpropagation(small_network(weight))
    loss, scores = way.run(x, right)
    first, _, last, _ = way.weights
    of_first, sum_slopes, of_last, score_slopes = way.gradients  # a bias is fed 1: its gradient is δ
    sums = first @ x[0]
    return SmallPass(
        x=_pair(x[0, :2]),
        first=_table(first[:, :2]),
        last=_table(last),
        sums=_pair(sums),
        hidden=_pair(sums.clamp(min=0)),
        scores=_pair(scores[0]),
        p=_pair(softmax(scores[0])),
        loss=loss.item(),
        score_slopes=_pair(score_slopes),
        arrived=_pair(score_slopes @ last),
        sum_slopes=_pair(sum_slopes),
        last_gradient=_table(of_last),
        first_gradient=_table(of_first[:, :2]),
    )


def _pair(numbers: Tensor) -> Pair:
    one, two = numbers.tolist()
    return one, two


def _table(numbers: Tensor) -> Table:
    one, two = map(_pair, numbers)
    return one, two
