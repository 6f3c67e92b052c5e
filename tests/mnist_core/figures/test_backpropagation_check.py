"""The figures of the gradient check: the two slopes, and the errors on their axes."""

import math

import pytest

from mnist_core.figures.backpropagation_check import DOUBLE, LEAST, MOST, SINGLE, errors_over_steps, slope_and_secant
from mnist_core.figures.theme import LIGHT, VegaFigure

STEPS = (1e-8, 1e-4, 1.0)


def slopes(slope: float = -1.5) -> VegaFigure:
    return slope_and_secant(
        along=[-2.0, 0.0, 2.0],
        losses=[4.0, 1.0, 0.4],
        at=(0.0, 1.0),
        moved=(1.0, 0.5),
        slope=slope,
        name="score of the 3",
        theme=LIGHT,
    )


def errors(chosen: float) -> VegaFigure:
    found = {SINGLE: [1.0, math.nan, 0.1], DOUBLE: [0.0, 1e-10, 1e9]}
    return errors_over_steps(steps=STEPS, errors=found, chosen=chosen, theme=LIGHT)


def test_both_lines_go_through_the_point_and_have_their_slopes() -> None:
    data = slopes().data
    for kind, slope in (("gradient", -1.5), ("difference", -0.5)):
        line = data[data["kind"] == kind]
        rise = line["loss"].iloc[1] - line["loss"].iloc[0]
        assert rise / (line["score"].iloc[1] - line["score"].iloc[0]) == pytest.approx(slope)
        assert line["loss"].mean() == pytest.approx(1.0)  # the point lies in the middle
    assert data[data["kind"] == "curve"]["loss"].tolist() == [4.0, 1.0, 0.4]


def test_moving_changes_the_data_alone() -> None:
    assert slopes().spec == slopes(slope=2.0).spec
    assert errors(1.0).spec == errors(1e-8).spec


def test_each_precision_has_a_curve_and_the_chosen_step_a_point_on_each() -> None:
    data = errors(1e-4).data
    for precision in (SINGLE, DOUBLE):
        of = data[data["precision"] == precision]
        assert sorted(of[of["kind"] == "curve"]["step"]) == list(STEPS)
        assert of[of["kind"] == "chosen"]["step"].tolist() == [1e-4]
    assert data["error"].between(LEAST, MOST).all()


def test_the_marks_of_the_axes_are_powers_of_ten() -> None:
    axis = errors(1.0).spec["encoding"]["x"]["axis"]
    names = axis["labelExpr"].split("[")[1].split("]")[0].replace("'", "").split(", ")
    for value in axis["values"]:
        name = names[round(-math.log10(value) / 2)]
        power = name.removeprefix("10").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        assert value == pytest.approx(1.0 if name == "1" else 10.0 ** int(power))
