"""The curves of a training run, and that of -ln p at its ends."""

import math
from dataclasses import replace

import pytest

from mnist_core.evaluation.accuracy import GUESSING_LOSS
from mnist_core.figures.curves import (
    HIGHEST_LOSS,
    LABEL_LANES,
    LOWEST_LOSS,
    LOWEST_SHARE,
    loss_of_probability,
    training_curve,
)
from mnist_core.figures.theme import DARK, LIGHT, VegaFigure
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import (
    EXPLODED,
    BatchEvent,
    EpochEvent,
    RateEvent,
    TrainingConfig,
    TrainingDiverged,
)
from mnist_core.training.records import RunRecord, Score

CONFIG = TrainingConfig(epochs=4, batch_size=50)  # two batches make an epoch of 100 images
EMPTY = RunRecord(MLPConfig(), CONFIG, "generated digits", train_size=100)
RUN = replace(
    EMPTY,
    steps=3,
    batches=(BatchEvent(1, 1, 50, 2.0, 0.1), BatchEvent(2, 3, 100, 1.0, 0.6)),
    epochs=(EpochEvent(1, 2, 1.5, 0.3, 1.2, 0.5),),
)
MODES = [
    pytest.param(quantity, logarithmic, id=f"{quantity}-{'log' if logarithmic else 'linear'}")
    for quantity in ("loss", "accuracy")
    for logarithmic in (False, True)
]


def rows(figure: VegaFigure, kind: str, *columns: str) -> list[list[object]]:
    data = figure.data
    found: list[list[object]] = data[data["kind"] == kind][list(columns)].values.tolist()
    return found


def test_batches_and_validation_stand_at_their_epochs() -> None:
    loss = training_curve(record=RUN, quantity="loss", theme=LIGHT)
    assert rows(loss, "curve", "epoch", "loss", "images") == [
        [0.5, 2.0, "training"],
        [1.5, 1.0, "training"],
        [1, 1.2, "validation"],
    ]
    assert rows(loss, "latest", "epoch", "loss", "images") == [[1.5, 1.0, "training"]]
    accuracy = training_curve(record=RUN, quantity="accuracy", theme=DARK)
    assert rows(accuracy, "curve", "accuracy", "shown") == [[0.1, 0.1], [0.6, 0.6], [0.5, 0.5]]


def test_a_logarithmic_accuracy_is_the_share_misread_and_keeps_its_number() -> None:
    figure = training_curve(record=RUN, quantity="accuracy", theme=LIGHT, logarithmic=True)
    assert rows(figure, "curve", "accuracy", "shown") == [[0.1, 0.9], [0.6, 0.4], [0.5, 0.5]]
    ys = [layer["encoding"]["y"] for layer in figure.spec["layer"] if "shown" in str(layer["encoding"].get("y"))]
    assert {(y["title"], y["scale"]["type"]) for y in ys} == {("share misread", "log")}


@pytest.mark.parametrize(("quantity", "logarithmic"), MODES)
def test_the_spec_stays_while_the_data_grow(quantity: str, logarithmic: bool) -> None:
    turned = replace(RUN, rates=tuple(RateEvent(step, 0.1 / (step + 1)) for step in range(3)))
    exploded = replace(turned, diverged=TrainingDiverged(3, 0, math.nan, 0.1))
    beyond = replace(RUN, batches=(BatchEvent(1, 1, 50, 800.0, 1.0), BatchEvent(2, 3, 100, 0.0, 0.0)))
    specs = [
        training_curve(record=record, quantity=quantity, theme=DARK, logarithmic=logarithmic).spec  # type: ignore[arg-type]
        for record in (EMPTY, RUN, turned, exploded, beyond)
    ]
    assert all(spec == specs[0] for spec in specs)


