"""The router: the order and the titles of the pages, and what stands above each."""

from pathlib import Path

import streamlit as st

from ui import dataset, link, resources, state, status, theme

st.set_page_config(page_title="Understand a classifier", layout="wide")
# No icons: the browser would ask a server on the internet for the one of the page, as the tab's icon.
LESSONS = {
    "": {"welcome": "Welcome"},
    "Softmax and loss": {
        "two_classes": "From two classes to many",
        "softmax": "Softmax, column by column",
        "cross_entropy": "Cross-entropy",
    },
    "Data and network": {
        "data": "The data",
        "batches": "Mini-batches",
        "network": "The network",
        "layers": "What layers do",
    },
    "Training": {
        "step": "One training step",
        "overfitting": "Overfitting",
        "train": "Train a network",
        "runs": "Compare runs",
    },
    "Your handwriting": {
        "draw": "Draw a digit",
        "pixels": "From stroke to pixel",
        "evidence": "Why 3 and not 8?",
        "teach": "Teach it your digit",
        "collection": "Your own test set",
    },
    "Your network": {
        "mistakes": "What it gets wrong",
        "certainty": "How sure is sure?",
        "breaking": "Break it",
    },
    "To look up": {"symbols": "All symbols"},
}
sections = {
    section: [st.Page(f"pages/{stem}.py", title=title, default=stem == "welcome") for stem, title in titles.items()]
    for section, titles in LESSONS.items()
}
page = st.navigation(sections, expanded=True)
in_order = [lesson for section in sections.values() for lesson in section]
state.turn_to(in_order.index(page), in_order)
link.restore()
theme.apply()
state.identify()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="top"):
    status.line()
    tools = st.container(width="content")
page.run()
dataset.mention()
# Drawn after the page, which need not wait for what Streamlit loads for inline components.
with tools:
    link.tools()
state.ask_tab()
theme.bear_translation()
# The tab's icon comes late because Streamlit imports numpy and PIL for it, which the page need not wait for.
st.set_page_config(page_icon=str(Path(__file__).parent / "ui" / "favicon.png"))
resources.warm_up()
