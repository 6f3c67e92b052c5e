"""One training step, press by press, and a ruler for its learning rate."""

import streamlit as st
from torch import Tensor

from mnist_core.figures.images import sheet
from mnist_core.figures.ruler import learning_rate_ruler, loss_in_words, written
from mnist_core.figures.signed import largest, signed_pictures
from mnist_core.functions import cross_entropy, cross_entropy_gradient, softmax
from mnist_core.gradients import losses_along
from mnist_core.phases import (
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
from mnist_core.ruler import Ruler
from mnist_core.training import train_step
from ui import dataset, lesson, link, microscope, question, theme
from ui.microscope import RATE
from ui.question import Question
from ui.training_panel import OPTIMIZERS

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


def setting(digits: str) -> microscope.Setting:
    """The controls, and what they say, for the data set of this name."""
    with st.container(border=True):
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
            st.caption(
                "Changing one of these starts again at the first phase. The learning rate is further down, at its "
                "ruler, and can be changed at any time."
            )
    return microscope.Setting(digits, images, seed, NETWORKS[network], weights == "new", optimizer)


@st.fragment
def laboratory() -> None:
    """Everything that moves: all parts show one and the same step."""
    splits = dataset.splits()  # asked once: MNIST may arrive while this page is drawn
    slow = microscope.of_session(setting(splits.name), splits)
    show_presses(slow.moment)
    if slow.moment.is_finite:
        show_tensors(slow)
        show_by_hand(slow)
        show_accumulation(slow)
    show_ruler(slow)


def show_presses(moment: Moment) -> None:
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
            on_click=microscope.press,
            disabled=not moment.is_finite,
        )
        st.button(
            f"Skip {following}" if following in CAN_BE_SKIPPED else "Skip",
            key="step_skip",
            icon=":material/redo:",
            on_click=microscope.press,
            args=(True,),
            disabled=following not in CAN_BE_SKIPPED or not moment.is_finite,
        )
        st.button("Start again", key="step_again", icon=":material/replay:", on_click=microscope.start_again)
    with st.container(border=True, key="step_happened"):
        st.markdown(what_happened(moment))
    st.code(marked_source(moment.phase, moment.skipped), language="python")
    if len(moment.losses) > 1:
        shown = moment.losses[-8:]
        earlier = "… → " if len(moment.losses) > len(shown) else ""
        st.markdown(f"The loss of this batch, step by step: {earlier}{' → '.join(map(loss_in_words, shown))}")


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
                "**Nothing has happened yet.** There are images, their labels, and a network with its weights. There "
                "are no scores, no loss and no gradient. Press *Next*."
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
                "the next phase would add to what the last step has left there."
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
        f"{len(logits)} rows, one for each image, of 10 numbers. The highest score of image 1 is that of the "
        f"{answers[0]}; it is a {labels[0]}. In all, {right} of {len(labels)} are right."
    )


def _said_of_loss(moment: Moment) -> str:
    logits, labels, loss = map(moment.there, ("logits", "labels", "loss"))
    each = " + ".join(loss_in_words(value) for value in cross_entropy(logits, labels).tolist())
    count = len(labels)
    sum_of = f"({each}) / {count}" if count > 1 else each
    return (
        f"**The scores are compared with the labels.** The loss of one image is −ln of the probability that its right "
        f"digit got. The loss of the batch is their mean: {sum_of} = **{loss_in_words(float(loss))}**. Its shape is "
        "[]: one single number."
    )


def _said_of_backward(moment: Moment) -> str:
    *earlier, length = moment.lengths
    if earlier:
        return (
            f"**The gradient was added to what was there.** `.grad` now holds the sum of {len(moment.lengths)} "
            f"backward passes. Its length was {earlier[-1]:.4f}, and is now **{length:.4f}**, "
            f"{length / earlier[-1]:.3f} times as much. If the weights have not moved in between, it is twice as much "
            "after the second pass."
            if earlier[-1]
            else "**The gradient was added to what was there**, which was zero."
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
        f"**Every weight has moved.** The learning rate was {written(update.rate)}. The loss of the same batch, "
        f"worked out once more with the new weights: **{loss_in_words(before)} → {loss_in_words(after)}**, {trend}. "
        "That was one training step. With *Next*, the following one begins, on the same batch."
    )


