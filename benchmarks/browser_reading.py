"""The browser's own reading beside the program's: the same drawings, the same networks, in JavaScript and in torch.

A network on a page reads a stroke while it is drawn, in the browser (``ui/components/network_reading.js``); the server
reads it once more when the pen is lifted. This says by how much the two differ, for the tests and as a table. Needs the
development tools and Chromium; nothing is downloaded. Networks are trained on MNIST where it is on disk
(MNIST_DATA_DIR, else data/), else on generated digits.

    python benchmarks/browser_reading.py
"""

import argparse
import base64
import itertools
import json
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from playwright.sync_api import Page, sync_playwright
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from benchmarks.pen_strokes import CANVAS, Stroke, ink, place
from mnist_core.data.dataset import Splits
from mnist_core.data.generated import generated_splits, make_digits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.data.styles import STYLES
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import BlankDrawing, drawing_to_mnist, sample_drawing
from mnist_core.network.checkpoint import dumps, load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, TrainingDiverged, fit, new_model
from tests.browser.conftest import QUIET, chromium
from tests.conftest import PROJECT
from ui.drawing.network import packed

READING = PROJECT / "ui" / "components" / "network_reading.js"  # alone: it needs none of the other files
BRUSHES = (8, 12, 18, 24, 30)  # pixels: from the thinnest to the thickest of the drawing page
PAPER = 25  # of 255: what is no brighter is no ink

Grey = npt.NDArray[np.uint8]  # [280, 280]
View = dict[str, Any]  # as ``mnist_core.network.view.NetworkView``, by the names of its attributes

# Around the module's own functions: how drawings and weights come in, and numbers go out.
AROUND = """
  const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const inflated = async (base64) => {
    const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  }
  const plainly = (key, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value)
  async function prepareAll([packed, side]) {
    const greys = await inflated(packed)
    window.images = []
    for (let at = 0; at < greys.length; at += side * side)
      window.images.push(prepare(greys.subarray(at, at + side * side), side, side))
    return JSON.stringify(window.images, plainly)
  }
  function readAll(weights) {
    window.network = openNetwork(bytesOf(weights).buffer)
    return JSON.stringify(window.images.map((image) => image && run(window.network, image).p))
  }
  function lookAt([number, keep, pins, pair]) {
    const ran = run(window.network, window.images[number])
    const view = look(window.network, ran, keep, pins, pair)
    const details = [...view.layers, view.output].map(({ shown }, layer) =>
      shown.map((number) => detail(window.network, ran, { layer, number })))
    return JSON.stringify({ view, details }, plainly)
  }
"""


class BrowserReader:
    """The module in a blank page.

    Args:
        page: Of Chromium; it is left empty but for the module.
        drawings: What is read, each uint8 [280, 280].

    Attributes:
        images: What the browser makes of each drawing, torch.float32 [28, 28]; None where it finds no ink.
    """

    def __init__(self, page: Page, drawings: Sequence[Grey]) -> None:
        self._page = page
        page.goto("about:blank")
        page.add_script_tag(content=READING.read_text(encoding="utf-8") + AROUND)
        greys = base64.b64encode(zlib.compress(np.stack(drawings).tobytes(), 1)).decode()
        found = json.loads(page.evaluate("prepareAll", [greys, CANVAS]))
        self.images: list[Tensor | None] = [
            None if image is None else torch.tensor(image).view(28, 28) for image in found
        ]

    def read(self, weights: bytes) -> list[Tensor | None]:
        """The ten probabilities for each drawing, torch.float32 [10]; None for a blank one.

        Args:
            weights: A file as a page sends it. ``look`` then looks at the same network.
        """
        found = json.loads(self._page.evaluate("readAll", base64.b64encode(weights).decode()))
        return [None if p is None else torch.tensor(p) for p in found]

    def look(
        self,
        number: int,
        keep: View | None = None,
        pins: Sequence[tuple[int, int]] = (),
        pair: tuple[int, int] | None = None,
    ) -> tuple[View, list[list[View]]]:
        """What is drawn of the network last read with.

        Args:
            number: Of the drawing.
            keep: The view before.
            pins: Neurons that are drawn whatever they pass on, each a layer and a number.
            pair: Two digits: those neurons are drawn that say most of the one or the other.

        Returns:
            The view, and for each layer, the output last, what is said of each of its neurons that are drawn.
        """
        pinned = [{"layer": layer, "number": place} for layer, place in pins]
        found = json.loads(self._page.evaluate("lookAt", [number, keep, pinned, pair]))
        return found["view"], found["details"]


def prepared(drawings: Sequence[Grey]) -> list[Tensor | None]:
    """What the program itself makes of each drawing; None where it finds no ink."""
    return [_prepared(drawing) for drawing in drawings]


def _prepared(drawing: Grey) -> Tensor | None:
    try:
        return drawing_to_mnist(drawing)
    except BlankDrawing:
        return None


