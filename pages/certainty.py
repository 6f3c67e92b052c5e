"""How sure is sure? Probabilities beside what came true, and one number that puts them right."""

import math

import streamlit as st

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.evaluation.calibration import (
    Calibration,
    TemperatureSearch,
    calibrate,
    expected_calibration_error,
    fit_temperature,
    surest_mistake,
)
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.cards import large
from mnist_core.figures.certainty import (
    FEW,
    bin_in_words,
    images_per_bin,
    loss_over_temperature,
    reliability_diagram,
)
from mnist_core.network.functions import softmax
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import certainty_cache, certainty_words
from ui.visitor import networks

PROMISE = Question(
    key="ask_certainty",
    text="A network gives its answers to 100 images 90% each. Suppose that is true. How many are wrong?",
    right="About ten",
    why="Each answer is wrong one time in ten. Chance makes it a few more or fewer: mostly between 4 and 16.",
    wrong={
        "None: 90% is nearly certain": "Of a single image you may be nearly certain. But what happens one time in ten "
        "happens often among a hundred.",
        "Exactly ten": "That is what to expect on average. Chance makes it a few more or fewer, mostly between 4 and "
        "16.",
        "That can't be known": "Of each single answer that is so. Of a hundred together more can be said: this is what "
        "the 90% means.",
    },
    order=2,
)


def judged() -> Evaluation | None:
    """What the network that is looked at makes of the validation images; None where its scores are not numbers."""
    evaluation = certainty_cache.evaluation(which())
    try:
        calibrate(evaluation)
    except ValueError as problem:
        st.info(f"{problem} Choose another network.", icon=":material/info:")
        return None
    return evaluation


def which() -> str:
    """The network that is looked at: one trained in a second, or the one in use."""
    return link.buttons(
        "Which network", "certainty_of", (certainty_cache.SMALL, certainty_cache.IN_USE), certainty_cache.SMALL
    )


@lesson.scene("It says 90%. Is it right nine times out of ten?")
def claims_and_truth() -> None:
    """What the network claims beside how often it is right, bin by bin."""
    answered = question.ask(PROMISE)
    with lesson.stage():
        if answered:
            diagram()
    if answered:
        lesson.deeper(what_confidence_is, networks_to_look_at, the_numbers, show_error, show_code)


@st.fragment
def diagram() -> None:
    """The dots, the images of each bin below them, and what they come to."""
    left, right = st.columns([3, 2], gap="medium")
    with right:
        evaluation = judged()
        if evaluation is None:
            return
        found = calibrate(evaluation)
        st.markdown(certainty_words.around_ninety(found))
        st.markdown(certainty_words.all_together(found))
    with left:
        show_diagram(found)
    lesson.notice(
        "On the dashed diagonal, a dot keeps its promise. Below it, the network is **overconfident**: surer than right."
    )


def show_diagram(found: Calibration) -> None:
    """The dots, and the images of each bin below them."""
    theme.show(
        reliability_diagram(bins=found.bins, theme=theme.current()),
        key="certainty_diagram",
        description="The reliability diagram: a dot for each bin, its mean confidence across, the share read rightly "
        "up. A dashed diagonal shows where both are equal. The table under Go deeper has the numbers.",
    )
    theme.show(
        images_per_bin(bins=found.bins, theme=theme.current()),
        key="certainty_images",
        description="A bar for the number of images in each bin. The table under Go deeper has the numbers.",
    )


def what_confidence_is() -> None:
    """What a network claims, how that can be checked, and what the marks are."""
    st.markdown(
        "The softmax gives each of the ten digits a probability, and the network names the digit with the highest one. "
        "That highest probability is its **confidence**: how sure it claims to be. But ten numbers that add up to 1 "
        "are easily made. Are they true?"
    )
    st.markdown(
        "That can be counted. Take all images with a confidence around 90%, and see how many of them were read "
        "rightly. If it is about nine in ten, and if the same goes for 70% and for 99%, the network is **calibrated**, "
        "as scales are that were checked with known weights. The figure is a **reliability diagram**: the images are "
        "sorted by confidence into 15 **bins** of equal width. For each bin, two numbers are compared: the mean "
        "confidence, and the share of the images read rightly."
    )
    st.markdown(
        "A thick line from the diagonal to a dot is the gap: vermillion where the network is surer than it is right, "
        "blue where it is less sure. The thin line says which shares of right answers so few images leave possible. "
        f"Where it crosses the diagonal, the gap may be chance. Pale: fewer than {FEW} images. Below: how many images "
        "each bin has; each step up is ten times as many."
    )


def networks_to_look_at() -> None:
    """Where the small network comes from, and which one is in use."""
    dataset.notice("this lesson uses generated digits, which the program draws itself")
    st.markdown(certainty_words.small_network())
    networks.chooser()
    st.markdown(certainty_words.folded_in())
    if networks.learned_elsewhere():
        st.markdown(networks.learned_elsewhere())


