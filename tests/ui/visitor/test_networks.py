"""What is said of the network in use beside the digits it reads."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from mnist_core.data.dataset import Splits
from mnist_core.network.checkpoint import shipped_card
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, new_model
from mnist_core.training.records import run, score
from tests.app import open_page
from ui.frame import dataset, state
from ui.visitor import known_networks, networks, run_in_words, store
from ui.visitor.store import TrainedModel

pytestmark = pytest.mark.usefixtures("offline")


def said(monkeypatch: pytest.MonkeyPatch, read: str, card: dict[str, Any] | None) -> str:
    """The sentence on the ready-made network, or on one with this card, that reads these digits."""
    own = [] if card is None else [TrainedModel("run-1", "Your network 1", new_model(MLPConfig(()), 0), card)]
    monkeypatch.setattr(dataset, "splits", lambda: SimpleNamespace(name=read))
    monkeypatch.setattr(known_networks, "key_in_use", lambda: state.SHIPPED if card is None else "run-1")
    monkeypatch.setattr(store, "visitor", lambda: SimpleNamespace(models=own))
    return networks.learned_elsewhere()


def test_a_network_among_digits_it_did_not_learn_from_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    mnist, generated = state.MNIST, state.GENERATED
    assert said(monkeypatch, mnist, None) == ""
    assert "learned from MNIST" in said(monkeypatch, generated, {"dataset": mnist})
    assert "learned from generated digits" in said(monkeypatch, mnist, {"dataset": generated})
    assert said(monkeypatch, generated, {"dataset": generated}) == ""


def test_who_learned_from_both_kinds_meets_nothing_strange(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ready-made network, and a copy of it that was taught and so has its card."""
    card = shipped_card()
    assert card["dataset"] == state.MNIST
    assert card["drawn_digits"]["count"] > 0
    for read in (state.MNIST, state.GENERATED):
        assert said(monkeypatch, read, None) == said(monkeypatch, read, card | {"taught": 1}) == ""


def test_the_chooser_says_what_the_ready_made_network_learned_from() -> None:
    (chooser,) = [box for box in open_page("pages/draw.py").selectbox if box.key == "model"]
    expected = (
        f"Ready-made network: {shipped_card()['test_accuracy']:.1%} in its final test, trained on MNIST and drawn"
    )
    assert chooser.options == [f"{expected} digits"]
    assert expected in chooser.help


@pytest.fixture(scope="module")
def trained(digits: Splits) -> TrainedModel:
    """A network that was trained to its end."""
    model = new_model(MLPConfig((16,)), 0)
    *_, record = run(model, digits, TrainingConfig(epochs=1, batch_size=100))
    name = f"Your network 1: {run_in_words.settings(record)}, {run_in_words.reached(record)}"
    return TrainedModel("run-1", name, model.eval(), {}, record, validation=score(model, digits.validation))


def test_a_line_begins_with_the_name_and_the_accuracy(trained: TrainedModel) -> None:
    assert trained.record
    assert trained.record.test
    reached = f"Your network 1: {trained.record.test.accuracy:.1%} in its final test, "
    assert networks.accuracy_first(trained) == f"{reached}{run_in_words.settings(trained.record)}"

    stopped = replace(trained, record=replace(trained.record, test=None))
    assert trained.validation
    reached = f"Your network 1: {trained.validation.accuracy:.1%} in validation, stopped after "
    assert networks.accuracy_first(stopped).startswith(reached)


def test_what_nobody_counted_here_is_not_said() -> None:
    model, card = new_model(MLPConfig(()), 0), {"taught": 2, "validation_accuracy": 0.75}
    copy = TrainedModel("taught-1", "Your network 1, taught 2 lessons", model, card)
    assert networks.accuracy_first(copy) == "Your network 1, taught 2 lessons: 75.0% in validation"
    assert networks.accuracy_first(replace(copy, card={"taught": 2})) == copy.name
    assert networks.accuracy_first(replace(copy, key="file-1", name="From file 1: 784-10")) == "From file 1: 784-10"


@pytest.mark.parametrize("card", [{}, {"dataset": "<b>my own</b>"}, {"dataset": ["MNIST"]}, {"dataset": None}])
def test_a_file_that_names_no_digits_of_ours_says_nothing(
    monkeypatch: pytest.MonkeyPatch, card: dict[str, Any]
) -> None:
    assert said(monkeypatch, state.MNIST, card) == said(monkeypatch, state.GENERATED, card) == ""
