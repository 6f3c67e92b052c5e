"""The border between two classes: the plane of two inputs, shaded by p, with points, a line and its normal."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch import Tensor

from mnist_core.figures import svg
from mnist_core.figures.images import png_url
from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import Theme

SIDE = 300.0  # of the plane, in units of the drawing
LEFT, ABOVE, RIGHT, BELOW = 26.0, 24.0, 16.0, 44.0  # for what is written around it, and for an arrow's head
LOWEST = -0.06  # the plane begins a little below 0, so that points and borders there can be seen
CELLS = 64
ROUNDING = 1e-9  # a border through a corner would be lost to it
THUMBNAIL = 30.0
ARROW = 13.0  # units for each unit of the normal

Place = tuple[float, float]


def plane(
    *,
    points: Sequence[Sequence[float]],
    labels: Sequence[int],
    weights: Place,
    bias: float,
    reach: float,
    thumbnails: Sequence[tuple[int, Tensor]],
    theme: Theme,
) -> str:
    """Points of two classes, what a neuron says at each place, and where it changes its mind.

    Vermillion is where p is above one half, blue where below, and the weaker the nearer to it. Ones are upright
    strokes, zeros are rings.

    Args:
        points: [N][2], x₁ and x₂, 0 to ``reach``.
        labels: [N], 0 or 1.
        weights: w₁ and w₂.
        bias: Of the neuron.
        reach: Where both axes end, above 0.
        thumbnails: Points whose images are shown in their places: the number of the point, torch.uint8 [28, 28].
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    w, of = np.asarray(weights, dtype=np.float64), _Scale(reach)
    parts = [of.shading(w, bias, theme)]
    parts += [of.mark(point, label, theme) for point, label in zip(points, labels, strict=True)]
    parts += [of.thumbnail(points[number], image, theme) for number, image in thumbnails]
    ends = crossing(weights, bias, (LOWEST, reach))
    if ends:
        parts += [of.line(*ends, theme), of.normal(*ends, w, theme)]
    said = (
        "A square, x₁ to the right and x₂ upwards. The ones lie at the bottom and the zeros on the left. Colours show "
        "what the neuron says at each place"
        + (", and a straight line with an arrow across it shows its border." if ends else "; its border is outside.")
    )
    return svg.drawing(
        width=LEFT + SIDE + RIGHT,
        height=ABOVE + SIDE + BELOW,
        content="".join(parts),
        said=said,
        labels=of.labels(),
        theme=theme,
        most=LEFT + SIDE + RIGHT,
    )


def crossing(weights: Place, bias: float, ends: Place) -> tuple[Place, Place] | None:
    """Where the border w₁x₁ + w₂x₂ + b = 0 enters and leaves a square; None if it does not cross it.

    Args:
        weights: w₁ and w₂.
        bias: b.
        ends: Of the square, the same for both axes.
    """
    low, high = ends[0] - ROUNDING, ends[1] + ROUNDING
    first, second = weights
    found = []
    for edge in ends:
        if second and low <= (there := -(first * edge + bias) / second) <= high:
            found.append((edge, there))
        if first and low <= (there := -(second * edge + bias) / first) <= high:
            found.append((there, edge))
    pair = max(((one, other) for one in found for other in found), key=lambda pair: math.dist(*pair), default=None)
    return pair if pair and math.dist(*pair) > 10 * ROUNDING else None


