"""The small networks that separate two rings of points, trained once and shared; for reading only."""

import streamlit as st

from mnist_core.lessons.layers_rings import Separation, separate


@st.cache_resource(max_entries=64, show_spinner=False)
def separation(activation: str, hidden: int, seed: int) -> Separation:
    """What a small network makes of two rings of points."""
    return separate(activation, hidden, seed)
