"""Who trains what: starting and stopping a run, finding it again after a reload, and showing it while it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_core.jobs import ENDED, FORGET_AFTER, Job, Snapshot, State
from ui import resources, state

if TYPE_CHECKING:
    from mnist_core.data import Splits
    from mnist_core.experiments import RunRecord
    from mnist_core.model import MLP, MLPConfig
    from mnist_core.training import TrainingConfig

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "momentum": "SGD with momentum", "sgd": "SGD"}
MOST_MODELS = 8  # kept for a visitor; the oldest goes first
EXAMPLES_PER_EVENT = 1_024  # a run can be stopped after so many, which takes far less than half a second
STOP_SECONDS = 0.5  # the next step of a run is not longer


@dataclass(frozen=True)
class TrainedModel:
    """A network a visitor has trained, in eval mode, with the record of its training."""

    key: str
    name: str
    model: MLP
    record: RunRecord


@dataclass(frozen=True)
class Experiment:
    """A lesson's small training, and the settings it was started with."""

    job: Job[Any]
    setting: object


@dataclass
class Visitor:
    """What one browser tab has going and has made."""

    last_seen: float
    runs_started: int = 0
    job: Job[RunRecord] | None = None
    in_training: MLP | None = None
    models: list[TrainedModel] = field(default_factory=list)
    last: Snapshot[RunRecord] | None = None  # how the last run ended
    experiments: dict[str, Experiment] = field(default_factory=dict)  # of the lessons, by name
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_training(self) -> bool:
        """Whether a run goes on, waits or rests."""
        return self.job is not None


class Visitors:
    """All visitors by the name of their tab. Those not seen for half an hour are forgotten with all they had."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_name: dict[str, Visitor] = {}

    def find(self, name: str) -> Visitor:
        """The visitor of this name, who is thereby seen; a new one if they are unknown."""
        now = self._clock()
        with self._lock:
            for gone in [n for n, visitor in self._by_name.items() if now - visitor.last_seen > FORGET_AFTER]:
                forgotten = self._by_name.pop(gone)
                for job in (forgotten.job, *(experiment.job for experiment in forgotten.experiments.values())):
                    if job:
                        job.cancel()
            visitor = self._by_name.setdefault(name, Visitor(now))
            visitor.last_seen = now
            return visitor


@st.cache_resource(show_spinner=False)
def visitors() -> Visitors:
    """Everyone on this server."""
    return Visitors()


def visitor() -> Visitor:
    """Whoever sits before this page. Their run, should it rest for want of them, goes on; if it ended, it is noted."""
    found = visitors().find(state.current_holder())
    with found.lock:
        for experiment in found.experiments.values():
            experiment.job.touch()
        if found.job:
            found.job.touch()
            _note_end(found, found.job)
    return found


def _note_end(visitor: Visitor, job: Job[RunRecord]) -> None:
    """Keeps the model of a run that is over, if it learned anything."""
    snapshot = job.snapshot()
    if snapshot.state not in ENDED:
        return
    record, model = snapshot.latest, visitor.in_training
    visitor.job = visitor.in_training = None
    visitor.last = snapshot
    if record is None or model is None or snapshot.state is State.FAILED or not record.steps:
        return
    key = f"run-{visitor.runs_started}"
    visitor.models = [*visitor.models, TrainedModel(key, _name(visitor.runs_started, record), model.eval(), record)]
    visitor.models = visitor.models[-MOST_MODELS:]
    state.offer_model(key)


def _name(number: int, record: RunRecord) -> str:
    if record.test:
        reached = f"{record.test.accuracy:.1%} in its final test"
    else:
        reached = f"stopped after {record.examples / record.train_size:.1f} epochs"
    return f"Your network {number}: {settings(record)}, {reached}"


def settings(record: RunRecord) -> str:
    """What was trained and how, in a line, so that runs can be told apart."""
    config = record.training_config
    return (
        f"{record.model_config.label} on {record.dataset}, {OPTIMIZERS[config.optimizer]} at {config.learning_rate:g}, "
        f"batches of {config.batch_size}, epochs: {config.epochs}, seed {config.seed}"
    )


def start(visitor: Visitor, model_config: MLPConfig, config: TrainingConfig, splits: Splits) -> None:
    """Begins a run for a visitor, unless they have one going."""
    from mnist_core.experiments import run
    from mnist_core.training import new_model

    with visitor.lock:
        if visitor.job:
            return
        model = new_model(model_config, config.seed)
        visitor.runs_started += 1
        visitor.last = None
        visitor.in_training = model
        visitor.job = resources.jobs().submit(run(model, splits, config))


def stop(visitor: Visitor) -> None:
    """Ends the visitor's run before its next batches; what it learned so far is kept."""
    with visitor.lock:
        if visitor.job:
            visitor.job.cancel()
            visitor.job.wait(STOP_SECONDS)  # so that the page drawn next shows the end at once


def poll_seconds() -> float:
    """How often a page looks at a run: often while few train, so that a short run too is worth watching."""
    return min(2.0, 0.3 * max(1, resources.jobs().active()))
