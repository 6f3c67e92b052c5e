"""The gradient beside differences of the loss: as slopes of a curve, and how far off they are for each step."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mnist_core.figures.theme import CHOICE, Theme, VegaFigure

REACH = 4.0  # of the scores on the axis, to both sides of where they stand
STEEP = 3.5  # the loss at the top of the figure
LEAST, MOST = 1e-12, 10.0  # of the error on its axis: what is smaller or larger stands at its ends
SINGLE, DOUBLE = "float32", "float64"
_POWERS = "['1', '10⁻²', '10⁻⁴', '10⁻⁶', '10⁻⁸', '10⁻¹⁰', '10⁻¹²'][round(-log(datum.value) / LN10 / 2)]"
DASHES = {SINGLE: [1, 0], DOUBLE: [6, 3]}


def slope_and_secant(
    *,
    along: Sequence[float],
    losses: Sequence[float],
    at: tuple[float, float],
    moved: tuple[float, float],
    slope: float,
    name: str,
    theme: Theme,
    height: int = 280,
) -> VegaFigure:
    """The loss over one score, the line of the gradient where it stands, and the line through a second point.

    Args:
        along: Values of the score.
        losses: The loss at each.
        at: The score as it stands, and the loss there.
        moved: The score once it is moved, and the loss there.
        slope: The gradient.
        name: Of the score, for the axis.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure.
    """
    z, loss = at
    secant = (moved[1] - loss) / (moved[0] - z)
    rows = [(x, y, "curve") for x, y in zip(along, losses, strict=True)]
    for kind, steep in (("gradient", slope), ("difference", secant)):
        rows += [(x, loss + steep * (x - z), kind) for x in (along[0], along[-1])]
    rows += [(*at, "here"), (*moved, "moved")]
    data = pd.DataFrame(rows, columns=["score", "loss", "kind"])
    axes = {
        "x": _axis("score", name, domain=[along[0], along[-1]]),
        "y": _axis("loss", "loss", domain=[0, STEEP]),
    }
    layers = [
        _of("curve", type="line", strokeWidth=2.5, color=theme.first_line, clip=True),
        _of("gradient", type="line", strokeWidth=2, color=theme.text, clip=True),
        _of("difference", type="line", strokeWidth=2, strokeDash=[6, 4], color=CHOICE, clip=True),
        _of("moved", type="point", size=110, filled=True, opacity=1, color=CHOICE, clip=True),
        _of("here", type="point", size=150, filled=True, opacity=1, color=theme.text),
    ]
    return theme.figure(data, {"height": height, "encoding": axes, "layer": layers})


def errors_over_steps(
    *, steps: Sequence[float], errors: Mapping[str, Sequence[float]], chosen: float, theme: Theme, height: int = 320
) -> VegaFigure:
    """How far off a difference is for each step, on axes of powers of ten, in both precisions.

    Args:
        steps: ε, above 0.
        errors: By precision, ``SINGLE`` and ``DOUBLE``: as a share of the gradient, one for each step.
        chosen: One of the steps.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure; choosing changes its data alone.
    """
    rows = [
        (step, min(MOST, max(LEAST, error)), precision, "curve" if step != chosen else "chosen")
        for precision, of in errors.items()
        for step, error in zip(steps, of, strict=True)
    ]
    rows += [(step, error, precision, "curve") for step, error, precision, kind in rows if kind == "chosen"]
    data = pd.DataFrame(rows, columns=["step", "error", "precision", "kind"])
    axes = {
        "x": _axis("step", "step ε", type="log", domain=[min(steps), max(steps)]),
        "y": _axis("error", "error, as a share of the gradient", type="log", domain=[LEAST, MOST]),
        "color": _scale("precision", list(errors), [theme.first_line, theme.second_line], theme.columns(list(errors))),
        "strokeDash": {"field": "precision", "type": "nominal", "scale": {"range": list(DASHES.values())}},
    }
    for axis in (axes["x"], axes["y"]):
        axis["axis"] = {"values": [10.0**power for power in range(-12, 1, 2)], "labelExpr": _POWERS}
    rule = {
        "y": {"value": 0},
        "y2": {"value": "height"},
        "color": {"value": theme.rest},
        "strokeDash": {"value": [1, 0]},
    }
    layers = [
        _of("curve", type="line", strokeWidth=2.5, interpolate="linear"),
        {**_of("chosen", type="rule"), "encoding": rule},
        _of("chosen", type="point", size=140, filled=True, opacity=1),
    ]
    return theme.figure(data, {"height": height, "encoding": axes, "layer": layers})


def _axis(field: str, title: str, **scale: Any) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title, "scale": {"nice": False, **scale}}


def _scale(field: str, names: list[str], colours: list[str], columns: int) -> dict[str, Any]:
    legend = {"title": None, "orient": "top", "columns": columns, "symbolType": "stroke"}
    return {"field": field, "type": "nominal", "scale": {"domain": names, "range": colours}, "legend": legend}


def _of(kind: str, **mark: Any) -> dict[str, Any]:
    """A layer of what the data call so."""
    return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}
