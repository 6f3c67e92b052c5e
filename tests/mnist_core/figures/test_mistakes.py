"""The confusion matrix and the two marks of each digit: what they show is what they were given."""

import math

import pytest

from mnist_core.figures.mistakes import (
    SELECTION,
    confusion_matrix,
    fraction,
    precision_and_recall,
    table_of_digits,
)
from mnist_core.figures.theme import DARK, LIGHT

COUNTS = [[0] * 10 for _ in range(10)]
COUNTS[3][3], COUNTS[3][5], COUNTS[8][3], COUNTS[8][8] = 30, 10, 1, 19


def test_counts_and_rates_are_those_of_the_row() -> None:
    counted = confusion_matrix(counts=COUNTS, chosen=(3, 5), as_rates=False, theme=LIGHT).data
    rated = confusion_matrix(counts=COUNTS, chosen=(3, 5), as_rates=True, theme=LIGHT).data
    numbers = {(row.shown, row.read): row.number for row in counted.itertuples() if row.number}
    assert numbers == {(3, 3): "30", (3, 5): "10", (8, 3): "1", (8, 8): "19"}
    numbers = {(row.shown, row.read): row.number for row in rated.itertuples() if row.number}
    assert numbers == {(3, 3): "75.0", (3, 5): "25.0", (8, 3): "5.0", (8, 8): "95.0"}
    assert len(counted) == 100
    assert counted["said"][35] == "10 of 40 images of a 3 were read as a 5: 25.0%"
    assert counted["said"][88] == "19 of 20 images of an 8 were read as an 8: 95.0%"


def test_colour_is_for_mistakes_alone_and_full_for_the_commonest() -> None:
    data = confusion_matrix(counts=COUNTS, chosen=(0, 0), as_rates=False, theme=LIGHT).data
    warm = {(row.shown, row.read): row.warmth for row in data.itertuples() if row.warmth}
    assert warm == {(3, 5): 1, (8, 3): pytest.approx(0.05 / 0.25)}
    perfect = [[5 * (i == j) for j in range(10)] for i in range(10)]
    assert not confusion_matrix(counts=perfect, chosen=(0, 0), as_rates=True, theme=LIGHT).data["warmth"].any()


def test_only_the_data_change_with_the_choice_so_that_the_figure_is_not_drawn_anew() -> None:
    one = confusion_matrix(counts=COUNTS, chosen=(3, 5), as_rates=False, theme=DARK)
    other = confusion_matrix(counts=COUNTS, chosen=(8, 3), as_rates=True, theme=DARK)
    assert one.spec == other.spec
    for figure, cell in ((one, (3, 5)), (other, (8, 3))):
        framed = figure.data[figure.data["frame"] > 0]
        assert [(row.shown, row.read) for row in framed.itertuples()] == [cell]


def test_a_click_reports_row_and_column() -> None:
    (parameter,) = confusion_matrix(counts=COUNTS, chosen=(3, 5), as_rates=False, theme=LIGHT).spec["layer"][0][
        "params"
    ]
    assert parameter["name"] == SELECTION
    assert parameter["select"]["fields"] == ["shown", "read"]


def test_precision_and_recall_have_a_mark_each_and_none_where_there_is_no_value() -> None:
    precision, recall = [0.9] * 9 + [math.nan], [0.75, *[0.99] * 8, 0.0]
    figure = precision_and_recall(precision=precision, recall=recall, chosen=4, theme=LIGHT)
    marks = {(row.digit, row.measure): row.value for row in figure.data.itertuples() if row.value == row.value}
    assert len(marks) == 19
    assert (9, "precision") not in marks
    assert marks[0, "recall"] == 0.75
    assert set(figure.data[figure.data["chosen"]]["digit"]) == {4}


@pytest.mark.parametrize(
    ("lowest", "start"), [(0.995, 0.98), (1.0, 0.98), (0.981, 0.96), (0.75, 0.74), (0.0, 0), (math.nan, 0)]
)
def test_the_axis_begins_below_the_lowest_mark(lowest: float, start: float) -> None:
    others = [math.nan if math.isnan(lowest) else 1.0] * 9
    figure = precision_and_recall(precision=[lowest, *others], recall=[lowest, *others], chosen=4, theme=LIGHT)
    (domain,) = {tuple(layer["encoding"]["x"]["scale"]["domain"]) for layer in figure.spec["layer"][1:]}
    assert domain == (pytest.approx(start), 1)


def test_the_table_has_a_dash_where_there_is_no_value() -> None:
    table = table_of_digits(precision=[0.5] * 9 + [math.nan], recall=[0.987] * 9 + [0.0])
    assert table["digit"] == [str(digit) for digit in range(10)]
    assert table["precision"] == ["50.0%"] * 9 + ["–"]
    assert table["recall"] == ["98.7%"] * 9 + ["0.0%"]


def test_a_share_as_a_fraction() -> None:
    assert fraction(3, 491) == r"\frac{3}{491} = 0.6\,\%"
    assert fraction(0, 0) == r"\frac{0}{0} \ \text{(no value)}"