def now() -> Evaluation:
    """The evaluation of the network chosen, where the control stands elsewhere."""
    return certainty_cache.evaluation(chosen())


def chosen() -> str:
    """Which network is looked at, where the control stands elsewhere."""
    return str(st.session_state.get("certainty_of") or state.linked().get("certainty_of") or certainty_cache.SMALL)


def the_numbers() -> None:
    """All bins as a table."""
    evaluation = now()
    if evaluation.logits.isfinite().all():
        st.table([bin_in_words(part) for part in calibrate(evaluation).bins], border="horizontal")


def show_error() -> None:
    """The formula of the calibration error, with its largest terms."""
    evaluation = now()
    if not evaluation.logits.isfinite().all():
        return
    found = calibrate(evaluation)
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


def show_code() -> None:
    """The code, and what to try."""
    lesson.show_source(calibrate, expected_calibration_error)
    lesson.try_this(
        "On the page “Train a network”, train one on few images for many epochs, then come back. Which T does it need? "
        "Then train a network without hidden layers for a single epoch. On which side of the diagonal are its dots?"
    )


# 0.05 to 50, by the same factor each time; 1 is among them
TEMPERATURES = (0.05, *(float(f"{10 ** (step / 40):.3g}") for step in range(-51, 68)), 50.0)


def temperature() -> float:
    """The slider of both scenes."""
    return link.select_slider("Temperature, T", "certainty_t", TEMPERATURES, 1.0, names="{:g}".format)


@lesson.scene("What happens if all ten scores are divided by T?")
@st.fragment
def one_answer() -> None:
    """One image, and what the temperature makes of its ten probabilities."""
    with lesson.stage():
        left, right = st.columns([2, 5], gap="medium")
        with right:
            with st.container(horizontal=True, vertical_alignment="top"):
                t = temperature()
            evaluation = certainty_cache.evaluation(certainty_cache.SMALL)
            index = surest_mistake(evaluation)
            p = softmax(evaluation.logits[index].double() / t)
            theme.show(
                probability_bars(
                    probabilities=p.tolist(),
                    classes=[str(digit) for digit in range(10)],
                    right=str(int(evaluation.labels[index])),
                    theme=theme.current(),
                    height=220,
                ),
                key="certainty_one",
                description="The ten probabilities of the image at this temperature, as bars.",
            )
        with left:
            y, named = int(evaluation.labels[index]), int(evaluation.choices[index])
            image = dataset.splits().validation.images[index]
            st.html(large(image=image, alt=f"Image of {words.a(y)}", width=168))
            read = f"read as {words.a(named, bold=True)}: {words.percent(p[named].item())}"
            st.markdown(f"It is {words.a(y, bold=True)}, {read}")
    lesson.notice(
        "With a high T all ten come close to 10%; with a low one the highest comes close to 100%. It stays "
        "the highest: the answer never changes."
    )
    lesson.deeper(in_scores)


def in_scores() -> None:
    """Two scores before and after they are divided, and the formula with this image's numbers."""
    st.latex(r"p_i = \frac{e^{z_i/T}}{\sum_j e^{z_j/T}}")
    st.markdown(r"$\sum_j$ adds up these powers of e for all ten digits j, so that the ten probabilities make 1.")
    st.markdown(
        "Say two digits have the scores 4 and 2. The softmax raises e to the power of each, so the first probability "
        f"is $e^4/e^2 = e^2$ times the second, about {math.exp(2):.1f} times. Divide both scores by 2 first: they "
        f"become 2 and 1, and the first probability is only $e^2/e^1 = e^1$ times the second, about {math.exp(1):.1f} "
        "times. So the ratio of two probabilities comes closer to 1 as T grows; their difference need not shrink."
    )
    evaluation = certainty_cache.evaluation(certainty_cache.SMALL)
    index, t = surest_mistake(evaluation), float(st.session_state.get("certainty_t") or 1.0)
    z = evaluation.logits[index].double()
    (first, second), (named, _) = (part.tolist() for part in z.topk(2))
    p = softmax(z / t)[named].item()
    power = rf"e^{{{first:.3g}/{t:g}}}"
    lesson.formula(
        rf"p_{named} = \frac{{{power}}}{{{power} + e^{{{second:.3g}/{t:g}}} + \dots}} "
        + (rf"= {p:.5f}" if p < 0.999995 else r"> 0.99999"),
    )


