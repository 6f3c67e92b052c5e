"""Pictures of digits, of every kind that people hand in: photos, crops, tiny files, forms, felt pens, odd files.

A kind is a short function. It is given a digit that can be inked with any pen at any size, and chance, which decides
on all that may differ within a kind: the pen, the size, the greys, the place. It returns a file.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.camera import PLAIN, SCENES, Cover, Pixels, Scene, jpeg, photograph

Chance = np.random.Generator
Maker = Callable[[Cover, Chance], bytes]
Range = tuple[float, float]

WHITE, BLACK = (225.0, 255.0), (10.0, 80.0)  # paper and pens, of 255
PENCIL = (105.0, 165.0)


@dataclass(frozen=True)
class Kind:
    """A kind of picture.

    Attributes:
        make: Makes one, as a file.
        is_of_strokes: Whether it has a pen of its own, so that an image of a digit will not do.
    """

    make: Maker
    is_of_strokes: bool = False


KINDS: dict[str, Kind] = {}


def kind(name: str, *, of_strokes: bool = False, **options: Any) -> Callable[[Callable[..., bytes]], Any]:
    """Names a function as a kind; with other options, the same one may be several kinds."""

    def named(make: Callable[..., bytes]) -> Callable[..., bytes]:
        KINDS[name] = Kind(partial(make, **options), of_strokes)
        return make

    return named


def taken(cover: Cover, chance: Chance, scene: Scene) -> bytes:
    """A photo."""
    return jpeg(photograph(cover, scene, chance), scene.quality)


for _name, _scene in SCENES.items():
    kind(_name, scene=_scene)(taken)


# The digit touches the picture's edge, or is cut by it.


@kind("cropped to the ink")
def cropped(cover: Cover, chance: Chance) -> bytes:
    """No paper around the ink."""
    return scan(written(cover, chance, margins=(0, 0)), chance)


@kind("cut by 2 % on one side")
def cut_on_a_side(cover: Cover, chance: Chance) -> bytes:
    """One side of the picture takes a fiftieth of the ink away; on the others there is some paper."""
    ink = np.rot90(written(cover, chance, margins=(0, 0)), turn := int(chance.integers(4)))
    ink = ink[max(round(0.02 * len(ink)), 1) :]
    room = round(chance.uniform(0.02, 0.3) * len(ink))
    return scan(np.rot90(np.pad(ink, ((0, room), (room, room))), -turn), chance)


@kind("cut by 3 % all round")
def cut_all_round(cover: Cover, chance: Chance) -> bytes:
    """Each side takes some of the ink away."""
    ink = written(cover, chance, margins=(0, 0))
    down, across = (max(round(0.03 * side), 1) for side in ink.shape)
    return scan(ink[down:-down, across:-across], chance)


# Small files, as data sets have them.


@kind("filling 8 × 8, grey", size=8)
@kind("filling 16 × 16, grey", size=16)
@kind("filling 16 × 16, black and white", size=16, stretch=0.6, is_black_and_white=True)
@kind("filling 28 × 28, grey", size=28)
@kind("28 × 28 with MNIST's margin", size=28, margin=4)
def small(
    cover: Cover,
    chance: Chance,
    size: int,
    margin: int = 0,
    pen: Range = (0.08, 0.14),
    stretch: float = 0.2,
    is_black_and_white: bool = False,
) -> bytes:
    """A square of few pixels, bright on dark or dark on bright.

    Args:
        cover: The digit.
        chance: Of what may differ.
        size: Of the file, in pixels.
        margin: Between its edges and the ink.
        pen: Its width over the digit's length.
        stretch: How far the shorter side is stretched to be as long as the other: 0 not at all, 1 all the way.
        is_black_and_white: Whether there is no grey.
    """
    box = size - 2 * margin
    fine = cover(chance.uniform(*pen), 20 * box)
    height, width = (max(round(box * (side / max(fine.shape)) ** (1 - stretch)), 1) for side in fine.shape)
    image = Image.fromarray((255 * fine).astype(np.uint8)).resize((width, height), Image.Resampling.BOX)
    paper = Image.new("L", (size, size))
    paper.paste(image, ((size - width) // 2, (size - height) // 2))
    grey = np.asarray(paper)
    if is_black_and_white:
        grey = np.where(grey > 110, 255, 0).astype(np.uint8)
    return png(grey if chance.random() < 0.5 else 255 - grey)


@kind("one-pixel strokes, 28 × 28", of_strokes=True)
def of_single_pixels(cover: Cover, chance: Chance) -> bytes:
    """Strokes one pixel wide: of the pixels across a thin one, only the strongest is left."""
    grey = np.pad(cover(0, int(chance.integers(18, 23))), 1)
    over, under, before, behind = (np.roll(grey, *way) for way in ((1, 0), (-1, 0), (1, 1), (-1, 1)))
    ridge = ((grey > over) & (grey >= under)) | ((grey > before) & (grey >= behind))
    rows, columns = np.nonzero(ridge & (grey > 0.3))
    pixels = np.zeros((28, 28), np.uint8)
    pixels[rows + (28 - len(grey)) // 2, columns + (28 - grey.shape[1]) // 2] = 255
    return png(pixels if chance.random() < 0.5 else 255 - pixels)


@kind("broken strokes, 28 × 28")
def broken(cover: Cover, chance: Chance) -> bytes:
    """Thin grey strokes of uneven pressure, of which a threshold has left pieces."""
    ink = Image.fromarray(cover(0.06, 400)).resize((20, 20), Image.Resampling.BOX)
    pressure = _clouds((20, 20), chance, cells=5)
    left = np.asarray(ink) * (0.55 + 0.9 * pressure)
    level = np.quantile(left[left > 0.05], chance.uniform(0.4, 0.55))
    grey = np.pad(np.where(left > level, 0, 255).astype(np.uint8), 4, constant_values=255)
    return png(grey)


# Bright and dark.


@kind("dark border of 12 %, black", greys=(0, 15))
@kind("dark border of 12 %, dark grey", greys=(40, 80))
@kind("dark border of 12 %, grey", greys=(100, 150))
@kind("dark border on two sides", greys=(0, 110), sides=2)
@kind("dark border on three sides", greys=(0, 110), sides=3)
def bordered(cover: Cover, chance: Chance, greys: Range, sides: int = 4) -> bytes:
    """A picture with a dark border, an eighth of it wide, on some of its sides."""
    grey = _lit(inked(written(cover, chance), chance), chance)
    width = round(0.12 * max(grey.shape))
    has = np.isin(np.arange(4), chance.permutation(4)[:sides]) * width
    framed = np.pad(grey, (tuple(has[:2]), tuple(has[2:])), constant_values=chance.uniform(*greys))
    return saved(framed, chance)


@kind("a sheet on a table")
def on_a_table(cover: Cover, chance: Chance) -> bytes:
    """A sheet that lies on a dark table with grain, turned a little, all of it in the picture."""
    ink = written(cover, chance, margins=(0.2, 0.6))
    paper = Image.fromarray(_lit(inked(ink, chance), chance))
    turn = chance.uniform(-8, 8)
    seen = np.asarray(Image.new("L", paper.size, 255).rotate(turn, expand=True), np.float32) / 255
    sheet = np.asarray(paper.rotate(turn, Image.Resampling.BILINEAR, expand=True))
    room = round(chance.uniform(0.02, 0.12) * len(ink))
    sheet, seen = np.pad(sheet, room), np.pad(seen, room)
    table = chance.uniform(25, 110) + 30 * _clouds(sheet.shape, chance, cells=12)
    return saved(table + seen * (sheet - table), chance)


@kind("felt pen, 18 %", of_strokes=True, pen=0.18)
@kind("felt pen, 25 %", of_strokes=True, pen=0.25)
@kind("felt pen, 25 %, hardly any paper", of_strokes=True, pen=0.25, margins=(0.0, 0.08))
def felt(cover: Cover, chance: Chance, pen: float, margins: Range = (0.1, 0.4)) -> bytes:
    """Strokes a fifth or a quarter as wide as the digit is long."""
    return scan(written(cover, chance, pen=(pen, pen), margins=margins), chance)


@kind("felt pen, 22 %, 28 × 28", of_strokes=True)
def small_felt(cover: Cover, chance: Chance) -> bytes:
    """The same in a small file, dark on white."""
    ink = Image.fromarray(cover(chance.uniform(0.19, 0.25), 400)).resize((24, 24), Image.Resampling.BOX)
    return png((255 - chance.uniform(200, 255) * np.pad(np.asarray(ink), 2)).astype(np.uint8))


@kind("bright on dark")
def inverted(cover: Cover, chance: Chance) -> bytes:
    """A bright pen on a dark screen."""
    return scan(written(cover, chance), chance, paper=(0, 40), pen=(190, 255))


# Printed frames, darker than the pencil.


@kind("a form's box, the digit inside", gap=(0.1, 0.4))
@kind("a form's box, touched by the digit", gap=(-0.05, 0.02))
@kind("a form's row of boxes", gap=(0.1, 0.35), is_in_a_row=True)
@kind("a cell between rules from edge to edge", gap=(0.1, 0.6), overlong=1.0)
@kind("squared paper, darker than the pencil", gap=(0.1, 0.3), overlong=1.0, squares=2)
def boxed(
    cover: Cover,
    chance: Chance,
    gap: Range,
    overlong: float = 0.0,
    is_in_a_row: bool = False,
    squares: int = 0,
) -> bytes:
    """A digit in pencil, in a printed box that is darker.

    Args:
        cover: The digit.
        chance: Of what may differ.
        gap: Between the digit and the box, as a share of the digit's length; below zero they cross.
        overlong: How far the box's lines go on towards the picture's edge: 0 not at all, 1 all the way.
        is_in_a_row: Whether there are empty boxes beside it.
        squares: How many squares stand in the box's place, along its side; 0: it is empty.
    """
    digit = cover(chance.uniform(0.03, 0.07), length := int(chance.integers(90, 260)))
    gaps = (length * chance.uniform(*gap, 4)).round().astype(int)
    outside = (length * chance.uniform(0.08, 0.25, 4)).round().astype(int) + max(0, -int(gaps.min()))
    room = gaps + outside
    ink = np.pad(digit, (tuple(room[:2]), tuple(room[2:])))
    (top, bottom), (left, right) = (
        (int(outside[2 * axis]), int(ink.shape[axis] - outside[2 * axis + 1])) for axis in (0, 1)
    )
    places = [np.linspace(top, bottom, squares + 1), np.linspace(left, right, squares + 1)] if squares else []
    downs, acrosses = places or ([top, bottom], [left, right])
    if is_in_a_row:
        acrosses = [left - (right - left), left, right, 2 * right - left]
    width = max(round(chance.uniform(0.012, 0.03) * length), 1)
    box = Image.new("L", ink.shape[::-1])
    pen = ImageDraw.Draw(box)
    first, last = ((1 - overlong) * acrosses[0], overlong * ink.shape[1] + (1 - overlong) * acrosses[-1])
    for down in downs:
        pen.line((first, down, last, down), 255, width)
    for across in acrosses:
        pen.line((across, (1 - overlong) * top, across, overlong * len(ink) + (1 - overlong) * bottom), 255, width)
    grey = inked(ink, chance, pen=PENCIL)
    printed = np.asarray(box, np.float32) / 255
    return saved(grey + printed * (chance.uniform(0, 50) - grey), chance)


# Light and pressure that differ from place to place.


@kind("pressure that fades")
def fading(cover: Cover, chance: Chance) -> bytes:
    """A stroke that is strong on one side of the digit and faint on the other."""
    ink = written(cover, chance, pen=(0.04, 0.08))
    down, across = (np.linspace(-1, 1, side) for side in ink.shape)
    angle = chance.uniform(0, 2 * np.pi)
    along = np.cos(angle) * across + np.sin(angle) * down[:, None]
    pressed = 1 - chance.uniform(0.65, 0.8) / (1 + np.exp(-6 * along))
    return saved(_lit(inked((ink * pressed).astype(np.float32), chance), chance), chance)


@kind("a pale panel beside it")
def beside_a_panel(cover: Cover, chance: Chance) -> bytes:
    """Another paper, a little darker, covers a side of the picture; the digit is in pencil or pen."""
    ink = written(cover, chance, pen=(0.03, 0.08), margins=(0.25, 0.7))
    grey = np.rot90(inked(ink, chance, pen=(60, 165)), turn := int(chance.integers(4))).copy()
    end = round(len(grey) * chance.uniform(0.06, 0.16))
    grey[:end] *= chance.uniform(0.75, 0.92)
    return saved(np.rot90(grey, -turn), chance)


@kind("a patch of shadow")
def under_a_shadow(cover: Cover, chance: Chance) -> bytes:
    """A round shadow with a soft edge, as of a head or a hand, over a part of the picture."""
    grey = inked(written(cover, chance), chance)
    down, across = (np.linspace(-1, 1, side) for side in grey.shape)
    (y, x), radius = chance.uniform(-0.8, 0.8, 2), chance.uniform(0.3, 0.8)
    far = np.hypot(down[:, None] - y, across - x)
    shaded = grey * (1 - chance.uniform(0.3, 0.6) / (1 + np.exp((far - radius) / 0.04)))
    return saved(shaded.astype(np.float32), chance)


# How the file is.


@kind("lying on its left side", quarters=1)
@kind("lying on its right side", quarters=3)
def lying(cover: Cover, chance: Chance, quarters: int) -> bytes:
    """A phone was held upright, and the file does not say so."""
    scene = replace(PLAIN, pen=chance.uniform(0.04, 0.1), length=chance.uniform(0.35, 0.7))
    return jpeg(np.rot90(photograph(cover, scene, chance), quarters), 85)


@kind("transparent")
def transparent(cover: Cover, chance: Chance) -> bytes:
    """Ink and nothing below it; what the transparent pixels would look like is any grey."""
    ink = written(cover, chance)
    grey = np.full(ink.shape, chance.choice([0, 255, 128]), np.uint8)
    grey[ink > 0] = chance.choice([0, 40, 200, 255])
    return png(np.dstack([grey, grey, grey, (255 * ink).astype(np.uint8)]))


@kind("16 bit", most=65_535)
@kind("16 bit, of which 12 are used", most=4_095)
def deep(cover: Cover, chance: Chance, most: int) -> bytes:
    """A scan in more than 256 greys."""
    grey = _lit(inked(written(cover, chance), chance), chance)
    return png((grey.clip(0, 255) / 255 * most).astype(np.uint16))


# What the kinds are made of.


def written(
    cover: Cover, chance: Chance, pen: Range = (0.05, 0.12), margins: Range = (0.15, 0.6), length: Range = (70, 320)
) -> Pixels:
    """A digit with some paper around it: float32 [h, w] in 0..1, 1 for ink.

    Args:
        cover: The digit.
        chance: Of what may differ.
        pen: Its width, as a share of the digit's length, from and to.
        margins: Of each side, as a share of that length, from and to.
        length: In pixels, from and to.
    """
    long = round(chance.uniform(*length))
    room = (long * chance.uniform(*margins, 4)).round().astype(int)
    ink: Pixels = np.pad(cover(chance.uniform(*pen), long), (tuple(room[:2]), tuple(room[2:])))
    return ink


def inked(ink: Pixels, chance: Chance, paper: Range = WHITE, pen: Range = BLACK) -> Pixels:
    """Ink in 0..1 as greys of some paper and some pen: float32 [h, w] in 0..255."""
    light, dark = chance.uniform(*paper), chance.uniform(*pen)
    return (light + ink * (dark - light)).astype(np.float32)


def scan(ink: Pixels, chance: Chance, paper: Range = WHITE, pen: Range = BLACK) -> bytes:
    """Ink in 0..1, scanned evenly, as a file."""
    return saved(inked(ink, chance, paper, pen), chance)


def saved(grey: Pixels, chance: Chance) -> bytes:
    """Greys, 0 to 255, as a program saves them, or as a camera: blurred, with noise, as JPEG."""
    if chance.random() < 0.3:
        return png(grey.clip(0, 255).astype(np.uint8))
    soft = Image.fromarray(grey.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    noisy = np.asarray(soft) + chance.uniform(1, 6) * chance.standard_normal(grey.shape)
    return jpeg(noisy.clip(0, 255).astype(np.uint8), int(chance.integers(60, 95)))


def png(pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> bytes:
    """A picture, exactly as it is, as a file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def _lit(grey: Pixels, chance: Chance) -> Pixels:
    """The same with light from a side that fades by up to a third."""
    down, across = (np.linspace(-0.5, 0.5, side) for side in grey.shape)
    angle, fades = chance.uniform(0, 2 * np.pi), chance.uniform(0, 0.33)
    light = 1 - fades * (0.5 + 0.7 * (np.cos(angle) * across + np.sin(angle) * down[:, None]))
    lit: Pixels = (grey * light).astype(np.float32)
    return lit


def _clouds(shape: tuple[int, ...], chance: Chance, cells: int) -> Pixels:
    """What goes up and down smoothly and by chance: float32 [h, w] in 0..1."""
    coarse = Image.fromarray((255 * chance.random((cells, cells))).astype(np.uint8))
    smooth: Pixels = np.asarray(coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC), np.float32)
    return smooth / np.float32(255)
