"""What you have seen."""

import streamlit as st

from ui.frame import lesson


def soon() -> None:
    st.write("soon")


lesson.show(soon)
