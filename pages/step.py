"""One training step, press by press, and a ruler for its learning rate."""

import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.figures.images import sheet
from mnist_core.figures.ruler import learning_rate_ruler
from mnist_core.figures.signed import largest, signed_pictures
from mnist_core.lessons.step import (
    CAN_BE_SKIPPED,
    PHASES,
    SLOW_OPTIMIZERS,
    Moment,
    SlowStep,
    WeightUpdate,
    excerpt,
    marked_source,
    two_backwards,
)
from mnist_core.lessons.step_ruler import Ruler
from mnist_core.network.functions import cross_entropy, cross_entropy_gradient, softmax
from mnist_core.network.gradients import losses_along
from mnist_core.training.loop import train_step
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import step_microscope
from ui.lessons.step_microscope import RATE
from ui.visitor.run_in_words import OPTIMIZERS

NETWORKS = {"784-16-10": (16,), "784-10": ()}
WEIGHTS = ("partly trained", "new")
DECADES = (0.00001, 0.0001, 0.001, 0.01, 0.1, 1.0)
RATES = (*(round(decade * step, 8) for decade in DECADES for step in (1, 1.5, 2, 3, 5, 7)), 10.0)
HELP = {
    "step_images": "How many images it looks at before each change: the size of the batch.",
    "step_seed": "Decides which training images are in the batch, and which random weights a new network starts with.",
    "step_network": "784 pixels in and 10 scores out; 784-16-10 has 16 neurons in between.",
    "step_weights": "New: all weights are random. Partly trained: it has learned from 100 batches of 32 images.",
    "step_optimizer": "The rule that turns gradients into changes of the weights.",
    "step_rate": "How large a change each step makes: what the gradient is multiplied with.",
}
BEGINNING = ("step_images", "step_network", "step_seed", "step_weights", "step_optimizer")
ABOUT = {
    "sgd": "**SGD**, stochastic gradient descent, is the plain rule: each weight goes against its gradient. "
    "(Stochastic: the images are drawn at random.)",
    "momentum": "**Momentum** keeps some of its speed: earlier gradients count too, less and less.",
    "adam": "**Adam** divides by the usual size of a weight's gradient, so that small gradients move weights far too.",
}
# Dense enough for a smooth curve, and with all that the control can stand on.
RULER = tuple(sorted({*RATES, *(float(f"{10 ** (power / 12):.1e}") for power in range(-60, 13))}))
RULES = {
    "sgd": r"W \leftarrow W - \eta \cdot \frac{\partial J}{\partial W}",
    "momentum": r"\begin{aligned} v &\leftarrow 0.9 \cdot v + \frac{\partial J}{\partial W} \\ "
    r"W &\leftarrow W - \eta \cdot v \end{aligned}",
    "adam": r"W \leftarrow W - \eta \cdot \frac{\hat m}{\sqrt{\hat v} + \varepsilon}",
}
EXPLAINED = {
    "sgd": "The gradient is above zero where the loss rises with the weight, so the weight goes the other way.",
    "momentum": "$v$ is a running sum: this gradient, and nine tenths of what was there before. In the first step it "
    "is the gradient itself.",
    "adam": r"$\hat m$ is a running mean of the gradients, and $\hat v$ one of their squares; $\varepsilon$ is "
    "0.00000001, against dividing by zero. In the first step the fraction is 1 or −1, so a weight moves by the "
    "learning rate itself, however small its gradient, unless that is 0.",
}
TWICE = Question(
    "ask_backward_twice",
    "`backward()` runs twice on the same batch. The weights have not moved, and there was no `zero_grad()` in between. "
    "What is in `.grad` then?",
    "Twice the gradient",
    "`backward()` does not write its result, it adds it to what is there. The same gradient has come twice.",
    {
        "The gradient, as after the first": "That would be so if `backward()` wrote over what is there. But it adds.",
        "Zero: the two cancel": "They would have to point opposite ways. They are the same gradient, and are added.",
        "Nothing: it is an error": "PyTorch sees no mistake in it. That is why a forgotten `zero_grad()` is hard to "
        "find: the training goes on, with wrong gradients.",
    },
    order=1,
)
TOO_LARGE = Question(
    "ask_rate_times_100",
    "Take the four images and the network that this page begins with. Somebody finds the learning rate that makes "
    "their loss smallest after the step. Then they go back and take the step with 100 times that rate. Where is the "
    "loss of the four images now?",
    "Far above where it was",
    "The gradient tells the way down only close by. So long a step jumps over the valley and up the other side.",
    {
        "Far lower still: the step goes further down": "The way leads down only at first. Then it leads up again, on "
        "the other side of the valley.",
        "About where it was: the two effects cancel": "It would be a coincidence. The loss climbs on with the length "
        "of the step, and 100 times is a long way.",
    },
    order=1,
)


