"""Teach it your digit: one training step on one drawing, and what it costs."""

import math

import streamlit as st
import torch

from mnist_core import words
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.cards import cards, two_lines
from mnist_core.figures.images import enlarged
from mnist_core.figures.signed import largest, signed_pictures
from mnist_core.figures.teach import lessons_curve, loss_and_slope, rates_tried, score_slopes
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.teach import MOST_LESSONS, Cost, Lesson, Slope, rank_one, slope, step, teach
from mnist_core.network.model import CLASSES
from ui.drawing.reading import Subject
from ui.frame import dataset, lesson, link, theme
from ui.frame.question import Question, ask
from ui.lessons import teach_desk, teach_words
from ui.visitor import networks
from ui.visitor.desk import Desk

DIGITS = [str(digit) for digit in range(CLASSES)]


def opening() -> None:
    """What a lesson is, and that it can be undone."""
    model, name = networks.model_in_use()
    name = name.removesuffix(f" {model.config.label}")
    st.markdown(
        f"Training shows a network many images, a step at a time. Here you give {name} **one single step**, on one "
        "drawing: yours. You say what it was meant to be, and every weight moves a little, so that the network gives "
        "your digit a higher probability. All this happens to a copy that only you have. You can undo every lesson."
    )
    dataset.notice("what you teach may cost is counted on digits that the program draws itself")
    if elsewhere := networks.learned_elsewhere():
        st.markdown(elsewhere)


def your_drawing() -> None:
    """The canvas, and all that is about the drawing on it."""
    bench(teach_desk.desk())


