"""Cross-entropy: the price of an answer, of a batch of answers, why it is this one, and which way it pushes."""

import math
from functools import partial
from statistics import fmean

import streamlit as st
import torch

from mnist_core import words
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.cross_entropy_arrows import gradient_arrows
from mnist_core.figures.cross_entropy_batch import batch_losses, batch_mean
from mnist_core.figures.cross_entropy_bias import over_a_bias
from mnist_core.figures.cross_entropy_squared import two_pushes
from mnist_core.figures.curves import loss_of_probability
from mnist_core.lessons.cross_entropy import price
from mnist_core.lessons.cross_entropy_bias import Answers, likelihood
from mnist_core.lessons.cross_entropy_squared import (
    push_of_cross_entropy,
    push_of_squared_error,
    squared_error,
    steps_until_right,
)
from mnist_core.network.functions import (
    binary_cross_entropy,
    cross_entropy,
    cross_entropy_gradient,
    geometric_mean,
    gradient_by_torch,
    log_softmax,
    losses_by_torch,
    random_logits,
    sigmoid,
    softmax,
)
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import cross_entropy_cache
from ui.lessons.cross_entropy_words import model_choice, tiny

MARKS = (0.9, 0.1, 0.01)


@lesson.scene("What does a wrong answer cost?")
@st.fragment
def price_of_an_answer() -> None:
    """One number is the price of an answer: minus the logarithm of p."""
    with lesson.stage():
        control, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
        with control:
            p = link.slider("Probability given to the right digit, p", "ce_p", 0.01, 1.0, 0.5, 0.01, shown="%.2f")
            st.metric("The price of the answer: −ln p", f"{price(p):.3f}")
        with figure:
            theme.show(
                loss_of_probability(probability=p, marks=MARKS, theme=theme.current(), height=320),
                key="ce_curve",
                description="The curve of minus the logarithm of p. It falls from far above at p = 0 to 0 at p = 1. "
                "Three points are marked on it, and yours.",
            )
    lesson.notice(
        "Sure and right is cheap: 0.9 costs 0.105. Sure and wrong is expensive: 0.01 left for the right digit costs "
        "4.605. The price is the **loss**, and training makes it small. This one is called **cross-entropy**."
    )
    lesson.deeper(natural_logarithm, equal_steps, sum_of_terms, partial(lesson.show_source, cross_entropy))


def natural_logarithm() -> None:
    """What ln is."""
    st.latex(r"L = -\ln p")
    st.markdown(
        "The **natural logarithm**, ln, says to which power $e$ = 2.718… must be raised to get p. For example, "
        "$e^{-0.693}$ is 0.5, so ln 0.5 = −0.693, and p = 0.5 costs 0.693. The minus makes the price positive: it is 0 "
        "where p is 1, and grows without end as p comes closer to 0. In these lessons the loss is $L$; some course "
        "notes write $J$."
    )


STEP = 0.03
STEPS = [round(1 - STEP * i, 2) for i in range(34)]  # 1, 0.97, ... 0.01


def equal_steps() -> None:
    """The same curve in equal steps of p, which leave their marks."""
    st.subheader("What equal steps cost", anchor=False)
    st.markdown(f"Here p falls by {STEP} at each step, and leaves a mark. Move the handle from 1 to 0.01.")
    p = link.select_slider("p, in equal steps", "ce_step", STEPS, STEPS[0], names="{:.2f}".format)
    theme.show(
        loss_of_probability(probability=p, marks=(), trail=[step for step in STEPS if step > p], theme=theme.current()),
        key="ce_sweep",
        description="The curve of minus the logarithm of p, with a mark at each step so far. Near p = 0 the marks "
        "are far apart.",
    )
    st.markdown(
        "The first step adds 0.030 to the loss, the last one, from 0.04 to 0.01, adds 1.386. The closer p is to 0, "
        "the more the same step costs."
    )


TERMS_IN_A_LINE = 2  # as many as fit a phone


