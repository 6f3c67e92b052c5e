"""What the page on the reader's own test set says of digits, and of the networks that read them."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from mnist_core import words


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
