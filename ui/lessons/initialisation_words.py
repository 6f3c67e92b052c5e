"""What became of a network in its first batches, and how much smaller a gradient is, in words."""

from collections.abc import Sequence

from mnist_core import words
from mnist_core.lessons.initialisation_race import Start


def fate(start: Start) -> str:
    """Where a run stands: the loss of its first and its last batch, and what it reads, or that it exploded."""
    if not start.losses:
        return "not begun"
    ends = f"{words.loss(start.losses[0], 2)} → {words.loss(start.losses[-1], 2)}"
    if start.has_exploded:
        return f"{ends}, exploded at batch {len(start.losses)}"
    return ends if start.accuracy is None else f"{ends}, reads {start.accuracy:.1%}"


def compared(sizes: Sequence[float]) -> str:
    """How the first of some sizes, all above 0, compares with the last."""
    times = sizes[-1] / sizes[0]
    return f"{times:,.0f} times smaller" if times >= 9.5 else f"{times:.1f} times smaller"
