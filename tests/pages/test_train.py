"""The page to train a network on: what it says of a network that knows nothing."""

import inspect
import math
import re

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import DatasetBatches, Learner, fit, new_model, train_step
from mnist_core.training.recipes import RECIPES
from tests.app import finish, open_page, opened_by_link, sound, text, train
from ui.visitor import store


def check_a_new_network_guesses(validation: Dataset) -> None:
    for seed in range(3):
        evaluation = evaluate(new_model(MLPConfig(), seed), validation)
        assert evaluation.loss == pytest.approx(math.log(10), abs=0.1)  # "near 2.3"
        assert evaluation.accuracy < 0.25


def test_the_loss_of_a_new_network_is_near_that_of_guessing(digits: Splits) -> None:
    check_a_new_network_guesses(digits.validation)


def test_the_loss_of_a_new_network_is_near_that_of_guessing_on_mnist_too(mnist: Splits) -> None:
    check_a_new_network_guesses(mnist.validation)


def test_the_question_about_it_states_the_right_number() -> None:
    app = open_page("pages/train.py")
    assert "2.303" not in text(app)
    app = sound(app.radio(key="ask_train").set_value("Near 2.3").run())
    assert f"ln 10 = {math.log(10):.3f}" in text(app)
    app = sound(app.radio(key="ask_train").set_value("Near 0.1").run())
    assert f"−ln 0.1 = {-math.log(0.1):.3f}" in text(app)


def test_the_code_shown_is_all_of_the_loop() -> None:
    """Whatever of our own ``fit`` calls to learn from a batch stands beside it."""
    shown = [code.value.strip() for code in open_page("pages/train.py").code]
    for part in (train_step, Learner, fit, DatasetBatches):
        assert inspect.getsource(part).strip() in shown


def test_settings_come_from_the_link() -> None:
    app = opened_by_link("pages/train.py", epochs="2", batch_size="128", layers="2", width="64", rate="0.01", seed="7")
    assert "The network 784-64-64-10" in text(app)
    assert app.select_slider(key="batch_size").value == 128
    assert app.select_slider(key="rate").value == 0.01
    assert app.number_input(key="seed").value == 7
    hidden = opened_by_link("pages/train.py", layers="2", width="64", hide="layers,width")
    assert "The network 784-64-64-10" in text(hidden)


def keys(app: AppTest) -> list[str | None]:
    return [button.key for button in app.button if not button.disabled]


def mode(app: AppTest) -> store.Mode:
    return store.visitors().find(app.session_state["_tab"]).mode


def recipes(app: AppTest) -> ButtonGroup[str]:
    """The row to start from; its key is another one after each move of its mark."""
    (row,) = [pills for pills in app.pills if pills.label == "Start from"]
    return row


def test_it_starts_with_the_first_recipe_and_each_sets_every_control() -> None:
    app = open_page("pages/train.py")
    assert recipes(app).value == RECIPES[0].name
    for recipe in (*RECIPES[1:], RECIPES[0]):
        app = sound(recipes(app).set_value(recipe.name).run())
        assert recipe.sentence in text(app)
        assert f"The network {recipe.model_config.label}:" in text(app)
        assert app.slider(key="epochs").value == recipe.training_config.epochs
        assert app.select_slider(key="rate").value == recipe.training_config.learning_rate
        assert app.select_slider(key="decay").value == recipe.training_config.weight_decay
        assert recipes(app).value == recipe.name
    app = sound(app.slider(key="epochs").set_value(9).run())
    assert recipes(app).value is None
    app = sound(app.number_input(key="seed").set_value(5).run())
    app = sound(app.slider(key="epochs").set_value(RECIPES[0].training_config.epochs).run())
    assert recipes(app).value == RECIPES[0].name  # whatever the seed is


def test_a_recipe_leaves_alone_what_the_link_hides() -> None:
    app = opened_by_link("pages/train.py", hide="epochs,width", epochs="7", width="16")
    app = sound(recipes(app).set_value("The course's network").run())
    assert "The network 784-16-10:" in text(app)
    assert app.query_params["epochs"] in ("7", ["7"])


def test_layers_have_widths_of_their_own() -> None:
    app = opened_by_link("pages/train.py", layers="3", width="64", width_2="32")
    assert "The network 784-64-32-64-10:" in text(app)


def test_batch_by_batch_then_an_epoch_then_to_the_end(digits: Splits) -> None:
    app = opened_by_link("pages/train.py", epochs="2", width="16", batch_size="512", images="1,000")
    for number in (1, 2):
        app = sound(app.button(key="one_batch").click().run())
        assert mode(app) == "paused"
        assert re.search(rf"batch {number} of 4\b.* 784-16-10", text(app))
        (cards,) = [element.proto.body for element in app.get("html") if "batch-cards" in element.proto.body]
        assert "Gradient" in cards
    app = finish(sound(app.button(key="one_epoch").click().run()))  # the first is over: to the end of the second
    assert mode(app) == "idle"
    assert app.metric[0].value == "2 of 2"


def test_what_can_be_pressed_when(digits: Splits) -> None:
    app = opened_by_link("pages/train.py", epochs="20", batch_size="8", width="8")
    steps = {"one_batch", "one_epoch", "slow"}
    assert {"train", *steps} <= set(keys(app))
    assert not {"stop", "pause", "go_on"} & set(keys(app))
    app = sound(app.button(key="train").click().run())
    assert {"pause", "stop"} <= set(keys(app))
    assert not steps & set(keys(app))
    app = sound(app.button(key="pause").click().run())
    assert {"go_on", "stop", *steps} <= set(keys(app))
    assert mode(app) == "paused"
    app = sound(app.button(key="slow").click().run())
    assert mode(app) == "slow"
    assert "slow" not in keys(app)
    app = sound(app.button(key="stop").click().run())
    assert mode(app) == "idle"
    assert "784-8-10" in text(app)
    assert "train" in keys(app)


def test_a_learning_rate_turned_far_too_high_on_the_way_ends_in_a_sentence() -> None:
    app = opened_by_link("pages/train.py", epochs="20", batch_size="8", layers="3", width="256")
    app = sound(app.button(key="train").click().run())
    app = finish(sound(app.select_slider(key="rate").set_value(10.0).run()))
    assert re.search(r"learning rate than 10\b", text(app))


def test_a_run_that_explodes_at_once_has_nothing_to_take_home() -> None:
    app = open_page("pages/train.py")
    app = sound(recipes(app).set_value("Learning rate far too high").run())
    app = train(app)
    assert re.search(r"first weights.* learning rate than 10\b", text(app))
    assert "Ready-made network" in app.caption[0].value
    assert not app.get("download_button")


def test_the_end_of_a_run_leads_on_and_can_be_taken_home(digits: Splits) -> None:
    app = opened_by_link("pages/train.py", epochs="1", width="16")
    app = train(app)
    assert re.search(rf"\*\*\d+\.\d\d%\*\* of {len(digits.test)} images", text(app))
    assert {link.proto.page for link in app.get("page_link")} >= {"draw", "mistakes", "certainty", "breaking", "runs"}
    assert len(app.get("download_button")) == 3
    assert len(app.get("file_uploader")) == 1
    app = sound(app.toggle(key="log").set_value(True).run())
    specs = " ".join(chart.proto.spec for chart in app.get("vega_lite_chart"))
    assert '"log"' in specs
