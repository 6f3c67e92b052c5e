"""A small training that belongs to a lesson: a button, and a figure that follows it while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.jobs import ENDED, Snapshot, State
from ui.frame import link, resources
from ui.studio import control
from ui.visitor import store

T = TypeVar("T")
Draw = Callable[[Any], None]


def experiment(
    name: str,
    label: str,
    make: Callable[[], Iterator[T]],
    draw: Callable[[T], None],
    *,
    before: str | Callable[[], object],
    setting: object,
    share_done: Callable[[T], float],
    beside: DeltaGenerator | None = None,
) -> None:
    """Draws a button that starts a small training in the background, and below it what came of it so far.

    It does not read the test images and its network reads no drawing. One goes on at a time for each visitor.

    Args:
        name: Of the experiment; also that of its button, which is ``start_<name>``.
        label: Of the button.
        make: Makes the training, from a new model, with the controls as they stand.
        draw: Draws what the training has yielded last.
        before: What stands there before the first start, or what draws it.
        setting: What the result depends on. When it is another than at the start, a line says so.
        share_done: How much of the training is done, 0 to 1, from what it has yielded last.
        beside: Where the button stands, if not above the figure.
    """
    with beside or st.container():
        if link.is_drawn_already(f"start_{name}"):
            pass
        elif _is_running(name):
            st.button("Stop", key=f"stop_{name}", icon=":material/stop:", on_click=_stop, args=(name,))
        # Not a callback, which would train with the settings of the run before.
        elif st.button(label, key=f"start_{name}", type="primary", icon=":material/play_arrow:"):
            _start(name, make(), setting, share_done)
            st.rerun()
    every = _seconds(name)
    st.fragment(_show, run_every=every)(name, draw, before, setting, every)


def is_finished(name: str) -> bool:
    """Whether the last training of this experiment has come to its end."""
    found = store.visitor().experiments.get(name)
    return found is not None and found.job.snapshot().state == State.FINISHED


def _seconds(name: str) -> float | None:
    """Until the page looks at the training again; None if it is over."""
    found = store.visitor().experiments.get(name)
    return control.poll_seconds(found.job.snapshot()) if found and _is_running(name) else None


def _start(name: str, training: Iterator[T], setting: object, share_done: Callable[[T], float]) -> None:
    visitor = store.visitor()
    with visitor.lock:
        for other in visitor.experiments.values():
            other.job.cancel()
        job = resources.jobs().submit(training, share_done, owner=id(visitor))
        visitor.experiments[name] = store.Experiment(job, setting)


def _stop(name: str) -> None:
    found = store.visitor().experiments.get(name)
    if found:
        found.job.cancel()
        found.job.wait(control.STILL_SECONDS)


def _is_running(name: str) -> bool:
    found = store.visitor().experiments.get(name)
    return found is not None and found.job.snapshot().state not in ENDED


def _show(
    name: str, draw: Callable[[T], None], before: str | Callable[[], object], setting: object, every: float | None
) -> None:
    if control.is_time_to_change(every, _seconds(name)):
        st.rerun()  # the button changes too
    found = store.visitor().experiments.get(name)
    if found is None:
        before() if callable(before) else st.caption(before)
        return
    snapshot: Snapshot[T] = found.job.snapshot()
    with st.container():  # of its own, so that a line that comes or goes does not move the figure
        message = _message(snapshot)
        if message:
            st.markdown(message)
        elif found.setting != setting and every is None:
            st.caption("The settings have changed since. Start again to see what that does.")
    if snapshot.latest is not None:
        draw(snapshot.latest)
    elif callable(before):  # until there is something to show: without it, a phone's page would fall together and jump
        before()


def _message(snapshot: Snapshot[T]) -> str | None:
    match snapshot.state:
        case State.WAITING:
            return control.in_line(snapshot)
        case State.CANCELLED:
            return "**Stopped.**"
        case State.FAILED if isinstance(snapshot.error, ArithmeticError):
            return f"**{snapshot.error}**"
        case State.FAILED:
            return "Training ended with an error that is not yours. Please try again."
    return None
