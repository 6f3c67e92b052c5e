"""Who trains what: starting, pausing and stopping a run, and finding it again after a reload."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from mnist_core.jobs import ENDED, FORGET_AFTER, TURN, Job, Snapshot, State
from ui import resources, state
from ui.drawing import Pad

if TYPE_CHECKING:
    from mnist_core.checkpoint import Checkpoint
    from mnist_core.collection import OwnDigit
    from mnist_core.comparison import Band
    from mnist_core.data import Splits
    from mnist_core.duel import Duel
    from mnist_core.experiments import RunRecord, Score
    from mnist_core.model import MLP, MLPConfig
    from mnist_core.one_batch import BatchSeen
    from mnist_core.training import Dial, TrainingConfig
    from ui.teaching import Desk

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "momentum": "SGD with momentum", "sgd": "SGD"}
MOST_MODELS = 8  # kept for a visitor; the oldest goes first
STILL_SECONDS = 0.5  # that a page waits for a run to stop, pause or do a batch, which takes less
FEW = 10_000  # training images; a run on fewer was meant to have few
WAITING_SECONDS = 2.0  # between two looks at a run that waits in line
PHASES = ("forward", "loss", "gradient", "update")
PHASE_SECONDS = 1.0  # that each phase of a batch is shown in slow motion

Mode = Literal["idle", "running", "paused", "slow"]
Ending = Literal["finished", "stopped", "diverged"]


@dataclass(frozen=True)
class TrainedModel:
    """A network a visitor has trained or loaded.

    Attributes:
        key: What it goes by in the session.
        name: What the reader calls it.
        model: In eval mode; only looked at.
        card: What a file of its weights says of it.
        record: Of its training; None if it came from a file.
        ending: How that ended.
        seconds: Of training, other visitors' turns not counted.
        validation: Its score on the validation images of the digits it learned from, as it is now.
    """

    key: str
    name: str
    model: MLP
    card: dict[str, Any]
    record: RunRecord | None = None
    ending: Ending = "finished"
    seconds: float = 0.0
    validation: Score | None = None

    @property
    def has_learned(self) -> bool:
        """Whether there is something to read with: a run that diverged at once went back to its first weights."""
        return self.record is None or self.record.learned_steps > 0


@dataclass(frozen=True)
class Experiment:
    """A lesson's small training, and the settings it was started with."""

    job: Job[Any]
    setting: object


@dataclass
class Going:
    """A run that goes on, waits or rests.

    Attributes:
        job: Its place in the queue.
        model: What it trains. Nobody reads its weights while the job works.
        dial: Its learning rate.
        splits: What it learns from.
        seen: The last batch it was stepped by, taken apart.
        slow_since: Since when that batch is shown in slow motion; None when it is not.
    """

    job: Job[RunRecord]
    model: MLP
    dial: Dial
    splits: Splits
    seen: BatchSeen | None = None
    slow_since: float | None = None


@dataclass
class Visitor:
    """What one browser tab has going and has made."""

    last_seen: float
    runs_started: int = 0
    files_loaded: int = 0
    going: Going | None = None
    models: list[TrainedModel] = field(default_factory=list)
    last: Snapshot[RunRecord] | None = None  # how the last run ended
    experiments: dict[str, Experiment] = field(default_factory=dict)  # of the lessons, by name
    bands: dict[str, Band] = field(default_factory=dict)  # the same settings with five seeds, by name
    duels: dict[tuple[str, str], Duel] = field(default_factory=dict)  # with each network, on each set of digits
    pad: Pad = field(default_factory=Pad)  # what they drew last
    desks: dict[str, Desk] = field(default_factory=dict)  # where they teach a copy of each network, by its key
    copies_kept: int = 0
    own_digits: list[OwnDigit] = field(default_factory=list)  # their own test set, the oldest first
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def is_training(self) -> bool:
        """Whether a run goes on, waits or rests."""
        return self.going is not None

    @property
    def mode(self) -> Mode:
        """What the run does now; the buttons depend on it."""
        going = self.going
        if going is None:
            return "idle"
        if going.slow_since is not None:
            return "slow"
        return "paused" if going.job.snapshot().is_held else "running"


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
                for experiment in forgotten.experiments.values():
                    experiment.job.cancel()
                if forgotten.going:
                    forgotten.going.job.cancel()
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
        if found.going:
            found.going.job.touch()
            _note_end(found, found.going)
    return found


