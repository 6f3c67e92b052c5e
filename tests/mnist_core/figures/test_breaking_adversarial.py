"""Pictures of a changed image: what they show is what went in, and right and wrong differ in more than colour."""

import base64
import io
import re

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from mnist_core.figures.breaking_adversarial import Change, changes
from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import CHOICE, DARK, LIGHT, RIGHT_CLASS, Theme

INK = np.random.default_rng(0).integers(20, 230, (28, 28), dtype=np.uint8)


def pictures(html: str) -> list[npt.NDArray[np.uint8]]:
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(each)))) for each in found]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_row_is_the_image_the_change_and_what_came_out(theme: Theme) -> None:
    signs = np.where(np.arange(784).reshape(28, 28) % 3 == 0, -1, 1)
    aimed, noisy = ((INK + step).astype(np.uint8) for step in (12 * signs, -12 * signs))
    html = changes(
        image=INK,
        shows=8,
        before=(8, 0.9927),
        ways=[Change("Aimed", aimed, 3, 0.9991), Change("At <random>", noisy, 8, 0.5)],
        theme=theme,
    )
    first, change, after, second, other, beside = pictures(html)
    assert np.array_equal(first, INK)
    assert np.array_equal(second, INK)
    assert np.array_equal(after, aimed)
    assert np.array_equal(beside, noisy)
    assert np.array_equal(change, signed_colours(values=signs, theme=theme))  # full colour, however small it is
    assert np.array_equal(other, signed_colours(values=-signs, theme=theme))
    assert re.findall(r"reads <b>(\d)</b>, ([^<]+)<", html) == [
        ("8", "99.3%"), ("3", "99.9%"), ("8", "99.3%"), ("8", "50.0%"),
    ]  # fmt: skip
    assert re.findall(r'border: 4px (\S+) (\w+)"', html) == [
        (RIGHT_CLASS, "solid"), (CHOICE, "dashed"), (RIGHT_CLASS, "solid"), (RIGHT_CLASS, "solid"),
    ]  # fmt: skip
    assert "At &lt;random&gt;" in html
    assert html.count("up to 12 levels") == 4  # below the pictures, and as their texts
    assert re.findall(r'alt="([^"]+)"', html)[:3] == [
        "Image of an 8",
        "The change: up to 12 levels",
        "The image after it: Aimed",
    ]


def test_no_change_is_drawn_as_nothing() -> None:
    html = changes(image=INK, shows=8, before=(3, 0.6), ways=[Change("Aimed", INK, 3, 0.6)], theme=LIGHT)
    assert "up to 0 levels" in html
    assert np.array_equal(pictures(html)[1], signed_colours(values=np.zeros((28, 28)), theme=LIGHT))
