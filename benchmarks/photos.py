"""How well digits are read from pictures of them, kind of picture by kind of picture.

    python benchmarks/photos.py
    python benchmarks/photos.py --pen-strokes pendigits-train.unipen --kinds felt box --misread FOLDER

There are no real photos in the project. These are made: ``benchmarks/picture_kinds.py`` says how. The digits are
generated ones, MNIST's validation images, and, where their file is named, pen strokes of real people. Above the kinds
stands how the very same digits are read when they are drawn on the canvas instead. An image of MNIST has a pen of its
own, so it is left out where the kind is one of pens.

MNIST is read from the folder named by MNIST_DATA_DIR, or from ``data`` in the project; nothing is downloaded.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks import pen_strokes
from benchmarks.camera import PLAIN, Cover, Pixels, jpeg, photograph
from benchmarks.machine import describe
from benchmarks.picture_kinds import KINDS, Kind
from mnist_core.data.generated import trace_digits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.handwriting.is_digit import judge, load_is_digit
from mnist_core.handwriting.opening import PhotoUnreadable
from mnist_core.handwriting.photo import read_picture
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import drawing_to_mnist
from mnist_core.network.checkpoint import load_shipped

FINE = 2  # by which ink is first drawn larger, then averaged
CANVAS_PEN = 18 / 200  # of a digit's length: the width of the brush on the canvas, in pixels, and how large people draw

Digits = list[tuple[int, Cover]]


def main() -> None:
    """Reads the command line, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=20, help="of each kind, for each source of digits (20)")
    parser.add_argument("--pen-strokes", type=Path, help="a UNIPEN file of digits, as in benchmarks/pen_strokes.py")
    parser.add_argument("--seed", type=int, default=0, help="which digits, and all that differs within a kind (0)")
    parser.add_argument("--kinds", nargs="+", metavar="PART", default=[""], help="those whose name has one of these")
    parser.add_argument("--misread", type=Path, help="a folder for the pictures that are not read right")
    options = parser.parse_args()
    torch.set_num_threads(1)  # a picture at a time is too little to share

    print(describe())
    print_speed()
    sources = {"generated digits": generated(options.photos, options.seed)}
    try:
        sources["MNIST, validation"] = of_mnist(options.photos)
    except DatasetUnavailable as reason:
        print(f"No pictures of MNIST's digits: {reason} Set MNIST_DATA_DIR to a folder that has it.")
    if options.pen_strokes:
        sources["pen strokes"] = of_people(options.pen_strokes, options.photos, options.seed)
    kinds = {name: kind for name, kind in KINDS.items() if any(part in name for part in options.kinds)}
    for source, digits in sources.items():
        is_image = source.startswith("MNIST")
        some = {name: kind for name, kind in kinds.items() if not (is_image and kind.is_of_strokes)}
        print_readings(source, digits, some, options.seed, options.misread)


def print_speed(repeats: int = 7) -> None:
    """Times the whole way from a file of 12 million pixels to a drawing."""
    _, cover = generated(1, seed=0)[0]
    photo = Image.fromarray(photograph(cover, PLAIN, np.random.default_rng(0))).resize((4000, 3000))
    noisy = np.asarray(photo) + np.random.default_rng(0).normal(0, 3, (3000, 4000, 3))
    content = jpeg(noisy.clip(0, 255).astype(np.uint8), quality=90)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        read_picture(content)
        seconds.append(time.perf_counter() - start)
    middle, worst = 1_000 * statistics.median(seconds), 1_000 * max(seconds)
    size = f"{len(content) / 2**20:.1f} MB"
    print(f"4000 × 3000 pixels, JPEG of {size}: {middle:.0f} ms (median of {repeats}, worst {worst:.0f})")


def generated(count: int, seed: int) -> Digits:
    """Digits that the program draws: labels and how to ink them."""
    labels = torch.arange(count) % 10
    path, _ = trace_digits(labels, torch.Generator().manual_seed(seed))
    return [
        (int(label), partial(ink, _strokes(points.numpy().astype(np.float64))))
        for label, points in zip(labels, path, strict=True)
    ]


