"""Which digits are taken for which."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core import words
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure

SELECTION = "cell"  # the name under which a click on the matrix is reported
_AXIS = {
    "labelAngle": 0,
    "domain": False,
    "ticks": False,
    "labelFlush": False,
    "labelOverlap": False,
}


def confusion_matrix(
    *, counts: Sequence[Sequence[int]], chosen: tuple[int, int], as_rates: bool, theme: Theme
) -> VegaFigure:
    """A confusion matrix whose cells can be clicked: the selection ``cell`` has the fields ``shown`` and ``read``.

    Args:
        counts: 10 rows of 10: a row for what an image shows, a column for what it was read as.
        chosen: The row and the column of the cell with a frame.
        as_rates: Whether a cell says its share of the row, in percent, or its number of images.
        theme: Of the page.

    Returns:
        The figure. The colour is the share of the row, from none to the most common mistake. The diagonal, which has
        nearly all images, would outshine every mistake: it has no colour.
    """
    rows = []
    for shown, row in enumerate(counts):
        images = sum(row)
        for read, count in enumerate(row):
            share = count / images if images else 0.0
            number = f"{100 * share:.1f}" if as_rates else str(count)
            rows.append(
                {
                    "shown": shown,
                    "read": read,
                    "images": count,
                    "said": f"{count:,} of {images:,} images of {words.a(shown)} were read as {words.a(read)}: "
                    f"{share:.1%}",
                    "number": number if count else "",
                    "mistakes": 0.0 if shown == read else share,
                    "frame": 3 if (shown, read) == chosen else 0,
                }
            )
    data = pd.DataFrame(rows)
    data["warmth"] = data["mistakes"] / (data["mistakes"].max() or 1)
    return theme.figure(data, _matrix(theme))


def _matrix(theme: Theme) -> dict[str, Any]:
    fill = {"field": "warmth", "type": "quantitative", "scale": {"domain": [0, 1], "range": list(theme.heat)}}
    pick = {"type": "point", "fields": ["shown", "read"], "toggle": False, "clear": False}
    return {
        "height": 270,
        "encoding": {
            "x": {"field": "read", "type": "ordinal", "title": "read as", "axis": _AXIS},
            "y": {"field": "shown", "type": "ordinal", "title": "it is", "axis": _AXIS},
            "tooltip": {"field": "said", "type": "nominal"},
            "description": {"field": "said", "type": "nominal"},
        },
        "layer": [
            {
                "params": [{"name": SELECTION, "select": pick}],
                "mark": {"type": "rect", "cursor": "pointer"},
                "encoding": {"color": {**fill, "legend": None}},
            },
            {
                "mark": {"type": "text", "cursor": "pointer", "aria": False},
                "encoding": {"text": {"field": "number", "type": "nominal"}, "color": _ink()},
            },
            {
                "transform": [{"filter": "datum.frame > 0"}],
                "mark": {"type": "rect", "filled": False, "stroke": theme.text, "strokeWidth": 3, "aria": False},
            },
        ],
        "config": {"scale": {"bandPaddingInner": 0.04, "bandPaddingOuter": 0.02}},
    }


def _ink() -> dict[str, Any]:
    """White or black: whichever can be read better on the colour of the cell. That is always 4.58 to 1 or better."""
    fill = "scale('color', datum.warmth)"
    return {
        "condition": {"test": f"contrast({fill}, '#FFF') > contrast({fill}, '#000')", "value": "#FFF"},
        "value": "#000",
    }


def precision_and_recall(
    *, precision: Sequence[float], recall: Sequence[float], chosen: int, theme: Theme
) -> VegaFigure:
    """Two marks for each digit: a disc for its precision, a square for its recall.

    Args:
        precision: Of the digits 0 to 9; nan where there is none, which gets no mark.
        recall: The same.
        chosen: The digit whose row has a ground of its own.
        theme: Of the page.

    Returns:
        The figure. Its axis ends at 1 and begins a little below the lowest value.
    """
    values = {"precision": precision, "recall": recall}
    data = pd.DataFrame(
        [
            {"digit": digit, "measure": measure, "value": None if math.isnan(value) else value}
            for measure, of_digits in values.items()
            for digit, value in enumerate(of_digits)
        ]
    )
    data["value"] = data["value"].astype("float64")
    data["chosen"] = data["digit"] == chosen
    lowest = data["value"].min()
    start = 0.0 if math.isnan(lowest) else min(0.98, math.floor(50 * lowest - 0.1) / 50)
    return theme.figure(data, _two_marks(max(0.0, start), theme))


def _two_marks(start: float, theme: Theme) -> dict[str, Any]:
    axis = {"format": ".0%", "tickCount": 5, "orient": "top"}
    value = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [start, 1]},
        "axis": axis,
    }
    return {
        "height": {"step": 26},
        "encoding": {"y": {"field": "digit", "type": "ordinal", "title": None, "axis": _AXIS}},
        "layer": [
            {
                "transform": [{"filter": "datum.chosen"}],
                "mark": {"type": "rect", "color": theme.rest, "opacity": 0.12},
            },
            {
                "mark": {"type": "line", "color": theme.rest, "strokeWidth": 2},
                "encoding": {"x": value, "detail": {"field": "digit"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
                "encoding": {"x": value, **_disc_and_square()},
            },
        ],
    }


def _disc_and_square() -> dict[str, Any]:
    """A mark of its own for each of the two measures, in the legend too."""
    measure = {"field": "measure", "type": "nominal"}
    measures = ["precision", "recall"]
    return {
        "color": {
            **measure,
            "scale": {"domain": measures, "range": [CHOICE, RIGHT_CLASS]},
            "legend": {"title": None, "orient": "bottom", "symbolSize": 120},
        },
        "shape": {**measure, "scale": {"domain": measures, "range": ["circle", "square"]}},
        "tooltip": [
            {"field": "digit", "type": "nominal"},
            measure,
            {"field": "value", "type": "quantitative", "format": ".2%"},
        ],
    }


def table_of_digits(*, precision: Sequence[float], recall: Sequence[float]) -> dict[str, list[str]]:
    """The same as a table: a column of digits, of precisions and of recalls; a dash where there is no value."""
    return {
        "digit": [str(digit) for digit in range(len(precision))],
        "precision": [_share(value) for value in precision],
        "recall": [_share(value) for value in recall],
    }


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1%}"


def fraction(part: int, whole: int) -> str:
    """A share of a count as a fraction and in percent, in LaTeX; without a value where the whole is 0."""
    if not whole:
        return rf"\frac{{{part}}}{{0}} \ \text{{(no value)}}"
    return rf"\frac{{{part}}}{{{whole}}} = {100 * part / whole:.1f}\,\%"


def accuracies(*, counts: Sequence[tuple[str, float, float, float]], headline: str, theme: Theme) -> VegaFigure:
    """Accuracies of one network on several kinds of images, each as a dot with its interval as a line.

    Args:
        counts: For each kind its name, the accuracy, and the ends of the interval, 0 to 1; at least one.
        headline: The name of the kind whose accuracy is the network's headline; its dot is vermillion and a diamond.
        theme: Of the page.

    Returns:
        The figure. Its axis ends at 1 and begins a little below the lowest end.
    """
    data = pd.DataFrame(counts, columns=["name", "accuracy", "low", "high"])
    data["headline"] = data["name"] == headline
    data["label"] = [f"{accuracy:.2%}" for accuracy in data["accuracy"]]
    start = max(0.0, math.floor(50 * data["low"].min()) / 50)
    value = {
        "type": "quantitative",
        "title": "accuracy",
        "scale": {"domain": [start, 1], "nice": False},
        "axis": {"format": ".1%", "tickCount": 4},
    }
    marked = {"condition": {"test": "datum.headline", "value": CHOICE}, "value": theme.first_line}
    shape = {"condition": {"test": "datum.headline", "value": "diamond"}, "value": "circle"}
    tooltip = [{"field": "name", "type": "nominal"}] + [
        {"field": name, "type": "quantitative", "format": ".2%"} for name in ("accuracy", "low", "high")
    ]
    spec = {
        "height": 250,
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 0}},
            "tooltip": tooltip,
        },
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3},
                "encoding": {"x": {**value, "field": "low"}, "x2": {"field": "high"}, "color": marked},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 130, "opacity": 1},
                "encoding": {"x": {**value, "field": "accuracy"}, "color": marked, "shape": shape},
            },
            {
                "mark": {"type": "text", "dy": -16},
                "encoding": {"x": {**value, "field": "accuracy"}, "text": {"field": "label", "type": "nominal"}},
            },
        ],
    }
    return theme.figure(data, spec)
