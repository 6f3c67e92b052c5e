"""Scores as bars."""

from mnist_core.figures.softmax import score_bars
from mnist_core.figures.theme import DARK, LIGHT


def test_bars_have_the_scores_and_name_the_right_and_the_chosen_one() -> None:
    data = score_bars(scores=[1.0, 3.0, -2.04, 0.5], classes=list("0123"), right="0", theme=LIGHT).data
    assert data["score"].tolist() == [1.0, 3.0, -2.04, 0.5]
    assert data["label"].tolist() == ["1.0", "3.0", "−2.0", "0.5"]
    assert data["role"].tolist() == ["right", "choice", "rest", "rest"]
    assert data["chosen"].tolist() == [False, True, False, False]


def test_only_the_data_changes_with_the_numbers() -> None:
    first = score_bars(scores=[1.0, 3.0], classes=list("01"), right="0", theme=DARK).spec
    assert first == score_bars(scores=[-9.0, -30.0], classes=list("01"), right="1", theme=DARK).spec
