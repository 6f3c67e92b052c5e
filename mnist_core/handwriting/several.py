"""A row of digits: cut into pieces, and read one by one.

A network reads one digit. In a row, each digit has to be cut out first, which the field calls segmentation. But where
to cut, only what is read can tell: a 4 whose top is open falls into two strokes as readily as a 1 and a 1 do. So the
program does neither first:

1. *Over-segmentation.* It looks for many seams: ways from the top of the row to its foot that cross little ink. Between
   digits that stand apart there is one that crosses none.
2. Whatever lies between two seams may be a digit. Each such piece is read, and judged: is it a digit at all?
3. Of all ways to cut the row into pieces, the one is taken whose pieces are the best digits and whose cuts cross the
   least ink. Dynamic programming finds it without trying each.

All other ways are weighed, too (the *forward-backward* algorithm). If nearly all of them have a cut at the same place,
the cut is sure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from scipy import ndimage
from torch import Tensor

from mnist_core.handwriting.is_digit import KINDS, Verdict, judge, kinds_of
from mnist_core.handwriting.photo import THINNEST, Found, grey_ink, stroke_width
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import (
    BOX_SIZE,
    CENTRE,
    IMAGE_SIZE,
    INK_THRESHOLD,
    Drawing,
    drawing_to_mnist,
    ink_box,
    to_grey,
)
from mnist_core.network.model import MLP

FEWEST, MOST = 2, 8  # digits of a row
HEIGHT = 48  # pixels: as high a row is made before it is cut
WIDEST = 20  # times its height: what is wider is a line, not a row
SURE_FROM = 0.95  # a cut that has at least this probability is called sure

MOST_PIECES = 60  # of ink: what falls into more is no row of up to eight digits
SPECK = 0.1  # of the row's height: what is shorter is dirt
MARK = 0.38  # of the row's height: a dot or a comma is no longer
FLAT = 0.24  # of the row's height: a minus is no higher
ANCHORS = (0.25, 0.5, 0.75)  # of the height: through each second pixel there, the cheapest seam is found
ASIDE = 0.02  # of full ink: what a seam's step to one side costs, so that it goes straight down where it can
DEEPEST = 2.6  # strokes: a seam that crosses more is none
APART = 0.1  # of a straight stroke's ink: of two seams that lie no further apart only the cheaper counts
SAME_PLACE = 0.35  # of a straight stroke's ink: cuts that near to each other are cuts at the same place
MOST_SEAMS = 60
PIECE_WIDTH = 1.5  # of the row's height: no digit is wider
LEAST_INK = 0.3  # of a straight stroke's: no digit has less

Ink = npt.NDArray[np.float32]  # [H, W] in 0..1, 1 for full ink
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Path = tuple[tuple[float, float], ...]  # places, (down, across)

NOTHING = "There is no ink to read."
ONE = "This is one digit, or nothing that falls into several."
TOO_MANY = f"There are more than {MOST} digits. Up to {MOST} in a row can be read."
NO_ROW = "This is no row of digits."


class Box(NamedTuple):
    """Where something lies on the drawing, in its pixels; bottom and right are the first ones beyond it."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, eq=False)
class Piece:
    """What may be one digit of the row.

    Attributes:
        box: Where its ink lies on the drawing.
        image: torch.float32 [28, 28] in 0..1, as the network sees it.
        p: Probabilities of the ten digits, torch.float32 [10].
        verdict: Whether it may be named.
    """

    box: Box
    image: Tensor
    p: Tensor
    verdict: Verdict

    @property
    def digit(self) -> int:
        """The likeliest digit."""
        return int(self.p.argmax())


@dataclass(frozen=True, eq=False)
class Mark:
    """What stands in a row of digits and is none: where it lies, and "a dot" or "a minus"."""

    box: Box
    name: str


@dataclass(frozen=True, eq=False)
class Cut:
    """What divides two neighbours.

    Attributes:
        path: From the top of the row to its foot: (down, across) in pixels of the drawing.
        probability: What all ways to cut the row near this place have together.
        crossed: How much ink it crosses, in strokes.
    """

    path: Path
    probability: float
    crossed: float

    @property
    def is_sure(self) -> bool:
        """Whether hardly any good way to cut the row does without it."""
        return self.probability >= SURE_FROM


