"""What happens while a page is being drawn: MNIST comes, a run ends, a network, a digit or the visitor is forgotten.

A page can notice that only where it looks: at the visitor, at their run, or at the data sets. So each of these is let
happen just before one of those looks. A few looks of each page are tried here. ``EVERY_LOOK=1`` tries them all, which
takes more than an hour.
"""

import os
import random
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import fields
from typing import Any, cast

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits
from mnist_core.jobs import Job, Snapshot, State
from mnist_core.lessons.collection import OwnDigit
from mnist_core.network.checkpoint import shipped_card
from mnist_core.network.model import MLP, MLPConfig, copied
from mnist_core.training.loop import RateDial, TrainingConfig, TrainingDiverged, new_model
from mnist_core.training.records import RunRecord, run
from tests.app import PAGES, sound, status, text
from tests.conftest import PROJECT
from ui.frame import resources, state
from ui.frame.resources import DataLibrary
from ui.visitor import store
from ui.visitor.store import Going, TrainedModel, Visitor, Visitors

EVERY_LOOK = bool(os.environ.get("EVERY_LOOK"))
TAB = "f" * 32

Event = Callable[["Stage"], None]
Plan = dict[int, list[Event]]  # what happens, by the number of the look before which it does, from 1
Trained = tuple[MLP, list[RunRecord]]


@pytest.fixture(scope="module")
def arriving(digits: Splits) -> Splits:
    """What comes as MNIST: fewer images than the generated digits have, so that places in one are not in the other."""
    train = digits.train.subset(slice(0, 600))
    return Splits(state.MNIST, train, train.subset(slice(0, 200)), digits.test.subset(slice(0, 200)))


@pytest.fixture(scope="module")
def trained(arriving: Splits) -> Trained:
    """A run on those that comes further than the ready-made network, so that it is the one that reads from then on."""
    model = new_model(MLPConfig((32,)), 0)
    records = list(run(model, arriving, TrainingConfig(epochs=40, learning_rate=3e-3)))
    assert records[-1].epochs[-1].validation_accuracy > shipped_card()["validation_accuracy"]
    return model, records


class Run:
    """A run in the queue, which ends when it is told to."""

    def __init__(self, records: Sequence[RunRecord]) -> None:
        self.records, self.state = records, State.RUNNING

    def snapshot(self) -> Snapshot[RunRecord]:
        latest = self.records[len(self.records) // 2 if self.state is State.RUNNING else -1]
        return Snapshot(self.state, latest, False, 1.0, 0, None, None)

    def touch(self) -> None:
        """Its owner is here."""

    def cancel(self) -> None:
        """Its owner is gone."""


class Stage:
    """A page that is about to be drawn, in the middle of everything.

    Args:
        path: Of the page.
        trained: The run under way.
        arriving: MNIST, which is on its way.
        happens: What happens meanwhile.
    """

    def __init__(self, path: str, trained: Trained, arriving: Splits, happens: Plan) -> None:
        model, records = trained
        self.run, self.arriving, self.happens, self.looks = Run(records), arriving, dict(happens), 0
        self.mnist: Future[Splits] = Future()
        resources.library.clear()
        resources.library()._mnist = self.mnist
        store.visitors.clear()
        visitor = store.visitors().find(TAB)
        small = [new_model(MLPConfig(sizes), 0).eval().requires_grad_(False) for sizes in ((12,), (4, 4))]
        visitor.models = [
            TrainedModel(f"file-{number}", f"From file {number}: {one.config.label}", one, {})
            for number, one in enumerate(small, start=1)
        ]
        some = arriving.validation
        visitor.own_digits = [
            OwnDigit(int(label), "canvas", image.numpy().tobytes())
            for image, label in zip(some.images[:60], some.labels[:60], strict=True)
        ]
        visitor.runs_started = 1
        visitor.going = Going(cast("Job[RunRecord]", self.run), model, RateDial(), arriving)
        self.app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).switch_page(path)
        self.app.query_params["show"] = "whole"
        self.app.session_state["_candidate"] = TAB
        if any(event in NEEDS_OFFER for events in happens.values() for event in events):
            self.app.session_state["_offered_model"] = "file-1"

    def look(self) -> None:
        """Lets happen what is to happen now."""
        if get_script_run_ctx() is None:
            return
        self.looks += 1
        for event in self.happens.pop(self.looks, []):
            event(self)

    @property
    def visitor(self) -> Visitor | None:
        return store.visitors()._by_name.get(TAB)

    def mnist_comes(self) -> None:
        if not self.mnist.done():
            self.mnist.set_result(self.arriving)

    def run_ends(self) -> None:
        self.run.state = State.FINISHED

    def run_is_stopped(self) -> None:
        self.run.state = State.CANCELLED

    def another_is_offered(self) -> None:
        state.offer_model("file-2")

    def network_is_forgotten(self) -> None:
        if self.visitor:
            self.visitor.models = [one for one in self.visitor.models if one.key != "file-1"]

    def digits_are_removed(self) -> None:
        if self.visitor:
            self.visitor.own_digits = []

    def visitor_is_forgotten(self) -> None:
        if self.visitor:
            store.visitors()._forget(TAB)