@st.fragment
def bench(at: Desk) -> None:
    """What is drawn, the lesson beside it, and below them where its step comes from and what it costs."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        shown = teach_desk.subject(at)
    if shown is None:
        right.info("Draw on the black square, with the mouse or a finger, and lift it.", icon=":material/draw:")
        return
    with right:
        reading = int(predict_proba(at.pupil.model, shown.image[None])[0].argmax())
        digit = teach_desk.ask_digit(at, shown, reading)
        now, _ = slope(at.pupil.model, shown.image, digit)
        before = slope(at.pupil.original, shown.image, digit)[0] if at.pupil.lessons else now
        show_probability(before, now, len(at.pupil.lessons))
        rate = show_controls(at, shown, digit)
        show_readings(at, shown, before, now)
    last = teach_desk.last_on(at, shown.image, digit)
    found = last.slope if last else now
    if is_sure(found):
        show_nothing_to_learn(at, found)
    else:
        show_gradient(at, found, last)
        show_formula(at, found)
        show_foretold(at, found, last, rate)
    show_cost(at, found, last, rate)
    show_adoption(at)


SURE = 0.9995  # from here on, a probability is written as over 99.9 %, and a step comes to as good as nothing


def show_probability(before: Slope, now: Slope, given: int) -> None:
    """What the digit that was named gets, before all lessons and now: on a phone, while the canvas is in sight."""
    was, is_now = (words.percent(float(found.probabilities[before.digit])) for found in (before, now))
    st.markdown(
        f"Probability of the {before.digit}: **{was} → {is_now}**\n\n"
        f"Loss, −ln p: **{teach_words.loss(before.loss)} → {teach_words.loss(now.loss)}**"
        if given
        else f"Probability of the {before.digit}: **{was}**\n\nLoss, −ln p: **{teach_words.loss(before.loss)}**"
    )
    if teach_words.LITTLE_LEFT > now.loss > -math.log(SURE):
        st.caption("It is so sure of this that there is hardly anything to learn.")


DECADES = (0.0001, 0.001, 0.01, 0.1, 1.0)
RATES = (*(round(decade * step, 6) for decade in DECADES for step in (1, 2, 3, 5)), 10.0)
RATE = 0.003  # benchmarks/teaching.py: of what each network reads worst, most is learned, and little is lost


def show_controls(at: Desk, shown: Subject, digit: int) -> float:
    """How long the step is, and the buttons; returns the rate."""
    rate = link.select_slider(
        "Learning rate η",
        "teach_rate",
        RATES,
        RATE,
        names=words.learning_rate,
        help="How far the step goes: what the gradient is multiplied with.",
    )
    show_buttons(at, shown, digit, rate)
    return rate


def show_buttons(at: Desk, shown: Subject, digit: int, rate: float) -> None:
    """To give a lesson and to take lessons back."""
    given = len(at.pupil.lessons)
    with st.container(horizontal=True):
        st.button(
            f"Teach it: this is {words.a(digit)}",
            key="teach_it",
            type="primary",
            icon=":material/school:",
            on_click=teach_desk.give_lesson,
            args=(at, shown, digit, rate),
            disabled=given >= MOST_LESSONS,
        )
        st.button(
            "Undo lesson",
            key="teach_back",
            icon=":material/undo:",
            help="Takes the last lesson back.",
            on_click=teach_desk.take_back,
            args=(at,),
            disabled=not given,
        )
        st.button(
            "Forget all",
            key="teach_forget",
            icon=":material/restart_alt:",
            on_click=teach_desk.forget,
            args=(at,),
            disabled=not given,
        )
    if at.trouble:
        st.warning(at.trouble, icon=":material/warning:")
    elif given >= MOST_LESSONS:
        st.caption(f"It had {MOST_LESSONS} lessons, which is the most. Undo one, or let it forget all.")


def show_readings(at: Desk, shown: Subject, before: Slope, now: Slope) -> None:
    """What the network gives each digit as it came, and what the copy gives it now."""
    given = len(at.pupil.lessons)
    bars, seen = st.columns([4, 1], vertical_alignment="center")
    seen.image(enlarged(image=shown.image, factor=3), caption="What it is taught", output_format="PNG")
    with bars:
        st.caption("The network as it came" if given else "What it reads, before any lesson")
        _bars(before, "teach_before")
        if given:
            st.caption(f"The copy, after {words.count(given, 'lesson')}")
            _bars(now, "teach_now")


def _bars(found: Slope, key: str) -> None:
    figure = probability_bars(
        probabilities=found.probabilities.tolist(),
        classes=DIGITS,
        theme=theme.current(),
        right=DIGITS[found.digit],
        height=150,
    )
    theme.show(
        figure._replace(spec=figure.spec | {"padding": {"top": 14}}),  # for the label of a bar that nearly fills it
        key=key,
        description="The probability of each digit as a bar; the text above has that of the digit you named.",
    )


def is_sure(found: Slope) -> bool:
    """Whether a step on the drawing would come to as good as nothing."""
    return float(found.probabilities[found.digit]) >= SURE


def show_nothing_to_learn(at: Desk, found: Slope) -> None:
    """In place of formulas and pictures that are all 0: what would give it something to learn."""
    st.header("Where the step comes from", anchor=False)
    st.markdown(
        "It is so sure of this already that there is nothing to learn. Tell it something false, or take one that it "
        "reads badly:"
    )
    other = found.rival
    worst = teach_desk.read_worst()
    with st.container(horizontal=True, vertical_alignment="center"):
        if worst and not torch.equal(worst[0][worst[1]] / 255, found.image):
            images, hardest = worst
            st.image(enlarged(image=images[hardest] / 255, factor=2), width=56, output_format="PNG")
            st.button(
                f"Take the {hardest} it reads worst",
                key="teach_take_worst",
                on_click=teach_desk.take_worst,
                args=(at, hardest),
            )
        if not link.is_hidden(teach_desk.DIGIT):
            st.button(
                f"Tell it that this is {words.a(other)}", key="teach_lie", on_click=teach_desk.say, args=(at, other)
            )
    st.caption(
        f"As {words.a(found.digit)}, it has a loss of {teach_words.loss(found.loss)}. The gradient, which would show "
        "here, is as good as 0 everywhere, and so is every step."
    )


def show_gradient(at: Desk, found: Slope, last: Lesson | None) -> None:
    """Where the step comes from: ten numbers, and pictures made of them and of the drawing."""
    st.header("Where the step comes from", anchor=False)
    which = (
        f"This is lesson {len(at.pupil.lessons)}, the last one, as it began."
        if last
        else "This is the step that comes when you press *Teach it*."
    )
    st.markdown(
        f"{which} The loss is $L = -\\ln p$, with $p$ the probability of the digit you named. First: how does it "
        "change with each of the ten scores $z$? The slope is the probability of the digit, minus 1 if it is the "
        r"right one and minus 0 if not. So $y_i$ is 1 for your digit, and 0 for the others. $\partial$ means: a very "
        "small change of."
    )
    lesson.formula(
        r"\frac{\partial L}{\partial z_i} = p_i - y_i",
        *(teach_words.score_slope(found, digit) for digit in (found.digit, found.rival)),
    )
    left, right = st.columns(2, gap="large", vertical_alignment="top")
    with left:
        theme.show(
            score_slopes(slopes=found.scores.tolist(), theme=theme.current()),
            key="teach_slopes",
            description="The slope of the loss in each of the ten scores, as bars; below zero for the digit you named.",
        )
        st.caption("p − y for each digit. Blue: this score is to rise. Vermillion: it is to fall.")
    with right:
        show_pictures(at, found)


PICTURES = 10  # neurons of the first layer


def show_pictures(at: Desk, found: Slope) -> None:
    """The gradient of the first layer's weights as pictures, or why there is none."""
    if not found.first.any():
        st.markdown(teach_words.why_no_slope(at.pupil.original.config))
        return
    is_single = not at.pupil.original.config.hidden_sizes
    order = torch.arange(len(found.first)) if is_single else found.first.abs().argsort(descending=True)[:PICTURES]
    pictures = rank_one(found.first[order], found.image).view(-1, 28, 28)
    full = largest(pictures)
    st.image(
        signed_pictures(images=pictures, columns=5, factor=2, theme=theme.current(), limit=full or None),
        output_format="PNG",
    )
    st.caption(
        (
            "The gradient of the weights: a picture for each digit, 0 to 9."
            if is_single
            else f"The gradient of the weights of the first layer, of the {len(order)} of its {len(found.first):,} "
            "neurons where it is largest."
        )
        + f" Full colour is $\\pm{teach_words.in_latex(full)}$."
    )


