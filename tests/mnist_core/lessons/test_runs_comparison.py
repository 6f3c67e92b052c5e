"""Comparing runs: settings, the table, five seeds, and Welch's test against scipy's."""

import csv
import io
import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given
from hypothesis import strategies as st

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.lessons.runs_comparison import (
    ALL_SEEDS,
    LEVEL,
    SEEDS,
    Band,
    RunResult,
    as_csv,
    as_row,
    chance_of,
    chance_of_apart,
    differing,
    five_seeds,
    mean_and_deviation,
    seeds_from,
    settings,
    standard_error,
    t_limit,
    verdict,
    welch,
)
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import (
    OPTIMIZERS,
    EpochEvent,
    RateDial,
    RateEvent,
    TrainingConfig,
    TrainingDiverged,
    new_model,
)
from mnist_core.training.records import RunRecord, Score, score, trial
from mnist_core.training.start import Start

QUICK = TrainingConfig(epochs=2, batch_size=100)
# What accuracies on 1,000 images can be: hundreds of seeds never differ in the sixteenth digit.
ACCURACIES = st.lists(st.integers(0, 1_000).map(lambda right: right / 1_000), min_size=2, max_size=12)


def record(config: TrainingConfig = QUICK, **changes: object) -> RunRecord:
    return replace(RunRecord(MLPConfig((16,)), config, "generated digits", 1_500, 10), **changes)  # type: ignore[arg-type]


def band(*accuracies: float, name: str = "some", dataset: str = "MNIST", going: int = 0, diverged: int = 0) -> Band:
    """A band of one epoch with these accuracies; some seeds that have begun, and some whose loss exploded."""
    start = RunRecord(MLPConfig(), TrainingConfig(epochs=1), dataset, 3_200, 1)
    ended = [replace(start, steps=100, epochs=(EpochEvent(1, 100, 0.3, 0.9, 0.2, found),)) for found in accuracies]
    exploded = [replace(start, diverged=TrainingDiverged(1, 0, math.inf, 10.0)) for _ in range(diverged)]
    return Band(name, dict(enumerate([*ended, *exploded, *[start] * going])))


# Settings


def test_settings_name_all_that_was_chosen() -> None:
    config = TrainingConfig(3, 128, 5e-3, "adamw", 7, 0.02, False, "one-cycle")
    turned = (RateEvent(12, 0.1), RateEvent(40, 0.003))
    assert settings(RunRecord(MLPConfig((32, 16), "tanh", 0.5), config, "MNIST", 55_000, rates=turned)) == {
        "Digits": "MNIST",
        "Training images": 55_000,
        "Network": "784-32-16-10",
        "Began with": "random weights",
        "Activation": "tanh",
        "Dropout": 0.5,
        "Optimizer": "adamw",
        "Learning rate": 0.005,
        "Schedule": "one-cycle",
        "Learning rate turned": "to 0.1 after batch 12, to 0.003 after batch 40",
        "Weight decay": 0.02,
        "Batch size": 128,
        "Epochs": 3,
        "Shuffle": False,
        "Seed": 7,
    }


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_unnamed_weight_decay_is_the_one_torch_uses(optimizer: str) -> None:
    config = TrainingConfig(optimizer=optimizer)
    made = OPTIMIZERS[optimizer](new_model(MLPConfig(()), 0), config)
    assert settings(record(config))["Weight decay"] == made.param_groups[0]["weight_decay"]


def test_only_what_differs_is_named() -> None:
    assert differing([]) == []
    assert differing([record()]) == []
    assert differing([record(), record(replace(QUICK, weight_decay=0.0, batches_per_event=5))]) == []
    others = [record(), record(replace(QUICK, seed=4)), record(replace(QUICK, learning_rate=0.1), dataset="MNIST")]
    assert differing(others) == ["Digits", "Learning rate", "Seed"]
    assert differing([record(), record(rates=(RateEvent(3, 0.1),))]) == ["Learning rate turned"]


