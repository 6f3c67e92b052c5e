"""What this is, and the way through it."""

import streamlit as st

from ui import lesson

lesson.header("Understand a classifier", "How does a program look at a picture and say: this is a 7?")
st.markdown(
    "A classifier sorts things into classes. Here the things are small pictures of handwritten digits, and the "
    "classes are the ten digits, 0 to 9. The program that sorts them is a neural network: some hundred thousand "
    "numbers that nobody wrote down. It found them by looking at examples."
)
st.markdown(
    "In three steps you will see how. There are a few formulas, but you can follow everything by moving the controls, "
    "and nothing can break."
)

left, middle, right = st.columns(3)
with left.container(border=True, height="stretch"):
    st.markdown("##### 1. From scores to a loss")
    st.markdown("Move three scores, watch them become probabilities, and see what a wrong answer costs.")
    st.page_link("pages/softmax.py", label="Softmax and cross-entropy")
with middle.container(border=True, height="stretch"):
    st.markdown("##### 2. Train a network")
    st.markdown("Start with a network that knows nothing. Within half a minute it reads about 97 of 100 digits.")
    st.page_link("pages/train.py", label="Train a network")
with right.container(border=True, height="stretch"):
    st.markdown("##### 3. Let it read yours")
    st.markdown("Draw a digit with the mouse or a finger. See what the network sees, and how sure it is.")
    st.page_link("pages/draw.py", label="Draw a digit")

st.markdown(
    "The digits come from **MNIST**: 70,000 of them, written by high-school students and census staff in the United "
    "States and put together in the 1990s. Where it can't be downloaded, the program draws digits of its own, from "
    "which a network learns less well, and says so. The line at the top of each page tells "
    "which digits, and which network, are in use. What you train is yours alone, and what you draw stays in this visit."
)
