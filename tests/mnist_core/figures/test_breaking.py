"""Figures of a broken network: each mark stands at the number it was given."""

import base64
import re

import numpy as np
import pytest

from mnist_core.figures.breaking import (
    GUESSING,
    Reading,
    before_and_now,
    digit_bars,
    failure_curve,
    reading_cards,
)
from mnist_core.figures.theme import CHOICE, DARK, LIGHT, RIGHT_CLASS, Theme

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK])


@THEMES
def test_two_bars_with_their_numbers(theme: Theme) -> None:
    data, spec = before_and_now(before=0.991, now=0.132, theme=theme)
    assert data["when"].tolist() == ["before", "now"]
    assert data["read"].tolist() == [0.991, 0.132]
    assert data["label"].tolist() == ["99.1%", "13.2%"]
    assert before_and_now(before=1.0, now=0.0, theme=theme).spec == spec  # drawn anew only with another theme


def test_a_digit_without_images_has_no_mark() -> None:
    nan = float("nan")
    figure = digit_bars(before=[0.9, nan, 1.0], now=[0.5, nan, 0.0], theme=LIGHT)
    assert figure.data.values.tolist() == [["0", 0.9, 0.5], ["2", 1.0, 0.0]]
    bar, tick = figure.spec["layer"]
    assert (bar["encoding"]["y"]["field"], tick["encoding"]["y"]["field"]) == ("now", "before")


def test_the_ring_stands_where_the_reader_does_and_the_axis_ends_with_the_curve() -> None:
    figure = failure_curve(
        amounts=[0, 0.5, 2], read=[0.99, 0.7, 0.1], at=0.5, now=0.4, title="noise", shown=".1f", theme=DARK
    )
    curve = figure.data[figure.data["kind"] == "curve"]
    assert curve[["amount", "read"]].values.tolist() == [[0, 0.99], [0.5, 0.7], [2, 0.1]]
    yours = figure.data[figure.data["kind"] == "yours"]
    assert yours[["amount", "read"]].values.tolist() == [[0.5, 0.4]]
    rule, words, line, _ = figure.spec["layer"]
    assert rule["encoding"]["y"]["datum"] == GUESSING == 1 / 10
    assert "10%" in words["mark"]["text"]
    assert line["encoding"]["x"]["scale"]["domain"] == [0, 2]


def svg_of(html: str) -> str:
    (data,) = re.findall(r"base64,([^\"]+)", html)
    return base64.b64decode(data).decode()


def test_right_and_wrong_readings_differ_in_more_than_colour() -> None:
    ink = np.zeros((28, 28), np.uint8)
    readings = [Reading(ink, 4, 4, 4), Reading(ink, 9, 9, 4), Reading(ink, 2, 7, 2)]
    html = reading_cards(readings=readings, columns=2, theme=LIGHT)
    assert "1 of them are now read wrongly" in html
    drawn = svg_of(html)
    frames = re.findall(r"<rect [^>]*>", drawn)
    assert [RIGHT_CLASS in frame for frame in frames] == [True, False, True]
    assert [CHOICE in frame and "dasharray" in frame for frame in frames] == [False, True, False]
    assert re.findall(r">(before|now): (\d)<", drawn) == [
        ("before", "4"), ("now", "4"), ("before", "9"), ("now", "4"), ("before", "7"), ("now", "2"),
    ]  # fmt: skip
    lefts = [re.search(r' x="([\d.]+)" y="([\d.]+)"', frame) for frame in frames]
    places = [found.groups() for found in lefts if found]
    assert places[0][0] == places[2][0] != places[1][0]  # the third stands below the first
    assert places[0][1] == places[1][1] != places[2][1]
