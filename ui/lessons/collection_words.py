"""What the page on the reader's own test set says of digits, and of the networks that read them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from torch import Tensor

from mnist_core import words
from mnist_core.evaluation.accuracy import chance_of_split, wilson_interval
from mnist_core.lessons.collection import OwnDigit
from mnist_core.lessons.collection_learning import FEWEST, Learning, missing
from mnist_core.network.checkpoint import FILE, LESSONS, OWN_DIGITS


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


def who_has_learned_from_neither(learned_from: Collection[str]) -> str:
    """Which of the networks meet all these images for the first time.

    Args:
        learned_from: What some of them have learned from, as their cards say.
    """
    said = "The networks have learned from neither"
    if LESSONS in learned_from:
        said += ", except for taught copies, which were shown some digit by hand, perhaps one of yours"
    if OWN_DIGITS in learned_from:
        said += ", except for those that learned from your digits: their dots flatter them"
    if FILE in learned_from:
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


def whose_instead(digits: Sequence[OwnDigit]) -> str:
    """Whose digits are learned in place of the reader's, and what it takes to learn those.

    Args:
        digits: Those the reader has kept.
    """
    made = "mirrors digits, as many children do."
    absent = missing(digits)
    if len(digits) >= FEWEST and not absent:
        return f"This made-up writer {made}"
    if len(digits) >= FEWEST:
        lacks = words.listed([f"no {digit}" for digit in absent])
        said = f"You have kept {lacks} yet. With each of the ten, it learns your digits."
    elif digits:
        said = f"You have kept {words.how_many(len(digits), 'digit')}. With {FEWEST}, it learns yours."
    else:
        said = f"Keep {FEWEST} digits in scene 1, and it learns yours."
    return f"{said} Until then: a made-up writer who {made}"


def tried(learnings: Mapping[float, Learning], name: str) -> list[dict[str, str]]:
    """A line for each share that was mixed in, below one for the network as it came.

    Args:
        learnings: By the share; at least one, all with the same beginning.
        name: Of what is mixed in.
    """
    short = name.removesuffix(" digits")  # or the lines would break on a phone
    first = next(iter(learnings.values()))
    rows = [("before", first.right[0], first.elsewhere[0])]
    rows += [
        (f"{share:.0%} {short}" if share else f"no {short}", learning.right[-1], learning.elsewhere[-1])
        for share, learning in learnings.items()
        if len(learning.read) > 1
    ]
    return [
        {
            "Each batch": what,
            "Kept back": f"{right} of {len(first.labels)}",
            short[0].upper() + short[1:]: f"{elsewhere / first.images:.1%}",
        }
        for what, right, elsewhere in rows
    ]


def how_sure(learning: Learning) -> str:
    """How much the count of the digits kept back tells."""
    right, images = learning.right[-1], len(learning.labels)
    low, high = wilson_interval(right, images)
    return f"{right} of {images}: 95% interval {low:.0%} to {high:.0%} of such digits."


def could_be_luck(learning: Learning) -> str:
    """Whether the digits kept back show that it reads such digits better now, or worse."""
    gained, lost = learning.gained_and_lost
    if not gained + lost:
        return "It reads the same of the digits kept back as before: they show no difference."
    chance = chance_of_split(gained, lost)
    judgement = "Luck alone would hardly do that." if chance < 0.05 else "That may be luck."
    return (
        f"Of the {len(learning.labels)} digits kept back, it newly reads {gained}, and no longer reads {lost}. Had it "
        f"become no better and no worse, luck would split {gained + lost} so unevenly, or more so, in "
        f"{words.percent(chance)} of all cases (**McNemar's exact test**). {judgement}"
    )
