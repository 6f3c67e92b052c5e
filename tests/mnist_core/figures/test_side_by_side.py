"""Several runs in one figure: each point is one of the runs' own."""

from typing import Literal

import pytest

from mnist_core.figures.curves import HIGHEST_LOSS
from mnist_core.figures.side_by_side import comparison_curves
from mnist_core.figures.theme import DARK, LIGHT, VegaFigure
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import BatchEvent, EpochEvent, TrainingConfig
from mnist_core.training.records import RunRecord

NAMES = ("shuffled", "sorted")


def record(*losses: float) -> RunRecord:
    """Four batches an epoch; the validation loss is a tenth above the last batch's."""
    batches = [BatchEvent(1 + step // 4, step + 1, 25, loss, 0.25) for step, loss in enumerate(losses)]
    ends = [event for event in batches if event.step % 4 == 0]
    epochs = [EpochEvent(event.epoch, event.step, event.loss, 0.5, event.loss + 0.1, 0.75) for event in ends]
    return RunRecord(
        MLPConfig((8,)), TrainingConfig(2, 25), "generated digits", 100, len(batches), tuple(batches), tuple(epochs)
    )


def curves(
    images: Literal["training", "validation"], quantity: Literal["loss", "accuracy"], **records: RunRecord
) -> VegaFigure:
    return comparison_curves(records=records, names=NAMES, images=images, quantity=quantity, epochs=2, theme=LIGHT)


def test_training_batches_stand_at_their_share_of_an_epoch() -> None:
    data = curves("training", "loss", shuffled=record(2.0, 1.5, 1.0, 0.5, 0.4), sorted=record(2.2)).data
    shuffled = data[data["run"] == "shuffled"]
    assert shuffled["epoch"].tolist() == [0.25, 0.5, 0.75, 1.0, 1.25]
    assert shuffled["loss"].tolist() == [2.0, 1.5, 1.0, 0.5, 0.4]
    assert data[data["run"] == "sorted"]["loss"].tolist() == [2.2]


@pytest.mark.parametrize(("quantity", "expected"), [("loss", [0.6, 0.3]), ("accuracy", [0.75, 0.75])])
def test_validation_stands_at_the_epochs_ends(quantity: Literal["loss", "accuracy"], expected: list[float]) -> None:
    data = curves("validation", quantity, sorted=record(2.0, 1.5, 1.0, 0.5, 0.4, 0.3, 0.3, 0.2)).data
    assert data["epoch"].tolist() == [1, 2]
    assert data[quantity].tolist() == pytest.approx(expected)


def test_a_spike_does_not_press_the_rest_flat_and_keeps_its_number() -> None:
    data = curves("training", "loss", sorted=record(50.0, 1.0)).data
    assert data["shown"].tolist() == [HIGHEST_LOSS, 1.0]
    assert data["loss"].tolist() == [50.0, 1.0]


def test_runs_keep_colour_and_dashes_whoever_has_begun() -> None:
    alone = curves("training", "loss", sorted=record(2.0))
    both = curves("training", "loss", sorted=record(1.0), shuffled=record(2.0, 1.0))
    nobody = curves("training", "loss")
    assert alone.spec == both.spec == nobody.spec
    assert nobody.data.empty
    encoding = alone.spec["encoding"]
    assert encoding["color"]["scale"]["domain"] == encoding["strokeDash"]["scale"]["domain"] == list(NAMES)
    assert len(set(encoding["color"]["scale"]["range"])) == 2
    assert len({tuple(dashes) for dashes in encoding["strokeDash"]["scale"]["range"]}) == 2


def test_the_axes_say_what_is_shown() -> None:
    encoding = comparison_curves(
        records={}, names=NAMES, images="validation", quantity="accuracy", epochs=7, theme=DARK
    ).spec["encoding"]
    assert encoding["y"]["title"] == "validation accuracy"
    assert encoding["y"]["scale"]["domain"] == [0, 1]
    assert encoding["x"]["scale"]["domain"] == [0, 7]
