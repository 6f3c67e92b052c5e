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
    """The key of the model that reads: the reader's choice, else the best one known."""
    state.accept_offered_model()
    choice = st.session_state.get("model")
    return choice if choice in names() else best()


def best() -> str:
    """The key of the network with the highest accuracy on MNIST's validation images; the shipped one, as a rule.

    On generated digits a network comes further with less: what it reached there says nothing beside MNIST's.
    """
    rivals = {
        trained.key: trained.headline
        for trained in store.visitor().models
        if trained.has_learned and trained.headline and trained.card.get("dataset") == state.MNIST
    }
    if not rivals:
        return state.SHIPPED
    from mnist_core.network.checkpoint import shipped_card  # torch is there, if a network was trained

    key = max(rivals, key=lambda each: rivals[each] or 0.0)
    return key if (rivals[key] or 0.0) > shipped_card()["validation_accuracy"] else state.SHIPPED


def choose(key: str) -> None:
    """Makes a network the one that reads, from the next run on."""
    state.offer_model(key)
