"""Softmax and cross-entropy: from three scores to one price for being wrong."""

import math
from typing import Any

import streamlit as st
import torch

from mnist_core.figures.bars import probability_bars
from mnist_core.figures.curves import loss_of_probability
from mnist_core.figures.numbers import decimal
from mnist_core.functions import cross_entropy, softmax
from ui import lesson, theme

CLASSES = ("3", "5", "8")
STARTS = (2.0, 1.0, -1.0)
MARKS = (0.9, 0.01)
KEEP: dict[str, Any] = {"persist_state": "session"}

lesson.header("Softmax and cross-entropy", "How do scores become probabilities, and what does it cost to be wrong?")
st.markdown(
    "A network looks at a smudged digit. For each class it gives a **score**, any number at all: the higher, the more "
    "it looks like that class. These scores are called **logits**, written z. To keep things small, there are three "
    "classes here: 3, 5 and 8. You are the network: set the scores."
)


@st.fragment
def explorer() -> None:
    """Everything that moves."""
    controls, bars = st.columns([2, 3], gap="large", vertical_alignment="center")
    with controls:
        z = [
            st.slider(f"Score of the {name}, $z_{name}$", -4.0, 4.0, start, 0.1, "%.1f", f"z_{name}", **KEEP)
            for name, start in zip(CLASSES, STARTS, strict=True)
        ]
        right = st.segmented_control(
            "What the digit really is, $y$", CLASSES, default="3", required=True, key="y", **KEEP
        )
    logits = torch.tensor(z)
    p = softmax(logits).tolist()
    with bars:
        theme.show(
            probability_bars(probabilities=p, classes=CLASSES, theme=theme.current(), right=right),
            key="softmax_bars",
            description="The probability of each class as a bar; the formulas below have the numbers.",
        )
    show_softmax(z, p)
    y = CLASSES.index(right)
    show_loss(right, p[y], cross_entropy(logits, torch.tensor(y)).item())


def show_softmax(z: list[float], p: list[float]) -> None:
    """The formula of the softmax, with symbols and with the numbers."""
    st.header("Softmax: scores become probabilities", anchor=False)
    st.markdown(
        "The bars are made like this. Take $e$ = 2.718…, raise it to the power of each score, and divide by the sum of "
        "the three."
    )
    st.latex(r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}")
    powers = [math.exp(score) for score in z]
    below = " + ".join(f"e^{{{score:.1f}}}" for score in z)
    for name, score, power, probability in zip(CLASSES, z, powers, p, strict=True):
        symbols, numbers = rf"\frac{{e^{{{score:.1f}}}}}{{{below}}}", rf"\frac{{{power:.3f}}}{{{sum(powers):.3f}}}"
        st.latex(f"p_{name} = {symbols} = {numbers} = {decimal(probability)}")
    st.markdown(
        f"They always add up to 1: {' + '.join(map(decimal, p))} ≈ 1, rounded as they are here. In the figure, the "
        "right class is green, and the class with the highest score, which is the answer, has a red outline or is red."
    )
    lesson.notice(
        "However you set the scores, none of the probabilities is ever quite 0, and the highest score gets the highest "
        "bar. Raise all three scores by the same amount: nothing happens. Only differences count."
    )


def show_loss(right: str, p: float, loss: float) -> None:
    """The formula and the curve of the loss, at the probability of the right class."""
    st.header("Cross-entropy: the price of the answer", anchor=False)
    st.markdown(
        f"The digit really is a **{right}**. The **loss** looks only at the probability given to that class, "
        f"$p_{right}$: it is minus its natural logarithm, ln. Good answers have a small loss."
    )
    st.latex(r"\text{loss} = -\ln p_y")
    st.latex(rf"-\ln p_{right} = -\ln({decimal(p)}) = {loss:.3f}")
    theme.show(
        loss_of_probability(probability=p, marks=MARKS, theme=theme.current()),
        key="loss_curve",
        description="The curve of minus the logarithm of p, with your point on it; the formula above has its numbers.",
    )
    lesson.notice(
        "Sure and right is cheap: a probability of 0.9 costs 0.105. Sure and wrong is expensive: 0.01 left for the "
        "right class costs 4.605. The curve gets steeper and steeper towards 0, and at 1 the loss is exactly 0."
    )


explorer()
lesson.try_this(
    "Make the loss as small as you can with the sliders. Then leave the scores, change what the digit really is, and "
    "watch which way the point jumps. In training, what the digit really is stays as it is, and the scores are moved, "
    "a little at a time, so that the loss falls."
)
lesson.show_source(softmax, cross_entropy)
lesson.footer()
