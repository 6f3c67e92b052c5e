"""Visitors: whose run is whose, and what becomes of it."""

import time

import pytest
import streamlit as st

from mnist_core.data import Splits
from mnist_core.jobs import FORGET_AFTER, State
from mnist_core.model import MLPConfig
from mnist_core.training import TrainingConfig
from ui import state, training_panel
from ui.training_panel import MOST_MODELS, Visitors

QUICK = TrainingConfig(epochs=1, batch_size=100)
LONG = TrainingConfig(epochs=500, batch_size=8)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A session's state without a session, and a registry of visitors of its own."""
    values: dict[str, object] = {"_holder": "a" * 32}
    monkeypatch.setattr(st, "session_state", values)
    registry = Visitors()
    monkeypatch.setattr(training_panel, "visitors", lambda: registry)
    return values


def wait_for_end() -> training_panel.Visitor:
    for _ in range(3_000):
        visitor = training_panel.visitor()
        if not visitor.is_training:
            return visitor
        time.sleep(0.01)
    pytest.fail("the run did not end within thirty seconds")


def test_a_run_becomes_the_visitors_own_model(session: dict[str, object], digits: Splits) -> None:
    training_panel.start(training_panel.visitor(), MLPConfig((16,)), QUICK, digits)
    visitor = wait_for_end()
    (trained,) = visitor.models
    assert trained.record.test is not None
    assert not trained.model.training
    assert trained.name.startswith("Your network 1: 784-16-10 on generated digits, Adam at 0.001, ")
    assert visitor.last is not None
    assert visitor.last.state is State.FINISHED
    state.accept_offered_model()
    assert session["model"] == trained.key


def test_a_reload_finds_the_run_again(session: dict[str, object], digits: Splits) -> None:
    first = training_panel.visitor()
    training_panel.start(first, MLPConfig((16,)), LONG, digits)
    session.clear()
    session["_holder"] = "a" * 32  # the tab's name, from its sessionStorage
    assert training_panel.visitor() is first
    session["_holder"] = "b" * 32
    assert not training_panel.visitor().is_training
    training_panel.stop(first)


def test_a_stopped_run_keeps_what_it_learned(session: dict[str, object], digits: Splits) -> None:
    visitor = training_panel.visitor()
    training_panel.start(visitor, MLPConfig((16,)), LONG, digits)
    assert visitor.job is not None
    while visitor.job.snapshot().latest is None:
        time.sleep(0.01)
    training_panel.stop(visitor)
    wait_for_end()
    assert visitor.models[0].record.test is None
    assert "stopped after" in visitor.models[0].name


def test_a_second_start_changes_nothing(session: dict[str, object], digits: Splits) -> None:
    visitor = training_panel.visitor()
    training_panel.start(visitor, MLPConfig((16,)), LONG, digits)
    job = visitor.job
    training_panel.start(visitor, MLPConfig((8,)), QUICK, digits)
    assert visitor.job is job
    training_panel.stop(visitor)
    wait_for_end()


def test_the_last_eight_models_are_kept(session: dict[str, object], digits: Splits) -> None:
    small = Splits(
        digits.name, *(part.subset(slice(0, 100)) for part in (digits.train, digits.validation, digits.test))
    )
    for _ in range(MOST_MODELS + 1):
        training_panel.start(training_panel.visitor(), MLPConfig((8,)), QUICK, small)
        wait_for_end()
    keys = [trained.key for trained in training_panel.visitor().models]
    assert keys == [f"run-{number}" for number in range(2, MOST_MODELS + 2)]


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
