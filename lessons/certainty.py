"""How sure is sure? Probabilities beside what came true, and one number that puts them right."""

import math

import streamlit as st

from mnist_core import words
from mnist_core.evaluation.calibration import (
    Calibration,
    TemperatureSearch,
    calibrate,
    expected_calibration_error,
    fit_temperature,
    surest_mistake,
)
from mnist_core.figures.certainty import (
    FEW,
    bin_in_words,
    images_per_bin,
    loss_over_temperature,
    reliability_diagram,
)
from mnist_core.figures.images import enlarged
from mnist_core.lessons.certainty import EPOCHS, IMAGES, train_quickly
from mnist_core.network.functions import softmax
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import certainty, certainty_words
from ui.lessons.certainty import Judged
from ui.visitor import networks

PROMISE = Question(
    key="ask_certainty",
    text="A network is 90% sure of each of 100 answers. If that is true, how many are wrong?",
    right="About ten",
    why="Chance makes it a few more or fewer than ten: mostly between 4 and 16.",
    wrong={
        "None": "What happens one time in ten happens often among a hundred.",
        "Exactly ten": "That is the average. Chance makes it a few more or fewer: mostly between 4 and 16.",
        "That can't be known": "Not of a single answer. Of a hundred together it can: this is what the 90% means.",
    },
    order=2,
)


@lesson.scene("It says 90%. Is it right nine times in ten?")
@st.fragment
def claims() -> None:
    """What a network claims beside how often it is right."""
    answered = question.ask(PROMISE)
    with lesson.stage():
        judged = certainty.chosen(answered=answered)
        if judged is None:
            return
        found = calibrate(judged.evaluation)
        figure, beside = st.columns([3, 2], gap="medium")
        with figure:
            show_diagram(found if answered else None)
        with beside, st.container():
            if answered:
                st.markdown(certainty_words.around_ninety(found))
    with st.container():
        if answered:
            lesson.notice(
                "A dot on the dashed line keeps its promise. Below it the network is **overconfident**: surer than it "
                "is right."
            )
    lesson.deeper(
        lambda: st.markdown(certainty_words.all_together(found)),
        lambda: about_the_network(judged),
        what_confidence_is,
        lambda: explain_diagram(found),
        lambda: show_error(found),
    )


def show_diagram(found: Calibration | None) -> None:
    """The dots; none before the question is answered."""
    theme.show(
        reliability_diagram(bins=found.bins if found else [], theme=theme.current()),
        key="certainty_diagram",
        description="A dot for each bin: its mean confidence across, the share read rightly up. A dashed diagonal "
        "shows where both are equal. The table under Go deeper has the numbers.",
    )


def about_the_network(judged: Judged) -> None:
    """Which networks are judged here, and on which images."""
    dataset.notice("this lesson uses generated digits, which the program draws itself")
    st.markdown(
        f"The quick network was trained on this server, on {IMAGES:,} images, {EPOCHS} times over. It has learned them "
        f"by heart: it is very sure of itself. {judged.name} reads {len(judged.evaluation.labels):,} validation images "
        f"({dataset.splits().name}). It did not learn from them."
    )
    st.markdown(certainty_words.put_right_before())
    if networks.learned_elsewhere():
        st.markdown(networks.learned_elsewhere())
    networks.chooser()


def what_confidence_is() -> None:
    """What a network claims, and how that can be checked."""
    st.subheader("Confidence", anchor=False)
    st.markdown(
        "The softmax gives each of the ten digits a probability, and the network names the digit with the highest one. "
        "That highest probability is its **confidence**: how sure it claims to be. But ten numbers that add up to 1 "
        "are easily made. Are they true? That can be counted. Take all images with a confidence around 90%, and see "
        "how many of them were read rightly. If it is about nine in ten, and if the same goes for 70% and for 99%, the "
        "network is **calibrated**, as scales are that were checked with known weights."
    )


def explain_diagram(found: Calibration) -> None:
    """What the marks mean, and the same in numbers."""
    st.subheader("How to read the diagram", anchor=False)
    st.markdown(
        "It is called a **reliability diagram**. The images are sorted by confidence into 15 **bins** of equal width. "
        "A dot for each bin compares the mean confidence with the share read rightly. A thick line from the diagonal "
        "to the dot is the gap: orange where the network is surer than it is right, blue where it is less sure. "
        "The thin line shows which shares the images of the bin leave plausible, a **confidence interval**: few images "
        f"leave many. Where it crosses the diagonal, the gap may be chance. Pale: fewer than {FEW} images."
    )
    theme.show(
        images_per_bin(bins=found.bins, theme=theme.current()),
        key="certainty_images",
        description="A bar for the number of images in each bin. The table below has the numbers.",
    )
    st.caption("How many images each bin has; each step up is ten times as many.")
    st.table([bin_in_words(part) for part in found.bins], border="horizontal")


