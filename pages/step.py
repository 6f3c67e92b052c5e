"""One training step, press by press, and a ruler for its learning rate."""

import streamlit as st

from mnist_core import words
from mnist_core.figures.images import sheet
from mnist_core.figures.signed import largest, signed_pictures
from mnist_core.figures.step_ruler import learning_rate_ruler
from mnist_core.lessons.step import (
    CAN_BE_SKIPPED,
    PHASES,
    SLOW_OPTIMIZERS,
    Moment,
    SlowStep,
    marked_source,
    two_backwards,
)
from mnist_core.network.functions import cross_entropy_gradient
from mnist_core.network.gradients import losses_along
from mnist_core.training.loop import train_step
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import step_microscope, step_words
from ui.lessons.step_microscope import RATE
from ui.visitor.run_in_words import OPTIMIZERS


def the_routine() -> None:
    """What a training is made of, and what can be done with it here."""
    st.markdown(
        "Training is one small routine, repeated thousands of times: five lines of code that look at a few images, the "
        "**batch**, and then change the network a little. Here the routine stands still. Each press runs one of its "
        "lines, and you can look at everything before you press again."
    )
    dataset.notice("the batch is made of generated digits, which the program draws itself")


@st.fragment
def laboratory() -> None:
    """Everything that moves: all parts show one and the same step."""
    splits = dataset.splits()  # asked once: MNIST may arrive while this page is drawn
    slow = step_microscope.of_session(setting(splits.name), splits)
    show_presses(slow.moment, splits.name)
    with st.container():  # not always there, and long or short: what stands below it keeps its place
        if slow.moment.is_finite:
            show_tensors(slow)
            show_by_hand(slow)
            show_accumulation(slow)
    show_ruler(slow)


NETWORKS = {"784-16-10": (16,), "784-10": ()}
WEIGHTS = ("partly trained", "new")
HELP = {
    "step_images": "How many images it looks at before each change: the size of the batch.",
    "step_seed": "Decides which training images are in the batch, and which random weights a new network starts with.",
    "step_network": "784 pixels in and 10 scores out; 784-16-10 has 16 neurons in between.",
    "step_weights": "New: all weights are random. Partly trained: it has learned from 100 batches of 32 images.",
    "step_optimizer": "The rule that turns gradients into changes of the weights.",
    "step_rate": "How large a change each step makes: what the gradient is multiplied with.",
}
BEGINNING = ("step_images", "step_network", "step_seed", "step_weights", "step_optimizer")


def setting(digits: str) -> step_microscope.StepSetting:
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
        st.caption(
            step_words.settings(
                optimizer,
                shows_optimizer=not link.is_hidden("step_optimizer"),
                shows_box=not all(map(link.is_hidden, BEGINNING)),
                shows_rate=not link.is_hidden(RATE),
            )
        )
    return step_microscope.StepSetting(digits, images, seed, NETWORKS[network], weights == "new", optimizer)


def show_presses(moment: Moment, digits: str) -> None:
    """Where the step stands, the buttons that move it, what has happened, and the line that did it."""
    st.header("Five presses", anchor=False)
    st.markdown(f"**Step {moment.number}** &nbsp; " + " → ".join(step_words.badge(phase, moment) for phase in PHASES))
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
        st.markdown(step_words.what_happened(moment))
        if moment.phase is not None and moment.is_finite:
            st.markdown(step_words.what_is_new(moment))
    st.code(marked_source(moment.phase, moment.skipped), language="python", wrap_lines=True)
    if len(moment.losses) > 1:
        shown = moment.losses[-8:]
        earlier = "… → " if len(moment.losses) > len(shown) else ""
        st.markdown(f"The loss of this batch, step by step: {earlier}{' → '.join(map(words.loss, shown))}")


def show_tensors(slow: SlowStep) -> None:
    """The images, the gradient as pictures, and all tensors in a table."""
    count = len(slow.labels)
    st.markdown(
        "Below is all that is in memory. Each block of numbers is a **tensor**. Its **shape** says how many they are: "
        f"[{count}, 784] means {step_words.rows_of(count)} of 784. `logits` are the scores, ten for each image. What "
        "ends in `.grad` is the gradient of what stands before the dot."
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
        st.table(step_words.rows(slow), border="horizontal")
        st.caption("The arrow: made, changed or thrown away by the last press. W1 and b1 are the first layer.")
    if gradient is not None:
        lesson.notice(
            "Every gradient picture is a mixture of the images in the batch, since the gradient of a weight is the "
            "slope of the neuron's sum, times the pixel, added up over the images. The paper has a colour too: after "
            "normalization it is −0.424, not 0, so its weights move as well." + step_words.silent_neurons(gradient)
        )


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
    lesson.formula(r"\frac{\partial J}{\partial z_i} = \frac{p_i - y_i}{N}", *step_words.scores_in_numbers(slow.moment))
    st.markdown(step_words.compared_with_autograd(slow.moment))
    st.markdown(
        "From there it goes back through the layers, until every weight $W$ has its gradient. Then `step` moves them. "
        f"The rule of {OPTIMIZERS[slow.optimizer_name]}, with $\\eta$ for the learning rate:"
    )
    update = slow.moment.update
    lesson.formula(RULES[slow.optimizer_name], *([] if update is None else step_words.weight_in_numbers(update)))
    if update is None:
        st.caption("The numbers of one weight come with `step`.")
    else:
        st.markdown(
            f"This is what the last step did to one of the weights: that with the largest gradient, from pixel "
            f"{update.pixel % 28 + 1} of row {update.pixel // 28 + 1} to neuron {update.neuron + 1}. "
            + EXPLAINED[slow.optimizer_name]
        )


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


DECADES = (0.00001, 0.0001, 0.001, 0.01, 0.1, 1.0)
RATES = (*(round(decade * step, 8) for decade in DECADES for step in (1, 1.5, 2, 3, 5, 7)), 10.0)
# Dense enough for a smooth curve, and with all that the control can stand on.
RULER = tuple(sorted({*RATES, *(float(f"{10 ** (power / 12):.1e}") for power in range(-60, 13))}))
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
    st.markdown(step_words.verdict(ruler, rate, len(slow.labels)))
    lesson.notice(step_words.curve(ruler, slow))


def in_the_end() -> None:
    """What to try, and the code."""
    foretold = (
        "Press through a whole step and compare the loss after it with what the ruler said."
        if link.is_hidden(RATE)
        else "With the settings that the page begins with, press through a whole step with a learning rate that the "
        "ruler calls about right. Then start again with one that it calls too large, and compare the loss after each "
        "with what the ruler said."
    )
    other = "" if link.is_hidden("step_optimizer") else " Then change the optimizer to Adam: where is the valley now?"
    lesson.try_this(foretold + other)
    lesson.show_source(train_step, losses_along, two_backwards, cross_entropy_gradient)


lesson.show(the_routine, laboratory, in_the_end)
