"""Drawings: they hold what they were given, for eyes and for screen readers, and are sound XML."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from mnist_core.figures.layers import activation_curves, side_by_side_pictures, silenced_neurons, two_classes_map
from mnist_core.figures.network import network_diagram, weight_areas
from mnist_core.figures.theme import DARK, LIGHT


def elements(html: str) -> list[ElementTree.Element]:
    data = re.search(r"base64,([^\"]+)\" alt", html)
    assert data
    return list(ElementTree.fromstring(base64.b64decode(data[1])).iter())


def of_kind(html: str, kind: str) -> list[ElementTree.Element]:
    return [element for element in elements(html) if element.tag.endswith(f"}}{kind}")]


def words(html: str) -> list[str]:
    return re.findall(r"<span[^>]*>([^<]*)</span>", html)


def test_a_network_is_drawn_with_its_widths_and_its_parameters() -> None:
    html = network_diagram(layer_sizes=(784, 128, 10), theme=LIGHT)
    for word in ("784", "128", "10", "100,480", "1,290", "pixels", "hidden 1", "scores", *map(str, range(10))):
        assert word in words(html)
    assert 'alt="A network of 784 to 128 to 10:' in html


@pytest.mark.parametrize("size", [1, 2, 9, 10])
def test_a_narrow_layer_is_drawn_whole(size: int) -> None:
    html = network_diagram(layer_sizes=(size, 3), theme=DARK)
    assert len(of_kind(html, "rect")) == size
    assert len(of_kind(html, "circle")) == 3


def test_a_wider_layer_is_taller_and_dots_stand_for_the_rest() -> None:
    tall = []
    for size in (16, 64, 512):
        circles = of_kind(network_diagram(layer_sizes=(4, size, 4), theme=LIGHT), "circle")
        dots = [circle for circle in circles if circle.get("r") == "1.6"]
        assert len(dots) == 3
        tall.append(len(circles))
    assert tall == sorted(set(tall))


def test_each_line_goes_from_each_neuron_to_each_of_the_next() -> None:
    (path,) = of_kind(network_diagram(layer_sizes=(3, 4, 2), theme=LIGHT), "path")[:1]
    assert (path.get("d") or "").count("M") == 3 * 4 + 4 * 2


@pytest.mark.parametrize("sizes", [(784,), (784, 0, 10)])
def test_what_is_no_network_is_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="A network has two layers or more"):
        network_diagram(layer_sizes=sizes, theme=LIGHT)


def test_the_areas_are_true_to_the_counts() -> None:
    html = weight_areas(inputs=128, outputs=64, theme=LIGHT)
    assert {"8,192", "32,768"} <= set(words(html))
    rectangles = of_kind(html, "rect")
    assert len(rectangles) == 4
    for rectangle in rectangles:
        assert float(rectangle.get("height") or 0) == 2 * float(rectangle.get("width") or 0)


def test_silenced_neurons_have_a_cross() -> None:
    html = silenced_neurons(
        before=[1.0, 0.0, 2.0], after=[0.0, 0.0, 4.0], silenced=[True, True, False], columns=2, theme=LIGHT
    )
    circles = of_kind(html, "circle")
    assert [circle.get("fill-opacity") for circle in circles] == ["0.000", "0.000", "1.000"]
    crosses = of_kind(html, "path")
    assert [cross.get("stroke") for cross in crosses] == [LIGHT.text, LIGHT.rest]


def test_points_stand_where_they_are() -> None:
    html = two_classes_map(
        points=[[0.0, 1.0], [-2.0, 0.0]], labels=[1, 0], scores=[[-1.0, 1.0], [2.0, 0.0]], reach=2.0, theme=LIGHT
    )
    inside, outside = of_kind(html, "circle")
    assert (inside.get("cx"), inside.get("cy"), inside.get("fill")) == ("160.0", "80.0", LIGHT.text)
    assert (outside.get("cx"), outside.get("cy"), outside.get("fill")) == ("0.0", "160.0", "none")


def test_a_slanting_border_has_no_stairs() -> None:
    side, slope = 50, 0.3
    scores = [[column - 20.3 - slope * row for column in range(side)] for row in range(side)]
    html = two_classes_map(points=[], labels=[], scores=scores, reach=1.0, theme=LIGHT)
    (picture,) = of_kind(html, "image")
    data = base64.b64decode(str(picture.get("href")).split(",")[1])
    warmth = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=np.float64)[::-1] @ [1.0, 0.0, -1.0]
    # Between the last clearly blue and the first clearly vermillion cell, the border is where the warmth crosses 0.
    borders = [np.interp(0, row, np.arange(side)) for row in np.maximum.accumulate(warmth, axis=1)]
    assert np.abs(borders - (20.3 + slope * np.arange(side))).max() < 0.15  # of a cell; stairs are off by up to 0.5


def test_curves_have_the_readers_point() -> None:
    figure = activation_curves(
        z=[-1.0, 1.0],
        values={"ReLU": [0.0, 1.0], "tanh": [-0.7, 0.7]},
        at=0.5,
        here={"ReLU": 0.5, "tanh": 0.4},
        theme=LIGHT,
    )
    yours = figure.data[figure.data["kind"] == "yours"]
    assert yours[["activation", "z", "passed"]].values.tolist() == [["ReLU", 0.5, 0.5], ["tanh", 0.5, 0.4]]


def test_pictures_of_different_sizes_become_as_large() -> None:
    sheet = side_by_side_pictures(images=[[[1.0, 0.0], [0.0, 0.0]], [[0.5]]], side=4, gap=1, page=255)
    assert sheet.shape == (4, 9)
    assert (sheet[:2, :2] == 255).all()
    assert (sheet[:, 4] == 255).all()
    assert (sheet[:, 5:] == 128).all()
