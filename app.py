"""The router: the order and the titles of the pages, and what stands above each."""

from pathlib import Path

import streamlit as st

from ui import resources, state, status, theme

st.set_page_config(page_title="Understand a classifier", layout="wide")
# No icons: the browser would ask a server on the internet for the one of the page, as the tab's icon.
page = st.navigation(
    [
        st.Page("pages/welcome.py", title="Welcome", default=True),
        st.Page("pages/softmax.py", title="Softmax and cross-entropy"),
        st.Page("pages/train.py", title="Train a network"),
        st.Page("pages/draw.py", title="Draw a digit"),
    ]
)
theme.apply()
state.identify()
status.line()
page.run()
state.ask_tab()
# The tab's icon comes late because Streamlit imports numpy and PIL for it, which the page need not wait for.
st.set_page_config(page_icon=str(Path(__file__).parent / "ui" / "favicon.png"))
resources.warm_up()
