"""Visitors: whose run is whose, and what becomes of it."""

import time
from collections.abc import Iterator

import pytest
import streamlit as st
import torch

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.jobs import FORGET_AFTER, PAUSE_AFTER, TURN, FairQueue, Snapshot, State
from mnist_core.network.checkpoint import Checkpoint
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import BatchEvent, TrainingConfig, fit, new_model
from ui.frame import resources, state
from ui.studio import control
from ui.studio.control import PHASE_SECONDS
from ui.visitor import store
from ui.visitor.store import MOST_MODELS, Visitor, Visitors

QUICK = TrainingConfig(epochs=1, batch_size=100)
LONG = TrainingConfig(epochs=500, batch_size=8)
SMALL = MLPConfig((16,))


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A session's state without a session, and a registry of visitors of its own."""
    values: dict[str, object] = {"_tab": "a" * 32}
    monkeypatch.setattr(st, "session_state", values)
    registry = Visitors()
    monkeypatch.setattr(store, "visitors", lambda: registry)
    return values


def begin(config: TrainingConfig, splits: Splits, *, held: bool = False, network: MLPConfig = SMALL) -> Visitor:
    visitor = store.visitor()
    control.start(visitor, network, config, splits, held=held)
    return visitor


def wait_for_end() -> Visitor:
    for _ in range(3_000):
        visitor = store.visitor()
        if not visitor.is_training:
            return visitor
        time.sleep(0.01)
    pytest.fail("the run did not end within thirty seconds")


def steps(visitor: Visitor) -> int:
    assert visitor.going is not None
    record = visitor.going.job.snapshot().latest
    return record.steps if record else 0


def mode(visitor: Visitor) -> str:
    return visitor.mode


def wait_for_steps(visitor: Visitor) -> None:
    for _ in range(2_000):
        if steps(visitor):
            return
        time.sleep(0.01)
    pytest.fail("no batch within twenty seconds")


def test_a_run_becomes_the_visitors_own_model(session: dict[str, object], digits: Splits) -> None:
    begin(QUICK, digits)
    visitor = wait_for_end()
    (trained,) = visitor.models
    assert trained.record is not None
    assert trained.record.test is not None
    assert trained.ending == "finished"
    assert not trained.model.training
    assert trained.validation is not None
    assert trained.validation.accuracy == trained.record.epochs[-1].validation_accuracy
    assert trained.seconds > 0
    assert trained.name.startswith("Your network 1: 784-16-10 on generated digits, Adam at 0.001, ")
    assert visitor.last is not None
    assert visitor.last.state is State.FINISHED
    state.accept_offered_model()
    assert "model" not in session  # it reads once it is the best, or once the reader lets it


def test_a_reload_finds_the_run_and_the_models_again(session: dict[str, object], digits: Splits) -> None:
    begin(QUICK, digits)
    first = wait_for_end()
    begin(LONG, digits)
    session.clear()
    session["_tab"] = "a" * 32  # the tab's name, from its sessionStorage
    assert store.visitor() is first
    assert first.is_training
    assert len(first.models) == 1
    session["_tab"] = "b" * 32
    assert not store.visitor().is_training
    assert not store.visitor().models
    control.stop(first)


