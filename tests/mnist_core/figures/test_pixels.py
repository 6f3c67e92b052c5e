"""The pictures of the way, the two readings, and the table of costs."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from mnist_core.figures.images import ROW_COLOUR
from mnist_core.figures.pixels import CostRow, Tile, cost_table, framed, two_readings, way_pictures
from mnist_core.figures.theme import CHOICE, DARK, LIGHT, RIGHT_CLASS

GREY = np.full((20, 20), 100, dtype=np.uint8)


def pictures(html: str) -> list[np.ndarray]:
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(picture)))) for picture in found]


def test_each_tile_has_its_picture_its_words_and_what_is_left_out_is_named() -> None:
    html = way_pictures(
        tiles=[
            Tile("1 <Drawing>", "20 wide", "It is & stays.", GREY),
            Tile("2 Small", "10 wide", "Smaller.", GREY[:10, :14], is_mnist=True, is_left_out=True),
            Tile("Read as", "7", "Said.", digit="7"),
        ],
        theme=LIGHT,
    )
    assert html.count('role="listitem"') == 3
    assert html.count("left out") == html.count("class=off") == 1
    assert "1 &lt;Drawing&gt;" in html
    assert "It is &amp; stays." in html
    assert '<b class="digit">7</b>' in html
    assert [picture.shape for picture in pictures(html)] == [(20, 20), (10, 14)]
    assert re.findall(r"width: ([\d.]+)%\"( class=hard)?", html) == [("100.00", ""), ("50.00", " class=hard")]


def test_the_ring_lies_on_the_centre_of_mass_and_the_cross_in_the_middle_of_pixel_14() -> None:
    without = way_pictures(tiles=[Tile("One", "", "", GREY, is_mnist=True)], theme=LIGHT)
    assert 'class="ring"' not in without
    html = way_pictures(tiles=[Tile("One", "", "", GREY, is_mnist=True, centre=(0.25, 0.75))], theme=LIGHT)
    assert 'class="ring" style="top: 25.00%; left: 75.00%"' in html
    assert "top: 51.79%" in html  # 14.5 / 28


@pytest.mark.parametrize("box", [(slice(30, 60), slice(20, 80)), (slice(0, 100), slice(0, 90))])
def test_a_frame_lies_around_the_ink_and_not_on_it(box: tuple[slice, slice]) -> None:
    drawing = np.random.default_rng(0).random((100, 90))
    plain, picture = framed(drawing=drawing, box=None), framed(drawing=drawing, box=box)
    assert picture.shape == plain.shape == (100, 90, 3)
    assert np.array_equal(plain[..., 0], np.rint(drawing * 255))
    assert np.array_equal(picture[box], plain[box])
    changed = (picture != plain).any(axis=2)
    rows, columns = box
    around = changed[max(0, rows.start - 1) : rows.stop + 1, max(0, columns.start - 1) : columns.stop + 1]
    assert changed.sum() == around.sum()
    assert (picture[changed] == ROW_COLOUR).all()
    assert around.sum() == around.size - drawing[box].size


def test_both_readings_stand_in_one_figure() -> None:
    now = [0.05] * 8 + [0.6, 0.0]
    before = [0.0] * 7 + [1.0, 0.0, 0.0]
    figure = two_readings(now=now, before=before, theme=LIGHT, right="7")
    assert figure.data["now"].tolist() == now
    assert figure.data["all"].tolist() == before
    assert figure.data["role"].tolist() == ["rest"] * 7 + ["right", "choice", "rest"]
    assert figure.data["chosen"].tolist() == [False] * 8 + [True, False]
    assert figure.data["label"].tolist() == ["5.0%"] * 8 + ["60.0%", ""]
    bar, tick, _ = figure.spec["layer"]
    assert bar["encoding"]["color"]["scale"]["range"][:2] == [RIGHT_CLASS, CHOICE]
    assert (bar["encoding"]["y"]["field"], tick["encoding"]["y"]["field"]) == ("now", "all")


def test_a_right_choice_is_green_with_the_outline_of_a_choice() -> None:
    figure = two_readings(now=[0.9, 0.1], before=[0.9, 0.1], theme=DARK, right="0")
    assert figure.data["role"].tolist() == ["right", "rest"]
    assert figure.data["chosen"].tolist() == [True, False]


def test_without_an_answer_no_bar_is_marked_as_the_choice() -> None:
    figure = two_readings(now=[0.9, 0.1], before=[0.9, 0.1], theme=LIGHT, right="1", is_answer=False)
    assert figure.data["role"].tolist() == ["rest", "right"]
    assert not figure.data["chosen"].any()


def test_the_table_has_a_line_and_a_bar_for_each_choice_of_stages() -> None:
    rows = [CostRow("all <stages>", 981, None, None, is_set=False), CostRow("none", 412, 570, 1, is_set=True)]
    html = cost_table(rows=rows, drawings=1_000, theme=LIGHT)
    assert "of 1,000" in html
    assert re.findall(r"width: ([\d.]+)%; background: (#\w+)", html) == [
        ("98.1", LIGHT.rest),
        ("41.2", LIGHT.first_line),
    ]
    assert "all &lt;stages&gt;</th>" in html
    assert "none (as set above)</th>" in html
    assert re.findall(r'<td class="number">([\d,]*)</td>', html) == ["981", "", "", "412", "570", "1"]
