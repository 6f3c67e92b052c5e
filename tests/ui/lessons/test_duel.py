"""The duels a visitor keeps: one with each network, not without end, and no answer counted twice."""

import pytest
import torch

from mnist_core.evaluation.accuracy import Evaluation
from ui.lessons import duel
from ui.visitor import store
from ui.visitor.store import Visitor

ANSWERS = Evaluation(torch.randn(30, 10, generator=torch.Generator().manual_seed(0)), torch.arange(30) % 10)


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch) -> Visitor:
    found = Visitor(0.0)
    monkeypatch.setattr(store, "visitor", lambda: found)
    return found


@pytest.mark.usefixtures("visitor")
def test_each_network_has_a_duel_of_its_own() -> None:
    one, other = ("run-1", "MNIST"), ("run-2", "MNIST")
    duel.with_network(one, ANSWERS)
    duel.answer(one, 0, 7)
    assert duel.with_network(other, ANSWERS).answers == ()
    assert duel.with_network(one, ANSWERS).answers == (7,)
    duel.restart(one)
    assert duel.with_network(one, ANSWERS).answers == ()


@pytest.mark.usefixtures("visitor")
def test_an_answer_to_another_image_or_to_nobody_does_not_count() -> None:
    whom = ("run-1", "MNIST")
    duel.answer(whom, 0, 7)  # a late press after a new start
    duel.with_network(whom, ANSWERS)
    duel.go_on(whom, 0)  # an image is gone on from once it is answered
    assert duel.with_network(whom, ANSWERS).told == 0
    for place in (0, 0, 2):
        duel.answer(whom, place, 7)
    assert duel.with_network(whom, ANSWERS).answers == (7,)
    for _ in range(2):  # a second press of the same button
        duel.go_on(whom, 0)
    assert duel.with_network(whom, ANSWERS).told == 1
    for place in range(1, 25):
        duel.answer(whom, place, 3)
        duel.go_on(whom, place)
    assert duel.with_network(whom, ANSWERS).is_over


@pytest.mark.usefixtures("visitor")
def test_other_images_begin_another_duel() -> None:
    whom = ("run-1", "MNIST")
    duel.with_network(whom, ANSWERS)
    duel.answer(whom, 0, 7)
    assert duel.with_network(whom, Evaluation(-ANSWERS.logits, ANSWERS.labels)).answers == ()


def test_the_oldest_goes_first(visitor: Visitor) -> None:
    for run in range(duel.MOST + 2):
        duel.with_network((f"run-{run}", "MNIST"), ANSWERS)
    assert [key for key, _ in visitor.duels] == [f"run-{run}" for run in range(2, duel.MOST + 2)]