def sum_of_terms() -> None:
    """The same price as books write it: a sum over ten digits, of which the indicator leaves one."""
    st.subheader("A sum of which one term is left", anchor=False)
    st.markdown(
        "In books the same price is a sum with a term for each class. The image shows the digit $y$, and $p_i$ is the "
        "probability given to class $i$. The sign $1\\{y = i\\}$ is the **indicator**: it is 1 where what is in the "
        "brackets is true, and 0 elsewhere. On paper the classes are numbered $i = 1 … k$. Here k is 10, and each "
        "class is called by its digit, 0 … 9. Keras calls this loss **sparse categorical cross-entropy**: *sparse*, "
        "because it is given the number y and not the list of ten indicators."
    )
    left, right = st.columns([3, 1], gap="large", vertical_alignment="bottom")
    with left:
        y = link.whole_slider("What the image really shows, y", "ce_y", 0, 9, 3)
    with right:
        seed = link.seed("Seed of the answer", "ce_seed")
    p = [f"{value:.4g}" for value in softmax(random_logits(10, seed)).tolist()]
    terms = [rf"0 \cdot \ln {value}" for value in p]
    terms[y] = rf"\boxed{{1 \cdot \ln {p[y]}}}"
    lines = [" + ".join(terms[at : at + TERMS_IN_A_LINE]) for at in range(0, len(terms), TERMS_IN_A_LINE)]
    loss = cross_entropy(random_logits(10, seed), torch.tensor(y)).item()
    written_out = r" \\ & \quad + ".join(lines)
    st.latex(
        rf"\begin{{aligned}} L & = -\sum_{{i=1}}^{{k}} 1\{{y = i\}} \, \ln p_i \\ "
        rf"& = -\big[\; {written_out} \;\big] \\ & = -\ln p_{y} = -\ln {p[y]} = {loss:.3f} \end{{aligned}}"
    )
    st.markdown(
        "Nine of the ten terms are multiplied by 0. Whatever the image shows, one is left, the one in the frame: minus "
        "the logarithm of p of the right digit. How the rest is spread over the wrong digits does not matter to it."
    )


NOTHING = Question(
    key="ask_nothing",
    text="A network that knows nothing gives each of the ten digits the same probability. What is its loss?",
    right="2.303",
    why="Each digit gets 0.1, the right one too, and −ln 0.1 = ln 10 = 2.303.",
    wrong={
        "0": "It has made no mistake yet, but the loss is 0 only where p is 1. Here p is 0.1.",
        "0.9": "From 0.1 to 1 it is 0.9. But the loss is no distance: it is −ln 0.1, which is far larger.",
        "It depends on the digit": "All ten digits have 0.1 here, so whichever is right, the loss is the same.",
    },
    order=2,
)


@lesson.scene("What does it cost to know nothing?")
@st.fragment
def knowing_nothing() -> None:
    """The same probability for each of k classes."""
    answered = question.ask(NOTHING)
    with lesson.stage():
        control, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
        with control:
            k = link.whole_slider("Number of classes, k", "ce_k", 2, 10, 10, disabled=not answered)
            if answered:
                loss = cross_entropy(torch.zeros(k), torch.tensor(0)).item()
                st.metric(f"The loss: −ln 1/{k} = ln {k}", f"{loss:.3f}")
        with figure:
            classes = [str(name) for name in range(k)]
            theme.show(
                probability_bars(
                    probabilities=[1 / k] * k, classes=classes, theme=theme.current(), height=260, is_answer=False
                ),
                key="ce_nothing",
                description="As many bars as there are classes, all of the same height.",
            )
    if answered:
        lesson.notice(
            "Remember 2.303: where there are ten digits, most trainings begin there. A mean loss above it is worse "
            "than knowing nothing."
        )
        lesson.deeper(two_classes)


