"""What one lesson asks of ten scores, what other learning rates would do, and what all lessons cost."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mnist_core import words
from mnist_core.figures.signed import NEGATIVE, NEGATIVE_ON_DARK, POSITIVE
from mnist_core.figures.theme import RIGHT_CLASS, Theme, VegaFigure

SMALLEST_LABELLED = 0.005
LEARNED, READ = "your drawing", "other images"


def before_and_now(
    *, before: Sequence[float], now: Sequence[float] | None, right: int, theme: Theme, height: int
) -> VegaFigure:
    """The probability of each digit before all lessons and now, as two bars side by side.

    Args:
        before: Ten numbers, 0 to 1.
        now: Ten as well; None: there was no lesson yet.
        right: The digit that is taught, whose bars are green.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure: bars of before are outlined, those of now are filled; the larger of the two has a label.
    """
    rows = [(str(digit), when, p) for when, each in (("1", before), ("2", now or [])) for digit, p in enumerate(each)]
    data = pd.DataFrame(rows, columns=["digit", "when", "probability"])
    data["filled"], data["is_right"] = data["when"] == "2", data["digit"] == str(right)
    data["label"] = [
        words.percent(p)
        if p >= SMALLEST_LABELLED and p >= max(before[int(digit)], now[int(digit)] if now else 0)
        else ""
        for digit, _, p in rows
    ]
    colour = {"condition": {"test": "datum.is_right", "value": RIGHT_CLASS}, "value": theme.rest}
    bars = {
        "mark": {"type": "bar", "strokeWidth": 2},
        "encoding": {
            "fill": colour,
            "stroke": colour,
            "fillOpacity": {"condition": {"test": "datum.filled", "value": 1}, "value": 0},
            "tooltip": [
                {"field": "digit", "type": "nominal"},
                {"field": "probability", "type": "quantitative", "format": ".4f"},
            ],
        },
    }
    labels = {
        "mark": {"type": "text", "baseline": "bottom", "dy": -3},
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }
    axis = {"labelAngle": 0}
    encoding = {
        "x": {"field": "digit", "type": "nominal", "sort": None, "title": None, "axis": axis},
        "xOffset": {"field": "when", "type": "nominal", "scale": {"domain": ["1", "2"]}},
        "y": {
            "field": "probability",
            "type": "quantitative",
            "title": None,
            "scale": {"domain": [0, 1.15]},
            "axis": {"format": "%", "values": [0, 0.5, 1]},
        },
    }
    return theme.figure(data, {"height": height, "encoding": encoding, "layer": [bars, labels]})


def score_slopes(*, slopes: Sequence[float], theme: Theme) -> VegaFigure:
    """The slope of the loss in each score, p − y, as bars up and down from zero.

    Args:
        slopes: For the digits from 0 on, −1 to 1.
        theme: Of the page.

    Returns:
        The figure: blue below zero, where the score is to rise; vermillion above, where it is to fall.
    """
    data = pd.DataFrame({"digit": [str(digit) for digit in range(len(slopes))], "slope": list(slopes)})
    data["label"] = [words.signed(value) if abs(value) >= SMALLEST_LABELLED else "0" for value in slopes]
    below = NEGATIVE_ON_DARK if theme.is_dark else NEGATIVE
    x = {"field": "digit", "type": "nominal", "sort": None, "title": None}
    axis = {"labelAngle": 0, "orient": "bottom"}
    y = {"field": "slope", "type": "quantitative", "title": "p − y", "scale": {"domain": [-1.25, 1.25]}}
    bars = {
        "mark": {"type": "bar"},
        "encoding": {
            "y": {**y, "axis": {"values": [-1, 0, 1], "format": "d"}},
            "color": {"condition": {"test": "datum.slope < 0", "value": below}, "value": POSITIVE},
            "tooltip": [
                {"field": "digit", "type": "nominal"},
                {"field": "slope", "type": "quantitative", "format": ".4f", "title": "p − y"},
            ],
        },
    }
    hangs = f"datum.slope <= -{SMALLEST_LABELLED}"  # a label of 0 stands on the line, whatever it was rounded from
    side = {"baseline": {"expr": f"{hangs} ? 'top' : 'bottom'"}, "dy": {"expr": f"{hangs} ? 3 : -3"}}
    labels = {
        "mark": {"type": "text", **side},
        "encoding": {"y": y, "text": {"field": "label", "type": "nominal"}},
    }
    return theme.figure(data, {"height": 220, "encoding": {"x": {**x, "axis": axis}}, "layer": [bars, labels]})


def loss_and_slope(
    *, rates: Sequence[float], losses: Sequence[float], steepness: float, chosen: float, theme: Theme
) -> VegaFigure:
    """The real loss of the drawing after a step, for rates from 0 on, and the straight line its slope foretells.

    Args:
        rates: From 0 on, ascending.
        losses: After a step with each; the first one is the loss now, above 0.
        steepness: ‖g‖², by which the line falls for each 1 of the rate.
        chosen: One of the rates.
        theme: Of the page.

    Returns:
        The figure. Below 0, where no loss can be, the line is cut off.

    Raises:
        ValueError: If there is not one loss for each rate, or the chosen one is not among them.
    """
    if len(rates) != len(losses) or chosen not in rates:
        raise ValueError("There is one loss for each rate, and the chosen rate is one of them.")
    now = losses[0]
    end = min(rates[-1], now / steepness) if steepness > 0 else rates[-1]
    top = 1.4 * now
    rows = [(rate, min(loss, 10 * top), "loss") for rate, loss in zip(rates, losses, strict=True) if loss == loss]
    rows += [(0.0, now, "line"), (end, now - steepness * end, "line")]
    rows.append((chosen, min(losses[list(rates).index(chosen)], top), "chosen"))
    data = pd.DataFrame(rows, columns=["rate", "loss", "kind"])
    x = {"field": "rate", "type": "quantitative", "title": "learning rate η", "scale": {"domain": [0, rates[-1]]}}
    y = {"field": "loss", "type": "quantitative", "title": "loss", "scale": {"domain": [0, top], "nice": False}}
    encoding = {"x": {**x, "axis": {"tickCount": 4, "format": "~g"}}, "y": y}
    return theme.figure(data, {"height": 240, "encoding": encoding, "layer": _slope_layers(theme)})


def _slope_layers(theme: Theme) -> list[dict[str, Any]]:
    def layer(kind: str, **mark: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": {"clip": True, **mark}}

    return [
        layer("line", type="line", strokeDash=[6, 4], strokeWidth=2, color=theme.rest),
        layer("loss", type="line", strokeWidth=2.5, color=theme.first_line),
        layer("chosen", type="point", filled=True, size=160, opacity=1, color=theme.second_line, clip=False),
    ]


def rates_tried(
    *,
    rates: Sequence[float],
    learned: Sequence[float],
    read: Sequence[float],
    chosen: float,
    theme: Theme,
) -> VegaFigure:
    """For each learning rate, what one step would make of the drawing and of the other images.

    Args:
        rates: Above 0, ascending.
        learned: The probability of the drawing's digit after it, 0 to 1; nan where it is no number.
        read: The share of other images read rightly after it, 0 to 1.
        chosen: The rate the reader has set.
        theme: Of the page.

    Returns:
        The figure: two curves over a logarithmic axis, and a rule at the chosen rate.

    Raises:
        ValueError: If there are not as many values as rates.
    """
    if not len(rates) == len(learned) == len(read):
        raise ValueError("There are two values for each rate.")
    rows = [(rate, p, LEARNED) for rate, p in zip(rates, learned, strict=True) if math.isfinite(p)]
    rows += [(rate, share, READ) for rate, share in zip(rates, read, strict=True)]
    rows.append((chosen, math.nan, "chosen"))
    data = pd.DataFrame(rows, columns=["rate", "share", "what"])
    powers = range(round(math.log10(rates[0])), round(math.log10(rates[-1])) + 1)
    x = {
        "field": "rate",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [rates[0], rates[-1]], "nice": False},
        "axis": {"values": [10.0**power for power in powers], "format": "~g", "labelOverlap": "greedy"},
        "title": "learning rate, each mark ten times the one before",
    }
    return theme.figure(data, {"height": 280, "encoding": {"x": x}, "layer": _tried_layers(theme)})


def _tried_layers(theme: Theme) -> list[dict[str, Any]]:
    names, colours = [LEARNED, READ], [RIGHT_CLASS, theme.second_line]
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]},
        "title": None,
    }
    legend = {
        "orient": "top",
        "title": None,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "columns": theme.columns(names),
    }
    look = {
        "color": {"field": "what", "type": "nominal", "scale": {"domain": names, "range": colours}, "legend": legend},
        "strokeDash": {
            "field": "what",
            "type": "nominal",
            "scale": {"domain": names, "range": [[1, 0], [7, 4]]},
            "legend": legend,
        },
        "tooltip": [
            {"field": "what", "type": "nominal"},
            {"field": "rate", "type": "quantitative", "format": "~g", "title": "learning rate"},
            {"field": "share", "type": "quantitative", "format": ".1%"},
        ],
    }
    rule = {"type": "rule", "color": theme.text, "strokeWidth": 1.5}
    return [
        {"transform": [{"filter": "datum.what == 'chosen'"}], "mark": rule},
        {
            "transform": [{"filter": "datum.what != 'chosen'"}],
            "mark": {"type": "line", "strokeWidth": 2.5},
            "encoding": {"y": y, **look},
        },
    ]


def lessons_curve(*, read: Sequence[float | None], theme: Theme) -> VegaFigure:
    """The share of other images read rightly, before the first lesson and after each.

    Args:
        read: 0 to 1, at least one; None where nobody has counted.
        theme: Of the page.

    Returns:
        The figure.
    """
    rows = [(lesson, share) for lesson, share in enumerate(read) if share is not None]
    data = pd.DataFrame(rows, columns=["lesson", "read"])
    x = {
        "field": "lesson",
        "type": "quantitative",
        "title": "lessons given",
        "scale": {"domain": [0, max(5, len(read) - 1)], "nice": False},
        "axis": {"tickMinStep": 1, "format": "d", "tickCount": 10},
    }
    y = {
        "field": "read",
        "type": "quantitative",
        "title": "read rightly",
        "scale": {"domainMax": 1, "zero": False, "nice": True},
        "axis": {"format": ".1~%", "tickCount": 4},
    }
    tooltip = [
        {"field": "lesson", "type": "quantitative", "title": "lessons given"},
        {"field": "read", "type": "quantitative", "format": ".2%", "title": "read rightly"},
    ]
    mark = {"type": "line", "color": theme.second_line, "strokeWidth": 2, "point": {"size": 70, "filled": True}}
    mark["point"] = {"size": 70, "filled": True, "color": theme.second_line}
    return theme.figure(data, {"height": 250, "mark": mark, "encoding": {"x": x, "y": y, "tooltip": tooltip}})
