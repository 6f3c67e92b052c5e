"""Draw at once: the pad and what a network reads there, and the ways on."""

import streamlit as st

from mnist_core.figures.welcome import hundred_squares
from ui.drawing import canvas, network
from ui.frame import course, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import welcome


@lesson.scene("Draw a digit. What does it read?")
def draw() -> None:
    """The pad, and beside it the network that reads it."""
    with lesson.stage():
        pad_and_answer()
    ways_on()
    lesson.deeper(what_it_is, small_print)


@st.fragment
def pad_and_answer() -> None:
    """The pad, and the network that reads it; torch, which reading takes, is waited for with the first stroke only."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        subject = canvas.subject(offers_samples=False)
    with right:
        reading = welcome.read(subject)
        network.show(
            "net_welcome",
            subject=subject,
            reading=reading,
            answer=welcome.answer(reading),
            invites="Draw on the black square, with the mouse or a finger.",
            is_read_live=True,
        )


def ways_on() -> None:
    """Two large buttons, each of which starts at once."""
    with st.container(horizontal=True, key="ways_on"):
        if st.button("Watch one learn", icon=":material/play_arrow:", type="primary", width="stretch", key="watch"):
            state.ask_to_start()
            st.switch_page(state.page("train"), query_params={})
        if st.button("Beat the network", icon=":material/sports_score:", width="stretch", key="beat"):
            st.switch_page(state.page("duel"), query_params={})


def what_it_is() -> None:
    """What a classifier is."""
    st.markdown(
        "A **classifier** sorts things into **classes**. Here the things are small pictures of handwritten digits, and "
        "the classes are the ten digits, 0 to 9. This one is a **neural network**: hundreds of thousands of numbers "
        "that nobody wrote down. It found them by looking at examples."
    )


def small_print() -> None:
    """Where the digits come from, what is kept, and what teachers can do with a link."""
    st.markdown(
        "The examples come from **MNIST**: 70,000 digits, written by high-school students and census staff in the "
        "United States and put together in the 1990s. Where it can't be downloaded, the program draws digits of its "
        "own. A network learns less well from those, and the page says so. The line at the foot of each page tells "
        "which digits and which network are in use. What you draw and what you train stays on the server, for this "
        "browser tab only. Half an hour after you leave, it is forgotten."
    )
    st.markdown(
        "**For teachers.** Set a scene up and press *Copy link*: whoever opens the link sees it as you set it. At the "
        "foot of each page is how to leave controls out, large text for a projector, and each page in one piece. "
        "Answers and trained networks are never in a link."
    )


BLIND = Question(
    "ask_welcome",
    "A program that knows nothing guesses. Of 100 digits, how many does it name rightly?",
    "About 10",
    "Whatever the digit is, one guess in ten names it.",
    {
        "None": "Even a blind guess is right now and then: there are only ten digits to choose from.",
        "About 50": "That would be so with two classes, like heads or tails. Here there are ten.",
    },
    order=1,
)


@lesson.scene("How good is that?")
def how_good() -> None:
    """What guessing reaches, and what learning from examples does."""
    answered = question.ask(BLIND)
    reached = welcome.headline() if answered else 0.0
    with lesson.stage(), st.container(horizontal=True, gap="medium"):
        for share, who in ((0.1, "Guessing"), (reached, "This network")):
            filled = round(100 * share) if answered else 0
            said = f"{who}: {filled} of 100" if answered else f"{who}: ? of 100"
            st.image(hundred_squares(filled=filled, theme=theme.current()), said, width=170, alt=f"{said}, as squares.")
    with st.container():
        if answered:
            lesson.notice(
                f"The network reads {reached:.1%} of 5,000 digits that it did not learn from: its **accuracy** on the "
                "**validation** images. How it gets from the first picture to the second is what these pages show."
            )


@lesson.scene("Where would you like to go?")
def all_lessons() -> None:
    """All lessons, by section."""
    with lesson.stage(), st.container(horizontal=True, gap="small", key="contents"):
        for section in course.sections(link.path()):
            with st.container(border=True, height="stretch"):
                st.markdown(f"**{section.title}**")
                for each in section.lessons:
                    st.page_link(state.page(each.stem), help=each.question)


lesson.show(draw, how_good, all_lessons)
