"""The line above every page: which network reads, which digits are in use, and whether a training goes on."""

import streamlit as st

from mnist_core.jobs import State
from ui import dataset, resources, state, training_panel

SHIPPED_NAME = "Ready-made network"


def models() -> dict[str, str]:
    """The models this visitor can read with, by key, the newest first and the shipped one last."""
    own = {trained.key: trained.name for trained in reversed(training_panel.visitor().models) if trained.has_learned}
    return {**own, state.SHIPPED: SHIPPED_NAME}


def model_in_use() -> str:
    """The key of the model that reads: the reader's choice, else the one trained last, else the shipped one."""
    state.accept_offered_model()
    known = models()
    choice = st.session_state.get("model")
    return choice if choice in known else next(iter(known))


def line() -> None:
    """Draws the line; while a training or the download goes on, it looks again every few seconds."""
    waits_for = _going_on()
    st.fragment(_line, run_every=2.0 if any(waits_for) else None)(waits_for)


def _going_on() -> tuple[bool, ...]:
    library = resources.library()
    return training_panel.visitor().is_training, library.mnist_is_loading, not library.is_ready


def _line(waits_for: tuple[bool, ...]) -> None:
    if _going_on() != waits_for:
        st.rerun()  # another network reads, or other digits are in use: that concerns the whole page
    visitor = training_panel.visitor()
    parts = [f":material/neurology: Reads: {_in_short()}", f":material/database: Digits: {_data()}"]
    if visitor.going:
        snapshot = visitor.going.job.snapshot()
        done = f"{snapshot.latest.steps / snapshot.latest.total_steps:.0%}" if snapshot.latest else "0%"
        waits = f"number {snapshot.place} in line" if snapshot.state is State.WAITING else done
        rests = ", paused" if snapshot.is_held else ""
        parts.append(f":material/model_training: training: {waits}{rests}")
    st.caption(" &nbsp; ".join(parts))


def _in_short() -> str:
    """The name of the network that reads and how far it came, without the rest of its recipe."""
    key = model_in_use()
    for trained in training_panel.visitor().models:
        if trained.key == key and trained.record:
            return f"{trained.name.split(', ')[0]}, {training_panel.reached(trained.record)}"
    return models()[key]


def _data() -> str:
    name = dataset.name_in_use()
    if name == state.MNIST:
        return state.MNIST
    if state.wanted_dataset() == state.MNIST and resources.library().mnist_is_loading:
        return "generated, until MNIST is here"
    return "generated"
