"""The reader's duels with the networks: their own, kept through a reload as their networks are, never in the link."""

from dataclasses import replace

from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.lessons.mistakes import Duel, hardest_duel
from ui.visitor import store

IMAGES = 20
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
    if kept is None or replace(kept, answers=()) != start:
        _keep(whom, start)
        return start
    return kept


def answer(whom: Opponents, turn: int, digit: int) -> None:
    """Notes what the reader read; for a button's callback.

    Args:
        whom: The network and the digits.
        turn: The place of the image that the button was drawn for; an answer to another one doesn't count.
        digit: 0 to 9.
    """
    visitor = store.visitor()
    with visitor.lock:
        kept = visitor.duels.get(whom)
        if kept is not None and kept.turn == turn and not kept.is_over:
            visitor.duels[whom] = kept.answer(digit)


def restart(whom: Opponents) -> None:
    """Forgets all answers of a duel; for a button's callback."""
    store.visitor().duels.pop(whom, None)


def _keep(whom: Opponents, duel: Duel) -> None:
    visitor = store.visitor()
    with visitor.lock:
        visitor.duels.pop(whom, None)
        visitor.duels[whom] = duel
        while len(visitor.duels) > MOST:
            visitor.duels.pop(next(iter(visitor.duels)))
