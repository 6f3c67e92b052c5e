"""The reader's duels with the networks: their own, kept through a reload as their networks are, never in the link."""

from dataclasses import replace

import streamlit as st
from torch import Tensor

from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.figures.cards import data_url
from mnist_core.lessons.duel import Duel, hardest_duel
from ui.frame import state
from ui.visitor import store

IMAGES = 20
_CSS = (state.COMPONENTS / "duel.css").read_text(encoding="utf-8")
MOST = 8  # kept for a visitor; the oldest goes first

Opponents = tuple[str, str]  # the key of the network that reads, and the name of the data set


def with_network(whom: Opponents, evaluation: Evaluation) -> Duel:
    """The duel as far as it has come; a new one if there is none yet, or the images have changed.

    Args:
        whom: The network and the digits.
        evaluation: What the network made of the validation images.
    """
    kept = store.visitor().duels.get(whom)
    start = hardest_duel(evaluation, IMAGES)
    if kept is None or replace(kept, answers=(), told=0) != start:
        _keep(whom, start)
        return start
    return kept


def answer(whom: Opponents, place: int, digit: int) -> None:
    """Notes what the reader read; for a button's callback.

    Args:
        whom: The network and the digits.
        place: The place of the image that the button was drawn for; an answer to another one doesn't count.
        digit: 0 to 9.
    """
    visitor = store.visitor()
    with visitor.lock:
        kept = visitor.duels.get(whom)
        if kept is not None and kept.told == place and kept.is_asked:
            visitor.duels[whom] = kept.answer(digit)


def go_on(whom: Opponents, place: int) -> None:
    """Turns to the next image; for a button's callback. The arguments are those of ``answer``."""
    visitor = store.visitor()
    with visitor.lock:
        kept = visitor.duels.get(whom)
        if kept is not None and kept.told == place and not kept.is_asked and not kept.is_over:
            visitor.duels[whom] = kept.go_on()


def restart(whom: Opponents) -> None:
    """Forgets all answers of a duel; for a button's callback."""
    store.visitor().duels.pop(whom, None)


def style() -> None:
    """The looks of the match."""
    st.html(f"<style>\n{_CSS}</style>")


def large(image: Tensor) -> None:
    """The digit to be read, torch.uint8 [28, 28]; it is there at once, because it is part of the page."""
    st.html(f'<div class="duel-digit"><img src="{data_url(image=image)}" alt="The digit to be read"></div>')


def _keep(whom: Opponents, duel: Duel) -> None:
    visitor = store.visitor()
    with visitor.lock:
        visitor.duels.pop(whom, None)
        visitor.duels[whom] = duel
        while len(visitor.duels) > MOST:
            visitor.duels.pop(next(iter(visitor.duels)))
