"""Softmax and cross-entropy: from three scores to one price for being wrong."""

import streamlit as st
import torch

from mnist_core.figures.bars import probability_bars
from mnist_core.figures.curves import loss_of_probability
from mnist_core.functions import cross_entropy, softmax
from ui import lesson, theme

CLASSES = ("3", "5", "8")
STARTS = (2.0, 1.0, -1.0)
MARKS = (0.9, 0.5, 0.01)

lesson.header("Softmax and cross-entropy", "How do scores become probabilities, and what does it cost to be wrong?")
st.markdown(
    "A network looks at a smudged digit. For each class it gives a **score**, any number at all: the higher, the more "
    "it looks like that class. These scores are called **logits**, written z. To keep things small, there are three "
    "classes here: 3, 5 and 8. You are the network: set the scores."
)


@st.fragment
def explorer() -> None:
    """Everything that moves."""
    columns = st.columns(3)
    z = [
        column.slider(
            f"Score of the {name}, $z_{name}$", -6.0, 6.0, start, 0.1, key=f"z_{name}", persist_state="session"
        )
        for column, name, start in zip(columns, CLASSES, STARTS, strict=True)
    ]
    right = st.segmented_control(
        "What the digit really is, y", CLASSES, default="3", required=True, key="y", persist_state="session"
    )
    y = CLASSES.index(right)
    logits = torch.tensor(z)
    p = softmax(logits).tolist()
    loss = cross_entropy(logits, torch.tensor(y)).item()

    st.header("Softmax: scores become probabilities", anchor=False)
    st.markdown("Raise e = 2.718… to the power of each score. Then divide by the sum, so that all add up to 1.")
    st.latex(r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}")
    powers = logits.exp().tolist()
    total = sum(powers)
    for name, score, power, probability in zip(CLASSES, z, powers, p, strict=True):
        st.latex(
            rf"p_{name} = \frac{{e^{{{score:.1f}}}}}{{e^{{{z[0]:.1f}}} + e^{{{z[1]:.1f}}} + e^{{{z[2]:.1f}}}}}"
            rf" = \frac{{{power:.3f}}}{{{total:.3f}}} = {probability:.3f}"
        )
    theme.show(
        probability_bars(probabilities=p, classes=CLASSES, theme=theme.current(), right=right),
        key="softmax_bars",
        description="The probability of each class as a bar; the formulas above have the numbers.",
    )
    st.markdown(
        f"The sum: {p[0]:.3f} + {p[1]:.3f} + {p[2]:.3f} = **{sum(p):.3f}**. "
        "The right class is green; the outline marks the class with the highest score, which is the answer."
    )
    lesson.notice(
        "However you set the scores, the bars always add up to 1, none is ever quite 0, and the highest score gets the "
        "highest bar. Raise all three scores by the same amount: nothing happens. Only differences count."
    )

    st.header("Cross-entropy: the price of the answer", anchor=False)
    st.markdown(
        f"The digit really is a **{right}**. The **loss** looks only at the probability given to that class, "
        f"$p_{right}$, and is minus its natural logarithm."
    )
    st.latex(r"\text{loss} = -\ln p_y")
    st.latex(rf"-\ln p_{right} = -\ln({p[y]:.3g}) = {loss:.3f}")
    theme.show(
        loss_of_probability(probability=p[y], marks=MARKS, theme=theme.current()),
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
    "watch which way the point jumps. Training does the opposite of that jump: it moves the scores a little at a time, "
    "so the loss falls."
)
lesson.show_source(softmax, cross_entropy)
lesson.next_page("pages/train.py", "Next: train a network")
