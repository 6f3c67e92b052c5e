"""Tiles: each image with its lines, and a frame that differs in more than colour."""

import pytest
import torch

from mnist_core.figures.theme import LIGHT
from mnist_core.figures.tiles import tiles

IMAGES = torch.arange(3 * 28 * 28).view(3, 28, 28).to(torch.uint8)
LINES = [["label 9", "it 4"], ["label 1", "it 1"], ["a < b", "it 2"]]


def test_right_and_wrong_differ_in_more_than_colour_and_all_is_said() -> None:
    html = tiles(images=IMAGES, lines=LINES, right=[False, True, True], theme=LIGHT)
    assert (html.count(" dashed"), html.count("#009E73 solid")) == (1, 2)
    assert 'alt="Image: label 9, it 4"' in html
    assert "a &lt; b" in html


def test_nothing_is_told_without_answers() -> None:
    html = tiles(images=IMAGES, lines=LINES, right=None, theme=LIGHT)
    assert "dashed" not in html
    assert "#009E73" not in html


def test_each_image_has_its_lines() -> None:
    with pytest.raises(ValueError, match="3 images need as many lines and answers, not 3 and 2"):
        tiles(images=IMAGES, lines=LINES, right=[True, True], theme=LIGHT)
