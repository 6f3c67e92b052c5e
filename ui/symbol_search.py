"""The search box of the page with all symbols; its text is in the link."""

import streamlit as st

from mnist_core.symbols import SYMBOLS, Symbol
from ui import link

KEY = "symbol_filter"
LONGEST = 40


def search() -> list[Symbol]:
    """Draws the box.

    Returns:
        The symbols that match what is in it. A link whose text matches none is taken to have no text.
    """
    text = link._control(KEY, "", _read, _draw)
    return _matching(text)


def _matching(text: str) -> list[Symbol]:
    return [symbol for symbol in SYMBOLS if symbol.matches(text)]


def _read(text: str) -> str:
    if len(text) > LONGEST or not _matching(text):
        raise ValueError("no symbol matches")
    return text


def _draw() -> str:
    is_new = KEY not in st.session_state
    if st.session_state.pop("_empty_symbol_filter", False):
        st.session_state[KEY] = ""
    text = st.text_input(
        "Search",
        key=KEY,
        placeholder="a symbol, a word, or a name in the code",
        icon=":material/search:",
        max_chars=LONGEST,
        bind="query-params",
        persist_state="session",
    )
    if is_new and text and not _matching(text):
        # What came with the link can be changed only before the widget is drawn.
        st.session_state["_empty_symbol_filter"] = True
        st.rerun()
    return text
