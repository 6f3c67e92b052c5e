"""What the lesson on certainty says of a calibration."""

from mnist_core import words
from mnist_core.evaluation.calibration import Calibration, TemperatureSearch, largest_terms
from mnist_core.figures.certainty import range_of
from mnist_core.network.checkpoint import shipped_card

NINETY = 0.9
TERMS = 3  # of the calibration error, written out


def around_ninety(found: Calibration) -> str:
    """The bin around 90%: what the network claims there, and how often it is right."""
    (ninety,) = (part for part in found.bins if part.low < NINETY <= part.high)
    if not ninety.images:
        return f"**Around 90%**, from {range_of(ninety)}, there is no image."
    there_are = "there is 1 image" if ninety.images == 1 else f"there are {ninety.images:,} images"
    return (
        f"**Around 90%**, from {range_of(ninety)}, {there_are}. The network claims "
        f"{words.percent(ninety.confidence)} on average and reads {ninety.right:,} of them rightly: "
        f"**{ninety.accuracy:.1%}**."
    )


def all_together(found: Calibration) -> str:
    """All images together, and whether the difference is more than chance."""
    return (
        f"**All images together:** it claims {words.percent(found.confidence)} on average and is right in "
        f"{found.accuracy:.1%}. {_surer_or_not(found)}"
    )


def most_in_one_bin(found: Calibration) -> str:
    """How many images have their place in the last bin, where the others hardly count beside them."""
    last = found.bins[-1]
    return (
        f"Of {found.images:,} images, {last.images:,} stand in the last bin, above {last.low:.1%}. So the ECE says "
        "little of the images that the network doubts."
    )


def put_right_before() -> str:
    """That the ready-made network comes with its best temperature folded in."""
    return (
        f"The ready-made network was put right before: its scores were divided by T = "
        f"{shipped_card()['temperature']:.2f}, the temperature that fits these validation images of MNIST. So its best "
        "T is now 1.00."
    )


def at_temperature(t: float, now: Calibration) -> str:
    """What the network claims at a temperature, and how often it is right."""
    points = 100 * (now.confidence - now.accuracy)
    return (
        f"At T = {t:g} it claims **{words.percent(now.confidence)}** on average and is right in "
        f"**{now.accuracy:.1%}**: {words.minus(f'{points:+.1f}')} points."
    )


def _surer_or_not(found: Calibration) -> str:
    points = abs(found.confidence - found.accuracy) * 100
    if found.is_off_by_chance:
        return "Chance alone could make such a difference."
    side = "surer than it is right" if found.confidence > found.accuracy else "less sure than it is right"
    return f"So it is **{side}**, by {points:.1f} percentage points, which is more than chance explains."


def error_in_terms(found: Calibration) -> str:
    """The largest terms of the calibration error, and the sum of the others, in LaTeX."""
    terms, rest = largest_terms(found.bins, TERMS)
    lines = [
        rf"& \tfrac{{{part.images}}}{{{found.images}}} \cdot "
        rf"|{part.accuracy:.4f} - {part.confidence:.4f}| = {value:.4f}"
        for part, value in terms
    ]
    others = sum(part.images > 0 for part in found.bins) - len(terms)
    lines += [rf"& \text{{the other {others}: }} {rest:.4f}"] * (others > 0)
    return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"


def error_beside_chance(found: Calibration) -> str:
    """The calibration error beside the one that chance alone would make."""
    said = (
        f"Would a network with perfectly true probabilities reach 0? No: {found.images:,} images are only a sample, "
        f"and chance alone moves the dots. It would have an ECE of about **{found.error_by_chance:.4f}** here. "
        f"This network has **{found.error:.4f}**"
    )
    if found.error_is_chance:
        return f"{said}: chance alone could make such gaps."
    if found.error > 2 * found.error_by_chance:
        return f"{said}, more than twice that: most of it is not chance."
    return f"{said}, which is more than chance explains."


def judged_by_the_other_half(searched: TemperatureSearch, images: int) -> str:
    """How much better the best temperature looks for being judged on the images that it was chosen on.

    Args:
        searched: What was found on them.
        images: How many they are.
    """
    other, lowest = words.loss(searched.other_half, 4), words.loss(searched.lowest, 4)
    judged = (
        f"**{other}**, the same to its last digit here" if other == lowest else f"**{other}** instead of **{lowest}**"
    )
    return (
        "One thing is not quite fair: the best T was chosen on the same images that it is judged on, so the result is "
        f"a little too good. It is only one number, fitted on {images:,} images. When each half of "
        f"them is judged at the T that is best for the other half, the cross-entropy is {judged}."
    )
