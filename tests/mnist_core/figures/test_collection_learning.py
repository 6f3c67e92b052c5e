"""What is gained and what is lost, over the epochs and digit by digit."""

import re

import pytest
import torch

from mnist_core.figures.collection_learning import Trial, kept_back, over_the_epochs
from mnist_core.figures.theme import DARK, LIGHT, Theme, VegaFigure


def drawn(*trials: Trial, lowest: float = 0.95) -> VegaFigure:
    return over_the_epochs(trials=trials, title="MNIST, read rightly", epochs=10, theme=LIGHT, lowest=lowest)


def test_each_trial_is_a_line_from_before_the_first_batch_and_its_last_point_is_named() -> None:
    figure = drawn(Trial("0%", [0.98, 0.96, 0.95], False), Trial("80%", [0.98, 0.97], True))
    rows = figure.data.to_dict("records")
    assert [(row["mixed in"], row["epoch"], row["share"]) for row in rows] == [
        ("0%", 0, 0.98),
        ("0%", 1, 0.96),
        ("0%", 2, 0.95),
        ("80%", 0, 0.98),
        ("80%", 1, 0.97),
    ]
    assert [row["label"] for row in rows] == ["", "", "0%", "", "80%"]
    assert figure.spec == drawn().spec  # so that it only moves
    pale, latest, names = figure.spec["layer"]
    assert pale["mark"]["strokeDash"]
    assert pale["mark"]["color"] != latest["mark"]["color"]
    assert names["encoding"]["text"]["field"] == "label"


def test_an_axis_from_nothing_has_no_names() -> None:
    assert len(drawn(lowest=0.0).spec["layer"]) == 2


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_frame_says_right_or_wrong_and_a_wrong_reading_stands_below(theme: Theme) -> None:
    text = kept_back(images=torch.zeros(3, 28, 28).byte(), labels=[8, 2, 5], read=[8, 5, 5], theme=theme)
    assert re.findall(r'alt="([^"]*)"', text) == ["An 8, read as an 8", "A 2, read as a 5", "A 5, read as a 5"]
    assert re.findall(r"3px \S+ (\w+)", text) == ["solid", "dashed", "solid"]
    assert re.findall(r"<div>([^<]*)</div>", text) == ["8", "2→5", "5"]


def test_there_is_a_reading_for_each_image() -> None:
    with pytest.raises(ValueError, match="shorter"):
        kept_back(images=torch.zeros(2, 28, 28).byte(), labels=[1, 2], read=[1], theme=LIGHT)
