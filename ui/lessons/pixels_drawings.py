"""The thousand drawings that the lesson on preprocessing measures with: made once, then shared by all visitors."""

import atexit
import threading
from collections.abc import Iterator

import streamlit as st
from torch import Tensor

from mnist_core.data.dataset import Splits
from mnist_core.lessons import pixels
from mnist_core.lessons.pixels import ALL, Cost, Stages, Trial
from mnist_core.network.model import MLP
from ui.frame import dataset
from ui.visitor import networks

SEED = 0  # of which images, their sizes and their places


class Making:
    """Drawings in the making, on a thread of their own: they take some seconds, for which no page need wait.

    Attributes:
        trial: Those that are made so far, if any.
    """

    def __init__(self, trials: Iterator[Trial]) -> None:
        self.trial: Trial | None = None
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._work, args=(trials,), daemon=True, name="drawings")
        self._thread.start()
        atexit.register(self._end)  # a process that ends while a thread is inside torch ends in an abort

    def _work(self, trials: Iterator[Trial]) -> None:
        for self.trial in trials:
            if self._is_ending.is_set():
                return

    def _end(self) -> None:
        self._is_ending.set()
        self._thread.join()

    @property
    def is_done(self) -> bool:
        """Whether all are made."""
        return not self._thread.is_alive()


def making() -> Making:
    """The drawings made of the digits in use; whoever asks first sets it going."""
    splits = dataset.splits()
    return _making(splits.name, len(splits.validation), splits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _making(name: str, size: int, _splits: Splits) -> Making:
    return Making(pixels.trials(_splits.validation, SEED))


def rights(trial: Trial, stages: Stages) -> Tensor:
    """Which of the drawings the network in use reads rightly: torch.bool [N]."""
    splits = dataset.splits()
    model, _ = networks.model_in_use()
    return _rights(*networks.owner_and_key(), splits.name, len(splits.validation), stages, model, trial)


@st.cache_resource(max_entries=512, show_spinner=False)  # a kilobyte each
def _rights(owner: str, key: str, name: str, size: int, stages: Stages, _model: MLP, _trial: Trial) -> Tensor:
    return pixels.rights(_model, _trial, stages)


def found(trial: Trial, stages: Stages) -> Cost:
    """What it costs the network in use that only these stages are taken."""
    return pixels.cost(rights(trial, ALL), rights(trial, stages))
