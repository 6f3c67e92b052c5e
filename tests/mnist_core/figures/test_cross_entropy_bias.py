"""A curve over a bias, with the reader's point and the slope there."""

from typing import Any

import pytest

from mnist_core.figures.cross_entropy_bias import over_a_bias
from mnist_core.figures.theme import DARK, VegaFigure


def figure(**more: Any) -> VegaFigure:
    given = {"biases": [-1.0, 0.0, 1.0], "values": [3.0, 1.0, 2.0], "point": (0.0, 1.0), "slope": -0.5}
    return over_a_bias(**{**given, "title": "loss", "ends": (0, 4), "theme": DARK, **more})


def test_the_curve_the_point_and_its_slope_are_there() -> None:
    data = figure().data
    assert data[data["kind"] == "curve"]["value"].tolist() == [3.0, 1.0, 2.0]
    assert data[data["kind"] == "yours"][["bias", "value"]].values.tolist() == [[0.0, 1.0]]
    (x1, y1), (x2, y2) = data[data["kind"] == "tangent"][["bias", "value"]].values.tolist()
    assert (y2 - y1) / (x2 - x1) == pytest.approx(-0.5)
    assert (y1 + y2) / 2 == pytest.approx(1.0)


def test_before_the_answer_there_is_no_slope() -> None:
    assert "tangent" not in figure(slope=None).data["kind"].tolist()


def test_only_the_data_changes_with_the_bias() -> None:
    assert figure().spec == figure(point=(1.0, 2.0), slope=None).spec


def test_a_staircase_jumps() -> None:
    marks = [layer["mark"] for layer in figure(is_staircase=True).spec["layer"]]
    assert [mark["interpolate"] for mark in marks if "interpolate" in mark] == ["step-after"]
