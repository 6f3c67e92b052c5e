"""The router: the order and the titles of the pages, and what stands above each."""

from pathlib import Path

import streamlit as st

from ui import resources, state, status, theme

st.set_page_config(page_title="Understand a classifier", layout="wide")
page = st.navigation(
    [
        st.Page("pages/welcome.py", title="Welcome", icon=":material/waving_hand:", default=True),
        st.Page("pages/softmax.py", title="Softmax and cross-entropy", icon=":material/functions:"),
        st.Page("pages/train.py", title="Train a network", icon=":material/model_training:"),
        st.Page("pages/draw.py", title="Draw a digit", icon=":material/draw:"),
    ]
)
theme.apply()
state.holder()
status.line()
page.run()
# A file of ours: for a named icon the browser would ask a server on the internet. It comes last because Streamlit
# imports numpy and PIL for it, and the page need not wait for that.
st.set_page_config(page_icon=str(Path(__file__).parent / "ui" / "favicon.png"))
resources.warm_up()
