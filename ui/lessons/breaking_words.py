"""How the page on breaking a network writes a score, and what it says of attacks."""

from collections.abc import Sequence

from mnist_core import words
from mnist_core.lessons.breaking import ScoreParts
from mnist_core.lessons.breaking_adversarial import LARGEST, LEVELS
from mnist_core.network.model import INPUTS


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


def first_misread(label: int, choices: Sequence[int]) -> str:
    """From which change on an image is misread.

    Args:
        label: The digit it shows.
        choices: As what it is read after a change of 0, 1, 2, … grey levels, up to the largest.
    """
    at = next((epsilon for epsilon, choice in enumerate(choices) if choice != label), None)
    if at is None:
        return f"read rightly up to {LARGEST} levels"
    return f"first misread at {words.count(at, 'level')}" if at else "misread already"


def first_reached(wanted: int, choices: Sequence[int]) -> str:
    """At which change an image is first read as the digit that was wanted; the arguments are as above."""
    if wanted not in choices:
        return f"No change up to {LARGEST} levels makes it read {words.a(wanted)}."
    at = choices.index(wanted)
    return f"It first reads {words.a(wanted)} at {words.count(at, 'level')}." if at else f"It reads {wanted} already."


def pixel_moved(before: int, after: int, sign: float, epsilon: int) -> str:
    """What becomes of one pixel, in LaTeX, between 0 and 1.

    Args:
        before: Its grey level, 0 to 255.
        after: Its grey level after the change.
        sign: Which way it goes, −1, 0 or 1.
        epsilon: How far, in grey levels.
    """
    way = f"{sign:+.0f}" if sign else "0"
    return (
        rf"x' = \operatorname{{clip}}\left({before / LEVELS:.3f} + \tfrac{{{epsilon}}}{{{LEVELS}}} \cdot ({way}),\ 0,\ "
        rf"1\right) = {after / LEVELS:.3f}"
    )


def pushes_table(pushes: Sequence[tuple[float, float]], changes: Sequence[float]) -> str:
    """What the pixels do to the log-odds, as a table in Markdown: aimed, and at random.

    Args:
        pushes: Of each way, the sum of what lowers them and of what raises them.
        changes: Of each way, by how much they really changed.
    """
    rows = {
        "pushes down": [down for down, _ in pushes],
        "pushes up": [up for _, up in pushes],
        "together": [sum(both) for both in pushes],
        "what came of it": changes,
    }
    lines = [f"| {name} | {' | '.join(map(words.signed, numbers))} |" for name, numbers in rows.items()]
    return "\n".join(["| change | aimed | random |", "|---|---:|---:|", *lines])


def aimed_beside_random(aimed: float, random: float) -> str:
    """How much more an aimed change does than a random one of its size.

    Args:
        aimed: The sum of the absolute slopes of all pixels.
        random: The root of the sum of their squares.
    """
    if not random:
        return "Here all slopes are 0: around this image, no pixel changes what the network says."
    return (
        f"So the aimed change does **{aimed / random:.0f} times** as much here. It can be {INPUTS**0.5:.0f} times at "
        f"most, √{INPUTS}, where all slopes are equally steep. With a million pixels, that is {1_000_000**0.5:,.0f} "
        "times."
    )
