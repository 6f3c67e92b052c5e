"""Lines printed on paper: found where they are as dark as the pen or darker, and taken out.

A form has boxes, an exercise book has lines and squares. Where they are fainter than the pen, Otsu's threshold leaves
them out. Where they are as dark as the pen, they are known by their shape: thin, straight, and longer than any stroke.

What is below such a line is unknown. Where there is ink on both of its sides, a stroke crosses it and stays.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

Grey = npt.NDArray[np.float32]  # [H, W] in 0..1
Mask = npt.NDArray[np.bool_]  # [H, W]

RUN = 0.06  # of the picture's longer side: a line goes on for at least so long in one row or column
GAP = 0.02  # of it: what the pen left out, or noise tore out, is bridged
LONG = 0.5  # of the picture's side along it: a line is at least so long
THIN = 0.03  # of the picture's longer side: a line is thinner than this
STEEP = 0.1  # of its length: by how much a line may rise, which is 6 degrees
ENDS = 0.04  # of the picture's side: how near to the edge, or to a line across, a line ends
BLURRED = 2  # pixels: a line's edges are grey
SLANTS = (-1, 0, 1)  # columns a row: how a stroke may cross a line


@dataclass(frozen=True)
class Rule:
    """A line from left to right: its row in the columns from ``start`` to ``stop``, and its width, in pixels."""

    start: int
    stop: int
    row: float  # at column 0
    slope: float
    width: float

    def at(self, column: float) -> float:
        """Its row in a column."""
        return self.row + self.slope * column


def without_rules(darkness: Grey, strong: Mask) -> tuple[Grey, str]:
    """Takes lines out that are as dark as the strong ink.

    Args:
        darkness: float32 [H, W] in 0..1, 0 for paper.
        strong: bool [H, W], True on the strong ink.

    Returns:
        The darkness without them, and what they were: "box", "lines", or "" if there are none.
    """
    lying, standing = rules(strong), rules(strong.T)
    height, width = strong.shape
    kept = (
        [rule for rule in lying if _ends(rule, width, standing)],
        [rule for rule in standing if _ends(rule, height, lying)],
    )
    if max(map(len, kept)) < 2 and not _alone(strong, kept):
        return darkness, ""
    left = darkness
    for rule in kept[0]:
        left = without(left, rule)
    for rule in kept[1]:
        left = without(left.T, rule).T
    return np.ascontiguousarray(left), "box" if all(kept) else "lines"


def _alone(strong: Mask, kept: tuple[list[Rule], list[Rule]]) -> bool:
    """Whether there are lines, and none of them touches other ink, as the bar of a 4 does."""
    pictures = [(rule, picture) for rules, picture in zip(kept, (strong, strong.T), strict=True) for rule in rules]
    return bool(pictures) and not any(_touches(picture, rule) for rule, picture in pictures)


def _touches(strong: Mask, rule: Rule) -> bool:
    rows, columns = _band(strong.shape, rule)
    return bool((strong[rows[0], columns] | strong[rows[-1], columns]).any())


def rules(strong: Mask) -> list[Rule]:
    """Thin straight lines from left to right, at least half as long as the picture is wide.

    Args:
        strong: bool [H, W].

    Returns:
        Each line once.
    """
    height, width = strong.shape
    gap, run = (2 * round(share * max(height, width) / 2) + 1 for share in (GAP, RUN))
    closed = ndimage.maximum_filter1d(strong.astype(np.uint8), gap, axis=1, mode="nearest")
    closed = ndimage.minimum_filter1d(closed, gap, axis=1, mode="nearest")
    opened = ndimage.minimum_filter1d(closed, run, axis=1, mode="nearest")
    opened = ndimage.maximum_filter1d(opened, run, axis=1, mode="nearest")
    numbers, _ = ndimage.label(opened, np.ones((3, 3)))
    found = []
    for number, box in enumerate(ndimage.find_objects(numbers), 1):
        if box[1].stop - box[1].start >= LONG * width:
            rule = _straight(numbers[box] == number, box[0].start, box[1].start)
            if rule is not None and rule.width <= THIN * max(height, width):
                found.append(rule)
    return found


def _straight(piece: Mask, top: int, left: int) -> Rule | None:
    """The line that a piece, bool [h, w], is; None if it is bent. Strokes along the line do not bend it."""
    count = piece.sum(0)
    width = float(np.median(count))
    clear = (count > 0) & (count <= width + 2)
    columns = np.flatnonzero(clear)
    centres = (np.arange(piece.shape[0])[:, None] * piece)[:, clear].sum(0) / count[clear]
    slope = float(np.median(centres[-len(columns) // 4 :]) - np.median(centres[: len(columns) // 4 + 1]))
    slope /= max(float(np.median(columns[-len(columns) // 4 :]) - np.median(columns[: len(columns) // 4 + 1])), 1.0)
    row = float(np.median(centres - slope * columns))
    off = np.abs(centres - row - slope * columns)
    if abs(slope) > STEEP or np.quantile(off, 0.8) > 1 + width / 4 or len(columns) < 0.6 * piece.shape[1]:
        return None
    return Rule(left, left + piece.shape[1], top + row - slope * left, slope, width)


def _ends(rule: Rule, width: int, across: list[Rule]) -> bool:
    """Whether a line ends at the picture's edges, or at lines across it, as the sides of a box do."""
    near = ENDS * width
    places = [0.0, float(width)] + [line.at(rule.at(rule.start)) for line in across]
    return all(any(abs(end - place) <= near + rule.width for place in places) for end in (rule.start, rule.stop))


def without(darkness: Grey, rule: Rule) -> Grey:
    """Paints a line over with what is above and below it: the lighter of both, so that only what crosses it stays."""
    rows, columns = _band(darkness.shape, rule)
    reach = len(rows) - 1
    painted = np.zeros(columns.shape, np.float32)
    for slant in SLANTS:
        shift = slant * reach // 2
        above, below = (
            darkness[row, np.clip(columns + by, 0, darkness.shape[1] - 1)]
            for row, by in ((rows[0], shift), (rows[-1], -shift))
        )
        painted = np.maximum(painted, np.minimum(above, below))
    left = darkness.copy()
    left[rows, columns] = np.minimum(left[rows, columns], painted)
    return left


def _band(shape: tuple[int, ...], rule: Rule) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The pixels of a line and its grey edges: rows [w, columns] from above to below it, and its columns."""
    columns = np.arange(max(rule.start - BLURRED, 0), min(rule.stop + BLURRED, shape[1]))
    half = int(np.ceil(rule.width / 2)) + BLURRED
    middle = np.round(rule.row + rule.slope * columns).astype(np.int64)
    rows = middle + np.arange(-half, half + 1)[:, None]
    return rows.clip(0, shape[0] - 1), columns
