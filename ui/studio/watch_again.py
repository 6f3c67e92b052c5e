"""A run watched again on the page: its weights become shapes while the loss falls, all of it in the browser."""

from typing import Any

import streamlit as st

from mnist_core.evaluation.accuracy import GUESSING_LOSS
from mnist_core.figures.theme import Theme
from mnist_core.figures.train_replay import replay
from mnist_core.training.records import RunRecord
from ui.frame import state, theme
from ui.visitor import known_networks

_JS = (state.COMPONENTS / "replay.js").read_text(encoding="utf-8")
_CSS = (state.COMPONENTS / "replay.css").read_text(encoding="utf-8")
_HTML = f"""
<div class="replay" role="group" aria-label="The run, to watch again">
  <div class="tiles" role="img" aria-label="The weights of the first layer's neurons as pictures"></div>
  <div class="controls">
    <button type="button">Play</button>
    <input type="range" min="0" step="1" aria-label="Moment of the run">
  </div>
  <p class="says"></p>
  <div class="loss" aria-hidden="true">
    <p>Loss. Line: training, dots: validation, dashed: guessing ({GUESSING_LOSS:.3f}).</p>
    <div class="axis"><span class="highest"></span><span>0</span></div>
    <svg viewBox="0 0 1 1" preserveAspectRatio="none"></svg>
    <span class="steps"></span>
  </div>
</div>
"""


def show(record: RunRecord, key: str) -> None:
    """Draws the pictures of a run's weights with Play, Pause and a slider; at first it stands on the last moment.

    Args:
        record: A run with one picture of its weights at least.
        key: Of the network that came of it.
    """
    component = st.components.v2.component("replay", html=_HTML, css=_CSS, js=_JS)
    component(key="replay", data=_data(known_networks.owner(), key, theme.current(), record))


@st.cache_resource(max_entries=32, show_spinner=False)
def _data(owner: str, key: str, look: Theme, _record: RunRecord) -> dict[str, Any]:
    found = replay(record=_record, theme=look)
    return {
        **found._asdict(),
        "moments": [moment._asdict() for moment in found.moments],
        "size": look.size,
        "colours": {"rest": look.rest, "training": look.first_line, "validation": look.second_line},
    }
