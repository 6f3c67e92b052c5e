"""How well digits are read from photos of them, kind of photo by kind of photo.

    python benchmarks/photos.py
    python benchmarks/photos.py --pen-strokes pendigits-train.unipen

There are no real photos in the project. These are made: a digit is inked on paper, lit, photographed (blurred, with
noise) and saved as JPEG. The digits are generated ones, MNIST's validation images, and, where their file is named, pen
strokes of real people. Beside each kind of photo stands how many of the very same digits the network reads when they
are drawn on the canvas instead.

MNIST is read from the folder named by MNIST_DATA_DIR, or from ``data`` in the project; nothing is downloaded.
"""

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw, ImageFilter
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks import pen_strokes
from benchmarks.machine import describe
from mnist_core.data.generated import trace_digits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.handwriting.photo import PhotoUnreadable, read_picture
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import drawing_to_mnist
from mnist_core.network.checkpoint import load_shipped

HEIGHT, WIDTH = 600, 800  # pixels of a photo
FINE = 2  # by which ink is first drawn larger, then averaged
CANVAS_PEN = 18 / 200  # of a digit's length: the width of the brush on the canvas, in pixels, and how large people draw

Pixels = npt.NDArray[np.float32]
Colour = tuple[int, int, int]
Cover = Callable[[float, int], Pixels]  # a digit: the pen's width over the digit's length, pixels -> ink in 0..1


@dataclass(frozen=True)
class Scene:
    """How a photo was taken. Lengths are shares of the photo's height, unless a line says otherwise.

    Attributes:
        paper: Its colour, in 0..255.
        ink: The pen's colour.
        pen: The pen's width, as a share of the digit's length.
        length: The digit's longer side.
        ruling: What is printed on the paper: "", "lines" or "squares".
        turn: The sheet may be turned by as many degrees either way.
        gradient: By how much the light fades from one side of the photo to the other.
        shadow: How dark a shadow over half the photo is.
        noise: The camera's, in 0..255.
        quality: Of the JPEG.
        grain: How much of the ink did not stick, as with chalk.
        table: Whether the table shows beside the sheet.
    """

    paper: Colour = (236, 234, 228)
    ink: Colour = (40, 40, 46)
    pen: float = 0.07
    length: float = 0.5
    ruling: str = ""
    turn: float = 0.0
    gradient: float = 0.1
    shadow: float = 0.0
    noise: float = 3.0
    quality: int = 85
    grain: float = 0.0
    table: bool = False


PLAIN = Scene()
SCENES = {
    "plain paper": PLAIN,
    "light from one side": replace(PLAIN, gradient=0.6),
    "the edge of a shadow": replace(PLAIN, shadow=0.5),
    "noise": replace(PLAIN, noise=20.0),
    "JPEG of quality 20": replace(PLAIN, quality=20, noise=6.0),
    "blue ballpoint on cream": replace(PLAIN, paper=(240, 226, 196), ink=(48, 62, 150), pen=0.035),
    "ruled paper": replace(PLAIN, ruling="lines", ink=(40, 50, 130), pen=0.04),
    "squared paper": replace(PLAIN, ruling="squares", ink=(40, 50, 130), pen=0.04),
    "turned by up to 5°": replace(PLAIN, turn=5.0, ruling="lines"),
    "white chalk on a board": replace(PLAIN, paper=(44, 62, 54), ink=(225, 225, 218), grain=0.35),
    "pencil": replace(PLAIN, ink=(128, 128, 130), pen=0.03),
    "thin pen, 1.5 %": replace(PLAIN, pen=0.015),
    "marker, 14 %": replace(PLAIN, pen=0.14),
    "small, a sixth of the height": replace(PLAIN, length=0.17),
    "close, five sixths of it": replace(PLAIN, length=0.84),
    "the table's edge": replace(PLAIN, table=True, turn=5.0),
    "table, shadow, squares, thin": replace(PLAIN, table=True, shadow=0.35, ruling="squares", pen=0.025, turn=3.0),
}


def main() -> None:
    """Reads the command line, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=200, help="of each kind, for each source of digits (200)")
    parser.add_argument("--pen-strokes", type=Path, help="a UNIPEN file of digits, as in benchmarks/pen_strokes.py")
    parser.add_argument("--seed", type=int, default=0, help="which digits, and how the photos are taken (0)")
    parser.add_argument("--only", help="only the kinds of photo whose name contains this")
    options = parser.parse_args()

    print(describe())
    print_speed()
    sources = {"generated digits": generated(options.photos, options.seed)}
    try:
        sources["MNIST, validation"] = of_mnist(options.photos)
    except DatasetUnavailable as reason:
        print(f"No photos of MNIST's digits: {reason} Set MNIST_DATA_DIR to a folder that has it.")
    if options.pen_strokes:
        sources["pen strokes"] = of_people(options.pen_strokes, options.photos, options.seed)
    scenes = {name: scene for name, scene in SCENES.items() if (options.only or "") in name}
    for name, digits in sources.items():
        print_accuracy(name, digits, scenes, options.seed)


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


def generated(count: int, seed: int) -> list[tuple[int, Cover]]:
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


def of_mnist(count: int) -> list[tuple[int, Cover]]:
    """Validation images of MNIST: labels and how to ink them."""
    validation = load_mnist(default_root(), download=False).validation
    return [
        (int(label), partial(enlarge, image))
        for label, image in zip(validation.labels[:count], validation.images[:count], strict=True)
    ]


def of_people(path: Path, count: int, seed: int) -> list[tuple[int, Cover]]:
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


def photograph(cover: Cover, scene: Scene, generator: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Takes a photo of a digit.

    Args:
        cover: The digit.
        scene: How the photo is taken.
        generator: Draws where the digit stands, from where the light comes, and the noise.

    Returns:
        uint8 [HEIGHT, WIDTH, 3].
    """
    turn = np.radians(generator.uniform(-scene.turn, scene.turn))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32) / HEIGHT
    x, y = x - WIDTH / HEIGHT / 2, y - 0.5  # the middle of the photo is 0
    across, down = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x  # along the sheet

    sheet = np.array(scene.paper, np.float32) * np.ones((HEIGHT, WIDTH, 1), np.float32)
    sheet = _blend(sheet, _ruling(scene.ruling, across, down), (150, 178, 214))
    sheet = _blend(sheet, _placed(cover, scene, turn, generator), scene.ink)
    if scene.table:
        beyond = np.minimum(across + generator.uniform(0.5, 0.62), 0.62 - across)  # to the sheet's nearer edge
        sheet = _blend(sheet, (0.5 - HEIGHT * beyond).clip(0, 1), (104, 72, 48))
    pixels = sheet * _light(scene, x, y, generator)[..., None]
    blurred = Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    noise = scene.noise * generator.standard_normal((HEIGHT, WIDTH, 3), np.float32)
    photo: npt.NDArray[np.uint8] = (np.asarray(blurred) + noise).clip(0, 255).astype(np.uint8)
    return photo


