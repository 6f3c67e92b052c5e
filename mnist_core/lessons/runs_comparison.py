"""Runs beside each other: in which settings they differ, and whether a difference is more than the luck of the seed."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from statistics import fmean, variance
from typing import Literal

from scipy.special import stdtr, stdtrit  # Student's t, without scipy.stats, which takes longer to import

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import RateDial, RateEvent, TrainingConfig, TrainingDiverged, new_model
from mnist_core.training.records import RunRecord, Score, trial
from mnist_core.training.start import Start

SEEDS = 5  # of a band: enough for a spread, few enough to wait for
ALL_SEEDS = 2**32  # how many there are
LEVEL = 0.05  # a difference that luck makes in fewer than one of twenty comparisons is taken for more than luck

RANDOM = "random weights"
SettingValue = str | int | float | bool


@dataclass(frozen=True)
class RunResult:
    """A run that is over, and what came of it.

    Attributes:
        number: What it goes by.
        record: What was trained, how, and what was seen on the way.
        ending: How it ended.
        seconds: Of training.
        validation: The score of the network as it is now, on the validation images.
    """

    number: int
    record: RunRecord
    ending: Literal["finished", "stopped", "diverged"]
    seconds: float
    validation: Score

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return f"Run {self.number}"


def settings(record: RunRecord) -> dict[str, SettingValue]:
    """All that was chosen for a run, by a name in plain words.

    Weight decay is the one that was in force, so that a run which names its optimizer's usual one and a run which
    leaves it to the optimizer do not differ. What a network without hidden layer has no use for is empty.
    """
    model, training = record.model_config, record.training_config
    usual_decay = 0.01 if training.optimizer == "adamw" else 0.0  # torch's
    return {
        "Digits": record.dataset,
        "Training images": record.train_size,
        "Network": model.label,
        "Began with": record.start.name if record.start else RANDOM,
        "Activation": model.activation if model.hidden_sizes else "",
        "Dropout": model.dropout if model.hidden_sizes else "",
        "Optimizer": training.optimizer,
        "Learning rate": training.learning_rate,
        "Schedule": training.schedule,
        "Learning rate turned": turns(record.rates),
        "Weight decay": usual_decay if training.weight_decay is None else training.weight_decay,
        "Batch size": training.batch_size,
        "Epochs": training.epochs,
        "Shuffle": training.shuffle,
        "Seed": training.seed,
    }


def turns(changes: Iterable[RateEvent]) -> str:
    """Changes of the learning rate while a run went on, in words."""
    return ", ".join(f"to {change.learning_rate} after batch {change.step}" for change in changes) or "never"


def differing(records: Iterable[RunRecord]) -> list[str]:
    """The names of the settings that are not the same in all of these runs that have a use for them."""
    all_settings = [settings(record) for record in records]
    names = all_settings[0] if all_settings else {}
    return [name for name in names if len({chosen[name] for chosen in all_settings} - {""}) > 1]


def as_row(result: RunResult) -> dict[str, SettingValue]:
    """Everything about a run in one row, by the head of its column; what there is not is empty."""
    record, test = result.record, result.record.test
    return {
        "Run": result.number,
        **settings(record),
        "Ended": result.ending,
        "Batches learned from": record.learned_steps,
        "Batches planned": record.total_steps,
        "Validation images": result.validation.images,
        "Validation accuracy": result.validation.accuracy,
        "Validation loss": result.validation.loss,
        "Final test images": test.images if test else "",
        "Final test accuracy": test.accuracy if test else "",
        "Final test loss": test.loss if test else "",
        "Seconds of training": result.seconds,
    }


def as_csv(results: Sequence[RunResult]) -> str:
    """The rows of these runs as comma-separated values, numbers to their last digit; only empty without runs."""
    rows = [as_row(result) for result in results]
    file = io.StringIO()
    if rows:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file.getvalue()


def seeds_from(first: int) -> list[int]:
    """The seeds of a band: the first one and those that follow; after the last one there is comes 0."""
    return [(first + index) % ALL_SEEDS for index in range(SEEDS)]


def five_seeds(
    model_config: MLPConfig,
    config: TrainingConfig,
    splits: Splits,
    changes: Sequence[RateEvent] = (),
    start: Start | None = None,
) -> Iterator[dict[int, RunRecord]]:
    """Trains five times with the same settings and five seeds; never looks at the test images.

    A seed decides the first weights, the order of the images, and what dropout silences.

    Args:
        model_config: The network.
        config: How it is trained; its seed is the first of the five.
        splits: What it learns from and is judged on.
        changes: Of the learning rate, made again in each run.
        start: A network whose weights all five begin with; None: each has first weights of its own.

    Yields:
        The latest record of each seed that has begun, after each event: without norms and pictures of the weights,
        which take three megabytes. If the loss of one explodes, its record says so and the next seed begins.
    """
    latest: dict[int, RunRecord] = {}
    for seed in seeds_from(config.seed):
        model = start.network() if start else new_model(model_config, seed)
        with suppress(TrainingDiverged):
            for record in trial(model, splits, replace(config, seed=seed), dial=RateDial(changes), start=start):
                latest = {**latest, seed: replace(record, norms=(), frames=())}
                yield latest


@dataclass(frozen=True)
class Band:
    """The same settings with several seeds, as far as they have come.

    Attributes:
        name: What a reader calls the settings.
        records: Of each seed that has begun.
    """

    name: str
    records: Mapping[int, RunRecord] = field(default_factory=dict)

    @property
    def finished(self) -> dict[int, RunRecord]:
        """The records that have come to the end of their last epoch."""
        return {
            seed: record for seed, record in self.records.items() if len(record.epochs) == record.training_config.epochs
        }

    @property
    def accuracies(self) -> list[float]:
        """The validation accuracy at the end, 0 to 1, of each finished seed."""
        return [record.epochs[-1].validation_accuracy for record in self.finished.values()]

    @property
    def diverged(self) -> int:
        """How many of the runs ended because their loss exploded."""
        return sum(record.diverged is not None for record in self.records.values())

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to train."""
        return len(self.finished) + self.diverged >= SEEDS

    @property
    def progress(self) -> float:
        """The share of the work that is done, 0 to 1."""
        shares = [1.0 if record.diverged else record.share_done for record in self.records.values()]
        return min(1.0, sum(shares) / SEEDS)

    @property
    def dataset(self) -> str | None:
        """The name of the digits; None before the first batch."""
        return next((record.dataset for record in self.records.values()), None)

    def envelope(self) -> list[tuple[int, float, float, float]]:
        """For each epoch, from 1: the lowest, the mean and the highest validation accuracy of the finished seeds."""
        by_epoch = zip(*(record.epochs for record in self.finished.values()), strict=True)
        accuracies = [[event.validation_accuracy for event in events] for events in by_epoch]
        return [(epoch, min(found), fmean(found), max(found)) for epoch, found in enumerate(accuracies, start=1)]