@pytest.mark.parametrize(("quantity", "logarithmic"), MODES)
def test_every_row_but_a_rule_stands_on_its_axis(quantity: str, logarithmic: bool) -> None:
    batches = (BatchEvent(1, 1, 50, 1e30, 0.0), BatchEvent(2, 3, 100, 0.0, 1.0), BatchEvent(2, 4, 50, -0.0, 1.0))
    record = replace(RUN, steps=4, batches=batches, rates=(RateEvent(1, 0.1),))
    data = training_curve(record=record, quantity=quantity, theme=LIGHT, logarithmic=logarithmic).data  # type: ignore[arg-type]
    shown = data[data["kind"] != "rate"]["shown"]
    assert shown.notna().all()
    if logarithmic:
        assert (shown > 0).all()
        assert math.isfinite(math.log(shown.max()))


@pytest.mark.parametrize(
    ("logarithmic", "loss", "shown", "kind"),
    [
        (False, 800.0, HIGHEST_LOSS, "above"),
        (False, 0.0, 0.0, None),
        (True, 800.0, 800.0, None),
        (True, 1e30, EXPLODED, "above"),
        (True, 0.0, LOWEST_LOSS, "below"),
    ],
)
def test_a_loss_beyond_the_figure_stands_at_its_edge_under_a_triangle_and_keeps_its_number(
    logarithmic: bool, loss: float, shown: float, kind: str | None
) -> None:
    record = replace(EMPTY, steps=1, batches=(BatchEvent(1, 1, 32, loss, 0.1),))
    figure = training_curve(record=record, quantity="loss", theme=LIGHT, logarithmic=logarithmic)
    assert rows(figure, "curve", "loss", "shown") == [[loss, shown]]
    for side in ("above", "below"):
        assert rows(figure, side, "loss", "shown") == ([[loss, shown]] if side == kind else [])


def test_no_image_misread_stands_below_the_smallest_share_that_validation_can_tell() -> None:
    record = replace(
        EMPTY, epochs=(EpochEvent(1, 2, 0.1, 1.0, 0.1, 1.0), EpochEvent(2, 4, 0.1, 1.0, 0.1, 1 - 1 / 5000))
    )
    figure = training_curve(record=record, quantity="accuracy", theme=LIGHT, logarithmic=True)
    assert rows(figure, "curve", "shown") == [[LOWEST_SHARE], [pytest.approx(1 / 5000)]]
    assert rows(figure, "below", "epoch") == [[1]]


@pytest.mark.parametrize(
    ("quantity", "logarithmic", "value"),
    [("loss", False, GUESSING_LOSS), ("loss", True, GUESSING_LOSS), ("accuracy", True, 0.9)],
)
def test_a_dashed_line_marks_guessing(quantity: str, logarithmic: bool, value: float) -> None:
    layers = training_curve(record=EMPTY, quantity=quantity, theme=LIGHT, logarithmic=logarithmic).spec["layer"]  # type: ignore[arg-type]
    (line,) = (layer for layer in layers if layer["mark"]["type"] == "rule" and "y" in layer["encoding"])
    assert line["encoding"]["y"]["datum"] == pytest.approx(value)


def test_a_rule_stands_where_the_learning_rate_was_changed() -> None:
    record = replace(RUN, rates=(RateEvent(0, 0.003), RateEvent(3, 0.0005), RateEvent(8, 1.0)))
    figure = training_curve(record=record, quantity="loss", theme=LIGHT)
    assert rows(figure, "rate", "epoch", "label") == [[0, "rate 0.003"], [1.5, "rate 0.0005"], [4, "rate 1"]]
    assert [row[0] for row in rows(figure, "rate", "lane")] == [0, 0, 0]  # far from each other


def test_labels_that_would_overlap_stand_below_each_other_and_the_newest_are_kept() -> None:
    record = replace(RUN, train_size=5_000, rates=tuple(RateEvent(step, 0.001 * step) for step in range(1, 7)))
    labels = rows(training_curve(record=record, quantity="loss", theme=LIGHT), "rate", "label", "lane")
    assert labels[:3] == [["", 0]] * 3
    assert labels[3:] == [["rate 0.004", 2], ["rate 0.005", 1], ["rate 0.006", 0]]
    assert len(labels[3:]) == LABEL_LANES