def show_tensors(slow: SlowStep) -> None:
    """The images, the gradient as pictures, and all tensors in a table."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        digits = microscope.batch()
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
            "Every gradient picture is a mixture of the images in the batch, since the gradient of a weight is what "
            "comes back to its neuron, times the pixel. The paper has a colour too: after normalization it is −0.424, "
            "not 0, so its weights move as well." + _said_of_silence(gradient)
        )


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
    st.markdown(
        "`backward` begins at the end, with the scores, and works its way back to the weights. Its first result is so "
        "simple that you can check it. The gradient of a score is the probability of its digit, minus 1 if that is the "
        "right digit and minus 0 if not. It is divided by the number of images $N$, since the loss is their mean. "
        "**y** is 1 for the right digit and 0 for the others."
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
    if moment.tensors["logits"] is None:
        return []
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
    if moment.tensors["logits"] is None:
        return "The numbers come with `forward`."
    y = int(moment.there("labels")[0])
    said = f"These are two scores of image 1, a {y}: that of the {y} and the highest of the others. "
    if moment.tensors["logits.grad"] is None:
        return said + "`backward` will show whether PyTorch finds the same."
    found, count = moment.there("logits.grad"), len(moment.there("labels"))
    by_hand = cross_entropy_gradient(moment.there("logits"), moment.there("labels")) / count
    apart = float((found - by_hand).abs().max())
    return said + (
        f"`backward` has found {_minus(found[0, y])} and {_minus(found[0, _best_wrong(moment)])}. Of all "
        f"{found.numel()} numbers in `logits.grad`, none differs from the formula by more than "
        f"{'0.0000001' if apart <= 1e-7 else f'{apart:.7f}'}, which is rounding."
    )


def _minus(number: Tensor) -> str:
    return f"{float(number):.4f}".replace("-", "−")


def _weight_in_numbers(update: WeightUpdate) -> list[str]:
    places = 6 if update.rate >= 0.001 else 8
    moved = rf"{update.before:.{places}f} - {written(update.rate)} \cdot "
    result = f"{update.after:.{places}f}"
    gradient = rf"\frac{{\partial J}}{{\partial W}} = {update.gradient:.6f}"
    if update.velocity is not None:
        return [gradient, rf"v = {update.velocity:.6f}", rf"{moved}{_bracketed(update.velocity)} = {result}"]
    if update.mean is not None and update.square is not None:
        root = update.square**0.5
        return [
            gradient,
            rf"\hat m = {update.mean:.6f}, \quad \sqrt{{\hat v}} = {root:.6f}",
            rf"{moved}\frac{{{update.mean:.6f}}}{{{root:.6f}}} = {result}",
        ]
    return [gradient, rf"{moved}{_bracketed(update.gradient)} = {result}"]


def _bracketed(number: float) -> str:
    return f"({number:.6f})" if number < 0 else f"{number:.6f}"


def show_accumulation(slow: SlowStep) -> None:
    """What a second backward pass does to the gradients, with and without zero_grad."""
    st.header("Forget, or add up?", anchor=False)
    st.markdown(
        "Why does `zero_grad` stand there at all? Because `backward` **adds** what it finds to what is in `.grad`. So "
        "the gradients of the last batch must be thrown away, or each step would follow the sum of all slopes since "
        "the start, most of them from places where the weights no longer are."
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
        "The gradient says which way, the **learning rate** says how far. How far is good? Here the step is tried with "
        "each learning rate from 0.00001 to 10, on a copy of the network, and the loss of the batch worked out after "
        "it. SGD, momentum and Adam, as they are used here, all step in a direction that does not depend on the "
        "learning rate: twice the rate is exactly twice the step. So the curve is not an estimate."
    )
    answered = question.ask(TOO_LARGE)
    rate = link.select_slider("Learning rate", RATE, RATES, 0.05, names=written, help=HELP[RATE])
    microscope.set_rate(rate)
    if not answered or not slow.moment.is_finite:
        return
    ruler = microscope.ruler(RULER)
    theme.show(
        learning_rate_ruler(rates=ruler.rates, losses=ruler.losses, now=ruler.now, chosen=rate, theme=theme.current()),
        key="ruler",
        description="The loss after the next step over the learning rate; the sentence below has its numbers.",
    )
    st.markdown(_verdict(ruler, rate))
    lesson.notice(
        "On the left the curve is flat: the steps are too small to change anything. Then it goes down into a valley, "
        "and mostly up again, steeply. The bottom of the valley is best for these few images and this one step. It is "
        "no advice for a whole training, in which every step has other images."
    )


def _verdict(ruler: Ruler, rate: float) -> str:
    """What the learning rate would do, and what the best one would."""
    now, after, best = ruler.now, ruler.loss_at(rate), ruler.losses[ruler.best]
    lowest = f"The lowest loss on the ruler is {loss_in_words(best)}, at {written(ruler.rates[ruler.best])}."
    path = f"from {loss_in_words(now)} to {loss_in_words(after)}"
    match ruler.verdict(rate):
        case "too small":
            said = f"**Too small.** With {written(rate)} the loss falls {path}: not a quarter of the way it could go."
        case "about right":
            said = f"**About right for this step.** With {written(rate)} the loss falls {path}."
        case "too large" if after < now:
            said = (
                f"**Too large.** With {written(rate)} the loss hardly falls, {path}: the step goes beyond the valley."
            )
        case "too large":
            said = f"**Too large.** With {written(rate)} the loss rises, {path}: the step jumps over the valley."
        case _:
            return f"**No learning rate on the ruler makes the loss smaller than it is, {loss_in_words(now)}.**"
    if ruler.has_no_upper_end:
        lowest += " On this batch even the largest rate ends below the loss now; that says nothing about other images."
    return f"{said} {lowest}"


lesson.header("One training step", "What exactly happens to a network when it learns from one batch?")
st.markdown(
    "Training is one small routine, repeated thousands of times: five lines of code that look at a few images, the "
    "**batch**, and then change the network a little. Here the routine stands still. Each press runs one of its lines, "
    "and you can look at everything before you press again."
)
dataset.notice("the batch is made of generated digits, which the program draws itself")
laboratory()
lesson.try_this(
    "Press through a whole step with a learning rate that the ruler calls about right, then one that it calls too "
    "large, and compare the loss after each with what the ruler said. Then change the optimizer to Adam: where is the "
    "valley now?"
)
lesson.show_source(train_step, losses_along, two_backwards, cross_entropy_gradient)
lesson.footer()
