"""The line below every page: which network reads, which digits are in use, and whether a training goes on."""

import streamlit as st

from mnist_core import words
from mnist_core.jobs import State
from ui.frame import dataset, resources, state
from ui.visitor import run_in_words, store
from ui.visitor.known_networks import is_behind, key_in_use, names, own

LOOKS_EVERY = 5.0  # seconds; a class that trains has as many lines that look


def line() -> None:
    """Draws the line; while a training or the download goes on, it looks again every few seconds."""
    if dataset.is_behind() or is_behind():
        st.rerun()
    waits_for = _going_on()
    st.fragment(_line, run_every=LOOKS_EVERY if any(waits_for) else None)(waits_for)


def _going_on() -> tuple[bool, ...]:
    library = resources.library()
    return store.visitor().is_training, library.mnist_is_loading, not library.is_ready


def _line(waits_for: tuple[bool, ...]) -> None:
    if _going_on() != waits_for:
        st.rerun()  # another network reads, or other digits are in use: that concerns the whole page
    visitor = store.visitor()
    parts = [f":material/neurology: Reads: {_in_short()}", f":material/database: Digits: {_data()}"]
    if visitor.going:
        snapshot = visitor.going.job.snapshot()
        done = f"{snapshot.latest.share_done:.0%}" if snapshot.latest else "0%"
        time = "" if snapshot.left is None else f", done in {words.about(snapshot.left)}"
        waits = f"number {snapshot.place} in line{time}" if snapshot.state is State.WAITING else done
        rests = {"paused": ", paused", "slow": ", in slow motion"}.get(visitor.mode, "")
        parts.append(f":material/model_training: training: {waits}{rests}")
    st.caption(" &nbsp; ".join(parts))


def _in_short() -> str:
    """The name of the network that reads and how far it came, without the rest of its recipe."""
    key = key_in_use()
    for trained in own():
        if trained.key == key and trained.record:
            return f"{trained.name.split(', ')[0]}, {run_in_words.reached(trained.record, trained.validation)}"
    return names()[key]


def _data() -> str:
    name = dataset.name_in_use()
    if name == state.MNIST:
        return state.MNIST
    if state.wanted_dataset() == state.MNIST and resources.library().mnist_is_loading:
        return "generated, until MNIST is here"
    return "generated"
