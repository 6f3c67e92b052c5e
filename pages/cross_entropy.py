"""Cross-entropy: the price of an answer, of a batch of answers, and which way it pushes the scores."""

import math
from statistics import fmean

import streamlit as st
import torch

from mnist_core import words
from mnist_core.figures.cross_entropy_arrows import gradient_arrows
from mnist_core.figures.cross_entropy_batch import batch_mean
from mnist_core.figures.curves import loss_of_probability
from mnist_core.lessons.cross_entropy import price
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
from ui.frame import lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons.cross_entropy_words import model_choice

MARKS = (0.9, 0.1, 0.01)
NOTHING = Question(
    key="ask_nothing",
    text="A network that knows nothing gives each of the ten digits the same probability. What is its loss?",
    right="2.303",
    why="Each digit gets 0.1, the right one too, and −ln 0.1 = ln 10 = 2.303. Remember this number: it is where most "
    "trainings begin.",
    wrong={
        "0": "It has made no mistake yet, but the loss is 0 only where the right digit has the probability 1. Here it "
        "has 0.1.",
        "0.9": "That is what 0.1 lacks to 1. The loss is not this distance, it is minus a logarithm: −ln 0.1. "
        "Near p = 0 that is far larger than the distance.",
        "It depends on the digit": "All ten digits have 0.1 here, so whichever is right, the loss is the same.",
    },
    order=2,
)


def price_of_a_probability() -> None:
    """One number is the price of an answer: minus the logarithm of p."""
    st.header("The price of a probability", anchor=False)
    st.markdown(
        "A network has looked at an image and given each of the ten digits a probability. Only one of the ten counts "
        "now: $p$, that of the right digit. The **loss** is the price of the answer, and training makes it small. It "
        "is minus the natural logarithm of p."
    )
    st.markdown(
        "The **natural logarithm**, ln, says to which power $e$ = 2.718… must be raised to get p. For example, "
        "$e^{-0.693}$ is 0.5, so ln 0.5 = −0.693, and p = 0.5 costs 0.693. The minus makes the price positive: it is 0 "
        "where p is 1, and grows without end as p comes closer to 0."
    )
    may_show_price = question.ask(NOTHING)  # not in the fragment: the figure that plays is outside it
    curve(answered=may_show_price)
    sweep(answered=may_show_price)


@st.fragment
def curve(*, answered: bool) -> None:
    """The curve of -ln p with the reader's point."""
    p = link.slider("Probability of the right class, p", "ce_p", 0.01, 1.0, 0.5, 0.01, shown="%.2f")
    st.latex(r"\text{loss} = -\ln p")
    if not answered:
        return
    st.latex(rf"-\ln {p:.2f} = {price(p):.3f}")
    theme.show(
        loss_of_probability(probability=p, marks=MARKS, theme=theme.current()),
        key="ce_curve",
        description="The curve of minus the logarithm of p. It falls from far above at p = 0 to 0 at p = 1. Three "
        "points are marked on it, and yours.",
    )
    lesson.notice(
        "Sure and right is cheap: 0.9 costs 0.105. Sure and wrong is expensive: 0.01 left for the right class costs "
        "4.605. Knowing nothing about ten digits, p = 0.1, costs ln 10 = 2.303."
    )


STEP = 0.03
STEPS = [round(1 - STEP * i, 2) for i in range(34)]  # 1, 0.97, ... 0.01


@st.fragment
def sweep(*, answered: bool) -> None:
    """The same curve in equal steps of p, which leave their marks."""
    with st.expander("What equal steps cost", icon=":material/trending_up:"):
        st.markdown(
            f"Here p falls by {STEP} at each step, and leaves a mark. Move the handle from 1 to 0.01, and watch how "
            "far apart the marks are."
        )
        p = link.select_slider(
            "p, in equal steps", "ce_step", STEPS, STEPS[0], names="{:.2f}".format, disabled=not answered
        )
        if not answered:
            return
        theme.show(
            loss_of_probability(
                probability=p, marks=(), trail=[step for step in STEPS if step > p], theme=theme.current()
            ),
            key="ce_sweep",
            description="The curve of minus the logarithm of p, with a mark at each step so far. Near p = 0 the marks "
            "are far apart.",
        )
        lesson.notice(
            "The first step adds 0.030 to the loss, the last one, from 0.04 to 0.01, adds 1.386. The closer p is to 0, "
            "the more the same step costs."
        )


