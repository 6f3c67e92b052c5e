"""A training run on the page: its curves while it goes on, its test when it is over."""

from __future__ import annotations

import streamlit as st

from mnist_core.experiments import RunRecord
from mnist_core.figures.confusion import confusion_heatmap
from mnist_core.figures.curves import training_curve
from mnist_core.jobs import Snapshot, State
from mnist_core.training import TrainingDiverged
from ui import theme, training_panel


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
            return f"Waiting for a turn: {snapshot.place} in line. Four networks train at a time on this server."
        case State.PAUSED:
            return "Paused."
        case State.FAILED if isinstance(snapshot.error, TrainingDiverged):
            return str(snapshot.error)
        case State.FAILED:
            return "Training ended with an error that is not yours. Please try again."
        case State.CANCELLED if record is None:
            return "Stopped before the first batch, so there is nothing to keep."
    if record is None:
        return "Starting."
    config = record.training_config
    how = f"{record.model_config.label} on {record.dataset}, batches of {config.batch_size}, seed {config.seed}"
    if snapshot.state is State.CANCELLED:
        return f"Stopped: {how}. What it learned so far is kept, and reads on the next page."
    if snapshot.state is State.FINISHED:
        return f"Trained: {how}."
    return f"Training: {how}."


def _figures(snapshot: Snapshot[RunRecord]) -> None:
    record = snapshot.latest
    assert record is not None
    speed = record.examples / max(snapshot.worked, 1e-3)
    left_over = (record.total_examples - record.examples) / speed * snapshot.sharing if record.examples else 0
    running = snapshot.state in (State.RUNNING, State.WAITING, State.PAUSED)
    last = record.epochs[-1] if record.epochs else None
    cells = st.columns(4)
    cells[0].metric("Epoch", f"{len(record.epochs)} of {record.training_config.epochs}")
    cells[1].metric("Validation accuracy", f"{last.validation_accuracy:.1%}" if last else "…")
    cells[2].metric("Images per second", f"{speed:,.0f}")
    cells[3].metric("Time left" if running else "Time taken", f"{left_over if running else snapshot.worked:.1f} s")
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
    st.success(
        f"Final test: it reads **{record.test.accuracy:.2%}** of {images:,} images it has never seen. "
        f"It is yours, and reads on the drawing page.",
        icon=":material/check_circle:",
    )
    st.markdown("Which digits does it take for which? Each row is a digit, each column what it was read as.")
    st.plotly_chart(
        confusion_heatmap(counts=record.test.confusion.tolist(), theme=theme.current()),
        key="confusion",
        config={"displayModeBar": False},
    )
