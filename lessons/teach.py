"""Teach it your digit: one training step on one drawing, and what it costs."""

import streamlit as st
import torch

from mnist_core import words
from mnist_core.figures.cards import cards, large, two_lines
from mnist_core.figures.signed import largest, signed_pictures
from mnist_core.figures.teach import before_and_now, lessons_curve, loss_and_slope, rates_tried, score_slopes
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.teach import MOST_LESSONS, Cost, Fall, rank_one, slope, step, teach
from ui.frame import dataset, lesson, link, theme
from ui.frame.question import Question, ask
from ui.lessons import teach_desk, teach_words
from ui.lessons.teach_desk import Step
from ui.visitor import networks
from ui.visitor.desk import Desk

DECADES = (0.0001, 0.001, 0.01, 0.1, 1.0)
RATES = (*(round(decade * step, 6) for decade in DECADES for step in (1, 2, 3, 5)), 10.0)
RATE = 0.003  # benchmarks/teaching.py: of what each network reads worst, most is learned, and little is lost
RATE_KEY = "teach_rate"


@lesson.scene("Can one press teach it your digit?")
@st.fragment
def one_press() -> None:
    """The canvas, and beside it what the copy gives the digit before the step and after."""
    at = teach_desk.desk()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="small")
        with left:
            shown = teach_desk.subject(at)
        with right, st.container(gap="xsmall"):
            now = teach_desk.step_on(at, shown, teach_desk.ask_digit(at, shown))
            buttons(now)
            show_before_and_now(now)
    lesson.notice(
        "A press is one **training step**: every weight moves a little, so that this digit gets a higher probability. "
        "Only a copy of your own learns it."
    )
    lesson.deeper(the_copy, set_rate_and_network, to_try, code)


def rate_now() -> float:
    """The learning rate, where its slider stands in another scene or further down."""
    return link.choice_below(RATE_KEY, RATES, RATE, names=words.learning_rate)


def rate_slider(*, disabled: bool = False) -> float:
    """How long the step is."""
    return link.select_slider(
        "Learning rate η",
        RATE_KEY,
        RATES,
        RATE,
        names=words.learning_rate,
        help="How far the step goes: what the gradient is multiplied with.",
        disabled=disabled,
    )


def buttons(now: Step, *, disabled: bool = False) -> None:
    """To give a lesson, to take lessons back, and to keep what came of them."""
    at, given = now.at, len(now.at.pupil.lessons)
    if link.is_drawn_already("teach_it"):
        return
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            f"Teach it: this is {words.a(now.digit)}",
            key="teach_it",
            type="secondary" if disabled else "primary",
            icon=":material/school:",
            on_click=teach_desk.teach_newest,
            args=(at, now.shown, now.digit, rate_now()),
            disabled=disabled or given >= MOST_LESSONS,
        )
        undo_button(at, disabled=disabled)
    say_trouble(at)


def undo_button(at: Desk, *, disabled: bool = False) -> None:
    """To take the last lesson back."""
    if link.is_drawn_already("teach_back"):
        return
    st.button(
        "Undo lesson",
        key="teach_back",
        icon=":material/undo:",
        help="Takes the last lesson back.",
        on_click=teach_desk.take_back,
        args=(at,),
        disabled=disabled or not at.pupil.lessons,
    )


def say_trouble(at: Desk) -> None:
    """Why a lesson was not given, or can't be; always a container, so that what is below does not move."""
    with st.container():
        if at.trouble:
            st.warning(at.trouble, icon=":material/warning:")
        elif len(at.pupil.lessons) >= MOST_LESSONS:
            st.caption(f"It had {MOST_LESSONS} lessons, which is the most. Undo one, or let it forget all.")


