"""What damage does to a network: how much it still reads, of each digit too, and how gracefully it fails."""

import base64
import io
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from mnist_core.figures import svg
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure

BEFORE, NOW = "before", "now"
GUESSING = 0.1  # the share read by naming one of ten digits blindly


def before_and_now(*, before: float, now: float, theme: Theme) -> VegaFigure:
    """Two bars, one above the other: the share of all images read before the damage and now.

    Args:
        before: 0 to 1.
        now: 0 to 1.
        theme: Of the page.

    Returns:
        The figure.
    """
    data = pd.DataFrame({"when": [BEFORE, NOW], "read": [before, now]})
    data["label"] = [f"{share:.1%}" for share in (before, now)]
    encoding = {
        "y": {"field": "when", "type": "nominal", "sort": None, "title": None, "axis": {"labelFontSize": 13}},
        "x": {"field": "read", "type": "quantitative", "scale": {"domain": [0, 1.2]}, "axis": None},
        "tooltip": [{"field": "when", "type": "nominal"}, {"field": "read", "type": "quantitative", "format": ".2%"}],
    }
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.75}},
        "encoding": {
            "color": {
                "field": "when",
                "type": "nominal",
                "scale": {"domain": [BEFORE, NOW], "range": [theme.rest, theme.first_line]},
                "legend": None,
            }
        },
    }
    label = {  # the scale goes beyond 100 % to leave it room
        "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 14, "color": theme.text},
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }
    return VegaFigure(data, {"height": 64, "encoding": encoding, "layer": [bars, label]})


def digit_bars(*, before: Sequence[float], now: Sequence[float], theme: Theme) -> VegaFigure:
    """For each digit the share of its images read now as a bar, and before as a line across.

    Args:
        before: For the digits from 0 on, 0 to 1; nan for a digit without images, which gets no mark.
        now: Likewise.
        theme: Of the page.

    Returns:
        The figure.
    """
    data = pd.DataFrame(
        [
            (str(digit), was, is_now)
            for digit, (was, is_now) in enumerate(zip(before, now, strict=True))
            if math.isfinite(was) and math.isfinite(is_now)
        ],
        columns=["digit", BEFORE, NOW],
    )
    x = {"field": "digit", "type": "nominal", "sort": None, "axis": {"labelAngle": 0, "labelFontSize": 15}}
    numbers = [{"field": name, "type": "quantitative", "format": ".1%"} for name in (BEFORE, NOW)]
    encoding = {"x": x, "tooltip": [{"field": "digit", "type": "nominal"}, *numbers]}
    bar = {
        "mark": {"type": "bar", "color": theme.first_line},
        "encoding": {"y": {"field": NOW, **_share("read rightly")}},
    }
    tick = {
        "mark": {"type": "tick", "color": theme.text, "thickness": 2.5, "width": {"band": 0.95}},
        "encoding": {"y": {"field": BEFORE, **_share("read rightly")}},
    }
    return VegaFigure(data, {"height": 190, "encoding": encoding, "layer": [bar, tick]})


def _share(title: str) -> dict[str, Any]:
    return {
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
    }


def failure_curve(
    *, amounts: Sequence[float], read: Sequence[float], at: float, now: float, title: str, shown: str, theme: Theme
) -> VegaFigure:
    """The share read over the amount of one kind of damage, with a ring where the reader stands.

    Args:
        amounts: Ascending.
        read: What is read at each, 0 to 1.
        at: The reader's amount.
        now: What is read with all of the reader's damage, 0 to 1.
        title: Of the amount.
        shown: The d3 format of an amount, such as ``%``.
        theme: Of the page.

    Returns:
        The figure.
    """
    rows = [(*point, "curve") for point in zip(amounts, read, strict=True)]
    data = pd.DataFrame([*rows, (at, now, "yours")], columns=["amount", "read", "kind"])
    encoding = {
        "x": {
            "field": "amount",
            "type": "quantitative",
            "title": title,
            "scale": {"domain": [amounts[0], amounts[-1]], "nice": False},
            "axis": {"format": shown, "tickCount": 5},
        },
        "y": {"field": "read", **_share("read rightly")},
        "tooltip": [
            {"field": "amount", "type": "quantitative", "format": shown, "title": title},
            {"field": "read", "type": "quantitative", "format": ".1%"},
        ],
    }

    def layer(kind: str, mark: dict[str, Any]) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": encoding}

    line = {"type": "line", "strokeWidth": 2.5, "color": theme.first_line, "point": {"color": theme.first_line}}
    ring = {"type": "point", "size": 220, "strokeWidth": 3, "filled": False, "color": theme.text, "opacity": 1}
    return VegaFigure(data, {"height": 240, "layer": [*_guessing(theme), layer("curve", line), layer("yours", ring)]})


def _guessing(theme: Theme) -> list[dict[str, Any]]:
    """Where a network stands that names a digit blindly."""
    at = {"y": {"datum": GUESSING}}
    rule = {"type": "rule", "strokeDash": [4, 4], "color": theme.rest}
    text = {"type": "text", "text": "guessing: 10%", "align": "left", "dx": 4, "dy": 11, "color": theme.text}
    nothing: dict[str, Any] = {"values": [{}]}
    return [
        {"data": nothing, "mark": rule, "encoding": at},
        {"data": nothing, "mark": text, "encoding": {**at, "x": {"value": 0}}},
    ]


class Reading(NamedTuple):
    """An image and what was made of it: ink uint8 [28, 28], the digit it shows, and those read before and now."""

    image: npt.NDArray[np.uint8]
    shows: int
    before: int
    now: int


def reading_cards(*, readings: Sequence[Reading], columns: int, theme: Theme) -> str:
    """Images with the digits they are read as before and now; green frames for right ones, vermillion for wrong ones.

    The frame of a wrong reading is also dashed, so that nobody need tell the two colours apart.

    Args:
        readings: One at least.
        columns: How many stand side by side.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    wide, high, side = 84.0, 120.0, 70.0
    parts = []
    for index, reading in enumerate(readings):
        left, top = index % columns * wide + (wide - side) / 2, index // columns * high + 3
        is_right = reading.now == reading.shows
        centre = left + side / 2
        parts.append(
            f'<image href="{_png(reading.image)}" x="{left:.1f}" y="{top:.1f}" width="{side}" height="{side}" '
            'image-rendering="pixelated"/>'
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{side}" height="{side}" fill="none" '
            + (f'stroke="{RIGHT_CLASS}"' if is_right else f'stroke="{CHOICE}" stroke-dasharray="10 5"')
            + ' stroke-width="4"/>'
        )
        parts.append(svg.text(centre, top + side + 17, f"before: {reading.before}", size=13, colour=theme.text))
        parts.append(svg.text(centre, top + side + 35, f"now: {reading.now}", size=15, colour=theme.text, bold=True))
    wrong = sum(reading.now != reading.shows for reading in readings)
    said = f"{len(readings)} images, each with the digit read before and now; {wrong} of them are now read wrongly."
    rows = -(-len(readings) // columns)
    return svg.drawing(width=columns * wide, height=rows * high, content="".join(parts), said=said)


def _png(image: npt.NDArray[np.uint8]) -> str:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()
