"""What the page on drawing says of a reading."""

from torch import Tensor

from mnist_core import words
from mnist_core.handwriting.is_digit import DIGIT_FROM, KINDS, Verdict


def answer(p: Tensor, verdict: Verdict) -> str:
    """The likeliest digit and the runner-up, by probabilities [10], or why no digit is named."""
    first, second = p.argsort(descending=True)[:2].tolist()
    if verdict.is_digit:
        return (
            f"With a probability of **{words.percent(p[first].item())}** this is {words.a(first, bold=True)}. "
            f"The second guess is **{second}**, with {words.percent(p[second].item())}."
        )
    return f"{verdict.reason} Made to choose, the network would say {first} ({words.percent(p[first].item())})."


def second_network(verdict: Verdict) -> str:
    """How sure the second network is that this is a digit, and from where on that is enough."""
    if verdict.kind in ("digit", "unsure"):
        sure = words.percent(verdict.probabilities[KINDS.index("digit")])
        return f"It lets pass what is a digit with {DIGIT_FROM:.0%} or more; here it is {sure}."
    return f"It took this for: {likeliest_kinds(verdict)}."


def likeliest_kinds(verdict: Verdict) -> str:
    """The two kinds of drawing that the second network finds likeliest."""
    likeliest = sorted(zip(verdict.probabilities, KINDS, strict=True), reverse=True)[:2]
    return ", ".join(f"{kind} {words.percent(q)}" for q, kind in likeliest)
