"""What an optimizer makes of the gradients: the new weights.

The arithmetic is done by PyTorch's own fused kernels, each one pass over the weights. Its optimizers call them, too,
but prepare each call longer than the kernel takes where a network is small. The weights are the same to the last bit.
"""

from typing import Protocol

import torch
from torch import Tensor

AVERAGED = 0.999  # how much of the mean squared gradient Adam keeps at each step: β₂
NEVER_ZERO = 1e-8  # that Adam divides by at least: ε
MOMENTUM = 0.9  # how much of the direction so far a step keeps, unless a schedule says otherwise; Adam's β₁


class Update(Protocol):
    """Moves weights against their gradients."""

    momentum: float  # that it has by itself

    def move(self, rate: float, momentum: float) -> None:
        """Changes all weights in place, by the gradients as they are now.

        Args:
            rate: The learning rate η.
            momentum: How much of the direction so far is kept, 0 to below 1.
        """


class SGD:
    """w ← w - η g, or with momentum: v ← momentum · v + g, then w ← w - η v.

    Weight decay adds its share of the weights to g.
    """

    def __init__(self, weights: list[Tensor], gradients: list[Tensor], decay: float, momentum: float) -> None:
        self._weights, self._gradients, self._decay, self.momentum = weights, gradients, decay, momentum
        self._velocities = [torch.zeros_like(weight) for weight in weights] if momentum else []

    def move(self, rate: float, momentum: float) -> None:
        """See ``Update``."""
        torch._fused_sgd_(
            self._weights,
            self._gradients,
            self._velocities,
            lr=rate,
            momentum=momentum,
            weight_decay=self._decay,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,
        )


class Adam:
    """A step of its own length for each weight: w ← w - η m / (√v + ε).

    m is a running mean of g, v of g², both corrected for having begun at 0. See Kingma and Ba (2015). Weight decay adds
    its share of the weights to g; decoupled, which is AdamW, to the step instead (Loshchilov and Hutter, 2019).
    """

    momentum = MOMENTUM

    def __init__(self, weights: list[Tensor], gradients: list[Tensor], decay: float, *, decoupled: bool) -> None:
        self._weights, self._gradients, self._decay = weights, gradients, decay
        self._kernel = torch._fused_adamw_ if decoupled else torch._fused_adam_
        self._means, self._squares = ([torch.zeros_like(weight) for weight in weights] for _ in range(2))
        self._step = torch.zeros(())
        self._steps = [self._step] * len(weights)

    def move(self, rate: float, momentum: float) -> None:
        """See ``Update``."""
        self._step += 1
        self._kernel(
            self._weights,
            self._gradients,
            self._means,
            self._squares,
            [],
            self._steps,
            lr=rate,
            beta1=momentum,
            beta2=AVERAGED,
            weight_decay=self._decay,
            eps=NEVER_ZERO,
            amsgrad=False,
            maximize=False,
        )
