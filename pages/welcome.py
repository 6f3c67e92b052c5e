"""What this is, and the way through it."""

import streamlit as st

from mnist_core.figures.welcome import hundred_squares
from ui.frame import course, lesson, question, state, theme
from ui.frame.question import Question

BLIND = Question(
    "ask_welcome",
    "A program that has never seen a digit names one of the ten at random, again and again. Of 100 digits, how many "
    "does it name rightly?",
    "About 10",
    "Whatever the digit is, one guess in ten names it.",
    {
        "None": "Even a blind guess is right now and then: there are only ten digits to choose from.",
        "About 50": "That would be so with two classes, like heads or tails. Here there are ten.",
    },
    order=1,
)


def opening() -> None:
    """What a classifier is, the short way to the fun, and what guessing reaches."""
    st.markdown(
        "A classifier sorts things into classes. Here the things are small pictures of handwritten digits, and the "
        "classes are the ten digits, 0 to 9. The program that sorts them is a neural network: hundreds of "
        "thousands of numbers that nobody wrote down. It found them by looking at examples."
    )
    st.markdown(
        "There are a few formulas, but you can follow everything by moving the controls, and nothing can break. Every "
        "page stands alone. In a hurry? Train a network, then draw a digit for it:"
    )
    with st.container(horizontal=True):
        for stem in ("train", "draw"):
            st.page_link(state.page(stem), icon=":material/arrow_forward:")
    if question.ask(BLIND):
        of_a_hundred()


def of_a_hundred() -> None:
    """What guessing reaches, and what learning from examples does."""
    from mnist_core.network.checkpoint import shipped_card  # here: torch, which it needs, takes seconds to import

    reached = shipped_card()["test_accuracy"]
    with st.container(horizontal=True, gap="medium"):  # with a larger gap they would not stand side by side on a phone
        for share, who in ((0.1, "Guessing"), (reached, "Ready-made network")):
            filled = round(100 * share)
            squares = hundred_squares(filled=filled, theme=theme.current())
            st.image(squares, f"{who}: {filled} of 100", width=150)
    st.markdown(
        f"The network that comes with this site reads {reached:.2%} of MNIST's 10,000 test images, none of which it "
        "had seen before. How a network gets from the first picture to the second is what these pages show."
    )


def contents() -> None:
    """All lessons, by section, two sections in a row."""
    for number, section in enumerate(course.SECTIONS, start=1):
        if number % 2:
            pair = st.columns(2)
        with pair[1 - number % 2].container(border=True, height="stretch"):
            is_to_look_up = section is course.SECTIONS[-1]
            st.markdown(f"##### {section.title}" if is_to_look_up else f"##### {number}. {section.title}")
            st.markdown(section.about)
            for each in section.lessons:
                st.page_link(state.page(each.stem))


def small_print() -> None:
    """Where the digits come from, what is kept, and what teachers can do with a link."""
    st.markdown(
        "The digits come from **MNIST**: 70,000 of them, written by high-school students and census staff in the "
        "United States and put together in the 1990s. Where it can't be downloaded, the program draws digits of its "
        "own, from which a network learns less well, and says so. The line at the top of each page tells "
        "which digits, and which network, are in use. What you draw and what you train is kept on the server for this "
        "browser tab only, and forgotten half an hour after you leave."
    )
    st.markdown(
        "**For teachers.** Set a page up and press *Copy link*: whoever opens the link sees the page as you set it, "
        "its seed included. At the foot of each page stands how to leave controls out. Answers and trained networks "
        "are never in a link."
    )


lesson.show(opening, contents, small_print)
