"""Draw a digit and let a network read it."""

import streamlit as st
from PIL import Image

from mnist_core import words
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.images import enlarged, png_url
from mnist_core.handwriting.is_digit import judge
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import centre_by_mass, crop_to_ink
from mnist_core.lessons.draw import letter_h
from mnist_core.network.model import MLP
from ui.drawing import canvas, keep, photo, reading
from ui.drawing.reading import Subject
from ui.frame import dataset, lesson, question, state, theme
from ui.frame.question import Question
from ui.lessons import draw_words
from ui.visitor import networks

DIGITS = [str(digit) for digit in range(10)]


def your_drawing() -> None:
    """The canvas and the answer."""
    model, _ = networks.model_in_use()
    reader(model)


@st.fragment
def reader(model: MLP) -> None:
    """The canvas and, beside it, the answer."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        subject = canvas.subject()
    with right:
        show_reading(model, subject)
        keep.buttons(subject, model)
        if subject is not None:
            look_closer()
        photo.upload()


def show_reading(model: MLP, subject: Subject | None) -> None:
    """What the network makes of an image, unless it looks like no digit at all."""
    if subject is None:
        st.info("Draw on the black square, with the mouse or a finger, and lift it.", icon=":material/draw:")
        show_bars([0.0] * 10, None, is_answer=False)  # they are there already when the first stroke is to be read
        return
    p, verdict = reading.read(model, subject)
    with st.container(horizontal=True, vertical_alignment="center"):  # side by side on a phone, too
        with st.container(key="answer", width="stretch"):
            st.markdown(f"# {int(p.argmax())}" if verdict.is_digit else "# Not sure")
            st.markdown(draw_words.answer(p, verdict))
        # As a part of the page: a picture of its own would be asked for after the next stroke has taken its place.
        seen = png_url(Image.fromarray(enlarged(image=subject.image, factor=4)))
        st.image(seen, "What the network sees: 28 × 28 pixels", width=112)
    show_bars(p.tolist(), None if subject.label is None else DIGITS[subject.label], is_answer=verdict.is_digit)
    second = draw_words.second_network(verdict)
    st.caption(f"A second network, which tells digits from other drawings, looked first. {second}")


def show_bars(p: list[float], right: str | None, *, is_answer: bool) -> None:
    """The ten probabilities."""
    figure = probability_bars(
        probabilities=p, classes=DIGITS, theme=theme.current(), right=right, height=200, is_answer=is_answer
    )
    description = "The probability of each digit as a bar; the text above names the two largest."
    theme.show(figure, key="probabilities", description=description)


def look_closer() -> None:
    """The pages that look into this drawing; it goes with the reader."""
    st.markdown("Look closer, with this drawing:")
    with st.container(horizontal=True):
        for stem in ("pixels", "evidence", "teach"):
            st.page_link(state.page(stem), icon=":material/arrow_forward:")


def what_reads() -> None:
    """Another network to read with, what a network sees of a drawing, and what to draw."""
    networks.chooser()
    dataset.notice("the ten samples are digits that the program draws itself")
    lesson.notice(
        "The network never sees your drawing. It sees 28 × 28 pixels, made from it much as MNIST's digits were made: "
        "cut out, scaled so that the longer side is 20 pixels, and moved so that the centre of its ink lies in the "
        "middle. So it does not matter where you draw, and hardly how large."
    )
    lesson.try_this(
        "Draw a 7, then add a bar through it. Draw a 9 and bend its tail. When does the network begin to doubt? "
        "Then draw a letter, a scribble, or two digits side by side."
    )


LETTER = Question(
    "ask_letter",
    "You draw the letter H. What does a network that has learned the ten digits answer?",
    "A digit, perhaps with a high probability",
    "It has ten outputs, and softmax divides all of the probability among them. Nothing is left for anything else.",
    {
        "That it is no digit": "It has no output that could say so: there are ten, one for each digit.",
        "A probability of 10% for each digit": "That would be honest. But nobody taught it to doubt: it has "
        "seen digits only, and scores whatever strokes it finds.",
    },
    order=1,
)


def a_letter() -> None:
    """What the network makes of a letter, and what the second one does."""
    if not question.ask(LETTER):
        return
    model, _ = networks.model_in_use()
    subject = reading.drawn(letter_h(canvas.BRUSH))
    p, verdict = reading.read(model, subject)
    seen, bars = st.columns([1, 3], vertical_alignment="center")
    seen.image(enlarged(image=subject.image, factor=5), caption="An H, as the network sees it", output_format="PNG")
    with bars:
        theme.show(
            probability_bars(probabilities=p.tolist(), classes=DIGITS, theme=theme.current(), height=180),
            key="letter_probabilities",
            description="The probability of each digit as a bar, for a letter H.",
        )
    st.markdown(
        f"It says that the H is {words.a(int(p.argmax()), bold=True)}, with a probability of "
        f"{words.percent(p.max().item())}."
    )
    st.markdown(
        "So on this page a second, small network looks first. It was taught another question: is this a digit, or a "
        f"dot, a scribble, a letter, several digits? Of the H it says: {draw_words.likeliest_kinds(verdict)}. It "
        "learned that from drawings that are no digits. A network can only tell apart what somebody taught it to tell "
        "apart."
    )


def code() -> None:
    """The functions that prepared and read."""
    lesson.show_source(crop_to_ink, centre_by_mass, predict_proba, judge)


lesson.show(your_drawing, what_reads, a_letter, code)
