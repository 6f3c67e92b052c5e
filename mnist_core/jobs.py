"""A queue that runs any iterator in the background, a quarter of a second at a time, and says how long each must wait.

One thread works all the time, and a second one helps with the next job as long as the process has nothing better to do
(serving pages, which then always find a core). Each job has an owner who must show up now and then, or it rests. Its
owner can also let it rest, and let it do a single step before everyone else's turn.
"""

import logging
import math
import threading
import time
import traceback
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

T = TypeVar("T")

# One after another, the shortest first, all are done sooner on average than by turns. Yet each begins at once: its
# owner sees it live, and from its speed we know how long it takes. The oldest job has every fourth turn, and its end.
TURN = 0.25  # seconds: long enough that changing turns costs nothing
FIRST_TURN = 0.1  # thirty who start together have all begun within three seconds
OLDEST_EVERY = 4  # turns
SHORT = 8.0  # seconds; so little work goes in order of arrival, since the first turn says only roughly how much it is
REMEMBERED = 0.9  # of the past, after a turn's time: how long a second of work lasts while pages are drawn changes
BUSY_SECONDS = 0.01  # until the helper asks again whether it may work
PAUSE_AFTER = 30.0  # seconds without a sign of the owner
FORGET_AFTER = 30 * 60.0
MOST_EACH = 2  # jobs of one owner that work, wait or rest: a training, and a lesson's small one

THREADS = "jobs"  # the name of all threads of queues

LOG = logging.getLogger(__name__)
OWN = __name__.partition(".")[0]  # the package whose errors are sentences for the owner of a job


class State(StrEnum):
    """Where a job is in its life."""

    WAITING = "waiting"  # others go first
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
        place: Which it is of those that wait in line, from 1; 0 for those that work.
        left: Seconds until it has ended, with the work of those that go first; None while nobody knows.
        error: Why it failed.
    """

    state: State
    latest: T | None
    is_held: bool
    worked: float
    place: int
    left: float | None
    error: BaseException | None


class Job(Generic[T]):
    """One iterator in the queue's hands. Made by ``FairQueue.submit``."""

    def __init__(
        self,
        jobs: "FairQueue",
        iterator: Iterator[T],
        share_done: Callable[[T], float] | None,
        owner: Hashable | None = None,
    ) -> None:
        self._jobs = jobs
        self.owner = owner
        self._iterator = iterator
        self._share_done = share_done
        self.state = State.WAITING
        self.latest: T | None = None
        self.worked = 0.0
        self.effort = 0.0  # seconds of processor time, which don't grow while pages are drawn
        self.left: float | None = None  # the same for the rest, as far as it can say after its last turn
        self.error: BaseException | None = None
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
        """Lets the iterator run for one turn (a thread of the queue calls this); returns the state after it."""
        started, effort = self._jobs._clock(), self._jobs._effort()
        share = 0.0
        try:
            state = self._step_by_step(started + seconds, is_interrupted)
            if self._share_done and self.latest is not None:
                share = self._share_done(self.latest)
            return state
        except StopIteration:
            return State.FINISHED
        except Exception as error:  # whatever an iterator does, the queue and the other jobs live on
            if type(error).__module__.partition(".")[0] != OWN:  # that a training diverges is no fault
                name = getattr(self._iterator, "__qualname__", self._iterator)
                LOG.error("%s failed.\n%s", name, traceback.format_exc())  # as text, which keeps nothing alive
            self.error = error.with_traceback(None)  # which would keep all that was on its way, tensors included
            return State.FAILED
        finally:
            self.worked += self._jobs._clock() - started
            self.effort += self._jobs._effort() - effort
            self.left = self.effort * (1 / share - 1) if share > 0 else None

    def _step_by_step(self, end: float, is_interrupted: Callable[[], bool]) -> State:
        while not (self.cancelled.is_set() or self.is_held):
            self.latest = next(self._iterator)
            rest_when = self.rest_when
            if rest_when and rest_when(self.latest):
                self.reached = rest_when
                return State.PAUSED
            if is_interrupted() or self._jobs._clock() >= end:
                return State.RUNNING
        return State.CANCELLED if self.cancelled.is_set() else State.PAUSED

    @property
    def size(self) -> float:
        """The smaller, the earlier. Jobs with about as much left have the same, and new ones the largest."""
        if not self.worked:
            return math.inf
        left = self.effort if self.left is None else self.left  # who can't say is halfway, for all we know
        return round(math.log2(max(left, SHORT)))

    def close(self) -> None:
        """Lets go of the iterator and all it holds."""
        close = getattr(self._iterator, "close", None)
        self._iterator = iter(())
        if close:
            close()