def show_before_and_now(now: Step) -> None:
    """What the network as it came gives each digit, and what the copy gives it now."""
    given = len(now.at.pupil.lessons)
    with st.container(horizontal=True, gap="small", key="teach_probabilities"):
        for place, found in enumerate((now.original, now.now)):
            if place and not given:
                st.metric("After the lesson", "?", width="stretch")
            else:
                when = f"After {words.count(given, 'lesson')}" if place else "Before"
                read = int(found.probabilities.argmax())
                p = words.percent(float(found.probabilities[now.digit]))
                st.metric(f"{when}: read as {words.a(read)}", p, width="stretch")
    st.caption(f"The probability of the {now.digit}. Outlined bars: before. Filled: after.")
    theme.show(
        before_and_now(
            before=now.original.probabilities.tolist(),
            now=now.now.probabilities.tolist() if given else None,
            right=now.digit,
            theme=theme.current(),
            height=115,
        ),
        key="teach_before_and_now",
        description="The probability of each digit before and now, as bars; the text above has that of your digit.",
    )
    with st.container():
        if now.is_sure and not now.last:
            nothing_to_learn(now)


def nothing_to_learn(now: Step) -> None:
    """What would give it something to learn, where a step comes to as good as nothing."""
    st.markdown("It is so sure of this already that there is nothing to learn. Take one that it reads badly, or lie:")
    images, hardest = teach_desk.read_worst()
    if link.is_drawn_already("nothing_to_learn"):
        return
    with st.container(horizontal=True, gap="xsmall"):
        if not torch.equal(images[hardest] / 255, now.shown.image):
            st.button(
                f"Take the {hardest} it reads worst",
                key="teach_take_worst",
                on_click=teach_desk.take_worst,
                args=(now.at, hardest),
            )
        if not link.is_hidden(teach_desk.DIGIT):
            other = now.found.rival
            st.button(
                f"Tell it that this is {words.a(other)}", key="teach_lie", on_click=teach_desk.say, args=(now.at, other)
            )


def the_copy() -> None:
    """What a lesson is, what is taught at first, and that nobody else's network learns."""
    model, name = networks.model_in_use()
    name = name.removesuffix(f" {model.config.label}")
    looked = min(teach_desk.LOOKED_THROUGH, len(dataset.splits().train))
    st.markdown(
        f"Training shows a network many images, a step at a time. Here {name} is given **one single step**, on one "
        "drawing. All this happens to a copy that only you have, and every lesson can be undone. Before you draw, it "
        f"is taught the image that it reads worst of {looked:,} training images; of each digit, the one it reads worst "
        "stands below the canvas."
    )
    now = step_now()
    losses = [teach_words.loss(found.loss) for found in (now.original, now.now)]
    st.markdown(
        "Its **loss** on this drawing is the cross-entropy, −ln p, with p the probability of the digit you named: "
        + (f"**{losses[0]} → {losses[1]}**." if now.at.pupil.lessons else f"**{losses[0]}**.")
    )
    if elsewhere := networks.learned_elsewhere():
        st.markdown(elsewhere)


def set_rate_and_network() -> None:
    """How long the step is, and another network to teach."""
    rate_slider()
    networks.chooser()


def to_try() -> None:
    """What to draw and to teach."""
    lesson.try_this(
        "Draw a 7 with a bar, or any digit in your own way, until the network doubts. Teach it once with η = 0.0001, "
        "and once with η = 0.3: undo in between, and compare what became wrong. Then teach it with a small rate, five "
        "times. Last, take a digit that it reads well and tell it something false. What does it take to make it "
        "believe you, and does it still read the others?"
    )


def code() -> None:
    """The functions that taught."""
    lesson.show_source(slope, step, teach)


FORGETS = Question(
    "ask_teach",
    "A large step teaches it a 7 that it misread. Now it misreads other digits. What does it call them?",
    "Nearly all a 7",
    "The step raised the score of the 7 for every image with ink in the same places.",
    {
        "Any digit, by chance": "The step had one direction: the 7 up, the others down.",
        "What it had called the 7": "That is the digit whose score the step lowered most.",
        "None goes wrong": "The same weights read all images, so a step for one is a step for all.",
    },
    order=1,
)
SHOWN = 3  # images that became wrong