def two_classes() -> None:
    """The loss of a yes or no, which is the same."""
    st.subheader("Two classes are a special case", anchor=False)
    st.markdown(
        "The lesson *From two classes to many* shows that the softmax of two scores, $z$ and 0, is the sigmoid of "
        "$z$; here is the other side of it, the loss. For two classes it is called **binary cross-entropy**: minus "
        "the logarithm of ${p^y (1 - p)^{1 - y}}$, with $y$ and $1 - y$ as its indicators."
    )
    left, right = st.columns(2, gap="large")
    with left:
        z = link.slider("Score, z", "ce_z", -4.0, 4.0, 1.5, shown="%.1f")
    with right:
        y = link.buttons("What the image really is, y", "ce_label", (0, 1), 1)
    one, label = sigmoid(torch.tensor(z)).item(), torch.tensor(y)
    p, rest = f"{one:.4g}", f"{1 - one:.4g}"
    binary = binary_cross_entropy(torch.tensor(z), label).item()
    by_softmax = cross_entropy(torch.tensor([0.0, z]), label).item()  # class 0 has the score 0, class 1 has z
    power = f"e^{{{z:z.1f}}}"
    st.latex(
        r"\begin{aligned} p & = \frac{1}{1 + e^{-z}} \\ L & = -\big[\, y \ln p + (1 - y) \ln (1 - p) \,\big] \\ "
        rf"& = -\big[\, {y} \cdot \ln {p} + {1 - y} \cdot \ln {rest} \,\big] = {binary:.3f} \\ "
        rf"L & = -\ln \frac{{{power if y else 'e^0'}}}{{{power} + e^0}} = {by_softmax:.3f} \end{{aligned}}"
    )
    st.markdown(
        "Change y: the other of the two terms is left. The sigmoid and the softmax cost the same. Knowing nothing, at "
        "z = 0, costs ln 2 = 0.693."
    )
    lesson.show_source(binary_cross_entropy)


BATCH = (0.9, 0.7, 0.8, 0.3)


@lesson.scene("What does a batch of answers cost?")
@st.fragment
def batch() -> None:
    """Four examples, their losses, and the mean."""
    with lesson.stage():
        controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            p = [
                link.slider(
                    f"Image {number}, p of its right digit", f"ce_p{number}", 0.01, 1.0, start, 0.01, shown="%.2f"
                )
                for number, start in enumerate(BATCH, start=1)
            ]
        with figure:
            theme.show(
                batch_losses(losses=[price(value) for value in p], theme=theme.current(), height=280),
                key="ce_losses",
                description="A bar for the loss of each image, and a line for their mean.",
            )
    lesson.notice(
        "Training looks at a few images at a time, a **mini-batch**, and the batch pays the mean. Set one p to 0.01: "
        "one sure mistake lifts the mean by more than a whole point, however good the others are."
    )
    lesson.deeper(partial(typical_probability, p), partial(lesson.show_source, geometric_mean))


def typical_probability(p: list[float]) -> None:
    """What the mean loss means: the geometric mean of the probabilities."""
    st.markdown(
        "The mean, not the sum, so that batches of any size can be compared. And the mean has a meaning: $e$ to the "
        "power of minus the mean loss is the **geometric mean** of the probabilities given to the right digits. That "
        "is an average that multiplies: the fourth root of the product of four numbers."
    )
    losses = [price(value) for value in p]
    mean_loss = fmean(losses)
    geometric = geometric_mean(torch.tensor(p, dtype=torch.float64)).item()
    theme.show(
        batch_mean(probabilities=p, geometric_mean=geometric, theme=theme.current()),
        key="ce_batch",
        description="A bar for the probability of each image's right digit, a solid line for their geometric mean "
        "and a dashed line for their ordinary average.",
    )
    power = "0" if mean_loss == 0 else f"-{mean_loss:.3f}"
    total = " + ".join(f"{loss:.3f}" for loss in losses)
    product = r" \cdot ".join(f"{value:.2f}" for value in p)
    st.latex(
        rf"\begin{{aligned}} \text{{mean of }} L & = \frac{{{total}}}{{4}} = {mean_loss:.3f} \\ "
        rf"e^{{-\text{{mean of }} L}} & = e^{{{power}}} = {math.exp(-mean_loss):.3f} \\ "
        rf"\sqrt[4]{{{product}}} & = {geometric:.3f} \end{{aligned}}"
    )
    st.markdown(
        "The last two lines are always equal. One probability near 0 pulls the geometric mean far down, while the "
        "ordinary average moves much less. So a mean loss can be read as a typical probability: 0.1 stands for "
        "$e^{-0.1}$ = 0.905."
    )


COUNTED = 20  # images, few enough for steps that can be seen
COUNT = Question(
    key="ask_count",
    text="The bias of the 3 is added to its score. It grows by a hair. How many of 20 images are read rightly then?",
    right="Almost always as many as before",
    why="An image is read differently only where two scores change places. Until then, the count stays.",
    wrong={
        "A few more, or a few fewer": "For that, the scores of several images would have to change places at once.",
        "A tiny part of one more, or less": "There is no part of an image to count: each is right or wrong.",
    },
    order=1,
)