@dataclass(frozen=True, eq=False)
class Row:
    """A row of digits, cut and read.

    Attributes:
        pieces: From left to right, two to eight; none where there is no such row.
        cuts: Between each piece and the next, one fewer.
        marks: What lies between and is no digit: decimal points, commas, minus signs.
        said: Why there are no pieces, in a sentence; empty if there are some.
        seams: All seams there are to cut along, from the left, as paths.
        tried: How many pieces between two of them were read.
    """

    pieces: tuple[Piece, ...] = ()
    cuts: tuple[Cut, ...] = ()
    marks: tuple[Mark, ...] = ()
    said: str = ""
    seams: tuple[Path, ...] = ()
    tried: int = 0

    @property
    def text(self) -> str:
        """The digits from left to right, "?" for each that can't be named."""
        return "".join(str(piece.digit) if piece.verdict.is_digit else "?" for piece in self.pieces)


def read_row(drawing: Drawing, reader: MLP, judging: MLP) -> Row:
    """Cuts a row of two to eight digits, and reads them one by one.

    Args:
        drawing: uint8 [H, W], ink bright on dark paper; or uint8 [H, W, 4], RGBA as a canvas gives it.
        reader: The network that reads; left as it is.
        judging: The second network, from ``load_is_digit``; left as it is.

    Returns:
        The row; without pieces, but with a sentence, if there are fewer digits or more.

    Raises:
        TypeError: If it is no numpy array or torch tensor, or its dtype is not uint8.
        ValueError: If its shape is neither [H, W] nor [H, W, 4], or it has no pixels.
    """
    grey = to_grey(drawing).numpy()
    line = straighten(grey)
    if isinstance(line, str):
        return Row(said=line)
    lattice = build(line, reader, judging)
    way, cuts = best_way(lattice)
    count = len(way) - 1
    if not FEWEST <= count <= MOST:
        return Row(said=ONE if count < FEWEST else TOO_MANY, marks=line.marks)
    pieces = tuple(_piece(line, lattice, pair, reader, judging) for pair in zip(way, way[1:], strict=False))
    seams = [line.on_the_drawing(path) for path in lattice.seams.paths]
    crossed = lattice.seams.crossed.tolist()
    chosen = tuple(Cut(seams[node], p, crossed[node]) for node, p in zip(way[1:-1], cuts, strict=True))
    return Row(pieces, chosen, line.marks, seams=tuple(seams[1:-1]), tried=len(lattice.pairs))


def cut_at(drawing: npt.NDArray[np.uint8], columns: Sequence[int], reader: MLP, judging: MLP) -> Row:
    """Cuts a drawing straight down where it is told, and reads what lies between.

    Args:
        drawing: uint8 [H, W], ink bright on dark paper.
        columns: Before which to cut, from left to right, 0 to W.
        reader: The network that reads; left as it is.
        judging: The second network; left as it is.

    Returns:
        The row; what has no ink is no piece of it.
    """
    pieces: list[Piece] = []
    ends = [0, *columns, drawing.shape[1]]
    for left, right in zip(ends, ends[1:], strict=False):
        part = np.zeros_like(drawing)
        part[:, left:right] = drawing[:, left:right]
        grey = to_grey(part)
        if not bool((grey > INK_THRESHOLD).any()):
            continue
        rows, across = ink_box(grey)
        image = drawing_to_mnist(part)
        p = predict_proba(reader, image[None])[0]
        box = Box(rows.start, rows.stop, across.start, across.stop)
        pieces.append(Piece(box, image, p, judge(judging, image, p)))
    paths = [tuple((down + 0.5, float(column)) for down in range(len(drawing))) for column in columns]
    return Row(tuple(pieces), tuple(Cut(path, 1.0, 0.0) for path in paths))


FREE = 0.2  # strokes: a cut that crosses no more goes between two digits that do not touch


