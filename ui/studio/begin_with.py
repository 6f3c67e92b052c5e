"""The control for what a run begins with: new random weights, or those of a network that has learned before.

In the link stands what these weights are told from all others by. A name would not do: everyone has a network 1.
"""

import re

import streamlit as st

from mnist_core.training.start import Start
from ui.frame import link
from ui.studio.take_home import plain
from ui.visitor import networks

KEY = "begin_with"
_WIDGET, _NEW = "begin_with_choice", ""
_WEIGHTS = re.compile(r"[0-9a-f]{8}")


def choose() -> Start | None:
    """Draws the control; returns the network that was chosen, or None: new random weights."""
    known = {start.weights: start for start in networks.starts().values()}
    wanted = link.unbound(KEY, _NEW, _weights)
    if not link.is_hidden(KEY) and not link.is_drawn_already(KEY):
        st.session_state[_WIDGET] = wanted if wanted in known else _NEW
        st.selectbox(
            "Begin with",
            [_NEW, *known],
            format_func=lambda weights: known[weights].name if weights else "New random weights",
            key=_WIDGET,
            on_change=_choose,
            help="A network that has learned before can learn on: one of yours, one from a file, or the ready-made "
            "one. It stays as it is; a copy learns.",
        )
    if wanted and wanted not in known:
        st.caption(
            f"The link says that it begins with the weights {plain(wanted)}, and no network here has them. Load their "
            "file in the last scene. Until then a run begins with random ones."
        )
    return known.get(wanted)


def _weights(text: str) -> str:
    if not _WEIGHTS.fullmatch(text):
        raise ValueError(f"{text!r} are no weights")
    return text


def _choose() -> None:
    begin_with(st.session_state[_WIDGET])


def begin_with(weights: str) -> None:
    """Notes what runs begin with from now on, for callbacks: the ``weights`` of a ``Start``, or none for new ones."""
    link.set_unbound(KEY, weights or None)
