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
from mnist_core.figures.certainty import (
    FEW,
    bin_in_words,
    images_per_bin,
    loss_over_temperature,
    reliability_diagram,
)
from mnist_core.figures.images import enlarged
from mnist_core.network.functions import softmax
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import certainty_cache, certainty_words
from ui.visitor import networks


def what_confidence_is() -> None:
    """What a network claims, how that can be checked, and which network is."""
    dataset.notice("this lesson uses generated digits, which the program draws itself")
    st.markdown(
        "The softmax gives each of the ten digits a probability, and the network names the digit with the highest one. "
        "That highest probability is its **confidence**: how sure it claims to be. But ten numbers that add up to 1 "
        "are easily made. Are they true?"
    )
    st.markdown(
        "That can be counted. Take all images with a confidence around 90%, and see how many of them were read "
        "rightly. If it is about nine in ten, and if the same goes for 70% and for 99%, the network is **calibrated**, "
        "as scales are that were checked with known weights."
    )
    networks.chooser()
    splits = dataset.splits()
    st.markdown(
        f"Below, {networks.model_in_use()[1]} reads {len(splits.validation):,} validation images ({splits.name}). "
        "It did not learn from them."
    )
    if networks.learned_elsewhere():
        st.markdown(networks.learned_elsewhere())


PROMISE = Question(
    key="ask_certainty",
    text="A network names a digit for each of 100 images and gives it 90% each time. Suppose that these probabilities "
    "are true. How many of the 100 does it read wrongly?",
    right="About ten",
    why="Each answer is wrong one time in ten. Chance makes it a few more or fewer than ten: mostly between 4 and 16.",
    wrong={
        "None: 90% is nearly certain": "Of a single image you may be nearly certain. But what happens one time in ten "
        "happens often among a hundred.",
        "Exactly ten": "That is what to expect on average. But a coin that falls a hundred times seldom shows exactly "
        "50 heads; here too chance makes it a few more or fewer, mostly between 4 and 16.",
        "That can't be known: each answer is right or wrong": "Of each single answer that is so. Of a hundred together "
        "more can be said: this is what the 90% means.",
    },
    order=2,
)


def claims_and_truth() -> None:
    """What the network claims beside how often it is right, bin by bin and as one number."""
    try:
        found = calibrate(networks.validation())
    except ValueError as problem:  # scores that are not numbers
        st.info(f"{problem} Choose another network above.", icon=":material/info:")
        return
    st.header("What it claims, and how often it is right", anchor=False)
    st.markdown(
        "The images are sorted by confidence into 15 **bins** of equal width. For each bin, two numbers are compared: "
        "the mean confidence, and the share of the images read rightly."
    )
    if question.ask(PROMISE):
        figure, beside = st.columns([3, 2], gap="large", vertical_alignment="center")
        with figure:
            show_diagram(found)
        with beside:
            st.markdown(certainty_words.around_ninety(found))
            st.markdown(certainty_words.all_together(found))
        explain_diagram(found)
        lesson.notice(
            "A dot on the dashed diagonal keeps its promise. Below the diagonal the network is surer than it is right, "
            "above it less sure. Before you judge a dot, look at the thin line through it: the images of the bin "
            "leave any share of right answers on it well possible. Where the line crosses the diagonal, the gap may "
            "be chance."
        )
        show_error(found)


def show_diagram(found: Calibration) -> None:
    """The dots, the images of each bin below them, and all of it as a table."""
    theme.show(
        reliability_diagram(bins=found.bins, theme=theme.current()),
        key="certainty_diagram",
        description="A dot for each bin: its mean confidence across, the share read rightly up. A dashed diagonal "
        "shows where both are equal. The table below has the numbers.",
    )
    theme.show(
        images_per_bin(bins=found.bins, theme=theme.current()),
        key="certainty_images",
        description="A bar for the number of images in each bin. The table below has the numbers.",
    )


def explain_diagram(found: Calibration) -> None:
    """What the marks mean, and the same in numbers."""
    st.caption(
        "Above: a dot for each bin, and a thick line from the diagonal to it, the gap: vermillion where the network is "
        "surer than it is right, blue where it is less sure. The thin line: which shares of right answers the images "
        f"of the bin leave possible; few images leave many. Pale: fewer than {FEW} images. Below: how many images each "
        "bin has; each step up is ten times as many."
    )
    with st.expander("The numbers of all bins", icon=":material/table:"):
        st.table([bin_in_words(part) for part in found.bins], border="horizontal")


def show_error(found: Calibration) -> None:
    """The formula of the calibration error, with its largest terms."""
    st.header("The gaps as one number", anchor=False)
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


# 0.25 to 4, by the same factor each time
TEMPERATURES = tuple(float(f"{2 ** (step / 32):.3g}") for step in range(-64, 65))
COOL = Question(
    key="ask_certainty_heat",
    text="A network is surer than it is right. You may divide all its scores by one number T. What helps?",
    right="A T above 1: the probabilities get lower, the mistakes stay",
    why="Scores that lie closer together give probabilities that lie closer together, so the highest one gets lower. "
    "It is still the highest, so the network still names the same digit, right or wrong.",
    wrong={
        "A T above 1: then there are fewer mistakes": "It makes the network less sure. But of two scores the larger "
        "one stays the larger, so it names the same digit as before, right or wrong.",
        "A T below 1: the probabilities get lower, the mistakes stay": "Dividing by a number below 1 makes the scores "
        "larger, and the gaps between them too. Then the highest probability rises.",
    },
    order=1,
)


