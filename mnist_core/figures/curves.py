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
    colors = {"domain": [TRAINING, VALIDATION], "range": [theme.first_line, theme.second_line]}
    percent = quantity == "accuracy"
    x = {
        "field": "epoch",
        "type": "quantitative",
        "scale": {"domain": [0, record.training_config.epochs], "nice": False},
        "axis": {"tickMinStep": 1, "format": "d"},
    }
    y = {
        "field": "shown",
        "type": "quantitative",
        "title": quantity,
        "scale": {"zero": not percent, "nice": True},
        "axis": {"format": ".0%" if percent else "~g"},
    }
    tooltip = [
        {"field": "images", "type": "nominal"},
        {"field": "epoch", "type": "quantitative", "format": ".2f"},
        {"field": quantity, "type": "quantitative", "format": ".2%" if percent else ".4f"},
    ]
    color = {
        "field": "images",
        "type": "nominal",
        "scale": colors,
        "legend": {"orient": "top", "title": None, "symbolType": "stroke", "symbolStrokeWidth": 3},
    }
    encoding = {"x": x, "y": y, "color": color, "tooltip": tooltip}

    def line(images: str, mark: dict[str, Any]) -> dict[str, Any]:
        only = [{"filter": f"datum.images == '{images}'"}]
        return {"transform": only, "mark": {"type": "line", **mark}, "encoding": encoding}

    lines = [
        line(TRAINING, {"strokeWidth": 1.5}),
        line(VALIDATION, {"strokeWidth": 2, "point": {"size": 60}}),
    ]
    return VegaFigure(data, {"height": 300, "layer": lines if percent else [*_guessing_line(theme), *lines]})


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
    """The curve of -ln p from 0 to 1, with the reader's point on it.

    Args:
        probability: The reader's p, e^-9 to 1.
        marks: Probabilities that stand as fixed points for comparison.
        theme: Of the page.

    Returns:
        The figure.
    """
    losses = [LOSS_AXIS * i / 300 for i in range(301)]  # even steps in the loss, so that the steep end is smooth too
    rows = [(math.exp(-loss), loss, "curve", "") for loss in losses]
    rows += [(x, -math.log(x), "mark", f"p = {x:g}: {-math.log(x):.3f}") for x in marks]
    loss = -math.log(probability)
    rows += [(probability, loss, "yours", f"p = {decimal(probability)}: {loss:.3f}")]
    data = pd.DataFrame(rows, columns=["probability", "loss", "kind", "label"])
    x = {
        "field": "probability",
        "type": "quantitative",
        "scale": {"domain": [0, 1]},
        "axis": {"tickCount": 5},
        "title": "probability given to the right class, p",
    }
    y = {
        "field": "loss",
        "type": "quantitative",
        "scale": {"domain": [0, LOSS_AXIS], "nice": False},
        "title": "loss, −ln p",
    }

    def only(kind: str) -> list[dict[str, str]]:
        return [{"filter": f"datum.kind == '{kind}'"}]

    def text(kind: str, size: int, weight: str, lift: int) -> dict[str, object]:
        mark = {"type": "text", "align": {"expr": "datum.probability > 0.6 ? 'right' : 'left'"}, "dy": -lift, "dx": 6}
        return {
            "transform": only(kind),
            "mark": {**mark, "fontSize": size, "fontWeight": weight, "color": theme.text},
            "encoding": {"text": {"field": "label", "type": "nominal"}},
        }

    return VegaFigure(
        data,
        {
            "height": 300,
            "encoding": {"x": x, "y": y},
            "layer": [
                {"transform": only("curve"), "mark": {"type": "line", "strokeWidth": 2.5, "color": theme.first_line}},
                {"transform": only("mark"), "mark": {"type": "point", "size": 70, "color": theme.rest, "filled": True}},
                text("mark", 12, "normal", 12),
                {"transform": only("yours"), "mark": {"type": "rule", "strokeDash": [4, 4], "color": theme.rest}},
                {
                    "transform": only("yours"),
                    "mark": {"type": "point", "size": 200, "filled": True, "color": RIGHT_CLASS, "opacity": 1},
                },
                text("yours", 15, "bold", 32),
            ],
        },
    )
