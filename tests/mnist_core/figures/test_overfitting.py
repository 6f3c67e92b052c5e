"""The figure of overfitting shows the run it was given, its turn, and the run before."""

import pytest

from mnist_core.figures.overfitting import AXES, TRAINING, VALIDATION, learning_by_heart
from mnist_core.figures.theme import DARK, LIGHT
from mnist_core.lessons.overfitting import EPOCHS, Reading, Remedies, Study


def run(*validation: float) -> Study:
    readings = [Reading(epoch, 1 / epoch, 0.5, loss, 0.5) for epoch, loss in enumerate(validation, start=1)]
    return Study(Remedies(), "generated digits", 500, tuple(readings))


def test_both_losses_and_the_turn() -> None:
    data = learning_by_heart(study=run(1.9, 0.5, 0.6), before=None, theme=LIGHT).data
    now = data[data["run"] == "now"]
    assert now[now["images"] == VALIDATION]["loss"].tolist() == [1.9, 0.5, 0.6]
    assert now[now["images"] == TRAINING]["loss"].tolist() == [1, 1 / 2, 1 / 3]
    (turn,) = data[data["run"] == "turn"].to_dict("records")
    assert (turn["epoch"], turn["loss"], turn["label"]) == (2, 0.5, "lowest: 0.500 after epoch 2")
    assert "before" not in set(data["run"])


def test_the_run_before_lies_pale_and_dashed_behind() -> None:
    figure = learning_by_heart(study=run(0.6, 0.5), before=run(0.9, 0.8, 0.7), theme=DARK)
    before = figure.data[figure.data["run"] == "before"]
    assert before[before["images"] == VALIDATION]["loss"].tolist() == [0.9, 0.8, 0.7]
    lines = [layer for layer in figure.spec["layer"] if layer["mark"]["type"] == "line"]
    pale = [layer["mark"].get("opacity", 1) < 1 and "strokeDash" in layer["mark"] for layer in lines]
    assert ["before" in layer["transform"][0]["filter"] for layer in lines] == pale == [True, True, False, False]


@pytest.mark.parametrize(
    ("study", "before", "end"),
    [
        (run(2.3, 0.5, 0.7), None, 1.0),  # the beginning may be cut off
        (run(2.3, 0.9, 1.2), None, 1.5),
        (run(2.3, 0.5, 0.7), run(2.2, 1.1, 1.6), 2.0),
        (run(2.3, 2.2, 9.0), None, AXES[-1]),
    ],
)
def test_all_that_comes_after_a_turn_fits_the_axis(study: Study, before: Study | None, end: float) -> None:
    encoding = learning_by_heart(study=study, before=before, theme=LIGHT).spec["encoding"]
    assert encoding["y"]["scale"]["domain"] == [0, end]
    assert encoding["x"]["scale"]["domain"] == [0, EPOCHS]


def test_while_a_run_goes_on_only_its_data_changes() -> None:
    early = learning_by_heart(study=run(0.7, 0.6), before=None, theme=LIGHT)
    late = learning_by_heart(study=run(0.7, 0.6, 0.5, 0.55), before=None, theme=LIGHT)
    assert early.spec == late.spec