@lesson.scene("Why not simply count the mistakes?")
@st.fragment
def count_of_mistakes() -> None:
    """The accuracy is a staircase; the loss of the same answers has a slope everywhere."""
    answered = question.ask(COUNT)
    splits = dataset.splits()
    answers = cross_entropy_cache.answers(splits, COUNTED)
    with lesson.stage():
        controls, figures = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            bias = bias_of_the_three(disabled=not answered)
            right, loss, slope = answers.right(bias), answers.losses(bias).mean().item(), answers.slope(bias)
            if answered:
                st.markdown(
                    "| of 20 images | now | slope |\n|---|---|---|\n"
                    f"| read rightly | {right} | 0 |\n"
                    f"| mean loss | {loss:.3f} | {words.number(slope, 3)} |"
                )
        with figures:
            show_staircase_and_loss((bias, right, loss), slope if answered else None)
    if answered:
        lesson.notice(
            "The count, the **accuracy**, is a staircase: between two steps its slope is 0, and nothing says which way "
            "to go. The loss slopes everywhere but at its lowest point. So training follows the loss."
        )
        lesson.deeper(
            partial(where_the_steps_are, answers, bias),
            partial(slope_of_the_loss, answers, bias),
            partial(lesson.show_source, Answers.right, Answers.slope),
        )


def bias_of_the_three(*, disabled: bool = False) -> float:
    """The control that two scenes have."""
    furthest = cross_entropy_cache.FURTHEST
    return link.slider("Bias of the 3, b₃", "ce_bias", -furthest, furthest, -3.0, shown="%.1f", disabled=disabled)


def show_staircase_and_loss(now: tuple[float, int, float], slope: float | None) -> None:
    """The number of images read rightly above the mean loss, over the bias, and both slopes if they are to be told."""
    curves = cross_entropy_cache.curves(dataset.splits(), COUNTED)
    bias, right, loss = now
    theme.show(
        over_a_bias(
            biases=curves.biases,
            values=curves.right,
            point=(bias, right),
            slope=None if slope is None else 0.0,
            title="read rightly",
            ends=(0, COUNTED),
            is_staircase=True,
            theme=theme.current(),
        ),
        key="ce_count",
        description="How many of 20 images are read rightly, over the bias of the 3: a line that is level, jumps by "
        "one, and is level again. At your point it is level.",
    )
    theme.show(
        over_a_bias(
            biases=curves.biases,
            values=curves.means,
            point=(bias, loss),
            slope=slope,
            title="mean loss",
            ends=(math.floor(2 * min(curves.means)) / 2, math.ceil(2 * max(curves.means)) / 2),
            below="bias of the 3, b₃",
            room=85,
            theme=theme.current(),
        ),
        key="ce_loss",
        description="The mean loss of the same images over the same bias: a smooth valley. A short line at your point "
        "shows its slope.",
    )


def where_the_steps_are(answers: Answers, bias: float) -> None:
    """At which biases an image changes sides, and between which two the reader stands."""
    dataset.notice("the 20 images are generated digits")
    steps = answers.steps()
    shown = [step for step in steps if abs(step) <= cross_entropy_cache.FURTHEST]
    below, above = [step for step in steps if step <= bias], [step for step in steps if step > bias]
    level = [
        *(f"from {words.number(step)}" for step in below[-1:]),
        *(f"up to {words.number(step)}" for step in above[:1]),
    ]
    lowest = cross_entropy_cache.curves(dataset.splits(), COUNTED).lowest
    st.markdown(
        "The network is small: it has 16 hidden neurons, and has learned from 640 images only. The bias b₃ is added to "
        f"its score of the 3, whatever the image. The 20 images are the first training images of "
        f"{dataset.splits().name}."
    )
    st.markdown(
        "Each image has one step at most: where the score of the 3 overtakes the largest of the others. In the figure "
        f"they are at {words.listed([words.number(step) for step in shown])}. So, {' '.join(level)}, it is "
        f"{answers.right(bias)} of 20, whatever the bias. With 1,000 images there are at most 1,000 steps, each of a "
        f"thousandth, and between them it is as level as here. Of all biases in the figure, {words.number(lowest)} has "
        "the lowest loss."
    )


