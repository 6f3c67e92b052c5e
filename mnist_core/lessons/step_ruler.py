"""A ruler for the learning rate: the real loss of a batch after one step, for every rate on a scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_core.lessons.step import SlowStep
from mnist_core.network.gradients import losses_along

Shape = Literal["nothing left", "no way down", "no upper end", "valley"]
RateVerdict = Literal[
    "nothing left", "none helps", "too small", "a bit small", "about right", "large enough", "a bit large", "too large"
]
# Parts of the best gain on the ruler.
LITTLE = 0.25  # who gets less has a rate that is too small, or too large
GOOD = 0.5  # who gets as much has one that is about right
ALMOST_ALL = 0.9  # where the largest rates of all get as much, there is no upper end
LEARNED = 0.00001  # a loss as good as zero


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
    def shape(self) -> Shape:
        """What kind of curve this is.

        Nothing left: the loss is as good as zero already. No way down: no rate makes it smaller. No upper end: even
        the largest rate gains almost all that can be gained. Valley: the curve goes down, and up again.
        """
        if self.now < LEARNED:
            return "nothing left"
        if not self._most > 0:
            return "no way down"
        return "valley" if self.enough_from is None else "no upper end"

    @property
    def enough_from(self) -> float | None:
        """The rate from which on every one gains almost all that can be gained; None where the largest does not."""
        enough = None
        for rate, loss in zip(reversed(self.rates), reversed(self.losses), strict=True):
            if not self.now - loss >= ALMOST_ALL * self._most > 0:
                break
            enough = rate
        return enough

    @property
    def _most(self) -> float:
        return self.now - self.losses[self.best]

    def loss_at(self, rate: float) -> float:
        """The loss after a step with a rate of the ruler.

        Raises:
            ValueError: If the rate is not on it.
        """
        if rate not in self.rates:
            raise ValueError(f"{rate!r} is not one of the rates that were measured.")
        return self.losses[self.rates.index(rate)]

    def is_beyond(self, rate: float) -> bool:
        """Whether the loss has a lower point on the way: a step with this rate of the ruler lands on the other side."""
        after = self.loss_at(rate)
        return any(loss < after for at, loss in zip(self.rates, self.losses, strict=True) if at < rate)

    def verdict(self, rate: float) -> RateVerdict:
        """What a rate of the ruler is for this one step.

        About right: it gains half of the best gain, or more. A bit small or a bit large: a quarter, or more. Too small
        or too large: less, or the loss rises. Where there is no upper end, none is too large and those far enough on
        are large enough.
        """
        after, enough = self.loss_at(rate), self.enough_from
        if self.shape == "nothing left":
            return "nothing left" if after < LEARNED else "too large"
        if self.shape == "no way down":
            return "none helps"
        if enough is not None and rate >= enough:
            return "large enough"
        gain = self.now - after
        is_below = enough is not None or rate < self.rates[self.best]
        if gain >= GOOD * self._most and enough is None:
            return "about right"
        if gain >= LITTLE * self._most:
            return "a bit small" if is_below else "a bit large"
        # A rate below the best one may be too large too, where the loss rises before it falls again.
        return "too small" if gain >= 0 and is_below else "too large"


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
