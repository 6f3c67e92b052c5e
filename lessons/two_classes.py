"""From two classes to many: a neuron set by hand, its probability and its border, then one for each of k classes."""

import math
from functools import partial

import streamlit as st
import torch

from mnist_core import words
from mnist_core.data.dataset import Dataset
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.two_classes import (
    image_with_frames,
    logit_bars,
    probability_of_label,
    sigmoid_curve,
    told_apart,
)
from mnist_core.figures.two_classes_plane import plane
from mnist_core.lessons.two_classes import (
    MIDDLE,
    SIDES,
    descend,
    logit,
    middle_and_sides,
    named_rightly,
    spread_out,
    zeros_and_ones,
)
from mnist_core.network.functions import bernoulli, binary_cross_entropy, random_logits, sigmoid, softmax
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question

IMAGES = 200  # the zeros and ones the reader's weights are tried on
ENLARGED = 8
STEPS = (0, 10, 100, 1_000)  # of training


@lesson.scene("Can two weights tell a 0 from a 1?")
@st.fragment
def neuron_by_hand() -> None:
    """Two numbers from an image, two weights and a bias, and how many images they are right for."""
    some = zeros_and_ones(dataset.splits().train, IMAGES)
    with lesson.stage():
        with st.container(horizontal=True, vertical_alignment="center"):
            for digit in (0, 1):
                first = int((some.labels == digit).nonzero()[0])
                framed = image_with_frames(image=some.images[first], boxes=(MIDDLE, *SIDES), factor=ENLARGED)
                st.image(
                    framed,
                    width=90,
                    alt=f"A {digit} with a frame in its middle and one at each side.",
                    output_format="PNG",
                )
            count = st.container(width="stretch")
        controls, figure = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with controls:
            w1, w2, b = weights_and_bias()
        z = logit(middle_and_sides(some.images), torch.tensor([w1, w2]), b)
        with count:
            st.metric("Right, of 200 zeros and ones", named_rightly(z, some.labels))
        with figure:
            theme.show(
                told_apart(z=z.tolist(), labels=some.labels.tolist(), theme=theme.current()),
                key="two_dots",
                description="A curve from 0 to 1, shaped like a flat S. The ones stand above it and the zeros below, "
                "each at its sum z. What is on the wrong side of z = 0 is a cross.",
            )
    lesson.notice(
        "Ink in the middle times w₁, ink at the sides times w₂, plus b: the sum z of a **neuron**. Find weights that "
        "are right for 190 images or more. With weights found by training, this is called **logistic regression**."
    )
    lesson.deeper(in_symbols, partial(one_image, w1, w2, b))


def weights_and_bias() -> tuple[float, float, float]:
    """The controls that two scenes have."""
    w1 = link.slider("Weight of the middle, w₁", "two_w1", -5.0, 5.0, 3.0, 0.5, shown="%.1f")
    w2 = link.slider("Weight of the sides, w₂", "two_w2", -5.0, 5.0, 0.0, 0.5, shown="%.1f")
    b = link.slider("Bias, b", "two_b", -2.0, 2.0, 0.0, 0.5, shown="%.1f")
    return w1, w2, b


def in_symbols() -> None:
    """What is read, added up and squeezed, in words."""
    dataset.notice("the zeros and ones here are generated digits")
    st.markdown(
        "Two numbers are read from each image: $x_1$, how much ink there is in the middle frame, and $x_2$, how much "
        "in the two frames at the sides, from 0 for none to 1 for full. Each has a **weight**, which says how much it "
        "counts for a 1 (or, if negative, against it). The **bias** $b$ is there whatever the image. For any number of "
        "inputs this is written $z = w^T x + b$. Read $w^T x$ as: multiply each weight by its input, and add up. The "
        "small T is only part of that way of writing, and no number. Many such sums side by side are called a "
        "**linear layer**. The curve makes a probability of the sum; the next scene is about it."
    )
    st.markdown(
        "Say 1 where p is above one half, and 0 elsewhere: that is to ask whether z is above 0. The images are the "
        f"first {IMAGES} zeros and ones among the training images of {dataset.splits().name}."
    )


