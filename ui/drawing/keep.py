"""Keeping a drawing for the reader's own test set: one press on what it was meant to be."""

from collections.abc import Sequence

import streamlit as st

from mnist_core import words
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.collection import MOST, OwnDigit, merge, own_digit
from mnist_core.network.model import MLP
from ui.drawing import canvas
from ui.drawing.reading import Subject, verdict_on
from ui.frame import state
from ui.visitor import store

KEEP_AS = "keep_as"  # the key of the buttons
WORD = "_kept_word"  # the key of what was said of the digit kept last
_LAST = "_kept_last"  # the key of the digit kept last


def kept() -> list[OwnDigit]:
    """The digits kept so far, the oldest first."""
    return store.visitor().own_digits


def buttons(subject: Subject | None, model: MLP, *, leads_on: bool = True) -> None:
    """Draws ten buttons; a press keeps the drawing as that digit and clears the canvas for the next one.

    Args:
        subject: What is drawn; a sample is not the reader's, and can't be kept.
        model: The network in use, which says what it reads there.
        leads_on: Whether a link leads to the page of the test set.
    """
    st.segmented_control(
        "What did you write? One press keeps it for your test set and clears the canvas.",
        range(10),
        key=KEEP_AS,
        on_change=_keep,
        args=(subject, model),
        disabled=subject is None or subject.source == "sample",
        wrap=True,
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="kept_said"):
        st.button(
            "Take it back",
            key="keep_back",
            icon=":material/undo:",
            help="The digit kept last goes back to the canvas.",
            on_click=_take_back,
            disabled=st.session_state.get(_LAST) not in kept(),
        )
        if subject is not None and subject.source == "sample":
            st.caption("This is a sample, which someone else wrote. What you draw yourself can be kept.")
        elif WORD in st.session_state:
            st.caption(st.session_state[WORD])
    if leads_on and kept():
        st.page_link(
            state.page("collection"), label=f"See your test set: {words.how_many(len(kept()), 'digit')} so far"
        )


def _keep(shown: Subject | None, model: MLP) -> None:
    """Keeps a drawing under the label just pressed, and says so."""
    label, subject = st.session_state[KEEP_AS], canvas.newest(shown)
    st.session_state[KEEP_AS] = None  # the next drawing begins without an answer
    if label is None or subject is None or subject.source == "sample":
        return
    added, dropped = add([own_digit(subject.image, label, subject.source)])
    if not added:
        st.session_state[WORD] = "This drawing was there already. The same one is not kept twice."
        return
    st.session_state[_LAST] = kept()[-1]
    store.visitor().pad.set_aside()  # an undo brings it back
    read = int(predict_proba(model, subject.image[None])[0].argmax())
    said = (
        f"Kept as **{words.a(label)}**; the network read **{words.a(read)}**.{_doubt(subject)} "
        f"{words.how_many(len(kept()), 'digit')} so far."
    )
    gone = f" There is room for {MOST}, so the oldest one went." if dropped else ""
    st.session_state[WORD] = f"{said}{gone} Draw the next one."


def _take_back() -> None:
    """Removes the digit kept last, and brings its drawing back, unless another one was begun."""
    last = st.session_state.pop(_LAST, None)
    st.session_state.pop(WORD, None)
    visitor = store.visitor()
    with visitor.lock:
        visitor.own_digits = [digit for digit in visitor.own_digits if digit != last]
    pad = canvas.pad_now()
    if pad.aside and not pad.strokes:
        pad.undo()


def _doubt(subject: Subject) -> str:
    """What a drawing looks like that the second network takes for no digit. The reader decides: it is kept anyway."""
    verdict = verdict_on(subject)
    if verdict.is_digit:
        return ""
    looks = verdict.reason.partition(". ")[0].replace("This", "it", 1)
    return f" But {looks}: click it in your test set if it is to go."


def add(new: Sequence[OwnDigit]) -> tuple[int, int]:
    """Adds digits to those kept; returns how many were new, and how many old ones had to go."""
    visitor = store.visitor()
    with visitor.lock:
        merged = merge(visitor.own_digits, new)
        visitor.own_digits = merged.digits
    return merged.added, merged.dropped