def show_error(found: Calibration) -> None:
    """The formula of the calibration error, with its largest terms."""
    st.subheader("The gaps as one number", anchor=False)
    st.markdown(
        "The **expected calibration error**, ECE, is the mean of the gaps. A bin with many images counts more: the gap "
        "of bin b is multiplied by the share $n_b/N$ of the images that are in it. The mean confidence of the bin is "
        "$c_b$, the share read rightly is $a_b$. The bars | | take away the minus of a number: a gap is a gap on "
        "either side. The sign Σ means: add up, here over all bins b."
    )
    lesson.formula(
        r"\text{ECE} = \sum_b \frac{n_b}{N} \, |a_b - c_b|",
        certainty_words.error_in_terms(found),
        rf"\text{{ECE}} = {found.error:.4f}",
    )
    st.markdown(certainty_words.error_beside_chance(found))
    st.markdown(certainty_words.most_in_one_bin(found))


# 0.05 to 50, by about the same factor each time
TEMPERATURES = (0.05, *(float(f"{2 ** (step / 16):.3g}") for step in range(-68, 90)), 50.0)
COOL = Question(
    key="ask_certainty_heat",
    text="A network is surer than it is right. You divide all its scores by one number T. What helps?",
    right="T above 1: less sure, same mistakes",
    why="Scores that lie closer together give a lower largest probability. It still belongs to the same digit.",
    wrong={
        "T above 1: fewer mistakes": "Of two scores the larger one stays the larger, so it names the same digit.",
        "T below 1: less sure, same mistakes": "Dividing by a number below 1 makes the gaps between scores larger: "
        "surer still.",
    },
    order=1,
)


@lesson.scene("Which single number puts it right?")
@st.fragment
def one_number() -> None:
    """The temperature, which puts the probabilities right."""
    answered = question.ask(COOL)
    with lesson.stage():
        judged, t = network_and_temperature(answered=answered)
        if judged is None:
            return
        searched = certainty.temperature_search(judged, TEMPERATURES)
        before, now = calibrate(judged.evaluation), calibrate(judged.evaluation, t)
        st.markdown(certainty_words.at_temperature(t, now), width="stretch")
        show_both(t, searched, before if answered else None, now if answered else None)
    with st.container():
        if answered:
            lesson.notice(
                "A higher T makes it claim less: most dots rise above their rings, the dots at T = 1. What it reads "
                "never changes."
            )
    lesson.deeper(
        what_temperature_is,
        lambda: compare(t, searched, before, now, calibrate(judged.evaluation, searched.best)),
        lambda: say_how_far_to_trust(searched, len(judged.evaluation.labels)),
        lambda: about_the_network(judged),
    )


def network_and_temperature(*, answered: bool) -> tuple[Judged | None, float]:
    """The choice of a network, the slider, and a button that goes to the lowest point."""
    network, controls, button = st.columns([3, 4, 2], gap="small", vertical_alignment="bottom")
    with network:
        judged = certainty.chosen(answered=answered)
    with controls:
        t = link.select_slider(
            "Temperature, T", "certainty_t", TEMPERATURES, 1.0, names="{:g}".format, disabled=not answered
        )
    if judged and not link.is_hidden("certainty_t") and not link.is_drawn_already("certainty_best"):
        best = certainty.temperature_search(judged, TEMPERATURES).best
        button.button(
            "To the lowest point", key="certainty_best", on_click=_set_temperature, args=(best,), disabled=not answered
        )
    return judged, t


def _set_temperature(best: float) -> None:
    """Puts the slider on the value next to the best temperature."""
    st.session_state["certainty_t"] = min(TEMPERATURES, key=lambda t: abs(math.log(t / best)))


def show_both(t: float, searched: TemperatureSearch, before: Calibration | None, now: Calibration | None) -> None:
    """The diagram and the loss at the reader's temperature; nothing on the diagram before the answer."""
    left, right = st.columns(2, gap="medium")
    with left:
        theme.show(
            reliability_diagram(
                bins=now.bins if now else [], before=before.bins if before else [], theme=theme.current()
            ),
            key="certainty_at_t",
            description="The reliability diagram at the chosen temperature; rings stand where the dots are at T = 1.",
        )
    with right:
        theme.show(
            loss_over_temperature(
                tried=searched.tried,
                chosen=(t, searched.tried[t]) if now else None,
                lowest=(searched.best, searched.lowest) if now else None,
                theme=theme.current(),
            ),
            key="certainty_loss",
            description="The cross-entropy over the temperature, a valley. Your temperature and the lowest point are "
            "marked; the table under Go deeper has the numbers.",
        )