def test_what_a_network_without_hidden_layer_does_not_use_makes_no_difference() -> None:
    plain, tanh = (
        replace(record(), model_config=MLPConfig((), name, drop)) for name, drop in (("relu", 0), ("tanh", 0.5))
    )
    assert settings(tanh)["Activation"] == settings(tanh)["Dropout"] == ""
    assert differing([plain, tanh]) == []
    assert differing([replace(record(), model_config=MLPConfig((32,), "sigmoid", 0.2)), plain]) == ["Network"]


# The table


def test_a_row_has_settings_and_what_came_of_them() -> None:
    test = Score(300, 0.25, 0.91)
    row = as_row(RunResult(3, record(test=test), "finished", 1.5, Score(300, 1 / 3, 2 / 3)))
    assert row["Run"] == 3
    assert row["Batches learned from"] == 10
    assert row["Batches planned"] == 30
    assert row["Final test accuracy"] == 0.91
    exploded = record(diverged=TrainingDiverged(10, 4, math.nan, 0.1))
    row = as_row(RunResult(4, exploded, "diverged", 1.5, Score(300, 1 / 3, 2 / 3)))
    assert row["Batches learned from"] == 4
    assert row["Final test accuracy"] == ""


def test_the_csv_can_be_read_back_to_the_last_digit() -> None:
    first = RunResult(1, record(rates=(RateEvent(3, 0.1), RateEvent(5, 0.2))), "stopped", 0.1, Score(300, 1 / 3, 2 / 3))
    second = RunResult(2, record(test=Score(300, 0.2, 0.9)), "finished", 1.25, Score(300, 0.1, 0.97))
    rows = list(csv.DictReader(io.StringIO(as_csv([first, second]))))
    assert [row["Run"] for row in rows] == ["1", "2"]
    assert float(rows[0]["Validation loss"]) == 1 / 3
    assert float(rows[0]["Validation accuracy"]) == 2 / 3
    assert rows[0]["Learning rate turned"] == "to 0.1 after batch 3, to 0.2 after batch 5"
    assert rows[0]["Final test accuracy"] == ""
    assert rows[0]["Ended"] == "stopped"
    assert rows[1]["Network"] == "784-16-10"
    assert as_csv([]) == ""


# Five seeds


def test_the_five_seeds_follow_each_other_round_the_end() -> None:
    assert seeds_from(3) == [3, 4, 5, 6, 7]
    assert seeds_from(ALL_SEEDS - 2) == [ALL_SEEDS - 2, ALL_SEEDS - 1, 0, 1, 2]
    for seed in seeds_from(ALL_SEEDS - 1):
        TrainingConfig(seed=seed)


def test_five_seeds_are_five_trials_that_leave_the_test_images_alone(digits: Splits) -> None:
    without = replace(digits, test=cast(Dataset, None))
    turned = (RateEvent(4, 0.01),)
    config = replace(QUICK, seed=8)
    latest: dict[int, RunRecord] = {}
    counts = []
    for latest in five_seeds(MLPConfig((8,)), config, without, turned):
        counts.append(len(latest))
    assert counts == sorted(counts)
    assert list(latest) == [8, 9, 10, 11, 12]
    for seed in (8, 11):
        model = new_model(MLPConfig((8,)), seed)
        *_, alone = trial(model, digits, replace(config, seed=seed), dial=RateDial(turned))
        assert latest[seed] == replace(alone, norms=(), frames=())
        assert latest[seed].rates == turned
    assert len({found.epochs[-1].validation_loss for found in latest.values()}) == SEEDS


def test_five_seeds_go_on_after_one_that_explodes(digits: Splits) -> None:
    config = TrainingConfig(epochs=1, batch_size=100, learning_rate=100.0, optimizer="sgd")
    *_, latest = five_seeds(MLPConfig((32,)), config, digits)
    assert len(latest) == SEEDS
    found = Band("far too high", latest)
    assert found.diverged > 0
    assert found.is_over
    assert found.progress == 1


