"""The learning rate of each schedule over the epochs."""

from mnist_core.figures.side_by_side import comparison_curves
from mnist_core.figures.theme import DARK, LIGHT
from mnist_core.figures.train_schedule import POINTS, rate_curves

RATES = {"constant": [0.01] * 400, "one-cycle": [0.01 * min(step, 399 - step) / 200 for step in range(400)]}


def test_each_line_goes_from_the_first_batch_to_the_last() -> None:
    data = rate_curves(rates=RATES, epochs=4, theme=LIGHT).data
    for name, given in RATES.items():
        line = data[data["run"] == name]
        assert len(line) == POINTS
        assert line["epoch"].iloc[0] == 0
        assert line["epoch"].iloc[-1] == 4 * 399 / 400
        expected = [given[round(epoch * 100)] for epoch in line["epoch"]]
        assert line["learning rate"].tolist() == expected


def test_few_batches_are_all_shown() -> None:
    data = rate_curves(rates={"constant": [0.1] * 3}, epochs=3, theme=LIGHT).data
    assert data["epoch"].tolist() == [0, 1, 2]


def test_the_colours_are_those_of_the_runs_below() -> None:
    names = tuple(RATES)
    runs = comparison_curves(records={}, names=names, images="validation", quantity="loss", epochs=4, theme=DARK)
    for channel in ("color", "strokeDash"):
        mine, theirs = (
            figure.spec["encoding"][channel]["scale"]
            for figure in (rate_curves(rates=RATES, epochs=4, theme=DARK), runs)
        )
        assert mine == theirs
