"""The small networks that separate two rings of points, trained once and shared; for reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from mnist_core.lessons.layers_rings import Separation


@st.cache_resource(max_entries=64, show_spinner=False)
def separation(activation: str, hidden: int, seed: int) -> Separation:
    """What a small network makes of two rings of points."""
    from mnist_core.lessons import layers_rings

    return layers_rings.separate(activation, hidden, seed)