TERMS_IN_A_LINE = 2  # as many as fit a phone


def one_term_is_left() -> None:
    """The same price as books write it, a sum over all classes."""
    st.header("A sum of which one term is left", anchor=False)
    st.markdown(
        "In books the same price is a sum with a term for each class, the **cross-entropy** $J$. The image shows the "
        "digit $y$, and $p_i$ is the probability given to class $i$. The sign $1\\{y = i\\}$ is the **indicator**: it "
        "is 1 where what is in the brackets is true, and 0 elsewhere. On paper the classes are numbered $i = 1 … k$. "
        "Here k is 10, and each class is called by its digit, 0 … 9."
    )
    sum_of_terms()
    lesson.notice(
        "Nine of the ten terms are multiplied by 0. Whatever the image shows, one is left, the one in the frame: minus "
        "the logarithm of p of the right digit, the price from above. How the rest is spread over the wrong digits "
        "does not matter to it."
    )


@st.fragment
def sum_of_terms() -> None:
    """The sum over ten digits, of which the indicator leaves one."""
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
    written_out = r" \\ & + ".join(lines)
    lesson.formula(
        r"J = -\sum_{i=1}^{k} 1\{y = i\} \, \ln p_i",
        rf"\begin{{aligned}} J = -\big[\; & {written_out} \;\big] \end{{aligned}}",
        rf"J = -\ln p_{y} = -\ln {p[y]} = {loss:.3f}",
    )


BATCH = (0.9, 0.7, 0.8, 0.3)


def mean_of_a_batch() -> None:
    """What several answers cost together."""
    st.header("A batch pays the mean", anchor=False)
    st.markdown(
        "Training looks at a few images at a time, a **mini-batch**. Its loss is the mean of their losses, not the "
        "sum, so that batches of any size can be compared. And the mean has a meaning: $e$ to the power of minus the "
        "mean loss is the **geometric mean** of the probabilities given to the right answers. That is an average that "
        "multiplies: the fourth root of the product of four numbers."
    )
    four_images()
    lesson.notice(
        "The last two lines are always equal. One probability near 0 pulls the geometric mean far down, while the "
        "ordinary average moves much less. Read backwards, a mean loss of 0.1 says: the right answers got 0.905, as "
        "such an average."
    )


@st.fragment
def four_images() -> None:
    """Four examples, their losses, and what the mean loss means."""
    controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
    with controls:
        p = [
            link.slider(f"Image {number}, p of its right class", f"ce_p{number}", 0.01, 1.0, start, 0.01, shown="%.2f")
            for number, start in enumerate(BATCH, start=1)
        ]
    losses = [price(value) for value in p]
    mean_loss = fmean(losses)
    geometric = geometric_mean(torch.tensor(p, dtype=torch.float64)).item()
    with figure:
        theme.show(
            batch_mean(probabilities=p, geometric_mean=geometric, theme=theme.current()),
            key="ce_batch",
            description="A bar for the probability of each image's right class, a solid line for their geometric mean "
            "and a dashed line for their ordinary average.",
        )
    power = "0" if mean_loss == 0 else f"-{mean_loss:.3f}"
    total = " + ".join(f"{loss:.3f}" for loss in losses)
    product = r" \cdot ".join(f"{value:.2f}" for value in p)
    lesson.formula(
        rf"\begin{{aligned}} \text{{mean loss}} & = \frac{{{total}}}{{4}} \\ & = {mean_loss:.3f} \end{{aligned}}",
        rf"e^{{-\text{{mean loss}}}} = e^{{{power}}} = {math.exp(-mean_loss):.3f}",
        rf"\sqrt[4]{{{product}}} = {geometric:.3f}",
    )


