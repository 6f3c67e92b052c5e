"""Curves of a training run, and the curve of -ln p."""

import math
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from mnist_core import words
from mnist_core.evaluation.accuracy import GUESSING_ACCURACY, GUESSING_LOSS
from mnist_core.figures.theme import RIGHT_CLASS, Theme, VegaFigure
from mnist_core.training.loop import EXPLODED
from mnist_core.training.records import RunRecord

TRAINING, VALIDATION = "training", "validation"
HIGHEST_LOSS = 3.0  # a training curve shows no more: beyond it lies only one spike that would press the rest flat
LOWEST_LOSS = 1e-4  # likewise on a logarithmic axis, which has no 0
LOWEST_SHARE = 1e-4  # of images misread: less than one of MNIST's 5,000 validation images
LABEL_WIDTH = 0.2  # of the axis, on a phone, that the label of a learning rate takes
LABEL_LANES = 3  # lines on which such labels may stand
SMALL_HEIGHT = 185  # pixels of a figure that has another one beside it on a phone
LOSS_AXIS = 9.0  # the end of the axis of -ln p


def training_curve(
    *,
    record: RunRecord,
    quantity: Literal["loss", "accuracy"],
    theme: Theme,
    logarithmic: bool = False,
    small: bool = False,
) -> VegaFigure:
    """Loss or accuracy over the epochs: a line for the training batches, dots for the validation images.

    Args:
        record: The run so far. If it began with weights that had learned before, the dots begin before the first batch.
        quantity: Which of the two.
        theme: Of the page.
        logarithmic: Whether equal steps mean equal ratios. The accuracy is then shown as the share misread, since that
            is what becomes small.
        small: Whether it is one of two side by side on a phone: its quantity stands above it, there is no legend, and
            its axis is the same from the first batch to the last, so that nothing moves.

    Returns:
        The figure. Its spec depends on the run's settings and on the other arguments only, so a live curve changes its
        data alone. All that is drawn is rows of the data, of these kinds: ``curve``; ``above`` and ``below``, a
        triangle for a point beyond the axis; ``rate``, a rule where the learning rate was changed; ``latest``, a point
        on the end of the line, or ``exploded``, a cross there and the batch in words, if the loss exploded; ``room``,
        what is not seen but keeps the axis whole then, however few points there are.
    """
    per_epoch, axis = record.steps_per_epoch, _y_axis(quantity, logarithmic)
    points = [(event.step / per_epoch, getattr(event, quantity), TRAINING) for event in record.batches]
    last = points[-1:]
    points += [(0, getattr(record.before, quantity), VALIDATION)] if record.before else []
    points += [(event.epoch, getattr(event, f"validation_{quantity}"), VALIDATION) for event in record.epochs]
    rows = [axis.row(*point, "curve") for point in points]
    rows += [axis.row(*point, side) for point in points if (side := axis.side(point[1]))]
    rows += _explosion(record, axis, last) if record.diverged else [axis.row(*point, "latest") for point in last]
    rows += [(epoch, None, None, "", "rate", label, lane) for epoch, label, lane in _rate_labels(record)]
    data = pd.DataFrame(rows, columns=["epoch", quantity, "shown", "images", "kind", "label", "lane"])
    behind = [] if quantity == "accuracy" and not logarithmic else _guessing_line(axis, theme)
    layers = [*behind, *_rate_layers(record, axis, theme), *_curve_layers(record, axis, theme)]
    if not small:
        return theme.figure(data, {"height": 300, "layer": layers})
    if quantity == "loss":  # where the cross stands, so does the line of guessing; beside the accuracy it is said
        layers = layers[:-1]
    title = {"text": f"{quantity.capitalize()}, by epoch", "anchor": "start", "offset": 6}
    return theme.figure(data, {"height": SMALL_HEIGHT, "title": title, "layer": [_small(layer) for layer in layers]})


