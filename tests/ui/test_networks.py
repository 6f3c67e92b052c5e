"""What is said of the network in use beside the digits it reads."""

from types import SimpleNamespace
from typing import Any

import pytest

from mnist_core.checkpoint import shipped_card
from mnist_core.model import MLPConfig
from mnist_core.training import new_model
from ui import dataset, networks, state, status, training_panel
from ui.training_panel import TrainedModel


def said(monkeypatch: pytest.MonkeyPatch, read: str, card: dict[str, Any] | None) -> str:
    """The sentence on the ready-made network, or on one with this card, that reads these digits."""
    own = [] if card is None else [TrainedModel("run-1", "Your network 1", new_model(MLPConfig(()), 0), card)]
    monkeypatch.setattr(dataset, "splits", lambda: SimpleNamespace(name=read))
    monkeypatch.setattr(status, "model_in_use", lambda: state.SHIPPED if card is None else "run-1")
    monkeypatch.setattr(training_panel, "visitor", lambda: SimpleNamespace(models=own))
    return networks.learned_elsewhere()


def test_a_network_among_digits_it_did_not_learn_from_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    mnist, generated = state.MNIST, state.GENERATED
    assert shipped_card()["dataset"] == mnist
    assert said(monkeypatch, mnist, None) == ""
    assert "learned from MNIST" in said(monkeypatch, generated, None)
    assert "learned from MNIST" in said(monkeypatch, generated, {"dataset": mnist})
    assert "learned from generated digits" in said(monkeypatch, mnist, {"dataset": generated})
    assert said(monkeypatch, generated, {"dataset": generated}) == ""


@pytest.mark.parametrize("card", [{}, {"dataset": "<b>my own</b>"}, {"dataset": ["MNIST"]}, {"dataset": None}])
def test_a_file_that_names_no_digits_of_ours_says_nothing(
    monkeypatch: pytest.MonkeyPatch, card: dict[str, Any]
) -> None:
    assert said(monkeypatch, state.MNIST, card) == said(monkeypatch, state.GENERATED, card) == ""
