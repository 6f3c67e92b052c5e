"""Small images, made large."""

import numpy as np
import numpy.typing as npt
from torch import Tensor


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
