"""The colours that mean the same on every page, in light and dark.

The palette is Okabe and Ito's (2008), which colour-blind readers tell apart. Colours fill marks, never text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # the first page needs the colours, and not half a second of importing pandas
    import pandas as pd

RIGHT_CLASS = "#009E73"  # bluish green
CHOICE = "#D55E00"  # vermillion: what the model chose


@dataclass(frozen=True)
class Theme:
    """What differs between the light and the dark page."""

    text: str
    rest: str  # marks that are neither right nor chosen
    first_line: str  # training
    second_line: str  # validation
    third_line: str  # where there is one more
    heat: tuple[str, str]  # from nothing to all


LIGHT = Theme("#1B1F24", "#767676", "#0072B2", "#B87B00", "#A6467F", ("#F4F6F8", "#0072B2"))
DARK = Theme("#E6E9ED", "#8C8C8C", "#56B4E9", "#E69F00", "#CC79A7", ("#1C2229", "#56B4E9"))


class VegaFigure(NamedTuple):
    """A Vega-Lite figure: its spec stays while the data changes, so that the page need not draw it anew."""

    data: pd.DataFrame
    spec: dict[str, Any]