def slope_of_the_loss(answers: Answers, bias: float) -> None:
    """The slope by its formula and by a difference."""
    p, slope = softmax(answers.with_bias(bias))[:, 3], answers.slope(bias)
    threes = int((answers.labels == 3).sum())
    higher, lower = (answers.losses(bias + side).mean().item() for side in (0.01, -0.01))
    st.markdown(
        "The slope of the loss is a mean too, of p − y of the 3: its probability, minus 1 where the image is a 3. The "
        "next scene but one is about that number. A difference finds the same: the loss a little to the right, minus "
        "that a little to the left."
    )
    st.latex(
        r"\begin{aligned} \frac{\partial L}{\partial b_3} & = \frac{1}{N} \sum_{i=1}^{N} (p_3 - y_3) \\ "
        rf"& = \frac{{{p.sum().item():.3f} - {threes}}}{{{len(answers.labels)}}} = {slope:z.3f} \\ "
        r"& \approx \frac{L(b_3 + 0.01) - L(b_3 - 0.01)}{0.02} \\ "
        rf"& = \frac{{{higher:.5f} - {lower:.5f}}}{{0.02}} = {(higher - lower) / 0.02:z.3f} \end{{aligned}}"
    )


AMOUNTS = (20, 50, 100, 1_000)


@lesson.scene("Why is there a logarithm in the loss?")
@st.fragment
def all_answers_together() -> None:
    """The likelihood is a product, which float32 loses; the sum of logarithms has its best at the same place."""
    splits = dataset.splits()
    with lesson.stage():
        controls, figures = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            bias = bias_of_the_three()
            count = link.select_slider("Images", "ce_images", AMOUNTS, AMOUNTS[0], names="{:,}".format)
            answers = cross_entropy_cache.answers(splits, count)
            product, total = likelihood(answers.given(bias)), answers.losses(bias).sum().item()
            with st.container(horizontal=True):
                st.metric("Product of all p", tiny(product), width="content")
                st.metric("Sum of all −ln p", f"{total:,.2f}", width="content")
        with figures:
            show_product_and_sum(count, (bias, product, total))
    lesson.notice(
        "The product of all p, the **likelihood**, is highest where the sum of −ln p is lowest. Take 1,000 images: the "
        "product is too small for the computer and becomes 0. The sum keeps its valley."
    )
    lesson.deeper(partial(product_to_sum, answers, bias), partial(lesson.show_source, likelihood))


def show_product_and_sum(count: int, now: tuple[float, float, float]) -> None:
    """The likelihood above the sum of −ln p, over the bias."""
    curves = cross_entropy_cache.curves(dataset.splits(), count)
    bias, product, total = now
    theme.show(
        over_a_bias(
            biases=curves.biases,
            values=curves.likelihoods,
            point=(bias, product),
            slope=None,
            title="product of p",
            ends=(0, max(curves.likelihoods) or 1.0),
            room=130,
            theme=theme.current(),
        ),
        key="ce_product",
        description="The product of all p over the bias of the 3: a single hill. With many images it is level, at 0.",
    )
    theme.show(
        over_a_bias(
            biases=curves.biases,
            values=curves.sums,
            point=(bias, total),
            slope=None,
            title="sum of −ln p",
            ends=(0.9 * min(curves.sums), max(curves.sums)),
            below="bias of the 3, b₃",
            room=110,
            theme=theme.current(),
        ),
        key="ce_sum",
        description="The sum of all −ln p over the same bias: a valley, with its lowest point where the hill has its "
        "peak.",
    )


