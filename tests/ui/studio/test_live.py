"""A lesson's small training: its buttons, what is shown of it, and whose it is."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.jobs import ENDED, FORGET_AFTER, State
from ui.frame import resources, state
from ui.visitor import store
from ui.visitor.store import Experiment, Visitors

DEADLINE = 20.0


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    for shared in (resources.jobs, store.visitors):
        shared.clear()
    yield
    resources.jobs().close()
    for shared in (resources.jobs, store.visitors):
        shared.clear()


@dataclass
class Script:
    """A training that yields what the test says, when it says so."""

    allowed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    error: Exception | None = None
    made: int = 0

    def make(self) -> Iterator[str]:
        self.made += 1
        return self._steps(self.made)

    def _steps(self, number: int) -> Iterator[str]:
        for step in range(1, 4):
            while not self.allowed.acquire(timeout=0.01):
                yield f"training {number}, step {step - 1}"
            yield f"training {number}, step {step}"
        if self.error:
            raise self.error


def page(scripts: "Any", setting: object) -> None:  # AppTest runs its text alone: no name of this file is known there
    import streamlit as st

    from ui.frame import state
    from ui.studio import live

    state.identify()
    for name, make in scripts.items():
        live.experiment(
            name,
            f"Start {name}",
            make,
            lambda latest: st.write(latest),
            before=f"Not begun: {name}",
            setting=setting,
            share_done=lambda latest: int(latest[-1]) / 3,
        )


def opened(setting: object = 1, **scripts: Script) -> AppTest:
    makes = {name: script.make for name, script in scripts.items()}
    app = AppTest.from_function(page, default_timeout=30, kwargs={"scripts": makes, "setting": setting})
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def said(app: AppTest) -> str:
    return " | ".join(element.value for element in (*app.caption, *app.markdown))


def keys(app: AppTest) -> list[str]:
    return [button.key for button in app.button if button.key]


def until(app: AppTest, condition: Callable[[AppTest], bool]) -> AppTest:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        app = sound(app.run())
        if condition(app):
            return app
        time.sleep(0.02)
    pytest.fail(f"it did not come about within {DEADLINE:g} seconds: {said(app)}")


def start(app: AppTest, name: str) -> AppTest:
    return sound(app.button(key=f"start_{name}").click().run())


def test_before_the_first_start() -> None:
    script = Script()
    app = opened(one=script)
    assert keys(app) == ["start_one"]
    assert said(app) == "Not begun: one"
    assert script.made == 0


def test_from_start_to_end_the_last_result_is_shown() -> None:
    script = Script()
    app = start(opened(one=script), "one")
    assert keys(app) == ["stop_one"]
    script.allowed.release()
    app = until(app, lambda app: "training 1, step 1" in said(app))
    script.allowed.release(2)
    app = until(app, lambda app: keys(app) == ["start_one"])
    assert said(app) == "training 1, step 3"
    assert script.made == 1


def test_stop_keeps_what_came_so_far_and_says_so() -> None:
    script = Script()
    app = start(opened(one=script), "one")
    script.allowed.release()
    app = until(app, lambda app: "step 1" in said(app))
    app = sound(app.button(key="stop_one").click().run())
    app = until(app, lambda app: keys(app) == ["start_one"])
    assert "**Stopped.**" in said(app)
    assert "training 1, step 1" in said(app)

    app = start(app, "one")
    script.allowed.release(3)
    app = until(app, lambda app: keys(app) == ["start_one"])
    assert said(app) == "training 2, step 3"


def test_a_visitor_has_one_going_at_a_time() -> None:
    first, second = Script(), Script()
    app = start(opened(one=first, two=second), "one")
    first.allowed.release()
    app = until(app, lambda app: "step 1" in said(app))
    app = start(app, "two")
    app = until(app, lambda app: keys(app) == ["start_one", "stop_two"])
    assert "**Stopped.**" in said(app)
    second.allowed.release(3)
    app = until(app, lambda app: keys(app) == ["start_one", "start_two"])
    assert "training 1, step 1" in said(app)
    assert "training 1, step 3" in said(app)


def test_other_visitors_do_not_share_it() -> None:
    script, other = Script(), Script()
    start(opened(one=script), "one")
    neighbour = opened(one=other)
    assert said(neighbour) == "Not begun: one"
    assert keys(neighbour) == ["start_one"]


def test_changed_settings_are_said_once_it_is_over() -> None:
    script = Script()
    app = start(opened(one=script), "one")
    assert app.kwargs is not None
    app.kwargs["setting"] = 2
    script.allowed.release(3)
    app = until(app, lambda app: keys(app) == ["start_one"])
    assert "The settings have changed since." in said(app)
    assert "training 1, step 3" in said(app)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ArithmeticError("The loss stopped being a number."), "**The loss stopped being a number.**"),
        (RuntimeError("a secret of the server"), "Training ended with an error that is not yours. Please try again."),
    ],
)
def test_a_failure_is_a_sentence(error: Exception, message: str) -> None:
    script = Script(error=error)
    app = start(opened(one=script), "one")
    script.allowed.release(3)
    app = until(app, lambda app: keys(app) == ["start_one"])
    assert message in said(app)
    assert "secret" not in said(app)
    assert "training 1, step 3" in said(app)


def test_whoever_must_wait_is_told_their_place_and_time_and_sees_how_it_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resources, "cores", lambda: 1)
    for _ in range(4):
        resources.jobs().submit(Script().make(), lambda latest: 0.999)
    script = Script()
    script.allowed.release()
    app = start(opened(one=script), "one")
    app = until(app, lambda app: "Yours is done" in said(app))
    assert "training 1, step 1" in said(app)
    assert re.search(r"You are number 4 in line on this server\. Yours is done in about \d+ seconds\.", said(app))


def test_forgetting_a_visitor_ends_their_experiment() -> None:
    now = [0.0]
    visitors = Visitors(lambda: now[0])
    job = resources.jobs().submit(Script().make())
    visitors.find("gone").experiments["one"] = Experiment(job, None)
    now[0] = FORGET_AFTER + 1
    visitors.find("here")
    assert job.wait(DEADLINE)
    assert job.snapshot().state is State.CANCELLED


def test_a_reload_finds_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "tab_name", lambda: "a" * 32)  # the tab's name, from its sessionStorage
    script = Script()
    start(opened(one=script), "one")
    again = opened(one=script)
    assert keys(again) == ["stop_one"]
    assert store.visitor().experiments["one"].job.snapshot().state not in ENDED