def two_classes() -> None:
    """The loss of a yes or no, which is the same."""
    st.header("Two classes are a special case", anchor=False)
    st.markdown(
        "The first lesson showed that the softmax of two scores, $z$ and 0, is the sigmoid of $z$; here is the other "
        "side of it, the loss. For two classes it is called **binary cross-entropy**: minus the logarithm of "
        "${p^y (1 - p)^{1 - y}}$, with $y$ and $1 - y$ as its indicators."
    )
    binary_loss()
    lesson.notice("Change y: the other of the two terms is left. The sigmoid and the softmax cost the same.")


@st.fragment
def binary_loss() -> None:
    """The binary formula and the softmax of two scores, with the same numbers."""
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
    lesson.formula(
        r"-\big[\, y \ln p + (1 - y) \ln (1 - p) \,\big], \quad p = \frac{1}{1 + e^{-z}}",
        rf"-\big[\, {y} \cdot \ln {p} + {1 - y} \cdot \ln {rest} \,\big] = {binary:.3f}",
        rf"-\ln \frac{{{power if y else 'e^0'}}}{{{power} + e^0}} = {by_softmax:.3f}",
    )


CLASSES = ("3", "5", "8")
LETTERS = ("z₃", "z₅", "z₈")
SCORES = (2.0, 1.0, -1.0)
PUSH = Question(
    key="ask_push",
    text="The image is a 3. The network gives the classes 3, 5 and 8 the probabilities 0.705, 0.259 and 0.035. "
    "Which scores does training push?",
    right="All three: that of 3 up, the other two down",
    why="Only p of the right class is in the loss, but all the scores are in that p: they stand below the line of the "
    "softmax. Pushing 5 and 8 down makes 3 more probable.",
    wrong={
        "Only that of 3, up": "The other scores are part of the loss too: they stand below the line of the softmax.",
        "None: the 3 is already in front": "The loss is 0 only at p = 1. At 0.705 there is still something to gain, "
        "so training goes on pushing, more and more gently.",
    },
    order=1,
)


def push_on_the_scores() -> None:
    """Which way the loss pushes each score, and how hard."""
    st.header("Which way the scores are pushed", anchor=False)
    st.markdown(
        "The **gradient** says how fast the loss grows when a score grows. It is written as a fraction. Read ∂ as “a "
        "small change of”: the change of the loss, divided by the small change of the score that caused it. Training "
        "moves each score the other way."
    )
    st.markdown(
        "For the score of class $i$ the gradient is as simple as can be: $p_i - y_i$. Here $y_i$ is 1 for the right "
        "class and 0 for the others. The list of all of them, $\\mathbf{y}$, is called **one-hot**, because a single "
        "one of its numbers is on. Below, three classes are enough."
    )
    gradient()


@st.fragment
def gradient() -> None:
    """The gradient as arrows, checked against autograd, and PyTorch's names for the rest."""
    may_show = question.ask(PUSH)
    controls, figure = st.columns([2, 3], gap="large", vertical_alignment="center")
    with controls:
        scores = [
            link.slider(f"Score of the {name}, {letter}", f"ce_z{name}", -4.0, 4.0, start, shown="%.1f")
            for name, letter, start in zip(CLASSES, LETTERS, SCORES, strict=True)
        ]
        right = link.buttons("What the image really shows, y", "ce_right", CLASSES, "3")
    z, y = torch.tensor(scores), torch.tensor(CLASSES.index(right))
    p, slopes = softmax(z), cross_entropy_gradient(z, y)
    lesson.formula(
        r"\frac{\partial \, \text{loss}}{\partial z_i} = p_i - y_i",
        rf"p_{right} - y_{right} = {words.decimal(p[y].item())} - 1 = {slopes[y].item():.3f}",
    )
    if may_show:
        with figure:
            theme.show(
                gradient_arrows(
                    probabilities=p.tolist(),
                    gradient=slopes.tolist(),
                    classes=CLASSES,
                    right=right,
                    theme=theme.current(),
                ),
                key="ce_arrows",
                description="A bar for the probability of each class. On the bar of the right class an arrow points "
                "up to 1, on each of the others one points down to 0. The table below has the numbers.",
            )
            st.caption("Green: the right class. Vermillion outline: the model's choice, all vermillion if it is wrong.")
        show_gradient(p.tolist(), slopes, gradient_by_torch(z, y), right)
    st.header("What PyTorch calls it", anchor=False)
    show_torch(z, y, right)


