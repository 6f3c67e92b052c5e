"""What this is, and the way through it."""

import streamlit as st

from mnist_core.figures.welcome import hundred_squares
from ui.frame import lesson, question, state, theme
from ui.frame.question import Question

GUESSING = Question(
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


lesson.header("Understand a classifier", "How does a program look at a picture and say: this is a 7?")
st.markdown(
    "A classifier sorts things into classes. Here the things are small pictures of handwritten digits, and the "
    "classes are the ten digits, 0 to 9. The program that sorts them is a neural network: hundreds of "
    "thousands of numbers that nobody wrote down. It found them by looking at examples."
)
st.markdown(
    "There are a few formulas, but you can follow everything by moving the controls, and nothing can break. Every page "
    "stands alone. In a hurry? Train a network, then draw a digit for it:"
)
with st.container(horizontal=True):
    for stem in ("train", "draw"):
        st.page_link(state.page(stem), icon=":material/arrow_forward:")
if question.ask(GUESSING):
    of_a_hundred()

first, second = st.columns(2)
with first.container(border=True, height="stretch"):
    st.markdown("##### 1. Softmax and loss")
    st.markdown("Scores become probabilities, and a wrong answer gets its price.")
    st.page_link("pages/two_classes.py")
    st.page_link("pages/softmax.py")
    st.page_link("pages/cross_entropy.py")
with second.container(border=True, height="stretch"):
    st.markdown("##### 2. Data and network")
    st.markdown("What goes in, and what it goes through: weights, sums and layers.")
    st.page_link("pages/data.py")
    st.page_link("pages/batches.py")
    st.page_link("pages/network.py")
    st.page_link("pages/layers.py")
third, fourth = st.columns(2)
with third.container(border=True, height="stretch"):
    st.markdown("##### 3. Training")
    st.markdown(
        "One step, very slowly; then thousands, very fast. Within half a minute a network reads about 97 of 100 digits."
    )
    st.page_link("pages/step.py")
    st.page_link("pages/overfitting.py")
    st.page_link("pages/train.py")
    st.page_link("pages/runs.py")
with fourth.container(border=True, height="stretch"):
    st.markdown("##### 4. Your handwriting")
    st.markdown(
        "Draw, and it reads. It reads a photo, too, and mostly says “Not sure” to what is no digit. See what it sees "
        "of your stroke, why it says 3 and not 8, teach it your 7, and test it on your own writing."
    )
    st.page_link("pages/draw.py")
    st.page_link("pages/pixels.py")
    st.page_link("pages/evidence.py")
    st.page_link("pages/teach.py")
    st.page_link("pages/collection.py")
fifth, sixth = st.columns(2)
with fifth.container(border=True, height="stretch"):
    st.markdown("##### 5. Your network")
    st.markdown("See what it gets wrong, how sure it is, and what it can do without.")
    st.page_link("pages/mistakes.py")
    st.page_link("pages/certainty.py")
    st.page_link("pages/breaking.py")
with sixth.container(border=True, height="stretch"):
    st.markdown("##### To look up")
    st.markdown("What each letter in the formulas stands for, and the page that brings it in.")
    st.page_link("pages/symbols.py")

st.markdown(
    "The digits come from **MNIST**: 70,000 of them, written by high-school students and census staff in the United "
    "States and put together in the 1990s. Where it can't be downloaded, the program draws digits of its own, from "
    "which a network learns less well, and says so. The line at the top of each page tells "
    "which digits, and which network, are in use. What you draw and what you train is kept on the server for this "
    "browser tab only, and forgotten half an hour after you leave."
)
st.markdown(
    "**For teachers.** Set a page up and press *Copy link*: whoever opens the link sees the page as you set it, its "
    "seed included. At the foot of each page stands how to leave controls out. Answers and trained networks are never "
    "in a link."
)
lesson.footer()
