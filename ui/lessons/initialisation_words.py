"""What became of a network in its first batches, and how much smaller a gradient is, in words."""

from collections.abc import Sequence

from mnist_core import words
from mnist_core.lessons.initialisation_race import Start

LAST = 10  # batches, whose mean says where a run stands: a single one is an accident


def fate(start: Start) -> str:
    """The loss at the beginning and at the end of a run, and its accuracy; or that it exploded."""
    if not start.losses:
        return "not begun"
    if start.has_exploded:
        exploded = words.loss(start.losses[-1])
        return f"loss {words.loss(start.losses[0], 2)} → {exploded}, exploded at batch {len(start.losses)}"
    last = start.losses[-LAST:]
    ends = f"loss {words.loss(start.losses[0], 2)} → {words.loss(sum(last) / len(last), 2)}"
    return ends if start.accuracy is None else f"{ends}, reads {start.accuracy:.1%}"


def compared(sizes: Sequence[float]) -> str:
    """How the first of some sizes, all above 0, compares with the last."""
    times = sizes[-1] / sizes[0]
    return f"{times:,.0f} times smaller" if times >= 9.5 else f"{times:.1f} times smaller"
