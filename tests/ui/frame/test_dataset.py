"""Which digits are in use."""

import pytest

from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import Splits
from tests.app import open_page, sound, status
from ui.frame import dataset, resources, state

pytestmark = pytest.mark.usefixtures("offline")


def test_mnist_that_arrives_while_a_page_is_drawn_is_in_use_from_the_next_run(
    digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[None] = []
    arrived = Splits("MNIST", digits.train, digits.validation, digits.test)

    def arrives() -> Splits | None:
        """There at the second time it is asked for."""
        seen.append(None)
        return arrived if len(seen) > 1 else None

    kept: dict[str, object] = {}
    monkeypatch.setattr(resources.DataLibrary, "mnist", lambda self: arrives())
    monkeypatch.setattr(state, "settled", lambda: kept)
    monkeypatch.setattr(state, "wanted_dataset", lambda: state.MNIST)
    first = dataset.splits()
    assert first.name == "generated digits"
    assert dataset.splits() is first
    kept.clear()  # as at the start of a run
    assert dataset.splits() is arrived


def test_a_page_says_which_digits_it_has_once_they_are_there(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    arrived = Splits("MNIST", digits.train, digits.validation, digits.test)
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: arrived)
    app = open_page("lessons/breaking.py")
    for _ in range(50):
        app = sound(app.run())
        if "Digits: MNIST" in status(app):
            break
    assert "Digits: MNIST" in status(app)
