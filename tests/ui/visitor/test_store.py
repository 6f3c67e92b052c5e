"""What all visitors together may hold, and who is forgotten first."""

from collections.abc import Iterator
from typing import Any

import pytest

from mnist_core.jobs import FORGET_AFTER, PAUSE_AFTER, FairQueue, State
from mnist_core.lessons.collection import OwnDigit
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model
from tests.app import open_page
from ui.frame import memory, resources
from ui.visitor import store
from ui.visitor.held import held_bytes
from ui.visitor.store import MOST_BYTES, WEIGHED_AFTER, Experiment, TrainedModel, Visitor, Visitors

A_WHILE = max(PAUSE_AFTER, WEIGHED_AFTER)  # seconds


class Hall:
    """Visitors who hold what they are said to hold, in seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.here: set[str] = set()  # the sessions of those whose tab is open
        self.holds: dict[str, int] = {}
        self.visitors = Visitors(
            lambda: self.now,
            lambda visitor: self.holds.get(visitor.session, 0),
            lambda visitor: visitor.session in self.here,
        )

    def comes(self, name: str, holds: int, *, stays: bool = False) -> Visitor:
        """Somebody is seen, has so much, and goes or stays."""
        self.holds[name] = holds
        visitor = self.visitors.find(name)
        visitor.session = name
        if stays:
            self.here.add(name)
        return visitor

    def passes(self, seconds: float) -> None:
        """Some time, in which somebody with nothing looks around."""
        for _ in range(8):
            self.now += seconds / 8
            for _ in range(8):  # at each look one of the others is weighed
                self.comes("guard", 0, stays=True)

    def known(self) -> list[str]:
        """Who is known but the guard, the longest unseen first."""
        return [name for name in self.visitors._by_name if name != "guard"]


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Hall:
    """With room for 100 bytes of those gone, and for 200 of all."""
    monkeypatch.setattr(store, "MOST_BYTES_OF_GONE", 100)
    monkeypatch.setattr(store, "MOST_BYTES", 200)
    monkeypatch.setattr(memory, "tidy", lambda: None)
    return Hall()


def endless() -> Iterator[int]:
    while True:
        yield 0


@pytest.fixture
def queue() -> Iterator[FairQueue]:
    queue = FairQueue()
    yield queue
    queue.close()


def test_of_those_gone_the_longest_gone_are_forgotten_first(hall: Hall) -> None:
    for name in ("one", "two", "three"):
        hall.comes(name, 30)
        hall.passes(A_WHILE)
    assert hall.known() == ["one", "two", "three"]
    hall.comes("one", 30)  # seen once more
    hall.comes("four", 30)
    hall.passes(2 * A_WHILE)
    assert hall.known() == ["three", "one", "four"]
    assert hall.visitors.bytes == 90


def test_who_is_here_stays_while_those_gone_are_forgotten(hall: Hall) -> None:
    hall.comes("here", 90, stays=True)
    for name in ("one", "two", "three"):
        hall.comes(name, 35)
    hall.passes(2 * A_WHILE)
    assert hall.known() == ["here", "two", "three"]


def test_whose_page_is_loaded_again_is_not_gone(hall: Hall) -> None:
    """A reload takes a second, in which the tab is closed. However long they had read before, they are here."""
    hall.comes("reads", 90, stays=True)
    hall.comes("one", 90)
    hall.passes(10 * A_WHILE)
    hall.here.remove("reads")
    hall.comes("two", 0)
    hall.passes(A_WHILE / 2)
    assert hall.known() == ["reads", "one", "two"]
    again = hall.comes("reads", 90, stays=True)
    hall.passes(2 * A_WHILE)
    assert hall.visitors.find("reads") is again


def test_if_nothing_else_is_left_the_longest_idle_of_those_here_are_forgotten(hall: Hall, queue: FairQueue) -> None:
    job = queue.submit(endless())
    hall.comes("gone", 60).experiments["one"] = Experiment(job, None)
    hall.passes(2 * A_WHILE)
    hall.comes("idle", 80, stays=True)
    hall.comes("here", 80, stays=True)
    hall.passes(A_WHILE)
    assert hall.known() == ["idle", "here"]  # those gone have room, but not all together
    assert job.wait(10.0)
    assert job.snapshot().state is State.CANCELLED
    hall.comes("new", 80, stays=True)
    hall.passes(A_WHILE)
    assert hall.known() == ["here", "new"]


def test_whoever_asks_is_never_forgotten_however_much_they_have(hall: Hall) -> None:
    mine = hall.comes("mine", 1_000, stays=True)
    for _ in range(5):
        hall.now += WEIGHED_AFTER
        assert hall.visitors.find("mine") is mine
    assert hall.visitors.bytes == 1_000


def test_what_comes_after_the_last_look_is_counted_too(hall: Hall) -> None:
    hall.comes("one", 10, stays=True)
    hall.passes(A_WHILE)
    hall.comes("one", 60, stays=True)
    hall.passes(A_WHILE)
    assert hall.visitors.bytes == 60


def test_who_trains_is_weighed_again_though_nobody_sees_them(hall: Hall, queue: FairQueue) -> None:
    hall.comes("trains", 10).experiments["one"] = Experiment(queue.submit(endless()), None)
    hall.passes(WEIGHED_AFTER)
    hall.holds["trains"] = 70
    hall.passes(3 * WEIGHED_AFTER)
    assert hall.visitors.bytes == 70


def test_what_is_forgotten_by_time_is_no_longer_counted(hall: Hall) -> None:
    hall.comes("one", 60)
    hall.passes(A_WHILE)
    assert hall.visitors.bytes == 60
    hall.now += FORGET_AFTER
    hall.passes(1.0)
    assert hall.known() == []
    assert hall.visitors.bytes == 0


def test_five_thousand_visits_of_an_hour_hold_no_more_than_the_bound(hall: Hall) -> None:
    most = 0
    for number in range(5_000):
        hall.now += 0.72
        hall.comes(str(number), number % 4)
        most = max(most, sum(visitor.bytes for visitor in hall.visitors._by_name.values()))
    # Those gone, those not yet gone for a while, and one that was weighed just now.
    assert most <= 100 + PAUSE_AFTER / 0.72 * 1.5 + 3
    assert len(hall.visitors) < FORGET_AFTER / 0.72


def test_who_is_forgotten_keeps_nothing_even_where_something_still_knows_them(hall: Hall) -> None:
    kept = hall.comes("one", 300)  # by a button on a page that Streamlit has not thrown away yet
    kept.models = [TrainedModel("run-1", "", new_model(MLPConfig((512,)), 0), {})]
    kept.own_digits = [OwnDigit(1, "canvas", bytes(784))]
    hall.passes(2 * A_WHILE)
    assert hall.known() == []
    assert held_bytes([kept]) <= 2_000


@pytest.mark.usefixtures("offline")
def test_memory_is_tidied_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now, times = [0.0], []
    monkeypatch.setattr(memory, "tidy", lambda: times.append(now[0]))
    visitors = Visitors(lambda: now[0], lambda visitor: 0, lambda visitor: True)
    for _ in range(200):
        now[0] += 1.0
        visitors.find("one")
    assert times == [61.0, 122.0, 183.0]


@pytest.mark.usefixtures("offline")
def test_a_page_has_its_visitor_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "WEIGHED_AFTER", 0.0)
    app = open_page("pages/welcome.py")
    visitor = store.visitors().find(app.session_state["_tab"])
    before = visitor.bytes
    model = new_model(MLPConfig((512,)), 0)
    store.add_loaded(visitor, _checkpoint(model))
    app.run()
    weights = sum(parameter.nbytes for parameter in model.parameters())
    assert weights <= visitor.bytes - before < weights + 50_000
    assert store.visitors().bytes == visitor.bytes
    assert visitor.session


@pytest.mark.usefixtures("offline")
def test_the_ready_made_network_is_nobodys() -> None:
    model = resources.shipped_model()
    visitor = Visitor(0.0, models=[TrainedModel("run-1", "", model, {})])
    assert visitor.holds() < Visitor(0.0).holds() + 2_000


def test_a_class_of_thirty_has_room_for_five_networks_each() -> None:
    model = new_model(MLPConfig((256,)), 0)  # the one the training page starts with
    record = 800_000  # bytes; held_bytes finds 0.72 MB
    assert 30 * 5 * (sum(parameter.nbytes for parameter in model.parameters()) + record) < MOST_BYTES


def _checkpoint(model: Any) -> Any:
    from mnist_core.network.checkpoint import Checkpoint

    return Checkpoint(model, {})
