"""The visitor's own runs and seed bands, for the page that compares them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import streamlit as st

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.jobs import ENDED
from mnist_core.lessons.runs_comparison import SEEDS, Band, RunResult, five_seeds, seeds_from
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import RateEvent, TrainingConfig
from mnist_core.training.recipes import RECIPES
from mnist_core.training.records import RunRecord
from mnist_core.training.start import Start
from ui.frame import dataset, state
from ui.visitor import known_networks, store

EXPERIMENT = "seed_band"
MOST_BANDS = 4  # kept for a visitor; the oldest goes first
FIRST, SECOND = "band_a", "band_b"  # the select boxes for the two bands on show
TICKED = "runs_ticked"  # the buttons that say which runs are laid over each other
TICKED_AT_FIRST = 3
BATCHES_PER_SECOND = (200, 3_000)  # of a recipe's network, on a computer that is busy and on one that is not
Draw = Callable[[bool], None]


def results() -> list[RunResult]:
    """The visitor's runs that are over, the oldest first; networks from files have no run."""
    return [
        RunResult(
            int(trained.key.removeprefix("run-")), trained.record, trained.ending, trained.seconds, trained.validation
        )
        for trained in known_networks.own()
        if trained.record and trained.validation
    ]


@dataclass(frozen=True)
class Choice:
    """Settings to train five times.

    Attributes:
        name: What they go by.
        model_config: The network.
        training_config: How it is trained.
        splits: What on.
        changes: Of the learning rate on the way.
        start: Whose weights all five begin with, if they are not random.
        batch_seconds: How long one batch takes, at least and at most.
    """

    name: str
    model_config: MLPConfig
    training_config: TrainingConfig
    splits: Splits
    changes: tuple[RateEvent, ...] = ()
    start: Start | None = None
    batch_seconds: tuple[float, float] = (1 / BATCHES_PER_SECOND[1], 1 / BATCHES_PER_SECOND[0])

    @property
    def batches(self) -> int:
        """How many there are for all seeds together."""
        config = self.training_config
        return SEEDS * config.epochs * config.steps_per_epoch(len(self.splits.train))

    @property
    def work(self) -> str:
        """How much it is to train them, in words."""
        least, most = (words.duration(self.batches * seconds) for seconds in self.batch_seconds)
        time = f"about {least}" if least == most else f"{least} to {most}, depending on the computer"
        began = f" All five begin with the weights of {self.start.name}." if self.start else ""
        return f"Five trainings are {self.batches:,} batches together: {time}.{began}"

    @property
    def label(self) -> str:
        """What their band goes by, other than that of the same settings with other seeds or digits."""
        seeds = seeds_from(self.training_config.seed)
        digits = "" if self.splits.name == state.MNIST else f", {self.splits.name}"
        return f"{self.name}, seeds {seeds[0]} to {seeds[-1]}{digits}"


def names() -> list[str]:
    """Of all settings there are to choose: the recipes, then the visitor's runs, the newest first."""
    return [*(recipe.name for recipe in RECIPES), *(result.name for result in reversed(results()))]


def is_recipe(name: str) -> bool:
    """Whether these settings are a recipe, whose seed is still to be chosen."""
    return any(recipe.name == name for recipe in RECIPES)


def choice(name: str, seed: int) -> Choice | str:
    """The settings of this name.

    Args:
        name: One of ``names()``.
        seed: The first one for a recipe; a run has its own.

    Returns:
        The settings, or a sentence that says why they can't be trained again now.
    """
    splits = dataset.splits()
    for recipe in RECIPES:
        if recipe.name == name:
            return Choice(name, recipe.model_config, replace(recipe.training_config, seed=seed), splits)
    result = next(result for result in results() if result.name == name)
    record = result.record
    reason = _why_not(name, record, splits)
    if reason:
        return reason
    cut = replace(splits, train=splits.train.subset(slice(0, record.train_size)))
    pace = result.seconds / max(1, record.steps)
    return Choice(name, record.model_config, record.training_config, cut, record.rates, record.start, (pace, pace))


def _why_not(name: str, record: RunRecord, splits: Splits) -> str | None:
    if record.dataset != splits.name:
        return (
            f"{name} learned from {record.dataset}, and now {splits.name} are in use: choose the other digits on the "
            "training page, then come back."
        )
    if record.train_size > len(splits.train):
        return f"{name} learned from {record.train_size:,} images, and there are only {len(splits.train):,} now."
    return None


def begin(chosen: Choice) -> Iterator[Band]:
    """Makes room for a band, puts it on show beside the one shown last, and returns its training."""
    label = chosen.label
    visitor = store.visitor()
    with visitor.lock:
        kept = {name: band for name, band in bands().items() if name != label}
        names = list(kept)[-(MOST_BANDS - 1) :]
        visitor.bands = {**{name: kept[name] for name in names}, label: Band(label)}
    before = st.session_state.get(SECOND)
    if before != label and before in names:
        st.session_state[FIRST] = before
    st.session_state[SECOND] = label
    records = five_seeds(chosen.model_config, chosen.training_config, chosen.splits, chosen.changes, chosen.start)
    return (Band(label, latest) for latest in records)


def bands() -> dict[str, Band]:
    """The visitor's last bands as far as they have come, by label, the oldest first."""
    visitor = store.visitor()
    with visitor.lock:
        experiment = visitor.experiments.get(EXPERIMENT)
        latest = experiment.job.snapshot().latest if experiment else None
        if latest is not None and latest.name in visitor.bands:
            visitor.bands[latest.name] = latest
        return dict(visitor.bands)


def on_show(labels: list[str]) -> tuple[str, str]:
    """The keys of the two select boxes for bands, which then stand on some of these labels, at least two."""
    for key, label in ((FIRST, labels[-2]), (SECOND, labels[-1])):
        if st.session_state.get(key) not in labels:
            st.session_state[key] = label
    return FIRST, SECOND


def compared() -> list[Band]:
    """The two bands on show, or the only one."""
    known = bands()
    if len(known) < 2:
        return list(known.values())
    return [known[st.session_state[key]] for key in on_show(list(known))]


def is_training() -> bool:
    """Whether a band is being trained, waits or rests."""
    experiment = store.visitor().experiments.get(EXPERIMENT)
    return experiment is not None and experiment.job.snapshot().state not in ENDED


def time_left() -> str:
    """How long until the band that is being trained is done, in words; empty while that is not known."""
    experiment = store.visitor().experiments.get(EXPERIMENT)
    snapshot = experiment.job.snapshot() if experiment else None
    return "" if snapshot is None or snapshot.left is None else f"{words.about(snapshot.left).capitalize()} left."


def tick_new(numbers: list[int]) -> None:
    """Ticks the runs that are new since the page was drawn last, and of those before the page's first view three."""
    seen = st.session_state.get("_runs_seen")
    ticked = [number for number in st.session_state.get(TICKED, []) if number in numbers]
    new = numbers[-TICKED_AT_FIRST:] if seen is None else [number for number in numbers if number not in seen]
    st.session_state[TICKED] = sorted({*ticked, *new})
    st.session_state["_runs_seen"] = numbers
