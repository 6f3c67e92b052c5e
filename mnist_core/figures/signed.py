"""Pictures of numbers that may be negative: weights, gradients, evidence.

Blue is below zero, vermillion above, and the stronger the colour the further from it. Zero is almost the colour of
the page: near white in light, near black in dark, so that in both themes nothing looks like nothing.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mnist_core.figures.theme import CHOICE, Theme

NEGATIVE, POSITIVE = "#0072B2", CHOICE
NEGATIVE_ON_DARK, _POSITIVE_ON_DARK = "#56B4E9", "#FF7A1A"  # brighter, since there zero is dark

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]


def signed_pictures(
    *,
    images: Iterable[npt.ArrayLike],
    columns: int,
    factor: int,
    theme: Theme,
    limit: float | None = None,
    gap: int = 8,
) -> Bytes:
    """Tiles pictures of signed numbers, row by row, all on one symmetric scale; for ``st.image``.

    Args:
        images: float [N, H, W], or N of [H, W]; NumPy arrays, or tensors that hold no gradient.
        columns: How many stand side by side. What is left empty in the last row has the colour of the page.
        factor: How many pixels wide and high each number becomes, 1 or more.
        theme: Of the page.
        limit: The value from which the colour is full, on both sides of zero; what lies beyond is cut off there.
            None: the largest absolute value of all images. Give the same limit where two calls are to be compared.
        gap: Pixels between two pictures, in the colour of the page.

    Returns:
        uint8 [height, width, 3], red, green and blue.

    Raises:
        ValueError: If the images have not all one shape [H, W], there are none, or a number is out of range.
    """
    values = _stacked(images)
    if columns < 1 or factor < 1 or gap < 0:
        raise ValueError("There is at least one column, a factor of at least 1, and no negative gap.")
    cells = signed_colours(values=values, theme=theme, limit=limit)  # (N, H, W) -> (N, H, W, 3)
    cells = cells.repeat(factor, axis=1).repeat(factor, axis=2)
    count, height, width, _ = cells.shape
    rows = -(-count // columns)
    columns = min(columns, count)
    sheet = np.empty((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), np.uint8)
    sheet[:] = _rgb(theme.background)
    for index, cell in enumerate(cells):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = cell
    return sheet


def signed_colours(*, values: npt.ArrayLike, theme: Theme, limit: float | None = None) -> Bytes:
    """The colour of each number, on a scale that is symmetric around zero.

    Args:
        values: float [...], finite.
        theme: Of the page.
        limit: As for ``signed_pictures``.

    Returns:
        uint8 [..., 3].

    Raises:
        ValueError: If the limit is not above 0, or a value is not a finite number.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError("Only finite numbers have a colour.")
    if limit is None:
        limit = largest(numbers) or 1.0
    if not (np.isfinite(limit) and limit > 0):
        raise ValueError(f"The limit is a number above 0, not {limit!r}.")
    stops = np.array([_rgb(colour) for colour in _scale(theme)], np.float64)
    at = (np.clip(numbers / limit, -1, 1) + 1) * (len(stops) - 1) / 2  # 0 at -limit, the last stop at +limit
    channels = [np.interp(at, np.arange(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def neuron_pictures(
    *, pixels: npt.ArrayLike, weights: npt.ArrayLike, products: npt.ArrayLike, factor: int, theme: Theme, limit: float
) -> Bytes:
    """Three pictures in a row: an image as it is, the weights of a neuron, and the product of both, on one scale.

    Args:
        pixels: float [H, W] in 0..1; ink is bright on dark.
        weights: float [H, W].
        products: float [H, W]: what each pixel adds to the neuron's sum.
        factor: As for ``signed_pictures``.
        theme: Of the page.
        limit: As for ``signed_pictures``.

    Returns:
        uint8 [height, width, 3].
    """
    sheet = signed_pictures(
        images=[weights, weights, products], columns=3, factor=factor, theme=theme, limit=limit, gap=4 * factor
    )
    ink = (np.asarray(pixels, dtype=np.float64) * 255).round().astype(np.uint8)
    ink = ink.repeat(factor, axis=0).repeat(factor, axis=1)
    sheet[: ink.shape[0], : ink.shape[1]] = ink[..., None]
    return sheet


def largest(images: Iterable[npt.ArrayLike]) -> float:
    """The largest absolute value in some images: the limit that several pictures can share; 0 if there is none."""
    parts = [np.abs(np.asarray(image, dtype=np.float64)) for image in images]
    return max((float(part.max()) for part in parts if part.size), default=0.0)


def _scale(theme: Theme) -> tuple[str, str, str]:
    """The colours at minus the limit, at zero and at the limit."""
    if theme.is_dark:
        return NEGATIVE_ON_DARK, theme.heat[0], _POSITIVE_ON_DARK
    return NEGATIVE, theme.heat[0], POSITIVE


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[start:stop], 16) for start, stop in pairwise((1, 3, 5, 7)))
    return red, green, blue


def _stacked(images: Iterable[npt.ArrayLike]) -> Floats:
    parts = [np.asarray(image, dtype=np.float64) for image in images]
    if not parts or len({part.shape for part in parts}) > 1 or parts[0].ndim != 2 or not parts[0].size:
        raise ValueError("Pictures are one or more, all [H, W] of the same size.")
    return np.stack(parts)
