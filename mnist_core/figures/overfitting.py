"""Training and validation loss of one run over the epochs, with the place where the second turns."""

from typing import Any

import pandas as pd

from mnist_core.figures.curves import colour_of_images, epoch_axis
from mnist_core.figures.theme import Theme, VegaFigure
from mnist_core.lessons.overfitting import EPOCHS, Study

TRAINING, VALIDATION = "training images", "validation images"
AXES = (1.0, 1.5, 2.0, 3.0)  # where the axis may end: few steps, so that a live figure is seldom drawn anew
ROOM = 1.15  # that the axis leaves above the part of the curve that matters


def learning_by_heart(*, study: Study, before: Study | None, theme: Theme, height: int = 360) -> VegaFigure:
    """Both losses of a run, and pale behind them those of the run before.

    Args:
        study: The run, as far as it has come; before its first epoch the axes stand alone.
        before: The run to compare with, if there is one.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure. What lies above the end of the axis, as the first epochs do, is cut off.
    """
    rows = _rows("now", study) + (_rows("before", before) if before else [])
    if study.readings:
        lowest = study.lowest
        label = f"lowest: {lowest.validation_loss:.3f} after epoch {lowest.epoch}"
        rows.append(("turn", VALIDATION, lowest.epoch, lowest.validation_loss, label))
    data = pd.DataFrame(rows, columns=["run", "images", "epoch", "loss", "label"])
    top = _end_of_axis(*(shown for shown in (study, before) if shown and shown.readings))
    return theme.figure(data, {"height": height, "encoding": _axes(top), "layer": _layers(theme)})


def _rows(run: str, study: Study) -> list[tuple[str, str, int, float, str]]:
    training = [(run, TRAINING, reading.epoch, reading.train_loss, "") for reading in study.readings]
    return training + [(run, VALIDATION, reading.epoch, reading.validation_loss, "") for reading in study.readings]


def _end_of_axis(*studies: Study) -> float:
    """Where the axis ends: all that comes after a turn is seen, and the steep beginning need not be."""
    highest = max(
        (
            reading.validation_loss
            for study in studies
            for reading in study.readings
            if reading.epoch >= study.lowest.epoch
        ),
        default=0.0,
    )
    return next((end for end in AXES if highest * ROOM <= end), AXES[-1])


def _axes(top: float) -> dict[str, Any]:
    return {
        "x": epoch_axis(EPOCHS),
        "y": {"field": "loss", "type": "quantitative", "scale": {"domain": [0, top], "nice": False}},
    }


def _layers(theme: Theme) -> list[dict[str, Any]]:
    def layer(run: str, images: str, **mark: Any) -> dict[str, Any]:
        only = [{"filter": f"datum.run == '{run}' && datum.images == '{images}'"}]
        return {"transform": only, "mark": {"clip": True, **mark}}

    def line(run: str, images: str, **mark: Any) -> dict[str, Any]:
        return {**layer(run, images, type="line", **mark), "encoding": _colour_and_tooltip(theme)}

    align = {"expr": f"datum.epoch > {0.5 * EPOCHS} ? 'right' : 'left'"}
    text = layer("turn", VALIDATION, type="text", align=align, dy=20, fontWeight="bold")
    return [
        line("before", TRAINING, strokeWidth=1.5, strokeDash=[5, 4], opacity=0.5),
        line("before", VALIDATION, strokeWidth=2.5, strokeDash=[5, 4], opacity=0.5),
        line("now", TRAINING, strokeWidth=1.5),
        line("now", VALIDATION, strokeWidth=2.5, point={"size": 22}),
        # From the point down to the axis, so that the epoch can be read there.
        {
            **layer("turn", VALIDATION, type="rule", strokeDash=[2, 3], color=theme.rest),
            "encoding": {"y2": {"datum": 0}},
        },
        layer("turn", VALIDATION, type="point", size=130, filled=False, strokeWidth=2.5, color=theme.text, opacity=1),
        {**text, "encoding": {"text": {"field": "label", "type": "nominal"}}},
    ]


def _colour_and_tooltip(theme: Theme) -> dict[str, Any]:
    return {
        "color": colour_of_images((TRAINING, VALIDATION), theme),
        "tooltip": [
            {"field": "images", "type": "nominal"},
            {"field": "epoch", "type": "quantitative"},
            {"field": "loss", "type": "quantitative", "format": ".4f"},
        ],
    }
