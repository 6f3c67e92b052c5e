"""What the lesson on a training step says of its phases, of its numbers and of the ruler."""

from torch import Tensor

from mnist_core import words
from mnist_core.lessons.step import PHASES, Moment, SlowStep, WeightUpdate, excerpt
from mnist_core.lessons.step_ruler import Ruler
from mnist_core.network.functions import cross_entropy, cross_entropy_gradient, softmax
from ui.visitor.run_in_words import OPTIMIZERS

ABOUT = {
    "sgd": "**SGD**, stochastic gradient descent, is the plain rule: each weight goes against its gradient. "
    "(Stochastic: the images are drawn at random.)",
    "momentum": "**Momentum** keeps some of its speed: earlier gradients count too, less and less.",
    "adam": "**Adam** divides by the usual size of a weight's gradient, so that weights with small gradients move as "
    "far as others.",
}


def about(optimizer: str) -> str:
    """What the optimizers are that can be chosen, or the one there is."""
    return " ".join(ABOUT.values() if optimizer == "" else [ABOUT[optimizer]])


def badge(phase: str, moment: Moment) -> str:
    """A phase in Markdown: the one that has just ended is lit; those before it in this step are ticked off."""
    at = -1 if moment.phase is None else PHASES.index(moment.phase)
    place = [*PHASES].index(phase)  # type: ignore[arg-type]
    if place == at:
        return f":blue-badge[:material/{'block' if moment.skipped else 'arrow_downward'}: {phase}]"
    return f":gray-badge[:material/check: {phase}]" if place < at else f":gray[{phase}]"


def what_happened(moment: Moment) -> str:
    """The phase that has just ended, in words."""
    if not moment.is_finite:
        return (
            "**The numbers have grown out of what the computer can hold.** The learning rate was far too large. "
            "Start again, with a smaller one."
        )
    match moment.phase, moment.skipped:
        case None, _:
            return (
                "**Nothing has happened yet.** There are images, their labels and a network with its weights. Press "
                "the blue button: each press is one move of the training."
            )
        case "forward", _:
            return _forward(moment)
        case "loss", _:
            return _loss(moment)
        case "zero_grad", True:
            return (
                "**zero_grad was skipped.** What is in `.grad` stays there, and `backward` will add to it."
                if moment.lengths
                else "**zero_grad was skipped.** In the first step there is nothing to throw away, so nothing is lost."
            )
        case "zero_grad", False:
            return (
                "**zero_grad.** The old gradients are thrown away: `.grad` of every weight is `None`. Without this, "
                "those "
                "of the last step would be added to the new ones."
            )
        case "backward", _:
            return _backward(moment)
        case "step", True:
            return (
                "**step was skipped.** No weight has moved, and the gradients are still there. Go round once more to "
                "`zero_grad`, and skip that too, to see them add up."
            )
    return _step(moment)


def _forward(moment: Moment) -> str:
    logits, labels = moment.there("logits"), moment.there("labels")
    right = int((logits.argmax(1) == labels).sum())
    return (
        f"**Forward.** The images went through the network. Each came out as ten scores, the **logits**. The highest "
        f"score names the answer: {right} of {len(labels)} {'is' if right == 1 else 'are'} right."
    )


def _loss(moment: Moment) -> str:
    logits, labels, loss = map(moment.there, ("logits", "labels", "loss"))
    each = " + ".join(words.loss(value) for value in cross_entropy(logits, labels).tolist())
    count = len(labels)
    sum_of = f"({each}) / {count}" if count > 1 else each
    return (
        "**Loss.** Each image costs −ln of the probability that its right digit got. The loss of the batch is their "
        f"mean: {sum_of} = **{words.loss(float(loss))}**."
    )