def show_formula(at: Desk, found: Slope) -> None:
    """How the gradient of the weights follows from that of the scores."""
    if at.pupil.original.config.hidden_sizes:
        st.markdown(
            "From the scores it goes back through the layers. The weights of the last layer are fed $h$, what the last "
            "hidden neurons pass on. So the slope of such a weight is that of its score, times what it is fed. In the "
            r"first layer it is the same: each neuron has a slope $\delta$, and its weights are fed the pixels $x$:"
        )
        lesson.formula(
            r"\frac{\partial L}{\partial W_{\text{last}}} = (p - y)\, h^\top",
            r"\frac{\partial L}{\partial W_1} = \delta\, x^\top",
        )
    else:
        st.markdown("A weight passes on its pixel $x$. So its slope is that of its score, times the pixel:")
        lesson.formula(r"\frac{\partial L}{\partial W} = (p - y)\, x^\top")
    if not found.first.any():
        return  # there are no pictures
    lesson.notice(
        "All pictures are the same drawing, only stronger or weaker, and some turned to the other colours. There is "
        "nothing in this gradient but what you drew, times one number for each neuron. The paper has a colour too: "
        "once the pixels are normalized, it is −0.424 and not 0."
    )


def show_foretold(at: Desk, found: Slope, last: Lesson | None, rate: float) -> None:
    """How far the loss should fall by its slope, and how far it did."""
    st.header("Does the slope keep its word?", anchor=False)
    st.markdown(
        "The step takes η times its slope from every weight. By its slope alone, the loss should then fall by η times "
        "‖g‖². That is the squared length of the gradient $g$: the squares of all its numbers, of every weight and "
        "bias, added up."
    )
    taken = last.rate if last else rate
    lesson.formula(
        r"W \leftarrow W - \eta\,\frac{\partial L}{\partial W}",
        r"L_{\text{before}} - L_{\text{after}} \approx \eta\,\lVert g\rVert^2",
        rf"\eta\,\lVert g\rVert^2 \approx {words.learning_rate(taken)} \cdot "
        rf"{teach_words.in_latex(found.squared_length, 6)} "
        rf"\approx {teach_words.in_latex(taken * found.squared_length)}",
    )
    st.markdown(teach_words.falls(*teach_desk.falls(at, found, last, taken)))
    if found.loss > 0 and found.squared_length > 0:
        rates, losses = teach_desk.losses_along_step(at, found, last, taken)
        theme.show(
            loss_and_slope(
                rates=rates, losses=losses, steepness=found.squared_length, chosen=taken, theme=theme.current()
            ),
            key="teach_slope",
            description="The loss of the drawing over the length of the step, and the straight line of its slope.",
        )
        st.caption(
            "Solid: the loss of this drawing after a step with each learning rate. Dashed: what the slope foretells. "
            f"The dot: η = {words.learning_rate(taken)}."
        )


