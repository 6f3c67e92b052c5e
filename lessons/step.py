"""One training step: a hill and a ball, the same from above, how far is too far, and the moves one by one."""

import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.figures.images import sheet
from mnist_core.figures.signed import largest, signed_pictures
from mnist_core.figures.step_hill import hill_and_ball
from mnist_core.figures.step_landscape import loss_landscape
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
from mnist_core.lessons.step_hill import ACROSS, ALONG, IMAGES, LEARNED, STEPS, Hill, direction_across, losses_over
from mnist_core.lessons.step_hill import RATES as BALL_RATES
from mnist_core.network.functions import cross_entropy_gradient
from mnist_core.network.gradients import losses_along
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import train_step
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import step_hill, step_microscope, step_words
from ui.lessons.step_microscope import RATE
from ui.visitor.run_in_words import OPTIMIZERS

PARAMETERS = MLPConfig((128,)).parameter_count
BALL, HILL_SEED = "step_ball", "step_hill_seed"


@lesson.scene("Which way is down, and how far?")
@st.fragment
def downhill() -> None:
    """The loss of a real batch along its gradient, and a ball that takes one step."""
    hill = step_hill.hill(dataset.splits(), link.seed_below(HILL_SEED))
    with lesson.stage():
        figure, beside = st.columns([5, 3], gap="medium", vertical_alignment="center")
        with beside:
            rate = ball_rate()
            st.markdown(step_words.landing(hill.ruler, rate))
        with figure:
            theme.show(
                hill_and_ball(along=ALONG, losses=hill.losses, rate=rate, theme=theme.current()),
                key="step_hill",
                description="The loss as a curve with a valley, a ball where the weights stand, and an arrow to where "
                "the step lands; the text beside it has the numbers.",
            )
    lesson.notice(
        f"The curve is measured: the loss of {IMAGES} images after each step. The **gradient** points uphill, so the "
        "ball goes the other way: **gradient descent**. The **learning rate** is how far the arrow reaches."
    )
    with st.container():
        dataset.notice("the hill is that of generated digits, which the program draws itself")
    lesson.deeper(lambda: how_steep(hill, rate), of_the_hill, lambda: lesson.show_source(losses_along))


def ball_rate() -> float:
    """How far the ball goes."""
    return link.select_slider("Learning rate", BALL, BALL_RATES, 0.05, names=words.learning_rate, help=HELP[RATE])


def how_steep(hill: Hill, rate: float) -> None:
    """What the gradient alone foretells of the step."""
    st.subheader("What the slope foretells", anchor=False)
    st.markdown(
        f"The network, 784-128-10, has {PARAMETERS:,} parameters. The gradient $g$ has a number for each. Its length "
        rf"$\lVert g \rVert$ is called its **norm**: here {hill.norm:.3f}. A short step against it, $\eta$ times $g$, "
        r"lowers the loss $L$ by about $\eta \lVert g \rVert^2$:"
    )
    lesson.formula(
        r"L(\theta - \eta\, g) \approx L(\theta) - \eta \lVert g \rVert^2",
        *step_words.foretold(hill.norm, hill.ruler, rate),
    )
    st.markdown(
        "With the smallest rate both agree best. The larger the step, the more the hill has bent meanwhile. The same "
        "formula says why the gradient is the steepest way: no other direction of the same length has a larger slope."
    )


def of_the_hill() -> None:
    """What the hill is made of, and its seed."""
    batch = step_hill.hill(dataset.splits(), link.seed_below(HILL_SEED)).batch
    st.subheader("Whose hill it is", anchor=False)
    st.image(sheet(images=batch.images, columns=16, factor=2), alt="The images of the batch", output_format="PNG")
    st.markdown(
        f"The network has learned from {LEARNED} batches of 32 images before. These {IMAGES} training images are drawn "
        "at random, so the plain rule is called **stochastic gradient descent**, SGD. Another batch has another hill."
    )
    link.seed("Seed of the batch", HILL_SEED, meaning="Decides which images are in the batch.")


