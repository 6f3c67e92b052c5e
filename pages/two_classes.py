"""From two classes to many: one probability for two classes, then one for each of k."""

import math

import streamlit as st
import torch

from mnist_core import words
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.two_classes import image_with_frames, logit_bars, probability_of_label, sigmoid_curve
from mnist_core.lessons.two_classes import MIDDLE, SIDES, logit, middle_and_sides, named_rightly, zeros_and_ones
from mnist_core.network.functions import bernoulli, random_logits, sigmoid, softmax
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question


def one_number() -> None:
    """Two answers in one number, and one formula for both."""
    st.header("One number for two classes", anchor=False)
    st.markdown(
        "Take images of zeros and ones only. Call an image $x$ and what it really shows $y$: its **class**, 0 or 1, "
        "also called its **label**. A network looks at $x$ and answers with one number between 0 and 1, $y'$. It is "
        "the probability that the image is a 1. What is left is the probability that it is a 0. In the formula, $P$ "
        "stands for “the probability of”, and the upright line is read “given”: the probability of y being 1, given "
        "the image x."
    )
    lesson.formula(r"P(y = 1 \mid x) = y'", r"P(y = 0 \mid x) = 1 - y'")
    st.markdown(
        "One formula holds both. Its exponents are 0 or 1 and work as a switch, because anything to the power of 0 is "
        "1, and anything to the power of 1 stays as it is."
    )
    probability_of_the_label()
    lesson.notice(
        "Change what the image really is, and the line flips. With y = 1 it is y′ itself; with y = 0 it is 1 − y′. "
        "Either way, its height is the probability that the network gave to the right answer. Your dot is green "
        "because green stands for what is right, in every lesson."
    )
    st.markdown("From here on, in all lessons, $y'$ is called $p$, for probability. Then $y$ is always the truth.")


@st.fragment
def probability_of_the_label() -> None:
    """The formula that holds both answers, and the line it draws for each label."""
    controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
    with controls:
        answer = link.slider("The network's answer, y′", "two_answer", 0.0, 1.0, 0.8, 0.01, shown="%.2f")
        y = link.buttons("What the image really is, y", "two_label", (0, 1), 1)
    given = bernoulli(torch.tensor(answer), torch.tensor(y)).item()
    with figure:
        theme.show(
            probability_of_label(p=answer, y=y, theme=theme.current()),
            key="two_label_line",
            description="A straight line: the probability given to the label, over the network's answer y′. It rises "
            "when the label is 1 and falls when it is 0. Your point is on it.",
        )
    lesson.formula(
        r"P(y \mid x) = (y')^{y} \, (1 - y')^{1 - y}",
        rf"P(y = {y} \mid x) = {answer:.2f}^{{{y}}} \cdot {1 - answer:.2f}^{{{1 - y}}} = {given:.2f}",
    )


IMAGES = 200  # the zeros and ones the reader's weights are tried on
ENLARGED = 8


def sigmoid_of_a_sum() -> None:
    """Where that number comes from: ink, weights, a sum, and the sigmoid."""
    st.header("The sigmoid: any number becomes a probability", anchor=False)
    st.markdown(
        "Where does $p$ come from? Read two numbers from the image: $x_1$, how much ink there is in the middle frame, "
        "and $x_2$, how much in the two frames at the sides, from 0 for none to 1 for full. Give each a **weight**, "
        "which says how much it counts for a 1 (or, if negative, against it). Add them up, and add the **bias** $b$, "
        "which is there whatever the image. For any number of inputs this is written $z = w^T x + b$. Read $w^T x$ as: "
        "multiply each weight by its input, and add up. The small T is only part of that way of writing, and no number."
    )
    st.markdown(
        "The sum $z$, the **logit**, can be any number. The **sigmoid** squeezes it to between 0 and 1; "
        "$e$ is the number 2.718…"
    )
    dataset.notice("the zeros and ones here are generated digits")
    two_pixels()
    lesson.notice(
        "At z = 0 the sigmoid is exactly one half: the network can't tell. Each step of z away from 0 brings p closer "
        "to 0 or to 1, by less and less, and on paper it never gets there."
    )
    lesson.try_this(
        "At the start the sides do not count, and every image with a little ink in its middle is called a 1. "
        "Find weights and a bias that are right for 190 images or more. What does the weight of the sides have to be, "
        "positive or negative?"
    )