def read_if_several(drawing: Drawing, verdict: Verdict, reader: MLP, judging: MLP) -> Row | None:
    """Reads a drawing as a row, if it is no single digit and falls into digits well enough.

    The rule that judges single digits has seen rows of two and three. Longer ones, made as small as one digit, it takes
    for scribbles, and a few for letters or pictures. But most letters fall into pieces that look like digits, too, as
    an H into a 1 and a 4. So there the pieces have to stand apart.

    Args:
        drawing: As for ``read_row``.
        verdict: On the whole drawing.
        reader: The network that reads; left as it is.
        judging: The second network; left as it is.

    Returns:
        The row; None if the drawing is better taken for what the verdict says.
    """
    if verdict.kind not in ("several digits", "scribble", "letter", "picture"):
        return None
    row = read_row(drawing, reader, judging)
    named = sum(piece.verdict.is_digit for piece in row.pieces)
    most_are_read = named >= 2 and 3 * named >= 2 * len(row.pieces) and (len(row.pieces) > 2 or _stand_apart(row))
    is_row = {
        "several digits": 2 * named >= len(row.pieces) > 0,
        "scribble": most_are_read,
        "letter": named == len(row.pieces) > 0 and _stand_apart(row),
        "picture": named == len(row.pieces) > 0 and _stand_apart(row),
    }
    return row if is_row[verdict.kind] else None


def _stand_apart(row: Row) -> bool:
    return all(cut.crossed <= FREE for cut in row.cuts)


@dataclass(frozen=True, eq=False)
class Line:
    """A row's ink, cut out and made ``HEIGHT`` pixels high.

    Attributes:
        ink: float32 [h, w] in 0..1, with a margin left and right. It is higher than ``HEIGHT`` if the digits do not
            stand on one line.
        stroke: How wide the strokes are, in its pixels.
        marks: What has been taken out, as it is no digit; in pixels of the drawing.
        corner: Where the ink's upper left corner lies on the drawing, (down, across).
        zoom: Pixels of it for one of the drawing.
    """

    ink: Ink
    stroke: float
    marks: tuple[Mark, ...]
    corner: tuple[float, float]
    zoom: float

    @property
    def straight(self) -> float:
        """How much ink a straight stroke has that is as high as the row."""
        return HEIGHT * self.stroke

    def on_the_drawing(self, path: Indices) -> Path:
        """A path, a column for each row of pixels, as places of the drawing."""
        down = self.corner[0] + (np.arange(len(path)) + 0.5) / self.zoom
        across = self.corner[1] + path / self.zoom
        return tuple(zip(down.tolist(), across.tolist(), strict=True))


def straighten(grey: Ink) -> Line | str:
    """Step 0: the row's ink without dirt, dots and minus signs, ``HEIGHT`` pixels high.

    Args:
        grey: float32 [H, W] in 0..1, 1 for full ink.

    Returns:
        The line, or a sentence that says why there is none.
    """
    numbers, _ = ndimage.label(grey > INK_THRESHOLD, np.ones((3, 3)))
    boxes = _boxes(numbers)
    if not boxes:
        return NOTHING
    heights = np.array([box.bottom - box.top for box in boxes])
    height = float(np.median(heights[heights >= heights.max() / 2]))
    large = [max(box.bottom - box.top, box.right - box.left) >= SPECK * height for box in boxes]
    if sum(large) > MOST_PIECES:
        return NO_ROW
    tall = [box for box in boxes if box.bottom - box.top >= height / 2]
    names = [_name(box, tall, height) if is_large else "dirt" for box, is_large in zip(boxes, large, strict=True)]
    kept = np.isin(numbers, 1 + np.flatnonzero([name == "" for name in names]))
    rows, columns = np.flatnonzero(kept.any(1)), np.flatnonzero(kept.any(0))
    if columns[-1] + 1 - columns[0] > WIDEST * height:
        return NO_ROW
    part = np.where(kept, grey, 0)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    zoom = HEIGHT / height
    size = max(round(zoom * part.shape[1]), 1), max(round(zoom * part.shape[0]), 1)
    way = Image.Resampling.BOX if zoom < 1 else Image.Resampling.BILINEAR
    small = Image.fromarray((255 * part).round().astype(np.uint8)).resize(size, way)
    scaled = np.asarray(small, np.float32) / np.float32(255)
    ink = np.pad(scaled, ((0, 0), (2, 2)))
    marks = tuple(Mark(box, name) for box, name in zip(boxes, names, strict=True) if name not in ("", "dirt"))
    corner = float(rows[0]), columns[0] - 2 / zoom
    return Line(ink, max(stroke_width(ink), 1.0), marks, corner, zoom)


def _boxes(numbers: Indices) -> list[Box]:
    """The box of each piece of ink, [H, W], by its number from 1."""
    found = ndimage.find_objects(numbers)
    return [Box(rows.start, rows.stop, columns.start, columns.stop) for rows, columns in found]


