"""The confusion matrix on the page: a cell is chosen by a click or by two controls, and either moves the other."""

from typing import Any

import streamlit as st

from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.figures.mistakes import SELECTION, confusion_matrix
from ui.frame import incoming, link, state, theme

ROW, COLUMN, PAGE, NUMBERS = "is_a", "read_as", "cell_page", "matrix_numbers"
COUNTS, RATES = "Counts", "Rates"
AT_REST = (9, 4)  # where there is no mistake at all
_IS_CELL = incoming.is_like(shown=incoming.is_whole(0, 9), read=incoming.is_whole(0, 9))
_CLICKS = "_matrix_clicks"  # how often the chart has been drawn anew to forget a click


def controls(evaluation: Evaluation) -> tuple[int, int]:
    """Draws the two lists from which a cell is chosen.

    Args:
        evaluation: Whose fullest cell off the diagonal is chosen to begin with.

    Returns:
        The row and the column of the chosen cell, that is what an image shows and what it was read as.
    """
    start = (evaluation.commonest_mistakes or [AT_REST])[0]
    with st.container(horizontal=True, key="matrix_lists"):
        shown = link.selectbox("Row: it is a", ROW, range(10), start[0], width=130, on_change=_first_page)
        read = link.selectbox("Column: read as a", COLUMN, range(10), start[1], width=130, on_change=_first_page)
    return shown, read


def chosen(evaluation: Evaluation) -> tuple[int, int]:
    """The row and the column that the lists stand on, without drawing them."""
    start = (evaluation.commonest_mistakes or [AT_REST])[0]
    return tuple(  # type: ignore[return-value]  # two keys, two digits
        int(state.linked().get(key, digit)) if link.is_hidden(key) else int(st.session_state.get(key, digit))
        for key, digit in zip((ROW, COLUMN), start, strict=True)
    )


def says_rates() -> bool:
    """Whether the cells say their share of the row instead of their number of images; the control may be elsewhere."""
    return bool(st.session_state.get(NUMBERS, state.linked().get(NUMBERS)) == RATES)


def numbers() -> None:
    """Draws what the cells say; a change draws the whole page anew, the matrix with it."""
    link.buttons(
        "The cells say",
        NUMBERS,
        (COUNTS, RATES),
        COUNTS,
        help="A count is a number of images. A rate is the share of the row, in percent.",
    )


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
    st.vega_lite_chart(
        figure.data,
        figure.spec,
        key=incoming.ask(_key(), selection=_is_selection),
        on_select=_take_click,
        width="stretch",
        alt="The confusion matrix: a row for each digit that an image shows, a column for each that it was read as."
        + " The two lists beside it choose the same cells." * has_lists(),
    )


def _key() -> str:
    return f"matrix_{st.session_state.get(_CLICKS, 0)}"


def _is_selection(sent: Any) -> bool:
    """Whether it is what the chart says of its selection: of some cells, or of none."""
    return sent in ({}, {SELECTION: {}}) or incoming.is_like(**{SELECTION: incoming.is_list(_IS_CELL, 0, 100)})(sent)


def _clicked(key: str) -> tuple[int, int] | None:
    """The cell that the browser holds for selected."""
    found = st.session_state.get(key, {}).get("selection", {}).get(SELECTION, [])
    return (found[0]["shown"], found[0]["read"]) if found else None


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
