"""Digits drawn from pen strokes: the data set that needs no network.

A digit is made the way a hand makes it. A *style* ("4, lightning") is the path of the pen: smooth curves through a
few control points. A writer blends the forms of a style, moves the points a little, bends, stretches, slants and
turns the shape, and takes a thin or a thick pen. The path is then inked and placed as MNIST places its digits:
fitted to a box of 20 × 20 pixels, then shifted by whole pixels until its centre of mass is in the middle of 28 × 28.
"""

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn.functional import pad

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.styles import STYLES, Style

SIDE = 28  # pixels
BOX = 20  # pixels: MNIST fits each digit into 20 × 20 of them
MARGIN = (SIDE - BOX) // 2
SNUG = 0.5  # pixels by which the faint rim of the longer side may be cut off, so that the box is always filled
CENTRE_OF_MASS = 14.0  # counted from 0, in both directions; MNIST shifts its digits there by whole pixels
POINTS = 96  # dots of ink a digit: the longest paths still get one every 0.8 pixels
DOT = 0.5  # pixels: deviation of one dot. Smaller would show the dots, larger would round the inner corners off
FAR = 4.4  # pixels: what is farther from a dot than this gets no ink from it
ROUGH = 0.15  # pixels: deviation of the edge of the ink from pixel to pixel, as on paper
EDGE = 0.85  # pixels over which ink fades to paper, as scanning and shrinking left it in MNIST
CHUNK = 250  # digits inked at once: little enough for a processor's cache, and the memory does not grow with n

# The writers. Lengths are in units of a digit's height, unless a line says otherwise.
BLEND = 1.7  # above 1, a writer may go beyond the forms of a style, by exaggerating one of them
TREMBLE = 0.039  # deviation of a control point, for a writer with a steady hand ...
TREMBLE_SPREAD = 0.35  # ... and its spread over writers (of the logarithm)
BEND = 0.31  # deviation of each of the six coefficients of a quadratic bend of the paper
STRETCH = 0.22  # spread of width : height (of the logarithm)
SLANT, SLANT_SPREAD = 0.1, 0.25  # sideways for each unit upward; most people lean a little to the right
TURN = 0.15  # radians
# Pixels from the middle of a stroke to its edge, for 0 to 9. MNIST scales all digits to one size, and the strokes with
# them, so a digit that people write small ends up with thick strokes.
PEN = (1.33, 1.36, 1.25, 1.21, 1.19, 1.19, 1.19, 1.25, 1.13, 1.14)
PEN_SPREAD = 0.38  # over writers (of the logarithm)
THINNEST_PEN, THICKEST_PEN = 0.5, 2.8  # pixels
PRESSURE = 0.3  # by how much the pen's width swells and shrinks along the way


def make_digits(n: int, seed: int) -> Dataset:
    """Draws digits as people write them, each a little different, in the format of MNIST.

    Args:
        n: How many, 1 or more.
        seed: Which ones: the same n and seed give the same images. The process-wide random numbers stay untouched.

    Returns:
        ``images``: torch.uint8 [n, 28, 28], 0 = paper, 255 = ink, the longer side of the ink 19 or 20 pixels and
        its centre of mass within half a pixel of (14, 14). ``labels``: torch.int64 [n], each digit n / 10 times
        (rounded up for the first digits, down for the others), in random order.

    Raises:
        ValueError: If n is not a whole number of 1 or more.
    """
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise ValueError(f"The number of digits to draw is {n!r}; give a whole number of 1 or more.")
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 10
    labels = labels[torch.randperm(n, generator=generator)]
    images = torch.cat([_draw(_choose(chunk, generator), generator) for chunk in labels.split(CHUNK)])
    return Dataset(images, labels)


def draw_style(style: Style, n: int, seed: int) -> Tensor:
    """Draws one style alone, by many hands, just as ``make_digits`` does.

    Args:
        style: One of ``STYLES``.
        n: How many, 1 or more.
        seed: Which hands.

    Returns:
        torch.uint8 [n, 28, 28], 0 = paper, 255 = ink.
    """
    generator = torch.Generator().manual_seed(seed)
    return _draw(torch.full((n,), STYLES.index(style)), generator)


def _choose(labels: Tensor, generator: torch.Generator) -> Tensor:
    """A style for each label, as often as people write it so: (n,) -> its place in ``STYLES``, torch.int64 (n,)."""
    return torch.multinomial(_tables().share[labels], 1, generator=generator).squeeze(1)


