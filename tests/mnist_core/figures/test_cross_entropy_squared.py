"""Two pushes over a score."""

from mnist_core.figures.cross_entropy_squared import two_pushes
from mnist_core.figures.theme import LIGHT, VegaFigure


def figure(at: float, here: dict[str, float]) -> VegaFigure:
    pushes: dict[str, list[float | None]] = {"one": [1.0, 0.5, 0.0], "other": [0.0, 0.2, None]}
    return two_pushes(scores=[-1.0, 0.0, 1.0], pushes=pushes, at=at, here=here, theme=LIGHT)


def test_both_curves_and_a_point_on_each() -> None:
    data = figure(0.0, {"one": 0.5, "other": 0.2}).data
    assert data[(data["kind"] == "curve") & (data["loss"] == "one")]["push"].tolist() == [1.0, 0.5, 0.0]
    assert data[data["kind"] == "yours"]["push"].tolist() == [0.5, 0.2]
    assert data[data["kind"] == "at"]["z"].tolist() == [0.0]


def test_only_the_data_changes_with_the_score() -> None:
    assert figure(0.0, {"one": 0.5, "other": 0.2}).spec == figure(1.0, {}).spec
