"""A training run on the page: its curves while it goes on, its test when it is over."""

from __future__ import annotations

import streamlit as st

from mnist_core.experiments import RunRecord
from mnist_core.figures.confusion import confusion_heatmap
from mnist_core.figures.curves import training_curve
from mnist_core.jobs import ENDED, Snapshot, State
from mnist_core.training import TrainingDiverged
from ui import theme, training_panel

FIRST_SECONDS = 1.0  # of work, before which the speed says little about the rest
GUESSING = 0.5  # below this accuracy in the final test, training has failed


def show(is_training: bool) -> None:
    """Draws the visitor's run, looking at it again and again until it is over.

    Args:
        is_training: What the rest of the page was drawn for; when it no longer holds, the whole page is drawn again.
    """
    st.fragment(_show, run_every=training_panel.poll_seconds() if is_training else None)(is_training)


def _show(was_running: bool) -> None:
    visitor = training_panel.visitor()
    if was_running and not visitor.is_training:
        st.rerun()  # the buttons and the line above the page change too
    snapshot = visitor.job.snapshot() if visitor.job else visitor.last
    if snapshot is None:
        st.caption("Press Train, and the curves appear here. The settings above are a good start.")
        return
    st.markdown(f"**{_headline(snapshot)}**")
    if snapshot.latest is None:
        return
    _figures(snapshot)
    if snapshot.state is State.FINISHED:
        _final_test(snapshot.latest)


def _headline(snapshot: Snapshot[RunRecord]) -> str:
    record = snapshot.latest
    match snapshot.state:
        case State.WAITING:
            return (
                f"You are number {snapshot.place} in line: four networks train at a time on this server. "
                "Yours starts by itself, and you may look at the other pages."
            )
        case State.FAILED if isinstance(snapshot.error, TrainingDiverged):
            return str(snapshot.error)
        case State.FAILED:
            return "Training ended with an error that is not yours. Please try again."
        case State.CANCELLED if record is None:
            return "Stopped before the first batch, so there is nothing to keep."
    if record is None:
        return "Starting."
    how = training_panel.settings(record)
    if snapshot.state is State.CANCELLED:
        return f"Stopped: {how}. It keeps what it has learned, and it reads what you draw on the next page."
    if snapshot.state is State.FINISHED:
        return f"Trained: {how}."
    return f"Training: {how}."


def _figures(snapshot: Snapshot[RunRecord]) -> None:
    record = snapshot.latest
    assert record is not None
    speed = record.examples / max(snapshot.worked, 1e-3)
    left_over = (record.total_examples - record.examples) / speed * snapshot.sharing
    running = snapshot.state not in ENDED
    last = record.epochs[-1] if record.epochs else None
    with st.container(horizontal=True, gap="large"):
        st.metric("Epochs done", f"{len(record.epochs)} of {record.training_config.epochs}", width="content")
        st.metric(
            "Validation accuracy", f"{last.validation_accuracy:.1%}" if last else "after an epoch", width="content"
        )
        st.metric("Images per second", f"{speed:,.0f}", width="content")
        if not running:
            st.metric("Time taken", f"{snapshot.worked:.1f} s", width="content")
        else:
            known = snapshot.worked > FIRST_SECONDS
            st.metric("Time left", f"{left_over:.0f} s" if known else "…", width="content")
    left, right = st.columns(2)
    with left:
        theme.show(
            training_curve(record=record, quantity="loss", theme=theme.current()),
            key="loss_curve",
            description="Loss over the epochs, on training batches and on validation images.",
        )
    with right:
        theme.show(
            training_curve(record=record, quantity="accuracy", theme=theme.current()),
            key="accuracy_curve",
            description="Accuracy over the epochs, on training batches and on validation images.",
        )


def _final_test(record: RunRecord) -> None:
    assert record.test is not None
    images = int(record.test.confusion.sum())
    result = f"Final test: it reads **{record.test.accuracy:.2%}** of {images:,} images it has never seen."
    if record.test.accuracy > GUESSING:
        st.success(f"{result} It now reads what you draw on the next page.", icon=":material/check_circle:")
    else:
        st.warning(
            f"{result} Guessing gives 10%. The learning rate was probably far too large, or much too small.",
            icon=":material/warning:",
        )
    st.markdown(
        "The **test** images are a third set, used once and at the very end, because you may have chosen your settings "
        "by looking at the validation images. Which digits does it take for which? Each row is what an image shows, "
        "each column what it was read as. Right answers are on the diagonal; the colour shows mistakes only."
    )
    st.plotly_chart(
        confusion_heatmap(counts=record.test.confusion.tolist(), theme=theme.current()),
        key="confusion",
        config={"displayModeBar": False},
    )
