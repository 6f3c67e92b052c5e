"""The queue: who goes first, what is said of the time, owners who go away, and iterators that misbehave."""

import gc
import math
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from mnist_core import jobs
from mnist_core.jobs import ENDED, FIRST_TURN, FORGET_AFTER, MOST_EACH, PAUSE_AFTER, TURN, FairQueue, Job, State
from mnist_core.training.loop import TrainingDiverged


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


STEP = 1 / 32  # seconds, which floats hold exactly
FIRST = math.ceil(FIRST_TURN / STEP) * STEP


class Course:
    """Jobs that all arrive while the queue's thread is busy, by a clock that only their steps move on."""

    def __init__(self, slowness: float = 1.0) -> None:
        self.clock = Clock()
        self.started = self.clock.now
        self.queue = FairQueue(self.clock, effort=lambda: self.clock.now / slowness)
        self.jobs: dict[str, Job[int]] = {}
        self.steps: list[str] = []  # whose, in order
        self.ends: dict[str, float] = {}
        self.told: list[tuple[float, dict[str, tuple[int, float | None]]]] = []  # when, to whom, which place and time

    def run(self, seconds: dict[str, float], silent: str = "") -> None:
        """Lets jobs of these lengths run to their ends; a silent one can't say how far it is."""
        everyone_is_here = threading.Event()
        self.queue.submit(item for item in [0] if everyone_is_here.wait(20))
        for name, length in seconds.items():
            share = None if name == silent else lambda done, length=length: done * STEP / length
            self.jobs[name] = self.queue.submit(self._work(name, length), share)
        everyone_is_here.set()
        for job in self.jobs.values():
            assert job.wait(20)
            assert job.snapshot().state is State.FINISHED

    def _work(self, name: str, length: float) -> Iterator[int]:
        for done in range(1, round(length / STEP) + 1):
            self.clock.now += STEP
            self.steps.append(name)
            shots = {other: job.snapshot() for other, job in self.jobs.items() if other not in self.ends}
            told = {other: (shot.place, shot.left) for other, shot in shots.items()}
            self.told.append((self.clock.now - self.started, told))
            yield done
        self.ends[name] = self.clock.now - self.started


def test_all_begin_at_once_and_then_end_one_after_another_as_they_came() -> None:
    course = Course()
    names = ["a", "b", "c", "d", "e"]
    course.run(dict.fromkeys(names, 2.0))
    assert course.steps[: round(5 * FIRST / STEP)] == [name for name in names for _ in range(round(FIRST / STEP))]
    assert list(course.ends) == names
    expected = [5 * FIRST + (place + 1) * (2.0 - FIRST) for place in range(5)]
    assert list(course.ends.values()) == pytest.approx(expected)


@pytest.mark.parametrize("slowness", [1.0, 2.5])
def test_what_a_job_has_left_is_told_with_the_work_of_those_that_go_first(slowness: float) -> None:
    course = Course(slowness)
    course.run(dict.fromkeys("abcde", 2.0))
    for now, told in course.told[round(5 * FIRST / STEP) :]:
        assert [place for place, _ in told.values()] == list(range(len(told)))
        for name, (_, left) in told.items():
            assert left == pytest.approx(course.ends[name] - now, abs=TURN + STEP)


def test_the_short_go_first_and_the_long_one_has_every_fourth_turn() -> None:
    course = Course()
    course.run({"long": 20.0, "short": 1.0, "shorter": 0.5, "middle": 4.0})
    assert list(course.ends) == ["short", "shorter", "middle", "long"]
    assert course.ends["shorter"] < 3
    until_middle = len(course.steps) - course.steps[::-1].index("middle")
    share = course.steps[:until_middle].count("long") / until_middle
    assert 0.2 < share < 0.3
    assert course.ends["long"] == pytest.approx(25.5)
    for now, told in course.told[round(4 * FIRST / STEP) :]:
        for name, (_, left) in told.items():
            assert left == pytest.approx(course.ends[name] - now, abs=0.75)


def test_nobody_is_told_a_time_that_nobody_knows() -> None:
    course = Course()
    course.run({"a": 3.0, "silent": 3.0, "b": 3.0}, silent="silent")
    for _, told in course.told:
        for place, left in told.values():
            assert left is None or place == 0 or "silent" not in told
    assert not any(left for _, told in course.told for name, (_, left) in told.items() if name == "silent")


def test_a_new_job_has_its_place_and_no_time() -> None:
    clock = Clock()  # no turn ends
    queue = FairQueue(clock)
    jobs = [queue.submit(counting(), lambda number: number / 1_000) for _ in range(3)]
    wait_until(lambda: jobs[0].snapshot().latest is not None)
    shots = [job.snapshot() for job in jobs]
    assert [(shot.state, shot.place, shot.left) for shot in shots] == [
        (State.RUNNING, 0, None),
        (State.WAITING, 1, None),
        (State.WAITING, 2, None),
    ]
    for job in jobs:
        job.cancel()


