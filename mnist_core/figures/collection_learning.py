"""What a network gains on digits that it learns from, and what it loses elsewhere."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from torch import Tensor

from mnist_core import words
from mnist_core.figures.cards import data_url
from mnist_core.figures.curves import epoch_axis
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure

HEIGHT = 150  # pixels

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
        name: What its line is called.
        shares: Of images read rightly, before the first batch and after each epoch, 0 to 1.
        is_latest: Whether it is the one that is looked at; others are pale.
    """

    name: str
    shares: Sequence[float]
    is_latest: bool


def over_the_epochs(*, trials: Sequence[Trial], title: str, epochs: int, theme: Theme, lowest: float) -> VegaFigure:
    """The share of some images that is read rightly: a line for each way to learn on.

    Args:
        trials: The ways tried so far; none before the first.
        title: Which images; it stands above the figure.
        epochs: Where the axis ends.
        theme: Of the page.
        lowest: Where the axis ends below, unless a line goes deeper.

    Returns:
        The figure; only its data changes while a training goes on.
    """
    rows = [
        (trial.name, epoch, share, trial.is_latest, trial.name if epoch == len(trial.shares) - 1 else "")
        for trial in trials
        for epoch, share in enumerate(trial.shares)
    ]
    data = pd.DataFrame(rows, columns=["mixed in", "epoch", "share", "latest", "label"])
    layers = [
        _layer("!datum.latest", {"type": "line", "strokeWidth": 1.5, "strokeDash": [5, 4], "color": theme.rest}),
        _layer("datum.latest", {"type": "line", "strokeWidth": 2.5, "point": {"size": 35}, "color": theme.first_line}),
    ]
    said = {"type": "text", "align": "right", "dy": -0.7 * theme.size, "dx": 4}
    # Where the axis is whole, lines end on each other.
    layers += [{**_layer("datum.label", said), "encoding": _NAMES}] if lowest else []
    above = {"text": title, "anchor": "start", "offset": 6}
    return theme.figure(
        data, {"height": HEIGHT, "title": above, "encoding": _encoding(epochs, lowest), "layer": layers}
    )


def _layer(chosen: str, mark: dict[str, Any]) -> dict[str, Any]:
    return {"transform": [{"filter": chosen}], "mark": mark}


_NAMES = {"text": {"field": "label", "type": "nominal"}}


def _encoding(epochs: int, lowest: float) -> dict[str, Any]:
    return {
        "x": {**epoch_axis(epochs), "title": None},
        "y": {
            "field": "share",
            "type": "quantitative",
            "title": None,
            "scale": {"zero": False, "nice": False, "domain": {"unionWith": [lowest, 1]}},
            "axis": {"format": "~%", "tickCount": 4},
        },
        "detail": {"field": "mixed in", "type": "nominal"},
        "tooltip": [
            {"field": "mixed in", "type": "nominal"},
            {"field": "epoch", "type": "quantitative"},
            {"field": "share", "type": "quantitative", "format": ".1%"},
        ],
    }


def kept_back(*, images: Tensor, labels: Sequence[int], read: Sequence[int], theme: Theme) -> str:
    """Digits in rows of ten, with green frames where they are read rightly, and dashed vermillion ones where not.

    Args:
        images: torch.uint8 [N, 28, 28].
        labels: What they are.
        read: What they are read as.
        theme: Of the page.

    Returns:
        HTML. Below each image stands what it is, and what it is read as if that is something else.
    """
    tiles = "".join(_tile(*each) for each in zip(images, labels, read, strict=True))
    return f'{theme.sized(_STYLE)}<div class="kept-back" role="list">{tiles}</div>'


def _tile(image: Tensor, label: int, read: int) -> str:
    frame, below = (f"{RIGHT_CLASS} solid", f"{label}") if read == label else (f"{CHOICE} dashed", f"{label}→{read}")
    spoken = f"{words.a(label).capitalize()}, read as {words.a(read)}"
    picture = f'<img src="{data_url(image=image)}" style="border: 3px {frame}" alt="{spoken}">'
    return f'<div role="listitem">{picture}<div>{below}</div></div>'