def _note_end(visitor: Visitor, going: Going) -> None:
    """Keeps the model of a run that is over, if it learned anything."""
    from mnist_core.experiments import score

    snapshot = going.job.snapshot()
    if snapshot.state not in ENDED:
        return
    visitor.going = None
    visitor.last = snapshot
    record = snapshot.latest
    if record is None or not record.steps or (snapshot.state is State.FAILED and not record.diverged):
        return
    key = f"run-{visitor.runs_started}"
    ending: Ending = "diverged" if record.diverged else "finished" if record.test else "stopped"
    name = f"Your network {visitor.runs_started}: {settings(record)}, {reached(record)}"
    validation = score(going.model, going.splits.validation)
    card = record.card() | {"validation_accuracy": round(validation.accuracy, 4)}
    trained = TrainedModel(key, name, going.model.eval(), card, record, ending, snapshot.worked, validation)
    visitor.models = [*visitor.models, trained][-MOST_MODELS:]
    if trained.has_learned:
        state.offer_model(key)


def reached(record: RunRecord) -> str:
    """How far a run came, in a few words."""
    if record.test:
        return f"{record.test.accuracy:.1%} in its final test"
    if record.diverged:
        back = f"batch {record.learned_steps:,}" if record.learned_steps else "its first weights"
        return f"back at {back} after its loss exploded"
    if record.examples < 0.1 * record.train_size:
        return f"stopped after {record.steps:,} batch{'es' if record.steps > 1 else ''}"
    return f"stopped after {record.examples / record.train_size:.1f} epochs"


def settings(record: RunRecord) -> str:
    """What was trained and how, in a line, so that runs can be told apart."""
    model, config = record.model_config, record.training_config
    parts = [
        f"{model.label} on {record.dataset}",
        f"{OPTIMIZERS[config.optimizer]} at {config.learning_rate:g}",
        f"batches of {config.batch_size}",
        f"epochs: {config.epochs}",
        f"seed {config.seed}",
        *([f"learning rate turned to {record.learning_rate:g}"] if record.rates else ()),
        *(["one-cycle"] if config.schedule == "one-cycle" else ()),
        *([model.activation] if model.hidden_sizes and model.activation != "relu" else ()),
        *([f"{model.dropout:.0%} dropout"] if model.hidden_sizes and model.dropout else ()),
        *([f"weight decay {config.weight_decay:g}"] if config.weight_decay else ()),
        *([f"{record.train_size:,} images"] if record.train_size < FEW else ()),
        *([] if config.shuffle else ["not shuffled"]),
    ]
    return ", ".join(parts)


def add_loaded(visitor: Visitor, checkpoint: Checkpoint) -> None:
    """Keeps a network that came from a file beside those that were trained here, and reads with it."""
    with visitor.lock:
        visitor.files_loaded += 1
        key = f"file-{visitor.files_loaded}"
        name = f"From file {visitor.files_loaded}: {checkpoint.model.config.label}"
        visitor.models = [*visitor.models, TrainedModel(key, name, checkpoint.model, checkpoint.card)][-MOST_MODELS:]
        state.offer_model(key)


def add_taught(visitor: Visitor, name: str, model: MLP, card: dict[str, Any]) -> None:
    """Keeps a copy that was taught by hand beside the networks that were trained here, and reads with it."""
    with visitor.lock:
        visitor.copies_kept += 1
        key = f"taught-{visitor.copies_kept}"
        visitor.models = [*visitor.models, TrainedModel(key, name, model, card)][-MOST_MODELS:]
        state.offer_model(key)


