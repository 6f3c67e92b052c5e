"""A ruler for the learning rate: the real loss of a batch after one step, for every rate on a scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_core.gradients import losses_along
from mnist_core.phases import SlowStep

Verdict = Literal["too small", "about right", "too large", "none helps"]
LITTLE = 0.25  # of the best gain on the ruler: who gets less has a rate that is too small, or too large


@dataclass(frozen=True)
class Ruler:
    """The losses of one batch after the next step.

    Attributes:
        rates: Learning rates, ascending.
        losses: The loss after a step with each; inf or nan where it is no number any more.
        now: The loss before the step.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    now: float

    @property
    def best(self) -> int:
        """The index of the rate with the lowest loss."""
        return min(range(len(self.losses)), key=lambda i: self.losses[i] if math.isfinite(self.losses[i]) else math.inf)

    @property
    def has_no_upper_end(self) -> bool:
        """Whether even the largest rate ends below the loss now."""
        return self.losses[-1] < self.now

    def loss_at(self, rate: float) -> float:
        """The loss after a step with a rate of the ruler.

        Raises:
            ValueError: If the rate is not on it.
        """
        if rate not in self.rates:
            raise ValueError(f"{rate!r} is not one of the rates that were measured.")
        return self.losses[self.rates.index(rate)]

    def verdict(self, rate: float) -> Verdict:
        """Whether a rate of the ruler is too small, about right or too large for this one step.

        Too large: the loss does not fall, or falls by less than a quarter of the best gain, at a rate above the best
        one. Too small: the same at a rate below the best one.
        """
        most = self.now - self.losses[self.best]
        if not most > 0:
            return "none helps"
        gain = self.now - self.loss_at(rate)
        if gain >= LITTLE * most:
            return "about right"
        # A rate below the best one may be too large too, where the loss rises before it falls again.
        return "too small" if gain >= 0 and rate < self.rates[self.best] else "too large"


def measure(slow: SlowStep, rates: Sequence[float]) -> Ruler:
    """The losses along the next step of an optimizer.

    Exact for every optimizer whose step is a direction times the learning rate: those of ``SlowStep``.

    Args:
        slow: Where training stands; not changed.
        rates: Learning rates, ascending.

    Returns:
        The ruler.
    """
    now, *losses = losses_along(slow.model, slow.inputs, slow.labels, slow.direction(), [0.0, *rates])
    return Ruler(tuple(rates), tuple(losses), now)
