"""A fair queue that runs any iterator in the background, a quarter of a second at a time.

One thread does all the work, so that whatever else the process does (serving pages) always finds a core. Jobs
take turns; each has an owner who must show up now and then, or it rests. Its owner can also let it rest, and let it
do a single step before everyone else's turn.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")

TURN = 0.25  # seconds: long enough that changing turns costs nothing, short enough that four curves all move
AT_ONCE = 4  # jobs that take turns; the others wait in line
PAUSE_AFTER = 30.0  # seconds without a sign of the owner
FORGET_AFTER = 30 * 60.0


class State(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"  # in line behind those that take turns
    RUNNING = "running"
    PAUSED = "paused"  # its owner is away, or wants it to rest
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDED = (State.FINISHED, State.CANCELLED, State.FAILED)


@dataclass(frozen=True)
class Snapshot(Generic[T]):
    """What can be said of a job at one moment.

    Attributes:
        state: Where it is.
        latest: What its iterator yielded last, if anything.
        is_held: Whether its owner wants it to rest; else a paused job goes on when they show up.
        worked: Seconds of work so far, other jobs' turns not counted.
        place: How many jobs must end before this one gets turns; 0 when it does.
        sharing: How many jobs take turns now.
        error: Why it failed.
    """

    state: State
    latest: T | None
    is_held: bool
    worked: float
    place: int
    sharing: int
    error: BaseException | None


class Job(Generic[T]):
    """One iterator in the queue's hands. Made by ``FairQueue.submit``."""

    def __init__(self, jobs: "FairQueue", iterator: Iterator[T]) -> None:
        self._jobs = jobs
        self._iterator = iterator
        self.state = State.WAITING
        self.latest: T | None = None
        self.worked = 0.0
        self.error: BaseException | None = None
        self.last_turn = 0
        self.last_seen = 0.0
        self.is_held = False
        self.goes_first = False
        self.rest_when: Callable[[T], bool] | None = None
        self.reached: Callable[[T], bool] | None = None  # the last of those that said yes
        self.cancelled = threading.Event()
        self.is_still = threading.Event()  # it has ended or rests: nobody but its owner touches what it works on

    def snapshot(self) -> Snapshot[T]:
        """What can be said of the job now."""
        return self._jobs._snapshot(self)

    def touch(self) -> None:
        """The owner is here: a job that paused for want of them goes on, at the end of the line."""
        self._jobs._touch(self)

    def pause(self) -> None:
        """Lets the job rest after the step under way, until ``go_on``."""
        self._jobs._pause(self)

    def go_on(self, until: Callable[[T], bool] | None = None, *, first: bool = False) -> None:
        """Lets the job work.

        Args:
            until: Asked after each step with what the iterator yielded: when it says yes, the job rests again.
            first: Before everyone else's turn, for something short that the owner waits for.
        """
        self._jobs._go_on(self, until, first)

    def cancel(self) -> None:
        """Ends the job before its iterator's next step. What it yielded so far stays."""
        self._jobs._cancel(self)

    def wait(self, seconds: float) -> bool:
        """Waits until the job has ended or rests, at most so long; returns whether it has."""
        return self.is_still.wait(seconds)

    def work(self, seconds: float, is_interrupted: Callable[[], bool]) -> State:
        """Lets the iterator run for one turn (the queue's thread calls this); returns the state after it."""
        started = time.monotonic()
        try:
            while not (self.cancelled.is_set() or self.is_held):
                self.latest = next(self._iterator)
                rest_when = self.rest_when
                if rest_when and rest_when(self.latest):
                    self.reached = rest_when
                    return State.PAUSED
                if is_interrupted() or time.monotonic() - started >= seconds:
                    return State.RUNNING
            return State.CANCELLED if self.cancelled.is_set() else State.PAUSED
        except StopIteration:
            return State.FINISHED
        except Exception as error:  # whatever an iterator does, the queue and the other jobs live on
            self.error = error
            return State.FAILED
        finally:
            self.worked += time.monotonic() - started

    def close(self) -> None:
        """Lets go of the iterator and all it holds."""
        close = getattr(self._iterator, "close", None)
        self._iterator = iter(())
        if close:
            close()