def _name(box: Box, tall: list[Box], height: float) -> str:
    """What a piece of ink is called that can be no digit, nor a part of one; else "".

    A dot or a minus is small and stands for itself: the bar of a 5 or of a 7 has the rest below or above it.
    """
    high, wide = (box.bottom - box.top) / height, (box.right - box.left) / height
    if any(min(box.right, other.right) - max(box.left, other.left) > 0.3 * (box.right - box.left) for other in tall):
        return ""  # a tall one shares columns with itself
    top, bottom = min(other.top for other in tall), max(other.bottom for other in tall)
    middle = ((box.top + box.bottom) / 2 - top) / (bottom - top)
    if high <= MARK and wide <= MARK and middle > 0.2 and wide < 2.5 * high:
        return "a dot"
    if high <= FLAT and wide <= 1 and wide > 1.5 * high and middle > 0.2:
        return "a minus"
    return ""


@dataclass(frozen=True, eq=False)
class Seams:
    """Ways from the top of a line to its foot, from left to right; the first lies before all ink, the last behind it.

    Attributes:
        paths: int64 [n, h]: for each row of pixels, the first column to the right of the seam.
        crossed: float64 [n]: how much ink each crosses, in strokes.
        left: float64 [n]: how much ink lies to the left of it.
    """

    paths: Indices
    crossed: Floats
    left: Floats


def find_seams(line: Line) -> Seams:
    """Step 1: the seams that cross little ink. Of those that lie near each other, only the cheapest stays.

    The cheapest way from the top to a pixel is that to one of the three pixels above it, and one step more. So all are
    found row by row; and those from the foot in the same manner.
    """
    ink = line.ink.astype(np.float64)
    height, width = ink.shape
    down, before = _cheapest(ink)
    up, after = _cheapest(ink[::-1])
    up, after = up[::-1], after[::-1]
    rows = sorted({min(int(share * height), height - 1) for share in ANCHORS})
    columns = np.arange(1, width, 2)
    paths = np.concatenate([_trace(before, after, row, columns) for row in rows])
    cost = np.concatenate([(down + up - ink)[row, columns] for row in rows])
    crossed = ink[np.arange(height), paths].sum(1) / line.stroke
    until = np.concatenate((np.zeros((height, 1)), ink.cumsum(1)), axis=1)  # (h, w + 1): the ink before each column
    left = until[np.arange(height), paths].sum(1)
    kept: list[int] = []
    for which in np.argsort(cost, kind="stable").tolist():
        if crossed[which] > DEEPEST or len(kept) >= MOST_SEAMS:
            continue
        apart = APART * line.straight
        is_new = all(abs(left[which] - left[other]) > apart for other in kept)
        if is_new and apart < left[which] < until[:, -1].sum() - apart:
            kept.append(which)
    kept.sort(key=left.__getitem__)
    ends = np.zeros((1, height), np.int64)
    return Seams(
        np.concatenate((ends, paths[kept], ends + width)),
        np.concatenate(([0], crossed[kept], [0])),
        np.concatenate(([0], left[kept], [until[:, -1].sum()])),
    )


def _cheapest(ink: Floats) -> tuple[Floats, Indices]:
    """What the cheapest way from the top to each pixel [h, w] costs, and its last step: -1, 0 or 1 column aside."""
    cost, step = ink.copy(), np.zeros(ink.shape, np.int64)
    for row in range(1, len(ink)):
        above = np.pad(cost[row - 1], 1, constant_values=np.inf)
        ways = np.stack((above[1:-1], above[:-2] + ASIDE, above[2:] + ASIDE))
        best = ways.argmin(0)
        step[row] = np.array((0, -1, 1))[best]
        cost[row] += ways.min(0)
    return cost, step


def _trace(before: Indices, after: Indices, row: int, columns: Indices) -> Indices:
    """The cheapest seams through some columns of a row: int64 [n, h]."""
    paths = np.empty((len(columns), len(before)), np.int64)
    paths[:, row] = columns
    for above in range(row, 0, -1):
        paths[:, above - 1] = paths[:, above] + before[above, paths[:, above]]
    for here in range(row, len(before) - 1):
        paths[:, here + 1] = paths[:, here] + after[here, paths[:, here]]
    return paths


