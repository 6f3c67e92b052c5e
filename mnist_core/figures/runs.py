"""Runs laid over each other, and the same settings with several seeds as a band."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from mnist_core.figures.curves import HIGHEST_LOSS, epoch_axis
from mnist_core.figures.theme import LARGE, Theme, VegaFigure
from mnist_core.lessons.runs_comparison import Band, RunResult

Curve = Literal["validation accuracy", "validation loss", "training loss"]

MOST_RUNS = 8
CURVES: tuple[Curve, ...] = ("validation accuracy", "validation loss", "training loss")
_DASHES = ([1, 0], [9, 4], [2, 3], [9, 3, 2, 3])
_DOT_ROW, _DOT_AXIS = 60, 70  # pixels of height for each band, and for the axis below


def styles(numbers: Iterable[int]) -> dict[int, int]:
    """A style for each run: its own as long as that is free, so that it keeps it while runs come and go.

    Args:
        numbers: Of the runs, at most ``MOST_RUNS``.

    Returns:
        For each number a style, 0 to ``MOST_RUNS`` - 1, no two the same.
    """
    taken: dict[int, int] = {}
    for number in sorted(numbers):
        style = (number - 1) % MOST_RUNS
        while style in taken.values():
            style = (style + 1) % MOST_RUNS
        taken[number] = style
    return taken


def _colour_and_dash(style: int, theme: Theme) -> tuple[str, list[int]]:
    """Four colours and four dashes make eight pairs; neighbours differ in both."""
    colours = (theme.first_line, theme.second_line, theme.third_line, theme.text)
    return colours[style % 4], _DASHES[(style + style // 4) % 4]


def run_curves(
    *,
    results: Sequence[RunResult],
    style_of: Mapping[int, int],
    curve: Curve,
    log: bool,
    theme: Theme,
    height: int = 320,
) -> VegaFigure:
    """A line for each run over its epochs.

    Args:
        results: The runs, each with at least one point of its training curve.
        style_of: The style of each number, from ``styles``.
        curve: What is drawn. A run that ended before its last epoch has one more validation point where it ended.
        log: Whether a loss stands on a logarithmic axis; there nothing is cut off.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure. Its data have each ``value`` and where it is ``shown``: a high loss, or a low accuracy of a run
        whose loss exploded, would press all the other lines flat and is drawn on the edge.
    """
    rows = [(result.name, *point) for result in results for point in _points(result, curve)]
    data = pd.DataFrame(rows, columns=["run", "epoch", "value"])
    data["shown"] = _within_the_axis(data["value"], results, curve, log)
    looks = [_colour_and_dash(style_of[result.number], theme) for result in results]
    epochs = max((result.record.training_config.epochs for result in results), default=1)
    encoding = {
        "x": epoch_axis(epochs),
        **_value_axis(curve, log),
        **_line_styles([result.name for result in results], looks, theme),
    }
    point = False if curve == "training loss" else {"size": 45}
    return theme.figure(
        data, {"height": height, "mark": {"type": "line", "strokeWidth": 2, "point": point}, "encoding": encoding}
    )


def _within_the_axis(values: pd.Series, results: Sequence[RunResult], curve: Curve, log: bool) -> pd.Series:
    """Where the values of these runs are drawn."""
    if curve != "validation accuracy":
        return values if log else values.clip(upper=HIGHEST_LOSS)
    sound = [value for result in results if not result.record.diverged for _, value in _points(result, curve)]
    # The others' lowest, rounded down to a whole percent; 1e-9 because 100 · 0.57 is a little less than 57.
    return values.clip(lower=math.floor(100 * min(sound, default=0.0) + 1e-9) / 100)


def _value_axis(curve: Curve, log: bool) -> dict[str, Any]:
    """The y axis, and what is said of a point."""
    is_loss = curve != "validation accuracy"
    scale = {"type": "log" if is_loss and log else "linear", "zero": is_loss and not log, "nice": True}
    return {
        "y": {
            "field": "shown",
            "type": "quantitative",
            "title": curve,
            "scale": scale,
            "axis": {"format": "~g" if is_loss else "~%"},
        },
        "tooltip": [
            {"field": "run", "type": "nominal"},
            {"field": "epoch", "type": "quantitative", "format": ".2f"},
            {"field": "value", "type": "quantitative", "title": curve, "format": ".4f" if is_loss else ".2%"},
        ],
    }


def _points(result: RunResult, curve: Curve) -> list[tuple[float, float]]:
    """Where a run stood, in epochs, and its value there."""
    record = result.record
    if curve == "training loss":
        return [(event.step / record.steps_per_epoch, event.loss) for event in record.batches]
    quantity = curve.removeprefix("validation ")
    end = record.learned_steps / record.steps_per_epoch
    points = [(0.0, getattr(record.before, quantity))] if record.before else []
    points += [(float(event.epoch), float(getattr(event, f"validation_{quantity}"))) for event in record.epochs]
    if not points or points[-1][0] != end:
        points.append((end, getattr(result.validation, quantity)))
    return sorted(points)  # a run that diverged went back


def _line_styles(names: list[str], looks: list[tuple[str, list[int]]], theme: Theme) -> dict[str, Any]:
    """Colour and dash of each line, and one legend that shows both."""
    legend = {
        "orient": "top",
        "title": None,
        "symbolType": "stroke",
        "symbolSize": 400,
        "columnPadding": 6,
        "symbolStrokeWidth": 2.5,
        "symbolOpacity": 1,
        "columns": 4 if theme.size < LARGE else 3,
    }
    scale = {"domain": names, "range": [colour for colour, _ in looks]}
    dashes = {"domain": names, "range": [dash for _, dash in looks]}
    return {
        "color": {"field": "run", "type": "nominal", "scale": scale, "legend": legend},
        "strokeDash": {"field": "run", "type": "nominal", "scale": dashes, "legend": legend},
    }


def seed_bands(*, bands: Mapping[str, Band], epochs: int, theme: Theme, height: int = 320) -> VegaFigure:
    """The validation accuracy over the epochs: a thin line for each seed, and from the finished ones a band.

    Args:
        bands: One or two, by what they are called in the figure.
        epochs: Where the axis ends.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure: the band reaches from the lowest to the highest accuracy, the thick line is the mean.
    """
    rows: list[tuple[str, str, int, float, float, float, str]] = []
    for name, band in bands.items():
        rows += [
            (name, f"{name} {seed}", e.epoch, e.validation_accuracy, 0.0, 0.0, f"seed {seed}")
            for seed, record in band.records.items()
            for e in record.epochs
        ]
        rows += [(name, "", epoch, mean, low, high, "mean") for epoch, low, mean, high in band.envelope()]
    data = pd.DataFrame(rows, columns=["run", "line", "epoch", "accuracy", "low", "high", "what"])
    return theme.figure(
        data, {"height": height, "encoding": _band_axes(epochs), "layer": _band_layers(list(bands), theme)}
    )


def _band_axes(epochs: int) -> dict[str, Any]:
    return {
        "x": epoch_axis(epochs),
        "y": {
            "field": "accuracy",
            "type": "quantitative",
            "title": "validation accuracy",
            "scale": {"zero": False, "nice": True},
            "axis": {"format": "~%"},
        },
    }


def _two_looks(theme: Theme) -> list[tuple[str, list[int]]]:
    return [(theme.first_line, [1, 0]), (theme.second_line, [7, 4])]


def _band_layers(names: list[str], theme: Theme) -> list[dict[str, Any]]:
    style = _line_styles(names, _two_looks(theme), theme)
    style["color"]["legend"]["columns"] = style["strokeDash"]["legend"]["columns"] = 1  # long names, one below another
    plain = {"color": style["color"], "detail": {"field": "line", "type": "nominal"}}
    means, seeds = [{"filter": "datum.what == 'mean'"}], [{"filter": "datum.what != 'mean'"}]
    tooltip = [
        {"field": "run", "type": "nominal"},
        {"field": "what", "type": "nominal"},
        {"field": "epoch", "type": "quantitative"},
        {"field": "accuracy", "type": "quantitative", "format": ".2%"},
    ]
    ends = {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}
    return [
        {
            "transform": means,
            "mark": {"type": "area", "opacity": 0.22},
            "encoding": {"color": style["color"], **ends},
        },
        {
            "transform": seeds,
            "mark": {"type": "line", "strokeWidth": 1, "opacity": 0.7, "point": {"size": 14, "opacity": 0.7}},
            "encoding": {**plain, "tooltip": tooltip},
        },
        {
            "transform": means,
            "mark": {"type": "line", "strokeWidth": 2.5, "point": {"size": 45}},
            "encoding": {**style, "tooltip": tooltip},
        },
    ]


def final_accuracies(*, bands: Mapping[str, Band], theme: Theme) -> VegaFigure:
    """A dot for the last validation accuracy of each seed, a row for each band, and a line at the mean.

    Args:
        bands: One or two, by what they are called in the figure.
        theme: Of the page.

    Returns:
        The figure; dots that fall together are set off from each other by their place in the row.
    """
    rows = [
        (name, f"seed {seed}", accuracy, place)
        for name, band in bands.items()
        for place, (seed, accuracy) in enumerate(zip(band.finished, band.accuracies, strict=True))
    ]
    data = pd.DataFrame(rows, columns=["run", "seed", "accuracy", "place"])
    mean, dots = _dot_encodings(list(bands), theme)
    return theme.figure(
        data,
        {
            "height": _DOT_ROW * max(1, len(bands)) + _DOT_AXIS,
            "layer": [
                {"mark": {"type": "tick", "thickness": 2.5, "size": _DOT_ROW * 0.8}, "encoding": mean},
                {"mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.85}, "encoding": dots},
            ],
        },
    )


def _dot_encodings(names: list[str], theme: Theme) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of the lines at the means, and of the dots."""
    colours = {"domain": names, "range": [colour for colour, _ in _two_looks(theme)][: len(names)]}
    colour = {"field": "run", "type": "nominal", "scale": colours, "legend": None}
    shape = {"field": "run", "type": "nominal", "scale": {"domain": names, "range": ["circle", "diamond"]}}
    row = {"field": "run", "type": "nominal", "title": None, "sort": names, "axis": {"labelLimit": 30}}
    tooltip = [
        {"field": "run", "type": "nominal"},
        {"field": "seed", "type": "nominal"},
        {"field": "accuracy", "type": "quantitative", "format": ".2%"},
    ]
    x = {
        "field": "accuracy",
        "type": "quantitative",
        "title": "validation accuracy at the end",
        "scale": {"zero": False, "nice": True},
        "axis": {"format": ".2~%", "tickCount": 3},
    }
    dots = {"x": x, "y": row, "color": colour, "shape": {**shape, "legend": None}, "tooltip": tooltip}
    dots["yOffset"] = {"field": "place", "type": "ordinal", "scale": {"paddingOuter": 1.5}}
    return {"x": {**x, "aggregate": "mean"}, "y": row, "color": colour}, dots