def product_to_sum(answers: Answers, bias: float) -> None:
    """Why the best of one is the best of the other, and where float32 and float64 end."""
    losses, p = answers.losses(bias), answers.given(bias)
    count, total = len(p), losses.sum().item()
    st.markdown(
        "Let the network draw its answers by lot, each digit with its probability. Then the product of all p is the "
        "chance that every answer is right. To look for where it is highest is called **maximum likelihood**. "
        "Here $i$ counts the images, and $p_i$ is what the right digit of image $i$ got. The sign Π stands for a "
        "product, as Σ does for a sum. The logarithm of a product is the sum of the logarithms. It grows when its "
        "number grows, so the bias that is best for one is best for the other. Divided by N, the sum is the mean loss: "
        "to make the cross-entropy small *is* maximum likelihood."
    )
    first = r" \cdot ".join(f"{value:.3f}" for value in p[:3].tolist())
    logs = " + ".join(f"{value:.3f}" for value in losses[:3].tolist())
    st.latex(
        r"\begin{aligned} -\ln \prod_{i=1}^{N} p_i & = -\sum_{i=1}^{N} \ln p_i \\ "
        rf"& = {logs} + … = {total:.2f} \\ \prod_{{i=1}}^{{N}} p_i & = {first} \cdot … \\ "
        rf"& = e^{{-{total:.2f}}} \approx 10^{{-{total / math.log(10):.1f}}} \\ "
        rf"\frac{{1}}{{N}} \sum_{{i=1}}^{{N}} -\ln p_i & = \frac{{{total:.2f}}}{{{count}}} = {total / count:.3f} "
        r"\end{aligned}"
    )
    st.markdown(
        "The numbers here are float32. The smallest above 0 that it has is 1.4 · 10⁻⁴⁵, so of 1,000 images the product "
        "is 0 everywhere. Even a good network gets there: 0.9 for each of "
        "1,000 right digits makes 1.7 · 10⁻⁴⁶, which becomes 0, while the sum is 105.361. In float64, where numbers go "
        "down to 4.9 · 10⁻³²⁴, the same happens with more images."
    )
    st.markdown(
        "With two classes, each factor is the ${p^y (1 - p)^{1 - y}}$ of the lesson *From two classes to many*. The "
        "N-th root of the likelihood is the geometric mean of scene 3."
    )


CLASSES = ("3", "5", "8")
LETTERS = ("z₃", "z₅", "z₈")
SCORES = (2.0, 1.0, -1.0)
PUSH = Question(
    key="ask_push",
    text="The image is a 3. The classes 3, 5 and 8 get p = 0.705, 0.259 and 0.035. Which scores does the loss push?",
    right="That of 3 up, the other two down",
    why="The three digits share 100%. The 3 can only gain if the others lose.",
    wrong={
        "Only that of 3, up": "All three share 100%: where the 3 gains, the others lose.",
        "None: the 3 is in front already": "The loss is 0 only at p = 1. At 0.705 there is still something to gain.",
    },
    order=1,
)


@lesson.scene("Which way does the loss push the scores?")
@st.fragment
def push_on_the_scores() -> None:
    """Which way the loss pushes each score, and how hard: p − y as arrows."""
    answered = question.ask(PUSH)
    with lesson.stage():
        controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            scores = [
                link.slider(
                    f"Score of the {name}, {letter}",
                    f"ce_z{name}",
                    -4.0,
                    4.0,
                    start,
                    shown="%.1f",
                    disabled=not answered,
                )
                for name, letter, start in zip(CLASSES, LETTERS, SCORES, strict=True)
            ]
            right = link.buttons(
                "What the image really shows, y", "ce_right", CLASSES, CLASSES[0], disabled=not answered
            )
        z, y = torch.tensor(scores), torch.tensor(CLASSES.index(right))
        with figure:
            show_arrows(z, y, answered)
    if answered:
        lesson.notice(
            "Each arrow goes from p to where the label wants it: 1 for the right class, 0 for the others. It is as "
            "long as the **gradient** p − y, and points against it. Training moves the weights so that scores follow."
        )
        lesson.deeper(
            partial(show_gradient, z, y),
            partial(show_torch, z, y),
            partial(lesson.show_source, cross_entropy, cross_entropy_gradient, losses_by_torch),
        )


def show_arrows(z: torch.Tensor, y: torch.Tensor, answered: bool) -> None:
    """The probabilities as bars, and once the question is answered, the push on each."""
    p, right = softmax(z).tolist(), CLASSES[int(y)]
    if answered:
        bars = gradient_arrows(
            probabilities=p,
            gradient=cross_entropy_gradient(z, y).tolist(),
            classes=CLASSES,
            right=right,
            theme=theme.current(),
        )
    else:
        bars = probability_bars(probabilities=p, classes=CLASSES, right=right, theme=theme.current())
    theme.show(
        bars,
        key="ce_arrows" if answered else "ce_before_arrows",
        description="A bar for the probability of each class. On the bar of the right class an arrow points up to 1, "
        "on each of the others one points down to 0. The table further down has the numbers."
        if answered
        else "A bar for the probability of each class.",
    )