def _strokes(points: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    """A path of evenly spaced points [n, 2], cut where the pen was lifted: where two lie far apart."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    return tuple(np.split(points, np.flatnonzero(steps > 3 * np.median(steps)) + 1))


def of_mnist(count: int) -> Digits:
    """Validation images of MNIST: labels and how to ink them."""
    validation = load_mnist(default_root(), download=False).validation
    return [
        (int(label), partial(enlarge, image))
        for label, image in zip(validation.labels[:count], validation.images[:count], strict=True)
    ]


def of_people(path: Path, count: int, seed: int) -> Digits:
    """Pen strokes of real people, some of the file chosen by chance: labels and how to ink them."""
    digits = pen_strokes.read_unipen(path)
    chosen = np.random.default_rng(seed).permutation(len(digits))[:count]
    return [(digits[index].label, partial(ink, digits[index].strokes)) for index in chosen]


def ink(strokes: tuple[npt.NDArray[np.float64], ...], pen: float, length: int) -> Pixels:
    """Inks strokes with a round pen.

    Args:
        strokes: Points [n, 2], x to the right, y downwards, in any unit.
        pen: Its width, as a share of the length.
        length: The longer side, in pixels.

    Returns:
        float32 [h, w] in 0..1, cut out to the ink.
    """
    points = np.concatenate(strokes)
    width = max(pen * length, 1.0) * FINE
    scale = (FINE * length - width) / max(float(np.ptp(points, axis=0).max()), 1e-9)
    extent = np.ceil(scale * np.ptp(points, axis=0) + width).astype(int)
    large = Image.new("L", tuple(extent.tolist()))
    brush, radius = ImageDraw.Draw(large), width / 2
    for stroke in strokes:
        path = scale * (stroke - points.min(0)) + radius
        brush.line([tuple(point) for point in path.tolist()], fill=255, width=round(width))
        for x, y in path.tolist():
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(large.reduce(FINE), np.float32) / np.float32(255)


def enlarge(image: Tensor, pen: float, length: int) -> Pixels:
    """An image of MNIST, torch.uint8 [28, 28], as ink with sharp edges; its pen is its own. Else as ``ink``."""
    grey = image.numpy()
    rows, columns = np.flatnonzero(grey.max(1)), np.flatnonzero(grey.max(0))
    cut = Image.fromarray(grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    zoom = length / max(cut.size)
    size = max(round(zoom * cut.width), 1), max(round(zoom * cut.height), 1)
    smooth = np.asarray(cut.resize(size, Image.Resampling.BICUBIC), np.float32) / 255
    return (zoom * (smooth - 0.5) + 0.5).clip(0, 1)  # a pixel of MNIST has grey edges; ink has none


NOTHING = -1  # in place of a digit, where no ink is found


@dataclass
class Tally:
    """How pictures were read: how many with the right digit, with a wrong one, and with none."""

    right: int = 0
    misread: int = 0
    refused: int = 0
    nothing: int = 0

    def line(self, name: str) -> str:
        """As a row of the table."""
        share = 100 / (self.right + self.misread + self.refused + self.nothing)
        not_named = self.refused + self.nothing
        return (
            f"  {name:42}{self.right * share:6.1f}{self.misread * share:9.1f}{not_named * share:11.1f}"
            f"{self.nothing * share:9.1f}"
        )


class Reader:
    """Both networks, which together name a digit or none."""

    def __init__(self) -> None:
        self.model, self.second = load_shipped(), load_is_digit()

    def name(self, drawing: npt.NDArray[np.uint8]) -> int | None:
        """The digit that is named; None if it is not sure."""
        image = drawing_to_mnist(drawing)
        p = predict_proba(self.model, image[None])[0]  # (1, 28, 28) -> (1, 10) -> (10,)
        return int(p.argmax()) if judge(self.second, image, p).is_digit else None

    def name_in(self, content: bytes) -> int | None:
        """The same of a file; ``NOTHING`` where nothing is found on it."""
        try:
            return self.name(read_picture(content).drawing)
        except PhotoUnreadable:
            return NOTHING


def print_readings(source: str, digits: Digits, kinds: dict[str, Kind], seed: int, folder: Path | None) -> None:
    """Makes pictures of digits of each kind, reads them, and prints how.

    Args:
        source: Where the digits are from.
        digits: Labels, and how to ink them.
        kinds: By name.
        seed: Of all that differs within a kind.
        folder: Where the pictures go that are not read right, if anywhere.
    """
    reader = Reader()
    print(f"{len(digits)} {source}, in %{'':25}right  misread  not named  nothing found")
    drawn = [(label, (255 * cover(CANVAS_PEN, 200)).astype(np.uint8)) for label, cover in digits]
    print(_count((label, reader.name(drawing)) for label, drawing in drawn).line("on the canvas"))
    for name, kind in kinds.items():
        answers = []
        for index, (label, cover) in enumerate(digits):
            content = kind.make(cover, np.random.default_rng((seed, index)))
            answers.append((label, reader.name_in(content)))
            if folder and answers[-1][1] != label:
                _keep(content, folder, f"{name}, {source}, {index}", *answers[-1])
        print(_count(answers).line(name), flush=True)


def _keep(content: bytes, folder: Path, name: str, label: int, answer: int | None) -> None:
    """Writes a picture into a folder, with what it shows and what was read in its name."""
    folder.mkdir(parents=True, exist_ok=True)
    read = {None: "refused", NOTHING: "with nothing found"}.get(answer, f"read as {answer}")
    ending = "png" if content[1:4] == b"PNG" else "jpg"
    (folder / f"{name}, a {label} {read}.{ending}").write_bytes(content)


def _count(answers: Iterable[tuple[int, int | None]]) -> Tally:
    """Counts pairs of labels and answers."""
    tally = Tally()
    for label, answer in answers:
        if answer is None:
            tally.refused += 1
        elif answer == NOTHING:
            tally.nothing += 1
        elif answer == label:
            tally.right += 1
        else:
            tally.misread += 1
    return tally


if __name__ == "__main__":
    main()
