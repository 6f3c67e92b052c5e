"""The learning rate over a run, for one schedule or several."""

from collections.abc import Mapping, Sequence

import pandas as pd

from mnist_core.figures.curves import epoch_axis
from mnist_core.figures.side_by_side import AXIS
from mnist_core.figures.theme import Theme, VegaFigure

POINTS = 120  # of each line: enough to look smooth


def rate_curves(*, rates: Mapping[str, Sequence[float]], epochs: int, theme: Theme, height: int = 165) -> VegaFigure:
    """A line for each schedule, in the colours and dashes in which ``comparison_curves`` draws runs of those names.

    Args:
        rates: The learning rate of each batch, by the name of the schedule; two schedules at most.
        epochs: Where the axis ends.
        theme: Of the page.
        height: In pixels.

    Returns:
        The figure. A line goes through every few batches, the first and the last among them.
    """
    rows = []
    for name, all_rates in rates.items():
        last = len(all_rates) - 1
        shown = sorted({round(last * point / (POINTS - 1)) for point in range(POINTS)})
        rows += [(name, epochs * step / len(all_rates), all_rates[step]) for step in shown]
    data = pd.DataFrame(rows, columns=["run", "epoch", "learning rate"])
    names = list(rates)
    encoding = {
        "x": {**epoch_axis(epochs), "title": None},
        "y": {
            "field": "learning rate",
            "type": "quantitative",
            "axis": {"format": "~g", "tickCount": 3, "minExtent": AXIS * theme.size},
        },
        "color": {
            "field": "run",
            "type": "nominal",
            "scale": {"domain": names, "range": [theme.first_line, theme.second_line]},
            "legend": None,
        },
        "strokeDash": {
            "field": "run",
            "type": "nominal",
            "scale": {"domain": names, "range": [[1, 0], [6, 3]]},
            "legend": None,
        },
    }
    return theme.figure(data, {"height": height, "mark": {"type": "line", "strokeWidth": 2}, "encoding": encoding})
