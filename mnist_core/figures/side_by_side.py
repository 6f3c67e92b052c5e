"""Several runs in one figure."""

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd

from mnist_core.figures.curves import HIGHEST_LOSS, epoch_axis
from mnist_core.figures.theme import Theme, VegaFigure
from mnist_core.training.records import RunRecord

AXIS = 3.2  # letters from the plot to the name of its y axis, so that figures below each other share their edges


def comparison_curves(
    *,
    records: Mapping[str, RunRecord],
    names: tuple[str, ...],
    images: Literal["training", "validation"],
    quantity: Literal["loss", "accuracy"],
    epochs: int,
    theme: Theme,
    height: int = 260,
) -> VegaFigure:
    """A line for each run: on its training batches as they came, or on the validation images after each epoch.

    Args:
        records: The runs so far, by name.
        names: All names there will be, at most three; each keeps its colour and its dashes.
        images: On which images.
        quantity: What of them.
        epochs: Where the axis ends.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure; only its data changes while the runs go on.
    """
    rows: list[tuple[str, float, float]] = []
    for name, record in records.items():
        if images == "training":
            rows += [(name, e.step / record.steps_per_epoch, getattr(e, quantity)) for e in record.batches]
        else:
            rows += [(name, e.epoch, getattr(e, f"validation_{quantity}")) for e in record.epochs]
    data = pd.DataFrame(rows, columns=["run", "epoch", quantity])
    data["shown"] = data[quantity].clip(upper=HIGHEST_LOSS)
    mark = {"type": "line", "strokeWidth": 2, "point": {"size": 40} if images == "validation" else False}
    return theme.figure(
        data, {"height": height, "mark": mark, "encoding": _encoding(names, images, quantity, epochs, theme)}
    )


def _encoding(names: tuple[str, ...], images: str, quantity: str, epochs: int, theme: Theme) -> dict[str, Any]:
    percent = quantity == "accuracy"
    colours = [theme.first_line, theme.second_line, theme.rest][: len(names)]
    dashes = [[1, 0], [6, 3], [2, 2]][: len(names)]
    legend = {
        "orient": "top",
        "title": None,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "columns": theme.columns(names),
    }
    return {
        "x": epoch_axis(epochs),
        "y": {
            "field": "shown",
            "type": "quantitative",
            "title": f"{images} {quantity}",
            # Before there is a point, the axis of a loss needs an end.
            "scale": {"domain": [0, 1] if percent else {"unionWith": [0, 0.5]}, "nice": not percent},
            "axis": {"format": ".0%" if percent else "~g", "minExtent": AXIS * theme.size},
        },
        "color": {
            "field": "run",
            "type": "nominal",
            "scale": {"domain": list(names), "range": colours},
            "legend": legend,
        },
        "strokeDash": {
            "field": "run",
            "type": "nominal",
            "scale": {"domain": list(names), "range": dashes},
            "legend": None,
        },
        "tooltip": [
            {"field": "run", "type": "nominal"},
            {"field": "epoch", "type": "quantitative", "format": ".2f"},
            {"field": quantity, "type": "quantitative", "format": ".2%" if percent else ".4f"},
        ],
    }