class FairQueue:
    """Runs iterators in turns on one thread of its own, which starts with the first job.

    Args:
        clock: Tells the seconds by which owners are missed; another one makes tests quick.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._line: list[Job[Any]] = []  # in order of arrival; the first few take turns
        self._paused: list[Job[Any]] = []
        self._changed = threading.Condition()
        self._turns = 0
        self._urgent = False  # someone waits for an answer: the turn under way ends after this step
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def submit(self, iterator: Iterator[T], *, held: bool = False) -> Job[T]:
        """Puts an iterator at the end of the line, or lets it rest from the start, until ``go_on``."""
        job = Job(self, iterator)
        with self._changed:
            job.last_seen = self._clock()
            self._line.append(job)
            if held:
                job.is_held = True
                self._rest(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="jobs")
                self._thread.start()
            self._changed.notify()
        return job

    def active(self) -> int:
        """How many jobs take turns or wait for their first."""
        with self._changed:
            return len(self._line)

    def close(self) -> None:
        """Stops working, for good. A process must not exit while its thread is inside a library's code."""
        with self._changed:
            self._is_closed = True
            self._urgent = True
            self._changed.notify()
        if self._thread:
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while not self._is_closed:
            with self._changed:
                self._miss_owners()
                job = self._next()
                self._urgent = False
                if job is None:
                    # Nobody to work for; look again now and then for owners who are gone for good.
                    self._changed.wait(timeout=1.0 if self._paused else None)
                    continue
                self._turns += 1
                job.last_turn = self._turns
            state = job.work(TURN, lambda: self._urgent)
            if state in ENDED:
                job.close()
            with self._changed:
                if state is State.PAUSED:
                    job.is_held = job.is_held or (job.rest_when is not None and job.rest_when is job.reached)
                    state = State.PAUSED if job.is_held else State.RUNNING  # told to go on in the meantime
                job.state = state
                if state in ENDED:
                    self._line.remove(job)
                    job.is_still.set()
                elif state is State.PAUSED:
                    self._rest(job)

    def _next(self) -> "Job[Any] | None":
        """A job whose owner waits for it to end, to rest or to do a step; else the one whose turn is longest ago."""
        for job in self._line:
            if job.cancelled.is_set() or job.is_held or job.goes_first:
                return job
        return min(self._line[:AT_ONCE], key=lambda job: job.last_turn, default=None)

    def _miss_owners(self) -> None:
        now = self._clock()
        for job in [job for job in self._line if now - job.last_seen > PAUSE_AFTER and not job.cancelled.is_set()]:
            self._rest(job)
        for job in [job for job in self._paused if now - job.last_seen > FORGET_AFTER]:
            self._end_paused(job)

    def _rest(self, job: "Job[Any]") -> None:
        self._line.remove(job)
        self._paused.append(job)
        job.state = State.PAUSED
        job.goes_first = False
        job.is_still.set()

    def _wake(self, job: "Job[Any]") -> None:
        if job in self._paused:
            self._paused.remove(job)
            self._line.append(job)
            job.state = State.WAITING
        job.is_still.clear()
        self._changed.notify()

    def _end_paused(self, job: "Job[Any]") -> None:
        self._paused.remove(job)
        job.state = State.CANCELLED
        job.close()
        job.is_still.set()

    def _touch(self, job: Job[T]) -> None:
        with self._changed:
            job.last_seen = self._clock()
            if job in self._paused and not job.is_held:
                self._wake(job)

    def _pause(self, job: Job[T]) -> None:
        with self._changed:
            job.is_held = True
            self._urgent = True
            self._changed.notify()

    def _go_on(self, job: Job[T], until: Callable[[T], bool] | None, first: bool) -> None:
        with self._changed:
            if job.state in ENDED:
                return
            job.last_seen = self._clock()
            job.is_held = False
            job.rest_when = until
            job.goes_first = first
            self._urgent = self._urgent or first
            self._wake(job)

    def _cancel(self, job: Job[T]) -> None:
        with self._changed:
            job.cancelled.set()
            if job in self._paused:
                self._end_paused(job)
            self._urgent = True
            self._changed.notify()

    def _snapshot(self, job: Job[T]) -> Snapshot[T]:
        with self._changed:
            index = self._line.index(job) if job in self._line else 0
            place = max(0, index - AT_ONCE + 1)
            state = job.state
            if state in (State.WAITING, State.RUNNING):
                state = State.PAUSED if job.is_held else State.WAITING if place else State.RUNNING
            sharing = max(1, min(len(self._line), AT_ONCE))
            return Snapshot(state, job.latest, job.is_held, job.worked, place, sharing, job.error)