@lesson.scene("What does the hill look like from above?")
@st.fragment
def from_above() -> None:
    """The loss over a plane through the weights as a map, and the step as an arrow on it."""
    splits, seed = dataset.splits(), link.seed_below(HILL_SEED)
    hill, losses = step_hill.hill(splits, seed), step_hill.surface(splits, seed)
    with lesson.stage():
        figure, beside = st.columns(2, gap="medium", vertical_alignment="center")
        with beside:
            rate = ball_rate()
            st.markdown(step_words.landing(hill.ruler, rate))
            st.caption(
                "Lines join places of equal loss; the thick one is as high as the start. The cross is the lowest point "
                "on the way."
            )
        with figure:
            theme.show(
                loss_landscape(
                    along=STEPS,
                    across=ACROSS,
                    losses=losses,
                    before=hill.ruler.now,
                    after=(rate, hill.ruler.loss_at(rate)),
                    lowest=hill.ruler.rates[hill.ruler.best],
                    theme=theme.current(),
                ),
                key="step_landscape",
                description="A map of the loss over two directions of the weights, with lines of equal loss around a "
                "valley. An arrow against the gradient shows the step; the text beside it has the numbers.",
            )
    lesson.notice(
        "The arrow goes against the gradient. The learning rate is its length. The map is one plane out of "
        f"{PARAMETERS:,} directions, one for each weight and bias."
    )
    lesson.deeper(
        which_plane, lambda: in_the_round(hill, losses, rate), lambda: lesson.show_source(direction_across, losses_over)
    )


def which_plane() -> None:
    """What the two directions are."""
    st.markdown(
        "To the right is against the gradient of this batch: the way the ball goes, and the curve of the scene "
        "before. Across is the gradient of another batch, turned until it stands at a right angle to the first, and "
        f"made as long. The map is measured at {len(STEPS)} × {len(ACROSS)} places: at each, all {PARAMETERS:,} "
        f"parameters are moved, and the loss of the {IMAGES} images is worked out. In other directions the hill looks "
        "different; the ball knows only the slope at its place."
    )
    st.markdown(
        "The thick line crosses the arrow at a right angle where it starts. It always does: along the line the loss "
        "stays the same, and the gradient is the way on which it changes most."
    )


def in_the_round(hill: Hill, losses: list[list[float]], rate: float) -> None:
    """The same surface in three dimensions, and the ball on it."""
    from mnist_core.figures.step_surface import loss_surface  # half a second of Plotly that nothing else needs

    st.subheader("The same in three dimensions", anchor=False)
    st.markdown("With a mouse you can turn the hill.")
    st.plotly_chart(
        loss_surface(
            along=STEPS,
            across=ACROSS,
            losses=losses,
            before=hill.ruler.now,
            after=(rate, hill.ruler.loss_at(rate)),
            theme=theme.current(),
        ),
        key="step_surface",
        theme=None,
        config={"displayModeBar": False},
        alt="The loss as a landscape over two directions of the weights. A ball stands on a slope; a second one, in "
        "the direction of the gradient, shows where the step leads. The text beside the map has the numbers.",
    )


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


def setting(digits: str, *, has_rate: bool) -> step_microscope.StepSetting:
    """What the step starts from, behind a button, for the data set of this name."""
    names = (*BEGINNING, RATE) if has_rate else BEGINNING
    with st.container() if all(map(link.is_hidden, names)) else st.popover("Set it up", icon=":material/tune:"):
        images = link.whole_slider("Images in the batch", "step_images", 1, 8, 4, help=HELP["step_images"])
        network = link.buttons("Network", "step_network", NETWORKS, "784-16-10", help=HELP["step_network"])
        weights = link.buttons("Its weights", "step_weights", WEIGHTS, WEIGHTS[0], help=HELP["step_weights"])
        optimizer = link.selectbox(
            "Optimizer",
            "step_optimizer",
            SLOW_OPTIMIZERS,
            "sgd",
            names=OPTIMIZERS.__getitem__,
            help=HELP["step_optimizer"],
        )
        seed = link.seed("Seed", "step_seed", meaning=HELP["step_seed"])
        if has_rate:
            step_rate()
        if not all(map(link.is_hidden, BEGINNING)):
            st.caption("A change starts the step again" + (", but for the learning rate." if has_rate else "."))
    return step_microscope.StepSetting(digits, images, seed, NETWORKS[network], weights == "new", optimizer)


def step_rate(disabled: bool = False) -> float:
    """The learning rate of the step."""
    return link.select_slider(
        "Learning rate", RATE, RATES, 0.05, names=words.learning_rate, help=HELP[RATE], disabled=disabled
    )


def slow_step(*, has_rate: bool = True) -> SlowStep:
    """The visitor's own step, and what it can be set up from."""
    splits = dataset.splits()  # asked once: MNIST may arrive while this page is drawn
    slow = step_microscope.of_session(setting(splits.name, has_rate=has_rate), splits)
    return slow


