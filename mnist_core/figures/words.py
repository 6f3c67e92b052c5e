"""Probabilities as text. A softmax is never 0 or 1 on paper, even where float32 rounds it so; no text says it is."""

import math

import torch
from torch import Tensor


def percent(probability: float) -> str:
    """A probability to a tenth of a percent."""
    if probability < 0.0005:
        return "under 0.1%"
    if probability >= 0.9995:
        return "over 99.9%"
    return f"{probability:.1%}"


def decimal(probability: float) -> str:
    """A probability with three decimals, or with five where three would make it 0."""
    return f"{probability:.3f}" if probability >= 0.001 else f"{probability:.5f}"


def significant(number: float, digits: int = 4) -> str:
    """A number with some significant digits, in LaTeX: 0.01234, and a power of ten only where it is tiny."""
    if not number or not math.isfinite(number):
        return f"{number:.0f}"
    power = math.floor(math.log10(abs(float(f"{number:.{digits - 1}e}"))))
    if power < -5:
        return rf"{number / 10.0**power:.{digits - 1}f} \cdot 10^{{{power}}}"
    return f"{number:.{max(0, digits - 1 - power)}f}"


def places_that_show(before: float, change: float, after: float) -> int | None:
    """How many decimals show that before − change = after, once all three are rounded.

    Args:
        before: A weight before a step.
        change: What the step took from it, as worked out from numbers that are rounded already.
        after: The weight after the step.

    Returns:
        The fewest, from 4 to 8, with which the weight visibly moves and the equality holds; None if there are none.
    """
    for places in range(4, 9):
        old, new = round(before, places), round(after, places)
        if f"{old - change:.{places}f}" == f"{new:.{places}f}" and (abs(old - new) >= 9 * 10**-places or not change):
            return places
    return None


def digits_in_words(labels: Tensor) -> str:
    """Which digits there are and how often, such as ``0 × 3, 4 × 1``."""
    counts = torch.bincount(labels, minlength=10).tolist()
    return ", ".join(f"{digit} × {count}" for digit, count in enumerate(counts) if count)
