"""A drawing of no digit, for the question what a network makes of one."""

import numpy as np
import numpy.typing as npt

from mnist_core.handwriting import CANVAS_SIZE


def letter_h(brush: int) -> npt.NDArray[np.uint8]:
    """The letter H on a canvas: uint8 [280, 280], white strokes as wide as the brush, in pixels."""
    drawing = np.zeros((CANVAS_SIZE, CANVAS_SIZE), np.uint8)
    for rows, columns in (((50, 230), (70, 70)), ((50, 230), (192, 192)), ((131, 131), (70, 192))):
        drawing[rows[0] : rows[1] + brush, columns[0] : columns[1] + brush] = 255
    return drawing
