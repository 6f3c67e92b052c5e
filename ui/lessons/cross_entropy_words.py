"""What the lesson on cross-entropy says of scores."""

from collections.abc import Sequence

from mnist_core import words


def model_choice(classes: Sequence[str], scores: Sequence[float]) -> str:
    """Which score is the largest, in a sentence; or in two, where several are.

    Args:
        classes: Their names, in the order of the figure.
        scores: One for each class.
    """
    leaders = [name for name, score in zip(classes, scores, strict=True) if score == max(scores)]
    if len(leaders) == 1:
        return f"Here that is the score of the {leaders[0]}."
    return (
        f"Here {words.listed(leaders)} have the same largest score, which leaves no choice; the outline in the figure "
        f"marks the first of them, the {leaders[0]}."
    )


def tiny(value: float) -> str:
    """A small number with a power of ten: 1.3 · 10⁻⁶; one that has become 0 is 0.

    Args:
        value: 0 or more.
    """
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} · 10{str(int(exponent)).translate(str.maketrans('0123456789-', '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'))}"
