"""Pictures of things, which are no writing at all: hands, garments, shoes, logos, faces, blots, textures.

Somebody takes a photo of a hand, or opens a picture of a shirt. What ``photo`` finds on it is no pen's stroke: a filled
shape with its shading, or only its narrow parts, or its outline. Such shapes are drawn here at random, left as a photo
leaves them, and go through MNIST's preparation as every drawing does.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw
from scipy import ndimage
from torch import Tensor

from mnist_core.handwriting.preprocessing import BlankDrawing, centre_by_mass, crop_to_ink

SIDE = 64  # pixels of a picture before it is prepared
FINE = 2  # by which shapes are first drawn larger, then averaged
TURN = 20.0  # degrees either way; one in four is turned by any angle

Grey = npt.NDArray[np.float32]  # [SIDE, SIDE] in 0..1: how much each pixel differs from its background
Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]  # [k, 2]: x to the right and y downwards, 0 to 1 across the picture
Random = np.random.Generator


def pictures(n: int, generator: torch.Generator) -> Tensor:
    """Pictures of all ``FAMILIES`` in equal shares.

    Args:
        n: How many.
        generator: Draws them.

    Returns:
        torch.uint8 [n, 28, 28], prepared as ``drawing_to_mnist`` does.
    """
    random = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
    families = tuple(FAMILIES.values())
    return torch.stack([_prepared(families[i % len(families)], random) for i in range(n)])


def _prepared(family: Callable[[Random], Grey], random: Random) -> Tensor:
    """One picture: drawn, left as a photo leaves it, and prepared; again if nothing is left: torch.uint8 [28, 28]."""
    while True:
        left = left_by_a_photo(turned(family(random), random), random)
        try:
            image = centre_by_mass(crop_to_ink(torch.from_numpy(left.clip(0, 1))))
        except BlankDrawing:
            continue
        return (255 * image).round().to(torch.uint8)


def turned(picture: Grey, random: Random) -> Grey:
    """The same, turned a little, sometimes as far as one likes."""
    angle = random.uniform(-180, 180) if random.random() < 0.25 else random.uniform(-TURN, TURN)
    return np.asarray(Image.fromarray(picture).rotate(angle, Image.Resampling.BILINEAR, expand=True))


def left_by_a_photo(picture: Grey, random: Random) -> Grey:
    """What finding the ink leaves of a filled shape: itself, its silhouette, its narrow parts, or its outline."""
    way = random.random()
    if way < 0.4:
        return picture
    solid = picture > random.uniform(0.2, 0.6)
    if way < 0.55:
        return solid.astype(np.float32)
    if way < 0.8:  # what is wider than a pen's stroke is taken for paper
        wide = random.integers(9, 28)
        return np.asarray(picture - ndimage.grey_opening(picture, (wide, wide)), np.float32)
    if way < 0.92 and covered(solid) < 0.6:  # the outline of a disc would be a 0
        inside = ndimage.binary_erosion(solid, iterations=int(random.integers(2, 7)))
        return np.where(inside, 0.0, solid).astype(np.float32)
    return np.asarray(1 - picture[box(solid)], np.float32) if way > 0.95 and solid.any() else picture


def box(solid: Mask) -> tuple[slice, slice]:
    """The rows and the columns of a shape, from the first to after the last."""
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def covered(solid: Mask) -> float:
    """The share of its box that a shape covers; 1 for none."""
    return float(solid[box(solid)].mean()) if solid.any() else 1.0


def filled(*shapes: Points) -> Grey:
    """Polygons, filled: 1 inside and 0 outside."""
    large = Image.new("L", (FINE * SIDE, FINE * SIDE))
    pen = ImageDraw.Draw(large)
    for shape in shapes:
        pen.polygon([tuple(point) for point in (FINE * SIDE * shape).tolist()], fill=255)
    return _reduced(large)


def _reduced(large: Image.Image) -> Grey:
    return np.asarray(large.reduce(FINE), np.float32) / np.float32(255)


def limbs(*parts: tuple[Points, float]) -> Grey:
    """Thick lines with round ends; each is its points and its width."""
    large = Image.new("L", (FINE * SIDE, FINE * SIDE))
    pen = ImageDraw.Draw(large)
    for points, width in parts:
        places, radius = [tuple(point) for point in (FINE * SIDE * points).tolist()], FINE * SIDE * width / 2
        pen.line(places, fill=255, width=max(round(2 * radius), 1))
        for x, y in places:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return _reduced(large)


def mirrored(half: list[tuple[float, float]], random: Random) -> Points:
    """An outline from its right half, listed from the top down: distance from the axis, and height; not quite even."""
    right = np.array(half)
    left = right[::-1] * (-1, 1)
    outline = np.concatenate((right, left)) * (0.5, 1) + (0.5, 0)
    return softened(outline + random.normal(0, 0.012, outline.shape), random)


def softened(outline: Points, random: Random) -> Points:
    """A closed outline with round corners."""
    closed = np.concatenate((outline, outline[:1]))
    mileage = np.concatenate(([0.0], np.hypot(*np.diff(closed, axis=0).T).cumsum()))
    at = np.linspace(0, mileage[-1], 160, endpoint=False)
    dense = np.stack([np.interp(at, mileage, axis) for axis in closed.T], axis=1)
    smooth: Points = ndimage.gaussian_filter1d(dense, random.uniform(0.5, 4), axis=0, mode="wrap")
    return smooth


def oval(middle: tuple[float, float], width: float, height: float) -> Points:
    """An ellipse as a polygon."""
    angle = np.linspace(0, 2 * math.pi, 60)
    return np.array(middle) + np.stack((width / 2 * np.cos(angle), height / 2 * np.sin(angle)), 1)


def shaded(mask: Grey, random: Random) -> Grey:
    """A filled shape with light and shadow, and often with a pattern."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5
    angle = random.uniform(0, 2 * math.pi)
    along = across * math.cos(angle) + down * math.sin(angle)
    shade = 1 + random.uniform(0, 0.9) * along
    pattern = random.random()
    if pattern < 0.25:  # stripes or checks
        waves = random.uniform(3, 12)
        shade -= random.uniform(0.2, 0.6) * (np.sin(2 * math.pi * waves * along) > 0)
    elif pattern < 0.6:
        shade -= random.uniform(0.1, 0.4) * clouds(random.uniform(1, 6), random)
    if random.random() < 0.4:  # edges and folds are darker or lighter than the rest
        rim = mask - ndimage.grey_erosion(mask, (7, 7))
        shade += random.uniform(-0.6, 0.6) * rim
    return np.asarray(mask * shade.clip(0.1, 1), np.float32)


