"""What a network gains on digits that it learns from, and what it loses elsewhere."""

import html
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from torch import Tensor

from mnist_core.figures.cards import data_url
from mnist_core.figures.curves import epoch_axis
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure

HEIGHT = 190  # pixels

_STYLE = """
<style>
.kept-back { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 0.25rem; max-width: 34rem;
  text-align: center; line-height: 1.2; font-size: SIZE; }
.kept-back img { display: block; width: 100%; box-sizing: border-box; image-rendering: pixelated;
  forced-color-adjust: none; }
</style>
"""


class Trial(NamedTuple):
    """What came of one way to learn on.

    Attributes:
        kept: The share of the digits kept back that is read rightly, before the first batch and after each epoch.
        elsewhere: The same of the other images.
        is_latest: Whether it is the one that is looked at; others are pale.
    """

    kept: Sequence[float]
    elsewhere: Sequence[float]
    is_latest: bool


def gain_and_cost(*, trials: Sequence[Trial], names: tuple[str, str], epochs: int, theme: Theme) -> VegaFigure:
    """Two lines for each way to learn on: the digits kept back, and the other images.

    Args:
        trials: The ways tried so far; none before the first.
        names: What the two lines are called.
        epochs: Where the axis ends.
        theme: Of the page.

    Returns:
        The figure; only its data changes while a training goes on.
    """
    rows = [
        (number, name, epoch, value, trial.is_latest)
        for number, trial in enumerate(trials)
        for name, values in zip(names, (trial.kept, trial.elsewhere), strict=True)
        for epoch, value in enumerate(values)
    ]
    data = pd.DataFrame(rows, columns=["trial", "images", "epoch", "share", "latest"])
    layers = [
        _layer("datum.latest", {"type": "line", "strokeWidth": 2.5, "point": {"size": 40}}),
        _layer("!datum.latest", {"type": "line", "strokeWidth": 1.5, "strokeDash": [5, 4], "opacity": 0.7}),
    ]
    return theme.figure(data, {"height": HEIGHT, "encoding": _encoding(names, epochs, theme), "layer": layers})


def _layer(chosen: str, mark: dict[str, Any]) -> dict[str, Any]:
    return {"transform": [{"filter": chosen}], "mark": mark}


def _encoding(names: tuple[str, str], epochs: int, theme: Theme) -> dict[str, Any]:
    legend = {"orient": "top", "title": None, "symbolType": "stroke", "columns": theme.columns(names)}
    return {
        "x": epoch_axis(epochs),
        "y": {
            "field": "share",
            "type": "quantitative",
            "title": "read rightly",
            "scale": {"domain": [0, 1]},
            "axis": {"format": ".0%", "tickCount": 5},
        },
        "color": {
            "field": "images",
            "type": "nominal",
            "scale": {"domain": list(names), "range": [theme.first_line, theme.second_line]},
            "legend": legend,
        },
        "detail": {"field": "trial", "type": "nominal"},
        "tooltip": [
            {"field": "images", "type": "nominal"},
            {"field": "epoch", "type": "quantitative"},
            {"field": "share", "type": "quantitative", "format": ".1%"},
        ],
    }


def kept_back(*, images: Tensor, labels: Sequence[int], read: Sequence[int] | None, theme: Theme) -> str:
    """Digits in rows of ten, with green frames where they are read rightly, and dashed vermillion ones where not.

    Args:
        images: torch.uint8 [N, 28, 28].
        labels: What they are.
        read: What they are read as; None: nobody has read them yet.
        theme: Of the page.

    Returns:
        HTML. Below each image stands what it is, and what it is read as if that is something else.
    """
    told = [None] * len(labels) if read is None else list(read)
    tiles = "".join(_tile(*each) for each in zip(images, labels, told, strict=True))
    return f'{theme.sized(_STYLE)}<div class="kept-back" role="list">{tiles}</div>'


def _tile(image: Tensor, label: int, read: int | None) -> str:
    is_right = read in (None, label)
    frame = "transparent solid" if read is None else f"{RIGHT_CLASS} solid" if is_right else f"{CHOICE} dashed"
    below = f"{label}" if is_right else f"{label}→{read}"
    spoken = html.escape(f"A digit kept back, {label}" + ("" if read is None else f", read as {read}"), quote=True)
    picture = f'<img src="{data_url(image=image)}" style="border: 3px {frame}" alt="{spoken}">'
    return f'<div role="listitem">{picture}<div>{below}</div></div>'
