"""The runs a reader made on the page about overfitting: their own, kept in the session and never in the link."""

from typing import cast

import streamlit as st

from mnist_core.jobs import ENDED
from mnist_core.lessons.overfitting import Remedies, Study
from ui.visitor import store

NAMES = ("overfit_first", "overfit_again")  # of the experiments that make the runs
MOST_RUNS = 6  # kept; the oldest goes first


def kept() -> dict[int, Study]:
    """The last runs as far as they have come, by number, in order."""
    return cast(dict[int, Study], st.session_state.setdefault("_overfitting_runs", {}))


def next_number() -> int:
    """The number of a run that is about to begin, from 1."""
    return max(kept(), default=0) + 1


def note(number: int, study: Study) -> None:
    """Keeps how far a run has come."""
    runs = {**kept(), number: study}
    st.session_state["_overfitting_runs"] = {key: runs[key] for key in sorted(runs)[-MOST_RUNS:]}


def before(number: int) -> tuple[int, Study] | None:
    """The kept run before another, if there is one."""
    earlier = [key for key in kept() if key < number]
    return (earlier[-1], kept()[earlier[-1]]) if earlier else None


def was_stopped(number: int, study: Study) -> bool:
    """Whether a run ended before its time: the reader stopped it, or began another one."""
    is_newest = number >= max(kept(), default=0)
    return not study.is_over and not (is_newest and _is_going_on())


def has_tried_remedies() -> bool:
    """Whether a kept run with settings of the reader's own came to its end."""
    return any(study.is_over and study.remedies != Remedies() for study in kept().values())


def _is_going_on() -> bool:
    experiments = store.visitor().experiments
    return any(experiments[name].job.snapshot().state not in ENDED for name in NAMES if name in experiments)