DECADES = (0.00001, 0.0001, 0.001, 0.01, 0.1, 1.0)
RATES = (*(round(decade * step, 8) for decade in DECADES for step in (1, 1.5, 2, 3, 5, 7)), 10.0)
# Dense enough for a smooth curve, and with all that the control can stand on.
RULER = tuple(sorted({*RATES, *(float(f"{10 ** (power / 12):.1e}") for power in range(-60, 13))}))
TOO_LARGE = Question(
    "ask_rate_times_100",
    "The curve is drawn up to the best rate. Where is the loss with 100 times that rate?",
    "Far above where it was",
    "The gradient tells the way down only close by. So long a step jumps over the valley.",
    {
        "Far lower still": "The way leads down only at first. Then it leads up again, on the other side of the valley.",
        "About where it was": "It would be a coincidence. The loss climbs on with the length of the step, and 100 "
        "times is a long way.",
    },
    order=1,
)


@lesson.scene("How large may a learning rate be?")
@st.fragment
def learning_rate_range() -> None:
    """The learning rate on a scale of six powers of ten, and the loss that each would lead to."""
    answered = question.ask(TOO_LARGE)
    with lesson.stage():
        top = st.container(horizontal=True, vertical_alignment="center")
        with top:
            rate = step_rate(disabled=not answered)
            slow = slow_step(has_rate=False)
        step_microscope.set_rate(rate)
        if not slow.moment.is_finite:
            st.markdown(step_words.what_happened(slow.moment))
            return
        ruler = step_microscope.ruler(RULER)
        best = ruler.rates[ruler.best]
        theme.show(
            learning_rate_ruler(
                rates=ruler.rates,
                losses=ruler.losses,
                now=ruler.now,
                chosen=rate if answered else best,
                until=max(RULER) if answered else best,
                theme=theme.current(),
                height=190,
            ),
            key="ruler",
            description="The loss after the next step over the learning rate; the sentence below has its numbers.",
        )
        if answered:
            st.markdown(step_words.verdict(ruler, rate, len(slow.labels)))
    with st.container():
        if answered:
            lesson.notice(
                "The whole curve was measured before any step: the field calls it a **learning-rate range test**."
            )
    lesson.deeper(*([lambda: of_the_ruler(slow)] if answered else [lambda: st.markdown("Answer first.")]))


def of_the_ruler(slow: SlowStep) -> None:
    """What the curve says, and what to try."""
    st.markdown(step_words.curve(step_microscope.ruler(RULER), slow))
    st.markdown(
        f"{len(RULER)} rates from 0.00001 to 10 are tried, each on a copy of the network, and the loss of the batch is "
        "worked out after the step."
    )
    lesson.try_this(
        "Press through a whole step in the next scene, and compare the loss after it with what the curve says here."
        + ("" if link.is_hidden("step_optimizer") else " Then change the optimizer to Adam: where is the valley now?")
    )
    lesson.show_source(losses_along)


@lesson.scene("What are the moves of one training step?")
@st.fragment
def moves() -> None:
    """A press for each line of the training step."""
    with lesson.stage():
        badges = st.container()
        buttons = st.container(horizontal=True, key="step_buttons")
        with buttons:
            slow = slow_step()
            show_buttons(slow.moment)
        with badges:
            show_badges(slow.moment)
        with st.container(gap="xsmall"):
            step_microscope.show_network()
        says, images = st.columns([3, 1], gap="medium")
        with says:
            happened(slow.moment)
        with images:
            show_batch()
    lesson.notice(
        "Training is these five moves, repeated thousands of times. In a real run each step has other images as its "
        "**batch**. Here it is the same one, so that you can compare."
    )
    lesson.deeper(
        lambda: show_code(slow),
        lambda: show_tensors(slow),
        lambda: show_by_hand(slow),
        lambda: st.markdown(step_words.about("" if not link.is_hidden("step_optimizer") else slow.optimizer_name)),
        lambda: lesson.show_source(train_step, cross_entropy_gradient),
    )


def show_badges(moment: Moment) -> None:
    """Where the step stands."""
    st.markdown(f"**Step {moment.number}** &nbsp; " + " → ".join(step_words.badge(phase, moment) for phase in PHASES))


def show_buttons(moment: Moment) -> None:
    """What moves it."""
    following = moment.next_phase
    st.button(
        f"Do: {following}",
        key="step_next",
        type="primary",
        icon=":material/skip_next:",
        on_click=step_microscope.press,
        disabled=not moment.is_finite,
    )
    st.button(
        "Skip",
        key="step_skip",
        icon=":material/redo:",
        help="zero_grad and step can be left out.",
        on_click=step_microscope.press,
        args=(True,),
        disabled=following not in CAN_BE_SKIPPED or not moment.is_finite,
    )
    st.button("Start again", key="step_again", icon=":material/replay:", on_click=step_microscope.start_again)


