"""The temperature that fits the network in use, looked for once and shared; for reading only."""

import streamlit as st

from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.evaluation.calibration import TemperatureSearch, search_temperature
from ui.frame import dataset
from ui.visitor import networks


def temperature_search(evaluation: Evaluation, temperatures: tuple[float, ...]) -> TemperatureSearch:
    """The best temperature for the network in use, and the loss at others.

    Args:
        evaluation: From ``networks.validation()``.
        temperatures: Above 0.
    """
    name, size = dataset.splits().name, len(evaluation.labels)
    return _search(*networks.owner_and_key(), name, size, temperatures, evaluation)


@st.cache_resource(max_entries=32, show_spinner=False)
def _search(
    owner: str, key: str, name: str, size: int, temperatures: tuple[float, ...], _evaluation: Evaluation
) -> TemperatureSearch:
    return search_temperature(_evaluation, temperatures)