def test_a_band_knows_how_far_it_has_come() -> None:
    assert Band("new").progress == 0
    assert Band("new").dataset is None
    assert Band("new").envelope() == []
    found = band(0.9, 0.95, 0.97, going=1)
    assert found.accuracies == [0.9, 0.95, 0.97]
    ((epoch, low, mean, high),) = found.envelope()
    assert [epoch, low, mean, high] == pytest.approx([1, 0.9, 0.94, 0.97])
    assert not found.is_over
    assert found.progress == pytest.approx((3 + 1 / 100) / 5)
    assert band(0.9, 0.9, 0.9, 0.9, diverged=1).is_over


# Welch's test


@given(ACCURACIES, ACCURACIES)
def test_welch_agrees_with_scipy(first: list[float], second: list[float]) -> None:
    assume(len(set(first)) > 1 or len(set(second)) > 1)
    found = welch(first, second)
    expected = scipy.stats.ttest_ind(second, first, equal_var=False)
    assert found.t == pytest.approx(expected.statistic, rel=1e-9, abs=1e-12)
    assert found.freedom == pytest.approx(expected.df, rel=1e-9)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-15)
    interval = expected.confidence_interval(0.95)
    assert found.interval == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-9)
    assert found.difference == pytest.approx(np.mean(second) - np.mean(first), abs=1e-12)
    assert found.deviations == pytest.approx((np.std(first, ddof=1), np.std(second, ddof=1)))
    back = welch(second, first)
    assert [back.t, back.p] == pytest.approx([-found.t, found.p])


def test_welch_of_the_first_data_a_t_test_was_made_for() -> None:
    """Student's own (1908): hours of sleep gained by ten patients from two drugs, from R's manual.

    ``t.test(extra ~ group, data = sleep)`` prints t = -1.8608, df = 17.776, p-value = 0.07939 and a 95 percent
    confidence interval from -3.3654832 to 0.2054832, all of them first minus second.
    """
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = welch(first, second)
    assert found.t == pytest.approx(1.8608, abs=5e-5)
    assert found.freedom == pytest.approx(17.776, abs=5e-4)
    assert found.p == pytest.approx(0.07939, abs=5e-6)
    assert found.interval == pytest.approx((-0.2054832, 3.3654832), abs=5e-8)


# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, "Critical Values of the Student's t Distribution": the t
# that is exceeded with a probability of 0.10, 0.05, 0.025, 0.01 and 0.005. https://www.itl.nist.gov/div898/handbook/
EXCEEDED = (0.10, 0.05, 0.025, 0.01, 0.005)
CRITICAL = {
    1: (3.078, 6.314, 12.706, 31.821, 63.657),
    2: (1.886, 2.920, 4.303, 6.965, 9.925),
    3: (1.638, 2.353, 3.182, 4.541, 5.841),
    4: (1.533, 2.132, 2.776, 3.747, 4.604),
    5: (1.476, 2.015, 2.571, 3.365, 4.032),
    6: (1.440, 1.943, 2.447, 3.143, 3.707),
    7: (1.415, 1.895, 2.365, 2.998, 3.499),
    8: (1.397, 1.860, 2.306, 2.896, 3.355),
    10: (1.372, 1.812, 2.228, 2.764, 3.169),
    30: (1.310, 1.697, 2.042, 2.457, 2.750),
    100: (1.290, 1.660, 1.984, 2.364, 2.626),
}


@pytest.mark.parametrize("freedom", CRITICAL)
def test_the_tails_of_students_t(freedom: int) -> None:
    for exceeded, t in zip(EXCEEDED, CRITICAL[freedom], strict=True):
        assert chance_of(t, freedom) == chance_of(-t, freedom)
        # What the table rounds away lies between these two.
        assert chance_of(t + 0.0005, freedom) < 2 * exceeded < chance_of(t - 0.0005, freedom)
    assert chance_of(0, freedom) == 1


