"""Small images, made large."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

if TYPE_CHECKING:  # the first page shows pictures before torch is there
    from torch import Tensor

GAP = 24  # the grey between the images of a sheet: not quite ink, not quite paper
ROW_COLOUR = (86, 180, 233)  # sky blue, which stands out from paper and from ink


def enlarged(*, image: Tensor, factor: int) -> npt.NDArray[np.uint8]:
    """Each pixel becomes a square of pixels, so that it stays one to the eye.

    Args:
        image: torch.float32 [H, W] in 0..1.
        factor: How many pixels wide and high each becomes.

    Returns:
        uint8 [H × factor, W × factor].
    """
    pixels = (image * 255).round().byte().numpy()
    return np.kron(pixels, np.ones((factor, factor), dtype=np.uint8))


def sheet(*, images: Tensor, columns: int, factor: int, gap: int = 1) -> npt.NDArray[np.uint8]:
    """Many images as one picture, row by row, with thin lines between them.

    Args:
        images: torch.uint8 [N, H, W]; one at least.
        columns: How many stand side by side. Where there are fewer images than places, the rest stays paper.
        factor: How many pixels wide and high each pixel becomes.
        gap: The width of the lines, in pixels of the images.

    Returns:
        uint8 [rows × (H + gap) × factor − gap × factor, the same with columns and W].

    Raises:
        ValueError: If there is no image, or a size is below 1.
    """
    if not len(images) or columns < 1 or factor < 1 or gap < 0:
        raise ValueError("A sheet has at least one image, one column and pixels of size 1.")
    count, height, width = images.shape
    rows = -(-count // columns)
    tiles = np.zeros((rows, height + gap, columns, width + gap), dtype=np.uint8)
    tiles[:, height:] = tiles[..., width:] = GAP
    places = tiles.transpose(0, 2, 1, 3)  # (rows, columns, H + gap, W + gap), a view
    for index, image in enumerate(images.numpy()):
        places[index // columns, index % columns, :height, :width] = image
    picture = tiles.reshape(rows * (height + gap), columns * (width + gap))
    picture = picture[: picture.shape[0] - gap, : picture.shape[1] - gap]
    return np.repeat(np.repeat(picture, factor, axis=0), factor, axis=1)


def unrolled(*, image: Tensor, row: int, rows_a_line: int = 2, factor: int = 12) -> npt.NDArray[np.uint8]:
    """The rows of an image one after another: a strip, which is broken into lines as text is. One row is marked.

    Args:
        image: torch.uint8 [H, W].
        row: The row to mark, 0 to H − 1.
        rows_a_line: How many rows of the image make a line of the strip.
        factor: How many pixels wide each pixel becomes.

    Returns:
        uint8 [H / rows_a_line × 2 × factor, W × rows_a_line × factor, 3], in colour.

    Raises:
        ValueError: If there is no such row, or the rows don't fill the lines.
    """
    height, width = image.shape
    if not 0 <= row < height or rows_a_line < 1 or height % rows_a_line:
        raise ValueError(f"An image of {height} rows has no row {row}, or can't be broken in {rows_a_line} a line.")
    lines = image.numpy().reshape(height // rows_a_line, rows_a_line * width)
    picture = np.repeat(np.repeat(lines, 2 * factor, axis=0), factor, axis=1)
    picture[:: 2 * factor] = GAP  # between the lines
    coloured = np.repeat(picture[..., None], 3, axis=2)
    line, place = divmod(row, rows_a_line)
    top, bottom = line * 2 * factor, (line + 1) * 2 * factor
    left, right = place * width * factor, (place + 1) * width * factor
    _draw_frame(coloured[top:bottom, left:right], max(2, factor // 3))
    return coloured


def row_marked(*, image: Tensor, row: int, factor: int) -> npt.NDArray[np.uint8]:
    """An image, enlarged, with a frame around one of its rows.

    Args:
        image: torch.uint8 [H, W].
        row: The row to mark, 0 to H − 1.
        factor: How many pixels wide and high each pixel becomes.

    Returns:
        uint8 [H × factor, W × factor, 3], in colour.
    """
    picture = np.repeat(np.repeat(image.numpy(), factor, axis=0), factor, axis=1)
    coloured = np.repeat(picture[..., None], 3, axis=2)
    _draw_frame(coloured[row * factor : (row + 1) * factor], max(2, factor // 5))
    return coloured


def one_marked(*, picture: npt.NDArray[np.uint8], index: int, columns: int, factor: int) -> npt.NDArray[np.uint8]:
    """A sheet of MNIST's images with a frame around one of them.

    Args:
        picture: From ``sheet``, of images of 28 × 28 with lines of one pixel between them.
        index: The place of the image to mark, from 0.
        columns: As for ``sheet``.
        factor: As for ``sheet``.

    Returns:
        uint8, as large as the sheet, in colour.
    """
    coloured = np.repeat(picture[..., None], 3, axis=2)
    line, place = divmod(index, columns)
    top, left = line * 29 * factor, place * 29 * factor
    _draw_frame(coloured[top : top + 28 * factor, left : left + 28 * factor], factor)
    return coloured


def _draw_frame(part: npt.NDArray[np.uint8], width: int) -> None:
    """Draws a frame along the inner edges of a part of a picture, in place."""
    part[:width] = part[-width:] = part[:, :width] = part[:, -width:] = ROW_COLOUR


def png_url(image: Image.Image) -> str:
    """A picture as the address of itself, a PNG, which a page shows without asking the server."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