def show_gradient(z: torch.Tensor, y: torch.Tensor) -> None:
    """The gradient by the formula and by autograd, side by side."""
    p, ours, by_torch = softmax(z).tolist(), cross_entropy_gradient(z, y), gradient_by_torch(z, y)
    right = CLASSES[int(y)]
    st.markdown(
        "The gradient says how fast the loss grows when a score grows. It is written as a fraction. Read ∂ as “a "
        "small change of”: the change of the loss, divided by the small change of the score that caused it. A score "
        "should move the other way. For the score of class $i$ the gradient is as simple as can be. Here $y_i$ is 1 "
        "for the right class and 0 for the others. The list of all of them, $\\mathbf{y}$, is called **one-hot**, "
        "because a single one of its numbers is on."
    )
    st.latex(
        r"\begin{aligned} \frac{\partial L}{\partial z_i} & = p_i - y_i \\ "
        rf"p_{right} - y_{right} & = {words.decimal(p[int(y)])} - 1 = {ours[y].item():.3f} \end{{aligned}}"
    )
    rows = [
        f"| {name} | {words.decimal(value)} | {int(name == right)} | {words.number(mine, 5)} | {words.number(its, 5)} |"
        for name, value, mine, its in zip(CLASSES, p, ours.tolist(), by_torch.tolist(), strict=True)
    ]
    st.markdown("\n".join(["| i | $p_i$ | $y_i$ | $p_i - y_i$ | autograd |", "|---|---|---|---|---|", *rows]))
    difference = (ours - by_torch).abs().max().item()
    same = "Both columns are the same." if difference == 0 else f"They differ by {difference:.8f} at most: by rounding."
    st.markdown(
        "The last column is not from the formula: **autograd**, the part of PyTorch that finds gradients by itself, "
        f"went back through the loss step by step. {same} All gradients together: {ours.sum().item():z.5f}. They "
        "always sum to 0: what one score is pushed up, the others together are pushed down."
    )
    lesson.try_this(
        "Make the arrows as short as you can. Then keep the scores and change what the image really shows: now the "
        "network is sure and wrong. How long are the arrows?"
    )


def show_torch(z: torch.Tensor, y: torch.Tensor) -> None:
    """The loss in two steps and in one, by PyTorch's own classes."""
    st.subheader("What PyTorch calls it", anchor=False)
    st.markdown(
        "`nn.LogSoftmax` turns each score into ln p. `nn.NLLLoss`, for **negative log-likelihood**, picks that of the "
        "right class and turns its sign. `nn.CrossEntropyLoss` does both at once. With the scores from above:"
    )
    in_two_steps, in_one = losses_by_torch(z.unsqueeze(0), y.unsqueeze(0))  # a batch of one
    log_p = log_softmax(z)
    scores = r",\; ".join(f"{value:z.1f}" for value in z.tolist())
    logs = r",\; ".join(f"{value:z.3f}" for value in log_p.tolist())
    st.latex(
        rf"\begin{{aligned}} z & = ({scores}) \\ "
        rf"\text{{LogSoftmax}} & = ({logs}) \\ "
        rf"\text{{NLLLoss}} & = -({log_p[y].item():z.3f}) = {in_two_steps.item():z.3f} \\ "
        rf"\text{{CrossEntropyLoss}} & = {in_one.item():z.3f} \end{{aligned}}"
    )
    st.markdown(
        "So in training the softmax is inside the loss: CrossEntropyLoss wants scores, not probabilities. Later, "
        "softmax is needed for probabilities alone: to name the digit, the largest score is enough, because softmax "
        f"keeps the order. {model_choice(CLASSES, z.tolist())} The image shows {words.a(int(CLASSES[int(y)]))}."
    )


CROSS_ENTROPY, SQUARED = "cross-entropy, −ln p", "squared error, (1 − p)²"
MOST_SURE = 8.0
SURE = Question(
    key="ask_sure",
    text="At p = 0.002, how hard does the squared error, (1 − p)², push the score?",
    right="Hardly at all",
    why="Its push has the factor p(1 − p), which is nearly 0 where the network is sure, rightly or wrongly.",
    wrong={
        "As hard as cross-entropy": "Cross-entropy pushes with 1 − p. Squared error pushes with 2p(1 − p) times that.",
        "As hard as it can": "The loss is nearly 1, its highest. But the push is the slope, and up there it is level.",
    },
    order=2,
)


