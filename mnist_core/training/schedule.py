"""The learning rate of each batch, as planned before the run."""

import math
from typing import Protocol

DIVIDED_AT_FIRST = 25.0  # the highest rate by this is the first one
DIVIDED_AT_LAST = 1e4  # the first rate by this is the last one
WARM_UP = 0.3  # share of the batches in which the rate rises
LEAST_MOMENTUM, MOST_MOMENTUM = 0.85, 0.95  # momentum goes the other way: little where the steps are long


class Schedule(Protocol):
    """A learning rate that may change from batch to batch.

    Attributes:
        rate: The learning rate of the next batch.
        momentum: Its momentum.
    """

    rate: float
    momentum: float

    def turn(self, factor: float) -> None:
        """Multiplies the learning rate by a factor from here on, and all that is planned with it."""

    def advance(self) -> None:
        """Goes on to the next batch."""


class Constant:
    """The same learning rate for every batch."""

    def __init__(self, rate: float, momentum: float) -> None:
        self.rate, self.momentum = rate, momentum

    def turn(self, factor: float) -> None:
        """See ``Schedule``."""
        self.rate *= factor

    def advance(self) -> None:
        """See ``Schedule``."""


class OneCycle:
    """Up along half a wave to the highest learning rate, then down along another one to nearly nothing.

    Long steps are for the middle, where the valley is wide; at the end, short ones settle. See Smith (2018), "A
    disciplined approach to neural network hyper-parameters". The numbers are those of PyTorch's ``OneCycleLR``.

    Args:
        highest: The highest learning rate.
        momentum: If it is 0 it stays 0; else it cycles, too.
        batches: In the whole run.
    """

    def __init__(self, highest: float, momentum: float, batches: int) -> None:
        first = highest / DIVIDED_AT_FIRST
        self._first, self._highest, self._last = first, highest, first / DIVIDED_AT_LAST
        self._has_momentum = momentum > 0
        self._top, self._end = WARM_UP * batches - 1, batches - 1  # counted from 0: its first and its last batch
        self._batch = 0
        self._plan()

    def turn(self, factor: float) -> None:
        """See ``Schedule``."""
        self.rate *= factor
        self._first, self._highest, self._last = self._first * factor, self._highest * factor, self._last * factor

    def advance(self) -> None:
        """See ``Schedule``."""
        self._batch += 1
        self._plan()

    def _plan(self) -> None:
        rises = self._batch <= self._top
        if rises:
            way, start, end = self._batch / self._top, self._first, self._highest
            most, least = MOST_MOMENTUM, LEAST_MOMENTUM
        else:
            way, start, end = (self._batch - self._top) / (self._end - self._top), self._highest, self._last
            most, least = LEAST_MOMENTUM, MOST_MOMENTUM
        self.rate = half_wave(start, end, way)
        self.momentum = half_wave(most, least, way) if self._has_momentum else 0.0


def half_wave(start: float, end: float, way: float) -> float:
    """From one number to another along half a cosine wave, slowly at both ends.

    Args:
        start: The number at way 0.
        end: The number at way 1.
        way: 0 to 1.
    """
    return end + (start - end) / 2.0 * (math.cos(math.pi * way) + 1)
