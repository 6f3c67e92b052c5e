"""The ruler shows the losses it was given, and the chosen one among them."""

import math

import pytest

from mnist_core import words
from mnist_core.figures.step_ruler import FAR, learning_rate_ruler
from mnist_core.figures.theme import DARK, LIGHT, VegaFigure

RATES = (0.01, 0.1, 1.0, 10.0)
LOSSES = (1.9, 1.0, 7.0, math.nan)


def figure(chosen: float) -> VegaFigure:
    return learning_rate_ruler(rates=RATES, losses=LOSSES, now=2.0, chosen=chosen, theme=LIGHT)


def test_the_curve_has_all_losses_and_leaves_through_the_top() -> None:
    built = figure(0.1)
    curve = built.data[built.data["kind"] == "curve"]
    assert curve["rate"].tolist() == list(RATES)
    assert curve["shown"].tolist() == [1.9, 1.0, 7.0, FAR * 4.0]
    assert built.spec["encoding"]["y"]["scale"]["domain"] == [0, 4.0]
    assert built.spec["encoding"]["x"]["scale"] == {"type": "log", "domain": [0.01, 10.0], "nice": False}
    assert built.spec["encoding"]["x"]["axis"]["values"] == pytest.approx(RATES)


@pytest.mark.parametrize(
    ("rate", "shown", "label", "above"),
    [(0.1, 1.0, "0.1: 1.000", False), (1.0, 4.0, "1: 7.000", True), (10.0, 4.0, "10: not a number", True)],
)
def test_the_chosen_rate_is_marked_and_stays_in_the_figure(rate: float, shown: float, label: str, above: bool) -> None:
    data = figure(rate).data
    chosen = data[data["kind"] == "chosen"].iloc[0]
    assert (chosen["rate"], chosen["shown"], chosen["label"], chosen["above"]) == (rate, shown, label, above)
    now = data[data["kind"] == "now"].iloc[0]
    assert (now["loss"], now["label"]) == (2.0, "loss now: 2.000")


def test_the_loss_now_is_said_at_the_left_end() -> None:
    data = figure(0.1).data
    assert data[data["kind"] == "now"]["rate"].tolist() == [RATES[0]]
    halo, said = [
        layer["mark"]
        for layer in figure(0.1).spec["layer"]
        if layer["mark"]["type"] == "text" and "'now'" in layer["transform"][0]["filter"]
    ]
    assert halo["align"] == said["align"] == "left"
    assert "stroke" in halo
    assert "stroke" not in said


def test_choosing_changes_the_data_alone() -> None:
    assert figure(0.1).spec == figure(10.0).spec


def test_a_loss_of_zero_has_room_above() -> None:
    built = learning_rate_ruler(rates=RATES, losses=(0.0,) * 4, now=0.0, chosen=1.0, theme=DARK)
    assert built.spec["encoding"]["y"]["scale"]["domain"] == [0, 1.0]


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ValueError, match="loss for each rate"):
        learning_rate_ruler(rates=RATES, losses=(1.0,), now=2.0, chosen=0.1, theme=LIGHT)
    with pytest.raises(ValueError, match="one of them"):
        figure(0.5)


@pytest.mark.parametrize(
    ("loss", "text"),
    [(0.1884, "0.188"), (2144.4, "2,144"), (math.inf, "not a number"), (0.00012, "0.00012"), (1e-7, "under 0.00001")],
)
def test_losses_in_words(loss: float, text: str) -> None:
    assert words.loss(loss) == text
