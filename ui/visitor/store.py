"""Who sits before each page, and what they have: runs, networks, drawings. It outlives a page and a reload."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_core.jobs import ENDED, FORGET_AFTER, PAUSE_AFTER, Job, Snapshot, State
from ui.frame import memory, resources, state
from ui.frame.shared import Shared
from ui.visitor.held import held_bytes
from ui.visitor.pad import Pad
from ui.visitor.run_in_words import reached, settings

if TYPE_CHECKING:
    from mnist_core.data.dataset import Splits
    from mnist_core.lessons.collection import OwnDigit
    from mnist_core.lessons.duel import Duel
    from mnist_core.lessons.runs_comparison import Band
    from mnist_core.lessons.train import BatchSeen
    from mnist_core.network.checkpoint import Checkpoint
    from mnist_core.network.model import MLP
    from mnist_core.training.loop import RateDial
    from mnist_core.training.records import RunRecord, Score
    from mnist_core.training.start import Start
    from ui.visitor.desk import Desk


MOST_MODELS = 8  # kept for a visitor; the oldest goes first
MOST_BYTES_OF_GONE = 100_000_000  # of what visitors have who are gone: a class on its break, two networks each
MOST_BYTES = 300_000_000  # of what all have: a class of thirty with five networks each
WEIGHED_AFTER = 5.0  # seconds from when a visitor is seen, in which most of what that brings has come
TIDY_EVERY = 60.0  # seconds

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
    def short(self) -> str:
        """What tells it from the visitor's others, in few words: a copy taught twice has its original's name twice."""
        kind, _, number = self.key.partition("-")
        return f"Taught copy {number}" if kind == "taught" else self.name.partition(":")[0]

    @cached_property
    def start(self) -> Start:
        """It as a network to begin with. What one from a file has learned from, only its maker knows."""
        from mnist_core.training.start import Start

        from_file = {"from_file": True} if self.key.startswith("file-") else {}
        return Start(self.short, self.model, self.card | from_file)

    @property
    def has_learned(self) -> bool:
        """Whether there is something to read with: a run that diverged at once went back to its first weights."""
        return self.record is None or self.record.learned_steps > 0

    @property
    def headline(self) -> float | None:
        """Its accuracy on the validation images, if that was counted here and not only said by a file."""
        if self.validation:
            return self.validation.accuracy
        return self.card.get("validation_accuracy") if self.key.startswith("taught-") else None


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
    dial: RateDial
    splits: Splits
    seen: BatchSeen | None = None
    slow_since: float | None = None


@dataclass
class Visitor:
    """What one browser tab has going and has made."""

    last_seen: float
    name: str = field(default_factory=lambda: uuid.uuid4().hex)  # another one than the tab's, which may come back anew
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
    fine_tuned: int = 0
    own_digits: list[OwnDigit] = field(default_factory=list)  # their own test set, the oldest first
    lock: threading.RLock = field(default_factory=threading.RLock)
    session: str = ""  # of Streamlit, in which they were seen last
    bytes: int = 0  # that they held when they were weighed last
    gone_since: float | None = None  # when it was noticed that their tab is closed

    def holds(self) -> int:
        """How many bytes all that they have takes, without what belongs to everyone."""
        return held_bytes([self], resources.of_everyone())

    def let_go(self) -> None:
        """Keeps nothing. Streamlit keeps the buttons of a closed tab for a while, and they know the visitor."""
        vars(self).update({name: new for name, new in vars(Visitor(self.last_seen)).items() if name != "lock"})

    @property
    def works(self) -> bool:
        """Whether a training of theirs goes on or waits in line; one that rests does neither."""
        jobs: list[Job[Any]] = [experiment.job for experiment in list(self.experiments.values())]
        going = self.going
        return any(job.state in (State.WAITING, State.RUNNING) for job in (*jobs, *([going.job] if going else ())))

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
    """All visitors by the name of their tab. Those not seen for half an hour are forgotten with all they had.

    Those who are gone may hold so many bytes together, and all may. Above that, more are forgotten: who has not been
    seen for the longest, first of those gone; one who is here only where those alone hold more than all may, and
    whoever asks at that moment never.

    Args:
        clock: Tells the seconds by which visitors are missed.
        weigh: Tells how many bytes a visitor holds.
        is_here: Whether a visitor's tab is open.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        weigh: Callable[[Visitor], int] = lambda visitor: visitor.holds(),
        is_here: Callable[[Visitor], bool] = lambda visitor: _is_open(visitor.session),
    ) -> None:
        self._clock, self._weigh, self._is_here = clock, weigh, is_here
        self._lock = threading.Lock()
        self._by_name: dict[str, Visitor] = {}  # the longest unseen first
        self._to_weigh: dict[str, float] = {}  # who may hold more than is known, and since when
        self._tidied = clock()

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def bytes(self) -> int:
        """What all hold, as far as they have been weighed."""
        return sum(visitor.bytes for visitor in list(self._by_name.values()))

    def find(self, name: str) -> Visitor:
        """The visitor of this name, who is thereby seen; a new one if they are unknown."""
        now = self._clock()
        with self._lock:
            while self._by_name and now - next(iter(self._by_name.values())).last_seen > FORGET_AFTER:
                self._forget(next(iter(self._by_name)))
            visitor = self._by_name.pop(name, None) or Visitor(now)
            self._by_name[name] = visitor
            visitor.last_seen, visitor.gone_since = now, None
            self._to_weigh.setdefault(name, now)
            weighed = self._next_to_weigh(now)
            is_time_to_tidy = now - self._tidied > TIDY_EVERY
            if is_time_to_tidy:
                self._tidied = now
        if weighed:
            weighed.bytes = self._weigh(weighed)  # takes milliseconds, in which others are found
            with self._lock:
                self._make_room(now, visitor)
        if is_time_to_tidy:
            memory.tidy()
        return visitor

    def _next_to_weigh(self, now: float) -> Visitor | None:
        """Who has been seen since they were weighed, but not in the last seconds, in which more may have come."""
        name, since = next(iter(self._to_weigh.items()))
        if now - since < WEIGHED_AFTER:
            return None
        del self._to_weigh[name]
        found = self._by_name[name]
        if found.works:  # and so may hold more soon, whether they are seen or not
            self._to_weigh[name] = now
        return found

    def _make_room(self, now: float, asking: Visitor) -> None:
        gone = {name: visitor for name, visitor in self._by_name.items() if self._is_gone(visitor, now)}
        here = [name for name, visitor in self._by_name.items() if name not in gone and visitor is not asking]
        held = sum(visitor.bytes for visitor in gone.values())
        for most, names in ((MOST_BYTES_OF_GONE, gone), (MOST_BYTES, [*gone, *here])):
            for name in names:
                if held <= most:
                    break
                if name in self._by_name:
                    held -= self._by_name[name].bytes
                    self._forget(name)
            held = self.bytes

    def _is_gone(self, visitor: Visitor, now: float) -> bool:
        """Whether somebody's tab has been closed for a while. In a shorter one it may just be loaded again."""
        if self._is_here(visitor):
            visitor.gone_since = None
        elif visitor.gone_since is None:
            visitor.gone_since = now
        return visitor.gone_since is not None and now - visitor.gone_since >= PAUSE_AFTER

    def _forget(self, name: str) -> None:
        forgotten = self._by_name.pop(name)
        self._to_weigh.pop(name, None)
        for experiment in forgotten.experiments.values():
            experiment.job.cancel()
        if forgotten.going:
            forgotten.going.job.cancel()
        if not self._is_here(forgotten):  # else a page of theirs may be drawn at this moment
            forgotten.let_go()


