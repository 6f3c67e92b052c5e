"""The hill of each data set, worked out once and shared; for reading only."""

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.lessons import step_hill
from mnist_core.lessons.step_hill import Hill
from mnist_core.network.model import MLP


def hill(splits: Splits, seed: int) -> Hill:
    """The hill of the batch with this seed."""
    return _hill(splits.name, len(splits.train), seed, splits)


def surface(splits: Splits, seed: int) -> list[list[float]]:
    """Its losses over a plane."""
    return _surface(splits.name, len(splits.train), seed, splits)


@st.cache_resource(max_entries=2, show_spinner=False)
def _network(name: str, size: int, _splits: Splits) -> MLP:
    return step_hill.network(_splits)


@st.cache_resource(max_entries=16, show_spinner=False)
def _hill(name: str, size: int, seed: int, _splits: Splits) -> Hill:
    return step_hill.hill(_network(name, size, _splits), step_hill.batches(_splits, seed)[0])


@st.cache_resource(max_entries=16, show_spinner=False)
def _surface(name: str, size: int, seed: int, _splits: Splits) -> list[list[float]]:
    return step_hill.surface(_network(name, size, _splits), *step_hill.batches(_splits, seed))
