"""The thousand drawings that the lesson on preprocessing measures with: made once, then shared by all visitors."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

import streamlit as st

from ui import dataset, networks, resources

if TYPE_CHECKING:
    from torch import Tensor

    from mnist_core.data import Splits
    from mnist_core.lens import Cost, Stages, Trial
    from mnist_core.model import MLP

SEED = 0  # of which images, their sizes and their places


def begin() -> Future[Trial]:
    """The drawings of the digits in use, prepared in every way; they may be still being made."""
    splits = dataset.splits()
    return _trial(splits.name, len(splits.validation), splits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _trial(name: str, size: int, _splits: Splits) -> Future[Trial]:
    from mnist_core.lens import trial

    # While the reader draws: they take some seconds, and the page need not wait.
    return resources.in_background(lambda: trial(_splits.validation, SEED))


def rights(trial: Trial, stages: Stages) -> Tensor:
    """Which of the drawings the network in use reads rightly: torch.bool [N]."""
    splits = dataset.splits()
    model, _ = networks.model_in_use()
    return _rights(*networks.owner_and_key(), splits.name, len(splits.validation), stages, model, trial)


@st.cache_resource(max_entries=512, show_spinner=False)  # a kilobyte each
def _rights(owner: str, key: str, name: str, size: int, stages: Stages, _model: MLP, _trial: Trial) -> Tensor:
    from mnist_core.lens import rights

    return rights(_model, _trial, stages)


def found(trial: Trial, stages: Stages) -> Cost:
    """What it costs the network in use that only these stages are taken."""
    from mnist_core.lens import ALL, cost

    return cost(rights(trial, ALL), rights(trial, stages))