class _Worker:
    """One of the queue's threads.

    Args:
        must_end: Asked after each step: whether its turn is over.
    """

    def __init__(self, must_end: Callable[[], bool]) -> None:
        self.must_end = must_end
        self.job: Job[Any] | None = None  # in its hands: no other thread touches what that works on
        self.turns = 0
        self._seconds = self._effort = 1e-6  # of the last turns, and of waiting between them

    def note(self, seconds: float, effort: float) -> None:
        """Remembers how much processor time it has had in so many seconds in which there was work for it."""
        kept = REMEMBERED ** (seconds / TURN)
        self._seconds = kept * self._seconds + seconds
        self._effort = kept * self._effort + effort

    @property
    def pace(self) -> float:
        """How many seconds a second of processor time lately took."""
        return self._seconds / max(self._effort, 1e-9)


class FairQueue:
    """Runs iterators on threads of its own, which start with the first job.

    The first thread works as long as there are jobs. The helper takes another one while the first has one in its hands,
    so that no two work on the same, and one job alone is the first one's.

    Args:
        clock: Tells the seconds of turns, and by which owners are missed; another one makes tests quick.
        effort: Tells the seconds of processor time that the thread which asks has used.
        is_busy: Whether the process needs the helper's core for something else. The helper asks after each of its
            steps. Without it, there is no helper.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        effort: Callable[[], float] = time.thread_time,
        is_busy: Callable[[], bool] | None = None,
    ) -> None:
        self._clock, self._effort = clock, effort
        self._line: list[Job[Any]] = []  # in order of arrival
        self._paused: list[Job[Any]] = []
        self._changed = threading.Condition()
        self._urgent = False  # someone waits for an answer: the first thread's turn ends after this step
        self._is_closed = False
        self._first = _Worker(lambda: self._urgent)
        self._workers = [self._first]
        if is_busy:
            self._workers.append(_Worker(lambda: self._is_closed or is_busy()))
        self._threads: list[threading.Thread] = []

    def submit(
        self,
        iterator: Iterator[T],
        share_done: Callable[[T], float] | None = None,
        *,
        held: bool = False,
        owner: Hashable | None = None,
    ) -> Job[T]:
        """Takes a job.

        Args:
            iterator: Its work, step by step.
            share_done: From what the iterator yielded last to how much of the work is done, 0 to 1.
            held: Whether it rests from the start, until ``go_on``.
            owner: Whose it is. Somebody has ``MOST_EACH`` at most: one that rests, or the oldest, is cancelled then.
        """
        job = Job(self, iterator, share_done, owner)
        with self._changed:
            own = [one for one in (*self._paused, *self._line) if one.owner == owner and not one.cancelled.is_set()]
            for each in own[: max(0, len(own) + 1 - MOST_EACH)] if owner is not None else ():
                self._cancel(each)
            job.last_seen = self._clock()
            self._line.append(job)
            if held:
                job.is_held = True
                self._rest(job)
            if not self._threads:
                self._threads = [
                    threading.Thread(target=self._run, args=(worker,), daemon=True, name=THREADS)
                    for worker in self._workers
                ]
                for thread in self._threads:
                    thread.start()
            self._changed.notify_all()
        return job

    def active(self) -> int:
        """How many jobs work or wait."""
        with self._changed:
            return len(self._line)

    def close(self, seconds: float = 5.0) -> None:
        """Stops working, for good. A process must not exit while a thread of it is inside a library's code.

        Args:
            seconds: That it waits at most for steps under way to end.
        """
        end = time.monotonic() + seconds
        with self._changed:
            self._is_closed = True
            self._urgent = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, worker: _Worker) -> None:
        while job := self._take(worker):
            worked, effort = job.worked, job.effort
            state = job.work(TURN if worked else FIRST_TURN, worker.must_end)
            if state in ENDED:
                job.close()
            with self._changed:
                worker.note(job.worked - worked, job.effort - effort)
                worker.job = None
                self._put_back(job, state)

    def _take(self, worker: _Worker) -> "Job[Any] | None":
        """Waits for a job, which then is in the thread's hands; None once the queue is closed."""
        with self._changed:
            while not self._is_closed:
                self._miss_owners()
                job = self._next(worker)
                if worker is self._first:
                    self._urgent = False
                if job and not worker.must_end():
                    worker.job = job
                    worker.turns += 1
                    self._changed.notify_all()  # now the helper may take one
                    return job
                started = self._clock()
                # Without a job, look again now and then for owners who are gone for good.
                self._changed.wait(timeout=BUSY_SECONDS if job else 1.0 if self._paused else None)
                if job:
                    worker.note(self._clock() - started, 0.0)
        return None

    def _next(self, worker: _Worker) -> "Job[Any] | None":
        """One whose owner waits for its end, its rest or a step; else a new one; else the shortest or the oldest."""
        if worker is not self._first and self._first.job is None:
            return None
        free = [job for job in self._line if not self._is_in_hands(job)]
        for job in free:
            if job.cancelled.is_set() or job.is_held or job.goes_first:
                return job
        new = [job for job in free if not job.worked]
        return next(iter(new or (self._in_order(free) if worker.turns % OLDEST_EVERY else free)), None)

    def _put_back(self, job: "Job[Any]", state: State) -> None:
        if state is State.PAUSED:
            job.is_held = job.is_held or (job.rest_when is not None and job.rest_when is job.reached)
            state = State.PAUSED if job.is_held else State.RUNNING  # told to go on in the meantime
        job.state = state
        if state in ENDED:
            self._line.remove(job)
            job.is_still.set()
        elif state is State.PAUSED:
            self._rest(job)
        elif job.goes_first:
            self._urgent = True
        self._changed.notify_all()  # where the first thread has nothing to do, this job is for it

    def _is_in_hands(self, job: "Job[Any]") -> bool:
        return any(worker.job is job for worker in self._workers)

    @staticmethod
    def _in_order(jobs: "list[Job[Any]]") -> "list[Job[Any]]":
        """A line as it goes: the shortest first, and of about the same length, the first come."""
        return sorted(jobs, key=lambda job: job.size)

    def _miss_owners(self) -> None:
        now = self._clock()
        for job in [job for job in self._line if now - job.last_seen > PAUSE_AFTER and not job.cancelled.is_set()]:
            if not self._is_in_hands(job):  # else once that turn is over
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
        self._changed.notify_all()

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
            self._changed.notify_all()

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
            self._changed.notify_all()

    def _snapshot(self, job: Job[T]) -> Snapshot[T]:
        with self._changed:
            place, left = self._outlook(job) if job in self._line else (0, self._time_for([job]))
            state = job.state
            if state in (State.WAITING, State.RUNNING):
                state = State.PAUSED if job.is_held else State.WAITING if place else State.RUNNING
            return Snapshot(state, job.latest, job.is_held, job.worked, place, left, job.error)

    def _outlook(self, job: "Job[Any]") -> tuple[int, float | None]:
        """The place in line, and the seconds until the job has ended, if all can say what they have left."""
        in_order = self._in_order(self._line)
        index = in_order.index(job)
        until_then, oldest = in_order[: index + 1], self._line[0]
        left = self._time_for(until_then)
        if left is not None and oldest not in until_then:
            its_end = self._time_for([oldest])
            its_turns = left / (OLDEST_EVERY - 1)  # meanwhile, of each thread
            left += its_turns if its_end is None else min(its_turns, its_end / len(self._workers))
        return max(0, index + 1 - len(self._workers)), left

    def _time_for(self, jobs: "list[Job[Any]]") -> float | None:
        """Seconds until the last of these has ended, begun in turn; None if one can't say what it has left."""
        ends, end = [0.0] * len(self._workers), 0.0
        for job in jobs:
            if job.left is None:
                return None
            # The thread that has it done the earliest does it.
            end, index = min((ends[i] + job.left * worker.pace, i) for i, worker in enumerate(self._workers))
            ends[index] = end
        return end
