"""How the lesson on the softmax writes what float32 has for a number: also where it is none, or too large for it."""

import math


def in_text(value: float) -> str:
    """Three significant digits, ∞, or that it is not a number."""
    if math.isnan(value):
        return "not a number"
    return "∞" if value == math.inf else f"{value:.3g}"


def in_latex(value: float) -> str:
    """Three decimals, or the sign for infinity."""
    return r"\infty" if value == math.inf else f"{value:.3f}"
