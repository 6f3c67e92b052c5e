"""The way back: the chain rule on a network small enough to see whole, and on a real one."""

import streamlit as st

from mnist_core.figures.backpropagation import way_back
from mnist_core.lessons.backpropagation import SMALL_FIRST, small_pass
from ui.frame import lesson, link, theme
from ui.lessons import backpropagation_words
from ui.lessons.backpropagation_words import HOW_FAR


@lesson.scene("How does the loss reach a weight deep inside?")
@st.fragment
def link_by_link() -> None:
    """A network of eight weights with all its numbers, and the way from its loss to one of them."""
    with lesson.stage():
        left, right = st.columns(2, gap="medium")
        with left:
            name = link.select_slider("How far back", "bp_back", HOW_FAR, HOW_FAR[1])
        with right:
            weight = link.slider("The weight w", "bp_weight", -2.0, 2.0, SMALL_FIRST[0][0], shown="%.1f")
        run, back = small_pass(weight), HOW_FAR.index(name)
        figure, beside = st.columns(2, gap="medium", vertical_alignment="center")
        with beside:
            st.latex(backpropagation_words.chain(run, back))
            st.markdown(backpropagation_words.meaning(run, back))
        with figure:
            st.html(way_back(run=run, back=back, theme=theme.current()))
    lesson.notice(
        "The **chain rule**: along a line multiply, where lines meet add. **Backpropagation** goes this way once, for "
        "all weights. Pull w down to −0.5: the neuron falls silent, and nothing gets through."
    )


lesson.show(link_by_link)
