"""Probabilities as text. A softmax is never 0 or 1 on paper, even where float32 rounds it so; no text says it is."""


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
