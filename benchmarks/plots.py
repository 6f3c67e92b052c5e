"""Plots, most with two logarithmic axes, as a picture in SVG."""

import math
from dataclasses import dataclass
from html import escape

from mnist_core.figures.theme import CHOICE, LIGHT, RIGHT_CLASS

WIDTH, HEIGHT = 480, 300  # pixels, of one plot
LEFT, RIGHT, TOP, BOTTOM = 48, 130, 34, 44  # around its axes; names stand on the right
LETTERS = 12
LEAST = 14  # pixels between two names, so that both can be read
COLOURS = (CHOICE, "#0072B2", RIGHT_CLASS, "#E69F00", "#CC79A7", "#56B4E9")  # Okabe and Ito's


@dataclass(frozen=True)
class Line:
    """Points (x, y) above 0, from left to right, and what they are called."""

    name: str
    points: list[tuple[float, float]]


@dataclass(frozen=True)
class Plot:
    """Some lines, and what is written above and below them; on even axes from 0, if that is said."""

    title: str
    x: str
    lines: list[Line]
    is_even: bool = False


def ticks(low: float, high: float) -> list[float]:
    """Round numbers that divide a logarithmic axis: tens, and 2 and 5 of them where there are few.

    Args:
        low: Above 0.
        high: At least ``low``.

    Returns:
        Those from the last that is not above ``low`` to the first that is not below ``high``.
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first < 3 else (1,)
    found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    begin = max(at for at, tick in enumerate(found) if tick <= low * (1 + 1e-9))
    end = min(at for at, tick in enumerate(found) if tick >= high * (1 - 1e-9))
    return found[begin : end + 1]


def even_ticks(high: float) -> list[float]:
    """Round numbers from 0 to the first that is not below ``high``, which is above 0: four to eight steps."""
    power = 10.0 ** math.floor(math.log10(high))
    step = next(share * power for share in (0.2, 0.5, 1.0, 2.0) if high <= 8 * share * power)
    return [index * step for index in range(math.ceil(high / step - 1e-9) + 1)]


def apart(wanted: list[float], least: float) -> list[float]:
    """Places as near to the wanted ones as goes, from the top down, with at least so much between any two."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    places = list(wanted)
    for above, below in zip(order, order[1:], strict=False):
        places[below] = max(places[below], places[above] + least)
    return places


def drawn(plots: list[Plot]) -> str:
    """The plots, two in a row, as SVG."""
    rows = -(-len(plots) // 2)
    parts = [
        f'<g transform="translate({at % 2 * WIDTH} {at // 2 * HEIGHT})">{_plot(plot)}</g>'
        for at, plot in enumerate(plots)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {rows * HEIGHT}" '
        f'font-family="sans-serif" font-size="{LETTERS}" fill="{LIGHT.text}">\n'
        f'<rect width="100%" height="100%" fill="{LIGHT.background}"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _plot(plot: Plot) -> str:
    xs, ys = ([point[axis] for line in plot.lines for point in line.points] for axis in (0, 1))
    if plot.is_even:
        across, up = even_ticks(max(xs)), even_ticks(max(ys))
    else:
        across, up = ticks(min(xs), max(xs)), ticks(min(ys), max(ys))

    def share(value: float, axis: list[float]) -> float:
        return value / axis[-1] if plot.is_even else _share(value, axis)

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * share(value, across)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share(value, up)

    grid = [
        f'<path d="M{x(tick):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        + _text(x(tick), HEIGHT - BOTTOM + 16, f"{tick:,g}", "middle")
        for tick in across
    ] + [
        f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        + _text(LEFT - 6, y(tick) + 4, f"{tick:,g}", "end")
        for tick in up
    ]
    names = apart([y(line.points[-1][1]) + 4 for line in plot.lines], LEAST)
    lines = [
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
        + " ".join(f"{x(across):.1f},{y(up):.1f}" for across, up in line.points)
        + f'"/><path d="M{WIDTH - RIGHT + 4} {name - 4:.1f}h10" stroke="{colour}" stroke-width="3"/>'
        + _text(WIDTH - RIGHT + 18, name, line.name)
        for line, name, colour in zip(plot.lines, names, COLOURS, strict=False)
    ]
    words = [_text(LEFT, 20, plot.title), _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, plot.x, "middle")]
    return "".join(grid + lines + words)


def _share(value: float, axis: list[float]) -> float:
    """Where a number stands on a logarithmic axis, 0 to 1; an axis of one number has it at its beginning."""
    length = math.log(axis[-1] / axis[0])
    return math.log(value / axis[0]) / length if length else 0.0


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
