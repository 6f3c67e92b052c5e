"""What a model claims beside how often it is right, and the loss at every temperature."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mnist_core import words
from mnist_core.evaluation.calibration import Bin
from mnist_core.figures.signed import NEGATIVE, NEGATIVE_ON_DARK, POSITIVE
from mnist_core.figures.theme import Theme, VegaFigure

FEW = 10  # images: a bin with fewer is drawn pale
TOO_SURE, NOT_SURE_ENOUGH = "surer than right", "less sure than right"
_HEIGHT, _HEIGHT_OF_LOSS, _HEIGHT_OF_BARS = 220, 190, 140  # pixels
_LEFT_OF_PLOT = {"minExtent": 40, "maxExtent": 40}  # so that figures below each other share their x axis


def reliability_diagram(*, bins: Sequence[Bin], theme: Theme, before: Sequence[Bin] = ()) -> VegaFigure:
    """A dot for each bin: across, what the model claims; up, how often it is right. On the diagonal, both are equal.

    Args:
        bins: Of a calibration; empty ones have no dot.
        theme: Of the page.
        before: Those of another temperature, as rings to compare with.

    Returns:
        The figure. Its spec depends on the theme alone.
    """
    rows = [_row("bin", part) for part in bins if part.images] + [
        _row("before", part) for part in before if part.images
    ]
    data = pd.DataFrame(rows, columns=list(_row("bin", Bin(0, 1, 1, 1, 1.0, 0.0))))
    return theme.figure(data, {"height": _HEIGHT, "encoding": _diagram_axes(), "layer": _diagram_layers(theme)})


def _row(kind: str, part: Bin) -> dict[str, Any]:
    low, high = part.range_of_accuracy
    return {
        "kind": kind,
        "bin": range_of(part),
        "confidence": part.confidence,
        "accuracy": part.accuracy,
        "low": low,
        "high": high,
        "images": part.images,
        "few": part.images < FEW,
        "side": TOO_SURE if part.confidence > part.accuracy else NOT_SURE_ENOUGH,
    }


def range_of(part: Bin) -> str:
    """The bounds of a bin, such as ``86.7% to 93.3%``."""
    return f"{100 * part.low:.3g}% to {100 * part.high:.3g}%"


def _diagram_axes() -> dict[str, Any]:
    axis = {"format": "%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]}
    share = {"type": "quantitative", "scale": {"domain": [0, 1], "nice": False}}
    return {
        "x": {**share, "field": "confidence", "title": "what it claims: mean confidence", "axis": axis},
        "y": {**share, "field": "accuracy", "title": "share read rightly", "axis": {**axis, **_LEFT_OF_PLOT}},
    }


def _diagram_layers(theme: Theme) -> list[dict[str, Any]]:
    def layer(kind: str, mark: dict[str, Any], **encoding: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": encoding}

    pale = {"condition": {"test": "datum.few", "value": 0.35}, "value": 1}
    blue = NEGATIVE_ON_DARK if theme.is_dark else NEGATIVE
    sides = {"domain": [TOO_SURE, NOT_SURE_ENOUGH], "range": [POSITIVE, blue]}
    colour = {"field": "side", "type": "nominal", "scale": sides, "legend": None}
    return [
        *_diagonal(theme),
        layer("before", {"type": "point", "size": 60, "color": theme.rest, "strokeWidth": 1.5}, opacity=pale),
        layer(
            "bin",
            {"type": "rule", "strokeWidth": 7},
            y={"field": "confidence", "type": "quantitative"},
            y2={"field": "accuracy"},
            color=colour,
            opacity=pale,
        ),
        layer(
            "bin",
            {"type": "rule", "strokeWidth": 1.5, "color": theme.text},
            y={"field": "low", "type": "quantitative"},
            y2={"field": "high"},
            opacity=pale,
        ),
        layer(
            "bin",
            {"type": "point", "filled": True, "size": 70, "color": theme.text},
            opacity=pale,
            tooltip=_diagram_tooltip(),
        ),
    ]


def _diagonal(theme: Theme) -> list[dict[str, Any]]:
    """Where claim and count agree, and what lies on its two sides."""
    ends = {"values": [{"confidence": 0, "accuracy": 0}, {"confidence": 1, "accuracy": 1}]}
    corners = {
        "values": [
            {"confidence": 0.02, "accuracy": 0.93, "text": NOT_SURE_ENOUGH.replace(" than", "\nthan"), "align": "left"},
            {"confidence": 0.98, "accuracy": 0.11, "text": TOO_SURE.replace(" than", "\nthan"), "align": "right"},
        ]
    }
    return [
        {"data": ends, "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1.5, "color": theme.rest}},
        {
            "data": corners,
            "mark": {
                "type": "text",
                "color": theme.text,
                "align": {"expr": "datum.align"},
                "lineBreak": "\n",
            },
            "encoding": {"text": {"field": "text", "type": "nominal"}},
        },
    ]


def _diagram_tooltip() -> list[dict[str, Any]]:
    share = {"type": "quantitative", "format": ".2%"}
    return [
        {"field": "bin", "type": "nominal"},
        {"field": "images", "type": "quantitative", "format": ","},
        {**share, "field": "confidence", "title": "mean confidence"},
        {**share, "field": "accuracy", "title": "read rightly"},
        {**share, "field": "low", "title": "possible from"},
        {**share, "field": "high", "title": "possible to"},
    ]


def images_per_bin(*, bins: Sequence[Bin], theme: Theme) -> VegaFigure:
    """How many images each bin has, on an axis on which every power of ten takes about the same room.

    Args:
        bins: Of a calibration.
        theme: Of the page.

    Returns:
        The figure. Its spec depends on the number of all images, not on where they are.
    """
    total = sum(part.images for part in bins)
    rows = [(part.low, part.high, part.images, range_of(part)) for part in bins]
    data = pd.DataFrame(rows, columns=["low", "high", "images", "bin"])
    label = "format(datum.value, ',')"  # a format of its own is ignored on this scale
    powers = [10**power for power in range(1, 6) if 10**power <= total]
    encoding = {
        "x": {
            "field": "low",
            "type": "quantitative",
            "scale": {"domain": [0, 1], "nice": False},
            "axis": {"format": "%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
            "title": "confidence",
        },
        "x2": {"field": "high"},
        "y": {
            "field": "images",
            "type": "quantitative",
            "scale": {"type": "symlog", "domain": [0, max(total, 1)], "nice": False},
            "axis": {"labelExpr": label, "values": [0, *powers], "labelOverlap": False, **_LEFT_OF_PLOT},
        },
        "y2": {"datum": 0},
        "tooltip": [
            {"field": "bin", "type": "nominal"},
            {"field": "images", "type": "quantitative", "format": ","},
        ],
    }
    return theme.figure(
        data, {"height": _HEIGHT_OF_BARS, "mark": {"type": "bar", "color": theme.rest}, "encoding": encoding}
    )


def loss_over_temperature(
    *,
    tried: Mapping[float, float],
    chosen: tuple[float, float] | None,
    lowest: tuple[float, float] | None,
    theme: Theme,
) -> VegaFigure:
    """The cross-entropy at every temperature, with the reader's and the best one marked.

    Args:
        tried: The loss at each temperature above 0; one at least.
        chosen: The reader's temperature and the loss there; None: no mark.
        lowest: The temperature with the lowest loss, and that; its mark is left out where it is not on the axis, and
            without any.
        theme: Of the page.

    Returns:
        The figure. Its spec depends on what was tried: choosing changes its data alone.

    Raises:
        ValueError: If no temperature was tried, or one is not above 0.
    """
    if not tried or min(tried) <= 0:
        raise ValueError("At least one temperature was tried, and all are above 0.")
    first, last = min(tried), max(tried)
    rows = [(t, loss, "curve", "") for t, loss in sorted(tried.items())]
    if lowest and first <= lowest[0] <= last:
        rows.append((*lowest, "lowest", f"◆ lowest: {words.loss(lowest[1], 4)} at T = {lowest[0]:.2f}"))
    if chosen:
        rows.append((*chosen, "chosen", f"● yours: {words.loss(chosen[1], 4)} at T = {chosen[0]:.3g}"))
    data = pd.DataFrame(rows, columns=["temperature", "loss", "kind", "label"])
    axes = _loss_axes(first, last, _cut(tried))
    return theme.figure(data, {"height": _HEIGHT_OF_LOSS, "encoding": axes, "layer": _loss_layers(theme)})


def _cut(tried: Mapping[float, float]) -> float:
    """Where the axis of the loss ends: the left arm of the valley goes up so steeply that it would flatten the rest."""
    return min(max(tried.values()), 3 * tried[max(tried)])


def _loss_axes(first: float, last: float, highest: float) -> dict[str, Any]:
    marks = [t for t in (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50) if first <= t <= last]
    return {
        "x": {
            "field": "temperature",
            "type": "quantitative",
            "scale": {"type": "log", "domain": [first, last], "nice": False},
            "axis": {"values": marks, "format": "~g", "grid": False},
            "title": "temperature, T",
        },
        "y": {
            "field": "loss",
            "type": "quantitative",
            "scale": {"domain": [0, highest or 1.0], "nice": True},
            "axis": {"format": "~g", "tickCount": 5},
            "title": "cross-entropy",
        },
    }


def _loss_layers(theme: Theme) -> list[dict[str, Any]]:
    def layer(kind: str, **mark: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}

    def text(kind: str, y: int) -> dict[str, Any]:
        label = {"text": {"field": "label", "type": "nominal"}}
        place = {"x": {"datum": 1.0}, "y": {"value": y}}  # between the two arms of the curve
        return {**layer(kind, type="text"), "encoding": {**label, **place}}

    return [
        layer("curve", type="line", strokeWidth=2.5, color=theme.second_line, clip=True),
        layer("chosen", type="rule", strokeDash=[4, 4], color=theme.rest),
        layer("chosen", type="point", filled=True, size=160, color=theme.second_line, opacity=1),
        layer("lowest", type="point", filled=True, shape="diamond", size=90, color=theme.text, opacity=1),
        text("lowest", 14),
        text("chosen", 34),
    ]


def bin_in_words(part: Bin) -> dict[str, str]:
    """A bin as a line of a table."""
    return {
        "confidence": range_of(part),
        "images": f"{part.images:,}",
        "claims": words.percent(part.confidence) if part.images else "",
        "is right": f"{part.accuracy:.1%}" if part.images else "",
    }
