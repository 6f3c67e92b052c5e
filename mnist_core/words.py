"""Numbers in words: how every page and figure writes them, with a minus as long as a plus and commas in thousands.

A softmax is never 0 or 1 on paper, even where float32 rounds it so; no text says that a probability is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the first page has numbers in words before torch is there
    from torch import Tensor


def minus(text: str) -> str:
    """The same text with every hyphen as a minus sign; for text in which nothing but numbers has one."""
    return text.replace("-", "−")


def number(value: float, places: int = 2) -> str:
    """A number with some decimals: −0.50, 1,234.50; what rounds to nothing has no sign."""
    return minus(f"{value:z,.{places}f}")


def signed(value: float, places: int = 2) -> str:
    """A number with a plus or a minus; what rounds to nothing has neither."""
    text = number(value, places)
    return text if text.startswith("−") or not float(text.replace(",", "")) else f"+{text}"


def count(amount: int, what: str) -> str:
    """Such as 1 image, 3 images, 5,000 images; ``what`` is a noun that takes an s."""
    return f"{amount:,} {what}{'' if amount == 1 else 's'}"


def spelled(amount: int) -> str:
    """A small number as a word, from zero to twelve; a larger one in digits."""
    small = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    return small[amount] if 0 <= amount < len(small) else f"{amount:,}"


def a(digit: int, *, bold: bool = False) -> str:
    """A digit with its article: a 3, an 8; or a **3**, an **8**."""
    return f"{'an' if digit == 8 else 'a'} {f'**{digit}**' if bold else digit}"


def listed(names: Sequence[str]) -> str:
    """At least one name: a; a and b; a, b and c."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


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


def loss(value: float, places: int = 3) -> str:
    """A loss, however large or small, with as many decimals as say something; or that it is no number."""
    if not math.isfinite(value):
        return "not a number"
    if value < 0.00001:
        return "under 0.00001"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.{places}f}" if value >= 0.001 else f"{value:.5f}"


def learning_rate(rate: float) -> str:
    """A learning rate without a power of ten: 0.00003, not 3e-05."""
    return f"{rate:.10f}".rstrip("0").rstrip(".")


def duration(seconds: float) -> str:
    """A time in few words and round numbers."""
    if seconds < 20:
        return f"{max(1, round(seconds))} second{'s' if round(seconds) > 1 else ''}"
    return f"{round(seconds, -1):.0f} seconds" if seconds < 95 else f"{round(seconds / 60):.0f} minutes"


def about(seconds: float) -> str:
    """A time that nobody knows better, in steps of five seconds: about 5 seconds, about 40 seconds, about 2 minutes."""
    return f"about {duration(5 * max(1, round(seconds / 5)))}"


def times(logarithm: float) -> str:
    """The ratio of two probabilities, as text, from the difference of their logits: e to that power."""
    if logarithm < math.log(1e6):
        ratio = math.exp(logarithm)
        return f"{ratio:.1f}" if ratio < 10 else f"{float(f'{ratio:.2g}'):,.0f}"
    # The ratio itself may be too large for a float: after lessons with far too long steps, scores are in the millions.
    power = logarithm / math.log(10)
    mantissa, carried = f"{10 ** (power - math.floor(power)):.1e}".split("e")  # 9.96 is rounded to 1.0e+01
    exponent = math.floor(power) + int(carried)
    return f"{mantissa} · {_power_of_ten(exponent)}"


def _power_of_ten(exponent: int) -> str:
    return f"10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def in_brackets(value: float, places: int = 2) -> str:
    """A number after a sign of multiplication or addition, in LaTeX: one below zero stands in brackets."""
    return f"({value:.{places}f})" if value < 0 else f"{value:.{places}f}"


def grouped(amount: float) -> str:
    """A whole number in LaTeX, with commas in thousands: there a bare comma is followed by a space."""
    return f"{amount:,.0f}".replace(",", "{,}")


def significant(number: float, digits: int = 4) -> str:
    """A number with some significant digits, in LaTeX: 0.01234, and a power of ten only where it is tiny."""
    if not number or not math.isfinite(number):
        return f"{number:.0f}"
    mantissa, power = _mantissa_and_power(number, digits)
    if power < -5:
        return rf"{mantissa} \cdot 10^{{{power}}}"
    return _with_commas(number, digits, power).replace(",", "{,}")


def rounded(number: float, digits: int) -> str:
    """The same in text: 0.00012, 1,615, and 1.2 · 10⁻⁷ where it is tiny."""
    if not number or not math.isfinite(number):
        return minus(f"{number:.0f}")
    mantissa, power = _mantissa_and_power(number, digits)
    return minus(f"{mantissa} · {_power_of_ten(power)}" if power < -5 else _with_commas(number, digits, power))


def _mantissa_and_power(number: float, digits: int) -> tuple[str, int]:
    mantissa, power = f"{number:.{digits - 1}e}".split("e")
    return mantissa, int(power)


def _with_commas(number: float, digits: int, power: int) -> str:
    return f"{number:,.{max(0, digits - 1 - power)}f}"


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
    counts = labels.bincount(minlength=10).tolist()
    return ", ".join(f"{digit} × {count}" for digit, count in enumerate(counts) if count)


def how_many(amount: int, what: str) -> str:
    """The same as ``count``, but of nothing it says: no image."""
    return count(amount, what) if amount else f"no {what}"
