"""The furniture all lessons share."""

import inspect
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

import streamlit as st

from ui import APP
from ui.frame import course, link, state

ROUTER = APP / "app.py"


def show(*parts: Callable[[], object]) -> None:
    """Draws the lesson of the open page: its title and its question, its parts in order, and the way on.

    It is the last call of every page, so that a page reads from top to bottom as the reader meets it.

    Args:
        parts: Each draws one part.
    """
    _insist_on_router()
    lesson = course.lesson_of(state.open_stem())
    st.title(course.TITLE if lesson is course.WELCOME else lesson.title, anchor=False)
    st.markdown(f"#### {lesson.question}")
    for part in parts:
        with st.container():  # of its own, so that no part is moved by how much those before it have to show
            part()
    _footer()


def _insist_on_router() -> None:
    """Lets app.py run the page, if Streamlit opened it without.

    It reads the folder pages by itself until a server has called st.navigation for the first time. So whoever wakes
    a server with the link of a page would get that page alone, without the navigation and what app.py prepares. And
    so would all who come while the first page still imports torch. By the time a page gets here, st.navigation may have
    been called for someone else: what counts is whether app.py has run before it.
    """
    if not state.came_through_router():
        exec(compile(ROUTER.read_text(encoding="utf-8"), ROUTER, "exec"), {"__name__": "__main__", "__file__": ROUTER})
        st.stop()


def formula(symbols: str, *numbers: str) -> None:
    """A formula in symbols, and below it the same with the numbers now on the page; all in LaTeX."""
    st.latex(symbols)
    for line in numbers:
        st.latex(line)


def notice(text: str) -> None:
    """What the reader should look at in the figure above."""
    st.markdown(f":material/visibility: **What to notice.** {text}")


def try_this(text: str) -> None:
    """Something to do with the controls of the page."""
    st.markdown(f":material/science: **Try this.** {text}")


def show_source(*functions: Callable[..., Any] | cached_property[Any]) -> None:
    """The code that ran: read from the functions themselves, so that it can't be out of date."""
    with st.expander("The code that ran", icon=":material/code:"):
        for given in functions:
            function = given.func if isinstance(given, cached_property) else given
            st.caption(f"`{function.__module__}.{function.__qualname__}`")
            st.code(_source(function), language="python")


@lru_cache(maxsize=128)
def _source(function: Callable[..., Any]) -> str:
    """Found once: Python reads the whole file for each."""
    return inspect.getsource(function)


def _footer() -> None:
    """What a teacher may want to leave out, the way back and the way on."""
    _for_teachers()
    before, after = state.neighbours()
    with st.container(horizontal=True, horizontal_alignment="distribute", key="way"):
        if before:
            st.page_link(before, label=f"Back: {before.title}", icon=":material/arrow_back:")
        if after:
            st.page_link(after, label=f"Next: {after.title}", icon=":material/arrow_forward:")


def _for_teachers() -> None:
    """How to hide what is on this page, with the names it goes by."""
    names = sorted(state.page_controls())
    with st.expander("For teachers: leave something out", icon=":material/school:"):
        st.markdown(
            "The link to this page holds its settings. To leave a control or a question out for the whole visit, add "
            f"`hide=` and its name to the link, after a `?`, or after an `&` if there is a `?` already. Several names "
            f"are separated by commas: `?hide={','.join(names[:2])}`. "
            "A hidden control keeps the value it has in the link; without a hidden question, its figure shows at once."
        )
        st.markdown(f"The names on this page: {_listed(names)}.")
        if link.hidden_names():
            st.markdown(f"Your link leaves out: {_listed(sorted(link.hidden_names()))}.")


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
