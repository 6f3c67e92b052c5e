"""You against the network."""

import streamlit as st

from ui.frame import lesson


def soon() -> None:
    st.write("soon")


lesson.show(soon)