def one_image(w1: float, w2: float, b: float) -> None:
    """From one image to two numbers, to z, to p."""
    st.subheader("One image, step by step", anchor=False)
    some = zeros_and_ones(dataset.splits().train, IMAGES)
    shown = link.whole_slider("Image", "two_image", 1, 20, 1) - 1
    ink = middle_and_sides(some.images[shown : shown + 1])
    x1, x2 = ink[0].tolist()
    z = round(logit(ink, torch.tensor([w1, w2]), b)[0].item(), 3)
    digit = int(some.labels[shown])
    name = words.a(digit).capitalize()
    st.image(
        image_with_frames(image=some.images[shown], boxes=(MIDDLE, *SIDES), factor=ENLARGED),
        caption=f"{name}, so y = {digit}. In the middle x₁ = {x1:.2f}, at the sides x₂ = {x2:.2f}.",
        output_format="PNG",
        alt=f"{name} with a frame in its middle and one at each side.",
    )
    p, power = sigmoid(torch.tensor(z)).item(), math.exp(-z)
    st.latex(
        r"\begin{aligned} z & = w_1 x_1 + w_2 x_2 + b \\ "
        rf"& = {words.in_brackets(w1, 1)} \cdot {x1:.2f} + {words.in_brackets(w2, 1)} \cdot {x2:.2f} "
        rf"+ {words.in_brackets(b, 1)} = {z:z.3f} \\ p & = \frac{{1}}{{1 + e^{{-z}}}} = "
        rf"\frac{{1}}{{1 + {power:.3f}}} = {words.decimal(p)} \end{{aligned}}"
    )
    lesson.try_this(
        "At the start the sides do not count, and every image with a little ink in its middle is called a 1. What does "
        "the weight of the sides have to be, positive or negative?"
    )


@lesson.scene("How does any number become a probability?")
@st.fragment
def squeezed() -> None:
    """The sigmoid."""
    with lesson.stage():
        control, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
        with control:
            z = link.slider("The sum, z", "two_z", -12.0, 12.0, 1.5, 0.5, shown="%.1f")
            p = sigmoid(torch.tensor(z)).item()
            st.metric("The probability of a 1, p", words.decimal(p))
        with figure:
            theme.show(
                sigmoid_curve(z=z, title="z", theme=theme.current()),
                key="two_sigmoid",
                description="The curve of the sigmoid, shaped like a flat S, from 0 on the left to 1 on the right. It "
                "is one half at z = 0. Your point is on it.",
            )
    lesson.notice(
        "The sum, called the **logit**, can be any number; the **sigmoid** squeezes it to between 0 and 1. At z = 0 it "
        "is one half. Each step away from 0 brings p closer to 0 or to 1, by less and less."
    )
    lesson.deeper(partial(sigmoid_in_numbers, z))


def sigmoid_in_numbers(z: float) -> None:
    """The formula with the number of the slider."""
    p, power = sigmoid(torch.tensor(z)).item(), math.exp(-z)
    st.markdown("With $e$ = 2.718…, and on paper neither 0 nor 1 is ever reached:")
    st.latex(
        r"\begin{aligned} p & = \frac{1}{1 + e^{-z}} \\ "
        rf"& = \frac{{1}}{{1 + e^{{{-z:z.1f}}}}} = \frac{{1}}{{1 + {power:.3f}}} = {words.decimal(p)} \end{{aligned}}"
    )
    lesson.show_source(sigmoid)


@lesson.scene("Where does a neuron draw the line?")
@st.fragment
def border() -> None:
    """The plane of the two inputs: the weights turn the border between the classes, the bias moves it."""
    some = zeros_and_ones(dataset.splits().train, IMAGES)
    x = middle_and_sides(some.images)
    with lesson.stage():
        controls, figure = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with controls:
            w1, w2, b = weights_and_bias()
            z = logit(x, torch.tensor([w1, w2]), b)
            with st.container(horizontal=True):
                st.metric("Right, of 200", named_rightly(z, some.labels), width="content")
                loss = binary_cross_entropy(z, some.labels).mean().item()
                st.metric("Mean loss", f"{loss:.3f}", width="content")
        with figure:
            show_plane(some, x, (w1, w2), b)
    lesson.notice(
        "Each image is a point: a 0 is a ring, a 1 is a stroke. On the line, the **decision boundary**, z is 0 and p "
        "is one half. Where it is orange the neuron says 1, where it is blue 0. The weights are the arrow: they "
        "turn the line. The bias moves it along the arrow. Halve all three: the line stays, and the colours fade."
    )
    lesson.deeper(
        partial(why_a_line, w1, w2, b),
        partial(line_by_training, some, x, w1, w2, b),
        partial(lesson.show_source, logit, descend),
    )