@lesson.scene("Why not take the squared error?")
@st.fragment
def squared() -> None:
    """How hard cross-entropy and squared error push the score of the right answer."""
    answered = question.ask(SURE)
    with lesson.stage():
        controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            z = link.slider(
                "Score of the right answer, z",
                "ce_sure",
                -MOST_SURE,
                MOST_SURE,
                -6.0,
                0.5,
                shown="%.1f",
                disabled=not answered,
            )
            p = sigmoid(torch.tensor(z)).item()
            here = {
                CROSS_ENTROPY: push_of_cross_entropy(torch.tensor(z)).item(),
                SQUARED: push_of_squared_error(torch.tensor(z)).item(),
            }
            if answered:
                of_entropy, of_squared = here.values()
                st.markdown(
                    f"| p = {words.decimal(p)} | push | steps |\n|---|---|---|\n"
                    f"| cross-entropy | {of_entropy:.3f} | {steps_until_right(z, push_of_cross_entropy):,} |\n"
                    f"| squared error | {of_squared:.3f} | {steps_until_right(z, push_of_squared_error):,} |"
                )
        with figure:
            show_pushes(z, here, answered)
    if answered:
        lesson.notice(
            "On the left the network is sure and wrong, and has most to learn. There cross-entropy pushes hardest. "
            "Squared error hardly pushes: count the steps of gradient descent until p is 0.9."
        )
        lesson.deeper(
            partial(two_chains, z),
            still_a_loss,
            partial(lesson.show_source, squared_error, push_of_squared_error, steps_until_right),
        )


def show_pushes(z: float, here: dict[str, float], answered: bool) -> None:
    """Both pushes over the score; before the answer, that of cross-entropy alone."""
    scores = torch.linspace(-MOST_SURE, MOST_SURE, 161)
    pushes = {
        CROSS_ENTROPY: push_of_cross_entropy(scores).tolist(),
        SQUARED: push_of_squared_error(scores).tolist() if answered else [None] * len(scores),
    }
    theme.show(
        two_pushes(scores=scores.tolist(), pushes=pushes, at=z, here=here if answered else {}, theme=theme.current()),
        key="ce_pushes",
        description="How hard each loss pushes the score of the right answer, over that score. Cross-entropy: from 1 "
        "on the left down to 0. Squared error, once the question is answered: a low hill in the middle, and nearly 0 "
        "at both ends.",
    )


def two_chains(z: float) -> None:
    """Both slopes by the chain rule, with the numbers of the slider."""
    at = torch.tensor(z, dtype=torch.float64)
    p = sigmoid(at).item()
    st.markdown(
        "There are two answers here, the right one with the score z and the other with 0, so p is the sigmoid of z. "
        "Both slopes are products of two: how the loss changes with p, and how p changes with z. The second is "
        "${p(1 - p)}$ for both, nearly 0 where p is near 0 or 1. In cross-entropy the slope of the logarithm, "
        "${-1/p}$, cancels it. In squared error nothing does."
    )
    st.latex(
        r"\begin{aligned} \frac{\partial p}{\partial z} & = p (1 - p) \\ "
        r"-\frac{\partial}{\partial z} (-\ln p) & = \frac{1}{p} \cdot p (1 - p) = 1 - p \\ "
        rf"& = 1 - {p:.5f} = {push_of_cross_entropy(at).item():.5f} \\ "
        r"-\frac{\partial}{\partial z} (1 - p)^2 & = 2 (1 - p) \cdot p (1 - p) \\ "
        rf"& = 2 \cdot {1 - p:.5f} \cdot {p * (1 - p):.6f} \\ "
        rf"& \approx {push_of_squared_error(at).item():.5f} \end{{aligned}}"
    )
    st.markdown(
        "Squared error pushes hardest at p = 1/3, with 0.296. A step adds the push to z: that is gradient descent on "
        "the score itself, with learning rate 1."
    )


def still_a_loss() -> None:
    """What is good about squared error, and what is the same with ten classes."""
    st.markdown(
        "Squared error is not a wrong loss: it, too, is 0 only at p = 1, and networks have been trained with it. As a "
        "measure of probabilities it is called the **Brier score**. For numbers that are no probabilities, such as "
        "a temperature, it is the usual one. With ten classes and the softmax it is the sum of ten ${(p_i - y_i)^2}$. "
        "Where the softmax is sure of a wrong digit, all ten of its slopes are nearly 0."
    )


lesson.show(
    price_of_an_answer, knowing_nothing, batch, count_of_mistakes, all_answers_together, push_on_the_scores, squared
)
