"""Rows of digits on the page on drawing: what is drawn or photographed, and the scene that explains the cutting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.figures.draw_row import row_picture
from mnist_core.handwriting.is_digit import Verdict
from mnist_core.handwriting.photo import Found
from mnist_core.handwriting.several import Row, best_way, build, cut_at, find_seams, read_if_several, read_row, row_of
from mnist_core.lessons import draw_row
from mnist_core.network.model import MLP
from ui.frame import lesson, link, resources, theme
from ui.lessons import draw_row_words
from ui.visitor import networks

HEIGHT = 80  # pixels, of a row that stands in large beside it
LARGE = 120  # pixels, of the row of the scene
START = 20  # pixels between its digits


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
    large, small = draw_row_words.answer(row)
    st.html(
        '<div style="font-size: 2.5rem; font-weight: 600; line-height: 1.1" translate="no">'
        f"{large}</div><div>{small}</div>"
    )
    st.html(row_picture(drawing=drawing, row=row, theme=theme.current(), height=height))


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
    st.markdown(draw_row_words.WHERE_TO_CUT)


def why() -> None:
    """How many pieces are read for one row, and how the best is found."""
    row = _read(draw_row.row("two digits", START))
    st.markdown(draw_row_words.ways(row))


def code() -> None:
    """The functions that cut."""
    lesson.show_source(find_seams, build, best_way)
