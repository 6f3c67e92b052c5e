"""What the page on the reader's own test set says of digits, and of the networks that read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from mnist_core import words
from mnist_core.evaluation.accuracy import wilson_interval


def one_digit(number: int, label: int, p: Tensor) -> str:
    """What the reader called a digit, and what the network makes of it.

    Args:
        number: Of the digit, from 1.
        label: What the reader called it.
        p: Probabilities of the ten digits, torch.float32 [10].
    """
    choice = int(p.argmax())
    said = f"**Digit {number}**: you called it {words.a(label)}. "
    if label == choice:
        return said + f"So does the network, with a probability of {words.percent(p[label].item())}."
    return said + (
        f"The network reads {words.a(choice)}, with a probability of {words.percent(p[choice].item())}; the "
        f"{label} has {words.percent(p[label].item())}."
    )


def who_has_learned_from_neither(*, with_taught: bool, with_files: bool) -> str:
    """Which of the networks meet all these images for the first time.

    Args:
        with_taught: Whether there are taught copies among them.
        with_files: Whether there are some from files.
    """
    said = "The networks have learned from neither"
    if with_taught:
        said += ", except for taught copies, which were shown some digit by hand, perhaps one of yours"
    if with_files:
        said += ". What a network from a file has learned from, only its maker knows"
    return f"{said}."


def how_the_ready_made_one_learned(card: Mapping[str, Any]) -> str:
    """What its card says of the images it learned from, in a sentence."""
    said = f"The ready-made network learned from {card['dataset']}, turned, slanted and stretched at random"
    if "drawn_digits" in card:
        said += f", and from digits that the program drew: {card['drawn_digits']['share_of_a_batch']:.0%} of each batch"
    return f"{said}."


def mistakes(counts: Sequence[Sequence[int]]) -> str:
    """Which digits were read as which, the most frequent mistake first.

    Args:
        counts: 10 rows of 10: a row for what an image shows, a column for what it was read as.
    """
    cells = [
        (count, shown, read)
        for shown, row in enumerate(counts)
        for read, count in enumerate(row)
        if count and shown != read
    ]
    lines = [f"- {words.a(shown)} read as {words.a(read)}: {count}" for count, shown, read in sorted(cells)[::-1]]
    return "\n".join(lines) or "No digit is misread. Write one as you do in a hurry."


def two_intervals(right: int, images: int, more_right: int, more: int) -> str:
    """From where to where the intervals of two counts reach, in words."""
    (low, high), (lower, higher) = wilson_interval(right, images), wilson_interval(more_right, more)
    return (
        f"With {images} digits: from **{low:.0%} to {high:.0%}**.\n\n"
        f"With {more:,}: from **{lower:.0%} to {higher:.0%}**."
    )