def setting(digits: str) -> step_microscope.Setting:
    """The controls, and what they say, for the data set of this name."""
    with st.container(border=not all(map(link.is_hidden, BEGINNING))):
        left, right = st.columns(2, gap="large")
        with left:
            images = link.whole_slider("Images in the batch", "step_images", 1, 8, 4, help=HELP["step_images"])
            network = link.buttons("Network", "step_network", NETWORKS, "784-16-10", help=HELP["step_network"])
            seed = link.seed("Seed", "step_seed", meaning=HELP["step_seed"])
        with right:
            weights = link.buttons("Its weights", "step_weights", WEIGHTS, WEIGHTS[0], help=HELP["step_weights"])
            optimizer = link.selectbox(
                "Optimizer",
                "step_optimizer",
                SLOW_OPTIMIZERS,
                "sgd",
                names=OPTIMIZERS.__getitem__,
                help=HELP["step_optimizer"],
            )
        st.caption(_said_of_setting(optimizer))
    return step_microscope.Setting(digits, images, seed, NETWORKS[network], weights == "new", optimizer)


def _said_of_setting(optimizer: str) -> str:
    """What the optimizers are, and what the controls that the link has left on the page do to the step."""
    about = [ABOUT[optimizer]] if link.is_hidden("step_optimizer") else ABOUT.values()
    said = []
    if not all(map(link.is_hidden, BEGINNING)):
        said.append("Changing a setting in this box starts again at the first phase.")
        if not link.is_hidden(RATE):
            said.append("The learning rate is further down, at its ruler, and can be changed at any time.")
    return "\n\n".join([" ".join(about), " ".join(said)]).strip()


@st.fragment
def laboratory() -> None:
    """Everything that moves: all parts show one and the same step."""
    splits = dataset.splits()  # asked once: MNIST may arrive while this page is drawn
    slow = step_microscope.of_session(setting(splits.name), splits)
    show_presses(slow.moment, splits.name)
    if slow.moment.is_finite:
        show_tensors(slow)
        show_by_hand(slow)
        show_accumulation(slow)
    show_ruler(slow)


def show_presses(moment: Moment, digits: str) -> None:
    """Where the step stands, the buttons that move it, what has happened, and the line that did it."""
    st.header("Five presses", anchor=False)
    st.markdown(f"**Step {moment.number}** &nbsp; " + " → ".join(_badge(phase, moment) for phase in PHASES))
    following = moment.next_phase
    with st.container(horizontal=True, key="step_buttons"):
        st.button(
            f"Next: {following}",
            key="step_next",
            type="primary",
            icon=":material/skip_next:",
            on_click=step_microscope.press,
            disabled=not moment.is_finite,
        )
        st.button(
            f"Skip {following}" if following in CAN_BE_SKIPPED else "Skip",
            key="step_skip",
            icon=":material/redo:",
            on_click=step_microscope.press,
            args=(True,),
            disabled=following not in CAN_BE_SKIPPED or not moment.is_finite,
        )
        st.button("Start again", key="step_again", icon=":material/replay:", on_click=step_microscope.start_again)
    with st.container(border=True, key="step_happened"):
        if step_microscope.has_new_digits() and moment.phase is None:
            here = "MNIST is here" if digits == state.MNIST else f"The images are now {digits}"
            st.markdown(f":material/restart_alt: **{here}: the step begins again with its images.**")
        st.markdown(what_happened(moment))
        if moment.phase is not None and moment.is_finite:
            st.markdown(what_is_new(moment))
    st.code(marked_source(moment.phase, moment.skipped), language="python", wrap_lines=True)
    if len(moment.losses) > 1:
        shown = moment.losses[-8:]
        earlier = "… → " if len(moment.losses) > len(shown) else ""
        st.markdown(f"The loss of this batch, step by step: {earlier}{' → '.join(map(words.loss, shown))}")