def test_five_minutes_away_lose_nothing(
    session: dict[str, object], digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked phone, or no network: the run rests after half a minute, and goes on when its owner is back."""
    now = [1_000.0]
    queue = FairQueue(lambda: now[0])
    monkeypatch.setattr(resources, "jobs", lambda: queue)
    registry = Visitors(lambda: now[0])
    monkeypatch.setattr(store, "visitors", lambda: registry)
    visitor = begin(LONG, digits)
    wait_for_steps(visitor)
    now[0] += PAUSE_AFTER + 1
    assert visitor.going is not None
    assert visitor.going.job.wait(20)
    done = steps(visitor)
    assert visitor.going.job.snapshot().state is State.PAUSED
    now[0] += 5 * 60.0
    assert store.visitor() is visitor
    for _ in range(2_000):
        if steps(visitor) > done:
            break
        time.sleep(0.01)
    assert steps(visitor) > done
    control.stop(visitor)


def test_a_stopped_run_keeps_what_it_learned(session: dict[str, object], digits: Splits) -> None:
    visitor = begin(LONG, digits)
    wait_for_steps(visitor)
    control.stop(visitor)
    (trained,) = wait_for_end().models
    assert trained.record is not None
    assert trained.record.test is None
    assert trained.ending == "stopped"
    assert "stopped after" in trained.name
    again = new_model(SMALL, 0)
    for _, event in zip(range(trained.record.steps), batches(again, digits, LONG), strict=False):
        assert event
    for kept, replayed in zip(trained.model.parameters(), again.parameters(), strict=True):
        assert torch.equal(kept, replayed)
    assert trained.validation is not None
    assert trained.validation.accuracy == evaluate(trained.model, digits.validation).accuracy
    assert trained.card["batches_done"] == trained.record.steps


def batches(model: MLP, digits: Splits, config: TrainingConfig) -> Iterator[BatchEvent]:
    return (event for event in fit(model, digits.train, digits.validation, config) if isinstance(event, BatchEvent))


def test_a_run_that_diverges_keeps_its_last_good_weights(session: dict[str, object], digits: Splits) -> None:
    visitor = begin(TrainingConfig(5, 20, 0.05, "sgd"), digits, held=True)
    assert visitor.going is not None
    control.one_epoch(visitor)
    assert visitor.going.job.wait(30)
    control.turn_rate(visitor, 100.0)
    control.go_on(visitor)
    (trained,) = wait_for_end().models
    assert trained.ending == "diverged"
    assert trained.record is not None
    assert trained.record.rates[0].learning_rate == 100.0
    assert trained.record.rates[0].step == 75
    assert 70 <= trained.record.learned_steps < trained.record.steps
    assert "after its loss exploded" in trained.name
    assert trained.validation is not None
    assert trained.validation.accuracy > 0.5
    assert trained.card["batches_done"] == trained.record.learned_steps


def test_a_run_that_explodes_at_once_is_on_record_but_reads_nothing(session: dict[str, object], digits: Splits) -> None:
    begin(TrainingConfig(5, 32, 100.0, "sgd"), digits)
    (trained,) = wait_for_end().models
    assert trained.ending == "diverged"
    assert trained.name.endswith("back at its first weights after its loss exploded")
    state.accept_offered_model()
    assert "model" not in session


def test_pause_one_batch_one_epoch_and_on(session: dict[str, object], digits: Splits) -> None:
    config = TrainingConfig(epochs=3, batch_size=100)
    visitor = begin(config, digits, held=True)
    going = visitor.going
    assert going is not None
    assert (mode(visitor), steps(visitor)) == ("paused", 0)
    for done in (1, 2):
        control.one_batch(visitor)
        assert mode(visitor) == "paused"
        assert steps(visitor) == done
        assert going.seen is not None
        assert going.seen.step == done
    for epoch in (1, 2):
        control.one_epoch(visitor)
        assert going.job.wait(20)
        assert steps(visitor) == 15 * epoch
        assert going.seen is None
    control.go_on(visitor)
    (trained,) = wait_for_end().models
    plain = new_model(SMALL, 0)
    assert list(fit(plain, digits.train, digits.validation, config))
    for ours, expected in zip(trained.model.parameters(), plain.parameters(), strict=True):
        assert torch.equal(ours, expected)


def test_a_single_batch_does_not_wait_for_others(session: dict[str, object], digits: Splits) -> None:
    others = []
    for name in "bcdefg":
        session["_tab"] = name * 32
        others.append(begin(LONG, digits))
    session["_tab"] = "a" * 32
    visitor = begin(LONG, digits, held=True)
    control.one_batch(visitor)
    assert steps(visitor) == 1
    control.pause(others[0])
    assert mode(others[0]) == "paused"
    for other in (*others, visitor):
        control.stop(other)


def test_slow_motion_shows_phase_after_phase_and_then_the_next_batch(
    session: dict[str, object], digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    visitor = begin(LONG, digits, held=True)
    monkeypatch.setattr(control, "_now", lambda: now[0])
    assert control.phase(visitor) == 4  # nothing is hidden when it just rests
    control.slow_motion(visitor)
    assert mode(visitor) == "slow"
    seen = []
    for _ in range(9):
        seen.append((control.phase(visitor), steps(visitor)))
        now[0] += PHASE_SECONDS
    assert seen == [(1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (2, 2), (3, 2), (4, 2), (1, 3)]
    control.pause(visitor)
    assert mode(visitor) == "paused"
    assert control.phase(visitor) == 4
    control.stop(visitor)


def test_slow_motion_ends_with_the_run(session: dict[str, object], digits: Splits) -> None:
    visitor = begin(TrainingConfig(epochs=1, batch_size=1_500), digits, held=True)
    control.slow_motion(visitor)
    assert steps(visitor) == 1
    control.slow_motion(visitor)  # there is no second batch: the run ends with its test
    assert wait_for_end().models[0].ending == "finished"


def test_a_second_start_changes_nothing(session: dict[str, object], digits: Splits) -> None:
    visitor = begin(LONG, digits)
    going = visitor.going
    begin(QUICK, digits, network=MLPConfig((8,)))
    assert visitor.going is going
    control.stop(visitor)
    wait_for_end()


def test_buttons_pressed_too_late_do_nothing(session: dict[str, object], digits: Splits) -> None:
    begin(QUICK, digits)
    visitor = wait_for_end()
    for action in (
        control.stop,
        control.pause,
        control.go_on,
        control.one_batch,
        control.one_epoch,
        control.slow_motion,
    ):
        action(visitor)
    control.turn_rate(visitor, 0.1)
    assert mode(visitor) == "idle"
    assert len(visitor.models) == 1


def test_the_last_eight_models_are_kept(session: dict[str, object], digits: Splits) -> None:
    small = Splits(
        digits.name, *(part.subset(slice(0, 100)) for part in (digits.train, digits.validation, digits.test))
    )
    for _ in range(MOST_MODELS + 1):
        begin(QUICK, small, network=MLPConfig((8,)))
        wait_for_end()
    keys = [trained.key for trained in store.visitor().models]
    assert keys == [f"run-{number}" for number in range(2, MOST_MODELS + 2)]


def test_a_network_from_a_file_is_kept_beside_the_others(session: dict[str, object]) -> None:
    visitor = store.visitor()
    store.add_loaded(visitor, Checkpoint(new_model(SMALL, 0).eval(), {"test_accuracy": 0.9}))
    (loaded,) = visitor.models
    assert (loaded.key, loaded.record, loaded.card) == ("file-1", None, {"test_accuracy": 0.9})
    state.accept_offered_model()
    assert session["model"] == "file-1"


def test_visitors_who_never_return_are_forgotten() -> None:
    now = [0.0]
    visitors = Visitors(lambda: now[0])
    gone = visitors.find("gone")
    here = visitors.find("here")
    now[0] = FORGET_AFTER - 1
    assert visitors.find("here") is here
    now[0] = FORGET_AFTER + 1
    assert visitors.find("here") is here
    assert visitors.find("gone") is not gone


def snapshot(place: int, left: float | None = None) -> Snapshot[object]:
    return Snapshot(State.WAITING if place else State.RUNNING, None, False, 0.0, place, left, None)


def test_a_page_looks_as_often_as_it_may_see_something_new() -> None:
    assert control.poll_seconds(snapshot(0)) == TURN
    assert control.poll_seconds(snapshot(3)) == 2.0
    assert control.poll_seconds(snapshot(3, left=20.0)) == 2.0
    assert control.poll_seconds(snapshot(9, left=20.1)) == 6.0  # a look costs all who train
    assert control.poll_seconds(None) == 2.0


def test_whoever_waits_is_told_their_place_and_their_time() -> None:
    assert control.in_line(snapshot(12)) == "You are number 12 in line on this server."
    told = [control.in_line(snapshot(1, left)) for left in (0.1, 7.4, 38.0, 130.0)]
    times = ["about 5 seconds", "about 5 seconds", "about 40 seconds", "about 2 minutes"]
    assert told == [f"You are number 1 in line on this server. Yours is done in {time}." for time in times]


@pytest.mark.parametrize(
    ("every", "wanted", "expected"),
    [
        (None, None, False),
        (0.5, None, True),
        (None, 0.5, False),
        (0.5, 0.75, False),
        (0.5, 1.0, True),
        (2.0, 1.0, True),
    ],
)
def test_it_looks_more_or_less_often_when_that_changes(
    every: float | None, wanted: float | None, expected: bool
) -> None:
    assert control.is_time_to_change(every, wanted) is expected
