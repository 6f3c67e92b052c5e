"""The fair queue: turns, places, owners who go away, and iterators that misbehave."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from mnist_core.jobs import AT_ONCE, ENDED, FORGET_AFTER, PAUSE_AFTER, FairQueue, Job, State


class Clock:
    """Tells whatever time it is set to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def counting(pause: float = 0.002) -> Iterator[int]:
    number = 0
    while True:
        number += 1
        time.sleep(pause)
        yield number


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within twenty seconds")


def state_is(job: Job[int], *states: State) -> Callable[[], bool]:
    return lambda: job.snapshot().state in states


def test_a_job_runs_to_its_end() -> None:
    job = FairQueue().submit(iter([1, 2, 3]))
    wait_until(state_is(job, State.FINISHED))
    snapshot = job.snapshot()
    assert (snapshot.latest, snapshot.error, snapshot.place) == (3, None, 0)


def test_at_most_four_take_turns_and_the_rest_see_their_place() -> None:
    queue = FairQueue()
    running = [queue.submit(counting()) for _ in range(AT_ONCE)]
    waiting = [queue.submit(counting()) for _ in range(2)]
    wait_until(lambda: all(job.snapshot().latest for job in running))
    assert [job.snapshot().state for job in running] == [State.RUNNING] * AT_ONCE
    assert [(job.snapshot().state, job.snapshot().place) for job in waiting] == [
        (State.WAITING, 1),
        (State.WAITING, 2),
    ]
    assert all(job.snapshot().latest is None for job in waiting)
    assert {job.snapshot().sharing for job in running} == {AT_ONCE}

    running[0].cancel()
    wait_until(lambda: waiting[0].snapshot().latest is not None)
    assert waiting[1].snapshot().place == 1
    for job in (*running, *waiting):
        job.cancel()
        wait_until(state_is(job, State.CANCELLED))


def test_turns_are_fair() -> None:
    queue = FairQueue()
    jobs = [queue.submit(counting()) for _ in range(3)]
    wait_until(lambda: min(job.snapshot().worked for job in jobs) > 0.4)
    worked = [job.snapshot().worked for job in jobs]
    assert max(worked) < 3 * min(worked)
    for job in jobs:
        job.cancel()


def test_cancelling_closes_the_iterator_before_its_next_step() -> None:
    closed = threading.Event()
    steps: list[int] = []

    def work() -> Iterator[int]:
        try:
            for number in counting():
                steps.append(number)
                yield number
        finally:
            closed.set()

    job = FairQueue().submit(work())
    wait_until(lambda: len(steps) > 3)
    job.cancel()
    wait_until(state_is(job, State.CANCELLED))
    assert closed.is_set()
    assert job.snapshot().latest == steps[-1]
    count = len(steps)
    time.sleep(0.05)
    assert len(steps) == count


def test_a_job_in_line_can_be_cancelled() -> None:
    queue = FairQueue()
    running = [queue.submit(counting()) for _ in range(AT_ONCE)]
    waiting = queue.submit(counting())
    waiting.cancel()
    wait_until(state_is(waiting, State.CANCELLED))
    assert waiting.snapshot().latest is None
    assert all(job.snapshot().state is State.RUNNING for job in running)
    for job in running:
        job.cancel()


def test_a_failing_job_harms_no_other() -> None:
    def fails() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError("oops")

    queue = FairQueue()
    other = queue.submit(counting())
    job = queue.submit(fails())
    wait_until(state_is(job, State.FAILED))
    assert isinstance(job.snapshot().error, ZeroDivisionError)
    assert job.snapshot().latest == 1
    before = other.snapshot().latest or 0
    wait_until(lambda: (other.snapshot().latest or 0) > before)
    other.cancel()


def test_a_job_without_its_owner_pauses_and_goes_on_when_they_return() -> None:
    clock = Clock()
    queue = FairQueue(clock)
    job = queue.submit(counting())
    wait_until(lambda: job.snapshot().latest is not None)
    clock.now += PAUSE_AFTER + 1
    wait_until(state_is(job, State.PAUSED))
    stood_at = job.snapshot().latest
    time.sleep(0.05)
    assert job.snapshot().latest == stood_at

    job.touch()
    wait_until(lambda: (job.snapshot().latest or 0) > (stood_at or 0))
    assert job.snapshot().state is State.RUNNING
    job.cancel()