def show_gradient(p: list[float], ours: torch.Tensor, by_torch: torch.Tensor, right: str) -> None:
    """The gradient by the formula and by autograd, side by side."""
    rows = [
        f"| {name} | {words.decimal(value)} | {int(name == right)} | {words.number(mine, 5)} | {words.number(its, 5)} |"
        for name, value, mine, its in zip(CLASSES, p, ours.tolist(), by_torch.tolist(), strict=True)
    ]
    st.markdown("\n".join(["| i | $p_i$ | $y_i$ | $p_i - y_i$ | autograd |", "|---|---|---|---|---|", *rows]))
    difference = (ours - by_torch).abs().max().item()
    st.markdown(
        "The last column is not from the formula: **autograd**, the part of PyTorch that finds gradients by itself, "
        "went back through the loss step by step. The largest difference between the two columns is "
        f"{difference:.8f}; what there is of it comes from rounding. "
        f"All gradients together: {ours.sum().item():z.5f}."
    )
    lesson.notice(
        "Each arrow starts at p and ends where the label wants to be: at 1 for the right class, at 0 for the others. "
        "Training moves each score against its gradient, so a long arrow is a strong push. The gradients always sum "
        "to 0: what one score is pushed up, the others together are pushed down."
    )


def show_torch(z: torch.Tensor, y: torch.Tensor, right: str) -> None:
    """The loss in two steps and in one, by PyTorch's own classes."""
    st.markdown(
        "**LogSoftmax** turns each score into ln p. **NLLLoss**, for negative log-likelihood, picks that of the right "
        "class and turns its sign. **CrossEntropyLoss** does both at once. With the scores from above:"
    )
    in_two_steps, in_one = losses_by_torch(z.unsqueeze(0), y.unsqueeze(0))  # a batch of one
    log_p = log_softmax(z)
    scores = r",\; ".join(f"{value:z.1f}" for value in z.tolist())
    logs = r",\; ".join(f"{value:z.3f}" for value in log_p.tolist())
    lesson.formula(
        rf"z = ({scores})",
        rf"\text{{LogSoftmax: }} ({logs})",
        rf"\text{{NLLLoss: }} -({log_p[y].item():z.3f}) = {in_two_steps.item():z.3f}",
        rf"\text{{CrossEntropyLoss: }} {in_one.item():z.3f}",
    )
    st.markdown(
        "So in training the softmax is inside the loss: CrossEntropyLoss wants scores, not probabilities. Later, "
        "softmax is needed for probabilities alone: to name the digit, the largest score is enough, because softmax "
        "keeps the order. "
        f"{model_choice(CLASSES, z.tolist())} The image shows {words.a(int(right))}."
    )


def in_the_end() -> None:
    """The code that ran, and something to try."""
    lesson.show_source(cross_entropy, geometric_mean, binary_cross_entropy, cross_entropy_gradient, losses_by_torch)
    lesson.try_this(
        "In the last figure, make the arrows as short as you can. Then keep the scores and change what the image "
        "really shows: now the network is sure and wrong. How long are the arrows?"
    )


lesson.show(price_of_a_probability, one_term_is_left, mean_of_a_batch, two_classes, push_on_the_scores, in_the_end)
