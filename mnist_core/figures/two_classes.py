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
Z_DOTS = 8.0  # and dots of images
FRAME = 255  # as bright as ink


def probability_of_label(*, p: float, y: int, theme: Theme) -> VegaFigure:
    """The probability given to the right class, over all answers p from 0 to 1.

    Args:
        p: The reader's p, 0 to 1.
        y: The right class, 0 or 1.
        theme: Of the page.

    Returns:
        The figure: one line, rising for y = 1 and falling for y = 0, with the reader's point.
    """
    x = torch.tensor([0.0, 1.0, p])
    given = bernoulli(x, torch.tensor(y)).tolist()
    data = pd.DataFrame({"x": x.tolist(), "y": given, "kind": ["curve", "curve", "yours"], "label": ""})
    data.loc[len(data)] = [0.02 if y else 0.98, 0.93, "label", f"P(y | x) = {given[2]:.2f}"]  # where the line is not
    axes = _axes("the network's answer, p", [0, 1], "given to the label, P(y | x)")
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


def told_apart(*, z: Sequence[float], labels: Sequence[int], theme: Theme, height: int = 270) -> VegaFigure:
    """A dot for each image, a one above the sigmoid and a zero below it, at its z; those on the wrong side are crosses.

    Args:
        z: One number for each image; beyond the axis, a dot stands at its end.
        labels: What the images are, 0 or 1.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure; only its data changes with the numbers.
    """
    at = torch.linspace(-Z_DOTS, Z_DOTS, 161)
    rows = [(x, p, "curve", "") for x, p in zip(at.tolist(), sigmoid(at).tolist(), strict=True)]
    for place, (number, label) in enumerate(zip(z, labels, strict=True)):
        off = 0.07 + 0.14 * (place * 0.618 % 1)  # spread, so that dots do not hide each other
        kind = "right" if (number > 0) == (label == 1) else "wrong"
        rows.append((min(Z_DOTS, max(-Z_DOTS, number)), 1 + off if label else -off, kind, ""))
    rows += [(-0.97 * Z_DOTS, 1.14, "label", "the ones"), (0.97 * Z_DOTS, -0.14, "label", "the zeros")]
    rows += [
        (-0.97 * Z_DOTS, 0.6, "label", "◀ says 0"),
        (0.97 * Z_DOTS, 0.6, "label", "says 1 ▶"),
        (0, 0, "border", ""),
    ]
    data = pd.DataFrame(rows, columns=["x", "y", "kind", "label"])
    axes = _axes("z", [-Z_DOTS, Z_DOTS], "p")
    axes["y"] |= {"scale": {"domain": [-0.25, 1.25], "nice": False}, "axis": {"values": [0, 0.5, 1]}}
    return theme.figure(data, {"height": height, "encoding": axes, "layer": _dots_and_curve(theme)})


def _dots_and_curve(theme: Theme) -> list[dict[str, Any]]:
    border = {"y": {"value": 0}, "y2": {"value": "height"}}
    cross = {"shape": "M-1,-1L1,1M-1,1L1,-1", "strokeWidth": 2.5, "stroke": CHOICE, "size": 40}
    align = {"expr": "datum.x > 0 ? 'right' : 'left'"}
    return [
        {**_of_kind("border", type="rule", strokeDash=[4, 4], color=theme.rest), "encoding": border},
        _of_kind("curve", type="line", strokeWidth=2.5, color=theme.first_line),
        _of_kind("right", type="point", size=36, filled=True, color=RIGHT_CLASS, opacity=0.75),
        _of_kind("wrong", type="point", filled=False, opacity=1, **cross),
        {**_of_kind("label", type="text", align=align), "encoding": {"text": {"field": "label", "type": "nominal"}}},
    ]


def _of_kind(kind: str, **mark: Any) -> dict[str, Any]:
    """A layer of what the data call so."""
    return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}


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
    align = {"expr": "datum.x > 0.5 ? 'right' : 'left'"}
    text = _of_kind("label", type="text", align=align, fontWeight="bold")
    return [
        _of_kind("curve", type="line", strokeWidth=2.5, color=theme.first_line),
        _of_kind("yours", type="rule", strokeDash=[4, 4], color=theme.rest),
        _of_kind("yours", type="point", size=200, filled=True, color=colour, opacity=1),
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
    data["label"] = [words.number(z, 1) for z in logits]
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
            "axis": {"values": [-5, 0, 5], "minExtent": round(2.4 * theme.size)},  # as wide as that of probabilities
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
