"""The confusion matrix on the page: a cell is chosen by a click or by two controls, and either moves the other."""

import streamlit as st

from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.figures.mistakes import SELECTION, confusion_matrix
from ui.frame import link, theme

ROW, COLUMN, PAGE, NUMBERS = "is_a", "read_as", "cell_page", "matrix_numbers"
COUNTS, RATES = "Counts", "Rates"
START = (9, 4)
_CLICKS = "_matrix_clicks"  # how often the chart has been drawn anew to forget a click


def controls(*, shows_matrix: bool) -> tuple[int, int, bool]:
    """Draws what the matrix is set with.

    Args:
        shows_matrix: Whether the matrix is on the page. Without it, only the cell can be chosen; what the link says of
            the numbers in it waits.

    Returns:
        The row and the column of the chosen cell, that is what an image shows and what it was read as; and whether
        the cells are to say their share of the row instead of their number of images.
    """
    with st.container(horizontal=True):
        shown = link.selectbox("It is a", ROW, range(10), START[0], width=140, on_change=_first_page)
        read = link.selectbox("Read as a", COLUMN, range(10), START[1], width=140, on_change=_first_page)
        if shows_matrix:
            numbers = link.buttons(
                "The cells say",
                NUMBERS,
                (COUNTS, RATES),
                COUNTS,
                help="A count is a number of images. A rate is the share of the row, in percent.",
            )
        else:
            numbers = link.unbound(NUMBERS, COUNTS, {COUNTS: COUNTS, RATES: RATES}.__getitem__)
    return shown, read, numbers == RATES


def has_lists() -> bool:
    """Whether this visit shows both lists from which a cell is chosen."""
    return not (link.is_hidden(ROW) or link.is_hidden(COLUMN))


def show(evaluation: Evaluation, chosen: tuple[int, int], as_rates: bool) -> None:
    """Draws the matrix with a frame around the chosen cell. A click on another sets the controls and runs the fragment.

    The browser keeps a click as the chart's selection, and a click on what is selected already is none. So when the
    controls have moved on from the last click, the chart is drawn anew, without it.
    """
    if _clicked(_key()) not in (None, chosen):
        st.session_state[_CLICKS] = st.session_state.get(_CLICKS, 0) + 1
    figure = confusion_matrix(
        counts=evaluation.confusion.tolist(), chosen=chosen, as_rates=as_rates, theme=theme.current()
    )
    st.container(width=640).vega_lite_chart(
        figure.data,
        figure.spec,
        key=_key(),
        on_select=_take_click,
        width="stretch",
        alt="The confusion matrix: a row for each digit that an image shows, a column for each that it was read as."
        + " The two lists above it choose the same cells." * has_lists(),
    )


def _key() -> str:
    return f"matrix_{st.session_state.get(_CLICKS, 0)}"


def _clicked(key: str) -> tuple[int, int] | None:
    """The cell that the browser holds for selected."""
    found = st.session_state.get(key, {}).get("selection", {}).get(SELECTION, [])
    return (int(found[0]["shown"]), int(found[0]["read"])) if found else None


def _take_click() -> None:
    clicked = _clicked(_key())
    if clicked is None:
        return
    for key, digit in zip((ROW, COLUMN), clicked, strict=True):
        if link.is_hidden(key):
            link.set_unbound(key, str(digit))
        else:
            st.session_state[key] = digit
    _first_page()


def _first_page() -> None:
    if not link.is_hidden(PAGE):
        st.session_state[PAGE] = 1