FORGETS = Question(
    "ask_teach",
    "Somebody draws a 7 that the network misreads. They teach it that this is a 7: a single step, with a large "
    "learning rate. It does read the drawing as a 7 then. But many images of other digits, which it read rightly "
    "before, it now misreads. As what?",
    "Nearly all of them as a 7",
    "The step raised the score of the 7 and lowered the others, and not for the drawing alone: every image that has "
    "paper and ink in the same places feels it. Nothing in the step asks for other images to stay as they are.",
    {
        "As any digit, as if by chance": "By chance the mistakes would go in all directions. But the step had one "
        "direction: the 7 up, the others down.",
        "As the digit that it took the drawing for": "That is the digit whose score the step lowered most of all.",
        "None is misread: it learned something about this one drawing only": "It has no place of its own for a "
        "drawing. The same weights read all images, so a step for one image is a step for all.",
    },
    order=1,
)


def show_cost(at: Desk, found: Slope, last: Lesson | None, rate: float) -> None:
    """What the lessons have done to other images, and what other learning rates would do."""
    st.header("What does it cost?", anchor=False)
    st.markdown(
        "The same weights read all other images as well. So read the validation images again, from which nobody "
        "learns: each one before the lessons and after."
    )
    if not ask(FORGETS):
        return
    cost = teach_desk.cost(at)
    if at.pupil.lessons:
        show_count(at, cost)
        show_lessons(at)
    else:
        st.markdown(
            f"Before any lesson, it reads {cost.right_before:,} of {len(cost.labels):,} validation images rightly, "
            f"**{cost.right_before / len(cost.labels):.2%}**. Teach it something, and the count comes here."
        )
    if not is_sure(found):
        show_rates(at, found, last, rate)


SHOWN = 5  # images that became wrong


def show_count(at: Desk, found: Cost) -> None:
    """How many images became wrong and right, and some of them."""
    images, wrong = len(found.labels), len(found.became_wrong)
    taught = sorted({given.slope.digit for given in at.pupil.lessons})
    read_as = ", ".join(f"{found.wrong_as(digit):,} are now read as {words.a(digit)}" for digit in taught)
    st.markdown(
        f"After {words.count(len(at.pupil.lessons), 'lesson')}, it reads **{found.right_before / images:.2%} → "
        f"{found.right_after / images:.2%}** of {images:,} validation images rightly: "
        f"{found.right_before:,} before, {found.right_after:,} now.\n\n"
        f"- became wrong: **{wrong:,}**"
        + (f", of which {read_as}" if wrong else "")
        + f"\n- became right: **{len(found.became_right):,}**"
    )
    if len(found.became_right) > wrong:
        st.markdown("More became right than wrong. A small step can have such luck: nothing in it asks for that.")
    if wrong:
        some = found.became_wrong[:SHOWN]
        judged = dataset.splits().validation.subset(some)
        p = predict_proba(at.pupil.model, judged.images / 255)
        lines = [
            two_lines(label=label, choice=choice, probabilities=row)
            for label, choice, row in zip(judged.labels.tolist(), found.after[some].tolist(), p.tolist(), strict=True)
        ]
        st.caption("Became wrong" if wrong <= SHOWN else f"The first {SHOWN} of those that became wrong")
        st.html(cards(images=judged.images, lines=lines, theme=theme.current()))


