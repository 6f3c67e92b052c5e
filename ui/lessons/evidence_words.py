"""What the page on evidence says of an account: its numbers as they are written, and what they mean."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor

from mnist_core import words
from mnist_core.figures.evidence import add_up
from mnist_core.handwriting.is_digit import Verdict
from mnist_core.lessons.evidence import Evidence
from mnist_core.network.model import MLPConfig


class Account(NamedTuple):
    """The sum of the evidence as it is written: rounded so that it adds up."""

    for_a: float
    for_b: float
    bias: float
    total: float


def account_of(found: Evidence) -> Account:
    """The numbers of the account, with two decimals."""
    (for_a, for_b, bias), total = add_up([found.for_a, found.for_b, found.bias])
    return Account(for_a, for_b, bias, total)


def difference(a: int, b: int) -> str:
    """The difference of two scores, such as z₃ − z₈, for a figure."""
    return f"z{'₀₁₂₃₄₅₆₇₈₉'[a]} − z{'₀₁₂₃₄₅₆₇₈₉'[b]}"


def summand(number: float) -> str:
    """A number with its sign before it, as a further term of a sum in LaTeX."""
    return f"{'+' if number >= 0 else '-'} {abs(number):.2f}"


def answer(p: Tensor, verdict: Verdict) -> str:
    """What is read, by probabilities [10], or why no digit is named; the account holds for both."""
    first, second = p.argsort(descending=True)[:2].tolist()
    sure, doubt = (words.percent(p[each].item()) for each in (first, second))
    if verdict.is_digit:
        return f"Read as {words.a(first, bold=True)}: {sure}, then {second}: {doubt}."
    reason = verdict.reason.partition(". ")[0].rstrip(".")
    return f"**Not sure:** {reason}. If it had to choose, it would say {first} ({sure}), then {second} ({doubt})."


def meaning(total: float, a: int, b: int) -> str:
    """What the difference of two logits says about two digits."""
    if total == 0:
        return f"So for the network {words.a(a)} is as probable as {words.a(b)}."
    more, less = (a, b) if total > 0 else (b, a)
    times = words.times(abs(total))
    return f"So for the network {words.a(more)} is about **{times} times** as probable as {words.a(less)}."


def where_bias_comes_from(config: MLPConfig) -> str:
    """What the bias of the account depends on, in a network of this shape."""
    if config.hidden_sizes:
        return (
            "Still, the ink has a hand in it: it decides which neurons are active, and only active ones pass a bias "
            "on. So another drawing may have another bias, as it may have other weights."
        )
    return "Without a hidden layer it is the same for every drawing: it is there before any ink counts."


def silence(silent: Sequence[tuple[int, int]]) -> str:
    """How many hidden neurons say nothing of a drawing: of each layer how many, and of how many."""
    counts = "; ".join(
        f"{none:,} of the {of:,} in hidden layer {layer}" for layer, (none, of) in enumerate(silent, start=1)
    )
    return (
        f"Silent for this drawing, since their sums are not above 0: {counts}. Whatever their weights are, this time "
        "they add nothing."
    )
