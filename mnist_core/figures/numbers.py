"""Probabilities as text, never rounded to what they are not."""


def percent(probability: float) -> str:
    """A probability to a tenth of a percent, without calling it 0 or 100 % when it is not."""
    if 0 < probability < 0.0005:
        return "under 0.1%"
    if 0.9995 <= probability < 1:
        return "over 99.9%"
    return f"{probability:.1%}"


def decimal(probability: float) -> str:
    """A probability with three decimals, or with five where three would make it 0."""
    return f"{probability:.3f}" if probability >= 0.001 else f"{probability:.5f}"
