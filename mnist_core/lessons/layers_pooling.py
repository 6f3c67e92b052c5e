"""Pooling: each square of four pixels becomes one."""

from torch import Tensor

KINDS = ("max", "mean")


def pool(images: Tensor, kind: str) -> Tensor:
    """Halves the height and the width. There is nothing to learn in it.

    Args:
        images: torch.float32 [N, H, W], H and W even.
        kind: What stands for the four pixels of a square: the largest ("max") or their mean ("mean").

    Returns:
        torch.float32 [N, H / 2, W / 2].

    Raises:
        ValueError: If the kind is another, or a side is odd.
    """
    count, height, width = images.shape
    if kind not in KINDS:
        raise ValueError(f"Pooling takes the {' or the '.join(KINDS)}, not the {kind!r}.")
    if height % 2 or width % 2:
        raise ValueError(f"Both sides must be even, not {height} × {width}.")
    squares = images.reshape(count, height // 2, 2, width // 2, 2)  # (N, H, W) -> (N, H/2, 2, W/2, 2)
    return squares.amax((2, 4)) if kind == "max" else squares.mean((2, 4))