def _backward(moment: Moment) -> str:
    *earlier, length = moment.lengths
    if earlier and not earlier[-1]:
        return "**The gradient was added to what was there**, which was zero."
    if earlier:
        why = (
            "The weights have not moved in between, so the same gradient came twice."
            if len(earlier) == 1 and not moment.moved
            else "Each pass adds the gradient from where the weights stood then."
        )
        return (
            f"**The gradient was added to what was there.** `.grad` now holds the sum of {len(moment.lengths)} "
            f"backward passes. Its norm was {earlier[-1]:.4f}, and is now **{length:.4f}**, "
            f"{length / earlier[-1]:.3f} times as much. {why}"
        )
    return (
        "**Backward.** From the loss back through the layers, the **chain rule** gives every weight its slope: how "
        "fast the loss rises when this weight grows. That is **backpropagation**. All slopes together are the "
        f"**gradient**; its length, the **norm**, is {length:.4f}. No weight has moved yet."
    )


def _step(moment: Moment) -> str:
    before, after = moment.losses[-2:]
    update = moment.update
    assert update is not None
    trend = "lower" if after < before else "higher" if after > before else "the same"
    return (
        f"**Step.** Every weight has moved against its slope, times the learning rate, "
        f"{words.learning_rate(update.rate)}. The loss of the same images: **{words.loss(before)} → "
        f"{words.loss(after)}**, {trend}. Now a new step begins on the same batch."
    )


def what_is_new(moment: Moment) -> str:
    """The tensors that the last phase made, changed or threw away, with their shapes; one phase at least is over."""
    gone = [name for name, tensor in moment.tensors.items() if name in moment.changed and tensor is None]
    there = [name for name in moment.tensors if name in moment.changed and name not in gone]
    # A later pass makes the gradient of the new logits, and changes all that are added up.
    again = [name for name in there if moment.phase == "step" or (len(moment.lengths) > 1 and name != "logits.grad")]
    if moment.phase not in ("backward", "step"):
        again = []
    new = [name for name in there if name not in again]
    said = [
        f"{word}: {', '.join(f'`{name}`, {list(moment.there(name).shape)}' for name in names)}."
        for word, names in (("New", new), ("Changed", again))
        if names
    ]
    if gone:
        said.append(f"Thrown away: {', '.join(f'`{name}`' for name in gone)}.")
    return "\n\n".join(said) or "New: nothing. All numbers are what they were."


def rows_of(count: int) -> str:
    """So many rows, in words."""
    return "1 row" if count == 1 else f"{count} rows"


def rows(slow: SlowStep) -> list[dict[str, str]]:
    """A row of the table for each tensor, its cells by the heads of their columns, in Markdown."""
    return [
        {
            "tensor": f"`{name}`",
            "shape": "–" if tensor is None else str(list(tensor.shape)),
            "some of its values": excerpt(tensor, slow.inked_pixel),
            "last press": "changed" if name in slow.moment.changed else "",
        }
        for name, tensor in slow.moment.tensors.items()
    ]


def silent_neurons(gradient: Tensor) -> str:
    """That some neurons are silent for all images, as their part of the gradient shows; nothing if there are none."""
    silent = int((gradient == 0).all(1).sum())
    if not silent:
        return ""
    which = "One picture is empty: that neuron is" if silent == 1 else f"{silent} pictures are empty: those neurons are"
    return f" {which} silent for all these images, so moving their weights a little changes nothing."


def scores_in_numbers(moment: Moment) -> list[str]:
    """The gradient of two scores of image 1, in LaTeX: that of its right digit, and the best of the others."""
    p, y = softmax(moment.there("logits"))[0], int(moment.there("labels")[0])
    count = len(moment.there("labels"))
    return [
        rf"\frac{{\partial L}}{{\partial z_{i}}} = \frac{{{float(p[i]):.4f} - {int(i == y)}}}{{{count}}} "
        rf"= {(float(p[i]) - (i == y)) / count:.4f}"
        for i in (y, _best_wrong(moment))
    ]