def show_lessons(at: Desk) -> None:
    """All lessons so far, and the share of images read after each."""
    read = teach_desk.read_after_each(at)
    theme.show(
        lessons_curve(read=read, theme=theme.current()),
        key="teach_curve",
        description="The share of validation images read rightly after each lesson; the table below has the numbers.",
    )
    rows = [
        {
            "lesson": str(number),
            "digit": str(given.slope.digit),
            "η": words.learning_rate(given.rate),
            "its p": f"{words.percent(float(given.slope.probabilities[given.slope.digit]))} → "
            f"{words.percent(float(given.probabilities[given.slope.digit]))}",
            "read rightly": "–" if share is None else f"{share:.2%}",
        }
        for number, (given, share) in enumerate(zip(at.pupil.lessons, read[1:], strict=True), start=1)
    ]
    st.table(rows[::-1], border="horizontal")
    if None in read:
        st.caption("–: after this lesson the images were not read again. They are only while the count above shows.")


TRIED = (*(round(decade * step, 6) for decade in DECADES for step in (1, 3)), 10.0)


def show_rates(at: Desk, found: Slope, last: Lesson | None, rate: float) -> None:
    """What the step would do with each learning rate."""
    standing, *trials = teach_desk.trials(at, found, last, TRIED)
    st.markdown(
        ("And if the last step had been a longer or a shorter one? " if last else "And how long should the step be? ")
        + f"Here it is taken with many learning rates, each time on a new copy, to teach {words.a(found.digit)}:"
    )
    theme.show(
        rates_tried(
            rates=TRIED,
            learned=[trial.probability for trial in trials],
            read=[trial.read for trial in trials],
            chosen=rate,
            theme=theme.current(),
        ),
        key="teach_rates",
        description="Over the learning rate: the probability of your digit after one step, and the share of others.",
    )
    others = min(teach_desk.TRIED_ON, len(dataset.splits().validation))
    st.caption(
        f"Solid: the probability of the {found.digit} for your drawing. Dashed: the share of {others:,} validation "
        f"images read rightly. The upright line: your η, {words.learning_rate(rate)}."
    )
    lesson.notice(teach_words.rates(trials, standing, teach_desk.original_reads(at)))


def show_adoption(at: Desk) -> None:
    """The copy as one of the visitor's networks."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Read with the copy on all pages",
            key="teach_adopt",
            icon=":material/neurology:",
            disabled=not at.pupil.lessons,
        ):
            teach_desk.adopt(at)
            st.rerun()
    st.caption(
        "It joins your networks under a name that says how many lessons it had, and the network it was copied from "
        "stays what it is. Here you can then teach a copy of it further."
    )


def in_the_end() -> None:
    """Another network to teach, the functions that taught, and what to try."""
    networks.chooser()
    lesson.show_source(slope, rank_one, step, teach, Cost)
    lesson.try_this(
        "Draw a 7 with a bar, or any digit in your own way, until the network doubts. Teach it once with η = 0.0001, "
        "and once with η = 0.3: undo in between, and compare what became wrong. Then teach it with a small rate, five "
        "times. Last, click a digit that it reads well and tell it something false. What does it take to make it "
        "believe you, and does it still read the others?"
    )


lesson.show(opening, your_drawing, in_the_end)