@dataclass(frozen=True)
class Welch:
    """Two groups of numbers compared by their means, without supposing that they scatter equally.

    Attributes:
        means: Of the first group and of the second.
        deviations: Their standard deviations, over n − 1.
        sizes: How many numbers there are in each.
        squares: The squares of the standard errors of both means: the squared deviations, divided by the sizes.
        error: The standard error of the difference of the means.
        t: That difference, second minus first, in standard errors.
        freedom: The degrees of freedom, by Welch and Satterthwaite.
        p: How often luck alone makes a difference at least as large, 0 to 1.
        interval: The lower and the upper end of the 95% interval of the difference.
    """

    means: tuple[float, float]
    deviations: tuple[float, float]
    sizes: tuple[int, int]
    squares: tuple[float, float]
    error: float
    t: float
    freedom: float
    p: float
    interval: tuple[float, float]

    @property
    def difference(self) -> float:
        """Of the means: second minus first."""
        return self.means[1] - self.means[0]

    def in_percent(self) -> "Welch":
        """The same test of the same numbers, all of them a hundred times as large."""

        def scaled(pair: tuple[float, float], factor: float = 100) -> tuple[float, float]:
            return factor * pair[0], factor * pair[1]

        return replace(
            self,
            means=scaled(self.means),
            deviations=scaled(self.deviations),
            squares=scaled(self.squares, 100**2),
            error=100 * self.error,
            interval=scaled(self.interval),
        )


