"""The figures on where a network begins: each shows the numbers it is given."""

import numpy as np
import pandas as pd
import pytest

from mnist_core.figures.initialisation import (
    FULL,
    REACH,
    SMALLEST_GRADIENT,
    SMALLEST_LOSS,
    first_losses,
    gradient_lines,
    sum_hills,
)
from mnist_core.figures.theme import LIGHT, VegaFigure

NAMES = ["layer 1", "scores"]


def hills(first: list[float], last: list[float]) -> VegaFigure:
    return sum_hills(sums=[first, last], sizes=[1.5, 0.00012], names=NAMES, theme=LIGHT)


def heights(figure: VegaFigure, base: int) -> pd.Series:
    data = figure.data
    return (
        data[(data["base"] == base) & data["part"].isin(["silenced", "passed on"])].groupby("sum")["top"].max() - base
    )


def test_a_hill_counts_how_often_each_value_is_there() -> None:
    values = [*np.linspace(-4, 4, 99).tolist(), 99.0]
    first = heights(hills(values, [0.0, 0.0]), 1)
    counts, _ = np.histogram(values, 61, (-6.1, 6.1))
    assert first.tolist() == pytest.approx((0.8 * counts / 100 / FULL).tolist())
    assert 0 < first.max() < 0.8
    assert first.index.min() == pytest.approx(-REACH)
    assert first.index.max() == pytest.approx(REACH)


def test_all_hills_have_one_scale_and_what_is_higher_is_cut_off() -> None:
    wide, narrow = np.linspace(-60, 60, 1_000).tolist(), np.linspace(-0.5, 0.5, 1_000).tolist()
    figure = hills(wide, narrow)
    assert heights(figure, 1).max() < 0.05
    assert heights(figure, 0).max() == pytest.approx(0.8)


def test_beside_each_hill_stands_how_much_is_out_of_sight() -> None:
    data = hills([-7.0, 7.0, 6.0, 1.0], [1.0] * 999 + [-6.1]).data
    outside = data[data["part"] == "outside"].sort_values("top", ascending=False)
    assert outside["label"].tolist() == ["beyond ±6", "50%", "< 1%"]
    almost = hills([7.0] * 999 + [1.0], [7.0]).data
    assert almost[almost["part"] == "outside"]["label"].tolist()[:2] == ["> 99%", "100%"]


def test_what_relu_silences_lies_left_of_zero_and_both_sides_touch() -> None:
    data = hills([-1.0, 1.0], [0.0]).data
    assert data[data["part"] == "silenced"]["sum"].max() == pytest.approx(0, abs=1e-9)
    assert data[data["part"] == "passed on"]["sum"].min() == pytest.approx(0, abs=1e-9)


def test_the_sizes_stand_beside_the_hills_the_first_layer_on_top() -> None:
    data = hills([1.0], [1.0]).data
    sizes = data[data["part"] == "size"].sort_values("top", ascending=False)
    assert sizes["label"].tolist() == ["size", "1.5", "0.00012"]


def test_a_layer_without_a_sum_in_sight_is_flat() -> None:
    assert heights(hills([99.0], [0.0]), 1).max() == 0


def test_a_cross_stands_where_a_loss_exploded() -> None:
    figure = first_losses(
        losses={"× 1": [3.0, 0.5], "× 2": [158.0, 1e9]},
        ended=["× 2"],
        names=("× 1", "× 2"),
        batches=100,
        highest=1e5,
        theme=LIGHT,
    )
    data = figure.data
    assert data["loss"].tolist() == [3.0, 0.5, 158.0, 1e9]
    assert data["shown"].tolist() == [3.0, 0.5, 158.0, 1e5]
    assert data["is_end"].tolist() == [False, False, False, True]
    assert data["batch"].tolist() == [1, 2, 1, 2]
    scale = figure.spec["encoding"]["y"]["scale"]
    assert scale == {"type": "log", "domain": [SMALLEST_LOSS, 1e5]}


def test_while_the_runs_go_on_only_the_data_changes() -> None:
    names = ("× 0", "× ¼", "× 1", "× 2")
    specs = [
        first_losses(losses=losses, ended=[], names=names, batches=100, highest=10, theme=LIGHT).spec
        for losses in ({}, {"× 1": [1.0]}, {name: [2.0, 1.0] for name in names})
    ]
    assert specs[0] == specs[1] == specs[2]
    dashes = specs[0]["encoding"]["strokeDash"]["scale"]["range"]
    assert len({tuple(dash) for dash in dashes}) == len(set(specs[0]["encoding"]["color"]["scale"]["range"])) == 4


def test_a_gradient_for_each_layer_and_what_is_too_small_stands_at_the_edge() -> None:
    figure = gradient_lines(sizes={"sigmoid": [1e-9, 0.01, 0.1], "ReLU": [0.02, 0.03, 0.2]}, theme=LIGHT)
    sigmoid = figure.data[figure.data["activation"] == "sigmoid"]
    assert sigmoid["layer"].tolist() == [1, 2, 3]
    assert sigmoid["size"].tolist() == [1e-9, 0.01, 0.1]
    assert sigmoid["shown"].tolist() == [SMALLEST_GRADIENT, 0.01, 0.1]
    assert figure.spec["encoding"]["x"]["axis"]["values"] == [1, 2, 3]
