"""How the lesson on the softmax writes what float32 has for a number: also where it is none, or too large for it."""

import math
from collections.abc import Sequence

from mnist_core import words


def in_text(value: float) -> str:
    """Three significant digits, ∞, or that it is not a number."""
    if math.isnan(value):
        return "not a number"
    return "∞" if value == math.inf else f"{value:.3g}"


def in_latex(value: float) -> str:
    """Three decimals, or the sign for infinity."""
    return r"\infty" if value == math.inf else f"{value:.3f}"


def lead(scores: Sequence[float], temperature: float) -> str:
    """How far the first probability is ahead of the second, in a sentence.

    Args:
        scores: Two or more.
        temperature: What they are divided by, above 0.
    """
    first, second = sorted(range(len(scores)), key=lambda digit: -scores[digit])[:2]
    ratio = words.times((scores[first] - scores[second]) / temperature)
    return f"T = {temperature:g}: p of the {first} is **{ratio} times** p of the {second}."
