"""Rows of digits on the page on drawing: what is drawn or photographed, and the scene that explains the cutting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core import words
from mnist_core.figures.draw_row import row_picture
from mnist_core.handwriting.is_digit import Verdict
from mnist_core.handwriting.photo import Found
from mnist_core.handwriting.several import (
    FEWEST,
    MOST,
    SURE_FROM,
    Row,
    best_way,
    build,
    cut_at,
    find_seams,
    read_if_several,
    read_row,
    row_of,
)
from mnist_core.lessons import draw_row
from mnist_core.network.model import MLP
from ui.frame import lesson, link, resources, theme
from ui.visitor import networks

HEIGHT = 80  # pixels, of a row that stands in large beside it
LARGE = 120  # pixels, of the row of the scene
START = 20  # pixels between its digits

NOTICE = (
    "Which comes first, cutting or reading? Each needs the other. So the program cuts in many ways, reads every piece, "
    "and keeps the cuts whose pieces are the best digits: **segmentation**. Push the digits together. When does a cut "
    "turn unsure?"
)
WHERE_TO_CUT = (
    "Move the cut through both digits. Only where both sides look like digits does the network become sure of both. "
    "Beside that place, one side has lost a part, and the other has a part too much. Either may be read as something "
    "else, even surely."
)


def drawn_as_row(drawing: npt.NDArray[np.uint8], verdict: Verdict, model: MLP) -> bool:
    """Shows a drawing, uint8 [H, W], as a row that is read digit by digit, if it is one; says whether it is."""
    row = read_if_several(drawing, verdict, model, resources.is_digit_model())
    if row is not None:
        show(drawing, row, HEIGHT)
    return row is not None


def photographed_as_row(found: Found, verdict: Verdict, model: MLP) -> bool:
    """The same for what was found on a photo."""
    return not verdict.is_digit and drawn_as_row(row_of(found), verdict, model)


def show(drawing: npt.NDArray[np.uint8], row: Row, height: int) -> None:
    """What is read in a drawing, uint8 [H, W], how it was cut, and each piece."""
    large, small = answer(row)
    st.html(
        '<div style="font-size: 2.5rem; font-weight: 600; line-height: 1.1" translate="no">'
        f"{large}</div><div>{small}</div>"
    )
    st.html(row_picture(drawing=drawing, row=row, theme=theme.current(), height=height))


def answer(row: Row) -> tuple[str, str]:
    """What is read, in large; and below it how sure the cuts are, or why nothing is read."""
    if not row.pieces:
        return "Not sure", row.said
    least = words.percent(min(cut.probability for cut in row.cuts))
    unsure = sum(not cut.is_sure for cut in row.cuts)
    said = f"Cut into {words.spelled(len(row.pieces))}, each read by itself."
    if unsure == 1:
        return row.text, f"{said} The dashed cut is unsure: {least}."
    if unsure:
        return row.text, f"{said} {words.spelled(unsure).capitalize()} dashed cuts are unsure: {least} at least."
    if len(row.cuts) == 1:
        return row.text, f"{said} The cut is sure: {least}."
    return row.text, f"{said} Every cut is sure: {least}{'' if least.startswith('over') else ' at least'}."


def stage() -> None:
    """A row to choose, a slider for how near its digits stand, and what is read."""
    rows, gaps = st.columns([3, 2], gap="medium")
    with rows:
        sample = link.buttons("The row", "row", draw_row.SAMPLES, "two digits")
    with gaps:
        gap = link.whole_slider("Pixels between the digits", "row_gap", draw_row.NEAREST, draw_row.FURTHEST, START)
    drawing = draw_row.row(sample, gap)
    with st.container(key="row_read"):
        show(drawing, _read(drawing), LARGE)


def _read(drawing: npt.NDArray[np.uint8]) -> Row:
    return read_row(drawing, networks.model_in_use()[0], resources.is_digit_model())


def cut_it_yourself() -> None:
    """Two digits, cut where the reader says, and what both sides are read as."""
    st.subheader("Cut it yourself", anchor=False)
    gap = link.choice_below("row_gap", range(draw_row.NEAREST, draw_row.FURTHEST + 1), START)
    drawing = draw_row.row("two digits", gap)
    where = link.whole_slider("Where to cut, from the left", "row_cut", 5, 95, 30, format="%d%%")
    column = round(where / 100 * drawing.shape[1])
    halves = cut_at(drawing, [column], networks.model_in_use()[0], resources.is_digit_model())
    st.html(row_picture(drawing=drawing, row=halves, theme=theme.current(), height=HEIGHT))
    st.markdown(WHERE_TO_CUT)


def why() -> None:
    """How many pieces are read for one row, and how the best is found."""
    row = _read(draw_row.row("two digits", START))
    st.markdown(ways(row))


def ways(row: Row) -> str:
    """How much is tried for a row, and what a sure cut is."""
    return (
        f"For the two digits, apart as at the start, the program found {len(row.seams)} places to cut and read "
        f"{row.tried} pieces. A piece gains by a high probability of its best digit, and by looking like a digit to "
        "the second network. It loses by being too wide or too low; a cut loses by the ink it crosses. Of all ways "
        "through these pieces, **dynamic programming** finds the best without trying each. How likely each cut is, the "
        "**forward-backward algorithm** says: it adds up all ways that have a cut there, and divides by all ways. From "
        f"{SURE_FROM:.0%} on, the page calls a cut sure. From {words.spelled(FEWEST)} to {words.spelled(MOST)} digits "
        "are read. A dot or a minus is told by its size and its place, and left out. The weights of all this were "
        "learned from rows whose cuts are known: a **conditional random field**."
    )


def code() -> None:
    """The functions that cut."""
    lesson.show_source(find_seams, build, best_way)
