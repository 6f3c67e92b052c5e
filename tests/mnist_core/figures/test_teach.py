"""The figures of the lessons: what is drawn is what was given."""

import math

import pytest

from mnist_core.figures.teach import LEARNED, READ, lessons_curve, loss_and_slope, rates_tried, score_slopes
from mnist_core.figures.theme import DARK, LIGHT, Theme

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


@THEMES
def test_slopes_of_ten_scores(theme: Theme) -> None:
    data, spec = score_slopes(slopes=[-0.75, 0.5, 0.25, 0.001, *[0.0] * 6], theme=theme)
    assert data["slope"].tolist()[:3] == [-0.75, 0.5, 0.25]
    assert data["label"].tolist() == ["−0.75", "+0.50", "+0.25", *["0"] * 7]
    assert spec == score_slopes(slopes=[0.1] * 10, theme=theme).spec


def test_a_loss_and_the_line_of_its_slope() -> None:
    rates, losses = (0.0, 0.1, 0.2, 0.3, 0.4), (2.0, 1.2, 0.9, math.nan, math.inf)
    data = loss_and_slope(rates=rates, losses=losses, steepness=10.0, chosen=0.2, theme=LIGHT).data
    curve = data[data["kind"] == "loss"]
    assert curve["rate"].tolist() == [0.0, 0.1, 0.2, 0.4]
    assert curve["loss"].tolist()[:3] == [2.0, 1.2, 0.9]
    assert curve["loss"].map(math.isfinite).all()
    line = data[data["kind"] == "line"][["rate", "loss"]].to_numpy().tolist()
    assert line == [[0.0, 2.0], [pytest.approx(0.2), pytest.approx(0.0)]]  # 2 / 10: there it meets zero
    assert data[data["kind"] == "chosen"][["rate", "loss"]].to_numpy().tolist() == [[0.2, 0.9]]


def test_a_line_that_does_not_reach_zero_ends_with_the_curve() -> None:
    data = loss_and_slope(rates=(0.0, 0.1), losses=(2.0, 1.9), steepness=1.0, chosen=0.1, theme=LIGHT).data
    assert data[data["kind"] == "line"][["rate", "loss"]].to_numpy().tolist() == [[0.0, 2.0], [0.1, 1.9]]


def test_a_loss_and_its_slope_need_a_loss_for_each_rate() -> None:
    for rates, chosen in (((0.0, 0.1, 0.2), 0.1), ((0.0, 0.1), 0.2)):
        with pytest.raises(ValueError, match="one loss for each rate"):
            loss_and_slope(rates=rates, losses=(1.0, 0.5), steepness=1.0, chosen=chosen, theme=LIGHT)


@THEMES
def test_what_was_tried(theme: Theme) -> None:
    figure = rates_tried(
        rates=(0.01, 0.1, 1.0), learned=(0.2, 0.9, math.nan), read=(0.99, 0.9, 0.1), chosen=0.03, theme=theme
    )
    data = figure.data.set_index("what")
    assert data.loc[LEARNED, "share"].tolist() == [0.2, 0.9]
    assert data.loc[READ, "share"].tolist() == [0.99, 0.9, 0.1]
    assert data.loc["chosen", "rate"] == 0.03
    with pytest.raises(ValueError, match="two values for each rate"):
        rates_tried(rates=(0.1,), learned=(), read=(0.5,), chosen=0.1, theme=theme)


def test_the_curve_of_the_lessons_leaves_out_what_nobody_counted() -> None:
    figure = lessons_curve(read=[0.9, None, 0.8], theme=LIGHT)
    assert figure.data.to_numpy().tolist() == [[0.0, 0.9], [2.0, 0.8]]
    assert lessons_curve(read=[0.9] * 9, theme=LIGHT).spec["encoding"]["x"]["scale"]["domain"] == [0, 8]
