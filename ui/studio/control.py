"""Who trains what: starting, pausing and stopping a run, and finding it again after a reload."""

import copy
import time
from typing import Any

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.jobs import TURN, Snapshot
from mnist_core.lessons.train import look_at
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import RateDial, TrainingConfig, batch_at, new_model
from mnist_core.training.records import run
from mnist_core.training.start import Start
from ui.frame import resources
from ui.visitor.store import Going, Visitor

STILL_SECONDS = 0.5  # that a page waits for a run to stop, pause or do a batch, which takes less
WAITING_SECONDS = 2.0  # between two looks at a run that waits in line
LONG_WAIT, LONG_WAITING_SECONDS = 20.0, 6.0  # with more seconds left than this, little changes from look to look
PHASES = ("forward", "loss", "gradient", "update")
PHASE_SECONDS = 1.0  # that each phase of a batch is shown in slow motion


def start(
    visitor: Visitor,
    model_config: MLPConfig,
    config: TrainingConfig,
    splits: Splits,
    *,
    held: bool,
    begin_with: Start | None = None,
) -> None:
    """Begins a run for a visitor, unless they have one going.

    Args:
        visitor: Whose it is.
        model_config: The network.
        config: How it is trained.
        splits: On what.
        held: Whether it rests before its first batch.
        begin_with: A network whose weights it begins with, of that shape; None: with random ones.
    """
    with visitor.lock:
        if visitor.going:
            return
        model = begin_with.network() if begin_with else new_model(model_config, config.seed)
        dial = RateDial()
        visitor.runs_started += 1
        visitor.last = None
        training = run(model, splits, config, dial=dial, start=begin_with)
        job = resources.jobs().submit(training, lambda record: record.share_done, held=held, owner=id(visitor))
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
    """Lets a run that rests go on to the end of its epoch; at an epoch's end, to that of the next."""
    with visitor.lock:
        if not visitor.going:
            return
        record = visitor.going.job.snapshot().latest
        # Not the epochs reported: a run that rests after an epoch's last batch has not been validated yet.
        done = record.steps // record.steps_per_epoch if record else 0
        visitor.going.slow_since = visitor.going.seen = None
        visitor.going.job.go_on(lambda now: done < len(now.epochs) < now.training_config.epochs)


def one_batch(visitor: Visitor) -> None:
    """Lets a run that rests learn from one batch, before everyone else's turn, and takes that batch apart."""
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


def in_line(snapshot: Snapshot[Any]) -> str:
    """How long a job waits that does so, in a sentence or two: how many go first, and when it is done."""
    done = "" if snapshot.left is None else f" Yours is done in {words.about(snapshot.left)}."
    return f"You are number {snapshot.place} in line on this server.{done}"


def poll_seconds(snapshot: Snapshot[Any] | None) -> float:
    """How often a page looks at a job: as often as it may show something new.

    The one that works shows something new after each turn. One that waits in line has only its place and time to
    show. What thirty visitors then cost, benchmarks/class_trains.py measures: each look takes time from the trainings.
    """
    if snapshot and not snapshot.place:
        return TURN
    is_long = snapshot is not None and snapshot.left is not None and snapshot.left > LONG_WAIT
    return LONG_WAITING_SECONDS if is_long else WAITING_SECONDS


def is_time_to_change(every: float | None, wanted: float | None) -> bool:
    """Whether a page that looks every so many seconds should look much more or less often, or no longer."""
    if every is None or wanted is None:
        return every is not None
    return not 0.5 < wanted / every < 2
