"""The way back in words and formulas, with the numbers of the moment."""

from mnist_core import words
from mnist_core.figures.backpropagation import AT_ALL, AT_NEURON, AT_SCORES, AT_SUM, AT_WEIGHT
from mnist_core.lessons.backpropagation import SmallPass
from mnist_core.lessons.backpropagation_check import Check
from mnist_core.lessons.backpropagation_layer import WayBack

HOW_FAR = ("the loss", "the scores", "the neuron", "its sum", "the weight", "all weights")  # by the steps of the figure


def chain(run: SmallPass, back: int) -> str:
    """The products that lead as far back as the reader has gone, in LaTeX: a line for each step.

    Args:
        run: What went through the small network.
        back: How far back it is, as in ``way_back``.
    """
    one, other = run.score_slopes
    up, down = (in_brackets(run.last[digit][0], 1) for digit in (0, 1))
    factor = "0" if run.hidden[0] == 0 else "1"
    if back < AT_SCORES:
        return rf"L = -\ln p_3 = -\ln {run.p[0]:.2f} = {run.loss:.2f}"
    lines = [rf"\delta_3 &= p_3 - 1 = {_number(one)} \enspace \delta_8 = p_8 - 0 = {_number(other)}"]
    if back >= AT_NEURON:
        both = rf"{in_brackets(one)} \cdot {up} + {in_brackets(other)} \cdot {down}"
        shown = sum(round(slope, 2) * row[0] for slope, row in zip(run.score_slopes, run.last, strict=True))
        lines.append(rf"\frac{{\partial L}}{{\partial h_1}} &= {both} {_equals(shown, run.arrived[0])}")
    if back >= AT_SUM:
        lines.append(rf"\delta_{{h_1}} &= {in_brackets(run.arrived[0])} \cdot {factor} = {_number(run.sum_slopes[0])}")
    if back >= AT_WEIGHT:
        both = rf"{in_brackets(run.sum_slopes[0])} \cdot {run.x[0]:.0f}"
        shown = round(run.sum_slopes[0], 2) * run.x[0]
        lines.append(rf"\frac{{\partial L}}{{\partial w}} &= {both} {_equals(shown, run.first_gradient[0][0])}")
    return r"\begin{aligned} " + r" \\ ".join(lines) + r" \end{aligned}"


def product(run: SmallPass) -> str:
    """The gradient of the weight that is followed, as one product, in LaTeX."""
    terms = [
        rf"{in_brackets(slope)} \cdot {in_brackets(weights[0], 1)}"
        for slope, weights in zip(run.score_slopes, run.last, strict=True)
    ]
    factor = "0" if run.hidden[0] == 0 else "1"
    return (
        rf"= \big( {' + '.join(terms)} \big) \cdot {factor} \cdot {run.x[0]:.0f} = "
        rf"{_number(run.first_gradient[0][0])}"
    )


def meaning(run: SmallPass, back: int) -> str:
    """What the last step was, in a sentence.

    Args:
        run: What went through the small network.
        back: How far back it is, as in ``way_back``.
    """
    is_silent = run.hidden[0] == 0
    gradient = run.first_gradient[0][0]
    return {
        AT_SCORES: "**δ** says how fast the loss rises with a score: its probability, less 1 where it is right.",
        AT_NEURON: "Back along two lines: **times** their weights. Where they meet: **plus**.",
        AT_SUM: "The neuron is silent: **times 0**. Nothing gets through."
        if is_silent
        else "The sum is above 0, so ReLU passes it on: **times 1**.",
        AT_WEIGHT: "Nothing has got this far: w may move a little, and the loss stays."
        if is_silent
        else f"**Times** what the line carries. With w the loss {'falls' if gradient < 0 else 'rises'}.",
        AT_ALL: "Now each line shows its gradient. All eight came from the same way back.",
    }.get(back, "Each circle has what it passes on, each line its weight.")


def in_brackets(value: float, places: int = 2) -> str:
    """A number as a factor in LaTeX, without the sign of what rounds to 0."""
    return words.in_brackets(float(f"{value:z.{places}f}"), places)


def _equals(shown: float, value: float) -> str:
    """The result of a calculation, behind the sign that is true for the rounded numbers it is shown with."""
    sign = "=" if abs(shown - round(value, 2)) < 0.0051 else r"\approx"
    return f"{sign} {_number(value)}"


def _number(value: float) -> str:
    return f"{value:z.2f}"


def gate(way: WayBack, activation: str, dead: int, images: int) -> str:
    """To how many neurons the error gets through, and how large it was at the scores.

    Args:
        way: Of one image.
        activation: Of the network.
        dead: How many of the neurons are silent for all validation images.
        images: How many these are.
    """
    neurons, silent = len(way.deltas), int(way.silent.sum())
    largest = way.p_minus_y.abs().max().item()
    most = f"At the scores, p − y is {words.decimal(largest)} in size at most."
    start = f"{most} It comes back to {words.count(neurons, 'neuron')}"
    if activation != "relu":
        return f"{start}, **times** the slope that {activation} has there."
    are = "is" if silent == 1 else "are"
    said = f"{start}. **{silent}** {are} silent for this image: times 0. It gets through to **{neurons - silent}**."
    if not dead:
        return f"{said} No neuron is silent for all {images:,} validation images."
    are = "is silent" if dead == 1 else "are silent"
    return f"{said} {dead} {are} for all {images:,} validation images: **dead neurons**."


def neuron(way: WayBack, number: int) -> str:
    """The δ of a neuron, and whether it is silent."""
    delta = way.deltas[number].item()
    if way.silent[number]:
        return f"Neuron {number + 1} is **silent**: its δ is 0, and none of its 784 weights is told to move."
    return f"Neuron {number + 1} has δ = **{slope(delta)}**."


def slope(value: float) -> str:
    """A slope in four decimals, or in a power of ten where they would make it 0."""
    if value and abs(value) < 0.00005:
        mantissa, power = f"{value:.1e}".split("e")
        return words.minus(f"{mantissa} · 10") + str(int(power)).translate(_RAISED)
    return words.number(value, 4)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def verdict(check: Check, step: float) -> str:
    """What is wrong with a step, if anything."""
    at = check.steps.index(step)
    single, double = check.single[at], check.double[at]
    if single == 0:
        return "**Too small for float32.** Both losses are the same number there, so the difference is 0."
    if check.error(single) < 0.001:
        return "**A good step.** Both precisions agree with the formula."
    if check.error(double) > 0.001:
        return "**Too large.** The loss curve bends on the way, so no precision helps."
    return "**Too small for float32.** The losses differ in their last digits only, and those are rounded."


def share(error: float) -> str:
    """How far off, as a share: in percent, and as a power of ten where that would be 0."""
    return f"{error:.1%}" if error >= 0.001 else f"{error:.4%}" if error >= 0.00001 else slope(error)
