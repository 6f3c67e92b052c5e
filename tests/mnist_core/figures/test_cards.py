"""The cards show the very pixels, and say what is on them."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from mnist_core.data.dataset import Splits
from mnist_core.figures.cards import Line, cards, data_url, large, two_lines
from mnist_core.figures.theme import CHOICE, LIGHT, RIGHT_CLASS

PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


def pixels(html: str) -> list[np.ndarray]:
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(found)))) for found in PNG.findall(html)]


def test_every_image_is_there_pixel_by_pixel(digits: Splits) -> None:
    images = digits.validation.images[:3]
    html = cards(images=images, lines=[[Line("one")], [Line("two")], [Line("three")]], theme=LIGHT)
    assert np.array_equal(np.stack(pixels(html)), images.numpy())
    assert [alt for alt in ("Image: one", "Image: two", "Image: three") if f'alt="{alt}"' in html] == [
        "Image: one",
        "Image: two",
        "Image: three",
    ]
    assert np.array_equal(pixels(large(image=images[1], alt="a <digit>", width=84))[0], images[1].numpy())
    assert 'width="84" height="84" alt="a &lt;digit&gt;"' in large(image=images[1], alt="a <digit>", width=84)


def test_a_mistake_has_a_green_and_a_vermillion_bar_with_their_numbers() -> None:
    p = [0.0, 0.0, 0.0, 0.06, 0.0, 0.0, 0.0, 0.0, 0.93, 0.01]
    lines = two_lines(label=3, choice=8, probabilities=p)
    assert [(line.text, line.probability) for line in lines] == [("it is a 3", 0.06), ("read as 8", 0.93)]
    html = cards(images=torch.zeros(1, 28, 28, dtype=torch.uint8), lines=[lines], theme=LIGHT)
    assert f"width:6.0%;background:{RIGHT_CLASS};" in html
    assert f"width:93.0%;background:{CHOICE};" in html
    assert "<span>6.0%</span>" in html
    assert "<span>93.0%</span>" in html


def test_a_right_answer_has_one_green_bar_with_the_choices_outline() -> None:
    lines = two_lines(label=8, choice=8, probabilities=[0.01] * 8 + [0.91, 0.01])
    assert [line.text for line in lines] == ["an 8, read as 8"]
    html = cards(images=torch.zeros(1, 28, 28, dtype=torch.uint8), lines=[lines], theme=LIGHT)
    assert f"background:{RIGHT_CLASS};border:2px solid {CHOICE};" in html


def test_what_a_line_says_is_text_and_no_markup() -> None:
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    html = cards(images=image, lines=[[Line('<b>"x"</b>'), Line("<i>", 0.5)]], theme=LIGHT)
    assert "<b>" not in html
    assert "<i>" not in html


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(ValueError, match="need as many groups of lines"):
        cards(images=torch.zeros(2, 28, 28, dtype=torch.uint8), lines=[[]], theme=LIGHT)
    for image in (torch.zeros(28, 28), torch.zeros(1, 28, 28, dtype=torch.uint8)):
        with pytest.raises(ValueError, match=r"torch.uint8 \[H, W\]"):
            data_url(image=image)
