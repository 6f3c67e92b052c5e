"""The way back of the loss through a network small enough to see whole: what is lit has been reached."""

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from mnist_core import words
from mnist_core.figures.svg import Label, drawing
from mnist_core.figures.theme import Theme
from mnist_core.lessons.backpropagation import SMALL_RIGHT, SmallPass

WIDTH, HEIGHT = 400, 272  # in units of the drawing: about the pixels of a phone
MOST = 540  # pixels: all of it stays on a projector's screen
INPUTS, HIDDEN, SCORES, LOSS = 32.0, 158.0, 284.0, 374.0  # where the columns stand
ROWS = (56.0, 206.0)
MIDDLE = sum(ROWS) / 2
RADIUS = 24.0
CROSSING = {INPUTS: 0.28, HIDDEN: 0.36}  # where the number of a line stands that crosses another: not where they do

# How far back it is: each is one link of the chain.
AT_LOSS, AT_SCORES, AT_NEURON, AT_SUM, AT_WEIGHT, AT_ALL = range(6)
CLASSES = ("3", "8")
SUBSCRIPTS = ("₁", "₂")


class Line(NamedTuple):
    """A weight between two neurons.

    Attributes:
        start: Where it begins, on the left.
        end: Where it ends.
        words: The number on it.
        is_lit: Whether the way back has come along it.
        is_strong: Whether its number is written strongly.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    words: str
    is_lit: bool
    is_strong: bool


def way_back(*, run: SmallPass, back: int, theme: Theme) -> str:
    """The small network with all its numbers, and as much of the way from the loss to one weight as has been gone.

    Args:
        run: What went through it.
        back: How far back, from ``AT_LOSS`` to ``AT_ALL``.
        theme: Of the page.

    Returns:
        The drawing.

    Raises:
        ValueError: If it can't be so far back.
    """
    if not AT_LOSS <= back <= AT_ALL:
        raise ValueError(f"The way back has the steps {AT_LOSS} to {AT_ALL}, not {back}.")
    lines = [*_first(run, back), *_last(run, back), *_to_loss(back)]
    parts = [_line(line, theme) for line in sorted(lines, key=lambda line: line.is_lit)]
    parts += [_ground(line, theme) for line in lines if line.words]
    parts += _neurons(run, back, theme)
    labels = [Label(*_place(line), line.words, is_bold=line.is_strong) for line in lines if line.words]
    return drawing(
        width=WIDTH,
        height=HEIGHT,
        content="".join(parts),
        said=_said(run, back),
        theme=theme,
        labels=[*labels, *_names(run), *_values(run), *_below(run, back)],
        most=MOST,
    )


def _first(run: SmallPass, back: int) -> Iterator[Line]:
    """From the inputs to the hidden neurons. The first is the weight that the way leads to."""
    for neuron, at in product((0, 1), (0, 1)):
        is_it = neuron == at == 0
        weight = run.first[neuron][at]
        said = f"w = {_short(weight)}" if is_it else _short(weight)
        if back == AT_ALL:
            said = words.number(run.first_gradient[neuron][at])
        elif is_it and back == AT_WEIGHT:
            said = f"× {_short(run.x[at])}"
        is_lit = bool(run.sum_slopes[neuron]) and (back == AT_ALL or (is_it and back == AT_WEIGHT))
        yield Line((INPUTS, ROWS[at]), (HIDDEN, ROWS[neuron]), said, is_lit, is_it or back == AT_ALL)


def _last(run: SmallPass, back: int) -> Iterator[Line]:
    """From the hidden neurons to the scores: the way to the first neuron comes along two of them."""
    for digit, neuron in product((0, 1), (0, 1)):
        is_reached = back == AT_ALL or (neuron == 0 and back >= AT_NEURON)
        weight = run.last[digit][neuron]
        said = _short(weight)
        if back == AT_ALL:
            said = words.number(run.last_gradient[digit][neuron])
        elif is_reached:
            said = f"× {_short(weight)}"
        yield Line((HIDDEN, ROWS[neuron]), (SCORES, ROWS[digit]), said, is_reached, is_reached)


def _to_loss(back: int) -> Iterator[Line]:
    for row in ROWS:
        yield Line((SCORES, row), (LOSS, MIDDLE), "", back >= AT_SCORES, False)


def _line(line: Line, theme: Theme) -> str:
    (x0, y0), (x1, y1) = line.start, line.end
    colour, width = (theme.second_line, 3.5) if line.is_lit else (theme.rest, 1)
    drawn = f'<path d="M{x0} {y0}L{x1} {y1}" stroke="{colour}" stroke-width="{width}" fill="none"/>'
    return drawn + (_head(line, colour) if line.is_lit else "")


def _head(line: Line, colour: str) -> str:
    """An arrowhead at the left end, where the neuron begins: the way leads back."""
    (x0, y0), (x1, y1) = line.start, line.end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    across, down = (x1 - x0) / length, (y1 - y0) / length
    tip = (x0 + (RADIUS + 1) * across, y0 + (RADIUS + 1) * down)
    base = (tip[0] + 11 * across, tip[1] + 11 * down)
    corners = [(base[0] - side * 6 * down, base[1] + side * 6 * across) for side in (-1, 1)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (tip, *corners))
    return f'<polygon points="{points}" fill="{colour}"/>'


def _place(line: Line) -> tuple[float, float]:
    """Where a line's number stands."""
    (x0, y0), (x1, y1) = line.start, line.end
    share = CROSSING[x0] if y0 != y1 else 0.5
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)