def one_number() -> None:
    """The temperature, which puts the probabilities right."""
    evaluation = networks.validation()
    if not evaluation.logits.isfinite().all():  # which the part before has said
        return
    introduce_temperature()
    answered = question.ask(COOL)
    temperature(evaluation, dataset.splits(), calibrate(evaluation), answered=answered)
    if not answered:
        return
    lesson.notice(
        "With a higher T the network claims less, so images pass to lower bins, and most dots rise. With a lower T "
        "they sink. The share of all images that is read rightly never changes: the temperature decides how sure the "
        "network is, not what it reads."
    )
    say_how_far_to_trust(certainty_cache.temperature_search(evaluation, TEMPERATURES), len(evaluation.labels))


def introduce_temperature() -> None:
    """Two scores before and after they are divided, and what is done with all of them."""
    st.header("One number to put it right", anchor=False)
    st.markdown(
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


@st.fragment
def temperature(evaluation: Evaluation, splits: Splits, before: Calibration, *, answered: bool) -> None:
    """The slider, and what is to be seen at its temperature."""
    st.latex(r"p_i = \frac{e^{z_i/T}}{\sum_j e^{z_j/T}}")
    st.markdown(r"$\sum_j$ adds up these powers of e for all ten digits j, so that the ten probabilities make 1.")
    if not answered:  # what the link says of the slider waits
        link.unbound("certainty_t", 1.0, {f"{t:g}": t for t in TEMPERATURES}.__getitem__)
        return
    controls, button = st.columns([3, 1], gap="large", vertical_alignment="bottom")
    with controls:
        t = link.select_slider("Temperature, T", "certainty_t", TEMPERATURES, 1.0, names="{:g}".format)
    searched = certainty_cache.temperature_search(evaluation, TEMPERATURES)
    if not link.is_hidden("certainty_t"):
        button.button("To the lowest point", key="certainty_best", on_click=_set_temperature, args=(searched.best,))
    show_temperature(t, evaluation, before, searched)
    show_example(evaluation, splits, t)


def show_temperature(t: float, evaluation: Evaluation, before: Calibration, searched: TemperatureSearch) -> None:
    """The diagram and the loss at the reader's temperature."""
    now = calibrate(evaluation, t)
    left, right = st.columns(2, gap="medium")
    with left:
        theme.show(
            reliability_diagram(bins=now.bins, before=before.bins, theme=theme.current()),
            key="certainty_at_t",
            description="The diagram from above at the chosen temperature; rings stand where the dots are at T = 1.",
        )
        st.caption("Rings: the dots at T = 1.")
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
            "marked; the table below has the numbers.",
        )
        st.caption("The axis of T: from one mark to the next, it doubles.")
    compare(t, searched, before, now, calibrate(evaluation, searched.best))


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
    st.table([{"": name, **dict(zip(heads, row, strict=True))} for name, row in rows.items()], border="horizontal")


def _set_temperature(best: float) -> None:
    """Puts the slider on the value next to the best temperature."""
    st.session_state["certainty_t"] = min(TEMPERATURES, key=lambda t: abs(math.log(t / best)))


def show_example(evaluation: Evaluation, splits: Splits, t: float) -> None:
    """One image, and what the temperature makes of its highest probability."""
    index = surest_mistake(evaluation)
    z, y = evaluation.logits[index].double(), int(evaluation.labels[index])
    (first, second), (named, runner_up) = (part.tolist() for part in z.topk(2))
    picture, said = st.columns([1, 3], gap="large", vertical_alignment="center")
    with picture:
        image = splits.validation.images[index] / 255
        st.image(enlarged(image=image, factor=4), output_format="PNG")
    with said:
        kind = "the surest mistake" if named != y else "the answer it is least sure of"
        st.markdown(
            f"For example, {kind}: the image shows a **{y}**, the network reads a **{named}**. Its second guess is "
            f"a {runner_up}."
        )
        p = softmax(z / t)[named].item()
        power = rf"e^{{{first:.3g}/{t:g}}}"
        lesson.formula(
            rf"p_{named} = \frac{{{power}}}{{{power} + e^{{{second:.3g}/{t:g}}} + \dots}} "
            + (rf"= {p:.5f}" if p < 0.999995 else r"> 0.99999"),
        )


def say_how_far_to_trust(searched: TemperatureSearch, images: int) -> None:
    """That the temperature was fitted on the images it is judged on, and what that matters."""
    if not TEMPERATURES[0] <= searched.best <= TEMPERATURES[-1]:
        st.markdown(
            f"The lowest point, at T = {searched.best:.3g}, lies beyond the temperatures shown here, "
            f"{TEMPERATURES[0]:g} to {TEMPERATURES[-1]:g}."
        )
    st.markdown(certainty_words.judged_by_the_other_half(searched, images))
    st.markdown(
        "And one number can't do everything. It makes the network less sure of all images or surer of all. Where some "
        "bins lie above the diagonal and others below, what brings the ones closer mostly takes the others further "
        "away. The lowest cross-entropy need not have the lowest ECE either."
    )


def in_the_end() -> None:
    """The code, and what to try."""
    lesson.show_source(calibrate, expected_calibration_error, fit_temperature)
    lesson.try_this(
        "On the page “Train a network”, train one on few images for many epochs, then come back. Which T does it need? "
        "Then train a network without hidden layers for a single epoch. On which side of the diagonal are its dots?"
    )


lesson.show(what_confidence_is, claims_and_truth, one_number, in_the_end)