@Shared
def visitors() -> Visitors:
    """Everyone on this server."""
    return Visitors()


def visitor() -> Visitor:
    """Whoever sits before this page. Their run, should it rest for want of them, goes on; if it ended, it is noted."""
    found = visitors().find(state.tab_name())
    found.session = _session()
    with found.lock:
        for experiment in found.experiments.values():
            experiment.job.touch()
        if found.going:
            found.going.job.touch()
            _note_end(found, found.going)
    return found


def _session() -> str:
    """The name of what Streamlit keeps for the tab that asks. A reload makes another one."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _is_open(session: str) -> bool:
    """Whether the tab is connected to the server."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)


def _note_end(visitor: Visitor, going: Going) -> None:
    """Keeps the model of a run that is over, if it learned anything."""
    from mnist_core.network.bounds import TooLarge, can_be_read_with
    from mnist_core.training.records import score

    snapshot = going.job.snapshot()
    if snapshot.state not in ENDED:
        return
    visitor.going = None
    visitor.last = snapshot
    record = snapshot.latest
    if record is None or not record.steps or (snapshot.state is State.FAILED and not record.diverged):
        return
    if not can_be_read_with(going.model):  # the last batch can do that, and no other comes to show it
        visitor.last = replace(snapshot, state=State.FAILED, error=TooLarge())
        return
    key = f"run-{visitor.runs_started}"
    ending: Ending = "diverged" if record.diverged else "finished" if record.test else "stopped"
    validation = score(going.model, going.splits.validation)
    name = f"Your network {visitor.runs_started}: {settings(record)}, {reached(record, validation)}"
    going.model.zero_grad()  # as large as the weights
    card = record.card() | {"validation_accuracy": round(validation.accuracy, 4)}
    trained = TrainedModel(key, name, going.model.eval(), card, record, ending, snapshot.worked, validation)
    visitor.models = [*visitor.models, trained][-MOST_MODELS:]


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


def add_fine_tuned(visitor: Visitor, said: str, model: MLP, card: dict[str, Any], validation: Score | None) -> None:
    """Keeps a network that learned on from some digits, and reads with it.

    Args:
        visitor: Whose it is.
        said: What it is, in a line.
        model: In eval mode.
        card: What a file of its weights says of it.
        validation: Its score on the validation images of what its card calls its data set, if that was counted.
    """
    with visitor.lock:
        visitor.fine_tuned += 1
        key, name = f"own-{visitor.fine_tuned}", f"Fine-tuned {visitor.fine_tuned}: {said}"
        trained = TrainedModel(key, name, model, card, validation=validation)
        visitor.models = [*visitor.models, trained][-MOST_MODELS:]
        state.offer_model(key)