def show_plane(some: Dataset, x: torch.Tensor, w: tuple[float, float], b: float) -> None:
    """The points of all images, six of them as images, and the border of a neuron."""
    reach = math.ceil(10 * x.max().item()) / 10
    drawn = plane(
        points=x.tolist(),
        labels=some.labels.tolist(),
        weights=w,
        bias=b,
        reach=reach,
        thumbnails=[(number, some.images[number]) for number in spread_out(x, some.labels)],
        theme=theme.current(),
    )
    st.html(drawn)


def why_a_line(w1: float, w2: float, b: float) -> None:
    """The equation of the border, and how far a point is from it."""
    length = math.hypot(w1, w2)
    st.markdown(
        "The sigmoid is one half where z is 0. So the border is where the sum is 0, and that is the equation of a "
        "straight line. The arrow of the weights stands at a right angle to it, and is called its **normal**: whoever "
        "walks along the line changes $x$ by a step $d$ with $w^T d = 0$. How far a point is from the line is the "
        "size of z, divided by the length of the arrow:"
    )
    st.latex(
        r"\begin{aligned} w_1 x_1 + w_2 x_2 + b & = 0 \\ "
        rf"{w1:z.1f} \cdot x_1 + {words.in_brackets(w2, 1)} \cdot x_2 + {words.in_brackets(b, 1)} & = 0 \\ "
        rf"\lVert w \rVert = \sqrt{{w_1^2 + w_2^2}} & = {length:.3f} \\ "
        r"\text{distance} & = \frac{|z|}{\lVert w \rVert} \end{aligned}"
    )
    if length == 0:
        st.markdown(
            "Now both weights are 0. So z is b, whatever the image: no image is on the line, or all are. There is no "
            "arrow and **no line**, and the distance, |z| divided by 0, does not exist."
        )
    st.markdown(
        "Doubling w₁, w₂ and b doubles every z and leaves the line. So the direction of the arrow decides what is "
        "called a 1, and its length how sure the neuron is. With 784 pixels as inputs the border is a **hyperplane** "
        "of 783 dimensions. One neuron never bends its border: for that it takes a hidden layer, as in the lesson "
        "*What layers do*."
    )


def line_by_training(some: Dataset, x: torch.Tensor, w1: float, w2: float, b: float) -> None:
    """Where the border goes when it is trained, from the reader's weights on."""
    st.subheader("Let it turn by itself", anchor=False)
    st.markdown(
        "Here the neuron learns from your weights on: gradient descent on the mean loss of the 200 images, learning "
        "rate 1. This is logistic regression."
    )
    steps = link.select_slider("Steps of training", "two_steps", STEPS, STEPS[2], names="{:,}".format)
    w, bias = descend(x, some.labels, torch.tensor([w1, w2]), b, steps)
    z = logit(x, w, bias)
    show_plane(some, x, (w[0].item(), w[1].item()), bias)
    st.markdown(
        f"w₁ = {words.number(w[0].item())}, w₂ = {words.number(w[1].item())}, b = {words.number(bias)}: "
        f"{named_rightly(z, some.labels)} of 200 right, mean loss "
        f"{binary_cross_entropy(z, some.labels).mean().item():.3f}."
    )