def largest_difference(ours: Sequence[Tensor | None], theirs: Sequence[Tensor | None]) -> float:
    """Of any two numbers in the same place; infinite if only one of the two found something to read."""
    if any((a is None) != (b is None) for a, b in zip(ours, theirs, strict=True)):
        return float("inf")
    return max((a - b).abs().max().item() for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None)


def probabilities(model: MLP, images: Sequence[Tensor | None]) -> list[Tensor | None]:
    """What the program reads in each image."""
    found = iter(predict_proba(model, torch.stack([image for image in images if image is not None])))
    return [None if image is None else next(found) for image in images]


# Drawings.


def drawings() -> dict[str, list[Grey]]:
    """All that is read, by kind: 223 drawings as the canvas would give them."""
    random = np.random.default_rng(0)
    return {
        "digits": [written(digit, brush, random) for digit in range(10) for brush in (*BRUSHES, *BRUSHES)],
        "at the edges": _at_the_edges(random),
        "tiny": [_placed(digit, 8, 14, (0.1 * digit, 0.5), random) for digit in range(10)],
        "huge": [_placed(digit, 30, 279, (0.5, 0.5), random) for digit in range(10)],
        "dots": [ink([np.array([[x, 140.0]])], brush) for brush in (8, 14, 22, 30) for x in (140.0, 279.0)],
        "strokes in a corner": _corner_strokes(),
        "scribbles": [_scribble(random, length) for length in range(6, 26)],
        "thin lines": _thin_lines(),
        "faint": [_faint(written(digit, 18, random), 26 + 18 * digit) for digit in range(10)],
        "two digits": [_pair(digit, random) for digit in range(12)],
        "samples": [sample_drawing(image, seed).numpy() for seed, image in enumerate(make_digits(10, seed=3).images)],
        "blank": [np.full((CANVAS, CANVAS), grey, np.uint8) for grey in (0, PAPER)]
        + [_faint(written(7, 18, random), PAPER)],
    }


def _strokes(digit: int, random: np.random.Generator) -> list[Stroke]:
    """One of the forms in which the program itself writes a digit: for each stroke its points [n, 2]."""
    forms = [form for style in STYLES if style.digit == digit for form in style.forms]
    chosen = forms[random.integers(len(forms))].replace("!", "")
    return [np.array([point.split(",") for point in stroke.split()], float) for stroke in chosen.split("|")]


def written(digit: int, brush: int, random: np.random.Generator) -> Grey:
    """A digit as large as people draw one, anywhere on the canvas."""
    return ink(place(_strokes(digit, random), brush, random), brush)


def _placed(digit: int, brush: int, size: float, at: tuple[float, float], random: np.random.Generator) -> Grey:
    """A digit whose longer side is so many pixels, such a share of the way across and down; cut off if need be."""
    strokes = _strokes(digit, random)
    points = np.concatenate(strokes)
    corner, extent = points.min(0), np.ptp(points, axis=0)
    scale = size / extent.max()
    return ink([(stroke - corner) * scale + np.array(at) * (CANVAS - extent * scale) for stroke in strokes], brush)


def _at_the_edges(random: np.random.Generator) -> list[Grey]:
    """The pen half off the paper: in each corner and at the middle of each side, thin, usual and thick."""
    places = [(x, y) for x in (0.0, 0.5, 1.0) for y in (0.0, 0.5, 1.0) if (x, y) != (0.5, 0.5)]
    return [
        _placed(number % 10, brush, 120, at, random)
        for number, (at, brush) in enumerate(itertools.product(places, (8, 18, 30)))
    ]


def _corner_strokes() -> list[Grey]:
    lines = [np.array([[0.0, 40.0], [20.0, 15.0], [40.0, 0.0]])]
    lines += [lines[0] * sign + shift for sign, shift in (((-1, 1), (CANVAS, 0)), ((1, -1), (0, CANVAS)))]
    lines += [CANVAS - lines[0]]
    return [ink([line], brush) for line in lines for brush in (8, 30)]


def _scribble(random: np.random.Generator, length: int) -> Grey:
    return ink([random.uniform(0, CANVAS, (length, 2))], int(random.integers(8, 31)))


def _thin_lines() -> list[Grey]:
    """Rows, columns and single pixels of full ink, and the thinnest brush along a side."""
    drawn = []
    for where in ((140, slice(20, 260)), (slice(20, 260), 140), (0, slice(None)), (slice(None), 279), (3, 277)):
        paper = np.zeros((CANVAS, CANVAS), np.uint8)
        paper[where] = 255
        drawn.append(paper)
    far = np.zeros((CANVAS, CANVAS), np.uint8)
    far[[0, -1], [0, -1]] = 255  # two pixels, as far apart as can be
    line = np.array([[0.0, 140.0], [140.0, 140.0], [280.0, 140.0]])
    return [*drawn, far, ink([line], 8), ink([line[:, ::-1]], 8)]


def _faint(drawing: Grey, brightest: int) -> Grey:
    """The same drawing in grey ink."""
    faint: Grey = np.round(drawing / 255 * brightest).astype(np.uint8)
    return faint


