"""Curves of a training run, and the curve of -ln p."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from mnist_core.experiments import RunRecord
from mnist_core.figures.numbers import decimal
from mnist_core.figures.theme import RIGHT_CLASS, Theme, VegaFigure

TRAINING, VALIDATION = "training", "validation"
HIGHEST_LOSS = 3.0  # a training curve shows no more: beyond it lies only one spike that would press the rest flat
GUESSING = math.log(10)  # the loss of giving every digit the same probability
LOSS_AXIS = 9.0  # the end of the axis of -ln p


def training_curve(*, record: RunRecord, quantity: Literal["loss", "accuracy"], theme: Theme) -> VegaFigure:
    """Loss or accuracy over the epochs: a line for the training batches, dots for the validation images.

    Args:
        record: The run so far.
        quantity: Which of the two.
        theme: Of the page.

    Returns:
        The figure. Its spec depends on the run's settings only, so a live curve changes its data alone.
    """
    per_epoch = record.steps_per_epoch
    rows = [(event.step / per_epoch, getattr(event, quantity), TRAINING) for event in record.batches]
    rows += [(event.epoch, getattr(event, f"validation_{quantity}"), VALIDATION) for event in record.epochs]
    data = pd.DataFrame(rows, columns=["epoch", quantity, "images"])
    data["shown"] = data[quantity].clip(upper=HIGHEST_LOSS)
    encoding = _curve_encoding(quantity, record.training_config.epochs, theme)

    def line(images: str, mark: dict[str, Any]) -> dict[str, Any]:
        only = [{"filter": f"datum.images == '{images}'"}]
        return {"transform": only, "mark": {"type": "line", **mark}, "encoding": encoding}

    lines = [
        line(TRAINING, {"strokeWidth": 1.5}),
        line(VALIDATION, {"strokeWidth": 2, "point": {"size": 60}}),
    ]
    behind = _guessing_line(theme) if quantity == "loss" else []
    return VegaFigure(data, {"height": 300, "layer": [*behind, *lines]})


def epoch_axis(epochs: int) -> dict[str, Any]:
    """The x axis of everything that goes on for so many epochs."""
    return {
        "field": "epoch",
        "type": "quantitative",
        "scale": {"domain": [0, epochs], "nice": False},
        "axis": {"tickMinStep": 1, "format": "d"},
    }


def colour_of_images(names: tuple[str, str], theme: Theme) -> dict[str, Any]:
    """The colours of the line for the training images and of that for the validation images, and their legend."""
    return {
        "field": "images",
        "type": "nominal",
        "scale": {"domain": list(names), "range": [theme.first_line, theme.second_line]},
        "legend": {"orient": "top", "title": None, "symbolType": "stroke", "symbolStrokeWidth": 3},
    }


def _curve_encoding(quantity: str, epochs: int, theme: Theme) -> dict[str, Any]:
    percent = quantity == "accuracy"
    return {
        "x": epoch_axis(epochs),
        "y": {
            "field": "shown",
            "type": "quantitative",
            "title": quantity,
            "scale": {"zero": not percent, "nice": True},
            "axis": {"format": ".0%" if percent else "~g"},
        },
        "color": colour_of_images((TRAINING, VALIDATION), theme),
        "tooltip": [
            {"field": "images", "type": "nominal"},
            {"field": "epoch", "type": "quantitative", "format": ".2f"},
            {"field": quantity, "type": "quantitative", "format": ".2%" if percent else ".4f"},
        ],
    }


def _guessing_line(theme: Theme) -> list[dict[str, Any]]:
    """Where the loss of a network stands that knows nothing."""
    at = {"y": {"datum": GUESSING}}
    text = {
        "type": "text",
        "text": f"guessing: {GUESSING:.3f}",
        "align": "right",
        "dy": -7,
        "dx": -4,
        "color": theme.text,
    }
    return [
        {"data": {"values": [{}]}, "mark": {"type": "rule", "strokeDash": [4, 4], "color": theme.rest}, "encoding": at},
        {"data": {"values": [{}]}, "mark": text, "encoding": {**at, "x": {"value": "width"}}},
    ]


def loss_of_probability(*, probability: float, marks: Sequence[float], theme: Theme) -> VegaFigure:
    """The curve of -ln p from 0 to 1, with the reader's point on it and its numbers in the corner.

    Args:
        probability: The reader's p, e^-9 to 1.
        marks: Probabilities that stand as fixed points for comparison; the one the reader's point covers is left out.
        theme: Of the page.

    Returns:
        The figure.
    """
    losses = [LOSS_AXIS * i / 300 for i in range(301)]  # even steps in the loss, so that the steep end is smooth too
    rows = [(math.exp(-loss), loss, "curve", "") for loss in losses]
    shown = [*((x, "mark") for x in marks if not math.isclose(x, probability)), (probability, "yours")]
    rows += [(x, 0.0 - math.log(x), kind, _priced(x)) for x, kind in shown]
    data = pd.DataFrame(rows, columns=["probability", "loss", "kind", "label"])
    return VegaFigure(data, {"height": 300, "encoding": _probability_axes(), "layer": _probability_layers(theme)})


def _priced(p: float) -> str:
    """A probability and its loss; at p = 1 that is 0, and not -0."""
    written = f"{p:.2f}" if p >= 0.01 else decimal(p)
    return f"p = {written}: {0.0 - math.log(p):.3f}"


def _probability_axes() -> dict[str, Any]:
    return {
        "x": {
            "field": "probability",
            "type": "quantitative",
            "scale": {"domain": [0, 1]},
            "axis": {"tickCount": 5},
            "title": "probability given to the right class, p",
        },
        "y": {
            "field": "loss",
            "type": "quantitative",
            "scale": {"domain": [0, LOSS_AXIS], "nice": False},
            "title": "loss, −ln p",
        },
    }


def _probability_layers(theme: Theme) -> list[dict[str, Any]]:
    def layer(kind: str, **mark: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}

    def text(kind: str, place: dict[str, Any], **mark: Any) -> dict[str, Any]:
        label = {"text": {"field": "label", "type": "nominal"}}
        return {**layer(kind, type="text", color=theme.text, **mark), "encoding": {**label, **place}}

    # Where the curve runs out of room on the right, the text stands to the left of its point.
    beside = {"expr": "datum.probability > 0.6 ? 'right' : 'left'"}
    corner = {"x": {"value": "width"}, "y": {"value": 16}}  # where the curve never is
    return [
        layer("curve", type="line", strokeWidth=2.5, color=theme.first_line),
        layer("mark", type="point", size=70, filled=True, color=theme.rest),
        text("mark", {}, align=beside, dx=6, dy=-12, fontSize=12),
        layer("yours", type="rule", strokeDash=[4, 4], color=theme.rest),
        layer("yours", type="point", size=200, filled=True, color=RIGHT_CLASS, opacity=1),
        text("yours", corner, align="right", dx=-4, fontSize=15, fontWeight="bold"),
    ]
