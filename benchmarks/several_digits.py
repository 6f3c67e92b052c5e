"""How well rows of two to eight digits are cut and read.

    python benchmarks/several_digits.py
    python benchmarks/several_digits.py --pen-strokes pendigits-train.unipen
    python benchmarks/several_digits.py --fit

Rows are made of MNIST's validation images and, where their file is named, of pen strokes of real people, in three ways:
spaced, tight (the columns of neighbours may overlap, but their ink does not touch), and touching. Each row is read as
it may stand on the canvas, and from a photo of it. A cut is right if it leaves each digit whole, but for a crumb.

``--fit`` finds the weights of ``mnist_core.handwriting.several`` anew, from rows of MNIST's training images and of
generated digits, and prints them.

MNIST is read from the folder named by MNIST_DATA_DIR, or from ``data`` in the project; nothing is downloaded.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks import photos
from benchmarks.camera import SCENES, Cover, Pixels, jpeg, photograph
from benchmarks.machine import describe
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.handwriting import several
from mnist_core.handwriting.is_digit import load_is_digit
from mnist_core.handwriting.opening import PhotoUnreadable
from mnist_core.handwriting.photo import read_picture
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP

CANVAS = 280  # pixels a side
MARGIN = 6  # pixels
TALLEST = 130  # pixels: how high a digit of a row is drawn at most
THINNEST = 6  # pixels of the brush
WAYS = ("spaced", "tight", "touching")
CRUMB = 0.15  # of a digit's ink, which may be cut off it

Digit = tuple[int, Cover]


@dataclass(frozen=True, eq=False)
class Made:
    """A row of digits.

    Attributes:
        labels: From left to right.
        inks: Each digit's own ink, float32 [h, w] in 0..1, all of one size.
    """

    labels: tuple[int, ...]
    inks: tuple[Pixels, ...]

    @property
    def ink(self) -> Pixels:
        """All of it."""
        whole: Pixels = np.max(self.inks, axis=0)
        return whole


def make_row(digits: Sequence[Digit], way: str, height: int, pen: float, generator: np.random.Generator) -> Made:
    """Sets digits side by side.

    Args:
        digits: Labels, and how to ink them.
        way: One of ``WAYS``.
        height: Of a digit, in pixels, more or less.
        pen: The pen's width, as a share of the height.
        generator: Draws sizes, gaps, and how far each stands above or below the line.
    """
    placed: list[tuple[int, int, Pixels]] = []
    right = np.full(2 * height, -10_000)  # of the ink so far, for each row of pixels
    for _, cover in digits:
        ink = _as_high(cover, pen, round(height * generator.uniform(0.85, 1.1)))
        top = round(height * (0.45 + generator.uniform(-0.08, 0.08)) - (len(ink) - height) / 2)
        solid = ink > 0.5
        first = np.where(solid.any(1), solid.argmax(1), 10_000)
        last = np.where(solid.any(1), solid.shape[1] - 1 - solid[:, ::-1].argmax(1), -10_000)
        rows = slice(top, top + len(ink))
        gap = {
            "spaced": generator.uniform(0.12, 0.4) * height,
            "tight": generator.uniform(0.03, 0.1) * height,
            "touching": -generator.uniform(0, 0.35) * pen * height,
        }[way]
        # How near it may come: until the ink is that near to ink of the same row of pixels, or of the rows beside it.
        reach = max(round(gap), 1) if way != "touching" else 1
        near = np.array([right[max(row - reach, 0) : row + reach + 1].max() for row in range(2 * height)])
        left = max(int((near[rows] - first).max() + 1 + round(gap)), -10_000)
        left = left if placed else 0
        # Beside a digit with which it shares no row, it stands behind its middle.
        if placed:
            left = max(left, placed[-1][1] + placed[-1][2].shape[1] // 2)
        placed.append((top, left, ink))
        right[rows] = np.maximum(right[rows], left + last)
    width = max(left + ink.shape[1] for _, left, ink in placed)
    start = min(left for _, left, _ in placed)
    inks = []
    for top, left, ink in placed:
        whole = np.zeros((2 * height, width - start), np.float32)
        whole[top : top + len(ink), left - start : left - start + ink.shape[1]] = ink
        inks.append(whole)
    return Made(tuple(label for label, _ in digits), tuple(inks))


def _as_high(cover: Cover, pen: float, height: int) -> Pixels:
    """A digit's ink of a given height; a flat one is as wide as it must be."""
    ink = cover(pen, height)
    for _ in range(2):
        if len(ink) < height:  # its longer side is its width
            longer = round(height * max(ink.shape) / len(ink))
            ink = cover(pen * height / longer, longer)
    return ink[: 3 * height // 2]


def on_canvas(made: Made, generator: np.random.Generator) -> Made:
    """The same row somewhere on a canvas; made smaller, if it does not fit."""
    whole = made.ink
    rows, columns = np.flatnonzero(whole.max(1) > 0), np.flatnonzero(whole.max(0) > 0)
    inks = [ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] for ink in made.inks]
    height, width = inks[0].shape
    room = CANVAS - 2 * MARGIN
    if max(height, width) > room:
        raise ValueError(f"A row of {height} × {width} pixels does not fit on the canvas.")
    top, left = (MARGIN + round(generator.uniform(0, room - side)) for side in (height, width))
    placed = []
    for ink in inks:
        canvas = np.zeros((CANVAS, CANVAS), np.float32)
        canvas[top : top + height, left : left + width] = ink
        placed.append(canvas)
    return Made(made.labels, tuple(placed))


