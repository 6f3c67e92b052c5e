"""From stroke to pixel."""

import streamlit as st

from mnist_core.model import MLP
from ui import canvas, lesson, networks, question
from ui.question import Question

PIXELS = Question(
    "ask_pixels",
    "What?",
    "This",
    "So.",
    {
        "That": "No.",
        "Those": "Not.",
    },
    order=1,
)


@st.fragment
def look(model: MLP) -> None:
    """The canvas and, beside it, what the page shows."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        subject = canvas.subject(start=7)
    with right:
        st.write("There is something to read." if subject else "Draw something.")


lesson.header("From stroke to pixel", "How?")
model, _ = networks.model_in_use()
look(model)
networks.chooser()
if question.ask(PIXELS):
    st.markdown("Here is why.")
lesson.footer()
