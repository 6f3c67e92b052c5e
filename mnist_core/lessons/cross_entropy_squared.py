"""Squared error beside cross-entropy: how hard each pushes the score of the right answer."""

from collections.abc import Callable

import torch
from torch import Tensor

from mnist_core.network.functions import sigmoid

ENOUGH = 0.9  # the p at which a count of steps ends
MOST_STEPS = 10_000

Push = Callable[[Tensor], Tensor]


def squared_error(z: Tensor) -> Tensor:
    """The squared error of a right answer with the score z: (1 − p)², with p = sigmoid(z).

    Args:
        z: Scores of the right answer over the other, torch.float32 [...].

    Returns:
        Losses, torch.float32 [...], 0 to 1.
    """
    return (1 - sigmoid(z)) ** 2


def push_of_squared_error(z: Tensor) -> Tensor:
    """How hard squared error pushes the score up: its slope, with the sign turned, 2(1 − p) · p(1 − p).

    Args:
        z: As for ``squared_error``.

    Returns:
        torch.float32 [...], 0 to 8/27.
    """
    p = sigmoid(z)
    return 2 * (1 - p) * p * (1 - p)


def push_of_cross_entropy(z: Tensor) -> Tensor:
    """How hard cross-entropy, −ln p, pushes the score up: its slope, with the sign turned, 1 − p.

    Args:
        z: As for ``squared_error``.

    Returns:
        torch.float32 [...], 0 to 1.
    """
    return 1 - sigmoid(z)


def steps_until_right(z: float, push: Push) -> int:
    """How many steps of gradient descent on the score itself, at learning rate 1, bring p to ``ENOUGH``.

    Args:
        z: The score at the start.
        push: One of the two pushes.

    Returns:
        How many; 0 if p is there already, ``MOST_STEPS`` at most.
    """
    score = torch.tensor(z, dtype=torch.float64)
    for step in range(MOST_STEPS):
        if sigmoid(score) >= ENOUGH:
            return step
        score = score + push(score)
    return MOST_STEPS
