"""The way of a photo: pictures side by side, each described."""

import numpy as np

from mnist_core.figures.draw import Picture, photo_way
from mnist_core.figures.theme import LIGHT


def test_each_picture_is_shown_with_what_is_said_and_seen_there() -> None:
    large, small = np.zeros((30, 40), np.uint8), np.zeros((28, 28), np.uint8)
    page = photo_way(
        pictures=[Picture(large, "The photo", 'A "2"'), Picture(small, "What it sees", "Pixels")], theme=LIGHT
    )
    assert page.count("<figure") == page.count("data:image/png") == 2
    assert page.count('<figure class="small">') == 1
    assert 'alt="A &quot;2&quot;">The photo</figure>' in page
    assert f"font-size: {LIGHT.size}px" in page