@lesson.scene("What did that cost the other digits?")
@st.fragment
def its_cost() -> None:
    """How many validation images are read rightly before and after, and some of those that became wrong."""
    answered = ask(FORGETS)
    at = teach_desk.desk()
    with lesson.stage():
        left, right = st.columns(2, gap="medium")
        with left:
            now = step_now()
            rate_slider(disabled=not answered)
            buttons(now, disabled=not answered)
            cost = teach_desk.cost(at)
            show_count(at, cost, answered=answered)
        with right:
            if answered and at.pupil.lessons:
                show_wrong(at, cost)
            else:
                show_taught(now)
    lesson.notice("A short step costs little, and by luck may even gain. Undo it and teach with η = 0.03.")
    lesson.deeper(about_the_count, lambda: lesson.show_source(Cost))


def show_count(at: Desk, cost: Cost, *, answered: bool) -> None:
    """The share read rightly before and after, and how many images became wrong and right."""
    images, given = len(cost.labels), len(at.pupil.lessons)
    is_after = answered and given
    st.metric(
        f"Read rightly after {words.count(given, 'lesson')}" if is_after else "Read rightly before any lesson",
        f"{cost.right_before / images:.2%}" + (f" → {cost.right_after / images:.2%}" if is_after else ""),
    )
    if not is_after:
        st.caption(f"{cost.right_before:,} of {images:,} validation images, from which it does not learn.")
        return
    st.markdown(teach_words.counted(cost, sorted({each.slope.digit for each in at.pupil.lessons})))


def show_wrong(at: Desk, cost: Cost) -> None:
    """Some of the images that became wrong."""
    if not len(cost.became_wrong):
        st.markdown("No image became wrong.")
        return
    some = cost.became_wrong[:SHOWN]
    judged = dataset.splits().validation.subset(some)
    p = predict_proba(at.pupil.model, judged.images / 255)
    lines = [
        two_lines(label=label, choice=choice, probabilities=row)
        for label, choice, row in zip(judged.labels.tolist(), cost.after[some].tolist(), p.tolist(), strict=True)
    ]
    is_all = len(cost.became_wrong) <= SHOWN
    st.caption("Became wrong" if is_all else f"The first {SHOWN} of those that became wrong")
    st.html(cards(images=judged.images, lines=lines, theme=theme.current()))


def show_taught(now: Step, width: int = 112) -> None:
    """What is taught, as the network sees it."""
    alt = f"What is taught, said to be {words.a(now.digit)}"
    st.html(large(image=(now.shown.image * 255).round().byte(), alt=alt, width=width))
    st.caption(f"What is taught as {words.a(now.digit)}.")


def about_the_count() -> None:
    """Which images are counted, and how a lesson and a digit are named."""
    dataset.notice("what you teach may cost is counted on digits that the program draws itself")
    st.markdown(
        "The validation images are read again after each lesson, each one compared with itself: became wrong means "
        "read rightly by the network as it came, and not by the copy. Why one network has several accuracies: *What it "
        "gets wrong*. The weights have no place of their own for a drawing; the same ones read all images."
    )


TRIED = (*(round(decade * step, 6) for decade in DECADES for step in (1, 3)), 10.0)


@lesson.scene("How long should one step be?")
@st.fragment
def how_long() -> None:
    """What the step would do with each learning rate."""
    now = step_now()
    with lesson.stage():
        left, right = st.columns([1, 2], gap="medium", vertical_alignment="center")
        with left:
            rate = rate_slider()
            if now.is_sure:
                nothing_to_learn(now)
            else:
                st.markdown(
                    f"The {'last' if now.last else 'coming'} step, to teach {words.a(now.digit)}, taken with many "
                    "learning rates, each time on a new copy."
                )
        with right:
            if not now.is_sure:
                standing, *trials = teach_desk.trials(now, TRIED)
                theme.show(
                    rates_tried(
                        rates=TRIED,
                        learned=[trial.probability for trial in trials],
                        read=[trial.read for trial in trials],
                        chosen=rate,
                        theme=theme.current(),
                    ),
                    key="teach_rates",
                    description="Over the learning rate: the probability of your digit after one step, and the share "
                    "of others that is read rightly.",
                )
    if not now.is_sure:
        lesson.notice(teach_words.rates(trials, standing, teach_desk.original_reads(now.at)))
    lesson.deeper(lambda: about_the_rates(now.digit), code)


