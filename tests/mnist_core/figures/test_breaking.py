"""Figures of a broken network: each mark stands at the number it was given."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from mnist_core.evaluation.accuracy import GUESSING_ACCURACY
from mnist_core.figures.breaking import (
    Reading,
    digit_bars,
    failure_curve,
    reading_cards,
)
from mnist_core.figures.theme import CHOICE, DARK, LIGHT, RIGHT_CLASS

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK])


def test_a_digit_without_images_has_no_mark() -> None:
    nan = float("nan")
    figure = digit_bars(before=[0.9, nan, 1.0], now=[0.5, nan, 0.0], theme=LIGHT)
    assert figure.data.values.tolist() == [["0", 0.9, 0.5], ["2", 1.0, 0.0]]
    bar, tick = figure.spec["layer"]
    assert (bar["encoding"]["y"]["field"], tick["encoding"]["y"]["field"]) == ("now", "before")


def test_the_ring_stands_where_the_reader_does_and_the_axis_ends_with_the_curve() -> None:
    figure = failure_curve(
        amounts=[0, 0.5, 2], read=[0.99, 0.7, 0.1], ring=(0.5, 0.4), title="noise", shown=".1f", theme=DARK
    )
    assert "reference" not in figure.data["kind"].tolist()
    curve = figure.data[figure.data["kind"] == "curve"]
    assert curve[["amount", "read"]].values.tolist() == [[0, 0.99], [0.5, 0.7], [2, 0.1]]
    yours = figure.data[figure.data["kind"] == "yours"]
    assert yours[["amount", "read"]].values.tolist() == [[0.5, 0.4]]
    rule, words, _, line, _ = figure.spec["layer"]
    assert rule["encoding"]["y"]["datum"] == GUESSING_ACCURACY == 1 / 10
    assert "10%" in words["mark"]["text"]
    assert line["encoding"]["x"]["scale"]["domain"] == [0, 2]


def test_another_network_is_drawn_grey_and_dashed_and_alone_where_ours_can_not_be_damaged() -> None:
    figure = failure_curve(
        amounts=[0, 1], read=[], ring=None, title="silenced", shown="%", theme=DARK, reference=[0.9, 0.1]
    )
    assert figure.data.values.tolist() == [[0, 0.9, "reference"], [1, 0.1, "reference"]]
    other = figure.spec["layer"][2]
    assert other["transform"] == [{"filter": "datum.kind == 'reference'"}]
    assert (other["mark"]["color"], other["mark"]["strokeDash"]) == (DARK.rest, [6, 4])
    guessing = next(layer for layer in figure.spec["layer"] if layer["mark"]["type"] == "rule")
    assert guessing["mark"]["strokeDash"] == [2, 4]


def test_right_and_wrong_readings_differ_in_more_than_colour() -> None:
    ink = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    readings = [Reading(ink[0], 4, 4, 4), Reading(ink[1], 8, 8, 4), Reading(ink[2], 2, 7, 2)]
    html = reading_cards(readings=readings, theme=LIGHT)
    cards = re.findall(
        r'src="data:image/png;base64,([^"]+)" style="border: 4px (\S+) (\w+)" alt="Image of (an? \d)"', html
    )
    assert [card[1:] for card in cards] == [
        (RIGHT_CLASS, "solid", "a 4"), (CHOICE, "dashed", "an 8"), (RIGHT_CLASS, "solid", "a 2"),
    ]  # fmt: skip
    pictures = [np.asarray(Image.open(io.BytesIO(base64.b64decode(card[0])))) for card in cards]
    assert np.array_equal(np.stack(pictures), ink)
    assert re.findall(r">(before|now): (\d)<", html) == [
        ("before", "4"), ("now", "4"), ("before", "8"), ("now", "4"), ("before", "7"), ("now", "2"),
    ]  # fmt: skip