@st.fragment
def two_pixels() -> None:
    """From an image to two numbers, to z, to p."""
    splits = dataset.splits()
    some = zeros_and_ones(splits.train, IMAGES)
    x = middle_and_sides(some.images)
    left, right = st.columns([2, 3], gap="large")
    with left:
        number = link.whole_slider("Image", "two_image", 1, 20, 1)
        w = [
            link.slider(f"Weight of {name}", key, -5.0, 5.0, start, 0.5, shown="%.1f")
            for name, key, start in (("the middle, w₁", "two_w1", 3.0), ("the sides, w₂", "two_w2", 0.0))
        ]
        b = link.slider("Bias, b", "two_b", -2.0, 2.0, 0.0, 0.5, shown="%.1f")
    z = logit(x, torch.tensor(w), b)
    shown = number - 1
    with right:
        frames = image_with_frames(image=some.images[shown], boxes=(MIDDLE, *SIDES), factor=ENLARGED)
        digit = int(some.labels[shown])
        ink = x[shown].tolist()
        caption = f"A {digit}, so y = {digit}. In the middle x₁ = {ink[0]:.2f}, at the sides x₂ = {ink[1]:.2f}."
        st.image(frames, caption=caption, output_format="PNG")
        show_neuron(ink, w, b, round(z[shown].item(), 3))
    theme.show(
        sigmoid_curve(z=z[shown].item(), title="z", theme=theme.current()),
        key="two_sigmoid",
        description="The curve of the sigmoid, shaped like a flat S, from 0 on the left to 1 on the right. It is one "
        "half at z = 0. Your point is on it.",
    )
    st.markdown(
        "Say 1 where p is above one half, and 0 elsewhere. With these weights that is right for "
        f"**{named_rightly(z, some.labels)} of the first {len(some)} zeros and ones** among the training images of "
        f"{splits.name}."
    )


def show_neuron(x: list[float], w: list[float], b: float, z: float) -> None:
    """The sum and its sigmoid, in symbols and in numbers."""
    products = " + ".join(rf"{words.in_brackets(weight, 1)} \cdot {ink:.2f}" for weight, ink in zip(w, x, strict=True))
    lesson.formula(r"z = w_1 x_1 + w_2 x_2 + b", rf"z = {products} + {words.in_brackets(b, 1)} = {z:z.3f}")
    p, power = sigmoid(torch.tensor(z)).item(), math.exp(-z)
    lesson.formula(
        r"p = \frac{1}{1 + e^{-z}}",
        rf"p = \frac{{1}}{{1 + e^{{{-z:z.3f}}}}} = \frac{{1}}{{1 + {power:.3f}}} = {words.decimal(p)}",
    )


TERMS_IN_A_LINE = 4  # of a sum, as many as fit a phone
SHIFT = Question(
    key="ask_shift",
    text="The network has a score for each class, and softmax turns the scores into probabilities. "
    "You add 2 to every score. What happens to the probabilities?",
    right="Nothing: each stays as it is",
    why="Adding 2 multiplies every power of e by the same number, e², above the line and below it. That cancels. "
    "Softmax looks only at how far the scores are apart.",
    wrong={
        "All of them grow": "They can't: they always add up to 1, so when one grows, another must shrink.",
        "The largest one grows, the others shrink": "Multiplying all the scores by 2 would move them apart, and "
        "that favours the largest. Adding 2 leaves them as far apart as they were.",
    },
    order=1,
)


def softmax_of_scores() -> None:
    """A number for each class instead of one for all."""
    st.header("Softmax: a probability for each of k classes", anchor=False)
    st.markdown(
        "With ten digits, one number is not enough. So the network gives each class $i$ a score of its own, its logit "
        "$z_i = w_i^T x + b_i$. **Softmax** makes probabilities of the scores: raise $e$ to the power of each, and "
        "divide by the sum of all. The sign Σ stands for that sum: let the number $j$ of the class go from 1, below "
        "the sign, to $k$, above it, and add up. The **temperature** $T$, this time a number, divides all scores "
        "first; it is 1 unless someone changes it, and the next lesson has more on it."
    )
    many_classes()


@st.fragment
def many_classes() -> None:
    """Softmax over k classes: the scores above, the probabilities below."""
    may_show = question.ask(SHIFT)
    controls, figures = st.columns([2, 3], gap="large", vertical_alignment="center")
    with controls:
        k = link.whole_slider("Number of classes, k", "two_k", 2, 10, 4)
        shift = link.slider("Added to every score", "two_shift", -3.0, 3.0, 0.0, 0.5, shown="%.1f")
        temperature = link.slider("Temperature, T", "two_t", 0.5, 5.0, 1.0, 0.5, shown="%.1f")
        seed = link.seed("Seed of the scores", "two_seed")
    z = random_logits(k, seed) + shift
    p = softmax(z / temperature).tolist()
    classes = [str(i) for i in range(1, k + 1)]
    with figures:
        theme.show(
            logit_bars(logits=z.tolist(), classes=classes, theme=theme.current()),
            key="two_scores",
            description="The score of each class as a bar, up or down from 0.",
        )
        st.caption("Vermillion, an orange-red: the class with the highest score, which is the model's choice.")
        if may_show:
            theme.show(
                probability_bars(probabilities=p, classes=classes, theme=theme.current(), height=200),
                key="two_probabilities",
                description="The probability of each class as a bar, in the same order as the scores above.",
            )
    show_softmax([round(score, 1) for score in z.tolist()], p, temperature, answered=may_show)