def step_now() -> Step:
    """The step on what there is to teach, in a scene without a canvas."""
    at = teach_desk.desk()
    shown = teach_desk.subject_now(at)
    return teach_desk.step_on(at, shown, teach_desk.digit_of(at, shown))


def about_the_rates(digit: int) -> None:
    """What the two curves are of."""
    others = min(teach_desk.TRIED_ON, len(dataset.splits().validation))
    st.markdown(
        f"Solid: the probability of the {digit} for your drawing. Dashed: the share of {others:,} validation images "
        "read rightly; so many are read in a moment for each rate. The upright line is your η. Training has the same "
        "trouble, and a remedy: each step looks at a batch of many digits, and is a small one."
    )


PICTURES = 10  # neurons of the first layer


@lesson.scene("Where does each weight get its push from?")
@st.fragment
def its_gradient() -> None:
    """Ten numbers, and pictures made of them and of the drawing."""
    at = teach_desk.desk()
    with lesson.stage():
        left, right = st.columns(2, gap="medium")
        shown = teach_desk.subject_now(at)
        with left:
            now = teach_desk.step_on(at, shown, teach_desk.ask_digit(at, shown))
            theme.show(
                score_slopes(slopes=now.found.scores.tolist(), theme=theme.current()),
                key="teach_slopes",
                description="p − y for each of the ten digits, as bars; below zero for the digit you named.",
            )
            st.caption("p − y for each digit. Blue: this score is to rise. Orange: it is to fall.")
        with right:
            if now.is_sure:
                nothing_to_learn(now)
            else:
                show_pictures(now)
    lesson.notice(
        "All pictures are the same drawing, stronger or weaker, some with the colours swapped. A weight's push is one "
        r"number of its neuron, times the pixel it is fed. All pushes together are the **gradient**."
    )
    lesson.deeper(lambda: formula_of_gradient(now), lambda: lesson.show_source(slope, rank_one))


def show_pictures(now: Step) -> None:
    """The gradient of the first layer's weights as pictures, or why there is none."""
    found, config = now.found, now.at.pupil.original.config
    if not found.first.any():
        st.markdown(teach_words.why_no_slope(config))
        return
    is_single = not config.hidden_sizes
    order = torch.arange(len(found.first)) if is_single else found.first.abs().argsort(descending=True)[:PICTURES]
    pictures = rank_one(found.first[order], found.image).view(-1, 28, 28)
    full = largest(pictures)
    st.image(
        signed_pictures(images=pictures, columns=5, factor=3, theme=theme.current(), limit=full or None),
        output_format="PNG",
        alt="Ten pictures of the gradient of the weights: the drawing in each, in two colours",
    )
    of_what = (
        "of the weights, a picture for each digit, 0 to 9."
        if is_single
        else f"of the first layer's weights, for the {len(order)} of its {len(found.first):,} neurons where it is "
        "largest."
    )
    st.caption(f"The gradient {of_what} Full colour is $\\pm{teach_words.in_latex(full)}$.")


