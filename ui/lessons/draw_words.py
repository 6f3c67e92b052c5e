"""What the page on drawing says of a reading."""

from torch import Tensor

from mnist_core import words
from mnist_core.handwriting import CANVAS_SIZE
from mnist_core.handwriting.is_digit import DIGIT_FROM, KINDS, RIVAL, SMALLEST, Verdict


def answer(p: Tensor, verdict: Verdict, *, is_short: bool = False) -> tuple[str, str]:
    """What is read: a digit, or that it is not sure; and below it how sure, or why not.

    Args:
        p: Probabilities of the ten digits [10].
        verdict: Whether one may be named.
        is_short: Without what to do about it, where there is little room.
    """
    first, second = p.argsort(descending=True)[:2].tolist()
    sure, doubt = (words.percent(p[each].item()) for each in (first, second))
    if verdict.is_digit:
        return str(first), f"This is {words.a(first)}: {sure}. The second guess is {second}: {doubt}."
    reason = f"{verdict.reason.partition('. ')[0].rstrip('.')}." if is_short else verdict.reason
    return "Not sure", f"{reason} If it had to choose, the network would say {first}: {sure}."


def second_network(verdict: Verdict) -> str:
    """How sure the second network is that this is a digit, or what it takes it for."""
    if verdict.kind in ("digit", "unsure"):
        sure = words.percent(verdict.probabilities[KINDS.index("digit")])
        return f"The second network: this is a digit, {sure}."
    return f"The second network: {likeliest_kinds(verdict)}."


def limits() -> str:
    """From where on a drawing may pass for a digit."""
    return (
        f"It lets pass what is a digit with {DIGIT_FROM:.0%} or more. A drawing that is shorter than "
        f"{SMALLEST * CANVAS_SIZE:.0f} of the canvas' {CANVAS_SIZE} pixels counts as a dot. And where the first "
        f"network finds a second digit at least {RIVAL:.0%} as likely as the first one, both are named."
    )


def likeliest_kinds(verdict: Verdict) -> str:
    """The two kinds of drawing that the second network finds likeliest."""
    likeliest = sorted(zip(verdict.probabilities, KINDS, strict=True), reverse=True)[:2]
    return ", ".join(f"{kind} {words.percent(q)}" for q, kind in likeliest)
