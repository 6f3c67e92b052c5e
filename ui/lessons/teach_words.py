"""What the page that teaches says of losses, of a step's fall and of what many learning rates come to."""

import math
from collections.abc import Sequence

from mnist_core import words
from mnist_core.lessons.teach import Cost, Fall, Slope, Trial
from mnist_core.network.model import MLPConfig

MANY = 1_000_000  # from here on, a number is not written out
LITTLE_LEFT = 0.01  # of the loss: its digit has 99 %
SPOILT = 0.9  # of what the original reads: a copy that reads less has forgotten much already


def loss(value: float) -> str:
    """A loss as text, however large."""
    return "over a million" if value >= MANY else words.loss(value)


def in_latex(number: float, digits: int = 4) -> str:
    """A number of some digits, however large or small."""
    if number < MANY:
        return words.significant(number, digits)
    before, power = f"{number:.{digits - 1}e}".split("e+")
    return rf"{before} \cdot 10^{{{int(power)}}}"


def score_slope(found: Slope, digit: int) -> str:
    """The slope of the loss in the score of one digit, in LaTeX, with numbers that can be worked out again."""
    p, y = round(float(found.probabilities[digit]), 4), int(digit == found.digit)
    return rf"\frac{{\partial L}}{{\partial z_{digit}}} \approx {p:.4f} - {y} = {p - y:.4f}"


def why_no_slope(config: MLPConfig) -> str:
    """Why nothing comes back to a first layer with others behind it, in a sentence."""
    where = "the first layer" if len(config.hidden_sizes) == 1 else "the first layer, or of one behind it,"
    neurons = (
        f"no neuron of {where} is active"
        if config.activation == "relu"
        else f"every neuron of {where} is at an end of its {config.activation}, where that is flat"
    )
    return f"For this drawing, {neurons}, so the weights of the first layer get no slope: the step leaves them alone."


def falls(taken: Fall, shorter: Fall | None) -> str:
    """The falls that are foretold beside the real ones, in words: with a short step first, if its slope holds."""
    lines = [f"- With η = {words.learning_rate(taken.rate)}, as chosen: {_fall(taken)}"]
    if shorter:
        times = f"{taken.rate / shorter.rate:,.0f} times shorter"
        lines.insert(0, f"- With η = {words.learning_rate(shorter.rate)}, a step {times}: {_fall(shorter)}")
    return "\n".join(lines)


def why_they_part(taken: Fall) -> str:
    """Whether the fall foretold for the chosen step is the real one, and why not."""
    if taken.agrees:
        return "Foretold and real agree, since even the chosen step is a short one. With a larger η they part."
    if taken.foretold > taken.before:
        return (
            "With the chosen step the slope promises more than there is: no loss falls below 0. A slope holds only "
            "close by, and this step is a long one."
        )
    return "With the chosen step the slope changes on the way: it holds only close by."


def _fall(fall: Fall) -> str:
    foretold, real, was, becomes = _numbers(fall)
    rises = real.startswith("−")
    return (
        f"the slope foretells a fall of **{foretold}**. Really the loss {'rises' if rises else 'falls'} by "
        f"**{real.removeprefix('−')}**, from {was} to {becomes}."
    )


def foretold_and_real(fall: Fall) -> tuple[str, str]:
    """How far the loss of a drawing should fall, and how far it does; below 0 if it rises."""
    foretold, real, *_ = _numbers(fall)
    return foretold, real


def _numbers(fall: Fall) -> list[str]:
    """Foretold, real, before and after, with equally many digits, so that they can be worked out again."""
    if not all(abs(number) < MANY for number in (fall.foretold, fall.real, fall.before)):  # or one is no number
        rises = not fall.after <= fall.before
        real = loss(abs(fall.real))
        return [loss(fall.foretold), f"−{real}" if rises else real, loss(fall.before), loss(fall.after)]
    least = min(fall.foretold, abs(fall.real)) or 1.0
    places = min(9, max(3, 3 - math.floor(math.log10(least))))  # four digits of the smaller one
    before, after = round(fall.before, places), round(fall.after, places)
    real = f"{abs(before - after):,.{places}f}"
    return [
        f"{fall.foretold:,.{places}f}",
        f"−{real}" if after > before else real,
        f"{before:,.{places}f}",
        f"{after:,.{places}f}",
    ]


def counted(cost: Cost, taught: Sequence[int]) -> str:
    """How many images became wrong, and how many of them are read as a digit that was taught; how many became right."""
    wrong = len(cost.became_wrong)
    read_as = ", ".join(f"{cost.wrong_as(digit):,} are now read as {words.a(digit)}" for digit in taught)
    return (
        f"{cost.right_before:,} of {len(cost.labels):,} validation images before, {cost.right_after:,} now.\n\n"
        f"- became wrong: **{wrong:,}**{f', of which {read_as}' if wrong else ''}\n"
        f"- became right: **{len(cost.became_right):,}**"
    )


def remembered(known: int, told: int) -> str:
    """How many of the images taught are read as they were told last."""
    return f"Of {words.count(told, 'image')} taught, it now reads **{known}** as told."


def rates(trials: Sequence[Trial], standing: Trial, original: float) -> str:
    """What the two curves show, if there is something to see.

    Args:
        trials: With the shortest step first.
        standing: With no step at all.
        original: The share of the same images that the network as it came reads rightly.
    """
    if trials[-1].read > standing.read / 2 and standing.read < SPOILT * original:
        return (
            f"There is little left to forget. The network as it came reads {original:.1%} of these images rightly, and "
            f"the copy, after its earlier lessons, only {standing.read:.1%}. *Forget all*, and these curves show what "
            "this one step costs."
        )
    if trials[-1].read > standing.read / 2:
        return "Even the longest step makes it forget little here." + (
            " It is nearly sure of this digit already, so the gradient is small. Take a drawing that it misreads, and "
            "these curves come to life."
            if standing.probability > math.exp(-LITTLE_LEFT)
            else ""
        )
    return (
        "On the left, little is learned and little is lost. On the right, most else is forgotten for one drawing. Look "
        "in between, where the solid line is up and the dashed one not yet down."
    )