def row_for_canvas(digits: Sequence[Digit], way: str, generator: np.random.Generator) -> Made:
    """A row as large as it fits on the canvas, or smaller, drawn with a brush that suits it."""
    height = TALLEST
    largest = generator.uniform(0.75, 1)
    state = generator.bit_generator.state
    while True:
        generator.bit_generator.state = state
        brush = max(THINNEST, generator.uniform(0.08, 0.14) * height)
        made = make_row(digits, way, height, brush / height, generator)
        whole = made.ink
        width, high = np.ptp(np.flatnonzero(whole.max(0) > 0)), np.ptp(np.flatnonzero(whole.max(1) > 0))
        if max(width, high) < largest * (CANVAS - 2 * MARGIN) or height <= 14:
            return on_canvas(made, generator)
        height = min(height - 1, int(height * largest * (CANVAS - 2 * MARGIN) / max(width, high)))


def drawing_of(made: Made) -> npt.NDArray[np.uint8]:
    """The row as a drawing."""
    return (255 * made.ink).round().astype(np.uint8)


def boundaries(made: Made, paths: npt.NDArray[np.float64]) -> list[int | None]:
    """Which boundary each path cuts at: i if it leaves digits 0..i-1 on its left, None if it cuts a digit.

    Args:
        made: The row.
        paths: [n, H]: for each row of pixels of the drawing, the first column to the right.
    """
    until = [np.concatenate((np.zeros((ink.shape[0], 1)), ink.cumsum(1)), axis=1) for ink in made.inks]
    found: list[int | None] = []
    for path in paths:
        columns = path.round().astype(int).clip(0, made.inks[0].shape[1])
        shares = [u[np.arange(len(u)), columns].sum() / u[:, -1].sum() for u in until]
        left = sum(share > 0.5 for share in shares)
        is_clean = all(share > 1 - CRUMB for share in shares[:left]) and all(share < CRUMB for share in shares[left:])
        found.append(left if is_clean else None)
    return found


def whole_path(path: Sequence[tuple[float, float]], height: int) -> npt.NDArray[np.float64]:
    """A cut's path as a column for each row of pixels of the drawing."""
    down, across = np.array(path).T
    columns: npt.NDArray[np.float64] = np.interp(np.arange(height) + 0.5, down, across)
    return columns


