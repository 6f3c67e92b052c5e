"""Draw a digit and let a network read it."""

import numpy as np
import streamlit as st
from torch import Tensor

from mnist_core.figures.bars import probability_bars
from mnist_core.figures.images import enlarged
from mnist_core.figures.numbers import percent
from mnist_core.model import MLP
from mnist_core.prediction import predict_proba
from mnist_core.preprocessing import centre_by_mass, crop_to_ink, drawing_to_mnist
from ui import canvas, collection, dataset, lesson, networks, question, theme
from ui.question import Question

DIGITS = [str(digit) for digit in range(10)]

LETTER = Question(
    "ask_letter",
    "You draw the letter H. What does the network answer?",
    "A digit, perhaps with a high probability",
    "It has ten outputs, and softmax divides all of the probability among them. Nothing is left for anything else.",
    {
        "That it is no digit": "It has no output that could say so: there are ten, one for each digit.",
        "A probability of 10% for each digit": "That would be honest. But nobody taught it to doubt: it has "
        "seen digits only, and scores whatever strokes it finds.",
    },
    order=1,
)


def show_reading(model: MLP, image: Tensor, right: str | None = None) -> None:
    """What the network makes of an image, torch.float32 [28, 28] in 0..1, which shows ``right`` where that is known."""
    p = predict_proba(model, image[None])[0]  # (1, 28, 28) -> (1, 10) -> (10,)
    first, second = p.argsort(descending=True)[:2].tolist()
    answer, seen = st.columns([2, 1], vertical_alignment="center")
    with answer:
        st.markdown(f"# {first}")
        st.markdown(
            f"With a probability of **{percent(p[first].item())}** this is a **{first}**. "
            f"The second guess is **{second}**, with {percent(p[second].item())}."
        )
    seen.image(enlarged(image=image, factor=5), caption="What the network sees: 28 × 28 pixels", output_format="PNG")
    theme.show(
        probability_bars(probabilities=p.tolist(), classes=DIGITS, theme=theme.current(), right=right, height=200),
        key="probabilities",
        description="The probability of each digit as a bar; the text above names the two largest.",
    )


@st.fragment
def reader(model: MLP) -> None:
    """The canvas and, beside it, the answer."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        subject = canvas.subject()
    with right:
        if subject is None:
            st.info("Draw on the black square, with the mouse or a finger, and lift it.", icon=":material/draw:")
        else:
            show_reading(model, subject.image, None if subject.label is None else DIGITS[subject.label])
        collection.keep(subject, model)


def letter() -> Tensor:
    """The letter H as the network would see it: torch.float32 [28, 28] in 0..1."""
    drawing = np.zeros((canvas.SIZE, canvas.SIZE), np.uint8)
    for rows, columns in (((50, 230), (70, 70)), ((50, 230), (192, 192)), ((131, 131), (70, 192))):
        drawing[rows[0] : rows[1] + canvas.BRUSH, columns[0] : columns[1] + canvas.BRUSH] = 255
    return drawing_to_mnist(drawing)


def read_letter(model: MLP) -> None:
    """What the network makes of a letter."""
    p = predict_proba(model, letter()[None])[0]  # (1, 28, 28) -> (10,)
    seen, bars = st.columns([1, 3], vertical_alignment="center")
    seen.image(enlarged(image=letter(), factor=5), caption="An H, as the network sees it", output_format="PNG")
    with bars:
        theme.show(
            probability_bars(probabilities=p.tolist(), classes=DIGITS, theme=theme.current(), height=180),
            key="letter_probabilities",
            description="The probability of each digit as a bar, for a letter H.",
        )
    st.markdown(f"It says that the H is a **{int(p.argmax())}**, with a probability of {percent(p.max().item())}.")


lesson.header("Draw a digit", "Can it read your handwriting?")
model, _ = networks.model_in_use()
reader(model)
networks.chooser()
dataset.notice("the ten samples are digits that the program draws itself. The ready-made network learned from MNIST")
lesson.notice(
    "The network never sees your drawing. It sees 28 × 28 pixels, made from it much as MNIST's digits were made: "
    "cut out, scaled so that the longer side is 20 pixels, and moved so that the centre of its ink lies in the middle. "
    "So it does not matter where you draw, and hardly how large."
)
lesson.try_this(
    "Draw a 7, then add a bar through it. Draw a 9 and bend its tail. When does the network begin to doubt? "
    "Then draw a letter, or scribble."
)
if question.ask(LETTER):
    read_letter(model)
lesson.show_source(crop_to_ink, centre_by_mass, predict_proba)
lesson.footer()