def formula_of_gradient(now: Step) -> None:
    """How the gradient of the weights follows from that of the scores."""
    found = now.found
    which = (
        f"This is lesson {len(now.at.pupil.lessons)}, the last one, as it began."
        if now.last
        else "This is the step that comes when you press *Teach it*."
    )
    st.markdown(
        f"{which} The loss is $L = -\\ln p$, with $p$ the probability of the digit you named. First: how does it "
        "change with each of the ten scores, the logits $z$? The slope is the probability of the digit, minus 1 if it "
        r"is the right one and minus 0 if not. So $y_i$ is 1 for your digit, and 0 for the others. $\partial$ means: a "
        "very small change of."
    )
    lesson.formula(
        r"\frac{\partial L}{\partial z_i} = p_i - y_i",
        *(teach_words.score_slope(found, digit) for digit in (found.digit, found.rival)),
    )
    if now.at.pupil.original.config.hidden_sizes:
        st.markdown(
            "From the scores it goes back through the layers: **backpropagation**, by the **chain rule**. The weights "
            "of the last layer are fed $h$, what the last hidden neurons pass on. So the slope of such a weight is "
            "that of its score, times what it is fed. In the first layer it is the same: each neuron has a slope "
            r"$\delta$, and its weights are fed the standardised pixels $\hat x$:"
        )
        lesson.formula(
            r"\frac{\partial L}{\partial W_{\text{last}}} = (p - y)\, h^\top",
            r"\frac{\partial L}{\partial W_1} = \delta\, \hat x^\top",
        )
    else:
        st.markdown(
            r"A weight passes on its standardised pixel $\hat x$. So its slope is that of its score, times that pixel:"
        )
        lesson.formula(r"\frac{\partial L}{\partial W} = (p - y)\, \hat x^\top")
    st.markdown(
        r"There is nothing in this gradient but what you drew, times one number for each neuron. $\hat x$ is what the "
        "network is fed: the pixel, from 0 to 1, less the mean of all of them, divided by their standard deviation. So "
        f"the paper has a colour too: it is {words.minus(f'{PAPER:.3f}')} and not 0."
    )


PAPER = float(rank_one(torch.ones(1), torch.zeros(28, 28))[0, 0])


@lesson.scene("Does the slope keep its word?")
@st.fragment
def its_word() -> None:
    """How far the loss should fall by its slope, and how far it does."""
    now = step_now()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with left:
            rate = rate_slider()
            falls = teach_desk.falls(now, rate)
            if now.is_sure:
                nothing_to_learn(now)
            else:
                show_falls(*falls)
        with right:
            if not now.is_sure:
                show_loss_along_step(now, rate)
    lesson.notice(teach_words.why_they_part(falls[0]))
    lesson.deeper(lambda: formula_of_step(now, rate, falls), lambda: lesson.show_source(step))


def show_falls(taken: Fall, shorter: Fall | None) -> None:
    """The fall that is foretold, and the real one, for the chosen step and for a shorter one."""
    each = [fall for fall in (shorter, taken) if fall]
    rows = [teach_words.foretold_and_real(fall) for fall in each]
    st.table(
        {
            "η": [words.learning_rate(fall.rate) for fall in each],
            "Foretold fall": [row[0] for row in rows],
            "Real fall": [row[1] for row in rows],
        },
        hide_index=True,
        border="horizontal",
    )


def show_loss_along_step(now: Step, rate: float) -> None:
    """The loss over the length of the step, and the line of its slope."""
    found = now.found
    if found.loss <= 0 or found.squared_length <= 0:
        return
    rates, losses = teach_desk.losses_along_step(now, rate)
    theme.show(
        loss_and_slope(rates=rates, losses=losses, steepness=found.squared_length, chosen=rate, theme=theme.current()),
        key="teach_slope",
        description="The loss of the drawing over the length of the step, and the straight line of its slope.",
    )
    st.caption(
        "Solid: the loss of this drawing after a step so long. Dashed: what the slope foretells. Dot: the chosen η."
    )


