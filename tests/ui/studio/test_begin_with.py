"""A run begins with the weights that were chosen: the network gives its shape, everything else stays free."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits
from mnist_core.network.checkpoint import fingerprint, load_shipped
from mnist_core.network.model import MLPConfig
from mnist_core.training.export import START_NAME, script
from mnist_core.training.loop import new_model
from mnist_core.training.recipes import RECIPES
from mnist_core.training.start import Start
from tests.app import finish, in_one_piece, open_page, opened_by_link, sound, text, train, turn_to
from ui.studio import begin_with
from ui.visitor import store
from ui.visitor.store import TrainedModel

pytestmark = pytest.mark.usefixtures("offline")

PAGE, RUNS, COLLECTION = "lessons/train.py", "lessons/runs.py", "lessons/collection.py"
QUICK = {"epochs": "1", "batch_size": "100", "rate": "0.001"}


def visitor(app: AppTest) -> store.Visitor:
    return store.visitors().find(app.session_state["_tab"])


def with_network(app: AppTest, *, from_file: bool = False) -> tuple[AppTest, str]:
    """Gives the visitor a network of an odd shape; what its weights are told from others by."""
    model = new_model(MLPConfig((24, 11), "tanh", 0.1), 5).eval()
    key, name = ("file-1", "From file 1: 784-24-11-10") if from_file else ("taught-1", "x, taught 1 lesson")
    visitor(app).models = [TrainedModel(key, name, model, {"dataset": "MNIST"})]
    return sound(app.run()), fingerprint(model)


def chosen(app: AppTest, weights: str) -> AppTest:
    return sound(app.selectbox(key="begin_with_choice").set_value(weights).run())


def test_a_run_begins_with_the_network_chosen_and_says_so_everywhere(digits: Splits) -> None:
    app, weights = with_network(opened_by_link(PAGE, **QUICK))
    assert "Not a single image learned yet." in text(app)
    app = chosen(app, weights)
    assert app.query_params["begin_with"] in (weights, [weights])
    assert f"It begins with the weights of Taught copy 1 ({weights}) and learns on: **fine-tuning**" in text(app)
    assert "It begins with the weights of Taught copy 1. Press **Train**." in text(app)
    assert "784-24-11-10, tanh, 10% dropout: weights fit their own network only" in text(app)
    drawn = {slider.key for slider in (*app.slider, *app.select_slider)}
    assert not drawn & {"layers", "width", "dropout"}
    assert {"epochs", "batch_size", "rate", "decay", "images"} <= drawn
    source, before = visitor(app).models[0].model, fingerprint(visitor(app).models[0].model)
    app = train(app)
    trained = visitor(app).models[-1]
    assert trained.record
    assert trained.record.start
    assert trained.record.start.model is source
    assert fingerprint(source) == before == weights
    assert trained.card["began_with"] == {
        "name": "Taught copy 1",
        "weights": weights,
        "learned_from": ["MNIST"],
    }
    assert "begun with Taught copy 1" in trained.name
    assert trained.record.before
    assert trained.validation
    assert (
        f"validation accuracy **{trained.validation.accuracy:.1%}**, before it {trained.record.before.accuracy:.1%}."
        in text(app)
    )
    assert START_NAME in script(trained.record)
    app = turn_to(app, 6)
    assert "This run began with those of Taught copy 1." in text(app)
    assert "They begin as noise" not in text(app)
    app = turn_to(app, 7)
    assert [button.proto.label for button in app.get("download_button")] == [
        "Weights",
        "Script",
        "Digits",
        "First weights",
    ]
    assert f"Those of Taught copy 1 ({weights}), with which the run began." in text(app)
    assert "It needs the digits and the first weights." in text(app)


def test_the_shared_network_is_never_trained_and_can_be_chosen_by_the_link(digits: Splits) -> None:
    shipped = fingerprint(load_shipped())
    app = train(opened_by_link(PAGE, begin_with=shipped, images="100", **QUICK))
    (trained,) = visitor(app).models
    assert trained.record
    assert trained.record.start
    assert trained.record.start.name == "Ready-made network"
    assert trained.model.config == load_shipped().config
    assert fingerprint(trained.record.start.model) == shipped != fingerprint(trained.model)


def test_a_link_with_weights_that_nobody_here_has_says_so_until_their_file_is_loaded() -> None:
    app, weights = with_network(open_page(PAGE))
    other = opened_by_link(PAGE, begin_with=weights)
    assert f"begins with the weights {weights}, and no network here has them." in text(other)
    assert other.selectbox(key="begin_with_choice").value == ""
    assert "Not a single image learned yet." in text(other)
    other, _ = with_network(other, from_file=True)
    assert "no network here has them" not in text(other)
    assert "It begins with the weights of From file 1. Press **Train**." in text(other)
    hidden = opened_by_link(PAGE, begin_with=fingerprint(load_shipped()), hide="begin_with")
    assert "begin_with_choice" not in [box.key for box in hidden.selectbox]
    assert "It begins with the weights of Ready-made network." in text(hidden)
    assert app.query_params.get("begin_with") is None


def test_a_recipe_and_reset_begin_with_new_weights_again() -> None:
    app, weights = with_network(open_page(PAGE))
    app = chosen(app, weights)
    (row,) = [pills for pills in app.pills if pills.label == "Start from"]
    assert row.value is None
    app = sound(row.set_value(RECIPES[1].name).run())
    assert f"The network {RECIPES[1].model_config.label}:" in text(app)
    assert "begin_with" not in app.query_params
    app = sound(chosen(app, weights).button(key="reset_page").click().run())
    assert app.selectbox(key="begin_with_choice").value == ""


def test_a_run_that_explodes_at_once_leaves_nothing_and_the_next_one_can_begin_again() -> None:
    app, weights = with_network(opened_by_link(PAGE, **{**QUICK, "rate": "10.0", "optimizer": "SGD"}))
    app = chosen(app, weights)
    app = finish(sound(app.button(key="train").click().run()))
    trained = visitor(app).models[-1]
    assert trained.record
    if trained.record.diverged and not trained.record.learned_steps:
        assert "its first weights" in text(app)
    assert weights in {start.weights for start in startable(app)}


def startable(app: AppTest) -> list[Start]:
    return [trained.start for trained in visitor(app).models if trained.has_learned]


def test_a_run_begun_with_a_file_is_known_as_such_on_the_other_pages() -> None:
    app, weights = with_network(opened_by_link(PAGE, **QUICK), from_file=True)
    app = train(chosen(app, weights))
    trained = visitor(app).models[-1]
    assert trained.card["began_with"]["learned_from"] == ["MNIST", "a file"]
    app.session_state["_linked"]["show"] = "whole"
    app = sound(app.switch_page(RUNS).run())
    assert "begun with From file 1" in text(app)
    assert "What a network from a file has learned from, only its maker knows" in text(in_collection(app))


def in_collection(app: AppTest) -> AppTest:
    return sound(app.switch_page(COLLECTION).run())


def test_in_one_piece_the_control_stands_there_once() -> None:
    app = in_one_piece(PAGE)
    assert [box.key for box in app.selectbox].count("begin_with_choice") == 1


@pytest.mark.parametrize("text", ["", "13ec8a4", "13EC8A47", "13ec8a47x", "nonsense"])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="are no weights"):
        begin_with._weights(text)
