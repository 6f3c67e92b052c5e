"""How the page on breaking a network writes a score."""

from mnist_core.lessons.breaking import ScoreParts


def summed(label: int, parts: ScoreParts, silent: int) -> str:
    """A score as the sum of its parts, in LaTeX; no part is written as minus zero.

    Args:
        label: The digit whose score it is.
        parts: What it is the sum of.
        silent: How many neurons are silenced; without any, their part is left out.
    """
    later = [parts.silent, parts.bias] if silent else [parts.bias]
    terms = "".join(f" {'-' if round(part, 2) < 0 else '+'} {abs(part):.2f}" if part else " + 0" for part in later)
    first, total = (round(number, 2) + 0.0 for number in (parts.speaking, sum(parts)))
    return rf"z_{label} = {first:.2f}{terms} \approx {total:.2f}"