def _pair(digit: int, random: np.random.Generator) -> Grey:
    """Two digits, side by side or, every third time, one over the other."""
    first, second = ((0.0, 0.5), (1.0, 0.5)) if digit % 3 else ((0.5, 0.0), (0.5, 1.0))
    one = _placed(digit % 10, 12, 120, first, random)
    both: Grey = np.maximum(one, _placed((digit + 3) % 10, 12, 120, second, random))
    return both


# Networks.


@dataclass(frozen=True)
class Kind:
    """A network of a visitor's own.

    Attributes:
        sizes: Of its hidden layers.
        activation: Theirs.
        learning_rate: With Adam; a large one makes large weights.
        batches: Of 32 images.
    """

    sizes: tuple[int, ...]
    activation: str = "relu"
    learning_rate: float = 0.001
    batches: int = 150

    @property
    def name(self) -> str:
        """What it is in a table."""
        sizes = "-".join(map(str, (784, *self.sizes, 10)))
        return f"{sizes}, {self.activation if self.sizes else 'no hidden layer'}, rate {self.learning_rate:g}"


SHAPES = (
    (),
    (1,),
    (1024,),
    (512, 400),
    (512, 512, 64),
    (128, 64, 32, 16),
    (64, 64, 64, 64, 64),
)  # all depths and widths
RATES = (0.1, 0.1, 0.03, 0.01, 0.004, 0.01, 0.003)  # large ones, at which networks of these shapes still learn
KINDS = tuple(
    Kind(sizes, activation, rate)
    for sizes, large in zip(SHAPES, RATES, strict=True)
    for activation in (("relu", "tanh", "sigmoid") if sizes else ("relu",))
    for rate in (0.001, large)
)


def trained(kind: Kind, splits: Splits) -> MLP:
    """A network of this kind, in eval mode; the same each time."""
    model = new_model(MLPConfig(kind.sizes, kind.activation), seed=0)
    wanted = torch.arange(32 * kind.batches) % len(splits.train)
    config = TrainingConfig(epochs=1, learning_rate=kind.learning_rate, batches_per_event=kind.batches)
    try:
        for _ in fit(model, splits.train.subset(wanted), splits.validation.subset(slice(0, 1)), config):
            pass
    except TrainingDiverged:
        pass  # it is as it was before
    return model.eval()


def digits_to_learn() -> Splits:
    """MNIST where it is on disk, else generated digits."""
    try:
        return load_mnist(default_root(), download=False)
    except DatasetUnavailable:
        return generated_splits()


# The command.


def sent_as(weights: bytes | None) -> str:
    """In which precision a browser is sent a network."""
    if weights is None:
        return "not sent"
    return "float32" if b'"F32"' in weights[:5_000] else "float16"


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=1_700, help="of 32 images, that each network learns from")
    options = parser.parse_args()
    torch.set_num_threads(1)
    splits, by_kind = digits_to_learn(), drawings()
    together = list(itertools.chain(*by_kind.values()))
    ours = prepared(together)
    print(f"{describe()}\n{len(together)} drawings; own networks learned from {32 * options.batches:,} {splits.name}\n")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        reader = BrowserReader(browser.new_page(), together)
        print_pixels(by_kind, ours, reader.images)
        print_probabilities(reader, ours, splits, options.batches)
        browser.close()


def print_pixels(by_kind: dict[str, list[Grey]], ours: list[Tensor | None], theirs: list[Tensor | None]) -> None:
    """The table of the preparation."""
    print("| drawings | number | largest difference of a pixel, of 255 |\n| --- | --: | --: |")
    at = 0
    for kind, drawn in by_kind.items():
        part = slice(at, at := at + len(drawn))
        found = [image for image in ours[part] if image is not None]
        largest = (
            f"{255 * largest_difference(ours[part], theirs[part]):.5f}" if found else "nothing to read, says either"
        )
        print(f"| {kind} | {len(drawn)} | {largest} |")


def print_probabilities(reader: BrowserReader, ours: list[Tensor | None], splits: Splits, batches: int) -> None:
    """The table of the reading, with what float16 would have made of it."""
    print("\n| network | largest weight | sent as | largest difference of a probability | in float16 |")
    print("| --- | --: | --- | --: | --: |")
    kinds = (replace(kind, batches=batches) for kind in KINDS)
    networks = itertools.chain(
        (("ready-made", load_shipped()),), ((kind.name, trained(kind, splits)) for kind in kinds)
    )
    for name, model in networks:
        expected, weights = probabilities(model, ours), packed(model).content
        half = largest_difference(expected, reader.read(dumps(model, {}, torch.float16)))
        largest = max(weight.abs().max().item() for weight in model.parameters())
        differs = f"{largest_difference(expected, reader.read(weights)):.6f}" if weights else ""
        print(f"| {name} | {largest:.2f} | {sent_as(weights)} | {differs} | {half:.6f} |", flush=True)


if __name__ == "__main__":
    main()