class _Scale:
    """From the plane to the drawing."""

    def __init__(self, reach: float) -> None:
        self.reach = reach
        self.unit = SIDE / (reach - LOWEST)

    def place(self, x: float, y: float) -> Place:
        return LEFT + (x - LOWEST) * self.unit, ABOVE + (self.reach - y) * self.unit

    def shading(self, w: npt.NDArray[np.float64], bias: float, theme: Theme) -> str:
        at = LOWEST + (np.arange(CELLS) + 0.5) * (self.reach - LOWEST) / CELLS
        z = w[0] * at[None, :] + w[1] * at[::-1, None] + bias  # the top row first
        values = 0.8 * np.tanh(z / 2)  # tanh(z / 2) is 2p − 1
        picture = png_url(Image.fromarray(signed_colours(values=values, theme=theme, limit=1.0)))
        return f'<image href="{picture}" x="{LEFT}" y="{ABOVE}" width="{SIDE}" height="{SIDE}"/>'

    def mark(self, point: Sequence[float], label: int, theme: Theme) -> str:
        left, top = self.place(*point)
        if label:
            return f'<path d="M{left:.1f} {top - 5:.1f}v10" stroke="{theme.text}" stroke-width="1.8"/>'
        ring = f'r="3.6" fill="none" stroke="{theme.text}" stroke-width="1.4"'
        return f'<circle cx="{left:.1f}" cy="{top:.1f}" {ring}/>'

    def thumbnail(self, point: Sequence[float], image: Tensor, theme: Theme) -> str:
        left, top = (middle - THUMBNAIL / 2 for middle in self.place(*point))
        left, top = min(max(left, LEFT), LEFT + SIDE - THUMBNAIL), min(max(top, ABOVE), ABOVE + SIDE - THUMBNAIL)
        place = f'x="{left:.1f}" y="{top:.1f}" width="{THUMBNAIL}" height="{THUMBNAIL}"'
        href = png_url(Image.fromarray(image.numpy()))
        frame = f'<rect {place} fill="none" stroke="{theme.background}" stroke-width="1.5"/>'
        return f'<image href="{href}" {place} style="image-rendering: pixelated"/>{frame}'

    def line(self, start: Place, end: Place, theme: Theme) -> str:
        (x1, y1), (x2, y2) = self.place(*start), self.place(*end)
        return _stroke(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", theme)

    def normal(self, start: Place, end: Place, w: npt.NDArray[np.float64], theme: Theme) -> str:
        x, y = self.place((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        along = np.array([w[0], -w[1]]) / np.hypot(*w)  # in the drawing, down is more
        across = np.array([-along[1], along[0]])
        middle, corner = np.array([x, y]), np.array([LEFT + SIDE + RIGHT, ABOVE + SIDE + BELOW])
        with np.errstate(divide="ignore"):  # along an axis, it never meets two of the edges
            room = (np.where(along > 0, corner - 3 - middle, middle - 3) / np.abs(along)).min()
        tip = middle + min(ARROW * np.hypot(*w), room) * along  # a border at the edge leaves little room
        wings = [tip - 9 * along + side * 6 * across for side in (-1, 1)]
        head = f"M{wings[0][0]:.1f} {wings[0][1]:.1f}L{tip[0]:.1f} {tip[1]:.1f}L{wings[1][0]:.1f} {wings[1][1]:.1f}"
        return _stroke(f"M{x:.1f} {y:.1f}L{tip[0]:.1f} {tip[1]:.1f}{head}", theme)

    def labels(self) -> list[svg.Label]:
        ticks = [0.0, 0.5, 1.0][: 2 + (self.reach >= 1)]
        below = [svg.Label(self.place(tick, 0)[0], ABOVE + SIDE + 12, f"{tick:g}") for tick in ticks]
        beside = [svg.Label(LEFT - 4, self.place(0, tick)[1], f"{tick:g}", "end") for tick in ticks]
        return [
            *below,
            *beside,
            svg.Label(LEFT + SIDE, ABOVE + SIDE + 32, "x₁, ink in the middle", "end"),
            svg.Label(LEFT, 10, "x₂, ink at the sides", "start"),
        ]


def _stroke(path: str, theme: Theme) -> str:
    """Drawn on a wider one in the colour of the page, so that it stands out from points and shades."""
    lines = ((theme.background, 6), (theme.text, 3))
    return "".join(
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>' for colour, width in lines
    )