def what_temperature_is() -> None:
    """Two scores before and after they are divided, and what is done with all of them."""
    st.latex(r"p_i = \frac{e^{z_i/T}}{\sum_j e^{z_j/T}}")
    st.markdown(
        r"$\sum_j$ adds up these powers of e for all ten digits j, so that the ten probabilities make 1. "
        "Say two digits have the scores 4 and 2. The softmax raises e to the power of each, so the first probability "
        f"is $e^4/e^2 = e^2$ times the second, about {math.exp(2):.1f} times. Divide both scores by 2 first: they "
        f"become 2 and 1, and the first probability is only $e^2/e^1 = e^1$ times the second, about {math.exp(1):.1f} "
        "times."
    )
    st.markdown(
        "So after training, all scores can be divided by one number, the **temperature** T. Which T? The one with "
        "the lowest cross-entropy on the validation images, the mean of −ln p of the right digits: it charges much for "
        "being sure and wrong, and a little for being right and not sure. No weight changes. This is called "
        "**temperature scaling**."
    )


def compare(t: float, searched: TemperatureSearch, before: Calibration, now: Calibration, best: Calibration) -> None:
    """The table of the three temperatures."""
    losses = searched.tried[1.0], searched.tried[t], searched.lowest
    rows = {
        "cross-entropy": [words.loss(loss, 4) for loss in losses],
        "ECE": [f"{found.error:.4f}" for found in (before, now, best)],
        "mean confidence": [words.percent(found.confidence) for found in (before, now, best)],
        "read rightly": [f"{found.accuracy:.2%}" for found in (before, now, best)],
    }
    heads = "T = 1", f"yours, T = {t:g}", f"lowest, T = {searched.best:.2f}"
    st.table([{"what": name, **dict(zip(heads, row, strict=True))} for name, row in rows.items()], border="horizontal")


def say_how_far_to_trust(searched: TemperatureSearch, images: int) -> None:
    """That the temperature was fitted on the images it is judged on, and what that matters."""
    st.markdown(certainty_words.judged_by_the_other_half(searched, images))
    st.markdown(
        "And one number can't do everything. It makes the network less sure of all images or surer of all. Where some "
        "bins lie above the diagonal and others below, what brings the ones closer mostly takes the others further "
        "away. The lowest cross-entropy need not have the lowest ECE either."
    )


@lesson.scene("What becomes of its surest mistake?")
@st.fragment
def surest() -> None:
    """One image, and what the temperature makes of its highest probability."""
    with lesson.stage():
        judged, t = network_and_temperature(answered=True)
        if judged is None:
            return
        show_example(judged, t)
    lesson.notice(
        "Near T = 0 the largest score takes all, right or wrong. With a very high T all ten come close to 10%. In "
        "between the network admits its doubt, but still names the same digit."
    )
    lesson.deeper(code, lambda: about_the_network(judged))


def show_example(judged: Judged, t: float) -> None:
    """The image, and its highest probability at this temperature."""
    evaluation = judged.evaluation
    index = surest_mistake(evaluation)
    z, y = evaluation.logits[index].double(), int(evaluation.labels[index])
    (first, second), (named, runner_up) = (part.tolist() for part in z.topk(2))
    with st.container(horizontal=True, vertical_alignment="center"):
        image = dataset.splits().validation.images[index] / 255
        picture = enlarged(image=image, factor=5)
        st.image(picture, output_format="PNG", width=140, alt=f"The image: {words.a(y)}.")
        with st.container(width="stretch"):
            kind = "The surest mistake" if named != y else "The answer it is least sure of"
            st.markdown(
                f"{kind}: the image shows a **{y}**, the network reads a **{named}**. Its second guess is a "
                f"{runner_up}."
            )
            p = softmax(z / t)[named].item()
            st.metric(f"It gives the {named}", words.percent(p))
    power = rf"e^{{{first:.3g}/{t:g}}}"
    st.latex(
        rf"p_{named} = \frac{{{power}}}{{{power} + e^{{{second:.3g}/{t:g}}} + \dots}} "
        + (rf"= {p:.5f}" if p < 0.999995 else r"> 0.99999"),
    )


def code() -> None:
    """What to try, and the code."""
    lesson.try_this(
        "Choose the network that reads, and compare. Then go to *Train a network*, train one without hidden layers for "
        "a single epoch, let it read, and come back. On which side of the diagonal are its dots?"
    )
    lesson.show_source(train_quickly, calibrate, expected_calibration_error, fit_temperature)


lesson.show(claims, one_number, surest)
