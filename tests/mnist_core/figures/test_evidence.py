"""The account adds up as it is written, and the pictures show signs and ink as they are."""

import base64
import io
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mnist_core.figures.evidence import (
    ENLARGED,
    LARGE,
    account,
    add_up,
    evidence_picture,
    ink_picture,
    neuron_tiles,
    outline,
)
from mnist_core.figures.theme import DARK, LIGHT

PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


def pixels(text: str) -> list[np.ndarray]:
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(found)))) for found in PNG.findall(text)]


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=12), st.integers(0, 4))
def test_what_is_written_adds_up(parts: list[float], decimals: int) -> None:
    written, total = add_up(parts, decimals)
    unit = 10**decimals
    assert sum(round(part * unit) for part in written) == round(total * unit)
    assert abs(total - math.fsum(parts)) <= 0.5001 / unit
    assert all(abs(shown - part) < 1.0001 / unit for shown, part in zip(written, parts, strict=True))


def test_a_sum_that_plain_rounding_would_spoil() -> None:
    assert [round(part, 2) for part in (0.004, 0.004, 0.004)] == [0, 0, 0]
    written, total = add_up([0.004, 0.004, 0.004])
    assert (sorted(written), total) == ([0, 0, 0.01], 0.01)
    assert add_up([1.25, -3.5]) == ([1.25, -3.5], -2.25)


def test_each_bar_begins_where_the_one_before_ended() -> None:
    figure = account(
        names=["for", "against", "bias"], parts=[12.0, -15.5, 5.0], total=1.5, total_name="sum", theme=LIGHT
    )
    rows = figure.data.to_dict("records")
    assert [(row["start"], row["end"]) for row in rows] == [(0, 12), (12, -3.5), (-3.5, 1.5), (0, 1.5)]
    assert [row["label"] for row in rows] == ["+12.00", "−15.50", "+5.00", "+1.50"]
    assert [row["kind"] for row in rows] == ["adds", "takes", "adds", "sum"]
    assert [row["right"] for row in rows] == [12, 12, 1.5, 1.5]
    assert [row["row"] for row in rows] == [0, 1, 2, 3]
    assert figure.spec["encoding"]["y"]["sort"] == {"field": "row", "op": "min"}


def test_only_the_data_of_an_account_changes() -> None:
    def spec(parts: list[float], dark: bool = False) -> dict[str, object]:
        theme = DARK if dark else LIGHT
        return account(names=["a", "b"], parts=parts, total=sum(parts), total_name="sum", theme=theme).spec

    assert spec([1, 2]) == spec([-5, 0.1])
    assert spec([1, 2]) != spec([1, 2], dark=True)


def test_pictures_have_the_colour_of_each_pixel() -> None:
    evidence = np.zeros((28, 28))
    evidence[3, 4], evidence[5, 6] = 2.0, -2.0
    (picture,) = pixels(evidence_picture(evidence=evidence, ink=np.zeros((28, 28)), theme=LIGHT))
    assert picture.shape == (28 * LARGE, 28 * LARGE, 3)
    assert (picture[3 * LARGE : 4 * LARGE, 4 * LARGE : 5 * LARGE] == [0xD5, 0x5E, 0x00]).all()
    assert (picture[5 * LARGE : 6 * LARGE, 6 * LARGE : 7 * LARGE] == [0x00, 0x72, 0xB2]).all()
    assert len({tuple(colour) for colour in picture.reshape(-1, 3).tolist()}) == 3
    (ink,) = pixels(ink_picture(ink=(evidence == 2) * 1.0))
    assert (ink[3, 4], int(ink.sum())) == (255, 255)


def test_nothing_is_the_colour_of_nothing() -> None:
    nothing = np.zeros((28, 28))
    (picture,) = pixels(evidence_picture(evidence=nothing, ink=nothing, theme=LIGHT))
    assert (picture == picture[0, 0]).all()
    (lined,) = pixels(evidence_picture(evidence=nothing, ink=nothing + 1, theme=LIGHT))
    assert (lined[0, 0].tolist(), lined[1, 1].tolist()) == ([0x76] * 3, picture[1, 1].tolist())


def test_the_line_runs_around_the_ink_and_not_through_it() -> None:
    ink = np.zeros((28, 28))
    ink[10:14, 10:14] = 1
    line = outline(ink=ink, factor=5)
    assert line.sum() == 4 * (20 - 1)
    assert not line[51:69, 51:69].any()
    assert line[50:70, 50].all()
    assert not outline(ink=np.zeros((28, 28)), factor=5).any()
    assert outline(ink=np.ones((28, 28)), factor=3).sum() == 4 * (28 * 3 - 1)


def test_neurons_share_one_scale_and_have_their_words() -> None:
    weights = np.zeros((2, 28, 28))
    weights[0] += 1.0
    weights[1] += 0.5
    text = neuron_tiles(
        weights=weights, ink=np.zeros((28, 28)), lines=[["neuron 1", "a < b"], ["neuron 2"]], limit=1.0, theme=LIGHT
    )
    strong, weak = pixels(text)
    assert strong.shape == (28 * ENLARGED, 28 * ENLARGED, 3)
    assert strong[0, 0].tolist() == [0xD5, 0x5E, 0x00]
    assert weak[0, 0].tolist() != strong[0, 0].tolist()
    assert "neuron 1<br>a &lt; b" in text
    with pytest.raises(ValueError, match="2 pictures need as many groups of lines, not 1"):
        neuron_tiles(weights=weights, ink=np.zeros((28, 28)), lines=[["one"]], limit=1.0, theme=LIGHT)