@lesson.scene("How can one number hold two answers?")
@st.fragment
def one_number() -> None:
    """The formula that holds both answers, and the line it draws for each label."""
    with lesson.stage():
        controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            p = link.slider("Probability of a 1, p", "two_answer", 0.0, 1.0, 0.8, 0.01, shown="%.2f")
            y = link.buttons("What the image really is, y", "two_label", (0, 1), 1)
        given = bernoulli(torch.tensor(p), torch.tensor(y)).item()
        with figure:
            theme.show(
                probability_of_label(p=p, y=y, theme=theme.current()),
                key="two_label_line",
                description="A straight line: the probability given to the label, over the network's answer p. It "
                "rises when the label is 1 and falls when it is 0. Your point is on it.",
            )
    lesson.notice(
        "The rest, 1 − p, is the probability of a 0. Change what the image really is, its **label**, and the line "
        "flips: it is always what the network gave to the right answer. Green stands for what is right."
    )
    lesson.deeper(partial(both_in_one, p, y, given))


def both_in_one(p: float, y: int, given: float) -> None:
    """Two formulas, and the one that holds both."""
    st.markdown(
        "Call an image $x$ and what it really shows $y$: its class, 0 or 1. $P$ stands for “the probability of”, and "
        "the upright line is read “given”: the probability of y being 1, given the image x. Course notes call the "
        "network's answer $y'$; in all lessons here it is $p$, and $y$ is always the truth."
    )
    st.latex(r"\begin{aligned} P(y = 1 \mid x) & = y' = p \\ P(y = 0 \mid x) & = 1 - y' = 1 - p \end{aligned}")
    st.markdown(
        "One formula holds both. Its exponents are 0 or 1 and work as a switch, because anything to the power of 0 is "
        "1, and anything to the power of 1 stays as it is."
    )
    st.latex(
        r"\begin{aligned} P(y \mid x) & = p^{y} \, (1 - p)^{1 - y} \\ "
        rf"P(y = {y} \mid x) & = {p:.2f}^{{{y}}} \cdot {1 - p:.2f}^{{{1 - y}}} = {given:.2f} \end{{aligned}}"
    )
    st.markdown("With y = 1 it is p itself; with y = 0 it is 1 − p.")
    lesson.show_source(bernoulli)


TERMS_IN_A_LINE = 4  # of a sum, as many as fit a phone
SHIFT = Question(
    key="ask_shift",
    text="Now each class has a score, and the softmax makes probabilities of them. You add 2 to every score. What "
    "happens to the probabilities?",
    right="Nothing: each stays as it is",
    why="Only the differences between scores count, and they did not change.",
    wrong={
        "All of them grow": "They can't: they always add up to 1, so when one grows, another must shrink.",
        "The largest grows, the rest shrink": "Doubling the scores would do that: it moves them apart. Adding 2 leaves "
        "them as far apart as they were.",
    },
    order=1,
)


@lesson.scene("What if there are more than two answers?")
@st.fragment
def many_classes() -> None:
    """Softmax over k classes: the scores above, the probabilities below."""
    answered = question.ask(SHIFT)
    with lesson.stage():
        controls, figures = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            k = link.whole_slider("Number of classes, k", "two_k", 2, 10, 4, disabled=not answered)
            shift = link.slider(
                "Added to every score", "two_shift", -3.0, 3.0, 0.0, 0.5, shown="%.1f", disabled=not answered
            )
        z = random_logits(k, 0) + shift
        classes = [str(i) for i in range(1, k + 1)]
        with figures:
            theme.show(
                logit_bars(logits=z.tolist(), classes=classes, theme=theme.current(), height=165),
                key="two_scores",
                description="The score of each class as a bar, up or down from 0.",
            )
            theme.show(
                probability_bars(probabilities=softmax(z).tolist(), classes=classes, theme=theme.current(), height=165),
                key="two_probabilities",
                description="The probability of each class as a bar, in the same order as the scores above.",
            )
    if answered:
        lesson.notice(
            "Each class has its own weights and its own score. The **softmax** looks only at how far the scores are "
            "apart. The probabilities always sum to 1, and the highest score has the highest."
        )
        lesson.deeper(partial(softmax_in_numbers, k, shift))