@given(st.floats(-50, 50))
def test_the_tails_where_a_formula_has_them(t: float) -> None:
    """With one degree of freedom, Cauchy's distribution, and with two."""
    assert chance_of(t, 1) == pytest.approx(1 - 2 * math.atan(abs(t)) / math.pi, abs=1e-8)
    assert chance_of(t, 2) == pytest.approx(1 - abs(t) / math.sqrt(2 + t**2), abs=1e-8)


@given(st.floats(0, 20), st.floats(1, 99))
def test_the_tails_between_whole_degrees_of_freedom(t: float, freedom: float) -> None:
    below, above = chance_of(t, math.floor(freedom)), chance_of(t, math.floor(freedom) + 1)
    assert above - 1e-12 <= chance_of(t, freedom) <= below + 1e-12


@pytest.mark.parametrize("freedom", CRITICAL)
def test_the_limit_of_t(freedom: int) -> None:
    assert t_limit(freedom) == pytest.approx(CRITICAL[freedom][EXCEEDED.index(0.025)], abs=0.0005)


@given(st.floats(1, 100))
def test_beyond_the_limit_of_t_is_the_level(freedom: float) -> None:
    assert chance_of(t_limit(freedom), freedom) == pytest.approx(LEVEL, rel=1e-7)


@pytest.mark.parametrize(("first", "second"), [([0.9], [0.8, 0.9]), ([0.9, 0.9], [0.8, 0.8]), ([], [])])
def test_what_welch_can_not_judge(first: list[float], second: list[float]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        welch(first, second)


def test_the_same_accuracy_has_no_deviation() -> None:
    mean, deviation = mean_and_deviation([0.9732000231742859] * 5)
    assert mean == pytest.approx(0.9732)
    assert deviation == 0


# The verdict


def test_a_difference_beyond_luck() -> None:
    low, high = band(0.970, 0.971, 0.969, 0.970, 0.970), band(0.975, 0.974, 0.976, 0.975, 0.975)
    found = verdict(low, high)
    interval = scipy.stats.ttest_ind(high.accuracies, low.accuracies, equal_var=False).confidence_interval()
    numbers = f"0.50 points (95%: {100 * interval.low:.2f} to {100 * interval.high:.2f})"
    assert found.sentence == f"B is better than A by {numbers}: more than the luck of the seed explains."
    assert verdict(high, low).sentence == found.sentence.replace("B is better than A", "A is better than B")


def test_a_difference_that_could_be_luck() -> None:
    sentence = verdict(band(0.970, 0.974, 0.966), band(0.971, 0.975, 0.968, 0.975, 0.97)).sentence
    assert sentence.startswith("No difference shown: B − A = 0.18 points (95%: −")
    assert sentence.endswith("That could be luck. A has only 3 of 5 seeds.")
    assert "better" not in sentence


@pytest.mark.parametrize("second", [(0.9700, 0.9710), (0.9700, 0.97096)])
def test_no_difference_has_no_sign_and_no_winner(second: tuple[float, float]) -> None:
    sentence = verdict(band(0.9700, 0.9710), band(*second)).sentence
    assert sentence.startswith("No difference shown: B − A = 0.00 points (95%: −")
    assert "better" not in sentence


def test_a_difference_beyond_luck_is_not_written_as_zero() -> None:
    low, high = [0.97 + 1e-7 * n for n in range(5)], [0.97 + 1e-5 + 1e-7 * n for n in range(5)]
    assert verdict(band(*low), band(*high)).sentence.startswith(
        "B is better than A by less than 0.01 points (95%: 0.00"
    )


@pytest.mark.filterwarnings("ignore:Precision loss")  # scipy, where one group does not scatter
@given(
    st.lists(st.integers(0, 5_000), min_size=2, max_size=5),
    st.lists(st.integers(0, 5_000), min_size=2, max_size=5),
)
def test_one_is_called_better_only_where_scipy_finds_more_than_luck(first: list[int], second: list[int]) -> None:
    groups = [[right / 5_000 for right in group] for group in (first, second)]
    found = verdict(band(*groups[0]), band(*groups[1]))
    if found.test:
        p = scipy.stats.ttest_ind(*groups, equal_var=False).pvalue
        assume(abs(p - LEVEL) > 1e-6)
        assert (" is better than " in found.sentence) == (p < LEVEL)
        assert ("No difference shown" in found.sentence) == (p >= LEVEL)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (2, 2), (2, 4), (5, 5)])
