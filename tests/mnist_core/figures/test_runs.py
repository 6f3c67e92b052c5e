"""Runs in one figure: styles that tell them apart, points that are the runs' own, bands that hold their seeds."""

import math
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.figures.curves import HIGHEST_LOSS
from mnist_core.figures.runs import CURVES, MOST_RUNS, Curve, final_accuracies, run_curves, seed_bands, styles
from mnist_core.figures.theme import CHOICE, DARK, LIGHT, RIGHT_CLASS, Theme, VegaFigure
from mnist_core.lessons.runs_comparison import Band, RunResult
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import BatchEvent, EpochEvent, TrainingConfig, TrainingDiverged
from mnist_core.training.records import RunRecord, Score


def record(*losses: float, epochs: int = 2) -> RunRecord:
    """Four batches an epoch; the validation loss is a tenth above the last batch's."""
    batches = [BatchEvent(1 + step // 4, step + 1, 25, loss, 0.25) for step, loss in enumerate(losses)]
    ends = [event for event in batches if event.step % 4 == 0]
    events = [EpochEvent(event.epoch, event.step, event.loss, 0.5, event.loss + 0.1, 0.75) for event in ends]
    config = TrainingConfig(epochs, 25)
    return RunRecord(MLPConfig((8,)), config, "digits", 100, len(batches), tuple(batches), tuple(events))


def result(
    number: int, record: RunRecord, ending: Literal["finished", "stopped", "diverged"] = "finished"
) -> RunResult:
    return RunResult(number, record, ending, 1.0, Score(300, 0.55, 0.8))


def curves(curve: Curve, *results: RunResult, log: bool = False, theme: Theme = LIGHT) -> VegaFigure:
    style_of = styles([result.number for result in results])
    return run_curves(results=results, style_of=style_of, curve=curve, log=log, theme=theme)


FULL = record(2.0, 1.5, 1.0, 0.5, 0.4, 0.3, 0.3, 0.2)


@given(st.sets(st.integers(1, 100), max_size=MOST_RUNS))
def test_no_two_runs_look_the_same(numbers: set[int]) -> None:
    found = styles(numbers)
    assert set(found) == numbers
    assert len(set(found.values())) == len(numbers)
    assert all(0 <= style < MOST_RUNS for style in found.values())


def test_a_run_keeps_its_style_while_others_come_and_go() -> None:
    assert styles(range(1, 9))[5] == styles(range(2, 10))[5] == styles([5, 11])[5]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_eight_runs_have_eight_looks_and_neighbours_differ_twice(theme: Theme) -> None:
    figure = curves(CURVES[0], *(result(number, FULL) for number in range(1, 9)), theme=theme)
    encoding = figure.spec["encoding"]
    names = [f"Run {number}" for number in range(1, 9)]
    assert encoding["color"]["scale"]["domain"] == encoding["strokeDash"]["scale"]["domain"] == names
    colours, dashes = encoding["color"]["scale"]["range"], encoding["strokeDash"]["scale"]["range"]
    assert len({(colour, tuple(dash)) for colour, dash in zip(colours, dashes, strict=True)}) == 8
    for one, other in zip(range(7), range(1, 8), strict=True):
        assert colours[one] != colours[other]
        assert dashes[one] != dashes[other]
    assert not {RIGHT_CLASS, CHOICE} & set(colours)  # these mean something else


def test_training_losses_stand_at_their_share_of_an_epoch() -> None:
    data = curves("training loss", result(1, FULL), result(2, record(2.2))).data
    first = data[data["run"] == "Run 1"]
    assert first["epoch"].tolist() == [step / 4 for step in range(1, 9)]
    assert first["value"].tolist() == [2.0, 1.5, 1.0, 0.5, 0.4, 0.3, 0.3, 0.2]
    assert data[data["run"] == "Run 2"]["value"].tolist() == [2.2]


@pytest.mark.parametrize(("curve", "values"), [("validation loss", [0.6, 0.3]), ("validation accuracy", [0.75, 0.75])])
def test_validation_stands_at_the_epochs_ends(curve: Curve, values: list[float]) -> None:
    data = curves(curve, result(1, FULL)).data
    assert data["epoch"].tolist() == [1, 2]
    assert data["value"].tolist() == pytest.approx(values)


def test_a_run_that_ended_early_ends_with_what_it_is_now() -> None:
    stopped = curves("validation loss", result(1, record(2.0, 1.5, 1.0, 0.5, 0.4, 0.4), "stopped")).data
    assert stopped["epoch"].tolist() == [1, 1.5]
    assert stopped["value"].tolist() == pytest.approx([0.6, 0.55])
    exploded = replace(record(2.0, 200.0), diverged=TrainingDiverged(3, 1, math.inf, 9.0))
    data = curves("validation accuracy", result(1, exploded, "diverged")).data
    assert data[["epoch", "value"]].to_numpy().tolist() == [[0.25, 0.8]]


def test_a_high_loss_is_cut_on_a_linear_axis_only_and_keeps_its_number() -> None:
    results = result(1, record(200.0, 1.0))
    linear, log = curves("training loss", results), curves("training loss", results, log=True)
    assert linear.data["shown"].tolist() == [HIGHEST_LOSS, 1.0]
    assert log.data["shown"].tolist() == [200.0, 1.0]
    assert linear.data["value"].tolist() == log.data["value"].tolist() == [200.0, 1.0]
    assert log.spec["encoding"]["y"]["scale"]["type"] == "log"
    accuracy = curves("validation accuracy", result(1, FULL), log=True)
    assert accuracy.spec["encoding"]["y"]["scale"]["type"] == "linear"


def test_a_run_that_exploded_does_not_press_the_accuracies_of_the_others_flat() -> None:
    exploded = replace(record(2.0, 200.0), diverged=TrainingDiverged(3, 1, math.inf, 9.0))
    low = RunResult(2, exploded, "diverged", 1.0, Score(300, 2.3, 0.1))
    data = curves("validation accuracy", result(1, FULL), low).data
    assert data["value"].tolist() == [0.75, 0.75, 0.1]
    assert data["shown"].tolist() == [0.75, 0.75, 0.75]
    alone = curves("validation accuracy", low).data
    assert alone["shown"].tolist() == alone["value"].tolist() == [0.1]
    stopped = RunResult(3, record(2.0), "stopped", 1.0, Score(300, 2.3, 0.125))
    data = curves("validation accuracy", result(1, FULL), low, stopped).data
    assert data["shown"].tolist() == [0.75, 0.75, 0.12, 0.125]  # its own low accuracy is no accident


def test_the_axis_is_as_long_as_the_longest_run() -> None:
    figure = curves(CURVES[0], result(1, FULL), result(2, record(1.0, 1.0, 1.0, 1.0, epochs=7)))
    assert figure.spec["encoding"]["x"]["scale"]["domain"] == [0, 7]


def band(*accuracies: tuple[float, float], going: bool = False) -> Band:
    """A band of two epochs with these accuracies, and one seed that is in its second epoch."""
    ends = [
        tuple(EpochEvent(epoch, 4 * epoch, 0.3, 0.9, 0.2, found) for epoch, found in enumerate(pair, start=1))
        for pair in accuracies
    ]
    records = [replace(record(*[1.0] * 8), epochs=events) for events in ends]
    return Band("x", dict(enumerate([*records, record(1.0, 1.0, 1.0, 1.0, 1.0)] if going else records)))


def test_a_band_reaches_from_the_lowest_to_the_highest_finished_seed() -> None:
    bands = {"A": band((0.8, 0.9), (0.7, 0.95), (0.9, 0.91), going=True), "B": band((0.5, 0.6))}
    figure = seed_bands(bands=bands, epochs=2, theme=LIGHT)
    data = figure.data
    means = data[(data["what"] == "mean") & (data["run"] == "A")]
    assert means[["epoch", "low", "high"]].to_numpy().tolist() == [[1, 0.7, 0.9], [2, 0.9, 0.95]]
    assert means["accuracy"].tolist() == pytest.approx([0.8, 0.92])
    lines = data[(data["what"] != "mean") & (data["run"] == "A")].groupby("what", sort=False)["accuracy"].apply(list)
    assert lines.to_dict() == {
        "seed 0": [0.8, 0.9],
        "seed 1": [0.7, 0.95],
        "seed 2": [0.9, 0.91],
        "seed 3": [0.75],
    }
    style = figure.spec["layer"][-1]["encoding"]
    assert style["color"]["scale"]["domain"] == style["strokeDash"]["scale"]["domain"] == ["A", "B"]
    assert len(set(style["color"]["scale"]["range"])) == 2
    assert len({tuple(dash) for dash in style["strokeDash"]["scale"]["range"]}) == 2


def test_only_its_data_changes_while_a_band_grows() -> None:
    first = seed_bands(bands={"A": band(going=True)}, epochs=2, theme=DARK)
    later = seed_bands(bands={"A": band((0.8, 0.9))}, epochs=2, theme=DARK)
    assert first.spec == later.spec


def test_a_dot_for_each_finished_seed() -> None:
    bands = {"A": band((0.8, 0.9), (0.7, 0.95), going=True), "B": band((0.5, 0.6))}
    data = final_accuracies(bands=bands, theme=LIGHT).data
    assert data[["run", "seed", "accuracy"]].to_numpy().tolist() == [
        ["A", "seed 0", 0.9],
        ["A", "seed 1", 0.95],
        ["B", "seed 0", 0.6],
    ]
    assert final_accuracies(bands={"A": Band("new")}, theme=LIGHT).data.empty


def test_a_run_that_began_with_weights_begins_with_what_these_read() -> None:
    data = curves("validation accuracy", result(1, replace(FULL, before=Score(300, 0.4, 0.7)))).data
    assert data["epoch"].tolist() == [0, 1, 2]
    assert data["value"].tolist() == pytest.approx([0.7, 0.75, 0.75])
