"""Which network is judged on the page on certainty, and the temperature that fits it; for reading only."""

from typing import NamedTuple

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.evaluation.calibration import TemperatureSearch, search_temperature
from mnist_core.lessons.certainty import train_quickly
from ui.frame import dataset, link
from ui.visitor import networks

QUICK, READER = "Quickly trained", "The one that reads"


class Judged(NamedTuple):
    """A network, by what it makes of the validation images.

    Attributes:
        owner: Whose it is, and ...
        key: ... which of theirs: what to key a cache by.
        name: As a sentence begins with it.
        evaluation: Of the validation images.
    """

    owner: str
    key: str
    name: str
    evaluation: Evaluation


def chosen(*, answered: bool = True) -> Judged | None:
    """Draws the choice of a network, pale before the question is answered.

    Returns:
        What it makes of the validation images; None if its scores are no numbers, which is said.
    """
    which = link.buttons(
        "Which network", "certainty_net", (QUICK, READER), QUICK, label_visibility="collapsed", disabled=not answered
    )
    if which == QUICK:
        splits = dataset.splits()
        judged = Judged("", "quick", "That network", _quick(splits.name, len(splits.train), splits))
    else:
        name = networks.model_in_use()[1]
        judged = Judged(*networks.owner_and_key(), name[0].upper() + name[1:], networks.validation())
    if not judged.evaluation.logits.isfinite().all():
        st.info("Some of its scores are not numbers. Choose the other network.", icon=":material/info:")
        return None
    return judged


@st.cache_resource(max_entries=4, show_spinner=False)
def _quick(name: str, size: int, _splits: Splits) -> Evaluation:
    return evaluate(train_quickly(_splits), _splits.validation)


def temperature_search(judged: Judged, temperatures: tuple[float, ...]) -> TemperatureSearch:
    """The best temperature for a network, and the loss at others.

    Args:
        judged: From ``chosen``.
        temperatures: Above 0.
    """
    name, size = dataset.splits().name, len(judged.evaluation.labels)
    return _search(judged.owner, judged.key, name, size, temperatures, judged.evaluation)


@st.cache_resource(max_entries=32, show_spinner=False)
def _search(
    owner: str, key: str, name: str, size: int, temperatures: tuple[float, ...], _evaluation: Evaluation
) -> TemperatureSearch:
    return search_temperature(_evaluation, temperatures)