def _placed(cover: Cover, scene: Scene, turn: float, generator: np.random.Generator) -> Pixels:
    """The digit's ink on the whole photo, near its middle: float32 [HEIGHT, WIDTH] in 0..1."""
    ink = Image.fromarray((255 * cover(scene.pen, round(scene.length * HEIGHT))).astype(np.uint8))
    ink = ink.rotate(-np.degrees(turn), Image.Resampling.BILINEAR, expand=True)
    photo = Image.new("L", (WIDTH, HEIGHT))
    room = min((1 - scene.length) / 2, 0.12) * HEIGHT
    shift = generator.uniform(-0.8, 0.8, 2) * room
    photo.paste(ink, (round((WIDTH - ink.width) / 2 + shift[0]), round((HEIGHT - ink.height) / 2 + shift[1])))
    stuck = 1 - scene.grain * generator.uniform(0, 2, (HEIGHT, WIDTH)).clip(0, 1) if scene.grain else 1
    return (np.asarray(photo) / 255 * stuck).astype(np.float32)


def _ruling(kind: str, across: Pixels, down: Pixels) -> Pixels:
    """The lines printed on the paper, as float32 [HEIGHT, WIDTH] in 0..1."""
    apart, width = (0.09, 0.0035) if kind == "lines" else (0.05, 0.003)
    ways = {"": [], "lines": [down], "squares": [across, down]}[kind]
    lines = [((width / 2 - np.abs((way + 10) % apart - apart / 2)) * HEIGHT + 0.5).clip(0, 1) for way in ways]
    return np.max(lines, axis=0) if lines else np.zeros_like(down)


def _light(scene: Scene, x: Pixels, y: Pixels, generator: np.random.Generator) -> Pixels:
    """How much light falls where: float32 [HEIGHT, WIDTH] in 0..1."""
    angle, edge = generator.uniform(0, 2 * np.pi, 2)
    far = WIDTH / HEIGHT
    light = 1 - scene.gradient * (0.5 + (np.cos(angle) * x + np.sin(angle) * y) / far)
    beyond = np.cos(edge) * x + np.sin(edge) * y - generator.uniform(-0.2, 0.2)
    shaded: Pixels = light * (1 - scene.shadow * (beyond / 0.02 + 0.5).clip(0, 1))  # 2 %: half-shadow
    return shaded.astype(np.float32)


def _blend(below: Pixels, cover: Pixels, colour: Colour) -> Pixels:
    """Colour over what is below, as much as ``cover`` [HEIGHT, WIDTH] in 0..1 says."""
    return below + cover[..., None] * (np.array(colour, np.float32) - below)


def jpeg(pixels: npt.NDArray[np.uint8], quality: int) -> bytes:
    """A photo, uint8 [H, W, 3], as a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


def print_accuracy(source: str, digits: list[tuple[int, Cover]], scenes: dict[str, Scene], seed: int) -> None:
    """Photographs digits in each way, reads them, and prints how many are read rightly."""
    model = load_shipped()
    labels = torch.tensor([label for label, _ in digits])
    drawn = torch.stack([drawing_to_mnist((255 * cover(CANVAS_PEN, 200)).astype(np.uint8)) for _, cover in digits])
    clean = (predict_proba(model, drawn).argmax(1) == labels).double().mean().item()
    print(f"{len(digits)} {source}; on the canvas the network reads {clean:.1%}. On photos:")
    for name, scene in scenes.items():
        images, unreadable = torch.zeros(len(digits), 28, 28), 0
        for index, (_, cover) in enumerate(digits):
            photo = photograph(cover, scene, np.random.default_rng((seed, index)))
            try:
                images[index] = drawing_to_mnist(read_picture(jpeg(photo, scene.quality)).drawing)
            except PhotoUnreadable:
                unreadable += 1
        right = (predict_proba(model, images).argmax(1) == labels).double().mean().item()
        print(
            f"  {name:30} {right:6.1%}  ({100 * (right - clean):+.1f} points; no ink found on {unreadable})", flush=True
        )


if __name__ == "__main__":
    main()
