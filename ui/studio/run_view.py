"""A training run on the page: what is seen of it while it goes on, and its test when it is over."""

from __future__ import annotations

import streamlit as st

from mnist_core.figures.curves import training_curve
from mnist_core.figures.train_batch import phase_cards
from mnist_core.figures.train_norms import norm_curves
from mnist_core.figures.train_replay import weight_limit
from mnist_core.figures.train_weights import weight_tiles
from mnist_core.jobs import ENDED, Snapshot, State
from mnist_core.training.records import RunRecord
from ui.frame import link, state, theme
from ui.studio import control, take_home, watch_again
from ui.visitor import run_in_words, store
from ui.visitor.store import Mode, TrainedModel, Visitor

FIRST_SECONDS = 1.0  # of work, before which the speed says little about the rest
NEXT = {
    "draw": "Let it read your digit",
    "mistakes": "See what it gets wrong",
    "certainty": "Ask how sure it is",
    "breaking": "Break it",
    "runs": "Compare it",
}
FAILED_BELOW = 0.5  # this accuracy in the final test


def show(mode: Mode) -> None:
    """Draws the visitor's run, looking at it again and again until it is over or rests.

    Args:
        mode: What the rest of the page was drawn for; when it no longer holds, the whole page is drawn again.
    """
    logarithmic = link.toggle(
        "Logarithmic scale",
        "log",
        help="Each step up means ten times as much. Small differences late in a run become visible.",
    )
    every = _seconds(store.visitor(), mode)
    st.fragment(_show, run_every=every)(mode, every, logarithmic)
    if mode == "idle":
        _what_came_of_it(store.visitor())


def _seconds(visitor: Visitor, mode: Mode) -> float | None:
    """Until the page looks at the run again; None if nothing moves."""
    if mode == "slow":
        return control.PHASE_SECONDS / 2
    if mode == "running" and visitor.going:
        return control.poll_seconds(visitor.going.job.snapshot())
    return None


def _show(mode: Mode, every: float | None, logarithmic: bool) -> None:
    visitor = store.visitor()
    phase = control.phase(visitor)
    if visitor.mode != mode or control.is_time_to_change(every, _seconds(visitor, mode)):
        st.rerun()  # the buttons and the line above the page change too
    snapshot = visitor.going.job.snapshot() if visitor.going else visitor.last
    if snapshot is None:
        st.caption("Press Train, and the curves appear here. The settings above are a good start.")
        return
    st.markdown(f"**{_headline(snapshot, mode)}**")
    if visitor.going and visitor.going.seen:
        st.html(phase_cards(seen=visitor.going.seen, phase=phase, theme=theme.current()))
    record = snapshot.latest
    if record is None:
        return
    _numbers(snapshot, record, _reached(visitor, record))
    _curves(record, logarithmic)
    if visitor.going:
        _latest_weights(record)
    _lengths(record)


def _reached(visitor: Visitor, record: RunRecord) -> float | None:
    """The validation accuracy last measured: after an epoch, or at the run's end."""
    over = next((trained.validation for trained in visitor.models if trained.record is record), None)
    if over:
        return over.accuracy
    return record.epochs[-1].validation_accuracy if record.epochs else None


def _headline(snapshot: Snapshot[RunRecord], mode: Mode) -> str:
    record = snapshot.latest
    match snapshot.state:
        case State.WAITING:
            return f"{control.in_line(snapshot)} Yours starts by itself, and you may look at the other pages."
        case State.FAILED if record and record.diverged:
            return str(record.diverged)
        case State.FAILED:
            return "Training ended with an error that is not yours. Please try again."
        case State.CANCELLED if record is None:
            return "Stopped before the first batch, so there is nothing to keep."
        case State.PAUSED if record is None:
            return "It has not seen a batch yet."
    if record is None:
        return "Starting."
    how = run_in_words.settings(record)
    match snapshot.state:
        case State.CANCELLED:
            return f"Stopped: {how}. It keeps what it has learned."
        case State.FINISHED:
            return f"Trained: {how}."
        case State.PAUSED if mode == "slow":
            return f"In slow motion: batch {record.steps:,} of {record.total_steps:,}: {how}."
        case State.PAUSED:
            return f"Paused after batch {record.steps:,} of {record.total_steps:,}: {how}."
    return f"Training: {how}."


