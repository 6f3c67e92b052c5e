"""Keeping a drawing for the reader's own test set: one press on what it was meant to be."""

from collections.abc import Sequence

import streamlit as st
from PIL import Image

from mnist_core import words
from mnist_core.figures.images import enlarged, png_url
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.collection import MOST, OwnDigit, merge, own_digit
from mnist_core.network.model import MLP
from ui.drawing import canvas
from ui.drawing.reading import Subject, verdict_on
from ui.frame import state
from ui.visitor import store

KEEP_AS = "keep_as"  # the key of the buttons
WORD = "_kept_word"  # the key of what was said of the digit kept last
FIVE_WIDE = 220  # pixels, in which five buttons stand side by side, and the other five below


def kept() -> list[OwnDigit]:
    """The digits kept so far, the oldest first."""
    return store.visitor().own_digits


def buttons(subject: Subject | None, model: MLP, *, leads_on: bool = True) -> None:
    """Draws ten buttons; a press keeps the drawing as that digit and clears the canvas for the next one.

    Args:
        subject: What is drawn; a sample is not the reader's, and can't be kept.
        model: The network in use, which says what it reads there.
        leads_on: Whether this is a page that shows what it reads; then a link leads to the page of the test set. That
            page itself shows here what is read in place of a drawing.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "What did you write? One press keeps it for your own test set and empties the canvas; Undo brings it back.",
            range(10),
            key=KEEP_AS,
            on_change=_keep,
            args=(subject, model),
            disabled=subject is None or subject.source == "sample",
            wrap=True,
            width=FIVE_WIDE,
        )
        if subject is not None and subject.source != "canvas" and not leads_on:
            _show_what_is_read(subject)
    if subject is not None and subject.source == "sample":
        st.caption("This is a sample, which someone else wrote. What you draw yourself can be kept.")
    elif WORD in st.session_state:
        st.caption(st.session_state[WORD])
    if leads_on and kept():
        st.page_link(
            state.page("collection"), label=f"See your test set: {words.how_many(len(kept()), 'digit')} so far"
        )


def _show_what_is_read(subject: Subject) -> None:
    """A sample or a photo, while the canvas is empty."""
    whose = "The sample" if subject.source == "sample" else "Your photo"
    shown = f"a handwritten {subject.label}" if subject.label is not None else "what is written"
    seen = png_url(Image.fromarray(enlarged(image=subject.image, factor=4)))
    st.image(
        seen, f"{whose}, 28 × 28 pixels", width=112, alt=f"{whose}: {shown}, bright on black, as the network sees it"
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
    store.visitor().pad.set_aside()  # an undo brings it back
    read = int(predict_proba(model, subject.image[None])[0].argmax())
    said = (
        f"Kept as **{words.a(label)}**; the network read **{words.a(read)}**.{_doubt(subject)} "
        f"{words.how_many(len(kept()), 'digit')} so far."
    )
    gone = f" There is room for {MOST}, so the oldest one went." if dropped else ""
    st.session_state[WORD] = f"{said}{gone} Draw the next one."


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
