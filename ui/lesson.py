"""The furniture all lessons share."""

import inspect
from collections.abc import Callable
from typing import Any

import streamlit as st


def header(title: str, question: str) -> None:
    """The title of a page and the question it answers."""
    st.title(title, anchor=False)
    st.markdown(f"#### {question}")


def notice(text: str) -> None:
    """What the reader should look at in the figure above."""
    st.markdown(f":material/visibility: **What to notice.** {text}")


def try_this(text: str) -> None:
    """Something to do with the controls of the page."""
    st.markdown(f":material/science: **Try this.** {text}")


def show_source(*functions: Callable[..., Any]) -> None:
    """The code that ran: read from the functions themselves, so that it can't be out of date."""
    with st.expander("The code that ran", icon=":material/code:"):
        for function in functions:
            st.caption(f"`{function.__module__}.{function.__qualname__}`")
            st.code(inspect.getsource(function), language="python")


def next_page(path: str, label: str) -> None:
    """The way on."""
    st.page_link(path, label=label, icon=":material/arrow_forward:")
