"""What is looked for once and shared: the network that is surer than right, and the temperature that fits one."""

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.evaluation.calibration import TemperatureSearch, search_temperature
from mnist_core.lessons.certainty import overconfident
from ui.frame import dataset
from ui.visitor import networks

SMALL, IN_USE = "Trained in a second", "In use"


def evaluation(which: str) -> Evaluation:
    """What a network makes of the validation images: the small one, ``SMALL``, or the one in use."""
    if which == IN_USE:
        return networks.validation()
    splits = dataset.splits()
    return _small(splits.name, len(splits.validation), splits)


@st.cache_resource(max_entries=4, show_spinner="A small network learns from 1,000 images …")
def _small(name: str, size: int, _splits: Splits) -> Evaluation:
    return evaluate(overconfident(_splits), _splits.validation)


def temperature_search(which: str, evaluation: Evaluation, temperatures: tuple[float, ...]) -> TemperatureSearch:
    """The best temperature for a network, and the loss at others.

    Args:
        which: The network.
        evaluation: What it makes of the validation images.
        temperatures: Above 0.
    """
    owner, key = networks.owner_and_key() if which == IN_USE else ("", SMALL)
    return _search(owner, key, dataset.splits().name, len(evaluation.labels), temperatures, evaluation)


@st.cache_resource(max_entries=32, show_spinner=False)
def _search(
    owner: str, key: str, name: str, size: int, temperatures: tuple[float, ...], _evaluation: Evaluation
) -> TemperatureSearch:
    return search_temperature(_evaluation, temperatures)