def welch(first: Sequence[float], second: Sequence[float]) -> Welch:
    """Welch's test (1947): is the difference of two means larger than the scatter of the numbers explains?

    Args:
        first: At least two numbers, such as accuracies of runs that differ in their seed only.
        second: The same for other settings.

    Raises:
        ValueError: If a group has fewer than two numbers, or neither scatters: there is nothing to measure luck by.
    """
    if min(len(first), len(second)) < 2:
        raise ValueError("Each group needs at least two numbers.")
    spreads = variance(first), variance(second)  # s², over n - 1
    squares = spreads[0] / len(first), spreads[1] / len(second)  # of the standard errors of both means
    error = math.sqrt(squares[0] + squares[1])
    if error == 0:
        raise ValueError("In neither group do the numbers differ.")
    # By shares, which can't become too small to divide by.
    shares = squares[0] / error**2, squares[1] / error**2
    freedom = 1 / (shares[0] ** 2 / (len(first) - 1) + shares[1] ** 2 / (len(second) - 1))
    means = fmean(first), fmean(second)
    difference = means[1] - means[0]
    reach = t_limit(freedom) * error
    return Welch(
        means,
        (math.sqrt(spreads[0]), math.sqrt(spreads[1])),
        (len(first), len(second)),
        squares,
        error,
        difference / error,
        freedom,
        chance_of(difference / error, freedom),
        (difference - reach, difference + reach),
    )


def mean_and_deviation(numbers: Sequence[float]) -> tuple[float, float]:
    """The mean of at least two numbers, and their standard deviation over n − 1."""
    return fmean(numbers), math.sqrt(variance(numbers))


def chance_of(t: float, freedom: float) -> float:
    """How often a number of Student's t-distribution is at least as far from 0 as ``t``: the area below both tails.

    Args:
        t: Any number.
        freedom: The degrees of freedom ν, at least 1.

    Returns:
        From 0 to 1.
    """
    return 2 * float(stdtr(freedom, -abs(t)))  # the area below one tail, twice


def t_limit(freedom: float) -> float:
    """The t beyond which luck alone comes in ``LEVEL`` of all cases: half of them above it, half below −t.

    Args:
        freedom: The degrees of freedom, at least 1.
    """
    return float(stdtrit(freedom, 1 - LEVEL / 2))


@dataclass(frozen=True)
class BandVerdict:
    """What can be said of two bands.

    Attributes:
        sentence: In words.
        test: The numbers behind it, if there could be a test.
    """

    sentence: str
    test: Welch | None = None


def verdict(first: Band, second: Band, names: tuple[str, str] = ("A", "B")) -> BandVerdict:
    """Whether two settings differ by more than the luck of the seed, judged by their final validation accuracies.

    Args:
        first: One of them.
        second: The other.
        names: What they are called in the sentence.
    """
    reason = _why_no_test(first, second, names)
    if reason:
        return BandVerdict(reason)
    test = welch(first.accuracies, second.accuracies)
    said = _is_better(test, names) if test.p < LEVEL else _no_difference(test, names)
    return BandVerdict(said + _unfinished(first, second, names), test)


