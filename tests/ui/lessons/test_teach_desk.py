"""Where copies are taught: what is offered to teach, and what a copy is called when it is kept."""

import pytest

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.checkpoint import load_shipped
from tests.app import open_page, sound, turn_to
from ui.frame import state
from ui.lessons import teach_desk
from ui.visitor import store

pytestmark = pytest.mark.usefixtures("offline")


def test_of_each_digit_the_image_that_is_read_worst(digits: Splits) -> None:
    model = load_shipped()
    images, worst = teach_desk._read_worst("", state.SHIPPED, digits.name, len(digits.train), model, digits)
    found = evaluate(model, digits.train)
    for digit in range(10):
        losses = found.losses.where(digits.train.labels == digit, -1)
        assert images[digit].equal(digits.train.images[int(losses.argmax())])
    assert worst == int(digits.train.labels[int(found.losses.argmax())])


def test_the_ready_made_networks_copy_has_a_card_without_its_accuracy() -> None:
    app = open_page("lessons/teach.py")
    app = sound(app.button(key="teach_it").click().run())
    sound(turn_to(app, 6).button(key="teach_adopt").click().run())
    (adopted,) = store.visitors().find(app.session_state["_tab"]).models
    assert adopted.name == "Ready-made network, taught 1 lesson"
    assert adopted.card["taught"] == 1
    assert adopted.card["dataset"] == state.MNIST
    assert not [name for name in adopted.card if name.endswith("_accuracy")]  # nobody has counted on MNIST


def test_the_desk_of_a_network_that_is_gone_is_cleared_away() -> None:
    app = open_page("lessons/teach.py")
    visitor = store.visitors().find(app.session_state["_tab"])
    visitor.desks["run-9"] = visitor.desks[state.SHIPPED]
    sound(app.run())
    assert list(visitor.desks) == [state.SHIPPED]
