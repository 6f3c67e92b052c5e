"""A network as columns of neurons with lines between them, and the weights between two layers as an area.

Both are HTML for ``st.html``, as ``drawing`` makes it.
"""

from collections.abc import Sequence

from mnist_core.figures.svg import Label, drawing
from mnist_core.figures.theme import Theme

WIDTH, HEIGHT = 460, 330  # in units of the drawing; it is scaled to the page
_TOP, _BOTTOM = 44, 262  # between them stand the neurons
_LEFT, _RIGHT = 34, WIDTH - 40
_SHOW_ALL = 10  # a layer of so many neurons is drawn whole
_MOST_PAIRS = 7  # of neurons drawn above and below the dots that stand for the rest


def network_diagram(*, layer_sizes: Sequence[int], theme: Theme) -> str:
    """Draws the layers of a network side by side; of a wide one a few neurons, dots for the rest, and the count.

    Args:
        layer_sizes: Widths from the pixels to the scores, such as (784, 128, 10); at least two, all 1 or more.
        theme: Of the page.

    Returns:
        The drawing.

    Raises:
        ValueError: If there are not two layers, or one is empty.
    """
    sizes = list(layer_sizes)
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError("A network has two layers or more, each with a neuron at least.")
    columns = [_LEFT + (_RIGHT - _LEFT) * i / (len(sizes) - 1) for i in range(len(sizes))]
    heights = [_heights(size) for size in sizes]
    parts, labels = [_lines(columns, heights, theme)], []
    for index, (x, size, ys) in enumerate(zip(columns, sizes, heights, strict=True)):
        role = "pixels" if index == 0 else "scores" if index == len(sizes) - 1 else f"hidden {index}"
        parts.append(_column(x, size, ys, role, theme))
        labels += _names(x, size, ys, role)
    for left, right, inputs, outputs in zip(columns, columns[1:], sizes, sizes[1:], strict=False):
        parts.append(_bracket(left, right, theme))
        labels.append(Label((left + right) / 2, HEIGHT - 11, f"{inputs * outputs + outputs:,}"))
    widths = " to ".join(f"{size:,}" for size in sizes)
    said = f"A network of {widths}: every neuron is joined to all of the layer before."
    return drawing(width=WIDTH, height=HEIGHT, content="".join(parts), said=said, theme=theme, labels=labels)


def _heights(size: int) -> list[float]:
    """Where the drawn neurons of a layer stand: all, or as many above and below a gap, the more the wider it is."""
    middle, room = (_TOP + _BOTTOM) / 2, _BOTTOM - _TOP
    pairs = min(_MOST_PAIRS, max(2, round(size.bit_length() - 2.5)))
    slots = size if size <= _SHOW_ALL else 2 * pairs + 1
    step = min(21.0, room / max(1, slots - 1))
    places = [middle + (slot - (slots - 1) / 2) * step for slot in range(slots)]
    return places if size <= _SHOW_ALL else places[:pairs] + places[pairs + 1 :]


def _lines(columns: Sequence[float], heights: Sequence[Sequence[float]], theme: Theme) -> str:
    path = "".join(
        f"M{left:.1f} {start:.1f}L{right:.1f} {end:.1f}"
        for left, right, starts, ends in zip(columns, columns[1:], heights, heights[1:], strict=False)
        for start in starts
        for end in ends
    )
    return f'<path d="{path}" stroke="{theme.rest}" stroke-width="0.6" opacity="0.45" fill="none"/>'


def _bracket(left: float, right: float, theme: Theme) -> str:
    """From one layer's count to the next, above the number of parameters between them."""
    path = f"M{left + 4:.1f} {HEIGHT - 31}v6H{right - 4:.1f}v-6"
    return f'<path d="{path}" stroke="{theme.rest}" stroke-width="1" fill="none"/>'


def _column(x: float, size: int, ys: Sequence[float], role: str, theme: Theme) -> str:
    parts = []
    for y in ys:
        if role == "pixels":
            parts.append(f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{theme.rest}"/>')
        else:
            fill = theme.second_line if role == "scores" else theme.first_line
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{fill}"/>')
    if size > len(ys):  # three dots in the gap stand for the rest
        middle = (_TOP + _BOTTOM) / 2
        parts += [f'<circle cx="{x:.1f}" cy="{middle + dy}" r="1.6" fill="{theme.text}"/>' for dy in (-5, 0, 5)]
    return "".join(parts)


def _names(x: float, size: int, ys: Sequence[float], role: str) -> list[Label]:
    """What is written of a layer: its role, its width, and the digits of the scores."""
    labels = [Label(x, 14, role), Label(x, HEIGHT - 45, f"{size:,}", is_bold=True)]
    if role == "scores" and size <= _SHOW_ALL:
        labels += [Label(x + 18, y, str(index)) for index, y in enumerate(ys)]
    return labels


def weight_areas(*, inputs: int, outputs: int, theme: Theme) -> str:
    """The weights between two layers as a rectangle, and in it the four that stand there when both are doubled.

    Args:
        inputs: Width of the first layer, before; its side of the rectangle is the upright one.
        outputs: Width of the second layer, before.
        theme: Of the page.

    Returns:
        The drawing.
    """
    side, left, top = 108.0, 60.0, 26.0
    width, height = side * min(1.0, outputs / inputs), side * min(1.0, inputs / outputs)
    cells = [
        f'<rect x="{left + column * (width + 3):.1f}" y="{top + row * (height + 3):.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" fill="{theme.first_line if row == column == 0 else theme.rest}" '
        f'opacity="{0.9 if row == column == 0 else 0.4}"/>'
        for row in (0, 1)
        for column in (0, 1)
    ]
    across, down = left + 2 * width + 3, top + 2 * height + 3
    upper, lower, beside = top + height / 2, top + height * 1.5, across + 14
    labels = [
        Label(left + width / 2, top - 13, f"{outputs}"),
        Label(left + width * 1.5 + 3, top - 13, f"+ {outputs}"),
        Label(left - 10, upper, f"{inputs}", "end"),
        Label(left - 10, lower + 3, f"+ {inputs}", "end"),
        Label(beside, upper - 10, "before:", "start"),
        Label(beside, upper + 10, f"{inputs * outputs:,}", "start", is_bold=True),
        Label(beside, lower - 10, "all four:", "start"),
        Label(beside, lower + 10, f"{4 * inputs * outputs:,}", "start", is_bold=True),
    ]
    said = (
        f"A rectangle of {inputs} by {outputs} weights, {inputs * outputs:,}. With both sides doubled it is four "
        f"times as large: {4 * inputs * outputs:,}."
    )
    return drawing(
        width=across + 96,
        height=down + 10,
        content="".join(cells),
        said=said,
        theme=theme,
        labels=labels,
        most=380,
    )
