"""Draw a digit and let a network read it."""

import streamlit as st
from torch import Tensor

from mnist_core.checkpoint import shipped_card
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.images import enlarged
from mnist_core.figures.numbers import percent
from mnist_core.model import MLP
from mnist_core.prediction import predict_proba
from mnist_core.preprocessing import BlankDrawing, centre_by_mass, crop_to_ink, drawing_to_mnist
from ui import canvas, dataset, lesson, resources, state, status, theme, training_panel

DIGITS = [str(digit) for digit in range(10)]


def model_in_use() -> MLP:
    """The network the chooser stands on."""
    key = status.model_in_use()
    own = {trained.key: trained.model for trained in training_panel.visitor().models}
    return own.get(key) or resources.shipped_model()


def chooser() -> None:
    """Another network to read with. It draws the whole page anew, so that all of it agrees."""
    card = shipped_card()
    known = status.models()
    known[state.SHIPPED] += f": trained on {card['dataset']}, {card['test_accuracy']:.1%} in its final test"
    st.session_state["model"] = status.model_in_use()
    st.selectbox("Which network reads", known, format_func=known.__getitem__, key="model", persist_state="session")


def sample_digits() -> Tensor | None:
    """One image of each digit: torch.uint8 [10, 28, 28], out of the validation images; None while none are ready."""
    splits = dataset.splits_if_ready()
    if splits is None:
        return None
    validation = splits.validation
    firsts = [int((validation.labels == digit).nonzero()[0]) for digit in range(10)]
    return validation.images[firsts]


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
    """The canvas and, beside it, the answer; below, the samples."""
    samples = sample_digits()
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("Draw a digit, 0 to 9.")  # the canvas' own buttons float over the end of this line
        drawing = canvas.draw()
        st.button("Clear", key="clear", icon=":material/delete:", on_click=canvas.clear)
    picked = state.sample()
    with right:
        try:
            if samples is not None and picked is not None:
                show_reading(model, samples[picked] / 255, DIGITS[picked])
            else:
                show_reading(model, drawing_to_mnist(drawing))
        except BlankDrawing:
            st.info("Draw on the black square, with the mouse or a finger, and lift it.", icon=":material/draw:")
    if samples is None:
        st.caption("Some digits to click will stand here in a moment.")
    else:
        st.caption("No mouse to hand? Click a digit that is written already.")
        canvas.samples(samples, [f"Sample: a {digit}" for digit in DIGITS])


lesson.header("Draw a digit", "Can it read your handwriting?")
reader(model_in_use())
chooser()
dataset.notice("the ten samples are digits that the program draws itself. The ready-made network learned from MNIST")
lesson.notice(
    "The network never sees your drawing. It sees 28 × 28 pixels, made from it much as MNIST's digits were made: "
    "cut out, scaled so that the longer side is 20 pixels, and moved so that the centre of its ink lies in the middle. "
    "So it does not matter where you draw, and hardly how large."
)
lesson.try_this(
    "Draw a 7, then add a bar through it. Draw a 9 and bend its tail. When does the network begin to doubt? "
    "Then draw a letter: the network has only ten answers, so it gives one of them anyway."
)
lesson.show_source(crop_to_ink, centre_by_mass, predict_proba)
lesson.footer()
