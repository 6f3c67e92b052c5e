"""What is said of the network in use beside the digits it reads."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits
from mnist_core.network.checkpoint import learned_from, shipped_card
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, new_model
from mnist_core.training.records import run, score
from tests.app import in_one_piece, sound
from ui.frame import dataset, link, state
from ui.visitor import known_networks, networks, run_in_words, store
from ui.visitor.store import TrainedModel

pytestmark = pytest.mark.usefixtures("offline")


def said(monkeypatch: pytest.MonkeyPatch, read: str, card: dict[str, Any] | None) -> str:
    """The sentence on the ready-made network, or on one with this card, that reads these digits."""
    own = [] if card is None else [TrainedModel("run-1", "Your network 1", new_model(MLPConfig(()), 0), card)]
    monkeypatch.setattr(dataset, "splits", lambda: SimpleNamespace(name=read))
    monkeypatch.setattr(known_networks, "key_in_use", lambda: state.SHIPPED if card is None else "run-1")
    monkeypatch.setattr(known_networks, "own", lambda: own)
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
    (chooser,) = [box for box in in_one_piece("pages/draw.py").selectbox if box.key == "model"]
    expected = (
        f"Ready-made network: {shipped_card()['validation_accuracy']:.1%} in validation, trained on MNIST and drawn"
    )
    assert chooser.options == [f"{expected} digits"]
    assert expected in chooser.help


@pytest.fixture(scope="module")
def trained(digits: Splits) -> TrainedModel:
    """A network that was trained to its end."""
    model = new_model(MLPConfig((16,)), 0)
    *_, record = run(model, digits, TrainingConfig(epochs=1, batch_size=100))
    validation = score(model, digits.validation)
    name = f"Your network 1: {run_in_words.settings(record)}, {run_in_words.reached(record, validation)}"
    card = record.card() | {"dataset": state.MNIST}
    return TrainedModel("run-1", name, model.eval(), card, record, validation=validation)


def test_a_line_begins_with_the_name_and_the_headline(trained: TrainedModel) -> None:
    assert trained.record
    assert trained.record.test
    assert trained.validation
    reached = f"Your network 1: {trained.validation.accuracy:.1%} in validation, "
    assert networks.headline_first(trained) == f"{reached}{run_in_words.settings(trained.record)}"

    stopped = replace(trained, record=replace(trained.record, test=None))
    assert networks.headline_first(stopped).startswith(f"{reached}stopped after ")


def reads_among(monkeypatch: pytest.MonkeyPatch, *models: TrainedModel, choice: str | None = None) -> str:
    """Which network reads for a visitor who has these and chose so."""
    monkeypatch.setattr(store, "visitor", lambda: SimpleNamespace(name="a", models=list(models)))
    monkeypatch.setattr(st, "session_state", {} if choice is None else {"model": choice})
    return known_networks.key_in_use()


def with_accuracy(trained: TrainedModel, accuracy: float, key: str = "run-1") -> TrainedModel:
    assert trained.validation
    return replace(trained, key=key, validation=replace(trained.validation, accuracy=accuracy))


def test_the_best_network_reads_until_one_is_chosen(monkeypatch: pytest.MonkeyPatch, trained: TrainedModel) -> None:
    bar = shipped_card()["validation_accuracy"]
    worse, better = with_accuracy(trained, bar - 0.01), with_accuracy(trained, bar + 0.001, "run-2")
    drawn = replace(with_accuracy(trained, 1.0, "run-3"), card={"dataset": state.GENERATED})
    assert reads_among(monkeypatch) == state.SHIPPED
    assert reads_among(monkeypatch, worse) == reads_among(monkeypatch, worse, drawn) == state.SHIPPED
    assert reads_among(monkeypatch, better, worse) == "run-2"
    assert reads_among(monkeypatch, better, worse, choice="run-1") == "run-1"
    assert reads_among(monkeypatch, better, choice="gone") == "run-2"


def test_what_nobody_counted_here_is_not_said() -> None:
    model, card = new_model(MLPConfig(()), 0), {"taught": 2, "validation_accuracy": 0.75}
    copy = TrainedModel("taught-1", "Your network 1, taught 2 lessons", model, card)
    assert networks.headline_first(copy) == "Your network 1, taught 2 lessons: 75.0% in validation"
    assert networks.headline_first(replace(copy, card={"taught": 2})) == copy.name
    assert networks.headline_first(replace(copy, key="file-1", name="From file 1: 784-10")) == "From file 1: 784-10"


@pytest.mark.parametrize("card", [{}, {"dataset": "<b>my own</b>"}, {"dataset": ["MNIST"]}, {"dataset": None}])
def test_a_file_that_names_no_digits_of_ours_says_nothing(
    monkeypatch: pytest.MonkeyPatch, card: dict[str, Any]
) -> None:
    assert said(monkeypatch, state.MNIST, card) == said(monkeypatch, state.GENERATED, card) == ""


def test_what_a_network_began_with_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    began = {"name": "Your network 1", "weights": "0123abcd", "learned_from": [state.MNIST]}
    card = {"dataset": state.GENERATED, "began_with": began}
    assert said(monkeypatch, state.MNIST, card) == said(monkeypatch, state.GENERATED, card) == ""


def test_what_a_training_can_begin_with_are_the_networks_that_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    model = new_model(MLPConfig(()), 0)
    own = [TrainedModel(key, f"{name}: 784-10", model, {}) for key, name in (("run-1", "One"), ("file-2", "Two"))]
    monkeypatch.setattr(known_networks, "own", lambda: own)
    starts = networks.starts()
    assert {key: start.name for key, start in starts.items()} == {
        "file-2": "Two",
        "run-1": "One",
        state.SHIPPED: "Ready-made network",
    }
    assert [learned_from(start.card) for start in starts.values()] == [
        ("a file",),
        (),
        learned_from(shipped_card()),
    ]


def test_another_network_chosen_in_a_part_of_a_page_draws_all_of_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    class DrawnAnew(Exception): ...

    def rerun() -> None:
        raise DrawnAnew

    model = new_model(MLPConfig(()), 0)
    own = [TrainedModel("run-1", "Your network 1: 784-10", model, {})]
    monkeypatch.setattr(store, "visitor", lambda: SimpleNamespace(name="a", models=own))
    monkeypatch.setattr(st, "rerun", rerun)
    monkeypatch.setattr(st, "selectbox", lambda *arguments, **options: None)
    monkeypatch.setattr(link, "is_drawn_already", lambda key: False)
    monkeypatch.setattr(state, "is_fragment_alone", lambda: True)
    settled: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", {"_settled": settled, "model": state.SHIPPED})
    networks.chooser()
    st.session_state["model"] = "run-1"
    assert known_networks.key_in_use() == state.SHIPPED  # as all of the page has it
    with pytest.raises(DrawnAnew):
        networks.chooser()
    settled.clear()  # as before every drawing of the whole page
    networks.chooser()
    assert known_networks.key_in_use() == "run-1"


def test_the_networks_of_a_page_stay_the_same_until_it_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    model = new_model(MLPConfig(()), 0)
    visitor = SimpleNamespace(name="a", models=[TrainedModel("file-1", "From file 1: 784-10", model, {})])
    settled: dict[str, Any] = {}
    monkeypatch.setattr(store, "visitor", lambda: visitor)
    monkeypatch.setattr(st, "session_state", {"_settled": settled, "_offered_model": "file-1"})
    assert known_networks.key_in_use() == "file-1"
    assert not known_networks.is_behind()
    visitor.models = [TrainedModel("run-1", "Your network 1: 784-10", model, {})]
    state.offer_model("run-1")
    assert known_networks.key_in_use() == "file-1"
    assert list(known_networks.names()) == ["file-1", state.SHIPPED]
    assert networks.model_in_use()[0] is model
    assert known_networks.is_behind()
    settled.clear()
    assert known_networks.key_in_use() == "run-1"
    assert not known_networks.is_behind()


def one_visit() -> None:
    """Loads a network from a file, counts what it makes of the validation images, and forgets its visitor."""
    import streamlit as st

    from mnist_core.evaluation.accuracy import evaluate
    from mnist_core.network.checkpoint import Checkpoint
    from mnist_core.network.model import MLPConfig
    from mnist_core.training.loop import new_model
    from ui.frame import dataset, state
    from ui.visitor import known_networks, networks, store

    state.identify()
    st.session_state["_settled"] = {}  # as a page does at its start
    model = new_model(MLPConfig((8,)), st.session_state["seed"]).eval()
    store.add_loaded(store.visitor(), Checkpoint(model, {}))
    (trained,) = known_networks.own()
    st.text(trained.key)
    st.text(str(networks.validation_of(trained.key, model).accuracy))
    st.text(str(evaluate(model, dataset.splits().validation).accuracy))
    store.visitors()._forget(state.tab_name())


def test_who_was_forgotten_and_comes_back_gets_no_numbers_of_their_network_before() -> None:
    app = AppTest.from_function(one_visit, default_timeout=60)
    accuracies = set()
    for seed in (1, 2):
        app.session_state["seed"] = seed
        key, cached, counted = (element.value for element in sound(app.run()).text)
        assert (key, cached) == ("file-1", counted)
        accuracies.add(counted)
    assert len(accuracies) == 2
