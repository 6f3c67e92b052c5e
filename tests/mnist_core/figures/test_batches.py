"""The figures of a batch taken apart."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from mnist_core.figures.batches import cosine_bars, xray_cards
from mnist_core.figures.theme import LIGHT
from mnist_core.lessons.batches_xray import BatchXray

XRAY = BatchXray(
    labels=(7, 1, 4),
    answers=(7, 2, 4),
    losses=(0.0, 2.5, 0.001),
    norms=(1.0, 4.0, 0.0),
    mean_norm=5 / 3,
    batch_norm=1.2,
    cosine=0.5,
)


def cards(order: list[int], longest: float = 4.0) -> list[str]:
    images = np.arange(3, dtype=np.uint8)[:, None, None] + np.zeros((3, 28, 28), dtype=np.uint8)
    html = xray_cards(images=images, xray=XRAY, order=order, theme=LIGHT, longest=longest)
    return re.findall(r"<figure.*?</figure>", html)


def test_a_card_has_the_image_its_gradient_and_its_loss() -> None:
    for card, index in zip(cards([1, 0, 2]), [1, 0, 2], strict=True):
        data = re.search(r'src="data:image/png;base64,([^"]+)" alt="a (\d)"', card)
        assert data is not None
        assert int(data[2]) == XRAY.labels[index]
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data[1]))))
        assert picture.shape == (28, 28)
        assert (picture == index).all()
        width = re.search(r"width:([\d.]+)%", card)
        assert width is not None
        assert float(width[1]) == pytest.approx(100 * XRAY.norms[index] / 4, abs=0.06)
    first, second, third = cards([0, 1, 2])
    assert "gradient 1.00<br>loss 0.00<" in first
    assert "gradient 4.00<br>loss 2.50<br>read as 2<" in second
    assert "loss &lt; 0.01" in third
    assert ["class=wrong" in card for card in (first, second, third)] == [False, True, False]


def test_no_gradient_at_all_draws_no_bar() -> None:
    assert "width:0.0%" in cards([1], longest=0.0)[0]


def test_cosine_bars_reach_from_against_to_along() -> None:
    figure = cosine_bars(cosines={"shuffled": 0.62, "sorted": -0.04}, chosen="sorted", theme=LIGHT)
    assert figure.data["cosine"].tolist() == [0.62, -0.04]
    assert figure.data["label"].tolist() == ["0.62", "−0.04"]
    assert figure.data["chosen"].tolist() == [False, True]
    assert figure.spec["encoding"]["x"]["scale"]["domain"] == [-1, 1]
