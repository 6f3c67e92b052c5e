"""Which way training pushes each score: arrows on the bars of the probabilities."""

from collections.abc import Sequence
from typing import Any

from mnist_core.figures.bars import probability_bars
from mnist_core.figures.theme import Theme, VegaFigure

SHORTEST = 0.02  # a shorter arrow would be nothing but its head
BESIDE_LABEL = 0.8  # of a bar's width, so that the arrow does not cover the percentage


def gradient_arrows(
    *, probabilities: Sequence[float], gradient: Sequence[float], classes: Sequence[str], right: str, theme: Theme
) -> VegaFigure:
    """Bars of p with an arrow on each, from p_i against the gradient, as long as the gradient is large.

    For the gradient p - **y** each arrow ends at y_i: at 1 for the right class, at 0 for the others.

    Args:
        probabilities: One for each class, 0 to 1.
        gradient: How the loss changes with the score of each class, -1 to 1.
        classes: Their names, in the order of the bars.
        right: The right class.
        theme: Of the page.

    Returns:
        The figure; only its data changes with the numbers.
    """
    data, spec = probability_bars(probabilities=probabilities, classes=classes, theme=theme, right=right)
    data["end"] = [p - slope for p, slope in zip(probabilities, gradient, strict=True)]
    data["push"] = ["none" if abs(slope) < SHORTEST else "up" if slope < 0 else "down" for slope in gradient]
    data["gradient"] = list(gradient)
    arrows = [_shaft(theme), _head("up", theme), _head("down", theme)]
    return theme.figure(data, {**spec, "layer": [*spec["layer"], *arrows]})


def _x() -> dict[str, Any]:
    return {"field": "class", "type": "nominal", "sort": None, "title": None, "bandPosition": BESIDE_LABEL}


def _y(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": "probability"}


def _shaft(theme: Theme) -> dict[str, Any]:
    return {
        "transform": [{"filter": "datum.push != 'none'"}],
        "mark": {"type": "rule", "strokeWidth": 3, "color": theme.text},
        "encoding": {"x": _x(), "y": _y("probability"), "y2": {"field": "end"}},
    }


def _head(push: str, theme: Theme) -> dict[str, Any]:
    # The head's tip, not its middle, stands where the arrow ends.
    mark = {
        "type": "point",
        "shape": f"triangle-{push}",
        "size": 160,
        "filled": True,
        "opacity": 1,
        "color": theme.text,
        "yOffset": 5 if push == "up" else -5,
    }
    only = [{"filter": f"datum.push == '{push}'"}]
    return {"transform": only, "mark": mark, "encoding": {"x": _x(), "y": _y("end")}}