@dataclass(frozen=True, eq=False)
class Lattice:
    """All ways to cut a line: the seams, and what lies between two of them and may be a digit.

    Attributes:
        seams: The places to cut.
        pairs: int64 [n, 2]: the seams before and behind each piece.
        boxes: int64 [n, 4]: where its ink lies on the line; top, bottom, left, right.
        images: torch.float32 [n, 28, 28] in 0..1: each as the network sees it.
        features: float64 [n, FEATURES]: what speaks for or against its being a digit.
        reach: How much ink may lie between two cuts that count as cuts at the same place.
    """

    seams: Seams
    pairs: Indices
    boxes: Indices
    images: Tensor
    features: Floats
    reach: float


# What counts how much. ``benchmarks/several_digits.py --fit`` found it: it makes the right ways to cut rows of MNIST's
# training digits and of generated ones as likely as can be (a conditional random field).
PIECE_WEIGHTS = np.array([-0.3, 2.57, 1.87, -1.42, -3.93, -3.54, -0.29])
CUT_WEIGHT = -2.98  # for each stroke that a cut crosses


def build(line: Line, reader: MLP, judging: MLP) -> Lattice:
    """Step 2: reads every piece between two seams that may be a digit."""
    seams = find_seams(line)
    pairs, parts, left = _between(line, seams)
    parts[parts <= INK_THRESHOLD] = 0
    filled = parts > 0
    down, across = (np.asarray(filled.any(axis)) for axis in (2, 1))  # (n, h), (n, w)
    boxes = np.stack((*_ends(down), *_ends(across)), axis=1)  # (n, 4)
    images = _images(torch.from_numpy(parts), torch.from_numpy(boxes))
    sides = np.diff(boxes, axis=1)[:, ::2] / HEIGHT  # (n, 2): how high and how wide
    free = sides[:, 1] - across.sum(1) / HEIGHT
    boxes[:, 2:] += left[:, None]
    features = _features(images, sides, free, reader, judging)
    return Lattice(seams, pairs, boxes, images, features, SAME_PLACE * line.straight)


def _between(line: Line, seams: Seams) -> tuple[Indices, Ink, Indices]:
    """What lies between two seams, unless it is too wide for a digit, or has too little ink, or the seams cross.

    Returns:
        The pairs of seams, int64 [n, 2]; the pieces, float32 [n, h, w], each moved to the left; and by how much, [n].
    """
    first, last = np.triu_indices(len(seams.left), 1)
    ink = seams.left[last] - seams.left[first]
    wide = seams.paths.mean(1)
    is_one = (ink >= LEAST_INK * line.straight) & (wide[last] - wide[first] <= (PIECE_WIDTH + 1) * HEIGHT)
    first, last, ink = first[is_one], last[is_one], ink[is_one]
    start, end = seams.paths[first], seams.paths[last]  # (n, h)
    room = round((PIECE_WIDTH + 0.75) * HEIGHT)
    filled = np.flatnonzero(line.ink.max(0) > INK_THRESHOLD)
    left = np.maximum(start.min(1, initial=line.ink.shape[1]), filled[0])
    column = left[:, None] + np.arange(room)  # (n, w)
    padded = np.pad(line.ink, ((0, 0), (0, room)))
    parts = padded.T[column].transpose(0, 2, 1)  # (n, h, w)
    inside = (column[:, None] >= start[..., None]) & (column[:, None] < end[..., None])
    parts = np.where(inside, parts, np.float32(0))
    # Where the seams cross, or the piece is wider than the room, some ink is counted on one side only.
    is_one = np.abs(parts.sum((1, 2)) - ink) <= 0.02 * line.straight
    filled_columns = np.asarray(parts.max(1) > INK_THRESHOLD, bool)  # (n, w)
    across_start, across_end = _ends(filled_columns)
    is_one &= filled_columns.any(1) & (across_end - across_start <= PIECE_WIDTH * HEIGHT)
    return np.stack((first, last), 1)[is_one], parts[is_one], left[is_one]


