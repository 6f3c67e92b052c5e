"""The reader's duel with the network in use: their own, kept in the session and never in the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import streamlit as st

if TYPE_CHECKING:
    from mnist_core.duel import Duel
    from mnist_core.evaluation import Evaluation

IMAGES = 20
_KEY = "_duel"


class _Kept(NamedTuple):
    whose: tuple[str, str]  # the network and the digits
    duel: Duel


def of_session(network: str, digits: str, evaluation: Evaluation) -> Duel:
    """The duel as far as it has come; a new one if another network reads, or other digits are in use.

    Args:
        network: The key of the network that reads.
        digits: The name of the data set.
        evaluation: What it made of the validation images.
    """
    from dataclasses import replace

    from mnist_core.duel import hardest_duel

    kept = _kept()
    start = hardest_duel(evaluation, IMAGES)
    if kept is None or kept.whose != (network, digits) or replace(kept.duel, answers=()) != start:
        _keep(_Kept((network, digits), start))
        return start
    return kept.duel


def answer(turn: int, digit: int) -> None:
    """Notes what the reader read; for a button's callback.

    Args:
        turn: The place of the image that the button was drawn for; an answer to another one doesn't count.
        digit: 0 to 9.
    """
    kept = _kept()
    if kept is not None and kept.duel.turn == turn and not kept.duel.is_over:
        _keep(kept._replace(duel=kept.duel.answer(digit)))


def restart() -> None:
    """Forgets all answers; for a button's callback."""
    st.session_state.pop(_KEY, None)


def _kept() -> _Kept | None:
    return cast("_Kept | None", st.session_state.get(_KEY))


def _keep(kept: _Kept) -> None:
    st.session_state[_KEY] = kept
