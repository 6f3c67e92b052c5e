"""Pixels as numbers: a table of them, how often each value occurs, and what a network makes of their scale."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.figures.images import sheet
from mnist_core.figures.theme import LIGHT, Theme, VegaFigure

BIN = 8  # grey levels to a bar: 32 bars
BRIGHT = 118  # from this level on, black numbers read better than white ones
DIM = 5  # times darker are the parts of a data set that are not meant
AXIS = (-1.1, 3.0)  # holds 0 to 1 and what normalisation makes of it, so that both figures share it

_TABLE_STYLE = """
<style>
.pixel-table { container-type: inline-size; font-size: SIZE; font-variant-numeric: tabular-nums; }
.pixel-table table { border-collapse: collapse; font: inherit; line-height: 1; margin: 0; }
.pixel-table td { forced-color-adjust: none; --v: 0; background: rgb(var(--v), var(--v), var(--v)); color: #FFF;
  text-align: center; min-width: 1.68em; height: 1.6em; padding: 0; border: 1px solid #333; }
.pixel-table td.o { color: #767676; }
.pixel-table td.b { color: #000; }
.pixel-table th { font-weight: normal; text-align: right; padding: 0 .3em 0 0; border: 0; }
.pixel-table thead th { text-align: center; padding: 0 0 .3em; }
.pixel-table tr.r td { border-top: 2px solid #56B4E9; border-bottom: 2px solid #56B4E9; }
.pixel-table tr.r th { font-weight: bold; }
.pixel-table p { display: none; font-size: inherit; margin: 0.5em 0 0; }
/* Where 28 numbers do not fit side by side, each is a square, and those of the marked row stand below. */
@container (max-width: 50em) {
  .pixel-table table { width: 100%; max-width: 30em; table-layout: fixed; }
  .pixel-table th { display: none; }
  .pixel-table tr { height: calc(min(100cqw, 30em) / 28); }
  .pixel-table td { font-size: 0; min-width: 0; height: auto; }
  .pixel-table p { display: block; }
}
</style>
"""


def number_table(*, levels: Sequence[Sequence[int]], row: int, theme: Theme) -> str:
    """An image as the table of its numbers, each on a ground as bright as it is, with the numbers of rows and columns.

    One row is marked. Where there is no room for 28 numbers side by side, as on a phone, the table is one of squares,
    and the numbers of the marked row stand below it.

    Args:
        levels: Rows of whole numbers, 0 to 255.
        row: The row to mark, from 0.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    lines = []
    for index, values in enumerate(levels):
        cells = "".join(_cell(int(value)) for value in values)
        lines.append(f'<tr{" class=r" if index == row else ""}><th scope="row">{index}</th>{cells}</tr>')
    columns = "".join(f'<th scope="col">{column}</th>' for column in range(len(levels[0])))
    table = f"<table><thead><tr><th></th>{columns}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    below = f'<p aria-hidden="true">Row {row}: {" ".join(map(str, map(int, levels[row])))}</p>'
    place = '<div class="pixel-table" role="region" aria-label="The numbers of the image, row by row">'
    return f"{theme.sized(_TABLE_STYLE)}{place}{table}{below}</div>"


def _cell(level: int) -> str:
    if level == 0:
        return '<td class="o">0</td>'
    return f'<td{" class=b" if level >= BRIGHT else ""} style="--v:{level}">{level}</td>'


def parts_sheet(*, images: Tensor, parts: Sequence[int], chosen: int, columns: int) -> npt.NDArray[np.uint8]:
    """Images that stand for a data set in several parts; those of one part are bright, the others dim.

    Args:
        images: torch.uint8 [N, 28, 28].
        parts: The part of each image.
        chosen: The bright one.
        columns: Images in a row.

    Returns:
        uint8 [rows, width], as from ``sheet``.
    """
    shown = [image if part == chosen else image // DIM for image, part in zip(images, parts, strict=True)]
    return sheet(images=torch.stack(shown), columns=columns, factor=2)


def class_bars(*, counts: Sequence[int], theme: Theme, chosen: int, height: int = 200) -> VegaFigure:
    """How many images there are of each digit.

    Args:
        counts: Of the digits 0 to 9.
        theme: Of the page.
        chosen: The digit whose bar stands out.
        height: In pixels.

    Returns:
        The figure.
    """
    data = pd.DataFrame({"digit": [str(digit) for digit in range(len(counts))], "images": list(counts)})
    data["label"] = [f"{count:,}" for count in counts]
    data["chosen"] = [digit == chosen for digit in range(len(counts))]
    encoding: dict[str, Any] = {
        "x": {"field": "digit", "type": "nominal", "sort": None, "axis": {"labelAngle": 0}},
        "y": {"field": "images", "type": "quantitative", "axis": {"tickCount": 4, "format": ",d"}},
    }
    fill = {"condition": {"test": "datum.chosen", "value": theme.first_line}, "value": theme.rest}
    fits = f"width > {2.7 * theme.size * len(counts):g}"
    label = {
        # On a phone the numbers would lie on each other: there only that of the bar which stands out is written.
        "mark": {
            "type": "text",
            "baseline": "bottom",
            "dy": -3,
            "opacity": {"expr": f"{fits} || datum.chosen ? 1 : 0"},
        },
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }
    bars = {"mark": "bar", "encoding": {"color": fill}}
    return theme.figure(data, {"height": height, "encoding": encoding, "layer": [bars, label]})


def level_histogram(
    *,
    counts: Sequence[int],
    shift: float,
    scale: float,
    mean: float,
    deviation: float,
    value: float | None,
    name: str,
    without_paper: bool,
    theme: Theme,
    axis: tuple[float, float] = AXIS,
    height: int = 200,
) -> VegaFigure:
    """How often pixels have which value, on one of the two scales, with one value marked.

    Args:
        counts: How often each of the 256 grey levels occurs.
        shift: What is taken from a pixel in 0..1,
        scale: and what it is then divided by. 0 and 1 leave it as it is.
        mean: Of all pixels, on this scale.
        deviation: Of all pixels, on this scale.
        value: The value to mark, on this scale; None marks none.
        name: Of the quantity, for the axis.
        without_paper: Leaves out the level 0, which hides all others by its size.
        theme: Of the page.
        axis: From where to where the axis goes; the usual one holds both scales.
        height: In pixels, where letters have their usual size.

    Returns:
        The figure.
    """
    bars = _bars(counts, shift, scale, without_paper)
    marks = [
        ("spread", mean - deviation, mean + deviation, 0.0, ""),
        ("mean", mean, mean, 0.0, ""),
    ]
    if value is not None:
        marks.append(("value", value, value, 0.0, f"your pixel: {words.number(value)}"))
    data = pd.DataFrame(bars + marks, columns=["kind", "start", "end", "share", "label"])
    said = f"mean {words.number(mean)} (dashed), deviation {words.number(deviation)} (grey band)"
    title = {"text": theme.lines(said, 330), "anchor": "start", "offset": 8}
    tall = height + 7 * (theme.size - LIGHT.size)  # larger letters take more of it
    return theme.figure(data, {"title": title, "height": tall, "layer": _histogram_layers(name, axis, theme)})


def _bars(
    counts: Sequence[int], shift: float, scale: float, without_paper: bool
) -> list[tuple[str, float, float, float, str]]:
    """The share of the pixels in each few neighbouring levels, and where these lie on the scale."""
    bars = []
    for first in range(0, len(counts), BIN):
        count = sum(counts[max(first, 1) if without_paper else first : first + BIN])
        start, end = (((level / 255) - shift) / scale for level in (first - 0.5, first + BIN - 0.5))
        bars.append(("bar", start, end, count / sum(counts), ""))
    return bars


def _histogram_layers(name: str, axis: tuple[float, float], theme: Theme) -> list[dict[str, Any]]:
    x = {
        "field": "start",
        "type": "quantitative",
        "title": name,
        "scale": {"domain": list(axis), "nice": False},
        "axis": {"tickCount": 8},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "title": "share of pixels",
        "axis": {"format": ".3~%", "tickCount": 4, "minExtent": 44, "maxExtent": 44},
    }

    def layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": encoding}

    # Above the plot, where no line crosses it, and towards the middle, so that it never reaches beyond the plot: that
    # would make the plot narrower.
    align = {"expr": f"datum.start > {sum(axis) / 2} ? 'right' : 'left'"}
    label = {"type": "text", "align": align}
    x2 = {"field": "end"}
    return [
        layer("spread", {"type": "rect", "color": theme.rest, "opacity": 0.18}, {"x": x, "x2": x2}),
        layer("bar", {"type": "rect", "color": theme.rest}, {"x": x, "x2": x2, "y": y, "y2": {"datum": 0}}),
        layer("mean", {"type": "rule", "strokeDash": [4, 4], "color": theme.text}, {"x": x}),
        layer("value", {"type": "rule", "strokeWidth": 2.5, "color": theme.first_line}, {"x": x}),
        layer("value", label, {"x": x, "y": {"value": -8}, "text": {"field": "label", "type": "nominal"}}),
    ]


def scale_bars(*, accuracies: Mapping[str, float], names: Sequence[str], theme: Theme) -> VegaFigure:
    """The share read rightly, for each scale the same pixels were put on.

    Args:
        accuracies: From 0 to 1, by name, as far as they are to be seen; the first is how it is meant.
        names: All that there will be: each has its place.
        theme: Of the page.

    Returns:
        The figure.
    """
    data = pd.DataFrame({"scale": list(accuracies), "read rightly": list(accuracies.values())})
    data["label"] = [f"{accuracy:.1%}" for accuracy in accuracies.values()]
    data["meant"] = [index == 0 for index in range(len(data))]
    encoding: dict[str, Any] = {
        "y": {"field": "scale", "type": "nominal", "sort": None, "title": None, "scale": {"domain": list(names)}},
        "x": {
            "field": "read rightly",
            "type": "quantitative",
            "scale": {"domain": [0, 1.12], "nice": False},  # room for the numbers behind the bars
            "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
        },
    }
    fill = {"condition": {"test": "datum.meant", "value": theme.first_line}, "value": theme.rest}
    label = {
        "mark": {"type": "text", "align": "left", "dx": 5},
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }
    bars = {"mark": {"type": "bar", "height": 26}, "encoding": {"color": fill}}
    return theme.figure(data, {"height": {"step": 42}, "encoding": encoding, "layer": [bars, label]})