def compared_with_autograd(moment: Moment) -> str:
    """What PyTorch has found for two scores, beside the formula; or that it will."""
    y = int(moment.there("labels")[0])
    said = f"These are two scores of image 1, {words.a(y)}: that of the {y} and the highest of the others. "
    if moment.tensors["logits.grad"] is None:
        return said + "`backward` will show whether PyTorch finds the same."
    found, count = moment.there("logits.grad"), len(moment.there("labels"))
    by_hand = cross_entropy_gradient(moment.there("logits"), moment.there("labels")) / count
    apart = float((found - by_hand).abs().max())
    return said + (
        f"`backward` has found {words.number(float(found[0, y]), 4)} and "
        f"{words.number(float(found[0, _best_wrong(moment)]), 4)}. Of all {found.numel()} numbers in `logits.grad`, "
        f"none differs from the formula by more than {'0.0000001' if apart <= 1e-7 else f'{apart:.7f}'}, which is "
        "rounding."
    )


def _best_wrong(moment: Moment) -> int:
    ranked = moment.there("logits")[0].argsort(descending=True).tolist()
    return int(next(digit for digit in ranked if digit != int(moment.there("labels")[0])))


def weight_in_numbers(update: WeightUpdate) -> list[str]:
    """The rule with the numbers of one weight, in LaTeX: four digits of each, or more where the equality needs them."""
    for digits in (4, 5, 6, 7):
        lines, way, shown = _rule_in_numbers(update, digits)
        places = words.places_that_show(update.before, update.rate * way, update.after)
        if places:
            break
    places = places or 8
    moved = (
        rf"{update.before:.{places}f} - {words.learning_rate(update.rate)} \cdot {shown} = {update.after:.{places}f}"
    )
    return [*lines, moved]


def _rule_in_numbers(update: WeightUpdate, digits: int) -> tuple[list[str], float, str]:
    """What the rate is multiplied with: what it is made of, its value, and how it is written."""

    def rounded(number: float) -> float:
        return float(f"{number:.{digits - 1}e}")

    gradient = rf"\frac{{\partial L}}{{\partial W}} = {words.significant(update.gradient, digits)}"
    if update.mean is not None and update.square is not None:
        mean, root = update.mean, update.square**0.5
        above, below = words.significant(mean, digits), words.significant(root, digits)
        made_of = rf"\hat m = {above}, \quad \sqrt{{\hat v}} = {below}"
        below += " + 0.00000001" if root < 0.0001 else ""
        return [gradient, made_of], rounded(mean) / (rounded(root) + 1e-8), rf"\frac{{{above}}}{{{below}}}"
    way = update.gradient if update.velocity is None else update.velocity
    shown = words.significant(way, digits)
    lines = [gradient] if update.velocity is None else [gradient, f"v = {shown}"]
    return lines, rounded(way), f"({shown})" if way < 0 else shown


def verdict(ruler: Ruler, rate: float, images: int) -> str:
    """What a learning rate would do, and what the best one would.

    Args:
        ruler: The losses after the next step.
        rate: One of the rates on it.
        images: How many are in the batch.
    """
    now, after, best = ruler.now, ruler.loss_at(rate), ruler.losses[ruler.best]
    path = f"from {words.loss(now)} to {words.loss(after)}"
    falls, rises = (f"With {words.learning_rate(rate)} the loss {word} {path}" for word in ("falls", "rises"))
    lowest = f"The lowest loss on the ruler is {words.loss(best)}, at {words.learning_rate(ruler.rates[ruler.best])}."
    match ruler.verdict(rate):
        case "nothing left":
            return f"**Nothing is left to learn from this batch.** Its loss is {words.loss(now)} already."
        case "none helps":
            return f"**No learning rate on the ruler makes the loss smaller than it is, {words.loss(now)}.** {rises}."
        case "too small":
            said = f"**Too small.** {falls}: not a quarter of the way it could go."
        case "a bit small":
            said = f"**A bit small.** {falls}: only a part of the way it could go."
        case "about right":
            said = f"**About right for this step.** {falls}."
        case "large enough":
            whose = "one image" if images == 1 else f"these {images} images"
            enough = words.learning_rate(ruler.enough_from or 0)
            said = f"**Large enough.** {falls}. For {whose} any rate from about {enough} on does."
        case "a bit large":
            said = f"**A bit large.** {falls}: the step goes beyond the lowest point, and part of the way up again."
        case "too large" if after < now:
            hardly = f"With {words.learning_rate(rate)} the loss hardly falls, {path}"
            said = f"**Too large.** {hardly}: the step goes beyond the valley."
        case _:
            said = f"**Too large.** {rises}: the step jumps over the valley."
    return said if ruler.shape == "nothing left" else f"{said} {lowest}"


