"""The page to train a network on: what it says of a network that knows nothing."""

import math

import pytest

from mnist_core.data import Dataset, Splits
from mnist_core.evaluation import evaluate
from mnist_core.model import MLPConfig
from mnist_core.training import new_model
from tests.test_pages import offline, open_page, opened_by_link, sound, text  # noqa: F401


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


def test_settings_come_from_the_link() -> None:
    app = opened_by_link("pages/train.py", epochs="2", batch_size="128", layers="2", width="64", rate="0.01", seed="7")
    assert "The network 784-64-64-10" in text(app)
    assert app.select_slider(key="batch_size").value == 128
    assert app.select_slider(key="rate").value == 0.01
    assert app.number_input(key="seed").value == 7
    hidden = opened_by_link("pages/train.py", layers="2", width="64", hide="layers,width")
    assert "The network 784-64-64-10" in text(hidden)