def edits(a: str, b: str) -> int:
    """How many digits have to be changed, put in or left out to make one text of the other."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


@dataclass
class Tally:
    """What was counted of some rows."""

    rows: int = 0
    right: int = 0
    digits: int = 0
    digits_right: int = 0
    sure: int = 0
    sure_right: int = 0
    unsure: int = 0
    unsure_right: int = 0
    named: int = 0
    named_right: int = 0

    def add(self, made: Made, row: several.Row, *, with_cuts: bool) -> None:
        """Counts one row."""
        truth, read = "".join(map(str, made.labels)), "".join(str(piece.digit) for piece in row.pieces)
        self.rows += 1
        self.right += truth == read
        self.digits += len(truth)
        self.digits_right += max(len(truth) - edits(truth, read), 0)
        self.named += row.text.find("?") < 0 and bool(row.pieces)
        self.named_right += row.text == truth
        if not with_cuts or not row.pieces:
            return
        height = made.inks[0].shape[0]
        found = boundaries(made, np.array([whole_path(cut.path, height) for cut in row.cuts]))
        for cut, boundary in zip(row.cuts, found, strict=True):
            is_right = boundary is not None and 0 < boundary < len(truth)
            if cut.is_sure:
                self.sure, self.sure_right = self.sure + 1, self.sure_right + is_right
            else:
                self.unsure, self.unsure_right = self.unsure + 1, self.unsure_right + is_right


def _share(part: int, whole: int) -> str:
    return f"{part / whole:6.1%}" if whole else "     –"


def print_canvas(name: str, digits: list[Digit], reader: MLP, judging: MLP, rows: int, seed: int) -> None:
    """Rows on the canvas, by way and by count."""
    print(f"\n{name}, on the canvas, {rows} rows of each count and way\n")
    print_head()
    seconds = []
    for way in WAYS:
        whole = Tally()
        for count in range(several.FEWEST, several.MOST + 1):
            tally = Tally()
            for index in range(rows):
                generator = np.random.default_rng((seed, count, index, WAYS.index(way)))
                chosen = [digits[i] for i in generator.integers(len(digits), size=count)]
                made = row_for_canvas(chosen, way, generator)
                start = time.process_time()
                row = several.read_row(drawing_of(made), reader, judging)
                seconds.append(time.process_time() - start)
                for each in (tally, whole):
                    each.add(made, row, with_cuts=True)
            print_tally(way, str(count), tally)
        print_tally(f"**{way}**", "all", whole)
    middle, worst = 1_000 * np.median(seconds), 1_000 * max(seconds)
    print(f"\nOne row takes the processor {middle:.0f} ms (median; worst {worst:.0f}).", flush=True)


ON_PHOTOS = ("plain paper", "the edge of a shadow", "squared paper", "white chalk on a board")
HIGH = 160  # pixels: of a digit that is to be photographed
LONG = 1.1  # of the photo's height: the longer side of the row; the photo is wider than that


def print_photos(name: str, digits: list[Digit], reader: MLP, judging: MLP, rows: int, seed: int) -> None:
    """Rows on photos, by the kind of photo: spaced and tight, of all counts in turn."""
    print(f"\n{name}, on photos, {2 * rows} rows of each kind, spaced and tight\n")
    print_head()
    counts = several.MOST - several.FEWEST + 1
    for kind in ON_PHOTOS:
        tally = Tally()
        for index in range(2 * rows):
            generator = np.random.default_rng((seed, index, ON_PHOTOS.index(kind), 1))
            chosen = [digits[i] for i in generator.integers(len(digits), size=several.FEWEST + index // 2 % counts)]
            made = make_row(chosen, WAYS[index % 2], HIGH, SCENES[kind].pen, generator)
            scene = replace(SCENES[kind], length=LONG)
            content = jpeg(photograph(partial(_as_long, made.ink), scene, generator), scene.quality)
            try:
                row = several.read_row(several.row_of(read_picture(content)), reader, judging)
            except PhotoUnreadable:
                row = several.Row(said="nothing")
            tally.add(made, row, with_cuts=False)
        print_tally(kind, "2 to 8", tally)


def _as_long(whole: Pixels, pen: float, length: int) -> Pixels:
    """A row's ink, cut out, its longer side so many pixels; the pen is its own."""
    rows, columns = np.flatnonzero(whole.max(1) > 0), np.flatnonzero(whole.max(0) > 0)
    part = whole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    zoom = length / max(part.shape)
    size = max(round(zoom * part.shape[1]), 1), max(round(zoom * part.shape[0]), 1)
    picture = Image.fromarray((255 * part).round().astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(picture, np.float32) / np.float32(255)


def print_head() -> None:
    """The head of the table."""
    names = (
        "way",
        "digits",
        "rows right",
        "digits right",
        "all named, right",
        "sure cuts",
        "sure right",
        "unsure right",
    )
    print(f"| {' | '.join(names)} |\n| --- |{' ---: |' * (len(names) - 1)}")


def print_tally(way: str, count: str, tally: Tally) -> None:
    """A line of the table."""
    cells = (
        _share(tally.right, tally.rows),
        _share(tally.digits_right, tally.digits),
        _share(tally.named_right, tally.rows),
        _share(tally.sure, tally.sure + tally.unsure),
        _share(tally.sure_right, tally.sure),
        _share(tally.unsure_right, tally.unsure),
    )
    print(f"| {way} | {count} | " + " | ".join(cells) + " |", flush=True)


COUNTS = (1, 2, 2, 3, 3, 4, 5, 6, 7, 8)  # digits of the rows to learn from; most that people write are short


def fit(reader: MLP, judging: MLP, rows: int, seed: int) -> None:
    """Finds the weights of the pieces and of a cut for which the right ways to cut are likeliest, and prints them."""
    sources = (_to_learn_from(5_000), photos.generated(5_000, seed + 1))
    found = []
    for index in range(rows):
        generator = np.random.default_rng((seed, index, 7))
        digits = sources[index % 2]
        chosen = [digits[i] for i in generator.integers(len(digits), size=COUNTS[index // 6 % len(COUNTS)])]
        made = row_for_canvas(chosen, WAYS[index // 2 % 3], generator)
        line = several.straighten((drawing_of(made) / 255).astype(np.float32))
        assert not isinstance(line, str)
        lattice = several.build(line, reader, judging)
        paths = [whole_path(line.on_the_drawing(path), CANVAS) for path in lattice.seams.paths]
        at = boundaries(made, np.array(paths))
        at[0], at[-1] = 0, len(chosen)
        found.append((lattice, at))
    weights = torch.tensor([*several.PIECE_WEIGHTS, several.CUT_WEIGHT], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        losses = [_loss(lattice, at, weights) for lattice, at in found]
        loss = torch.stack([each for each in losses if each.isfinite()]).mean() + 0.002 * weights.square().sum()
        loss.backward()
        return loss

    for _ in range(2):
        loss = optimizer.step(closure).detach()
    missed = sum(not _loss(lattice, at, weights).isfinite() for lattice, at in found)
    print(f"{rows} rows, of {missed} no right way is among the seams; mean loss {loss.item():.3f}")
    print(
        "PIECE_WEIGHTS", [round(each, 2) for each in weights.tolist()[:-1]], "CUT_WEIGHT", round(weights[-1].item(), 2)
    )


def _to_learn_from(count: int) -> list[Digit]:
    """Training images of MNIST: labels and how to ink them."""
    train = load_mnist(default_root(), download=False).train
    return [
        (int(label), partial(photos.enlarge, image))
        for label, image in zip(train.labels[:count], train.images[:count], strict=True)
    ]


def _loss(lattice: several.Lattice, at: list[int | None], weights: Tensor) -> Tensor:
    """Minus the logarithm of what all right ways have together, of all ways."""
    first, last = (torch.from_numpy(each) for each in lattice.pairs.T)
    crossed = torch.from_numpy(lattice.seams.crossed)
    score = torch.from_numpy(lattice.features) @ weights[:-1] + weights[-1] * crossed[last]
    place = torch.tensor([-10 if each is None else each for each in at])
    is_right = place[last] == place[first] + 1
    return _all_ways(score, first, last, len(at)) - _all_ways(score[is_right], first[is_right], last[is_right], len(at))


def _all_ways(score: Tensor, first: Tensor, last: Tensor, count: int) -> Tensor:
    """The logarithm of the sum over all ways from the first to the last seam."""
    table = torch.full((count, count), -torch.inf, dtype=torch.float64).index_put((first, last), score)
    reached = [torch.zeros((), dtype=torch.float64)]
    for node in range(1, count):
        ways = torch.stack(reached) + table[:node, node]
        is_way = ways.isfinite()
        reached.append(ways[is_way].logsumexp(0) if is_way.any() else torch.tensor(-torch.inf, dtype=torch.float64))
    return reached[-1]


def main() -> None:
    """Reads the command line, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=50, help="of each count, way and source (50)")
    parser.add_argument("--pen-strokes", type=Path, help="a UNIPEN file of digits, as in benchmarks/pen_strokes.py")
    parser.add_argument("--seed", type=int, default=0, help="which digits, and how they stand (0)")
    parser.add_argument("--fit", action="store_true", help="find the weights of the module anew, and stop")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(describe())
    reader, judging = load_shipped(), load_is_digit()
    if options.fit:
        fit(reader, judging, 12 * options.rows, options.seed)
        return
    sources = {}
    try:
        sources["MNIST, validation"] = photos.of_mnist(5_000)
    except DatasetUnavailable as reason:
        print(f"No rows of MNIST's digits: {reason} Set MNIST_DATA_DIR to a folder that has it.")
    if options.pen_strokes:
        sources["Pen strokes"] = photos.of_people(options.pen_strokes, 7_494, options.seed)
    for name, digits in sources.items():
        print_canvas(name, digits, reader, judging, options.rows, options.seed)
        print_photos(name, digits, reader, judging, options.rows, options.seed)


if __name__ == "__main__":
    main()