def test_how_often_luck_drives_two_groups_apart(first: int, second: int) -> None:
    places = set(range(first + second))
    ways = [(group, places - set(group)) for group in itertools.combinations(places, first)]
    apart = [one for one, other in ways if max(one) < min(other) or max(other) < min(one)]
    assert chance_of_apart(first, second) == pytest.approx(len(apart) / len(ways))


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (lambda: band(0.97), "B has 1 of 5 seeds so far"),
        (lambda: Band("new"), "B has 0 of 5 seeds so far"),
        (lambda: band(0.97, 0.97, 0.97, diverged=2), "The loss of B exploded with 2 of 5 seeds."),
        (lambda: band(diverged=5), "The loss of B exploded with 5 of 5 seeds."),
        (lambda: band(0.9, 0.9, dataset="generated digits"), "A was judged on MNIST, B on generated digits"),
        (lambda: band(0.9, 0.9), "reaches the same accuracy: there is no difference"),
        (lambda: band(0.8, 0.8), "there is no luck to measure the difference by"),
    ],
)
def test_where_there_is_no_test_a_sentence_says_why(second: Callable[[], Band], said: str) -> None:
    found = verdict(band(0.9, 0.9), second())
    assert found.test is None
    assert said in found.sentence
    assert "nan" not in found.sentence


@given(st.lists(st.integers(0, 50), max_size=5), st.lists(st.integers(0, 50), max_size=5))
def test_a_verdict_is_always_a_sentence(first: list[int], second: list[int]) -> None:
    found = verdict(band(*(right / 50 for right in first)), band(*(right / 50 for right in second)))
    assert found.sentence.endswith(".")
    assert "nan" not in found.sentence
    assert "inf" not in found.sentence


# The luck of the images


def test_the_standard_error_of_a_share() -> None:
    assert standard_error(0.98, 5_000) == pytest.approx(0.00198, abs=5e-6)
    drawn = np.random.default_rng(0).binomial(5_000, 0.98, size=20_000) / 5_000
    assert standard_error(0.98, 5_000) == pytest.approx(drawn.std(), rel=0.02)
    assert standard_error(1.0, 10) == 0


@pytest.mark.parametrize(("accuracy", "images"), [(1.1, 5), (-0.1, 5), (math.nan, 5), (0.5, 0)])
def test_a_share_of_nothing_has_no_error(accuracy: float, images: int) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        standard_error(accuracy, images)


def test_five_seeds_of_a_run_that_began_with_weights_begin_with_them_too(digits: Splits) -> None:
    start = Start("Your network 1", new_model(MLPConfig((8,)), 77).eval(), {})
    *_, latest = five_seeds(MLPConfig((8,)), QUICK, digits, start=start)
    befores = {record.before for record in latest.values()}
    assert befores == {score(start.model, digits.validation)}
    assert len({record.epochs[-1].validation_loss for record in latest.values()}) == SEEDS
    began, random = (settings(record) for record in (latest[QUICK.seed], replace(latest[QUICK.seed], start=None)))
    assert (began["Began with"], random["Began with"]) == ("Your network 1", "random weights")