@pytest.mark.parametrize(("quantity", "logarithmic"), MODES)
def test_a_cross_stands_on_the_last_batch_before_a_run_exploded(quantity: str, logarithmic: bool) -> None:
    record = replace(RUN, steps=4, diverged=TrainingDiverged(4, 0, math.nan, 10.0))
    figure = training_curve(record=record, quantity=quantity, theme=LIGHT, logarithmic=logarithmic)  # type: ignore[arg-type]
    assert rows(figure, "exploded", "epoch", quantity, "label") == [
        [1.5, 1.0 if quantity == "loss" else 0.6, "exploded in batch 4"]
    ]
    assert not rows(figure, "latest", "epoch")
    assert len(rows(figure, "room", "shown")) == 2


@pytest.mark.parametrize(("quantity", "logarithmic"), MODES)
def test_a_run_that_exploded_at_once_says_so_on_a_whole_axis(quantity: str, logarithmic: bool) -> None:
    at_once = replace(EMPTY, diverged=TrainingDiverged(1, 0, math.nan, 10.0))
    figure = training_curve(record=at_once, quantity=quantity, theme=LIGHT, logarithmic=logarithmic)  # type: ignore[arg-type]
    assert rows(figure, "exploded", "epoch", "label") == [[0.0, "exploded in batch 1"]]
    low, high = (row[0] for row in rows(figure, "room", "shown"))
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert high - low >= (2 if quantity == "loss" else 0.9)


def test_a_probability_of_1_costs_0_and_not_minus_0() -> None:
    data = loss_of_probability(probability=1.0, marks=(0.1,), theme=LIGHT).data.set_index("kind")
    assert data.loc["yours", "label"] == "p = 1.00: 0.000"
    assert data.loc["mark", "label"] == "p = 0.10: 2.303"


def test_the_mark_that_the_point_covers_is_left_out() -> None:
    data = loss_of_probability(probability=0.01, marks=(0.1, 0.01), theme=LIGHT).data
    assert data["label"][data["kind"] != "curve"].tolist() == ["p = 0.10: 2.303", "p = 0.01: 4.605"]
    assert data["kind"].tolist()[-2:] == ["mark", "yours"]


def test_only_the_data_changes_with_the_readers_point() -> None:
    assert (
        loss_of_probability(probability=0.01, marks=(0.1, 0.01), theme=LIGHT).spec
        == loss_of_probability(probability=0.7, marks=(0.1, 0.01), theme=LIGHT).spec
    )


def test_the_curve_of_the_loss_has_the_readers_point_and_the_marks() -> None:
    data = loss_of_probability(probability=0.25, marks=(0.9, 0.01), theme=LIGHT).data
    yours = data[data["kind"] == "yours"].iloc[0]
    assert (yours["probability"], yours["loss"]) == (0.25, pytest.approx(math.log(4)))
    assert data[data["kind"] == "mark"]["label"].tolist() == ["p = 0.90: 0.105", "p = 0.01: 4.605"]
    curve = data[data["kind"] == "curve"]
    assert curve["loss"].tolist() == pytest.approx([-math.log(p) for p in curve["probability"]])
    assert curve["loss"].iloc[0] == 0


def test_the_smallest_probability_the_sliders_reach_is_on_the_curve() -> None:
    p = math.exp(-4) / (math.exp(-4) + 2 * math.exp(4))
    figure = loss_of_probability(probability=p, marks=(), theme=LIGHT)
    yours = figure.data[figure.data["kind"] == "yours"].iloc[0]
    assert yours["label"] == "p = 0.00017: 8.693"
    assert yours["loss"] < figure.spec["encoding"]["y"]["scale"]["domain"][1]


def test_a_run_that_began_with_weights_has_a_dot_before_its_first_batch() -> None:
    begun = replace(RUN, before=Score(300, 0.4, 0.9))
    for quantity, value in (("loss", 0.4), ("accuracy", 0.9)):
        figure = training_curve(record=begun, quantity=quantity, theme=LIGHT)  # type: ignore[arg-type]
        assert [0, value, "validation"] in rows(figure, "curve", "epoch", quantity, "images")
