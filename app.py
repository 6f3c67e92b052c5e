"""The router: the order and the titles of the pages, and what stands above each."""

from pathlib import Path

import streamlit as st

from ui import resources, state, status, theme

# A file of ours: for a named icon, the pages' own included, the browser would ask a server on the internet.
icon = Path(__file__).parent / "ui" / "favicon.png"
st.set_page_config(page_title="Understand a classifier", page_icon=str(icon), layout="wide")
page = st.navigation(
    [
        st.Page("pages/welcome.py", title="Welcome", icon=":material/waving_hand:", default=True),
        st.Page("pages/softmax.py", title="Softmax and cross-entropy", icon=":material/functions:"),
        st.Page("pages/train.py", title="Train a network", icon=":material/model_training:"),
        st.Page("pages/draw.py", title="Draw a digit", icon=":material/draw:"),
    ]
)
theme.apply()
state.identify()
status.line()
page.run()
state.ask_tab()
resources.warm_up()