def formula_of_step(now: Step, rate: float, falls: tuple[Fall, Fall | None]) -> None:
    """The step, and what its slope foretells."""
    st.markdown(
        "The step takes η times its slope from every weight. By its slope alone, the loss should then fall by η times "
        "‖g‖². ‖g‖ is the **norm** of the gradient $g$, its length. Its square is the squares of all its numbers, of "
        "every weight and bias, added up."
    )
    lesson.formula(
        r"W \leftarrow W - \eta\,\frac{\partial L}{\partial W}",
        r"L_{\text{before}} - L_{\text{after}} \approx \eta\,\lVert g\rVert^2",
        rf"\eta\,\lVert g\rVert^2 \approx {words.learning_rate(rate)} \cdot "
        rf"{teach_words.in_latex(now.found.squared_length, 6)} "
        rf"\approx {teach_words.in_latex(rate * now.found.squared_length)}",
    )
    if not now.is_sure:
        st.markdown(teach_words.falls(*falls))


@lesson.scene("What is left after many lessons?")
@st.fragment
def many_lessons() -> None:
    """Ten lessons in a row, and the share of other images that is read after each."""
    at = teach_desk.desk()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="medium")
        with left:
            rate = rate_slider()
            ten_buttons(at, rate)
            st.markdown(teach_words.remembered(*teach_desk.still_known(at)) if at.pupil.lessons else NO_LESSON)
            keep_the_copy(at)
        with right:
            teach_desk.cost(at)
            theme.show(
                lessons_curve(read=teach_desk.read_after_each(at), theme=theme.current()),
                key="teach_curve",
                description="The share of validation images read rightly after each lesson; the table under Go deeper "
                "has the numbers.",
            )
            st.caption("Share of the validation images read rightly after each lesson")
    lesson.notice(
        "Each lesson overwrites a little of the ones before: **catastrophic forgetting**. Training avoids it with "
        "small steps, each on a batch of many digits."
    )
    lesson.deeper(lambda: table_of_lessons(at), about_the_kept_copy)


NO_LESSON = "Of each digit, the image it reads worst is taught, one after the other."


def ten_buttons(at: Desk, rate: float) -> None:
    """To give ten lessons at once, and to take lessons back."""
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Give ten lessons",
            key="teach_ten",
            type="primary",
            icon=":material/school:",
            on_click=teach_desk.give_ten,
            args=(at, rate),
            disabled=len(at.pupil.lessons) > MOST_LESSONS - 10,
        )
        undo_button(at)
        st.button(
            "Forget all", key="teach_forget", on_click=teach_desk.forget, args=(at,), disabled=not at.pupil.lessons
        )
    if not link.is_drawn_already("teach_trouble"):
        say_trouble(at)


def keep_the_copy(at: Desk) -> None:
    """The copy as one of the visitor's networks, to read with."""
    if st.button(
        "Keep the copy and read with it",
        key="teach_adopt",
        icon=":material/neurology:",
        disabled=not at.pupil.lessons,
        help="It joins your networks, and all pages read with it.",
    ):
        teach_desk.adopt(at)
        st.rerun()


def table_of_lessons(at: Desk) -> None:
    """All lessons so far, the newest first."""
    read = teach_desk.read_after_each(at)
    if not at.pupil.lessons:
        st.markdown("A table of all lessons will stand here.")
        return
    rows = [
        {
            "Lesson": str(number),
            "Digit": str(given.slope.digit),
            "η": words.learning_rate(given.rate),
            "Its p": f"{words.percent(float(given.slope.probabilities[given.slope.digit]))} → "
            f"{words.percent(float(given.probabilities[given.slope.digit]))}",
            "Read rightly": "–" if share is None else f"{share:.2%}",
        }
        for number, (given, share) in enumerate(zip(at.pupil.lessons, read[1:], strict=True), start=1)
    ]
    st.table(rows[::-1], hide_index=True, border="horizontal")
    if None in read:
        st.caption("–: after this lesson nobody counted. The images are read in this scene and where the cost stands.")


def about_the_kept_copy() -> None:
    """What a copy is called, and what becomes of the network it was made of."""
    st.markdown(
        "The copy joins your networks under a name that says how many lessons it had. The network it was copied from "
        "stays what it is. Here you can then teach a copy of the copy further."
    )


lesson.show(one_press, its_cost, how_long, its_gradient, its_word, many_lessons)