def _badge(phase: str, moment: Moment) -> str:
    """The phase that has just ended is lit; those before it in this step are ticked off."""
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
                "**Nothing has happened yet.** There are images, their labels (which digit each one is), and a network "
                "with its weights. There are no scores yet, no **loss** (how wrong the scores are, as one number) and "
                "no **gradient** (how the loss would change with each weight). Press *Next*."
            )
        case "forward", _:
            return _said_of_forward(moment)
        case "loss", _:
            return _said_of_loss(moment)
        case "zero_grad", True:
            return (
                "**zero_grad was skipped.** What is in `.grad` stays there, and `backward` will add to it."
                if moment.lengths
                else "**zero_grad was skipped.** In the first step there is nothing to throw away, so nothing is lost."
            )
        case "zero_grad", False:
            return (
                "**The old gradients are thrown away.** `.grad` of every weight is `None`: none yet. Without this, "
                "those of the last step would still be there in the next phase."
            )
        case "backward", _:
            return _said_of_backward(moment)
        case "step", True:
            return (
                "**step was skipped.** No weight has moved, and the gradients are still there. Go round once more to "
                "`zero_grad`, and skip that too, to see them add up."
            )
    return _said_of_step(moment)


def _said_of_forward(moment: Moment) -> str:
    logits, labels = moment.there("logits"), moment.there("labels")
    answers = logits.argmax(1).tolist()
    right = sum(a == y for a, y in zip(answers, labels.tolist(), strict=True))
    return (
        f"**The images went through the network.** Each came out as ten scores, the logits: {list(logits.shape)} means "
        f"{_rows_of(len(logits))}, one for each image, of 10 numbers. The highest score of image 1 is that of the "
        f"{answers[0]}; it is a {labels[0]}. In all, {right} of {len(labels)} are right."
    )


def _said_of_loss(moment: Moment) -> str:
    logits, labels, loss = map(moment.there, ("logits", "labels", "loss"))
    each = " + ".join(words.loss(value) for value in cross_entropy(logits, labels).tolist())
    count = len(labels)
    sum_of = f"({each}) / {count}" if count > 1 else each
    return (
        f"**The scores are compared with the labels.** The loss of one image is −ln of the probability that its right "
        f"digit got. The loss of the batch is their mean: {sum_of} = **{words.loss(float(loss))}**. Its shape is "
        "[]: one single number."
    )


def _said_of_backward(moment: Moment) -> str:
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
            f"backward passes. Its length was {earlier[-1]:.4f}, and is now **{length:.4f}**, "
            f"{length / earlier[-1]:.3f} times as much. {why}"
        )
    return (
        "**Every weight knows its slope.** `.grad` says for each weight how fast the loss would change if this weight "
        "grew: above zero, the loss would rise; below zero, it would fall. All these numbers together are the "
        f"**gradient**. Its length, the root of the sum of their squares, is {length:.4f}. No weight has moved yet. "
        "That comes next, as far as the learning rate at the ruler further down says."
    )


def _said_of_step(moment: Moment) -> str:
    before, after = moment.losses[-2:]
    update = moment.update
    assert update is not None
    trend = "lower" if after < before else "higher" if after > before else "the same"
    return (
        f"**Every weight has moved.** The learning rate was {words.learning_rate(update.rate)}. The loss of the same "
        f"batch, worked out once more with the new weights: **{words.loss(before)} → {words.loss(after)}**, {trend}. "
        "That was one training step. With *Next*, the following one begins, on the same batch."
    )


def what_is_new(moment: Moment) -> str:
    """The tensors that the last phase made, changed or threw away, with their shapes."""
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


def show_tensors(slow: SlowStep) -> None:
    """The images, the gradient as pictures, and all tensors in a table."""
    count = len(slow.labels)
    st.markdown(
        "Below is all that is in memory. Each block of numbers is a **tensor**. Its **shape** says how many they are: "
        f"[{count}, 784] means {_rows_of(count)} of 784. `logits` are the scores, ten for each image. What ends in "
        "`.grad` is the gradient of what stands before the dot."
    )
    left, right = st.columns([2, 3], gap="large")
    with left:
        digits = step_microscope.batch()
        st.image(sheet(images=digits.images, columns=min(4, len(digits)), factor=3), output_format="PNG")
        st.caption(f"The batch: {', '.join(map(str, digits.labels.tolist()))}.")
        gradient = slow.moment.tensors["W1.grad"]
        if gradient is None:
            st.markdown("The gradient of $W_1$ as pictures: **none yet.** It comes with `backward`.")
        else:
            rows = gradient.view(-1, 28, 28)
            columns = 4 if len(rows) == 16 else 5
            st.image(
                signed_pictures(images=rows, columns=columns, factor=2, theme=theme.current()), output_format="PNG"
            )
            st.caption(
                f"The gradient of W1: a picture for each of its {len(rows)} neurons, a square for each of 784 weights. "
                f"Blue: below zero; vermillion: above. Full colour is ±{largest([gradient]):.4f}."
            )
    with right:
        st.table(_rows(slow), border="horizontal")
        st.caption("The arrow: made, changed or thrown away by the last press. W1 and b1 are the first layer.")
    if gradient is not None:
        lesson.notice(
            "Every gradient picture is a mixture of the images in the batch, since the gradient of a weight is the "
            "slope of the neuron's sum, times the pixel, added up over the images. The paper has a colour too: after "
            "normalization it is −0.424, not 0, so its weights move as well." + _said_of_silence(gradient)
        )


