"""The look that is the same on every page: colours in light and dark, one font, one size of letters.

The palette is Okabe and Ito's (2008), which colour-blind readers tell apart. Colours fill marks, never text.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # the first page needs the colours, and not half a second of importing pandas
    import pandas as pd

RIGHT_CLASS = "#009E73"  # bluish green
CHOICE = "#D55E00"  # vermillion: what the model chose
FONT = '"Source Sans", sans-serif'  # the page's
LARGE = 20  # pixels: the size of letters on a projector
_NARROW = 290  # pixels of a chart on a phone: an axis title that is wider is broken into lines
_LETTER = 0.5  # how wide a letter is, as a share of its size
_PADDING = {"left": 4, "top": 4, "right": 10, "bottom": 4}


class VegaFigure(NamedTuple):
    """A Vega-Lite figure: its spec stays while the data changes, so that the page need not draw it anew."""

    data: pd.DataFrame
    spec: dict[str, Any]


@dataclass(frozen=True)
class Theme:
    """What differs between the light and the dark page, and between a desk and a projector.

    Attributes:
        background: Of the page.
        text: What is written in figures.
        axis: What is written on axes and legends: quieter, and still at 4.5 to 1 or better.
        rest: Marks that are neither right nor chosen.
        first_line: Training.
        second_line: Validation.
        third_line: Where there is one more.
        heat: From nothing to all.
        is_dark: Whether it is the dark page.
        size: Of letters, in pixels; in no figure are they smaller.
    """

    background: str
    text: str
    axis: str
    rest: str
    first_line: str
    second_line: str
    third_line: str
    heat: tuple[str, str]
    is_dark: bool
    size: int = 14

    def figure(self, data: pd.DataFrame, spec: dict[str, Any]) -> VegaFigure:
        """A Vega-Lite figure with this look: font, sizes, colours of what is written, and the same edges.

        Args:
            data: What is drawn.
            spec: Without sizes of letters. A long axis title is broken into lines, so that it fits a phone.

        Returns:
            The figure.
        """
        height = spec.get("height")
        rooms = {"x": _NARROW, "y": height if isinstance(height, int) else _NARROW}
        config = {**self._config(), **spec.get("config", {})}
        return VegaFigure(data, {**self._with_broken_titles(spec, rooms), "padding": _PADDING, "config": config})

    def columns(self, names: Sequence[str]) -> int:
        """How many columns a legend above a chart has, so that it fits a phone: all names in a row, or one a row."""
        letters = sum(len(name) + 4 for name in names)  # 4: the mark beside each
        return len(names) if letters * _LETTER * self.size <= _NARROW else 1

    def sized(self, css: str) -> str:
        """A style sheet in which SIZE stands for the size of letters."""
        return css.replace("SIZE", f"{self.size}px")

    def _config(self) -> dict[str, Any]:
        """What Vega-Lite is told once for a whole figure."""
        written = {"labelFontSize": self.size, "titleFontSize": self.size, "titleFontWeight": "normal"}
        coloured = {"labelColor": self.axis, "titleColor": self.axis}
        return {
            "font": FONT,
            "axis": {**written, **coloured, "labelLimit": 0, "titleLimit": 0},
            "legend": {
                **written,
                **coloured,
                "labelLimit": 0,
                "titleLimit": 0,
                "symbolOpacity": 1,
                "padding": 0,
                "offset": 12,
            },
            "text": {"fontSize": self.size, "color": self.text},
            "title": {"fontSize": self.size, "color": self.text, "fontWeight": "normal"},
        }

    def _with_broken_titles(self, part: Any, rooms: dict[str, int]) -> Any:
        """A part of a spec in which the titles of the axes x and y are lists of lines where they are long."""
        if isinstance(part, list):
            return [self._with_broken_titles(each, rooms) for each in part]
        if not isinstance(part, dict):
            return part
        broken = {name: self._with_broken_titles(value, rooms) for name, value in part.items()}
        for name, room in rooms.items():
            channel = broken.get(name)
            if isinstance(channel, dict) and isinstance(channel.get("title"), str):
                lines = self.lines(channel["title"], room)
                broken[name] = {**channel, "title": lines if len(lines) > 1 else channel["title"]}
        return broken

    def lines(self, words: str, room: float) -> list[str]:
        """A text, broken into lines that fit so many pixels."""
        return textwrap.wrap(words, max(8, int(room / (_LETTER * self.size))), break_long_words=False)


LIGHT = Theme(
    background="#FFFFFF",
    text="#1B1F24",
    axis="#4B5259",
    rest="#767676",
    first_line="#0072B2",
    second_line="#B87B00",
    third_line="#A6467F",
    heat=("#F4F6F8", "#0072B2"),
    is_dark=False,
)
DARK = Theme(
    background="#12161B",
    text="#E6E9ED",
    axis="#B9BFC7",
    rest="#8C8C8C",
    first_line="#56B4E9",
    second_line="#E69F00",
    third_line="#CC79A7",
    heat=("#1C2229", "#56B4E9"),
    is_dark=True,
)