def either_way(picture: Grey, random: Random) -> Grey:
    """The same, or its mirror image."""
    return picture if random.random() < 0.5 else np.ascontiguousarray(picture[:, ::-1])


def clouds(size: float, random: Random) -> npt.NDArray[np.float64]:
    """Noise that changes over ``size`` pixels, with deviation 1: [SIDE, SIDE]."""
    field: npt.NDArray[np.float64] = ndimage.gaussian_filter(random.normal(size=(SIDE, SIDE)), size, mode="wrap")
    even: npt.NDArray[np.float64] = (field - field.mean()) / field.std()
    return even


def _hand(random: Random) -> Grey:
    """A palm, some of its fingers, and sometimes an arm."""
    palm = random.uniform(0.24, 0.36)
    parts = [(np.array([(0.5, 0.58), (0.5, 0.68)]), palm)]
    thumb = math.radians(random.uniform(40, 80)) * random.choice([-1, 1])
    for i, angle in enumerate([*np.radians(np.linspace(-24, 24, 4) * random.uniform(0.4, 1.5)), thumb]):
        if random.random() < 0.25:
            continue  # bent into the palm
        length = random.uniform(0.26, 0.45) if i < 4 else random.uniform(0.2, 0.32)
        start = np.array([0.5 + 0.42 * palm * math.sin(angle) / math.sin(0.6), 0.6])
        tip = start + length * np.array([math.sin(angle), -math.cos(angle)])
        parts.append((np.stack((start, tip)), random.uniform(0.06, 0.1)))
    if random.random() < 0.6:
        parts.append((np.array([(0.5, 0.6), (random.uniform(0.35, 0.65), 1.05)]), palm * random.uniform(0.6, 0.9)))
    return shaded(limbs(*parts), random)