def _rows_of(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _rows(slow: SlowStep) -> list[dict[str, str]]:
    """A row of the table for each tensor."""
    return [
        {
            "": ":material/arrow_forward:" if name in slow.moment.changed else "",
            "tensor": f"`{name}`",
            "shape": "–" if tensor is None else str(list(tensor.shape)),
            "some of its values": excerpt(tensor, slow.inked_pixel),
        }
        for name, tensor in slow.moment.tensors.items()
    ]


def _said_of_silence(gradient: Tensor) -> str:
    silent = int((gradient == 0).all(1).sum())
    if not silent:
        return ""
    which = "One picture is empty: that neuron is" if silent == 1 else f"{silent} pictures are empty: those neurons are"
    return f" {which} silent for all these images, so moving their weights a little changes nothing."


def show_by_hand(slow: SlowStep) -> None:
    """The two formulas of a step, each with the numbers of one case."""
    st.header("One score and one weight, by hand", anchor=False)
    if slow.moment.tensors["logits"] is None:
        st.markdown("Two formulas of this step come here, with its numbers, as soon as there are scores: press *Next*.")
        return
    st.markdown(
        "`backward` begins at the end, with the scores, and works its way back to the weights. Its first result is so "
        r"simple that you can check it. $J$ is the loss, $z_i$ the score of the digit $i$, and $p_i$ the probability "
        r"made from it. $\frac{\partial J}{\partial z_i}$ is the gradient of the score: how fast the loss changes when "
        "the score grows. It is the probability of the digit, minus 1 if that is the right digit and minus 0 if not; "
        "so $y_i$ is 1 for the right digit and 0 for the others. All is divided by the number of images $N$, since the "
        "loss is their mean."
    )
    lesson.formula(r"\frac{\partial J}{\partial z_i} = \frac{p_i - y_i}{N}", *_scores_in_numbers(slow.moment))
    st.markdown(_compared_with_autograd(slow.moment))
    st.markdown(
        "From there it goes back through the layers, until every weight $W$ has its gradient. Then `step` moves them. "
        f"The rule of {OPTIMIZERS[slow.optimizer_name]}, with $\\eta$ for the learning rate:"
    )
    update = slow.moment.update
    lesson.formula(RULES[slow.optimizer_name], *([] if update is None else _weight_in_numbers(update)))
    if update is None:
        st.caption("The numbers of one weight come with `step`.")
    else:
        st.markdown(
            f"This is what the last step did to one of the weights: that with the largest gradient, from pixel "
            f"{update.pixel % 28 + 1} of row {update.pixel // 28 + 1} to neuron {update.neuron + 1}. "
            + EXPLAINED[slow.optimizer_name]
        )


def _scores_in_numbers(moment: Moment) -> list[str]:
    """For image 1: the score of its right digit, and the best of the others."""
    p, y = softmax(moment.there("logits"))[0], int(moment.there("labels")[0])
    count = len(moment.there("labels"))
    return [
        rf"\frac{{\partial J}}{{\partial z_{i}}} = \frac{{{float(p[i]):.4f} - {int(i == y)}}}{{{count}}} "
        rf"= {(float(p[i]) - (i == y)) / count:.4f}"
        for i in (y, _best_wrong(moment))
    ]


def _best_wrong(moment: Moment) -> int:
    ranked = moment.there("logits")[0].argsort(descending=True).tolist()
    return int(next(digit for digit in ranked if digit != int(moment.there("labels")[0])))


def _compared_with_autograd(moment: Moment) -> str:
    y = int(moment.there("labels")[0])
    said = f"These are two scores of image 1, a {y}: that of the {y} and the highest of the others. "
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


def _weight_in_numbers(update: WeightUpdate) -> list[str]:
    """The rule with the numbers of one weight: four digits of each, or more where the equality needs them."""
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

    gradient = rf"\frac{{\partial J}}{{\partial W}} = {words.significant(update.gradient, digits)}"
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


def show_accumulation(slow: SlowStep) -> None:
    """What a second backward pass does to the gradients, with and without zero_grad."""
    st.header("Forget, or add up?", anchor=False)
    st.markdown(
        "Why does `zero_grad` stand there at all? Leave it out, run `backward` once more, and see what becomes of the "
        "gradients."
    )
    if not question.ask(TWICE):
        return
    kept = two_backwards(slow.model, slow.inputs, slow.labels, zero_grad=False)
    cleared = two_backwards(slow.model, slow.inputs, slow.labels, zero_grad=True)
    neuron = int(kept[0].abs().amax(1).argmax())
    pictures = [gradient[neuron].view(28, 28) for gradient in (kept[0], kept[1], cleared[1])]
    st.image(signed_pictures(images=pictures, columns=3, factor=5, theme=theme.current()), output_format="PNG")
    once, twice, again = (float(gradient.double().norm()) for gradient in (kept[0], kept[1], cleared[1]))
    st.markdown(
        f"The gradient of one neuron, number {neuron + 1}, three times on one colour scale. Left: after one "
        f"`backward`; the gradient of W1 has a length of {once:.4f}. Middle: after two, without `zero_grad` between: "
        f"{twice:.4f}. Right: after two, with `zero_grad` between: {again:.4f}."
    )
    st.markdown(
        "That is why `zero_grad` stands there: `backward` **adds** what it finds to what is in `.grad`. So the "
        "gradients of the last batch must be thrown away, or each step would follow the sum of all slopes since the "
        "start, most of them from places where the weights no longer are."
    )
    lesson.notice(
        "The picture in the middle is the left one with every number doubled: the same pattern, in stronger colours. "
        "The right one is the left one once more. To do it yourself, go up to the five presses: after `backward`, skip "
        "`step`, go round, skip `zero_grad`, and watch the length."
    )


@st.fragment
def show_ruler(slow: SlowStep) -> None:
    """The learning rate, and the loss that each would lead to."""
    st.header("A ruler for the learning rate", anchor=False)
    st.markdown(
        "The gradient says which way, the **learning rate** says how far. How far is good? Here "
        f"{len(RULER)} rates from 0.00001 to 10 are tried. Each is really tried, on a copy of the network, and the "
        "loss of the batch worked out after the step."
    )
    answered = question.ask(TOO_LARGE)
    rate = link.select_slider("Learning rate", RATE, RATES, 0.05, names=words.learning_rate, help=HELP[RATE])
    step_microscope.set_rate(rate)
    if not answered or not slow.moment.is_finite:
        return
    ruler = step_microscope.ruler(RULER)
    theme.show(
        learning_rate_ruler(rates=ruler.rates, losses=ruler.losses, now=ruler.now, chosen=rate, theme=theme.current()),
        key="ruler",
        description="The loss after the next step over the learning rate; the sentence below has its numbers.",
    )
    st.markdown(_verdict(ruler, rate, len(slow.labels)))
    lesson.notice(_said_of_curve(ruler, slow))


def _verdict(ruler: Ruler, rate: float, images: int) -> str:
    """What the learning rate would do, and what the best one would."""
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


def _said_of_curve(ruler: Ruler, slow: SlowStep) -> str:
    """What to notice, for each kind of curve."""
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


lesson.header("One training step", "What exactly happens to a network when it learns from one batch?")
st.markdown(
    "Training is one small routine, repeated thousands of times: five lines of code that look at a few images, the "
    "**batch**, and then change the network a little. Here the routine stands still. Each press runs one of its lines, "
    "and you can look at everything before you press again."
)
dataset.notice("the batch is made of generated digits, which the program draws itself")
laboratory()
lesson.try_this(
    (
        "Press through a whole step and compare the loss after it with what the ruler said."
        if link.is_hidden(RATE)
        else "With the settings that the page begins with, press through a whole step with a learning rate that the "
        "ruler calls about right. Then start again with one that it calls too large, and compare the loss after each "
        "with what the ruler said."
    )
    + ("" if link.is_hidden("step_optimizer") else " Then change the optimizer to Adam: where is the valley now?")
)
lesson.show_source(train_step, losses_along, two_backwards, cross_entropy_gradient)
lesson.footer()
