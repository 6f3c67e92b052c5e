"""Which networks a visitor can read with, and which one reads. No torch: the first page need not wait for it."""

import streamlit as st

from ui.frame import state
from ui.visitor import store

SHIPPED_NAME = "Ready-made network"


def names() -> dict[str, str]:
    """The models this visitor can read with, by key, the newest first and the shipped one last."""
    own = {trained.key: trained.name for trained in reversed(store.visitor().models) if trained.has_learned}
    return {**own, state.SHIPPED: SHIPPED_NAME}


def key_in_use() -> str:
    """The key of the model that reads: the reader's choice, else the one trained last, else the shipped one."""
    state.accept_offered_model()
    known = names()
    choice = st.session_state.get("model")
    return choice if choice in known else next(iter(known))