def _draw(style: Tensor, generator: torch.Generator) -> Tensor:
    """Draws one image in each style: its place in ``STYLES``, torch.int64 [n] -> torch.uint8 [n, 28, 28]."""
    boxes = _write(style, generator)  # (n, BOX, BOX)
    # About four digits in a thousand are so lopsided that centring would push them over the edge, or so
    # faint at their ends that they do not fill the box. They are written again.
    while (unfit := ~fits(boxes)).any():
        boxes[unfit] = _write(style[unfit], generator)
    return place(boxes)


def _write(style: Tensor, generator: torch.Generator) -> Tensor:
    """Writes one digit in each style, each by another hand: (n,) -> torch.uint8 (n, BOX, BOX)."""
    path, length = _trace(style, generator)
    return ink(path, length, _pen(_tables().digit[style], generator), generator)


def trace_digits(labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The way of the pen for each label, each by another hand.

    Args:
        labels: torch.int64 [n], 0 to 9.
        generator: Draws the styles and the hands.

    Returns:
        Points, evenly spread: torch.float32 [n, POINTS, 2], x and y in units of about a digit's height; and the
        length of each path's strokes in the same units, torch.float32 [n].
    """
    return _trace(_choose(labels, generator), generator)


def _trace(style: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The way of the pen in each style: (n,) -> points (n, POINTS, 2), and the length of each path (n,)."""
    tables = _tables()
    control = _tremble(_blend(tables, style, generator), generator)  # (n, K, 2)
    path = torch.bmm(tables.weights[style], control)  # (n, POINTS, K) @ (n, K, 2) -> (n, POINTS, 2)
    return _slant(_bend(path, generator), generator), tables.length[style]


def trace_form(form: str, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The same for any form in the notation of ``Style.forms``, a letter for example, by n hands."""
    strokes = _parse(form)
    weights, length = _path_weights(strokes)
    control = torch.cat([stroke.points for stroke in strokes]).expand(n, -1, -1)  # (n, K, 2)
    path = weights @ _tremble(control, generator)  # (POINTS, K) @ (n, K, 2) -> (n, POINTS, 2)
    return _slant(_bend(path, generator), generator), torch.full((n,), length)


def ink(path: Tensor, length: Tensor, radius: Tensor, generator: torch.Generator) -> Tensor:
    """Makes each path as large as the box and inks it.

    Args:
        path: torch.float32 [n, points, 2], evenly spread, in any unit.
        length: torch.float32 [n], of its strokes in that unit.
        radius: torch.float32 [n, points], half the width of the stroke, in pixels of the box.
        generator: For the roughness of the ink's edge.

    Returns:
        torch.uint8 [n, BOX, BOX].
    """
    path, scale = _fit_to_box(path, radius + EDGE / 2)
    return _ink(path, radius, length * scale / path.shape[1], generator)  # the last but one: pixels between two points


def fits(boxes: Tensor) -> Tensor:
    """Whether what is in each box fills it, and stays on the paper when centred: [n, BOX, BOX] -> bool [n]."""
    return (_shift_to_centre(boxes).abs() <= MARGIN).all(1) & (_longer_side(boxes) >= BOX - 1)


def _blend(tables: "_Tables", style: Tensor, generator: torch.Generator) -> Tensor:
    """Every writer's own blend of the forms of a style: (n,) -> control points (n, K, 2)."""
    known = tables.known[style]  # (n, F)
    # Shares of a pie cut at random (a flat Dirichlet distribution), among the forms that the style has.
    pie = known * torch.empty(known.shape).exponential_(generator=generator)
    pie, even = pie / pie.sum(1, keepdim=True), known / known.sum(1, keepdim=True)
    mix = even + BLEND * (pie - even)
    return torch.einsum("nf,nfkc->nkc", mix, tables.forms[style])


def _tremble(control: Tensor, generator: torch.Generator) -> Tensor:
    """Moves control points, (n, K, 2), as a steady or a shaky hand would."""
    tremble = TREMBLE * torch.exp(TREMBLE_SPREAD * torch.randn(len(control), 1, 1, generator=generator))
    noise = torch.randn(control.shape, generator=generator)
    # Neighbours move together: a hand errs in the shape of a bow, not in a zigzag.
    noise = (noise + noise.roll(1, dims=1) + noise.roll(-1, dims=1)) / math.sqrt(3)
    return control + tremble * noise


def _bend(path: Tensor, generator: torch.Generator) -> Tensor:
    """Moves all points by a quadratic function of where they are, so that loops grow, waists sink and stems bow."""
    x, y = path.unbind(2)  # (n, POINTS) each
    squares = torch.stack((x * x, x * y, y * y), dim=2)  # (n, POINTS, 3)
    coefficients = BEND * torch.randn(len(path), 3, 2, generator=generator)
    return path + torch.bmm(squares, coefficients)  # (n, POINTS, 3) @ (n, 3, 2) -> (n, POINTS, 2)


def _slant(path: Tensor, generator: torch.Generator) -> Tensor:
    """Stretches, slants and turns: (n, POINTS, 2) times one 2 × 2 matrix for each digit."""
    stretch, lean, turn = torch.randn(3, len(path), generator=generator)
    stretch, lean, turn = torch.exp(STRETCH * stretch), SLANT + SLANT_SPREAD * lean, TURN * turn
    x_to_x, y_to_x = stretch, -lean
    cos, sin = turn.cos(), turn.sin()
    # Row vectors times matrix: first stretch and slant, then the rotation.
    matrix = torch.stack((x_to_x * cos, x_to_x * sin, y_to_x * cos - sin, y_to_x * sin + cos), dim=1)
    return torch.bmm(path, matrix.view(-1, 2, 2))


def _pen(digits: Tensor, generator: torch.Generator) -> Tensor:
    """Half the width of the stroke at every point: (n, POINTS), in pixels."""
    size, swell = torch.randn(2, len(digits), 1, generator=generator)
    phase = torch.rand(len(digits), 1, generator=generator)
    pressure = swell * torch.sin(2 * math.pi * (torch.linspace(0, 1, POINTS) + phase))  # (n, POINTS)
    radius = torch.tensor(PEN)[digits].unsqueeze(1) * torch.exp(PEN_SPREAD * size) * (1 + PRESSURE * pressure)
    return torch.clamp(radius, THINNEST_PEN, THICKEST_PEN)


def _fit_to_box(path: Tensor, reach: Tensor) -> tuple[Tensor, Tensor]:
    """Scales and shifts each digit so that its ink fills the box.

    Args:
        path: (n, POINTS, 2), in units of a digit's height.
        reach: (n, POINTS), how far the ink reaches from each point, in pixels.

    Returns:
        The path in pixels, and the scale: (n,) pixels a unit.
    """
    reach = reach.unsqueeze(2)  # (n, POINTS, 1)
    size = (path.amax(1) - path.amin(1)).amax(1)  # (n,)
    scale = (BOX + SNUG - 2 * reach.mean((1, 2))) / size
    for _ in range(2):  # the pen is not equally wide everywhere, so the first guess is off by a fraction of a pixel
        pixels = path * scale.view(-1, 1, 1)
        longest = ((pixels + reach).amax(1) - (pixels - reach).amin(1)).amax(1)
        scale = scale + (BOX + SNUG - longest) / size
    pixels = path * scale.view(-1, 1, 1)
    middle = ((pixels + reach).amax(1, keepdim=True) + (pixels - reach).amin(1, keepdim=True)) / 2  # (n, 1, 2)
    return pixels - middle + (BOX - 1) / 2, scale


def _ink(path: Tensor, radius: Tensor, spacing: Tensor, generator: torch.Generator) -> Tensor:
    """Inks the paths: the pixels within a radius of the path, with a soft edge.

    The nearest of 96 points, for every pixel, would take 38,400 distances a digit. A Gaussian dot
    is the product of a Gaussian in x and one in y, so the sum of all dots at all pixels is one matrix product,
    (20 × 96) @ (96 × 20). Its logarithm is a smooth minimum: with dots exp((r² - d²) / 2s²) it gives the smallest
    d² - r², which is negative inside the stroke and positive outside.

    Args:
        path: (n, POINTS, 2), x and y in pixels of the box.
        radius: (n, POINTS), half the width of the stroke in pixels.
        spacing: (n,), pixels between two points, which tells how many dots add up at a place.
        generator: For the roughness of the edge.

    Returns:
        torch.uint8 [n, 20, 20].
    """
    pixel = torch.arange(float(BOX)).view(1, -1, 1)
    x, y = path.transpose(1, 2).unsqueeze(2).unbind(1)  # (n, 1, POINTS) each
    softness = 2 * DOT**2
    # As many dots as add up along a stroke weigh as much as one.
    weight = radius.square() / softness + torch.log(spacing / (DOT * math.sqrt(2 * math.pi))).unsqueeze(1)
    # Farther than FAR there is no ink, and a processor takes ten times as long for numbers below 1e-38, which is
    # about the square of exp(-FAR² / 2s²).
    across = torch.exp((pixel - x).clamp(-FAR, FAR).square() / -softness)  # (n, BOX, POINTS)
    down = torch.exp(weight.unsqueeze(1) + (pixel - y).clamp(-FAR, FAR).square() / -softness)  # (n, BOX, POINTS)
    dots = torch.bmm(down, across.transpose(1, 2))  # (n, BOX, BOX)

    r = radius.mean(1).view(-1, 1, 1)
    beyond = -softness * torch.log(dots)  # (n, BOX, BOX), d² - r²
    distance = torch.sqrt((beyond + r * r).clamp_min(0)) - r  # pixels outside the stroke's edge; negative inside
    distance = distance + ROUGH * torch.randn(distance.shape, generator=generator)
    ink = (0.5 - distance / EDGE).clamp(0, 1)
    return (255 * ink).round().to(torch.uint8)


def _longer_side(boxes: Tensor) -> Tensor:
    """The longer side of what is not paper: (n, BOX, BOX) -> (n,), in pixels."""
    sides = []
    for axis in (1, 2):
        inked = boxes.amax(axis) > 0  # (n, BOX)
        position = torch.arange(1, BOX + 1) * inked  # counted from 1, and 0 where there is only paper
        backward = torch.arange(BOX, 0, -1) * inked
        sides.append(position.amax(1) + backward.amax(1) - BOX)
    return torch.maximum(*sides)


def _shift_to_centre(boxes: Tensor) -> Tensor:
    """By how many whole pixels to move a box from the middle of the image, down and right: (n, BOX, BOX) -> (n, 2)."""
    ink = boxes.float()
    position = torch.arange(float(BOX)) + MARGIN
    mass = torch.stack((ink.sum(2), ink.sum(1)), dim=1)  # (n, 2, BOX): over the rows and over the columns
    centre = mass @ position / ink.sum((1, 2)).unsqueeze(1)  # (n, 2)
    return (CENTRE_OF_MASS - centre).round().long()


def place(boxes: Tensor) -> Tensor:
    """Puts each box into an image with its centre of mass nearest to (14, 14): [n, BOX, BOX] -> [n, SIDE, SIDE]."""
    down, right = _shift_to_centre(boxes).unbind(1)  # (n,) each
    # Each pixel of the image looks up where in the box it comes from. Around the box there is a rim of paper, to
    # which all pixels that lie outside the box are sent.
    framed = pad(boxes, (1, 1, 1, 1))  # (n, BOX + 2, BOX + 2)
    position = torch.arange(SIDE) - MARGIN + 1
    row = (position - down.unsqueeze(1)).clamp(0, BOX + 1)  # (n, SIDE)
    column = (position - right.unsqueeze(1)).clamp(0, BOX + 1)
    source = row.unsqueeze(2) * (BOX + 2) + column.unsqueeze(1)  # (n, SIDE, SIDE)
    return framed.flatten(1).gather(1, source.flatten(1)).view(-1, SIDE, SIDE)


@dataclass(frozen=True)
class _Tables:
    """The styles as numbers. S styles; at most F forms a style and K control points a form, the rest is zeros."""

    weights: Tensor  # (S, POINTS, K): each point of the path as a weighted sum of the control points
    forms: Tensor  # (S, F, K, 2): control points, from -0.5 to 0.5
    known: Tensor  # (S, F): 1 where the style has a form
    digit: Tensor  # (S,): what each style writes
    share: Tensor  # (10, S): how common a style is for a digit
    length: Tensor  # (S,): of the path, in units of a digit's height


@cache
def _tables() -> _Tables:
    read = [[_parse(form) for form in style.forms] for style in STYLES]
    points = max(sum(map(len, form)) for forms in read for form in forms)
    tables = _Tables(
        weights=torch.zeros(len(STYLES), POINTS, points),
        forms=torch.zeros(len(STYLES), max(map(len, read)), points, 2),
        known=torch.zeros(len(STYLES), max(map(len, read))),
        digit=torch.tensor([style.digit for style in STYLES]),
        share=torch.zeros(10, len(STYLES)),
        length=torch.zeros(len(STYLES)),
    )
    for s, (style, forms) in enumerate(zip(STYLES, read, strict=True)):
        weights, tables.length[s] = _path_weights(forms[0])
        tables.weights[s, :, : weights.shape[1]] = weights
        tables.share[style.digit, s] = style.share
        tables.known[s, : len(forms)] = 1
        for f, form in enumerate(forms):
            tables.forms[s, f, : weights.shape[1]] = torch.cat([stroke.points for stroke in form])
    return tables


@dataclass(frozen=True)
class _Stroke:
    points: Tensor  # (k, 2), from -0.5 to 0.5
    corner: Tensor  # bool (k,); the ends count as corners

    def __len__(self) -> int:
        return len(self.points)


def _parse(form: str) -> list[_Stroke]:
    """Reads the notation of ``Style.forms``."""
    strokes = []
    for stroke in form.split("|"):
        words = stroke.split()
        points = torch.tensor([[float(number) for number in word.rstrip("!").split(",")] for word in words])
        corner = torch.tensor([word.endswith("!") for word in words])
        corner[[0, -1]] = True
        strokes.append(_Stroke(points / 100 - 0.5, corner))
    return strokes


def _path_weights(strokes: list[_Stroke]) -> tuple[Tensor, float]:
    """Spreads the dots evenly over the strokes.

    Returns:
        Dots as weighted sums of control points, (POINTS, k), and the length of all strokes.
    """
    lengths = [float((stroke.points[1:] - stroke.points[:-1]).norm(dim=1).sum()) for stroke in strokes]
    ends = [round(POINTS * sum(lengths[: i + 1]) / sum(lengths)) for i in range(len(strokes))]
    counts = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    curves = [_curve_weights(stroke, count) for stroke, count in zip(strokes, counts, strict=True)]
    return torch.block_diag(*curves), sum(lengths)


def _curve_weights(stroke: _Stroke, count: int) -> Tensor:
    """A smooth curve through k control points (a Catmull-Rom spline) as a matrix: (count, k).

    Between two control points the curve is a cubic, given by the points and the directions in which it passes them:
    parallel to the line between the neighbours, but at a corner straight to the next point. All of that is linear
    in the control points, so the matrix can be made once, and every writer's points multiplied with it.
    """
    chord = stroke.points[1:] - stroke.points[:-1]  # (k - 1, 2)
    mileage = torch.cat((torch.zeros(1), chord.norm(dim=1).cumsum(0)))  # (k,)
    at = torch.linspace(0, float(mileage[-1]), count)  # (count,)
    i = (torch.searchsorted(mileage, at, right=True) - 1).clamp(0, len(chord) - 1)  # the control point before
    t = ((at - mileage[i]) / (mileage[i + 1] - mileage[i])).unsqueeze(1)  # (count, 1), 0..1 on the way to the next

    here = torch.eye(len(stroke))  # (k, k): each control point as a weighted sum of all
    step = here[1:] - here[:-1]  # (k - 1, k)
    coming, going = torch.cat((step[:1], step)), torch.cat((step, step[-1:]))  # (k, k): directions
    smooth = (coming + going) / 2
    corner = stroke.corner.unsqueeze(1)
    coming, going = torch.where(corner, coming, smooth), torch.where(corner, going, smooth)
    return (
        (2 * t**3 - 3 * t**2 + 1) * here[i]
        + (t**3 - 2 * t**2 + t) * going[i]
        + (3 * t**2 - 2 * t**3) * here[i + 1]
        + (t**3 - t**2) * coming[i + 1]
    )


def generated_splits(seed: int = 0) -> Splits:
    """The data set that needs no network, in three parts: 10,000 to train on, 1,000 and 1,000 to judge by.

    Args:
        seed: Which digits; the same seed gives the same.

    Returns:
        The parts, all drawn alike.
    """
    digits = make_digits(12_000, seed)
    parts = slice(0, 10_000), slice(10_000, 11_000), slice(11_000, 12_000)
    return Splits("generated digits", *(digits.subset(part) for part in parts))
