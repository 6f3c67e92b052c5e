"""Two classes: what a label picks, the sigmoid, and the image whose ink is measured."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.figures.images import enlarged
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme, VegaFigure
from mnist_core.lessons.two_classes import Box
from mnist_core.network.functions import bernoulli, sigmoid

Z_AXIS = 12.0  # the sigmoid is drawn from minus this to this
Z_BARS = 6.0  # and bars of logits
FRAME = 255  # as bright as ink


def probability_of_label(*, p: float, y: int, theme: Theme) -> VegaFigure:
    """The probability given to the right class, over all answers y′ from 0 to 1.

    Args:
        p: The reader's y′, 0 to 1.
        y: The right class, 0 or 1.
        theme: Of the page.

    Returns:
        The figure: one line, rising for y = 1 and falling for y = 0, with the reader's point.
    """
    x = torch.tensor([0.0, 1.0, p])
    given = bernoulli(x, torch.tensor(y)).tolist()
    data = pd.DataFrame({"x": x.tolist(), "y": given, "kind": ["curve", "curve", "yours"], "label": ""})
    data.loc[len(data)] = [0.02 if y else 0.98, 0.93, "label", f"P(y | x) = {given[2]:.2f}"]  # where the line is not
    axes = _axes("the network's answer, y′", [0, 1], "given to the label, P(y | x)")
    return theme.figure(data, {"height": 260, "encoding": axes, "layer": _curve_and_point(theme, RIGHT_CLASS)})


def sigmoid_curve(*, z: float, title: str, theme: Theme) -> VegaFigure:
    """The sigmoid with the reader's point on it.

    Args:
        z: The reader's number, -12 to 12.
        title: What z is, for the axis.
        theme: Of the page.

    Returns:
        The figure.

    Raises:
        ValueError: If z is beyond the axis.
    """
    if not -Z_AXIS <= z <= Z_AXIS:
        raise ValueError(f"The curve is drawn from {-Z_AXIS:g} to {Z_AXIS:g}, and {z} is not there.")
    at = torch.linspace(-Z_AXIS, Z_AXIS, 241)
    data = pd.DataFrame({"x": at.tolist(), "y": sigmoid(at).tolist(), "kind": "curve", "label": ""})
    p = sigmoid(torch.tensor(z)).item()
    data.loc[len(data)] = [z, p, "yours", ""]
    data.loc[len(data)] = [0.96 * -Z_AXIS, 0.93, "label", f"p = {words.decimal(p)}"]  # where the curve is not
    axes = _axes(title, [-Z_AXIS, Z_AXIS], "p")
    return theme.figure(data, {"height": 260, "encoding": axes, "layer": _curve_and_point(theme, theme.text)})


def _axes(title: str, domain: Sequence[float], y_title: str) -> dict[str, Any]:
    return {
        "x": {
            "field": "x",
            "type": "quantitative",
            "scale": {"domain": list(domain), "nice": False},
            "axis": {"tickCount": 5},
            "title": title,
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "scale": {"domain": [0, 1]},
            "axis": {"tickCount": 5},
            "title": y_title,
        },
    }


def _curve_and_point(theme: Theme, colour: str) -> list[dict[str, Any]]:
    def layer(kind: str, **mark: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}

    align = {"expr": "datum.x > 0.5 ? 'right' : 'left'"}
    text = layer("label", type="text", align=align, fontWeight="bold")
    return [
        layer("curve", type="line", strokeWidth=2.5, color=theme.first_line),
        layer("yours", type="rule", strokeDash=[4, 4], color=theme.rest),
        layer("yours", type="point", size=200, filled=True, color=colour, opacity=1),
        {**text, "encoding": {"text": {"field": "label", "type": "nominal"}}},
    ]


def logit_bars(*, logits: Sequence[float], classes: Sequence[str], theme: Theme, height: int = 200) -> VegaFigure:
    """Logits as bars up and down from 0; the largest has the colour of the choice.

    Args:
        logits: One for each class, -6 to 6.
        classes: Their names, in the order of the bars.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure.
    """
    largest = max(range(len(logits)), key=lambda index: logits[index])
    data = pd.DataFrame({"class": list(classes), "logit": list(logits)})
    data["role"] = ["choice" if index == largest else "rest" for index in range(len(classes))]
    data["label"] = [f"{z:z.1f}" for z in logits]
    encoding = {
        "x": {
            "field": "class",
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {"labelAngle": 0},
        },
        "y": {
            "field": "logit",
            "type": "quantitative",
            "scale": {"domain": [-Z_BARS, Z_BARS], "nice": False},
            "axis": {"tickCount": 5},
            "title": "score, z",
        },
    }
    fill = {"domain": ["choice", "rest"], "range": [CHOICE, theme.rest]}
    bars = {"mark": "bar", "encoding": {"color": {"field": "role", "type": "nominal", "scale": fill, "legend": None}}}
    mark = {"type": "text", "dy": {"expr": "datum.logit < 0 ? 9 : -9"}}
    labels = {"mark": mark, "encoding": {"text": {"field": "label", "type": "nominal"}}}
    return theme.figure(data, {"height": height, "encoding": encoding, "layer": [bars, labels]})


def image_with_frames(*, image: Tensor, boxes: Sequence[Box], factor: int) -> npt.NDArray[np.uint8]:
    """An image, enlarged, with dashed frames around parts of it.

    Args:
        image: torch.uint8 [28, 28].
        boxes: The parts, in pixels of the image.
        factor: How many pixels wide and high each pixel becomes.

    Returns:
        uint8 [28 × factor, 28 × factor].
    """
    picture = enlarged(image=image.float() / 255, factor=factor)
    for top, bottom, left, right in ((edge * factor for edge in box) for box in boxes):
        for y in range(top, bottom):
            picture[y, [left, right - 1]] = _dash(y)
        for x in range(left, right):
            picture[[top, bottom - 1], x] = _dash(x)
    return picture


def _dash(at: int) -> int:
    """Bright and dark in turns, so that a frame shows on ink as on paper."""
    return FRAME if at // 4 % 2 == 0 else 0
