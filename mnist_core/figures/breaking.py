"""What damage does to a network: how much it still reads, of each digit too, and how gracefully it fails."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from mnist_core import words
from mnist_core.evaluation.accuracy import GUESSING_ACCURACY
from mnist_core.figures.images import png_url
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure

BEFORE, NOW = "before", "now"
_STYLE = """
<style>
.readings { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 0.9rem 0.7rem;
  text-align: center; line-height: 1.4; }
.readings-place { container-type: inline-size; font-size: SIZE; }
.readings img { display: block; width: 100%; box-sizing: border-box; margin-bottom: 0.3rem;
  image-rendering: pixelated; }
@container (max-width: 56em) { .readings { grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 0.7rem 0.3rem; } }
</style>
"""


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
    x = {"field": "digit", "type": "nominal", "sort": None, "axis": {"labelAngle": 0}}
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
    return theme.figure(data, {"height": 190, "encoding": encoding, "layer": [bar, tick]})


def _share(title: str) -> dict[str, Any]:
    return {
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
    }


def failure_curve(
    *,
    amounts: Sequence[float],
    read: Sequence[float],
    ring: tuple[float, float] | None,
    title: str,
    shown: str,
    theme: Theme,
    reference: Sequence[float] = (),
) -> VegaFigure:
    """The share read over the amount of one kind of damage, with a ring where the reader stands.

    Args:
        amounts: Ascending.
        read: What is read at each, 0 to 1; empty for a network that can't be damaged so.
        ring: The reader's amount, and what is read with all of the reader's damage, 0 to 1; None: no ring.
        title: Of the amount.
        shown: The d3 format of an amount, such as ``%``.
        theme: Of the page.
        reference: What another network reads at each amount, drawn grey and dashed; empty: there is none.

    Returns:
        The figure.
    """
    rows = [
        (*point, kind)
        for kind, shares in (("curve", read), ("reference", reference))
        for point in zip(amounts if shares else (), shares, strict=True)
    ]
    rows += [(*ring, "yours")] if ring else []
    data = pd.DataFrame(rows, columns=["amount", "read", "kind"])
    line = {"type": "line", "strokeWidth": 2.5, "color": theme.first_line, "point": {"color": theme.first_line}}
    other = {"type": "line", "strokeWidth": 2, "color": theme.rest, "strokeDash": [6, 4]}
    mark = {"type": "point", "size": 220, "strokeWidth": 3, "filled": False, "color": theme.text, "opacity": 1}
    encoding = _curve_axes((amounts[0], amounts[-1]), title, shown)
    layers = [
        {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": drawn, "encoding": encoding}
        for kind, drawn in (("reference", other), ("curve", line), ("yours", mark))
    ]
    return theme.figure(data, {"height": 240, "layer": [*_guessing(theme), *layers]})


def _curve_axes(reach: tuple[float, float], title: str, shown: str) -> dict[str, Any]:
    x = {
        "field": "amount",
        "type": "quantitative",
        "title": title,
        "scale": {"domain": list(reach), "nice": False},
        "axis": {"format": shown, "tickCount": 5},
    }
    tooltip = [
        {"field": "amount", "type": "quantitative", "format": shown, "title": title},
        {"field": "read", "type": "quantitative", "format": ".1%"},
    ]
    return {"x": x, "y": {"field": "read", **_share("read rightly")}, "tooltip": tooltip}


def _guessing(theme: Theme) -> list[dict[str, Any]]:
    """Where a network stands that names a digit blindly."""
    at = {"y": {"datum": GUESSING_ACCURACY}}
    rule = {"type": "rule", "strokeDash": [2, 4], "color": theme.rest}  # dots: the other network's line has dashes
    text = {"type": "text", "text": "guessing: 10%", "align": "left", "dx": 4, "dy": 0.8 * theme.size}
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


def reading_cards(*, readings: Sequence[Reading], theme: Theme) -> str:
    """Images with the digits they are read as before and now; green frames for right ones, vermillion for wrong ones.

    The frame of a wrong reading is also dashed, so that nobody need tell the two colours apart.

    Args:
        readings: In the order in which they are to stand.
        theme: Of the page.

    Returns:
        HTML for ``st.html``: ten side by side, or on a phone five.
    """
    cards = "".join(map(_reading_card, readings))
    return f'{theme.sized(_STYLE)}<div class="readings-place"><div class="readings" role="list">{cards}</div></div>'


def _reading_card(reading: Reading) -> str:
    frame = f"{RIGHT_CLASS} solid" if reading.now == reading.shows else f"{CHOICE} dashed"
    return (
        f'<div role="listitem"><img src="{png_url(Image.fromarray(reading.image))}" style="border: 4px {frame}" '
        f'alt="Image of {words.a(reading.shows)}"><div>before: {reading.before}</div><b>now: {reading.now}</b></div>'
    )
