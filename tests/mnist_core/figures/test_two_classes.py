"""The figures of the lesson on two classes show what they were given."""

import pytest
import torch

from mnist_core.figures.theme import DARK, LIGHT
from mnist_core.figures.two_classes import (
    image_with_frames,
    logit_bars,
    probability_of_label,
    sigmoid_curve,
    told_apart,
)


@pytest.mark.parametrize(("y", "ends", "given"), [(1, [0, 1], 0.8), (0, [1, 0], 0.2)])
def test_the_label_flips_the_line(y: int, ends: list[float], given: float) -> None:
    data = probability_of_label(p=0.8, y=y, theme=LIGHT).data
    line = data[data["kind"] == "curve"]
    assert line["x"].tolist() == [0, 1]
    assert line["y"].tolist() == ends
    yours = data[data["kind"] == "yours"].iloc[0]
    assert (yours["x"], yours["y"]) == (pytest.approx(0.8), pytest.approx(given))
    assert data["label"].iloc[-1] == f"P(y | x) = {given:.2f}"


@pytest.mark.parametrize("y", [0, 1])
def test_the_text_stands_where_the_line_is_not(y: int) -> None:
    data = probability_of_label(p=0.5, y=y, theme=LIGHT).data
    label = data[data["kind"] == "label"].iloc[0]
    height = label["x"] if y else 1 - label["x"]
    assert label["y"] - height > 0.5


def test_the_sigmoids_curve_and_point() -> None:
    data = sigmoid_curve(z=-1.5, title="z", theme=DARK).data
    curve = data[data["kind"] == "curve"]
    expected = torch.sigmoid(torch.tensor(curve["x"].tolist())).tolist()
    assert curve["y"].tolist() == pytest.approx(expected, abs=1e-6)
    yours = data[data["kind"] == "yours"].iloc[0]
    assert (yours["x"], yours["y"]) == (-1.5, pytest.approx(0.1824, abs=1e-4))
    assert data["label"].iloc[-1] == "p = 0.182"


def test_a_point_beyond_the_axis_is_refused() -> None:
    with pytest.raises(ValueError, match="not there"):
        sigmoid_curve(z=13.0, title="z", theme=LIGHT)


@pytest.mark.parametrize("name", ["sigmoid", "label", "scores", "dots"])
def test_only_the_data_changes_when_the_reader_moves_something(name: str) -> None:
    def spec(value: float) -> object:
        if name == "sigmoid":
            return sigmoid_curve(z=value, title="z", theme=LIGHT).spec
        if name == "label":
            return probability_of_label(p=value, y=1, theme=LIGHT).spec
        if name == "dots":
            return told_apart(z=[value, -value], labels=[0, 1], theme=LIGHT).spec
        return logit_bars(logits=[value, 0.0], classes=["1", "2"], theme=LIGHT).spec

    assert spec(0.2) == spec(0.9)


def test_bars_of_scores_name_the_largest() -> None:
    data = logit_bars(logits=[-1.0, 2.5, -0.04], classes=["1", "2", "3"], theme=LIGHT).data
    assert data["logit"].tolist() == [-1.0, 2.5, -0.04]
    assert data["role"].tolist() == ["rest", "choice", "rest"]
    assert data["label"].tolist() == ["−1.0", "2.5", "0.0"]


def test_a_frame_runs_around_its_part_and_nowhere_else() -> None:
    image = torch.full((28, 28), 100, dtype=torch.uint8)
    picture = image_with_frames(image=image, boxes=[(2, 4, 3, 6)], factor=4)
    assert picture.shape == (112, 112)
    changed = picture != 100
    assert changed[8:16, [12, 23]].all()
    assert changed[[8, 15], 12:24].all()
    changed[8:16, 12:24] = False
    assert not changed.any()
    assert (picture[9:15, 13:23] == 100).all()
    assert {0, 255} <= set(picture[8, 12:24].tolist())


def test_each_image_is_a_dot_on_its_side_and_a_wrong_one_is_a_cross() -> None:
    data = told_apart(z=[1.5, -2.0, 0.0, 30.0], labels=[1, 1, 0, 0], theme=LIGHT).data
    dots = data[data["kind"].isin(["right", "wrong"])]
    assert dots["x"].tolist() == [1.5, -2.0, 0.0, 8.0]
    assert dots["kind"].tolist() == ["right", "wrong", "right", "wrong"]
    assert (dots["y"][:2] > 1).all()
    assert (dots["y"][2:] < 0).all()
    curve = data[data["kind"] == "curve"]
    expected = torch.sigmoid(torch.tensor(curve["x"].tolist())).tolist()
    assert curve["y"].tolist() == pytest.approx(expected, abs=1e-6)
