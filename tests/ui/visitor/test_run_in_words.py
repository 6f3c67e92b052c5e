"""Runs in words."""

from mnist_core.training import loop
from ui.visitor import run_in_words


def test_every_optimizer_has_a_name_for_the_reader() -> None:
    assert set(run_in_words.OPTIMIZERS) == set(loop.OPTIMIZERS)