def happened(moment: Moment) -> None:
    """What the last press has done."""
    with st.container(border=True, key="step_happened"):
        if step_microscope.has_new_digits() and moment.phase is None:
            digits = dataset.splits().name
            here = "MNIST is here" if digits == state.MNIST else f"The images are now {digits}"
            st.markdown(f":material/restart_alt: **{here}: the step begins again with its images.**")
        st.markdown(step_words.what_happened(moment))
        if len(moment.losses) > 1:
            shown = moment.losses[-6:]
            earlier = "… → " if len(moment.losses) > len(shown) else ""
            st.markdown(f"Loss, step by step: {earlier}{' → '.join(map(words.loss, shown))}")


def show_batch() -> None:
    """The images."""
    digits = step_microscope.batch()
    st.image(
        sheet(images=digits.images, columns=min(4, len(digits)), factor=2),
        caption="the batch",
        alt=f"The batch: {', '.join(map(str, digits.labels.tolist()))}.",
        output_format="PNG",
        width=60 * min(4, len(digits)),
    )


def show_code(slow: SlowStep) -> None:
    """The lines, with an arrow at the one that ran."""
    st.code(marked_source(slow.moment.phase, slow.moment.skipped), language="python", wrap_lines=True)
    if slow.moment.phase is not None and slow.moment.is_finite:
        st.markdown(step_words.what_is_new(slow.moment))


def show_tensors(slow: SlowStep) -> None:
    """All tensors in a table, and what to see in the pictures of the gradient."""
    count = len(slow.labels)
    st.subheader("All that is in memory", anchor=False)
    st.markdown(
        "Each block of numbers is a **tensor**. Its **shape** says how many they are: "
        f"[{count}, 784] means {step_words.rows_of(count)} of 784. `logits` are the scores, ten for each image. What "
        "ends in `.grad` is the gradient of what stands before the dot. W1 and b1 are the first layer."
    )
    st.table(step_words.rows(slow), border="horizontal")
    gradient = slow.moment.tensors["W1.grad"]
    if gradient is not None and slow.moment.is_finite:
        explain_pictures(gradient)


def explain_pictures(gradient: Tensor) -> None:
    """The gradient of the first layer as pictures, and what they show."""
    rows = gradient.view(-1, 28, 28)
    st.image(
        signed_pictures(images=rows, columns=8 if len(rows) == 16 else 5, factor=2, theme=theme.current(), gap=4),
        caption="the gradient",
        alt=f"The gradient of the first layer: a picture for each of its {len(rows)} neurons, a square for each of its "
        "784 weights. Blue is below zero, orange above.",
        output_format="PNG",
        width=480,
    )
    st.markdown(
        f"The pictures of the gradient: one for each of the {len(gradient)} neurons of the first layer, a square for "
        f"each of 784 weights. Blue is below zero, orange above; full colour is ±{largest([gradient]):.4f}. "
        "Every one is a mixture of the images in the batch, since the gradient of a weight is the "
        "slope of the neuron's sum, times the pixel, added up over the images. The paper has a colour too: after "
        "normalisation it is −0.424, not 0, so its weights move as well." + step_words.silent_neurons(gradient)
    )