# Those that can happen in one drawing, with the network that reads in the end. After a run that comes further than the
# ready-made network it is the run's, unless the page has the chooser, which stands on the ready-made one by then.
TOGETHER: dict[tuple[Event, ...], tuple[str, ...]] = {
    (Stage.mnist_comes, Stage.run_ends): ("Your network 1", "Ready-made network"),
    (Stage.another_is_offered, Stage.run_is_stopped, Stage.digits_are_removed): ("From file 2",),
    (Stage.network_is_forgotten,): ("Ready-made network",),
    (Stage.visitor_is_forgotten,): ("Ready-made network",),
}
# Before these, a network has been offered that reads from the beginning.
NEEDS_OFFER = (Stage.another_is_offered, Stage.network_is_forgotten, Stage.visitor_is_forgotten)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[[Stage], None]:
    """Makes a stage hear of every look that a page takes."""
    watching: list[Stage] = []

    def heard(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any) -> Any:
            for stage in watching[-1:]:
                stage.look()
            return function(*arguments)

        return wrapped

    names = {field.name for field in fields(Visitor)} - {"last_seen"}  # which the registry itself looks at
    plain = Visitor.__getattribute__

    def attribute(visitor: Visitor, name: str) -> Any:
        if name in names:
            for stage in watching[-1:]:
                stage.look()
        return plain(visitor, name)

    monkeypatch.setattr(Visitor, "__getattribute__", attribute)
    monkeypatch.setattr(Visitors, "find", heard(Visitors.find))
    monkeypatch.setattr(Run, "snapshot", heard(Run.snapshot))
    for name in ("mnist", "generated"):
        monkeypatch.setattr(DataLibrary, name, heard(getattr(DataLibrary, name)))
    for name in ("is_ready", "mnist_is_loading"):
        monkeypatch.setattr(DataLibrary, name, property(heard(getattr(DataLibrary, name).fget)))
    return watching.append


def plans(path: str, looks: int) -> Iterator[tuple[Plan, tuple[str, ...]]]:
    """What is to happen at which looks of a page, and which network reads in the end; for each time it is drawn."""
    drawn = random.Random(path)
    for events, reads in TOGETHER.items():
        for number in range(1, looks + 1) if EVERY_LOOK else [drawn.randint(1, looks)]:
            plan: Plan = {}
            for event in events:
                plan.setdefault(number, []).append(event)
                number = drawn.randint(1, looks)
            yield plan, reads


@pytest.mark.parametrize("path", PAGES)
def test_whatever_happens_while_a_page_is_drawn_it_is_about_one_network_and_one_data_set(
    path: str, trained: Trained, arriving: Splits, watch: Callable[[Stage], None]
) -> None:
    quiet = Stage(path, trained, arriving, {})
    watch(quiet)
    sound(quiet.app.run())
    problems = []
    for plan, reads in plans(path, quiet.looks):
        stage = Stage(path, trained, arriving, plan)
        watch(stage)
        app = stage.app.run()
        found = [*(error.message for error in app.exception), *(error.value for error in app.error)]
        if not found:
            app = sound(app.switch_page("pages/welcome.py").run())
            said_last = status(sound(app.run()))  # what comes so late that only this page sees it counts from here on
            found = [] if any(name in said_last for name in reads) else [said_last]
        said = {look: [event.__name__ for event in events] for look, events in plan.items()}
        problems += [f"{said} of {quiet.looks}: {text}" for text in found]
    assert not problems


def test_a_run_whose_last_batch_made_the_weights_too_large_is_not_kept_and_the_page_says_so(
    trained: Trained, arriving: Splits
) -> None:
    broken = copied(trained[0])
    next(broken.parameters()).fill_(float("inf"))
    for ending in (State.FINISHED, State.CANCELLED):
        stage = Stage("pages/train.py", (broken, trained[1]), arriving, {})
        stage.run.state = ending
        app = sound(stage.app.run())
        assert "The weights grew so large that the scores could be too large" in text(app)
        assert "It keeps what it has learned" not in text(app)
        assert "Your network" not in status(app)
        assert stage.visitor is not None
        assert [one.key for one in stage.visitor.models] == ["file-1", "file-2"]


@pytest.fixture(scope="module")
def exploded(arriving: Splits) -> Trained:
    """A run whose loss exploded."""
    model, records = new_model(MLPConfig((32,)), 0), list[RunRecord]()
    with pytest.raises(TrainingDiverged):
        records.extend(run(model, arriving, TrainingConfig(optimizer="sgd", learning_rate=100.0)))
    return model, records


@pytest.mark.parametrize("stem", ["train", "runs", "mistakes", "layers"])
def test_after_a_run_whose_loss_exploded_every_number_shown_is_one(
    stem: str, exploded: Trained, arriving: Splits
) -> None:
    stage = Stage(f"pages/{stem}.py", exploded, arriving, {})
    stage.run.state = State.FAILED
    app = sound(stage.app.run())
    assert stage.visitor is not None
    assert [one.ending for one in stage.visitor.models if one.key == "run-1"] == ["diverged"]
    assert not re.search(r"\b(nan|inf|NaN|Infinity)\b", text(app))