def _ends(filled: npt.NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """The first place with ink and the first one behind all ink, along the last axis of bool [n, length]."""
    return filled.argmax(1), filled.shape[1] - filled[:, ::-1].argmax(1)


def _images(parts: Tensor, boxes: Tensor) -> Tensor:
    """What ``drawing_to_mnist`` makes of each piece, for all at once.

    Args:
        parts: torch.float32 [n, h, w] in 0..1, with ink.
        boxes: torch.int64 [n, 4]: where it lies.

    Returns:
        torch.float32 [n, 28, 28] in 0..1.
    """
    sides = boxes[:, 1::2] - boxes[:, ::2]  # (n, 2)
    zoom = BOX_SIZE / sides.amax(1).double()
    down, across = (
        _overlaps(parts.sum(other), boxes[:, 2 * axis], sides[:, axis], zoom) for axis, other in ((0, 2), (1, 1))
    )
    redrawn = down @ parts @ across.transpose(1, 2)  # (n, 28, h) @ (n, h, w) @ (n, w, 28)
    return redrawn / redrawn.amax((1, 2), keepdim=True)


def _overlaps(mass: Tensor, first: Tensor, length: Tensor, zoom: Tensor) -> Tensor:
    """How much of each new pixel each old one covers, along one axis: torch.float32 [n, 28, old].

    Args:
        mass: torch.float32 [n, old]: the ink of each row or column.
        first: The first with ink, [n].
        length: How many there are from the first to the last, [n].
        zoom: New pixels for an old one, [n].
    """
    zoom = torch.maximum(zoom, 1 / length)
    at = torch.arange(mass.shape[1] + 1) - first[:, None].double()  # (n, old + 1): edges of old pixels from the first
    centre = (mass * (at[:, :-1] + 0.5)).sum(1) / mass.sum(1)
    start = (CENTRE + 0.5 - centre * zoom).clamp(min=0).minimum(IMAGE_SIZE - length * zoom)
    edges = start[:, None] + zoom[:, None] * at.clamp(min=0).minimum(length[:, None])
    new = torch.arange(IMAGE_SIZE, dtype=torch.float64)[None, :, None]
    return (edges[:, None] - new).clamp(0, 1).diff(dim=2).float()


def _features(images: Tensor, sides: Floats, free: Floats, reader: MLP, judging: MLP) -> Floats:
    """What speaks for or against each piece's being one digit: float64 [n, 7]."""
    if not len(images):
        return np.zeros((0, len(PIECE_WEIGHTS)))
    p = predict_proba(reader, images).amax(1).clamp(min=0.05).log()
    kinds = kinds_of(judging, images)
    columns = (
        np.ones(len(images)),
        p.numpy(),
        kinds[:, KINDS.index("digit")].clamp(min=1e-3).log().numpy(),
        kinds[:, KINDS.index("several digits")].numpy(),
        np.maximum(sides[:, 1] - 0.8, 0),  # too wide
        np.maximum(0.85 - sides[:, 0], 0),  # too low
        free,
    )
    return np.stack(columns, axis=1).astype(np.float64)


def best_way(lattice: Lattice) -> tuple[list[int], list[float]]:
    """Step 3: the best way through all seams, and how likely each of its cuts is.

    Returns:
        The seams it takes, with both ends; and for each but the ends, what all ways that cut near there have together.
    """
    count = len(lattice.seams.left)
    score = np.full((count, count), -np.inf)
    first, last = lattice.pairs.T
    score[first, last] = lattice.features @ PIECE_WEIGHTS + CUT_WEIGHT * lattice.seams.crossed[last]
    best, came_from = np.full(count, -np.inf), np.zeros(count, np.int64)
    best[0] = 0
    forward, backward = np.full(count, -np.inf), np.full(count, -np.inf)
    forward[0] = backward[-1] = 0
    for node in range(1, count):
        ways = best[:node] + score[:node, node]
        came_from[node], best[node] = ways.argmax(), ways.max()
        forward[node] = np.logaddexp.reduce(forward[:node] + score[:node, node])
    for node in range(count - 2, -1, -1):
        backward[node] = np.logaddexp.reduce(score[node, node + 1 :] + backward[node + 1 :])
    if not math.isfinite(best[-1]):
        return [0, count - 1], []
    way = [count - 1]
    while way[-1]:
        way.append(int(came_from[way[-1]]))
    way.reverse()
    likely = np.exp(forward + backward - forward[-1])
    left = lattice.seams.left
    near = [likely[1:-1][np.abs(left[1:-1] - left[node]) <= lattice.reach].sum() for node in way[1:-1]]
    return way, [min(float(each), 1.0) for each in near]


def _piece(line: Line, lattice: Lattice, pair: tuple[int, int], reader: MLP, judging: MLP) -> Piece:
    (which,) = np.flatnonzero((lattice.pairs == pair).all(1)).tolist()
    image, box = lattice.images[which], lattice.boxes[which]
    p = predict_proba(reader, image[None])[0]
    first, end = line.corner + box[::2] / line.zoom, line.corner + box[1::2] / line.zoom
    (top, left), (bottom, right) = np.floor(first).astype(int).tolist(), np.ceil(end).astype(int).tolist()
    return Piece(Box(top, bottom, left, right), image, p, judge(judging, image, p))


FAINT = 0.5  # of full ink: another digit of the row may be as faint, printed lines are fainter
SHARED = 0.6  # of the lower one's height: two neighbours that share so many rows of pixels stand on one line
TALL = 0.5  # of the main piece's height: what is that high may be a digit, wherever on the line it stands
NEAR = 0.5  # of the row's height: what is that near to a digit may be a stroke of it, or a decimal point
SMALL = 0.1  # of the row's height: what is not even that long is dirt


def row_of(found: Found) -> npt.NDArray[np.uint8]:
    """All ink of the row that was found on a photo, as if it had been drawn.

    ``read_picture`` looks for one digit, and for what is about as large. A row may have smaller ones, and strokes and
    decimal points beside each of them. What stands on another line is left out.

    Args:
        found: From ``read_picture`` or ``ink_of``.

    Returns:
        uint8 [H, W]: 0 for everything but ink, 255 for full ink.
    """
    full = float(np.quantile(found.darkness[found.mask], 0.7))
    numbers, _ = ndimage.label((found.darkness > FAINT * full) | found.mask, np.ones((3, 3)))
    boxes = np.array(_boxes(numbers))
    known = np.unique(numbers[found.mask]) - 1
    high = boxes[:, 1] - boxes[:, 0]
    sizes = np.bincount(numbers.ravel())[1:]
    main = int(known[(sizes[known] * (high[known] >= TALL * high[known].max())).argmax()])
    height = high[main]
    whole = _is_whole(boxes, numbers.shape)
    digits = _on_one_line(boxes, main, whole & (high >= TALL * height) & (high <= height / TALL))
    kept = np.isin(np.arange(len(boxes)), digits)
    top, bottom = boxes[digits, 0].min(), boxes[digits, 1].max()
    inside = (boxes[:, 0] >= top - NEAR * height) & (boxes[:, 1] <= bottom + NEAR * height)
    gap = np.maximum(boxes[:, None, 2] - boxes[None, kept, 3], boxes[None, kept, 2] - boxes[:, None, 3]).min(1)
    long = np.maximum(high, boxes[:, 3] - boxes[:, 2]) >= SMALL * height
    kept |= whole & inside & long & (gap <= NEAR * height)
    ink = grey_ink(found.darkness, np.isin(numbers, 1 + np.flatnonzero(kept)))
    thin = round((THINNEST / BOX_SIZE * height - stroke_width(ink)) / 2)
    if thin >= 1:
        ink = ndimage.grey_dilation(ink, footprint=np.hypot(*np.ogrid[-thin : thin + 1, -thin : thin + 1]) <= thin)
    return (255 * ink).round().astype(np.uint8)


def _on_one_line(boxes: Indices, main: int, is_tall: npt.NDArray[np.bool_]) -> list[int]:
    """Which of the tall boxes, [n, 4], stand beside the main one, or beside one that does; a row may rise or fall."""
    line = [main]
    aside = np.abs(boxes[:, 2:].sum(1) - boxes[main, 2:].sum())
    for which in np.argsort(aside, kind="stable").tolist():
        if which == main or not is_tall[which]:
            continue
        nearest = min(line, key=lambda other: abs(int(boxes[other, 2:].sum() - boxes[which, 2:].sum())))
        shared = min(boxes[which, 1], boxes[nearest, 1]) - max(boxes[which, 0], boxes[nearest, 0])
        if shared >= SHARED * min(np.diff(boxes[which, :2])[0], np.diff(boxes[nearest, :2])[0]):
            line.append(which)
    return line


def _is_whole(boxes: Indices, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Whether the picture's edge leaves each box, [n, 4], whole."""
    inner = np.concatenate((boxes[:, ::2] > 0, boxes[:, 1::2] < shape), axis=1)  # (n, 4)
    return np.asarray(inner.all(1), bool)
