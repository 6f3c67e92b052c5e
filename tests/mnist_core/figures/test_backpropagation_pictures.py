"""Squares for neurons: one for each, in order, in the colours of signed numbers, and dots for the silent ones."""

import numpy as np
import pytest

from mnist_core.figures.backpropagation_pictures import GAP, SIDE, WayPicture, neuron_squares, pictures_in_a_row
from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import DARK, LIGHT, Theme


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("neurons", [1, 7, 128, 800])
def test_each_neuron_has_a_square(neurons: int, theme: Theme) -> None:
    values = np.linspace(-1, 2, neurons)
    silent = np.arange(neurons) % 3 == 1
    sheet = neuron_squares(values=values, silent=silent, theme=theme)
    columns = (sheet.shape[1] - GAP) // (SIDE + GAP)
    rows = (sheet.shape[0] - GAP) // (SIDE + GAP)
    assert (rows - 1) * columns < neurons <= rows * columns
    assert neurons < 50 or columns == pytest.approx(2 * rows, rel=0.2)
    colours = signed_colours(values=values, theme=theme)
    page = sheet[0, 0].tolist()
    for index, is_silent in enumerate(silent):
        row, column = divmod(index, columns)
        top, left = GAP + row * (SIDE + GAP), GAP + column * (SIDE + GAP)
        square = sheet[top : top + SIDE, left : left + SIDE]
        assert square[0, 0].tolist() == (page if is_silent else colours[index].tolist())
        assert is_silent == (len(np.unique(square.reshape(-1, 3), axis=0)) == 2)


def test_pictures_stand_in_a_row_with_their_words_and_their_descriptions() -> None:
    square, image = np.zeros((20, 38, 3), np.uint8), np.zeros((28, 28, 3), np.uint8)
    html = pictures_in_a_row(
        pictures=[WayPicture(square, "comes & goes", "Some squares"), WayPicture(image, "gradient", "An image")],
        between="× 2 =",
        wide=123,
        theme=LIGHT,
    )
    assert html.count("<figure>") == html.count("alt=") == 2
    assert "comes &amp; goes" in html
    assert html.count("<span>× 2 =</span>") == 1
    assert "--wide: 123px" in html
    assert html.count('class="hard"') == 1  # the pixels of an image stay squares