def _is_better(test: Welch, names: tuple[str, str]) -> str:
    is_ahead = test.difference > 0
    better, worse = names[::-1] if is_ahead else names
    low, high = test.interval if is_ahead else (-test.interval[1], -test.interval[0])
    size = words.number(100 * abs(test.difference)) if abs(test.difference) >= 0.00005 else "less than 0.01"
    return (
        f"{better} is better than {worse} by {size} points "
        f"(95%: {words.number(100 * low)} to {words.number(100 * high)}): more than the luck of the seed explains."
    )


def _no_difference(test: Welch, names: tuple[str, str]) -> str:
    low, high = test.interval
    return (
        f"No difference shown: {names[1]} − {names[0]} = {words.number(100 * test.difference)} points "
        f"(95%: {words.number(100 * low)} to {words.number(100 * high)}). That could be luck."
    )


def _why_no_test(first: Band, second: Band, names: tuple[str, str]) -> str | None:
    """Why two bands can't be compared, in a sentence; None if they can."""
    for name, band in zip(names, (first, second), strict=True):
        if band.diverged:
            return (
                f"The loss of {name} exploded with {band.diverged} of {len(band.records)} seeds. There is no fair "
                "comparison of accuracies any more: to leave those runs out would flatter the settings."
            )
    if first.dataset and second.dataset and first.dataset != second.dataset:
        return (
            f"{names[0]} was judged on {first.dataset}, {names[1]} on {second.dataset}: their accuracies can't be "
            "compared."
        )
    for name, band in zip(names, (first, second), strict=True):
        if len(band.finished) < 2:
            return f"{name} has {len(band.finished)} of {SEEDS} seeds so far: a comparison needs at least two of each."
    if variance(first.accuracies) == variance(second.accuracies) == 0:
        if first.accuracies[0] == second.accuracies[0]:
            return f"Every seed of {names[0]} and of {names[1]} reaches the same accuracy: there is no difference."
        return (
            f"Every seed of {names[0]} reaches the same accuracy, and every seed of {names[1]} another one. Where "
            "nothing scatters, there is no luck to measure the difference by."
        )
    return None


def _unfinished(first: Band, second: Band, names: tuple[str, str]) -> str:
    parts = [
        f" {name} has only {len(band.finished)} of {SEEDS} seeds."
        for name, band in zip(names, (first, second), strict=True)
        if len(band.finished) < SEEDS
    ]
    return "".join(parts)


def chance_of_apart(first: int, second: int) -> float:
    """How often two groups of numbers that only luck tells apart lie wholly apart, 0 to 1.

    Args:
        first: How many there are in one group, at least 1.
        second: In the other.

    Returns:
        2 / C(first + second, first): of all ways to share out the places of numbers that all differ, all the low ones
        go to one group or all to the other.
    """
    return 2 / math.comb(first + second, first)


def chance_of_outside(numbers: int) -> float:
    """How often one more number of the same kind lies outside the range of some others.

    Args:
        numbers: How many there are already, at least 1.

    Returns:
        2 / (numbers + 1): of numbers that all differ, each is as likely as any other to be the lowest or the highest.
    """
    return 2 / (numbers + 1)


def pairs(bands: int) -> int:
    """How many comparisons of two there are among so many bands."""
    return math.comb(bands, 2)


def chance_of_false_alarm(tests: int) -> float:
    """How often at least one of some independent tests finds a difference where there is none, 0 to 1.

    Args:
        tests: How many, each at ``LEVEL``.
    """
    return 1 - (1 - LEVEL) ** tests


def standard_error(accuracy: float, images: int) -> float:
    """How far an accuracy typically is from what it would be on all images there could ever be.

    Args:
        accuracy: The share read rightly, 0 to 1.
        images: How many were read, at least 1.

    Returns:
        √(a(1 − a) / n): the standard deviation of a share of n independent images.

    Raises:
        ValueError: If a value is out of range.
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"An accuracy is a number from 0 to 1, not {accuracy!r}.")
    if images < 1:
        raise ValueError(f"There must be at least one image, not {images!r}.")
    return math.sqrt(accuracy * (1 - accuracy) / images)
