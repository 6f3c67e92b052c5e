"""How long the weights of each layer are, and their gradient, while a network learns."""

from typing import Any, Literal

import pandas as pd

from mnist_core.figures.curves import epoch_axis
from mnist_core.figures.theme import Theme, VegaFigure
from mnist_core.training.records import RunRecord

SHORTEST_GRADIENT = 1e-6  # what is shorter, even 0, stands here on the axis, which has no 0
LABEL_STEP = 0.1  # of the axis, by which the name of each line stands further left than that of the one before
NEAR = 0.15  # of the axis: within it the name of one line would hide another line, or its name
LEGEND_COLUMNS = 2
DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 3])  # of the layers, from the pixels on: six at most


def norm_curves(*, record: RunRecord, what: Literal["weights", "gradients"], theme: Theme) -> VegaFigure:
    """A line for each layer: the length of its weights, or of their gradient, over the epochs.

    Args:
        record: The run so far.
        what: Of what the length is. That of gradients stands on a logarithmic axis.
        theme: Of the page.

    Returns:
        The figure. Its spec depends on the run's settings and on the other arguments only; the names that stand beside
        the lines are rows of the data.
    """
    per_epoch, epochs = record.steps_per_epoch, record.training_config.epochs
    names = layer_names(record.model_config.layer_sizes)
    floor = SHORTEST_GRADIENT if what == "gradients" else 0.0
    rows = [
        (norms.step / per_epoch, length, max(length, floor), name, "", 0)
        for norms in (record.norms if len(record.norms) > 1 else ())  # one makes no line, and no axis
        for name, length in zip(names, getattr(norms, what), strict=True)
    ]
    for index, name in enumerate(names if what == "weights" else ()):  # gradients jump, and names would hide in them
        if at := _place_of_name(record, index):
            epoch, length, *_ = rows[at * len(names) + index]
            side = _side_of_name(record.norms[at].weights, index)
            rows.append((epoch, length, max(length, floor), name, name.split()[0], side))
    data = pd.DataFrame(rows, columns=["epoch", "length", "shown", "layer", "label", "side"])
    layers = _layers(_encoding(names, what, epochs, theme), theme)
    return theme.figure(data, {"height": 260 + 25 * -(-len(names) // LEGEND_COLUMNS), "layer": layers})


def layer_names(layer_sizes: tuple[int, ...]) -> list[str]:
    """What the weights of each layer are called, with their shape.

    Args:
        layer_sizes: Widths from the pixels to the digits, such as (784, 128, 10).

    Returns:
        Names such as "W1 (784 × 128)".
    """
    pairs = zip(layer_sizes, layer_sizes[1:], strict=False)
    return [f"W{index} ({inputs} × {outputs})" for index, (inputs, outputs) in enumerate(pairs, start=1)]


def _place_of_name(record: RunRecord, index: int) -> int | None:
    """At which of the norms the name of a line stands: each further left, so that none hides another."""
    if not record.norms:
        return None
    aim = record.norms[-1].step - LABEL_STEP * (index + 0.5) * record.total_steps
    return next((at for at, norms in enumerate(record.norms) if at and norms.step >= aim > 0), None)


def _side_of_name(lengths: tuple[float, ...], index: int) -> int:
    """Whether the name of a line stands above it, -1, or below, 1, where only above it another line is near."""
    own, near = (lengths[index], -index), NEAR * max(lengths)
    others = [(length, -other) for other, length in enumerate(lengths) if other != index]
    is_above = any(own < other and other[0] - own[0] < near for other in others)
    is_below = any(other < own and own[0] - other[0] < near for other in others)
    return 1 if is_above and not is_below else -1


def _layers(encoding: dict[str, Any], theme: Theme) -> list[dict[str, Any]]:
    place = {name: encoding[name] for name in ("x", "y", "tooltip")}
    return [
        {
            "transform": [{"filter": "datum.label == ''"}],
            "mark": {"type": "line", "strokeWidth": 1.75},
            "encoding": encoding,
        },
        {
            "transform": [{"filter": "datum.label != ''"}],
            "mark": {"type": "text", "dy": {"expr": "10 * datum.side"}, "fontWeight": "bold"},
            "encoding": {**place, "text": {"field": "label", "type": "nominal"}},
        },
    ]


def _encoding(names: list[str], what: str, epochs: int, theme: Theme) -> dict[str, Any]:
    colours = [theme.first_line, theme.second_line, theme.third_line, theme.text]
    legend = {"orient": "top", "title": None, "symbolType": "stroke", "symbolSize": 500, "columns": LEGEND_COLUMNS}
    by_layer: dict[str, Any] = {"field": "layer", "type": "nominal", "legend": legend}
    count = len(names)
    if what == "gradients":
        y = {"title": "length of the gradient", "scale": {"type": "log", "nice": False, "padding": 14}}
        ticks = [digit * 10.0**power for power in range(-6, 7) for digit in (1, 2, 5)]
        y["axis"] = {"format": "~g", "values": ticks}
    else:
        y = {"title": "length of the weights", "scale": {"zero": True, "nice": True}, "axis": {"format": ".3~g"}}
    return {
        "x": epoch_axis(epochs),
        "y": {"field": "shown", "type": "quantitative", **y},
        "color": {**by_layer, "scale": {"domain": names, "range": [*colours, *colours][:count]}},
        "strokeDash": {**by_layer, "scale": {"domain": names, "range": list(DASHES[:count])}},
        "tooltip": [
            {"field": "layer", "type": "nominal"},
            {"field": "epoch", "type": "quantitative", "format": ".2f"},
            {"field": "length", "type": "quantitative", "format": ".4~g"},
        ],
    }
