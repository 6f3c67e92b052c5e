"""What is taken home of a network comes back, a bad file is a sentence, and nothing large is made unasked."""

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits
from mnist_core.network import checkpoint
from mnist_core.network.model import MLPConfig
from mnist_core.training import export
from mnist_core.training.loop import TrainingConfig, new_model
from mnist_core.training.records import run, score
from tests.app import sound, text
from ui.studio import take_home
from ui.visitor.store import TrainedModel

pytestmark = pytest.mark.usefixtures("offline")


@pytest.fixture(scope="module")
def trained(digits: Splits) -> TrainedModel:
    model = new_model(MLPConfig((16,)), 0)
    *_, record = run(model, digits, TrainingConfig(epochs=1, batch_size=100))
    return TrainedModel(
        "run-1", "Your network 1", model.eval(), record.card(), record, "finished", 1.0, score(model, digits.validation)
    )


def of_mnist(trained: TrainedModel) -> TrainedModel:
    """The same network, as if it had learned from MNIST."""
    assert trained.record
    return replace(trained, record=replace(trained.record, dataset="MNIST"))


def page_of(trained: "TrainedModel") -> None:
    from ui.studio import take_home

    take_home.show(trained)


def way_back() -> None:
    import streamlit as st

    from ui.frame import state
    from ui.studio import take_home
    from ui.visitor import store

    state.identify()
    take_home.load_back()
    for trained in store.visitor().models:
        st.text(trained.name)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, Any]]:
    """What the page offers to download: by label, the file's name and its content or how that is made."""
    files: dict[str, tuple[str, Any]] = {}

    def button(label: str, data: Any, file_name: str, mime: str, **options: Any) -> bool:
        assert options["on_click"] == "ignore"  # a download draws no page anew
        files[label] = file_name, data
        return False

    monkeypatch.setattr(st, "download_button", button)
    return files


def test_weights_come_back_with_their_card(trained: TrainedModel, offered: dict[str, tuple[str, Any]]) -> None:
    take_home.show(trained)
    name, make = offered["Weights"]
    assert name == "784-16-10_generated-digits_seed0.safetensors"
    loaded = checkpoint.load(make())
    for name, tensor in trained.model.state_dict().items():
        assert torch.equal(loaded.model.state_dict()[name], tensor)
    assert {key: value for key, value in loaded.card.items() if key != "model"} == trained.card


def test_the_script_of_generated_digits_comes_with_its_data(
    trained: TrainedModel, offered: dict[str, tuple[str, Any]], digits: Splits
) -> None:
    take_home.show(trained)
    name, source = offered["Script"]
    assert name == "784-16-10_generated-digits_seed0.py"
    assert source == export.script(trained.record, trained.validation)  # type: ignore[arg-type]
    name, make = offered["Digits"]
    assert f'with_name("{name}")' in source
    assert (np.load(io.BytesIO(make()))["train_images"] == digits.train.images.numpy()).all()


def test_mnist_is_not_handed_out(trained: TrainedModel, offered: dict[str, tuple[str, Any]]) -> None:
    take_home.show(of_mnist(trained))
    assert set(offered) == {"Weights", "Script"}
    assert offered["Script"][0] == "784-16-10_mnist_seed0.py"


def test_a_network_from_a_file_has_only_its_weights(trained: TrainedModel, offered: dict[str, tuple[str, Any]]) -> None:
    take_home.show(replace(trained, record=None, card={"dataset": "../../é", "seed": "x"}))
    assert {label: name for label, (name, _) in offered.items()} == {"Weights": "784-16-10.safetensors"}


def test_nothing_large_is_made_until_someone_clicks(trained: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def unasked(*arguments: object) -> bytes:
        raise AssertionError("made without a click")

    monkeypatch.setattr(checkpoint, "dumps", unasked)
    monkeypatch.setattr(export, "data_file", unasked)
    app = sound(AppTest.from_function(page_of, kwargs={"trained": trained}, default_timeout=60).run())
    assert [button.label for button in app.download_button] == ["Weights", "Script", "Digits"]
    assert take_home.KEPT == "half an hour"
    assert "This page forgets your networks half an hour after you leave it. A file keeps them." in text(app)
    assert f"All {784 * 16 + 16 + 16 * 10 + 10:,} numbers" in text(app)


def upload(content: bytes) -> AppTest:
    app = sound(AppTest.from_function(way_back, default_timeout=60).run())
    return app.file_uploader(key=take_home.UPLOAD).upload("mine.safetensors", content).run()


def test_a_file_becomes_one_of_the_visitors_networks_once(trained: TrainedModel) -> None:
    app = sound(upload(checkpoint.dumps(trained.model, trained.card)))
    for _ in range(3):
        assert [line.value for line in app.text] == ["From file 1: 784-16-10"]
        assert app.session_state["_offered_model"] == "file-1"
        assert "The network 784-16-10 is loaded" in text(app)
        app = sound(app.run())
    other = new_model(MLPConfig((8,)), 0)
    app.file_uploader(key=take_home.UPLOAD).clear().run()
    app = sound(app.file_uploader(key=take_home.UPLOAD).upload("b.safetensors", checkpoint.dumps(other, {})).run())
    assert [line.value for line in app.text] == ["From file 1: 784-16-10", "From file 2: 784-8-10"]
    assert "Its card says nothing of its accuracy." in text(app)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"rubbish",
        b"\xff" * 100,
        safetensors.torch.save({"0.weight": torch.zeros(10, 784)}, {"model": '{"hidden_sizes": []}'}),
        safetensors.torch.save({}, {"model": json.dumps({"activation": "![x](http://example.org/x.png) " * 100})}),
    ],
)
def test_a_bad_file_is_a_sentence_and_no_network(content: bytes) -> None:
    app = upload(content)
    assert not app.exception
    assert not app.success
    assert not app.text
    (error,) = app.error
    assert error.value.startswith("This file can't be used.")
    assert len(error.value) < 2 * take_home.LONGEST
    assert "![" not in error.value
    assert "](" not in error.value


SAYS = "Its card says that it read"


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (
            {"dataset": "MNIST", "test_accuracy": 0.9805, "validation_accuracy": 0.97},
            f"{SAYS} 98.05% of the test images of MNIST rightly.",
        ),
        (
            {"dataset": "generated digits", "test_accuracy": None, "validation_accuracy": 0.9},
            f"{SAYS} 90.00% of the validation images of generated digits rightly.",
        ),
        (
            {"dataset": "<b>me</b>", "test_accuracy": 0.5},
            f"{SAYS} 50.00% of the test images rightly.",
        ),
        ({"dataset": ["MNIST"], "test_accuracy": 98.0}, "Its card says nothing of its accuracy."),
        ({"test_accuracy": float("nan")}, "Its card says nothing of its accuracy."),
        ({"test_accuracy": "all"}, "Its card says nothing of its accuracy."),
        ({"test_accuracy": 1}, "Its card says nothing of its accuracy."),
        ({}, "Its card says nothing of its accuracy."),
    ],
)
def test_what_a_card_claims(card: dict[str, Any], said: str) -> None:
    assert take_home.claim(card) == said