def softmax_in_numbers(k: int, shift: float) -> None:
    """The formula of the softmax, and the numbers of the first class."""
    st.markdown(
        "The network gives each class $i$ a score of its own, its logit $z_i = w_i^T x + b_i$. Raise $e$ to the power "
        "of each score, and divide by the sum of all. The sign Σ stands for that sum: let the number $j$ of the class "
        "go from 1, below the sign, to $k$, above it, and add up. Another seed gives other scores:"
    )
    seed = link.seed("Seed of the scores", "two_seed")
    z = [round(score, 1) for score in (random_logits(k, seed) + shift).tolist()]
    p = softmax(torch.tensor(z)).tolist()
    powers = [f"e^{{{score:.1f}}}" for score in z]
    lines = [" + ".join(powers[at : at + TERMS_IN_A_LINE]) for at in range(0, len(powers), TERMS_IN_A_LINE)]
    written_out = r" \\ & \quad + ".join(lines)
    values = [math.exp(score) for score in z]
    total = f"{sum(values):.3f}"
    st.latex(
        r"\begin{aligned} p_i & = \frac{e^{z_i}}{\sum_{j=1}^{k} e^{z_j}} \\ "
        rf"\sum_j e^{{z_j}} & = {written_out} \\ & = {total} \\ "
        rf"p_1 & = \frac{{{powers[0]}}}{{{total}}} = \frac{{{values[0]:.3f}}}{{{total}}} = {words.decimal(p[0])} "
        r"\end{aligned}"
    )
    st.markdown(
        f"All {len(p)} together: {sum(p):.3f}. The smallest is {words.decimal(min(p))}, the largest "
        f"{words.decimal(max(p))}."
    )
    lesson.show_source(softmax)


@lesson.scene("Is the sigmoid a softmax of two scores?")
@st.fragment
def both_are_one() -> None:
    """With two classes, the softmax is the sigmoid of the difference."""
    with lesson.stage():
        controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            first = link.slider("Score of class 1, z₁", "two_z1", -4.0, 4.0, 2.0, shown="%.1f")
            second = link.slider("Score of class 2, z₂", "two_z2", -4.0, 4.0, 0.5, shown="%.1f")
            difference = round(first - second, 1)
            by_softmax = words.decimal(softmax(torch.tensor([first, second]))[0].item())
            by_sigmoid = words.decimal(sigmoid(torch.tensor(difference)).item())
            with st.container(horizontal=True):
                st.metric("Softmax of z₁, z₂", by_softmax, width="content")
                st.metric("Sigmoid of z₁ − z₂", by_sigmoid, width="content")
        with figure:
            theme.show(
                sigmoid_curve(z=difference, title="z₁ − z₂", theme=theme.current()),
                key="two_difference",
                description="The same curve of the sigmoid. Your point stands at the difference of the two scores.",
            )
    lesson.notice(
        "Both ways give the same number every time. Move both scores up together: the point stays, since only the "
        "difference counts. So one score was enough for two classes."
    )
    lesson.deeper(partial(why_the_same, first, second, by_softmax, by_sigmoid))


def why_the_same(first: float, second: float, by_softmax: str, by_sigmoid: str) -> None:
    """Dividing by one of the powers leads from one formula to the other."""
    difference = round(first - second, 1)
    st.markdown(
        "Set k = 2 and divide the softmax, above and below the line, by $e^{z_1}$. What is left is the sigmoid of the "
        "difference $z_1 - z_2$. Let class 1 be the ones, class 2 the zeros, and their scores $z$ and 0: then it is "
        "the sigmoid of z."
    )
    st.latex(
        r"\begin{aligned} \frac{e^{z_1}}{e^{z_1} + e^{z_2}} & = \frac{1}{1 + e^{-(z_1 - z_2)}} \\ "
        rf"\text{{softmax: }} \frac{{e^{{{first:.1f}}}}}{{e^{{{first:.1f}}} + e^{{{second:.1f}}}}} & = {by_softmax} \\ "
        rf"\text{{sigmoid: }} \frac{{1}}{{1 + e^{{{-difference:z.1f}}}}} & = {by_sigmoid} \end{{aligned}}"
    )
    lesson.try_this(
        "Find two scores with p = 0.900, and then two others with the same p. What do both pairs have in common? Now "
        "guess: how much further apart must the scores be for 0.990, and for 0.999?"
    )


lesson.show(neuron_by_hand, squeezed, border, one_number, many_classes, both_are_one)