RULES = {
    "sgd": r"W \leftarrow W - \eta \cdot \frac{\partial L}{\partial W}",
    "momentum": r"\begin{aligned} v &\leftarrow 0.9 \cdot v + \frac{\partial L}{\partial W} \\ "
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
    if not slow.moment.is_finite:
        return
    st.subheader("One score and one weight, by hand", anchor=False)
    if slow.moment.tensors["logits"] is None:
        st.markdown(
            "Two formulas of this step come here, with its numbers, as soon as there are scores: press *Do: forward*."
        )
        return
    st.markdown(
        "`backward` begins at the end, with the scores, and works its way back to the weights. Its first result is so "
        r"simple that you can check it. $L$ is the loss, $z_i$ the score of the digit $i$, and $p_i$ the probability "
        r"made from it. $\frac{\partial L}{\partial z_i}$ is the gradient of the score: how fast the loss changes when "
        "the score grows. It is the probability of the digit, minus 1 if that is the right digit and minus 0 if not; "
        "so $y_i$ is 1 for the right digit and 0 for the others. All is divided by the number of images $N$, since the "
        "loss is their mean."
    )
    lesson.formula(r"\frac{\partial L}{\partial z_i} = \frac{p_i - y_i}{N}", *step_words.scores_in_numbers(slow.moment))
    st.markdown(step_words.compared_with_autograd(slow.moment))
    st.markdown(
        "From there **backpropagation** goes back through the layers by the **chain rule**, until every weight $W$ "
        "has its "
        "gradient. Then `step` moves them. "
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
    "Forward and backward run twice on the same batch, without `zero_grad`. What is in `.grad` then?",
    "Twice the gradient",
    "`backward` adds to what is there. The same gradient has come twice.",
    {
        "The gradient, as after the first": "That would be so if `backward` wrote over what is there. But it adds.",
        "Zero: the two cancel": "They would have to point opposite ways. They are the same gradient, and are added.",
        "Nothing: it is an error": "It would be one if only `backward` ran again, without `forward`. Here both did, "
        "and "
        "PyTorch sees no mistake. So a forgotten `zero_grad` is hard to find.",
    },
    order=1,
)


@lesson.scene("Why is the old gradient thrown away?")
@st.fragment
def forget_or_add_up() -> None:
    """What a second backward pass does to the gradients, with and without zero_grad."""
    answered = question.ask(TWICE)
    with lesson.stage():
        with st.container(horizontal=True, vertical_alignment="center"):
            clears = link.toggle("zero_grad in between", "step_clears", disabled=not answered)
            slow = slow_step()
        show_twice(slow, clears, answered)
    with st.container():
        if answered:
            lesson.notice(
                "`backward` **adds** what it finds to what is in `.grad`. Without `zero_grad`, each step would follow "
                "the "
                "sum of all slopes since the start, most of them from places where the weights no longer are."
            )
    lesson.deeper(lambda: lengths(slow, answered), lambda: lesson.show_source(two_backwards))


def gradients_twice(slow: SlowStep) -> tuple[Tensor, Tensor, Tensor]:
    """The gradient of the first layer after one pass, after two, and after two with zero_grad between."""
    once, twice = two_backwards(slow.model, slow.inputs, slow.labels, zero_grad=False)
    return once, twice, two_backwards(slow.model, slow.inputs, slow.labels, zero_grad=True)[1]


def show_twice(slow: SlowStep, clears: bool, answered: bool) -> None:
    """The gradient of one neuron after the first pass, and after the second, on one colour scale."""
    if not slow.moment.is_finite:
        st.markdown(step_words.what_happened(slow.moment))
        return
    once, twice, again = gradients_twice(slow)
    neuron = int(once.abs().amax(1).argmax())
    second = (again if clears else twice) if answered else once * 0
    norm = f"norm {float(second.double().norm()):.4f}" if answered else "norm ?"
    captions = (f"After one pass: norm {float(once.double().norm()):.4f}", f"After two: {norm}")
    with st.container(horizontal=True):
        for found, caption in zip((once, second), captions, strict=True):
            st.image(
                signed_pictures(
                    images=[found[neuron].view(28, 28)],
                    columns=1,
                    factor=8,
                    theme=theme.current(),
                    limit=largest([twice[neuron]]) or 1.0,
                ),
                caption,
                alt=f"The gradient of the neuron {neuron + 1} in the first layer. {caption}",
                output_format="PNG",
                width=168,
            )


def lengths(slow: SlowStep, answered: bool) -> None:
    """The three norms, and the error that a second backward alone is."""
    if answered and slow.moment.is_finite:
        once, twice, again = (float(gradient.double().norm()) for gradient in gradients_twice(slow))
        st.markdown(
            f"The gradient of W1 has a norm of {once:.4f} after one `backward`; {twice:.4f} after two, without "
            f"`zero_grad` between; {again:.4f} after two, with `zero_grad` between. In the second picture every number "
            "is doubled: the same pattern, in stronger colours."
        )
    st.markdown(
        "What doubles it is `forward` *and* `backward`, run twice. A second `loss.backward()` on the same loss is an "
        "error: after the first, PyTorch has thrown away what the forward pass kept for it. `.grad` then still holds "
        "the first gradient. To add up by hand, go one scene back: after `backward`, skip `step`, go round, skip "
        "`zero_grad`, and watch the norm. Some trainings do so on purpose: **gradient accumulation**, a large batch in "
        "small pieces."
    )


lesson.show(downhill, from_above, learning_rate_range, moves, forget_or_add_up)