def _ground(line: Line, theme: Theme) -> str:
    """The colour of the page behind a number, so that no line runs through it."""
    x, y = _place(line)
    half = 4.5 * len(line.words) + 1
    return f'<rect x="{x - half}" y="{y - 10}" width="{2 * half}" height="20" fill="{theme.background}"/>'


def _neurons(run: SmallPass, back: int, theme: Theme) -> Iterator[str]:
    for row, hidden in zip(ROWS, run.hidden, strict=True):
        is_first = row == ROWS[0]
        yield _circle(INPUTS, row, False, theme)
        is_open = back >= AT_NEURON and (is_first or back == AT_ALL)
        yield _circle(HIDDEN, row, is_open, theme, is_silent=hidden == 0)
        yield _circle(SCORES, row, back >= AT_SCORES, theme)
    yield _circle(LOSS, MIDDLE, True, theme)


def _circle(x: float, y: float, is_lit: bool, theme: Theme, *, is_silent: bool = False) -> str:
    colour, width = (theme.second_line, 3.5) if is_lit else (theme.rest, 1.5)
    dashes = ' stroke-dasharray="5 4"' if is_silent else ""
    return (
        f'<circle cx="{x}" cy="{y}" r="{RADIUS}" fill="{theme.background}" stroke="{colour}" '
        f'stroke-width="{width}"{dashes}/>'
    )


def _names(run: SmallPass) -> Iterator[Label]:
    for row, subscript, name, total in zip(ROWS, SUBSCRIPTS, CLASSES, run.sums, strict=True):
        above = row - RADIUS - 12
        aside = above if row == ROWS[0] else row + RADIUS + 12  # not where lines arrive
        is_right = name == CLASSES[SMALL_RIGHT]
        yield Label(INPUTS, above, f"x{subscript}")
        yield Label(HIDDEN, aside, f"h{subscript} = ReLU({_short(total)})")
        yield Label(SCORES, above, f"p{_sub(name)}{', right' if is_right else ''}")
    yield Label(LOSS, MIDDLE - RADIUS - 12, "loss")


def _values(run: SmallPass) -> Iterator[Label]:
    for row, x, hidden, p in zip(ROWS, run.x, run.hidden, run.p, strict=True):
        yield Label(INPUTS, row, _short(x))
        yield Label(HIDDEN, row, _short(hidden))
        yield Label(SCORES, row, f"{p:.2f}")
    yield Label(LOSS, MIDDLE, f"{run.loss:.2f}", is_bold=True)


def _below(run: SmallPass, back: int) -> Iterator[Label]:
    """Below a neuron: its score, and what has come back to it."""
    for at, (row, name) in enumerate(zip(ROWS, CLASSES, strict=True)):
        below = row + RADIUS + 12
        yield Label(SCORES, below, f"z{_sub(name)} {words.number(run.scores[at])}")
        if back >= AT_SCORES:
            yield Label(SCORES, below + 17, f"δ {words.number(run.score_slopes[at])}", is_bold=True)
        if back == AT_NEURON and at == 0:
            yield Label(HIDDEN, below, f"← {words.number(run.arrived[at])}", is_bold=True)
        if back == AT_ALL or (back >= AT_SUM and at == 0):
            yield Label(HIDDEN, below + 17 * at, f"δ {words.number(run.sum_slopes[at])}", is_bold=True)


def _sub(name: str) -> str:
    return chr(ord("₀") + int(name))


def _short(number: float) -> str:
    """With one decimal, and none where that is 0: all numbers to begin with are so short."""
    return words.minus(f"{number:z.1f}".removesuffix(".0"))


def _said(run: SmallPass, back: int) -> str:
    reached = (
        "Nothing has gone back yet.",
        "The way back has reached both scores.",
        "It has reached the first hidden neuron, along two lines.",
        "It has gone through the neuron's ReLU." if run.sum_slopes[0] else "The neuron is silent and stops it.",
        f"It has reached the weight w, whose gradient is {words.number(run.first_gradient[0][0])}.",
        "It has reached all eight weights, and each line has its gradient.",
    )[back]
    return (
        f"A network of two inputs, two hidden neurons and two classes. Its loss is {run.loss:.2f}. {reached} The text "
        "beside it has the numbers."
    )
