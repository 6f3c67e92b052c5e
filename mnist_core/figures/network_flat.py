"""A hidden layer flattened: each image as its digit at its place, and the reader's drawing as a star among them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core.figures.theme import Theme, VegaFigure

# For the digits 0 to 9. What is often near (4, 7 and 9; 3, 5 and 8; 0 and 6) is far apart in colour, also for
# colour-blind readers. They begin with Okabe and Ito's, made darker or lighter until each can be read as a letter.
INKS_ON_LIGHT = (
    "#8B1A1A",
    "#1B7F8C",
    "#1B1F24",
    "#0072B2",
    "#6A3FA0",
    "#007A57",
    "#B0307F",
    "#8A6100",
    "#B84700",
    "#717171",
)
INKS_ON_DARK = (
    "#56B4E9",
    "#8F979F",
    "#9FE8E0",
    "#A98BF0",
    "#E07FB8",
    "#FFFFFF",
    "#FF7F3F",
    "#E69F00",
    "#F0E442",
    "#1FC493",
)
STAR = (
    "M0,-1L0.235,-0.324L0.951,-0.309L0.38,0.124L0.588,0.809L0,0.4L-0.588,0.809L-0.38,0.124L-0.951,-0.309L-0.235,-0.324Z"
)
EDGE = 1.06  # of the axes, where the outermost image lies at 1


def flattened(
    *,
    places: Sequence[tuple[float, float]],
    labels: Sequence[int],
    star: tuple[float, float] | None,
    rings: Sequence[int],
    theme: Theme,
) -> VegaFigure:
    """Images as the digits they show, each at its place in a plane.

    Args:
        places: Of the images. Both axes are stretched to the outermost of them and of the star.
        labels: The digits they show.
        star: The place of the reader's drawing; None: there is none.
        rings: Which images have a ring around them and a line to the star.
        theme: Of the page.

    Returns:
        The figure; only its data changes with the images.

    Raises:
        ValueError: If there are not as many labels as places.
    """
    if len(places) != len(labels):
        raise ValueError(f"{len(places)} images need as many labels, not {len(labels)}.")
    every = [*places, *([star] if star else [])]
    x, y = (_stretched([place[axis] for place in every]) for axis in (0, 1))
    rows = [(*at, "image", str(label)) for *at, label in zip(x, y, labels, strict=False)]
    rows += [(x[index], y[index], "ring", "") for index in rings]
    data = pd.DataFrame(rows, columns=["x", "y", "kind", "digit"])
    if star:
        data.loc[len(data)] = [x[-1], y[-1], "star", ""]
    data["x2"], data["y2"] = (x[-1], y[-1]) if star else (0.0, 0.0)
    return theme.figure(data, {"height": 300, "encoding": _axes(), "layer": _layers(theme)})


def _stretched(values: Sequence[float]) -> list[float]:
    """The same between -1 and 1; all 0 where nothing differs."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    half = (high - low) / 2
    return [(value - low) / half - 1 if half > 0 else 0.0 for value in values]


def _axes() -> dict[str, Any]:
    """Without names and numbers: a length along a direction has no unit that a reader knows."""
    scale = {"domain": [-EDGE, EDGE], "nice": False}
    return {
        name: {"field": name, "type": "quantitative", "scale": scale, "axis": None, "title": None}
        for name in ("x", "y")
    }


def _layers(theme: Theme) -> list[dict[str, Any]]:
    inks = INKS_ON_DARK if theme.is_dark else INKS_ON_LIGHT
    scale = {"domain": [str(digit) for digit in range(10)], "range": list(inks)}
    digit = {
        "text": {"field": "digit", "type": "nominal"},
        "color": {"field": "digit", "type": "nominal", "scale": scale, "legend": None},
    }
    line = {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
    around = {"stroke": theme.text, "aria": False}
    star = {"shape": STAR, "size": 650, "fill": theme.text, "stroke": theme.background, "strokeWidth": 2}
    return [
        {**_of_kind("image", type="text", aria=False), "encoding": digit},
        {**_of_kind("ring", type="rule", **around, strokeWidth=1), "encoding": line},
        _of_kind("ring", type="point", filled=False, size=230, strokeWidth=2, opacity=1, **around),
        _of_kind("star", type="point", opacity=1, **star),
    ]


def _of_kind(kind: str, **mark: Any) -> dict[str, Any]:
    """A layer of what the data call so."""
    return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}