def landing(ruler: Ruler, rate: float) -> str:
    """Where the ball lands with a learning rate: what is to be said of it beside the hill.

    Args:
        ruler: The losses along the gradient.
        rate: One of the rates on it.
    """
    verdict, after = ruler.verdict(rate), ruler.loss_at(rate)
    said = f"**{verdict.capitalize()}.** The loss goes from {words.loss(ruler.now)} to **{words.loss(after)}**."
    if ruler.is_beyond(rate):
        trend = "lower" if after < ruler.now else "higher"
        where = f"The step goes past the bottom of the valley and lands **on the other side**, {trend} than before."
        return f"{said} {where} A shorter step gets lower."
    match verdict:
        case "too small":
            return f"{said} The ball has hardly left its place."
        case "a bit small":
            return f"{said} The ball is on its way down."
        case "about right":
            return f"{said} The ball is a good part of the way down."
        case "large enough":
            return f"{said} The ball is almost as low as this way leads."
        case _:
            return said


def foretold(norm: float, ruler: Ruler, rate: float) -> list[str]:
    """What the slope foretells of a step, and what came of it, in LaTeX."""
    fall, real = rate * norm**2, ruler.now - ruler.loss_at(rate)
    return [
        rf"\text{{foretold: }} {words.learning_rate(rate)} \cdot {norm:.3f}^2 = {fall:.3f}",
        rf"\text{{measured: }} {ruler.now:.3f} - {ruler.loss_at(rate):.3f} = {real:.3f}",
    ]


def curve(ruler: Ruler, slow: SlowStep) -> str:
    """What to notice in the curve of the losses, whatever its kind.

    Args:
        ruler: The losses after the next step.
        slow: The step they were measured for.
    """
    left = "On the left the curve is flat: the steps are too small to change anything. "
    match ruler.shape:
        case "nothing left":
            return "The batch is learned by heart. No step can make its loss visibly smaller."
        case "no way down":
            return "No part of the curve lies below the loss now. " + _why_no_way_down(slow)
        case "no upper end":
            best = ruler.losses[ruler.best]
            heart = "So few images are learned by heart at once. " if best < 0.01 else ""
            return (
                f"{left}Then it goes down, and stays down to the end: no rate on the ruler is too large. {heart}"
                "That says nothing about other images."
            )
    steeply = "" if ruler.losses[-1] < 2 * ruler.now else ", steeply"
    return (
        f"{left}Then it goes down into a valley, and up again{steeply}. The bottom of the valley is best for these few "
        "images and this one step. It is no advice for a whole training, in which every step has other images."
    )


def _why_no_way_down(slow: SlowStep) -> str:
    """Against the gradient alone, a short step would always lead down."""
    why = []
    if slow.moment.adds_up:
        why.append("`.grad` holds a sum, with gradients of earlier passes in it")
    if slow.remembers:
        why.append(f"{OPTIMIZERS[slow.optimizer_name]} still carries the gradients of earlier steps on")
    if not why:
        return "Hardly anything is left to gain from this batch."
    return f"Against the gradient of this moment alone, a short step would lead down. But {', and '.join(why)}."