def _numbers(snapshot: Snapshot[RunRecord], record: RunRecord, reached: float | None) -> None:
    speed = record.examples / max(snapshot.worked, 1e-3)
    left_over = (record.total_examples - record.examples) / speed * snapshot.sharing
    running = snapshot.state not in ENDED
    with st.container(horizontal=True, gap="large"):
        st.metric("Epochs done", f"{len(record.epochs)} of {record.training_config.epochs}", width="content")
        accuracy = "–" if reached is None else f"{reached:.1%}"
        st.metric("Validation accuracy", accuracy, width="content", help="Measured at the end of each epoch.")
        st.metric("Images per second", f"{speed:,.0f}", width="content")
        if not running:
            st.metric("Time taken", f"{snapshot.worked:.1f} s", width="content")
        else:
            known = snapshot.worked > FIRST_SECONDS
            st.metric("Time left", f"{left_over:.0f} s" if known else "…", width="content")


def _curves(record: RunRecord, logarithmic: bool) -> None:
    left, right = st.columns(2)
    with left:
        theme.show(
            training_curve(record=record, quantity="loss", theme=theme.current(), logarithmic=logarithmic),
            key="loss_curve",
            description="Loss over the epochs, on training batches and on validation images.",
        )
    with right:
        theme.show(
            training_curve(record=record, quantity="accuracy", theme=theme.current(), logarithmic=logarithmic),
            key="accuracy_curve",
            description="Accuracy over the epochs, on training batches and on validation images.",
        )


def _latest_weights(record: RunRecord) -> None:
    """The weights as pictures, as they were last kept."""
    frame = record.frames[-1]
    names = [] if record.model_config.hidden_sizes else [str(digit) for digit in range(len(frame.weights))]
    st.html(weight_tiles(weights=frame.weights, limit=weight_limit(record), theme=theme.current(), names=names))
    st.caption(
        f"The weights of the first {len(frame.weights)} neurons after batch {frame.step:,}. Vermillion: ink here adds "
        "to the neuron's sum. Blue: it takes away from it."
    )


def _lengths(record: RunRecord) -> None:
    """How long the weights of each layer are, and their gradients."""
    if not record.norms:
        return
    st.markdown("How steep the slopes are, and how large the weights have grown: one number for each layer.")
    left, right = st.columns(2)
    with left:
        theme.show(
            norm_curves(record=record, what="gradients", theme=theme.current()),
            key="gradient_norms",
            description="The length of the gradient of each layer over the epochs.",
        )
    with right:
        theme.show(
            norm_curves(record=record, what="weights", theme=theme.current()),
            key="weight_norms",
            description="The length of the weights of each layer over the epochs.",
        )


def _what_came_of_it(visitor: Visitor) -> None:
    """The end of the last run: how it can be watched again, its final test, and what to do with the network."""
    record = visitor.last.latest if visitor.last else None
    trained = next((trained for trained in visitor.models if trained.record is record and record), None)
    if record and trained:
        if record.test:
            _final_test(record)
        if trained.has_learned:
            with st.container(horizontal=True, key="onwards"):
                for stem, label in NEXT.items():
                    st.page_link(state.page(stem), label=label, icon=":material/arrow_forward:")
        if len(record.frames) > 1:
            _again(record, trained.key)
    with st.expander("Take it home, or bring it back", icon=":material/download:"):
        _take_home(visitor.models)
        take_home.load_back()


def _take_home(models: list[TrainedModel]) -> None:
    models = [trained for trained in models if trained.has_learned]
    if not models:
        st.markdown("Once you have trained a network, its weights and its experiment can be downloaded here.")
        return
    names = {trained.key: trained.name for trained in reversed(models)}
    key = st.selectbox("Which of your networks", names, format_func=names.__getitem__, key="take_which")
    take_home.show(next((trained for trained in models if trained.key == key), models[-1]))


def _again(record: RunRecord, key: str) -> None:
    st.markdown(
        "**Watch it again.** Each picture shows the weights of one neuron of the first layer, a weight for each pixel: "
        "vermillion where ink adds to its sum, blue where ink takes away from it. They begin as noise."
    )
    watch_again.show(record, key)


def _final_test(record: RunRecord) -> None:
    assert record.test is not None
    result = f"Final test: it reads **{record.test.accuracy:.2%}** of {record.test.images:,} images it has never seen."
    if record.test.accuracy > FAILED_BELOW:
        st.success(f"{result} It now reads what you draw.", icon=":material/check_circle:")
    else:
        st.warning(
            f"{result} Guessing gives 10%. Start from one of the recipes, and change one thing at a time.",
            icon=":material/warning:",
        )
    st.markdown(
        "The **test** images are a third set, used once and at the very end, because you may have chosen your settings "
        "by looking at the validation images."
    )