COOL = Question(
    key="ask_certainty_heat",
    text="A network is surer than it is right. What helps?",
    right="T above 1: less sure, same mistakes",
    why="The highest probability gets lower, and it stays the highest. So the network names the same digit, right or "
    "wrong.",
    wrong={
        "T above 1: fewer mistakes": "It makes the network less sure. But of two scores the larger "
        "one stays the larger, so it names the same digit as before, right or wrong.",
        "T below 1: less sure, same mistakes": "Dividing by a number below 1 makes the scores "
        "larger, and the gaps between them too. Then the highest probability rises.",
    },
    order=1,
)


@lesson.scene("Can one number make it honest?")
def one_number() -> None:
    """The temperature, which puts the probabilities right."""
    answered = question.ask(COOL)
    with lesson.stage():
        if answered:
            scaled(dataset.splits())
        else:  # what the link says of the slider waits
            link.unbound("certainty_t", 1.0, {f"{t:g}": t for t in TEMPERATURES}.__getitem__)
    if answered:
        lesson.deeper(three_temperatures, how_far_to_trust, code_of_temperature)


@st.fragment
def scaled(splits: Splits) -> None:
    """The slider, and what is to be seen at its temperature."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="certainty_controls"):
        with st.container(width=240):
            evaluation = judged()
        if evaluation is None:
            return
        searched = certainty_cache.temperature_search(chosen(), evaluation, TEMPERATURES)
        with st.container(width=360):
            t = temperature()
        if not link.is_hidden("certainty_t"):
            st.button("To the lowest loss", key="certainty_best", on_click=_set_temperature, args=(searched.best,))
    before, at_t = calibrate(evaluation), calibrate(evaluation, t)
    left, right = st.columns(2, gap="medium")
    with left:
        theme.show(
            reliability_diagram(bins=at_t.bins, before=before.bins, theme=theme.current()),
            key="certainty_at_t",
            description="The reliability diagram at the chosen temperature; rings stand where the dots are at T = 1.",
        )
    with right:
        theme.show(
            loss_over_temperature(
                tried=searched.tried,
                chosen=(t, searched.tried[t]),
                lowest=(searched.best, searched.lowest),
                theme=theme.current(),
            ),
            key="certainty_loss",
            description="The cross-entropy over the temperature, a valley. Your temperature and the lowest point are "
            "marked; the table under Go deeper has the numbers.",
        )
    lesson.notice(
        f"At T = {t:g} it claims **{words.percent(at_t.confidence)}** on average and is right in "
        f"**{at_t.accuracy:.1%}**, at every T."
    )


def three_temperatures() -> None:
    """What temperature scaling is, and the table of the three temperatures."""
    st.markdown(
        "After training, all scores can be divided by one number, the **temperature** T. Which T? The one with "
        "the lowest cross-entropy on the validation images, the mean of −ln p of the right digits: it charges much for "
        "being sure and wrong, and a little for being right and not sure. No weight changes. This is called "
        "**temperature scaling**."
    )
    evaluation = now()
    if not evaluation.logits.isfinite().all():
        return
    searched = certainty_cache.temperature_search(chosen(), evaluation, TEMPERATURES)
    t = float(st.session_state.get("certainty_t") or 1.0)
    compare(t, searched, calibrate(evaluation), calibrate(evaluation, t), calibrate(evaluation, searched.best))
    st.markdown(
        "With a higher T the network claims less, so images pass to lower bins, and most dots rise. With a lower T "
        "they sink. The share of all images that is read rightly never changes: the temperature decides how sure the "
        "network is, not what it reads."
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
    table = [{"measure": name, **dict(zip(heads, row, strict=True))} for name, row in rows.items()]
    st.table(table, border="horizontal")


def _set_temperature(best: float) -> None:
    """Puts the slider on the value next to the best temperature."""
    st.session_state["certainty_t"] = min(TEMPERATURES, key=lambda t: abs(math.log(t / best)))


def how_far_to_trust() -> None:
    """That the temperature was fitted on the images it is judged on, and what that matters."""
    evaluation = now()
    if not evaluation.logits.isfinite().all():
        return
    searched = certainty_cache.temperature_search(chosen(), evaluation, TEMPERATURES)
    if searched.best > 0.999 * TEMPERATURES[-1] or searched.best < 1.001 * TEMPERATURES[0]:
        st.markdown(f"The loss still falls at the end of the slider, T = {searched.best:.3g}.")
    st.markdown(certainty_words.judged_by_the_other_half(searched, len(evaluation.labels)))
    st.markdown(certainty_words.folded_in())
    st.markdown(
        "And one number can't do everything. It makes the network less sure of all images or surer of all. Where some "
        "bins lie above the diagonal and others below, what brings the ones closer mostly takes the others further "
        "away. The lowest cross-entropy need not have the lowest ECE either."
    )


def code_of_temperature() -> None:
    """The code."""
    lesson.show_source(fit_temperature)


lesson.show(claims_and_truth, one_answer, one_number)