def _small(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer of a small figure: without legend and names of axes, and where no axis grows."""
    encoding = dict(layer["encoding"])
    if "x" in encoding and "field" in encoding["x"]:
        encoding["x"] = {**encoding["x"], "title": None}
    if "color" in encoding and "field" in encoding["color"]:
        encoding["color"] = {**encoding["color"], "legend": None}
    if encoding.get("y", {}).get("field") == "shown":
        ticks = [0, 0.5, 1] if encoding["y"]["title"] == "accuracy" else [0, 1, 2, HIGHEST_LOSS]
        scale = {"domain": [ticks[0], ticks[-1]], "nice": False}
        axis = {**encoding["y"]["axis"], "values": ticks}
        encoding["y"] = {**encoding["y"], "title": None, "scale": scale, "axis": axis}
    return {**layer, "encoding": encoding}


def _explosion(record: RunRecord, axis: "_Axis", last: list[tuple[float, float, str]]) -> list[tuple[Any, ...]]:
    """The cross where the loss exploded, and the ends of the axis, which a line of few points would not show."""
    assert record.diverged is not None
    label = f"exploded in batch {record.diverged.step:,}"
    epoch, value, _ = last[-1] if last else (0.0, None, TRAINING)
    shown = axis.low if value is None else axis.row(epoch, value, "", "")[2]
    ends = axis.low, 1.0 if axis.quantity == "accuracy" else HIGHEST_LOSS
    room = [(epoch, None, end, TRAINING, "room", "", 0) for end in ends]
    return [(epoch, value, shown, TRAINING, "exploded", label, 0), *room]


class _Axis(NamedTuple):
    """The y axis of a training curve, and between what values it shows points."""

    quantity: str
    logarithmic: bool
    low: float
    high: float

    def _place(self, value: float) -> float:
        return 1 - value if self.logarithmic and self.quantity == "accuracy" else value

    def side(self, value: float) -> str:
        """On which side of the axis a value of the quantity is, ``above`` or ``below``, if it is not on it."""
        place = self._place(value)
        return "above" if place > self.high else "below" if place < self.low else ""

    def row(self, epoch: float, value: float, images: str, kind: str, label: str = "") -> tuple[Any, ...]:
        """A row of the data: a value of the quantity, and where on the axis it stands."""
        return epoch, value, min(max(self._place(value), self.low), self.high), images, kind, label, 0


def _y_axis(quantity: str, logarithmic: bool) -> _Axis:
    if not logarithmic:
        return _Axis(quantity, False, 0.0, HIGHEST_LOSS)
    return _Axis(quantity, True, *((LOWEST_LOSS, EXPLODED) if quantity == "loss" else (LOWEST_SHARE, 1.0)))


def _rate_labels(record: RunRecord) -> list[tuple[float, str, int]]:
    """Where the learning rate was changed, to what, and on which line that is written so that nothing overlaps.

    Where there is no room, as after many changes in a row, the older ones are left without a label.
    """
    epochs = record.training_config.epochs
    labels: list[tuple[float, str, int]] = []
    written: list[tuple[int, float]] = []
    for change in reversed(record.rates):
        epoch = change.step / record.steps_per_epoch
        is_late = epoch > (1 - LABEL_WIDTH) * epochs  # then it stands to the left of its rule
        left = epoch - LABEL_WIDTH * epochs if is_late else epoch
        taken = {lane for lane, other in written if abs(left - other) < LABEL_WIDTH * epochs}
        lane = next((lane for lane in range(LABEL_LANES) if lane not in taken), None)
        if lane is not None:
            written.append((lane, left))
        labels.append((epoch, "" if lane is None else f"rate {change.learning_rate:g}", lane or 0))
    return labels[::-1]


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
        "legend": {
            "orient": "top",
            "title": None,
            "symbolType": "stroke",
            "symbolStrokeWidth": 3,
            "columns": theme.columns(names),
        },
    }


def _curve_layers(record: RunRecord, axis: _Axis, theme: Theme) -> list[dict[str, Any]]:
    encoding = _curve_encoding(axis, record.training_config.epochs, theme)

    def layer(chosen: str, mark: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"transform": [{"filter": chosen}], "mark": mark, "encoding": {**encoding, **more}}

    def line(images: str, **mark: Any) -> dict[str, Any]:
        return layer(f"datum.kind == 'curve' && datum.images == '{images}'", {"type": "line", **mark})

    cross = {"type": "point", "shape": "M-1,-1L1,1M-1,1L1,-1", "size": 200, "strokeWidth": 4, "opacity": 1}
    dashed = {"strokeWidth": 1.5, "strokeDash": [2, 3]}
    # On the left, because on the right of it the label of the learning rate often stands that was too high.
    beside = _beside(f"datum.epoch > {0.5 * record.training_config.epochs:g}")
    said = {"type": "text", "fontWeight": "bold", "baseline": "bottom", "dy": -6, **beside}
    at_foot = {"y": {"value": "height"}}  # where no label of a learning rate stands
    plain = {"color": {"value": theme.text}}
    triangle = {"type": "point", "filled": True, "size": 45, "opacity": 1}
    return [
        line(TRAINING, strokeWidth=1.5),
        line(VALIDATION, strokeWidth=2, point={"size": 60}),
        layer("datum.kind == 'latest'", {"type": "point", "filled": True, "size": 30, "opacity": 1}),
        layer("datum.kind == 'above'", {**triangle, "shape": "triangle-up"}),
        layer("datum.kind == 'below'", {**triangle, "shape": "triangle-down"}),
        layer("datum.kind == 'room'", {"type": "point", "opacity": 0}),
        {**layer("datum.kind == 'exploded'", {"type": "rule", **dashed}), "encoding": {"x": encoding["x"], **plain}},
        layer("datum.kind == 'exploded'", cross, **plain),
        layer("datum.kind == 'exploded'", said, **plain, **at_foot, text={"field": "label", "type": "nominal"}),
    ]


def _curve_encoding(axis: _Axis, epochs: int, theme: Theme) -> dict[str, Any]:
    percent = axis.quantity == "accuracy"
    look: dict[str, Any] = {
        "title": axis.quantity,
        "scale": {"zero": False, "nice": True, "domainMax": 1} if percent else {"zero": True, "nice": True},
        "axis": {"format": ".0%" if percent else "~g"},
    }
    if axis.logarithmic:
        ticks = [digit * 10.0**power for power in range(-4, 4) for digit in (1, 2, 5)]
        look = {
            "title": "share misread" if percent else "loss",
            "scale": {"type": "log", "nice": False, "padding": 8},
            "axis": {"format": "~%" if percent else "~g", "values": ticks},
        }
    return {
        "x": epoch_axis(epochs),
        "y": {"field": "shown", "type": "quantitative", **look},
        "color": colour_of_images((TRAINING, VALIDATION), theme),
        "tooltip": [
            {"field": "images", "type": "nominal"},
            {"field": "epoch", "type": "quantitative", "format": ".2f"},
            {"field": axis.quantity, "type": "quantitative", "format": ".2%" if percent else ".4f"},
        ],
    }


def _rate_layers(record: RunRecord, axis: _Axis, theme: Theme) -> list[dict[str, Any]]:
    """Rules where the learning rate was changed, labelled where the curve seldom is."""
    only = {"transform": [{"filter": "datum.kind == 'rate'"}]}
    x = epoch_axis(record.training_config.epochs)
    rule = {"type": "rule", "strokeDash": [2, 3], "strokeWidth": 1.5, "color": theme.rest}
    top = 45 if axis.logarithmic else 75
    late = f"datum.epoch > {(1 - LABEL_WIDTH) * record.training_config.epochs:g}"
    place = {"dy": {"expr": f"{top} + {1.2 * theme.size:g} * datum.lane"}, **_beside(late)}
    return [
        {**only, "mark": rule, "encoding": {"x": x}},
        {
            **only,
            "mark": {"type": "text", **place},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "label", "type": "nominal"}},
        },
    ]


def _beside(left_if: str) -> dict[str, Any]:
    """A text stands to the right of its place, or to the left of it, where the right edge or another text is near."""
    return {"align": {"expr": f"{left_if} ? 'right' : 'left'"}, "dx": {"expr": f"{left_if} ? -6 : 6"}}


def _guessing_line(axis: _Axis, theme: Theme) -> list[dict[str, Any]]:
    """Where a network stands that knows nothing."""
    misread = 1 - GUESSING_ACCURACY
    value, said = (GUESSING_LOSS, f"{GUESSING_LOSS:.3f}") if axis.quantity == "loss" else (misread, f"{misread:.0%}")
    text = {"type": "text", "text": f"guessing: {said}", "align": "right", "dy": -0.7 * theme.size, "dx": -4}

    def layer(at: float, mark: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"data": {"values": [{}]}, "mark": mark, "encoding": {"y": {"datum": at}, **more}}

    layers = [
        layer(value, {"type": "rule", "strokeDash": [4, 4], "color": theme.rest}),
        layer(value, text, x={"value": "width"}),
    ]
    # Before the curve has gone anywhere, a logarithmic axis needs room from here to there to have a number.
    return [*layers, layer(value / 3, {"type": "point", "opacity": 0})] if axis.logarithmic else layers


def loss_of_probability(
    *, probability: float, marks: Sequence[float], theme: Theme, trail: Sequence[float] = (), height: int = 300
) -> VegaFigure:
    """The curve of -ln p from 0 to 1, with the reader's point on it and its numbers in the corner.

    Args:
        probability: The reader's p, e^-9 to 1.
        marks: Probabilities that stand as fixed points for comparison; the one the reader's point covers is left out.
        theme: Of the page.
        trail: Probabilities passed on the way, as points without a label.
        height: In pixels.

    Returns:
        The figure.
    """
    losses = [LOSS_AXIS * i / 300 for i in range(301)]  # even steps in the loss, so that the steep end is smooth too
    rows = [(math.exp(-loss), loss, "curve", "") for loss in losses]
    shown = [*((x, "mark") for x in marks if not math.isclose(x, probability)), (probability, "yours")]
    rows += [(x, 0.0 - math.log(x), kind, _priced(x)) for x, kind in shown]
    rows += [(x, 0.0 - math.log(x), "trail", "") for x in trail]
    data = pd.DataFrame(rows, columns=["probability", "loss", "kind", "label"])
    return theme.figure(data, {"height": height, "encoding": _probability_axes(), "layer": _probability_layers(theme)})


def _priced(p: float) -> str:
    """A probability and its loss; at p = 1 that is 0, and not -0."""
    written = f"{p:.2f}" if math.isclose(p, round(p, 2)) else words.decimal(p)
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
        return {**layer(kind, type="text", **mark), "encoding": {**label, **place}}

    # Where the curve runs out of room on the right, the text stands to the left of its point.
    beside = {"expr": "datum.probability > 0.6 ? 'right' : 'left'"}
    corner = {"x": {"value": "width"}, "y": {"value": 16}}  # where the curve never is
    return [
        layer("curve", type="line", strokeWidth=2.5, color=theme.first_line),
        layer("trail", type="point", size=50, filled=True, color=theme.rest, opacity=1),
        layer("mark", type="point", size=70, filled=True, color=theme.rest),
        text("mark", {}, align=beside, dx=6, dy=-12),
        layer("yours", type="rule", strokeDash=[4, 4], color=theme.rest),
        layer("yours", type="point", size=200, filled=True, color=RIGHT_CLASS, opacity=1),
        text("yours", corner, align="right", dx=-4, fontWeight="bold"),
    ]
