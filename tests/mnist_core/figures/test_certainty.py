"""The reliability diagram, the images of its bins, and the valley of the loss: marks where the numbers are."""

import pytest

from mnist_core import words
from mnist_core.evaluation.calibration import Bin
from mnist_core.figures.certainty import (
    FEW,
    NOT_SURE_ENOUGH,
    TOO_SURE,
    bin_in_words,
    images_per_bin,
    loss_over_temperature,
    reliability_diagram,
)
from mnist_core.figures.theme import DARK, LIGHT, VegaFigure

EMPTY = Bin(0.0, 0.5, 0, 0, 0.0, 0.0)
BINS = (EMPTY, Bin(0.5, 0.75, 4, 3, 2.6, 0.9), Bin(0.75, 1.0, 20, 15, 18.0, 1.6))
TRIED = {0.25: 0.9, 1.0: 0.3, 4.0: 0.8}


def test_each_bin_with_images_has_a_dot_where_its_numbers_are() -> None:
    data = reliability_diagram(bins=BINS, theme=LIGHT).data
    assert data["confidence"].tolist() == pytest.approx([0.65, 0.9])
    assert data["accuracy"].tolist() == [0.75, 0.75]
    assert data["images"].tolist() == [4, 20]
    assert data["side"].tolist() == [NOT_SURE_ENOUGH, TOO_SURE]
    assert data["few"].tolist() == [True, False]
    assert FEW == 10
    assert (data["low"] < data["accuracy"]).all()
    assert (data["accuracy"] < data["high"]).all()
    assert (data["high"] - data["low"]).iloc[0] > (data["high"] - data["low"]).iloc[1]  # fewer images, wider


def test_the_dots_of_before_are_rings_of_their_own() -> None:
    figure = reliability_diagram(bins=BINS, before=BINS[2:], theme=LIGHT)
    assert figure.data["kind"].tolist() == ["bin", "bin", "before"]
    rings = [layer for layer in figure.spec["layer"] if "before" in str(layer.get("transform"))]
    assert [ring["mark"]["type"] for ring in rings] == ["point"]
    assert "filled" not in rings[0]["mark"]


def test_only_the_data_changes_with_the_temperature() -> None:
    one, other = (reliability_diagram(bins=bins, theme=DARK) for bins in (BINS, BINS[:2]))
    assert one.spec == other.spec
    assert loss(0.25).spec == loss(4.0).spec
    nothing = reliability_diagram(bins=(EMPTY,), theme=DARK)
    assert nothing.data.empty
    assert nothing.spec == one.spec


def test_the_two_sides_differ_in_colour_and_stand_on_their_own_side_of_the_diagonal() -> None:
    for theme in (LIGHT, DARK):
        spec = reliability_diagram(bins=BINS, theme=theme).spec
        (gap,) = [layer["encoding"]["color"] for layer in spec["layer"] if "color" in layer.get("encoding", {})]
        assert gap["scale"]["domain"] == [TOO_SURE, NOT_SURE_ENOUGH]
        assert len(set(gap["scale"]["range"])) == 2
        (texts,) = [layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "text"]
        above = {text["text"].replace("\n", " "): text["accuracy"] > text["confidence"] for text in texts}
        assert above == {NOT_SURE_ENOUGH: True, TOO_SURE: False}


def test_every_bin_has_its_bar_empty_ones_too() -> None:
    figure = images_per_bin(bins=BINS, theme=LIGHT)
    assert figure.data["images"].tolist() == [0, 4, 20]
    assert figure.data["low"].tolist() == [0.0, 0.5, 0.75]
    assert figure.spec["encoding"]["y"]["axis"]["values"] == [0, 10]
    moved = images_per_bin(bins=(EMPTY, EMPTY, Bin(0.75, 1.0, 24, 18, 20.6, 1.0)), theme=LIGHT)
    assert moved.spec == figure.spec


def loss(chosen: float, best: float = 1.2) -> VegaFigure:
    return loss_over_temperature(tried=TRIED, chosen=(chosen, TRIED[chosen]), lowest=(best, 0.29), theme=LIGHT)


def test_the_valley_has_the_readers_mark_and_the_lowest() -> None:
    data = loss(4.0).data.set_index("kind")
    assert data.loc["curve", "temperature"].tolist() == list(TRIED)
    assert data.loc["curve", "loss"].tolist() == list(TRIED.values())
    assert data.loc["chosen", ["temperature", "loss"]].tolist() == [4.0, 0.8]
    assert data.loc["chosen", "label"] == "● yours: 0.8000 at T = 4"
    assert data.loc["lowest", "label"] == "◆ lowest: 0.2900 at T = 1.20"
    spec = loss(4.0).spec
    assert spec["encoding"]["x"]["scale"]["domain"] == [0.25, 4.0]
    assert spec["encoding"]["x"]["axis"]["values"] == [0.25, 0.5, 1, 2]


def test_a_lowest_point_beyond_the_axis_is_not_marked() -> None:
    assert "lowest" not in loss(1.0, best=19.0).data["kind"].tolist()


@pytest.mark.parametrize("tried", [{}, {0.0: 1.0}])
def test_nothing_tried_is_refused(tried: dict[float, float]) -> None:
    with pytest.raises(ValueError, match="temperature"):
        loss_over_temperature(tried=tried, chosen=(1.0, 1.0), lowest=(1.0, 1.0), theme=LIGHT)


def test_a_bin_in_words() -> None:
    assert bin_in_words(BINS[2]) == {
        "confidence": "75% to 100%",
        "images": "20",
        "claims": "90.0%",
        "is right": "75.0%",
    }
    assert bin_in_words(EMPTY)["claims"] == ""
    assert [words.loss(value, 4) for value in (0.0324, 2.303, 1234.5)] == ["0.0324", "2.3030", "1,234"]
