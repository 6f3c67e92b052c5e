"""Small images, made large."""

import base64
import io

import numpy as np
import pytest
import torch
from PIL import Image

from mnist_core.figures.images import GAP, ROW_COLOUR, enlarged, one_marked, png_url, row_marked, sheet, unrolled


def test_enlarged_pixels_stay_squares() -> None:
    picture = enlarged(image=torch.tensor([[0.0, 1.0]]), factor=3)
    assert picture.tolist() == [[0, 0, 0, 255, 255, 255]] * 3


def test_a_sheet_has_each_image_in_its_place() -> None:
    images = torch.randint(0, 256, (5, 28, 28), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    picture = sheet(images=images, columns=3, factor=2)
    assert picture.shape == ((2 * 29 - 1) * 2, (3 * 29 - 1) * 2)
    assert picture.dtype == np.uint8
    small = picture[::2, ::2]
    assert np.array_equal(picture, np.kron(small, np.ones((2, 2), dtype=np.uint8)))
    for index, image in enumerate(images.numpy()):
        top, left = index // 3 * 29, index % 3 * 29
        assert np.array_equal(small[top : top + 28, left : left + 28], image)
    assert (small[28] == GAP).all()
    assert (small[:, 28] == GAP).all()
    assert (small[29:, 58:] == 0).all()  # the place without an image


def test_a_sheet_without_lines() -> None:
    images = torch.arange(4, dtype=torch.uint8).reshape(4, 1, 1)
    assert sheet(images=images, columns=2, factor=1, gap=0).tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize(("count", "columns", "factor"), [(0, 4, 2), (3, 0, 2), (3, 4, 0)])
def test_a_sheet_that_can_not_be_is_a_sentence(count: int, columns: int, factor: int) -> None:
    with pytest.raises(ValueError, match="at least one image"):
        sheet(images=torch.zeros(count, 28, 28, dtype=torch.uint8), columns=columns, factor=factor)


@pytest.mark.parametrize("row", [0, 7, 27])
def test_the_strip_reads_as_the_flattened_image_with_its_row_framed(row: int) -> None:
    image = torch.randint(0, 256, (28, 28), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    picture = unrolled(image=image, row=row, factor=12)
    assert picture.shape == (14 * 24, 56 * 12, 3)
    centres = picture[12::24, 6::12, 0]  # one point in the middle of each pixel
    assert centres.ravel().tolist() == image.flatten().tolist()
    framed = (picture == np.array(ROW_COLOUR)).all(axis=2)
    ys, xs = np.nonzero(framed)
    assert (ys.min() // 24, (ys.max() + 1) / 24) == (row // 2, row // 2 + 1)
    assert (xs.min(), xs.max() + 1) == (row % 2 * 28 * 12, (row % 2 + 1) * 28 * 12)


@pytest.mark.parametrize("row", [0, 27])
def test_a_frame_lies_around_a_row_and_its_pixels_stay(row: int) -> None:
    image = torch.randint(0, 256, (28, 28), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    picture = row_marked(image=image, row=row, factor=10)
    assert picture[5::10, 5::10, 0].tolist() == image.tolist()
    ys, xs = np.nonzero((picture == np.array(ROW_COLOUR)).all(axis=2))
    assert (ys.min(), ys.max() + 1) == (row * 10, row * 10 + 10)
    assert (xs.min(), xs.max() + 1) == (0, 280)


@pytest.mark.parametrize(("row", "rows_a_line"), [(28, 2), (-1, 2), (0, 3), (0, 0)])
def test_a_strip_that_can_not_be_is_a_sentence(row: int, rows_a_line: int) -> None:
    with pytest.raises(ValueError, match="has no row"):
        unrolled(image=torch.zeros(28, 28, dtype=torch.uint8), row=row, rows_a_line=rows_a_line)


def test_a_picture_as_its_own_address_comes_back_pixel_for_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28, 3), dtype=np.uint8)
    head, data = png_url(Image.fromarray(pixels)).split(",")
    assert head == "data:image/png;base64"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), pixels)


def test_a_frame_marks_one_image_of_a_sheet() -> None:
    picture = sheet(images=torch.zeros(5, 28, 28, dtype=torch.uint8), columns=3, factor=2)
    marked = one_marked(picture=picture, index=4, columns=3, factor=2)
    ys, xs = np.nonzero((marked == np.array(ROW_COLOUR)).all(axis=2))
    assert (ys.min(), ys.max() + 1, xs.min(), xs.max() + 1) == (58, 114, 58, 114)


def test_enlarged_keeps_hard_pixels() -> None:
    large = enlarged(image=torch.tensor([[0.0, 1.0], [0.5, 0.0]]), factor=3)
    assert large.shape == (6, 6)
    assert large[0].tolist() == [0, 0, 0, 255, 255, 255]
    assert large[5].tolist() == [128, 128, 128, 0, 0, 0]