def show_softmax(z: list[float], p: list[float], temperature: float, *, answered: bool) -> None:
    """The formula of the softmax, and once the question is answered, the numbers of the first class."""
    divided = "" if temperature == 1 else f"/{temperature:.1f}"
    powers = [f"e^{{{score:.1f}{divided}}}" for score in z]
    lines = [" + ".join(powers[at : at + TERMS_IN_A_LINE]) for at in range(0, len(powers), TERMS_IN_A_LINE)]
    written_out = r" \\ & + ".join(lines)
    values = [math.exp(score / temperature) for score in z]
    total = f"{sum(values):.3f}"
    lesson.formula(
        r"p_i = \frac{e^{z_i / T}}{\sum_{j=1}^{k} e^{z_j / T}}",
        rf"\begin{{aligned}} \sum_j e^{{z_j / T}} = {{}} & {written_out} \\ = {{}} & {total} \end{{aligned}}",
    )
    if not answered:
        return
    st.latex(rf"p_1 = \frac{{{powers[0]}}}{{{total}}} = \frac{{{values[0]:.3f}}}{{{total}}} = {words.decimal(p[0])}")
    st.markdown(
        f"All {len(p)} together: {sum(p):.3f}. The smallest is {words.decimal(min(p))}, the largest "
        f"{words.decimal(max(p))}."
    )
    lesson.notice(
        "Each probability lies between 0 and 1, together they are 1, and a higher score has a higher probability. What "
        "is added to every score changes none of them. A low temperature moves them apart, a high one makes them "
        "alike, and their order stays."
    )


def both_are_one() -> None:
    """The sigmoid is the softmax of two scores."""
    st.header("With two classes they are the same", anchor=False)
    st.markdown(
        "Set k = 2 and divide softmax, above and below the line, by $e^{z_1}$. What is left is the sigmoid of the "
        "difference $z_1 - z_2$. So one score for two classes was enough all along: let class 1 be the ones, class 2 "
        "the zeros, and their scores $z$ and 0."
    )
    two_again()
    lesson.notice(
        "Move both scores up together: the point stays. Both ways of reckoning give the same number every time."
    )


@st.fragment
def two_again() -> None:
    """With two classes, the softmax is the sigmoid of the difference."""
    controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
    with controls:
        first = link.slider("Score of class 1, z₁", "two_z1", -4.0, 4.0, 2.0, shown="%.1f")
        second = link.slider("Score of class 2, z₂", "two_z2", -4.0, 4.0, 0.5, shown="%.1f")
    difference = round(first - second, 1)
    with figure:
        theme.show(
            sigmoid_curve(z=difference, title="z₁ − z₂", theme=theme.current()),
            key="two_difference",
            description="The same curve of the sigmoid. Your point stands at the difference of the two scores.",
        )
    by_softmax = words.decimal(softmax(torch.tensor([first, second]))[0].item())
    by_sigmoid = words.decimal(sigmoid(torch.tensor(difference)).item())
    lesson.formula(
        r"\frac{e^{z_1}}{e^{z_1} + e^{z_2}} = \frac{1}{1 + e^{-(z_1 - z_2)}}",
        rf"\text{{softmax: }} \frac{{e^{{{first:.1f}}}}}{{e^{{{first:.1f}}} + e^{{{second:.1f}}}}} = {by_softmax}",
        rf"\text{{sigmoid: }} \frac{{1}}{{1 + e^{{{-difference:z.1f}}}}} = {by_sigmoid}",
    )


def in_the_end() -> None:
    """The code that ran, and something to try."""
    lesson.show_source(bernoulli, sigmoid, softmax)
    lesson.try_this(
        "In the last figure, find two scores with p = 0.900, and then two others with the same p. What do both pairs "
        "have in common? Now guess: how much further apart must the scores be for 0.990, and for 0.999?"
    )


lesson.show(one_number, sigmoid_of_a_sum, softmax_of_scores, both_are_one, in_the_end)
