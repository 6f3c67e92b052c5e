"""Lets app.py come before every page, also where Streamlit opens a page by itself."""

import streamlit as st

from ui import APP
from ui.frame import state

ROUTER = APP / "app.py"


def insist() -> None:
    """Runs app.py, which runs the page, if Streamlit opened the page without; the first call of every page.

    Streamlit reads the folder pages by itself until a server has called st.navigation for the first time. So whoever
    wakes a server with the link of a page would get that page alone, without the menu and what app.py prepares. By the
    time the page gets here, st.navigation may have been called for someone else: what counts is whether app.py has run
    before it in this run. It comes before what the page imports, which would keep all of that waiting.
    """
    if not state.came_through_router():
        exec(compile(ROUTER.read_text(encoding="utf-8"), ROUTER, "exec"), {"__name__": "__main__", "__file__": ROUTER})
        st.stop()