def test_an_owner_who_shows_up_keeps_their_job_going() -> None:
    clock = Clock()
    job = FairQueue(clock).submit(counting())
    for _ in range(5):
        clock.now += PAUSE_AFTER - 1
        job.touch()
        time.sleep(0.02)
    assert job.snapshot().state is State.RUNNING
    job.cancel()


def test_a_job_whose_owner_never_returns_is_forgotten() -> None:
    clock = Clock()
    queue = FairQueue(clock)
    job = queue.submit(counting())
    clock.now += PAUSE_AFTER + 1
    wait_until(state_is(job, State.PAUSED))
    clock.now += FORGET_AFTER
    wait_until(state_is(job, State.CANCELLED))
    assert queue.active() == 0


def test_a_paused_job_gives_up_its_place_and_can_be_cancelled() -> None:
    clock = Clock()
    queue = FairQueue(clock)
    gone = queue.submit(counting())
    clock.now += PAUSE_AFTER + 1
    wait_until(state_is(gone, State.PAUSED))
    here = [queue.submit(counting()) for _ in range(AT_ONCE)]
    gone.touch()
    assert gone.snapshot().place == 1
    clock.now += 1
    gone.cancel()
    wait_until(state_is(gone, *ENDED))
    for job in here:
        job.cancel()


def test_a_paused_job_rests_until_its_owner_lets_it_go_on() -> None:
    clock = Clock()
    job = FairQueue(clock).submit(counting())
    wait_until(lambda: job.snapshot().latest is not None)
    job.pause()
    assert job.wait(20)
    snapshot = job.snapshot()
    assert snapshot.state is State.PAUSED
    assert snapshot.is_held
    job.touch()  # showing up is not the same as letting it go on
    clock.now += PAUSE_AFTER + 1
    time.sleep(0.05)
    assert job.snapshot().latest == snapshot.latest
    job.touch()
    job.go_on()
    wait_until(lambda: (job.snapshot().latest or 0) > (snapshot.latest or 0))
    assert job.snapshot().state is State.RUNNING
    job.cancel()


def test_a_job_goes_on_until_something_is_reached_and_rests_there() -> None:
    job = FairQueue().submit(iter(range(100)), held=True)
    for target in (20, 60):
        job.go_on(lambda number, target=target: number >= target)  # type: ignore[misc]
        assert job.wait(20)
        snapshot = job.snapshot()
        assert (snapshot.state, snapshot.latest) == (State.PAUSED, target)
    job.go_on()
    assert job.wait(20)
    assert (job.snapshot().state, job.snapshot().latest) == (State.FINISHED, 99)
    job.go_on()  # too late, and harmless
    job.pause()
    assert job.snapshot().state is State.FINISHED


def test_a_single_step_comes_before_everyone_elses_turn() -> None:
    queue = FairQueue()
    others = [queue.submit(counting()) for _ in range(AT_ONCE + 2)]
    job = queue.submit(counting(), held=True)
    assert job.snapshot().state is State.PAUSED
    for expected in (1, 2, 3):
        job.go_on(lambda number: True, first=True)
        assert job.wait(20)
        assert job.snapshot().latest == expected
        assert job.snapshot().state is State.PAUSED
    assert others[-1].snapshot().latest is None  # the others still stand where they stood
    for other in others:
        other.cancel()
    job.cancel()
    wait_until(state_is(job, State.CANCELLED))


def test_a_held_job_gives_up_its_place_and_is_forgotten_only_after_its_time() -> None:
    clock = Clock()
    queue = FairQueue(clock)
    held = queue.submit(counting())
    wait_until(lambda: held.snapshot().latest is not None)
    held.pause()
    assert held.wait(20)
    assert queue.active() == 0
    clock.now += 5 * 60.0  # without network, say
    time.sleep(0.05)
    held.touch()
    assert held.snapshot().state is State.PAUSED
    clock.now += FORGET_AFTER + 1
    other = queue.submit(counting())  # the queue looks around when it has something to do
    wait_until(state_is(held, State.CANCELLED))
    other.cancel()


def test_pausing_and_going_on_at_any_moment_loses_no_step() -> None:
    steps: list[int] = []

    def work() -> Iterator[int]:
        for number in range(300):
            steps.append(number)
            time.sleep(0.0002)
            yield number

    job = FairQueue().submit(work())
    for _ in range(60):
        job.pause()
        job.go_on(lambda number: number % 7 == 0)
        job.go_on()
    assert job.wait(20)
    assert job.snapshot().state is State.FINISHED
    assert steps == list(range(300))