def test_nobody_has_more_than_so_many_jobs_and_others_keep_theirs() -> None:
    queue = FairQueue(Clock())  # no turn ends
    another, nobodys = queue.submit(counting(), owner="another"), queue.submit(counting())
    jobs = [queue.submit(counting(), held=number % 2 == 1, owner="one") for number in range(50)]
    wait_until(lambda: sum(job.snapshot().state not in ENDED for job in jobs) == MOST_EACH)
    assert jobs[-1].snapshot().state not in ENDED
    assert not {another.snapshot().state, nobodys.snapshot().state} & set(ENDED)
    queue.close()


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
    queue = FairQueue(Clock())  # no turn ends
    running = [queue.submit(counting()) for _ in range(4)]
    waiting = queue.submit(counting())
    waiting.cancel()
    wait_until(state_is(waiting, State.CANCELLED))
    assert waiting.snapshot().latest is None
    assert [job.snapshot().state for job in running] == [State.RUNNING, *[State.WAITING] * 3]
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


def test_why_a_job_failed_is_in_the_log_once_unless_it_is_a_sentence_for_its_owner(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(error: Exception) -> Iterator[int]:
        yield 1
        raise error

    queue = FairQueue()
    jobs = [queue.submit(fails(error)) for error in (KeyError("lost"), TrainingDiverged(3, 0, math.nan, 0.1))]
    for job in jobs:
        wait_until(state_is(job, State.FAILED))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "fails failed" in caplog.text
    assert "KeyError: 'lost'" in caplog.text


def test_what_a_failed_job_worked_on_is_let_go() -> None:
    class Tensors:
        """Stands for what a training has in memory."""

    made: list[weakref.ref[Tensors]] = []

    def fails() -> Iterator[int]:
        tensors = Tensors()
        made.append(weakref.ref(tensors))
        yield 1
        raise ZeroDivisionError("oops")

    job = FairQueue().submit(fails())
    wait_until(state_is(job, State.FAILED))
    assert isinstance(job.snapshot().error, ZeroDivisionError)
    gc.collect()
    assert made[0]() is None


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
    here = [queue.submit(counting()) for _ in range(4)]
    gone.touch()
    assert gone.snapshot().state in (State.WAITING, State.RUNNING)
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
    queue = FairQueue(Clock())  # no turn ends by itself
    others = [queue.submit(counting()) for _ in range(6)]
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


# With a helper


class Together(Course):
    """The same with a helper: time goes on once everyone at work has done a step."""

    def __init__(self, slowness: float = 1.0) -> None:
        super().__init__(slowness)
        self.everyone_is_here = threading.Event()
        self.queue = FairQueue(
            self.clock, lambda: self.clock.now / slowness, lambda: not self.everyone_is_here.is_set()
        )
        self.beat = threading.Condition()
        self.arrived = self.beats = self.going = 0
        self.first: int | None = None  # the thread
        self.threads: list[int] = []  # which did each step

    def run(self, seconds: dict[str, float], silent: str = "") -> None:
        self.going = len(seconds)
        self.queue.submit(self._gate())
        for name, length in seconds.items():
            self.jobs[name] = self.queue.submit(self._work(name, length), self._share(length))
        self.everyone_is_here.set()
        for job in self.jobs.values():
            assert job.wait(20)
            assert job.snapshot().state is State.FINISHED

    @staticmethod
    def _share(length: float) -> Callable[[int], float]:
        return lambda done: done * STEP / length

    def _gate(self) -> Iterator[int]:
        self.first = threading.get_ident()
        assert self.everyone_is_here.wait(20)
        yield 0

    def _work(self, name: str, length: float) -> Iterator[int]:
        for done in range(1, round(length / STEP) + 1):
            with self.beat:
                self.steps.append(name)
                self.threads.append(threading.get_ident())
                self.arrived += 1
                now = self.beats
                self._go_on()
                assert self.beat.wait_for(partial(self._is_over, now), 20)
            yield done
        with self.beat:
            self.ends[name] = self.clock.now - self.started
            self.going -= 1
            self._go_on()

    def _is_over(self, beat: int) -> bool:
        return self.beats > beat

    def _go_on(self) -> None:
        """Once everyone is there: both threads, or the one that has still something to do."""
        if self.arrived == min(2, self.going) > 0:
            shots = {other: job.snapshot() for other, job in self.jobs.items() if other not in self.ends}
            told = {other: (shot.place, shot.left) for other, shot in shots.items()}
            self.told.append((self.clock.now - self.started, told))
            self.arrived = 0
            self.beats += 1
            self.clock.now += STEP
            self.beat.notify_all()


@pytest.mark.parametrize("slowness", [1.0, 2.5])
def test_a_helper_takes_the_next_job_and_the_time_told_counts_with_it(slowness: float) -> None:
    course = Together(slowness)
    course.run(dict.fromkeys("abcdef", 2.0))
    assert sorted(course.steps[: round(6 * FIRST / STEP)]) == sorted("abcdef" * round(FIRST / STEP))
    assert sorted(course.ends, key=lambda name: (round(course.ends[name]), name)) == list("abcdef")
    assert max(course.ends.values()) == pytest.approx(6 * 2.0 / 2, abs=TURN)  # in half the time
    for now, told in course.told[round(3 * FIRST / STEP) + 1 :]:
        assert [place for place, _ in told.values()] == [max(0, index - 1) for index in range(len(told))]
        for name, (_, left) in told.items():
            assert left == pytest.approx(course.ends[name] - now, abs=2 * TURN + STEP)


def test_beside_a_helper_too_the_short_go_first_and_the_long_one_is_not_left_out() -> None:
    course = Together()
    course.run({"long": 20.0, "short": 1.0, "shorter": 0.5, "middle": 4.0, "medium": 4.0})
    assert list(course.ends)[:2] == ["shorter", "short"]
    assert list(course.ends)[-1] == "long"
    until_medium = len(course.steps) - course.steps[::-1].index("medium")
    assert course.steps[:until_medium].count("long") / until_medium > 0.12  # of what both do: every fourth turn of one
    for now, told in course.told[round(3 * FIRST / STEP) + 1 :]:
        for name, (_, left) in told.items():
            assert left is not None
            assert -0.75 < left - (course.ends[name] - now) < 2.5  # the long one's turns meanwhile count as no gain


def test_a_job_alone_is_the_first_threads() -> None:
    course = Together()
    course.run({"a": 1.0, "b": 3.0})
    assert len(set(course.threads)) == 2
    alone = course.threads[round(2 * 1.0 / STEP) + round(2 * TURN / STEP) :]
    assert len(alone) > 10
    assert set(alone) == {course.first}


def test_a_job_alone_stays_with_the_first_thread_between_its_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "TURN", 1e-6)
    threads = set()

    def work() -> Iterator[int]:
        for number in range(2_000):
            threads.add(threading.get_ident())
            yield number

    queue = FairQueue(is_busy=lambda: False)
    assert queue.submit(work()).wait(20)
    queue.close()
    assert len(threads) == 1


