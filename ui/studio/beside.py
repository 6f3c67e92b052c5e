"""The places of a stage: buttons and sliders on the left, and beside them what comes of them."""

from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.frame import state

_CSS = (state.COMPONENTS / "studio.css").read_text(encoding="utf-8")


class Places(NamedTuple):
    """Where the parts stand; on a phone in this order, the sliders two in a row.

    Attributes:
        buttons: What starts something.
        sliders: What it is started with.
        view: What is to be seen of it.
    """

    buttons: DeltaGenerator
    sliders: DeltaGenerator
    view: DeltaGenerator


def places() -> Places:
    """Makes the places of the scene being drawn, once in each scene."""
    st.html(f"<style>{_CSS}</style>")
    scene = state.scene_now()
    with st.container(key=f"studio_{scene}"):
        left, view = st.columns([3, 8], gap="medium")
    with left:
        return Places(st.container(), st.container(key=f"studio_sliders_{scene}"), view)