def _top(random: Random) -> Grey:
    """A shirt, a pullover or a coat: body, neck, and sleeves of any length."""
    body, neck = random.uniform(0.42, 0.62), random.uniform(0.12, 0.25)
    sleeve, slope = random.uniform(0.0, 0.75), random.uniform(0.1, 0.4)
    reach = min(0.96, body + sleeve * random.uniform(0.3, 0.7))
    end = 0.12 + max(slope, sleeve)
    half = [
        (neck / 2, 0.06 + random.uniform(0, 0.12)),
        (neck, 0.05),
        (body, 0.1),
        (reach, end),
        (reach - random.uniform(0.12, 0.25), end + 0.05),
        (body - 0.04, 0.12 + slope),
        (body + random.uniform(-0.08, 0.12), 0.94),
    ]
    shirt = shaded(filled(mirrored(half, random)), random)
    if random.random() < 0.3:  # open in front
        shirt[:, SIDE // 2 - 1 : SIDE // 2 + 1] *= random.uniform(0, 0.5)
    return shirt


def _trousers(random: Random) -> Grey:
    waist, foot = random.uniform(0.28, 0.45), random.uniform(0.14, 0.3)
    spread, crotch = random.uniform(0.02, 0.3), random.uniform(0.25, 0.55)
    outer = max(waist, spread + foot)
    half = [(waist, 0.03), (outer, 0.95), (spread, 0.97), (0.01, crotch)]
    return shaded(filled(mirrored(half, random)), random)


def _dress(random: Random) -> Grey:
    chest, waist, hem = random.uniform(0.2, 0.4), random.uniform(0.14, 0.28), random.uniform(0.4, 0.8)
    half = [(0.1, 0.1), (0.16, 0.03), (chest, 0.1), (chest, 0.25), (waist, 0.42), (hem, 0.95)]
    if random.random() < 0.4:
        half[3:3] = [(chest + random.uniform(0.1, 0.4), random.uniform(0.3, 0.6)), (chest - 0.05, 0.28)]
    return shaded(filled(mirrored(half, random)), random)


def _shoe(random: Random) -> Grey:
    """From the side: a sole, a toe, and a shaft of any height."""
    shaft, toe, heel = random.uniform(0.1, 0.6), random.uniform(0.1, 0.25), random.uniform(0.0, 0.2)
    sole = 0.85
    outline = [
        (0.08, sole - toe - shaft), (0.38, sole - toe - shaft), (0.45, sole - toe - 0.08), (0.75, sole - toe),
        (0.95, sole - toe / 2), (0.95, sole), (0.5, sole - heel / 2), (0.3, sole - heel / 2), (0.28, sole),
        (0.06, sole),
    ]  # fmt: skip
    shoe = filled(softened(np.array(outline) + random.normal(0, 0.015, (10, 2)), random))
    if random.random() < 0.35:  # a sandal: holes between its straps
        for _ in range(int(random.integers(1, 4))):
            middle = (random.uniform(0.2, 0.8), random.uniform(0.5, 0.8))
            shoe *= 1 - filled(oval(middle, random.uniform(0.1, 0.3), random.uniform(0.06, 0.15)))
    return either_way(shaded(shoe, random), random)


def _bag(random: Random) -> Grey:
    top, left = random.uniform(0.3, 0.5), random.uniform(0.04, 0.2)
    body = [(left, top), (1 - left, top), (random.uniform(0.85, 0.98), 0.92), (random.uniform(0.02, 0.15), 0.92)]
    handle = oval((0.5, top), random.uniform(0.25, 0.6), random.uniform(0.3, 1) * 2 * (top - 0.04))
    bag = shaded(filled(softened(np.array(body), random)), random)
    grip = limbs((handle, random.uniform(0.03, 0.08))) * random.uniform(0.4, 1)
    return np.asarray(np.maximum(bag, grip), np.float32)


def _logo(random: Random) -> Grey:
    """A disc, a shield or a square, in which other shapes are left out."""
    corners = int(random.choice([3, 4, 5, 6, 60]))
    angle = 2 * math.pi * (np.arange(corners) + random.random()) / corners
    ring = np.stack((np.cos(angle), np.sin(angle)), 1)
    logo = filled(softened(0.5 + 0.46 * ring * (1, random.uniform(0.6, 1)), random))
    for _ in range(int(random.integers(1, 5))):
        spot, size = random.uniform(0.25, 0.75, 2), random.uniform(0.08, 0.4)
        hole = oval((spot[0], spot[1]), size, size * random.uniform(0.3, 1.5))
        if random.random() < 0.5:
            hole = spot + random.uniform(-size, size, (int(random.integers(3, 6)), 2))
        logo *= 1 - filled(hole)
    return shaded(logo, random) if random.random() < 0.4 else logo


def _face(random: Random) -> Grey:
    wide, high = random.uniform(0.5, 0.8), random.uniform(0.75, 0.95)
    face = filled(oval((0.5, 0.5), wide, high))
    seen = face * random.uniform(0.2, 0.7)
    hair = filled(oval((0.5, random.uniform(0.15, 0.3)), wide * random.uniform(0.9, 1.3), random.uniform(0.25, 0.5)))
    seen = np.maximum(seen, hair * random.uniform(0.4, 1))
    height, gap = random.uniform(0.4, 0.5), random.uniform(0.1, 0.18)
    for x in (0.5 - gap, 0.5 + gap):
        seen = np.maximum(seen, filled(oval((x, height), 0.1, random.uniform(0.04, 0.1))))
    mouth = oval((0.5, random.uniform(0.66, 0.78)), random.uniform(0.12, 0.3), random.uniform(0.03, 0.1))
    return shaded(np.maximum(seen, filled(mouth)).astype(np.float32), random)


def _blot(random: Random) -> Grey:
    """Spilt ink: a closed line of random waves, filled, with splashes and sometimes holes."""
    angle = np.linspace(0, 2 * math.pi, 120)
    waves = np.arange(2, int(random.integers(4, 10)))
    weights, phases = random.normal(size=len(waves)) / np.sqrt(waves), random.uniform(0, 2 * math.pi, len(waves))
    r = 0.3 * np.exp(random.uniform(0.25, 0.6) * np.sin(waves * angle[:, None] + phases) @ weights)
    outline = np.stack((r * np.cos(angle), random.uniform(0.6, 1) * r * np.sin(angle)), 1)
    blot = filled(0.5 + 0.48 * outline / np.abs(outline).max())
    for _ in range(int(random.integers(0, 4))):
        spot, size = random.uniform(0.1, 0.9, 2), random.uniform(0.05, 0.25)
        drop = filled(oval((spot[0], spot[1]), size, size * random.uniform(0.6, 1.4)))
        blot = np.maximum(blot, drop) if random.random() < 0.5 else blot * (1 - drop)
    return shaded(blot, random) if random.random() < 0.5 else blot


def _texture(random: Random) -> Grey:
    """Something rough that fills the picture or a part of it: cloth, gravel, leaves, water."""
    field = clouds(random.uniform(1.5, 9), random)
    if random.random() < 0.5:
        field = ndimage.gaussian_filter(field, (random.uniform(0, 8), 0))
    sharp = random.uniform(0.5, 6)
    seen = 1 / (1 + np.exp(-sharp * (field / field.std() - random.uniform(-0.5, 1))))
    if random.random() < 0.6:
        seen = seen * filled(oval((0.5, 0.5), random.uniform(0.4, 1), random.uniform(0.4, 1)))
    return np.asarray(seen, np.float32)


def _scene(random: Random) -> Grey:
    """Things of several greys, one before the other."""
    seen = np.full((SIDE, SIDE), 0.0 if random.random() < 0.5 else random.uniform(0, 0.5), np.float32)
    for _ in range(int(random.integers(3, 9))):
        spot, size = random.uniform(0.1, 0.9, 2), random.uniform(0.15, 0.6)
        shape = oval((spot[0], spot[1]), size, size * random.uniform(0.3, 1.5))
        if random.random() < 0.6:
            shape = spot + random.uniform(-size, size, (4, 2)) / 1.5
        seen = np.where(filled(shape) > 0.5, np.float32(random.uniform(0, 1)), seen)
    return seen


def _animal(random: Random) -> Grey:
    """A body, a head, legs and a tail."""
    body, leg = random.uniform(0.22, 0.4), random.uniform(0.05, 0.1)
    parts = [(np.array([(0.3, 0.5), (0.68, 0.5)]), body)]
    parts += [(np.array([(x, 0.5), (x + random.uniform(-0.05, 0.05), 0.92)]), leg) for x in (0.25, 0.36, 0.62, 0.74)]
    parts.append((np.array([(0.7, 0.45), (random.uniform(0.8, 0.9), random.uniform(0.15, 0.35))]), body * 0.6))
    parts.append((np.array([(0.25, 0.45), (0.08, random.uniform(0.15, 0.7))]), random.uniform(0.03, 0.08)))
    return either_way(shaded(limbs(*parts), random), random)


def _bottle(random: Random) -> Grey:
    """A bottle, a vase or a lamp: a round thing seen from the side."""
    widths = random.uniform(0.12, 0.7, int(random.integers(3, 7)))
    heights = np.sort(random.uniform(0.05, 0.95, len(widths)))
    heights[[0, -1]] = 0.04, 0.96
    thing = shaded(filled(mirrored(list(zip(widths.tolist(), heights.tolist(), strict=True)), random)), random)
    if random.random() < 0.4:  # a label on it
        band = slice(int(0.5 * SIDE), int(random.uniform(0.6, 0.8) * SIDE))
        thing[band] *= random.uniform(0, 0.6)
    return thing


FAMILIES: dict[str, Callable[[Random], Grey]] = {
    "hand": _hand,
    "top": _top,
    "trousers": _trousers,
    "dress": _dress,
    "shoe": _shoe,
    "bag": _bag,
    "logo": _logo,
    "face": _face,
    "blot": _blot,
    "texture": _texture,
    "scene": _scene,
    "animal": _animal,
    "bottle": _bottle,
}