class Working:
    """A queue with a helper, whose turns don't end by themselves, and a job for each of its threads."""

    def __init__(self) -> None:
        self.clock, self.is_busy = Clock(), False
        self.queue = FairQueue(self.clock, is_busy=lambda: self.is_busy)
        self.threads: dict[int, int] = {}  # which thread did the last step of each
        self.jobs = [self.queue.submit(self._counting(number)) for number in range(2)]
        wait_until(lambda: len(self.threads) == 2)

    def _counting(self, number: int) -> Iterator[int]:
        for step in counting():
            self.threads[number] = threading.get_ident()
            yield step

    def goes_on(self, job: Job[int]) -> bool:
        before = job.snapshot().latest or 0
        wait_until(lambda: (job.snapshot().latest or 0) > before)
        return True

    def stands_still(self, job: Job[int]) -> bool:
        """Soon: the step under way may take its time on a busy machine."""

        def makes_no_step() -> bool:
            before = job.snapshot().latest
            time.sleep(0.1)
            return job.snapshot().latest == before

        wait_until(makes_no_step)
        return True


@pytest.fixture
def working() -> Iterator[Working]:
    both = Working()
    yield both
    both.queue.close()


def test_the_helper_works_only_while_nothing_else_is_to_be_done(working: Working) -> None:
    first, helped = working.jobs
    for _ in range(3):
        working.is_busy = True
        assert working.stands_still(helped)
        assert working.goes_on(first)
        working.is_busy = False
        assert working.goes_on(helped)
        assert working.goes_on(first)
    assert len(set(working.threads.values())) == 2


def test_the_job_in_the_helpers_hands_rests_and_ends_when_its_owner_wants_it(working: Working) -> None:
    first, helped = working.jobs
    helped.pause()
    assert helped.wait(20)
    assert helped.snapshot().state is State.PAUSED
    assert working.stands_still(helped)
    helped.go_on()
    assert working.goes_on(helped)
    helped.cancel()
    assert helped.wait(20)
    assert helped.snapshot().state is State.CANCELLED
    assert working.goes_on(first)


