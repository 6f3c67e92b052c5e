"""The networks that lessons look into, trained or found once and shared; for reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import dataset, resources, status, training_panel

if TYPE_CHECKING:
    from mnist_core.data import Splits
    from mnist_core.model import MLP
    from mnist_core.neurons import Snapshot
    from mnist_core.rings import Separation

MOMENTS = (0, 1, 3, 10, 30, 100, 300, 1000)  # batches, each about three times the one before
LEARNS_FROM = 10_000  # images: as many as there are generated digits, and a second's work


def learning_layer() -> list[Snapshot]:
    """A single dense layer at ``MOMENTS`` of its training on the digits in use."""
    with st.spinner("A network of one layer is being trained. It takes a second or two."):
        splits = dataset.splits()  # on a server just started this waits too, until digits are drawn
        return _learning_layer(splits.name, splits)


@st.cache_resource(max_entries=2, show_spinner=False)
def _learning_layer(name: str, _splits: Splits) -> list[Snapshot]:
    from mnist_core import neurons

    return neurons.learning_layer(_splits.train.subset(slice(0, LEARNS_FROM)), _splits.validation, MOMENTS)


@st.cache_resource(max_entries=64, show_spinner=False)
def separation(activation: str, hidden: int, seed: int) -> Separation:
    """What a small network makes of two rings of points."""
    from mnist_core import rings

    return rings.separate(activation, hidden, seed)


def model_in_use() -> tuple[MLP, str]:
    """The network that reads, and its name: for a page that lets it read, or shows what it does."""
    key = status.model_in_use()
    for trained in training_panel.visitor().models:
        if trained.key == key:
            return trained.model, f"your network {trained.record.model_config.label}"
    shipped = resources.shipped_model()
    return shipped, f"the ready-made network {shipped.config.label}"


def with_hidden_layer() -> tuple[MLP, str]:
    """The same, unless that network has no hidden layer: then the ready-made one."""
    model, name = model_in_use()
    if model.config.hidden_sizes:
        return model, name
    shipped = resources.shipped_model()
    return shipped, f"the ready-made network {shipped.config.label}"
