"""A camera: digits inked on paper, lit, and photographed with blur and noise."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

HEIGHT, WIDTH = 450, 600  # pixels of a photo

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
    "faint pencil": replace(PLAIN, ink=(176, 176, 178), pen=0.03),
    "thin pen, 1.5 %": replace(PLAIN, pen=0.015),
    "marker, 14 %": replace(PLAIN, pen=0.14),
    "small, a sixth of the height": replace(PLAIN, length=0.17),
    "close, five sixths of it": replace(PLAIN, length=0.84),
    "the table's edge": replace(PLAIN, table=True, turn=5.0),
    "table, shadow, squares, thin": replace(PLAIN, table=True, shadow=0.35, ruling="squares", pen=0.025, turn=3.0),
}


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
