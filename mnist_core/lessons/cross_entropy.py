"""The price of a single probability."""

import math


def price(p: float) -> float:
    """The loss of an answer that gave the right class the probability p: −ln p.

    Args:
        p: Above 0, at most 1.

    Returns:
        0 or more.

    Raises:
        ValueError: If p is no probability, or 0, which has no price.
    """
    if not 0 < p <= 1:
        raise ValueError(f"The probability of the right class lies above 0 and is 1 at most, not {p}.")
    return 0.0 - math.log(p)  # and not -math.log(p), which is -0 where p is 1
