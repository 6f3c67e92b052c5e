"""The buttons of a run: train, watch slowly, pause, one batch, one epoch, stop."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.frame import link
from ui.studio import control
from ui.visitor import store
from ui.visitor.store import Visitor

Action = Callable[[Visitor], None]


def show(visitor: Visitor, mode: store.Mode, begin: Callable[[bool], None]) -> None:
    """Draws them, each where it always is; those that can't be pressed now are pale.

    Args:
        visitor: Whose run it is.
        mode: What the run does now, as the rest of the page was drawn for.
        begin: Starts a run with the controls as they stand; the argument says whether it rests at first.
    """
    if link.is_drawn_already("transport"):
        return
    steps: dict[str, tuple[str, str, Action]] = {
        "slow": ("Watch slowly", "slow_motion_video", control.slow_motion),
        "one_batch": ("One batch", "", control.one_batch),
        "one_epoch": ("One epoch", "", control.one_epoch),
    }

    def step(key: str) -> None:
        label, icon, action = steps[key]
        is_possible = mode in ("idle", "paused") or (mode == "slow" and key != "slow")
        _button(label, key, icon, lambda: _step(visitor, mode, begin, action), enabled=is_possible)

    with st.container(key="transport"):
        with st.container(horizontal=True, gap="xsmall"):
            if mode == "idle":
                _button("Train", "train", "play_arrow", lambda: begin(False), primary=True)
            elif mode in ("running", "slow"):
                _button("Pause", "pause", "pause", lambda: control.pause(visitor), primary=True)
            else:
                _button("Continue", "go_on", "play_arrow", lambda: control.go_on(visitor), primary=True)
            step("slow")
        with st.container(horizontal=True, gap="xsmall"):
            step("one_batch")
            step("one_epoch")
            if mode != "idle":
                _button("Stop", "stop", "stop", lambda: control.stop(visitor))


def _step(visitor: Visitor, mode: store.Mode, begin: Callable[[bool], None], action: Action) -> None:
    if mode == "idle":
        begin(True)
    elif mode == "slow":
        control.pause(visitor)
    action(visitor)


def _button(
    label: str, key: str, icon: str, act: Callable[[], None], *, primary: bool = False, enabled: bool = True
) -> None:
    # Not callbacks, which would train with the settings of the run before.
    look = "primary" if primary else "secondary"
    if st.button(label, key=key, type=look, icon=f":material/{icon}:" if icon else None, disabled=not enabled):  # type: ignore[arg-type]
        act()
        st.rerun()
