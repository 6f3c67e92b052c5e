"""The single layer whose training the lesson shows, trained once for each data set and shared; for reading only."""

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.lessons import network
from mnist_core.lessons.network import LayerSnapshot
from ui.frame import dataset

MOMENTS = (0, 1, 3, 10, 30, 100, 300, 1000)  # batches, each about three times the one before
LEARNS_FROM = 10_000  # images: as many as there are generated digits, and a second's work


def learning_layer() -> list[LayerSnapshot]:
    """A single dense layer at ``MOMENTS`` of its training on the digits in use."""
    with st.spinner("A network of one layer is being trained. It takes a second or two."):
        splits = dataset.splits()  # on a server just started this waits too, until digits are drawn
        return _learning_layer(splits.name, splits)


@st.cache_resource(max_entries=2, show_spinner=False)
def _learning_layer(name: str, _splits: Splits) -> list[LayerSnapshot]:
    return network.learning_layer(_splits.train.subset(slice(0, LEARNS_FROM)), _splits.validation, MOMENTS)