def start(visitor: Visitor, model_config: MLPConfig, config: TrainingConfig, splits: Splits, *, held: bool) -> None:
    """Begins a run for a visitor, unless they have one going.

    Args:
        visitor: Whose it is.
        model_config: The network.
        config: How it is trained.
        splits: On what.
        held: Whether it rests before its first batch.
    """
    from mnist_core.experiments import run
    from mnist_core.training import Dial, new_model

    with visitor.lock:
        if visitor.going:
            return
        model, dial = new_model(model_config, config.seed), Dial()
        visitor.runs_started += 1
        visitor.last = None
        job = resources.jobs().submit(run(model, splits, config, dial=dial), held=held)
        visitor.going = Going(job, model, dial, splits)


def stop(visitor: Visitor) -> None:
    """Ends the visitor's run before its next batch; what it learned so far is kept."""
    with visitor.lock:
        if visitor.going:
            visitor.going.job.cancel()
            visitor.going.job.wait(STILL_SECONDS)  # so that the page drawn next shows the end at once


def pause(visitor: Visitor) -> None:
    """Lets the run rest after the batch under way."""
    with visitor.lock:
        if visitor.going:
            visitor.going.slow_since = None
            visitor.going.job.pause()
            visitor.going.job.wait(STILL_SECONDS)


def go_on(visitor: Visitor) -> None:
    """Lets a run that rests go on to its end."""
    with visitor.lock:
        if visitor.going:
            visitor.going.slow_since = visitor.going.seen = None
            visitor.going.job.go_on()


def one_epoch(visitor: Visitor) -> None:
    """Lets a run that rests go on to the end of its epoch."""
    with visitor.lock:
        if not visitor.going:
            return
        record = visitor.going.job.snapshot().latest
        done = len(record.epochs) if record else 0
        visitor.going.slow_since = visitor.going.seen = None
        visitor.going.job.go_on(lambda now: done < len(now.epochs) < now.training_config.epochs)


def one_batch(visitor: Visitor) -> None:
    """Lets a run that rests learn from one batch, before everyone else's turn, and takes that batch apart."""
    from mnist_core.one_batch import look_at
    from mnist_core.training import batch_at

    with visitor.lock:
        going = visitor.going
        if going is None or not going.job.wait(STILL_SECONDS):
            return
        record = going.job.snapshot().latest
        done = record.steps if record else 0
        before = copy.deepcopy(going.model)
        going.job.go_on(lambda now: now.steps > done, first=True)
        going.job.wait(STILL_SECONDS)
        record = going.job.snapshot().latest
        if record and record.steps == done + 1:
            batch = batch_at(going.splits.train, record.training_config, done)
            going.seen = look_at(before, going.model, batch, done + 1)


def _now() -> float:
    return time.monotonic()


def slow_motion(visitor: Visitor) -> None:
    """Lets a run that rests go on a batch at a time, so slowly that its phases can be followed."""
    with visitor.lock:
        if visitor.going:
            one_batch(visitor)
            visitor.going.slow_since = _now()


def phase(visitor: Visitor) -> int:
    """How many of the ``PHASES`` of the batch on show have begun; in slow motion, it takes the next batch when due."""
    with visitor.lock:
        going = visitor.going
        if going is None or going.slow_since is None:
            return len(PHASES)
        shown = int((_now() - going.slow_since) / PHASE_SECONDS)
        if shown >= len(PHASES):
            slow_motion(visitor)
            shown = 0
        return shown + 1


def turn_rate(visitor: Visitor, learning_rate: float) -> None:
    """Sets the learning rate of the run that goes on, from its next batch."""
    with visitor.lock:
        if visitor.going:
            visitor.going.dial.turn(learning_rate)


def poll_seconds(snapshot: Snapshot[Any] | None) -> float:
    """How often a page looks at a job: as often as it may show something new.

    Of those that take turns each works a quarter of a second in every round. One that waits in line has only its
    place to show. What thirty visitors then cost, benchmarks/class_of_thirty.py measures.
    """
    if snapshot is None or snapshot.place:
        return WAITING_SECONDS
    return TURN * snapshot.sharing


def is_time_to_change(every: float | None, wanted: float | None) -> bool:
    """Whether a page that looks every so many seconds should look much more or less often, or no longer."""
    if every is None or wanted is None:
        return every is not None
    return not 0.5 < wanted / every < 2