def test_the_job_in_the_helpers_hands_rests_without_its_owner(working: Working) -> None:
    first, helped = working.jobs
    working.clock.now += PAUSE_AFTER - 1
    first.touch()
    working.clock.now += 2
    assert helped.wait(20)
    assert helped.snapshot().state is State.PAUSED
    assert working.goes_on(first)
    helped.touch()
    assert working.goes_on(helped)


def test_a_job_is_not_said_to_rest_while_the_helper_is_in_its_step() -> None:
    clock, in_step, step_ends = Clock(), threading.Event(), threading.Event()

    def work() -> Iterator[int]:
        in_step.set()
        assert step_ends.wait(20)
        yield 1

    queue = FairQueue(clock, is_busy=lambda: False)
    first, helped = queue.submit(counting()), queue.submit(work())
    assert in_step.wait(20)
    for _ in range(3):  # turns of the first thread, which looks around in between
        clock.now += PAUSE_AFTER - 1
        first.touch()
        time.sleep(0.02)
    assert not helped.wait(0)
    assert helped.snapshot().state is State.RUNNING
    step_ends.set()
    assert helped.wait(20)
    assert helped.snapshot().state is State.PAUSED
    queue.close()


def test_what_the_helper_must_leave_and_goes_first_the_first_thread_takes_at_once(working: Working) -> None:
    first, helped = working.jobs
    by = working.threads[0]
    helped.go_on(lambda number: False, first=True)
    assert working.goes_on(first)
    working.is_busy = True
    wait_until(lambda: working.threads[1] == by)
    assert working.goes_on(helped)


@pytest.mark.parametrize("is_busy", [False, True])
def test_a_single_step_comes_before_the_turns_of_both_threads(working: Working, is_busy: bool) -> None:
    waiting = working.queue.submit(counting())
    job = working.queue.submit(counting(), held=True)
    working.is_busy = is_busy
    for expected in (1, 2, 3):
        job.go_on(lambda number: True, first=True)
        assert job.wait(20)
        assert (job.snapshot().state, job.snapshot().latest) == (State.PAUSED, expected)
    job.go_on(lambda number: number >= 20, first=True)  # the helper may have to leave it in between
    assert job.wait(20)
    assert (job.snapshot().state, job.snapshot().latest) == (State.PAUSED, 20)
    assert waiting.snapshot().latest is None or not is_busy


def test_nothing_works_once_the_queue_is_closed(working: Working) -> None:
    working.queue.close()
    assert all(working.stands_still(job) for job in working.jobs)
    assert not {thread.ident for thread in threading.enumerate()} & set(working.threads.values())


def test_the_first_thread_takes_over_what_the_helper_must_leave(working: Working) -> None:
    first, helped = working.jobs
    by = working.threads[0]
    working.is_busy = True
    first.cancel()
    wait_until(lambda: working.threads[1] == by)
    assert working.goes_on(helped)


def test_whatever_owners_do_no_job_is_in_two_hands_and_none_loses_a_step() -> None:
    steps: list[list[int]] = [[] for _ in range(12)]
    inside = [threading.Lock() for _ in steps]
    clashes: list[int] = []

    def work(which: int) -> Iterator[int]:
        for number in range(150):
            if not inside[which].acquire(blocking=False):
                clashes.append(which)
                return
            steps[which].append(number)
            time.sleep(0.0001)
            inside[which].release()
            yield number

    chance = random.Random(0)
    queue = FairQueue(is_busy=lambda: chance.random() < 0.2)
    jobs = [queue.submit(work(which), lambda number: number / 150, held=which % 3 == 0) for which in range(len(steps))]

    def own(seed: int) -> None:
        mine = random.Random(seed)
        for _ in range(150):
            job = mine.choice(jobs)
            ways: list[Callable[[], object]] = [job.pause, job.go_on, job.touch, job.snapshot]
            ways += [partial(job.go_on, lambda number: number % 7 == 0, first=True), partial(job.wait, 0.001)]
            if mine.random() < 0.02:
                ways = [jobs[mine.randrange(3)].cancel]
            mine.choice(ways)()

    owners = [threading.Thread(target=own, args=(seed,)) for seed in range(3)]
    for owner in owners:
        owner.start()
    for owner in owners:
        owner.join(20)
    for job in jobs:
        job.go_on()
        assert job.wait(20)
    queue.close()
    assert not clashes
    for job, done in zip(jobs, steps, strict=True):
        assert done == list(range(len(done)))
        assert job.snapshot().state is State.CANCELLED or (job.snapshot().state, len(done)) == (State.FINISHED, 150)
    assert sum(job.snapshot().state is State.FINISHED for job in jobs) >= 9
