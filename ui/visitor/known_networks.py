"""Which networks a visitor can read with, and which one reads. No torch: the first page need not wait for it."""

from typing import cast

import streamlit as st

from ui.frame import state
from ui.visitor import store

SHIPPED_NAME = "Ready-made network"
_OWN, _IN_USE = "own networks", "network in use"


def own() -> list[store.TrainedModel]:
    """The visitor's networks, the oldest first, as they were when the drawing of this page began.

    While a page is drawn a run may end, or a network be forgotten. All of the page has the same ones until it is drawn
    anew.
    """
    return _settled()[1]


def owner() -> str:
    """Whose these are: what to key a cache by. Who was forgotten and is back is somebody else, with the same keys."""
    return _settled()[0]


def _settled() -> tuple[str, list[store.TrainedModel]]:
    settled = state.settled()
    if _OWN not in settled:
        visitor = store.visitor()
        settled[_OWN] = visitor.name, visitor.models
    return cast("tuple[str, list[store.TrainedModel]]", settled[_OWN])


def is_behind() -> bool:
    """Whether the visitor has other networks by now than this page was drawn with."""
    return [trained.key for trained in own()] != [trained.key for trained in store.visitor().models]


def names() -> dict[str, str]:
    """The models this visitor can read with, by key, the newest first and the shipped one last."""
    known = {trained.key: trained.name for trained in reversed(own()) if trained.has_learned}
    return {**known, state.SHIPPED: SHIPPED_NAME}


def key_in_use() -> str:
    """The key of the model that reads: the reader's choice, else the best one known. It stays as ``own`` does."""
    settled = state.settled()
    if _IN_USE not in settled:
        state.accept_offered_model()
        choice = st.session_state.get("model")
        settled[_IN_USE] = choice if choice in names() else best()
    return str(settled[_IN_USE])


def best() -> str:
    """The key of the network with the highest accuracy on MNIST's validation images; the shipped one, as a rule.

    On generated digits a network comes further with less: what it reached there says nothing beside MNIST's.
    """
    rivals = {
        trained.key: trained.headline
        for trained in own()
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
