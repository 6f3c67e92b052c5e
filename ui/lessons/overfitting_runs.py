"""The runs a reader made on the page about overfitting: their own, kept in the session and never in the link."""

from typing import cast

import streamlit as st

from mnist_core.jobs import ENDED
from mnist_core.lessons.overfitting import Reading, Remedies, Study
from ui.visitor import store

NAMES = ("overfit_first", "overfit_plain", "overfit_remedies", "overfit_again")  # of the experiments that make the runs
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
    earlier = [key for key, study in kept().items() if key < number and study.readings]
    return (earlier[-1], kept()[earlier[-1]]) if earlier else None


def was_stopped(number: int, study: Study) -> bool:
    """Whether a run ended before its time: the reader stopped it, or began another one."""
    is_newest = number >= max(kept(), default=0)
    return not study.is_over and not (is_newest and _is_going_on())


def latest(name: str) -> Study | None:
    """The last run of an experiment, as far as it has come."""
    experiment = store.visitor().experiments.get(name)
    run = experiment.job.snapshot().latest if experiment else None
    return cast(Study, run[1]) if run else None


def turn_and_end(name: str) -> list[Reading]:
    """Where the last run of an experiment turned, and where it ended; one reading only if it has not turned."""
    study = latest(name)
    return list(dict.fromkeys((study.lowest, study.last))) if study and study.readings else []


def last_plain() -> Study | None:
    """The last kept run without any remedy."""
    return next((study for study in reversed(kept().values()) if study.readings and study.remedies == Remedies()), None)


def _is_going_on() -> bool:
    experiments = store.visitor().experiments
    return any(experiments[name].job.snapshot().state not in ENDED for name in NAMES if name in experiments)
