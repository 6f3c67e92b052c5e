"""How hard two losses push a score, over all scores."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mnist_core.figures.theme import Theme, VegaFigure


def two_pushes(
    *,
    scores: Sequence[float],
    pushes: Mapping[str, Sequence[float | None]],
    at: float,
    here: Mapping[str, float],
    theme: Theme,
    height: int = 290,
) -> VegaFigure:
    """A curve for each of two losses, and on each the reader's point.

    Args:
        scores: Where the curves are known, ascending.
        pushes: Each curve there, 0 to 1, by the name of the loss; two. None: not told yet.
        at: The reader's score.
        here: Each curve at the reader's score; none, as long as that is not to be told.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure; only its data changes with the score.
    """
    names = list(pushes)
    rows = [(name, x, y, "curve") for name in names for x, y in zip(scores, pushes[name], strict=True)]
    rows += [(name, at, y, "yours") for name, y in here.items()]
    rows.append((names[0], at, 0.0, "at"))
    data = pd.DataFrame(rows, columns=["loss", "z", "push", "kind"])
    legend = {
        "orient": "top",
        "title": None,
        "symbolType": "stroke",
        "symbolStrokeWidth": 3,
        "columns": theme.columns(names),
    }
    scale = {"domain": names, "range": [theme.first_line, theme.second_line]}
    encoding = {
        "x": {
            "field": "z",
            "type": "quantitative",
            "scale": {"domain": [scores[0], scores[-1]], "nice": False},
            "axis": {"tickCount": 5},
            "title": "score of the right answer, z",
        },
        "y": {
            "field": "push",
            "type": "quantitative",
            "scale": {"domain": [0, 1]},
            "axis": {"tickCount": 5},
            "title": "push on the score",
        },
        "color": {"field": "loss", "type": "nominal", "sort": None, "scale": scale, "legend": legend},
    }
    return theme.figure(data, {"height": height, "encoding": encoding, "layer": _layers(names, legend, theme)})


def _layers(names: Sequence[str], legend: dict[str, Any], theme: Theme) -> list[dict[str, Any]]:
    def layer(kind: str, **mark: Any) -> dict[str, Any]:
        return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}

    dash = {"field": "loss", "type": "nominal", "sort": None, "legend": legend}
    dashed = {"strokeDash": {**dash, "scale": {"domain": list(names), "range": [[1, 0], [6, 3]]}}}
    rule = layer("at", type="rule", strokeDash=[4, 4])
    return [
        {**rule, "encoding": {"y": None, "color": {"value": theme.rest}}},
        {**layer("curve", type="line", strokeWidth=2.5), "encoding": dashed},
        layer("yours", type="point", size=150, filled=True, opacity=1),
    ]
