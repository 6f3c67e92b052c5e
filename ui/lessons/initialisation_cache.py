"""What the lesson on first weights works out once and then shows everyone; for reading only."""

import streamlit as st

from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons.initialisation import IMAGES, WIDTH, drawn, gradient_sizes
from mnist_core.lessons.initialisation_race import ACTIVATIONS, Grown, grow
from mnist_core.network.model import MLPConfig


def gradients(splits: Splits, depth: int, seed: int) -> dict[str, list[float]]:
    """For each activation, how large the gradient of some training images is in each layer of a new network."""
    return _gradients(splits.name, len(splits.train), depth, seed, splits)


@st.cache_data(max_entries=100, show_spinner=False)
def _gradients(name: str, size: int, depth: int, seed: int, _splits: Splits) -> dict[str, list[float]]:
    some = _splits.train.subset(slice(0, IMAGES))
    models = {called: drawn(MLPConfig((WIDTH,) * depth, kind), 1.0, seed) for called, kind in ACTIVATIONS.items()}
    return {called: gradient_sizes(model, normalize(some.images), some.labels) for called, model in models.items()}


def grown(splits: Splits, beginning: str, seed: int) -> dict[int, Grown]:
    """A small network at some moments of its first batches, see ``grow``."""
    return _grown(splits.name, len(splits.train), beginning, seed, splits)


@st.cache_resource(max_entries=24, show_spinner=False)
def _grown(name: str, size: int, beginning: str, seed: int, _splits: Splits) -> dict[int, Grown]:
    return grow(beginning, _splits, seed)
