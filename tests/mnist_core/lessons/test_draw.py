"""Photos and drawings that the program makes: what they show, and that they come the same way each time."""

import pytest
import torch

from mnist_core.handwriting.is_digit import judge, load_is_digit
from mnist_core.handwriting.photo import ink_of
from mnist_core.lessons import draw


@pytest.mark.parametrize("surface", draw.SURFACES)
def test_on_a_photo_only_the_digit_is_ink(surface: str) -> None:
    photo = draw.photo(surface)
    assert photo.shape == (draw.HEIGHT, draw.WIDTH)
    assert 0 <= photo.min() < photo.max() <= 1
    assert (photo == draw.photo(surface)).all()
    ink = ink_of(photo).drawing
    assert ink.shape == photo.shape
    assert ((ink > 127) != (draw._written(0) > 0.5)).mean() < 0.02


def test_half_the_photo_lies_in_the_shadow() -> None:
    light = draw.photo("in half shadow")
    assert light[-40:, :40].mean() < 0.6 * light[:40, 200:240].mean()
    assert draw.photo("on a board").mean() < 0.3


def test_an_unknown_surface_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="not in the dark"):
        draw.photo("in the dark")


@pytest.mark.parametrize("name", ["A", "H", "k"])
def test_a_letter_is_an_image_like_those_of_mnist(name: str) -> None:
    image = draw.letter(name)
    assert image.shape == (28, 28)
    assert image.dtype == torch.float32
    assert 0.5 < image.max() <= 1
    assert image.min() == 0
    assert image.equal(draw.letter(name))


@pytest.mark.parametrize(
    ("kind", "known_as"),
    list(zip(draw.KINDS, ("digit", "letter", "scribble", "dot", "several digits", "picture"), strict=True)),
)
def test_the_second_network_knows_each_kind(kind: str, known_as: str) -> None:
    assert judge(load_is_digit(), draw.drawing_of(kind)).kind == known_as


@pytest.mark.parametrize("brush", [8, 18, 30])
def test_two_stems_and_a_bar(brush: int) -> None:
    drawing = draw.letter_h(brush)
    assert drawing.shape == (280, 280)
    assert set(drawing.flat) == {0, 255}
    ink = drawing > 0
    assert ink.sum(axis=1).max() == 192 + brush - 70  # the bar, from stem to stem
    assert sorted(set(ink.sum(axis=0))) == [0, brush, 180 + brush]  # beside the letter, the bar, a stem
    assert ink[:131].sum(axis=1).max() == 2 * brush
