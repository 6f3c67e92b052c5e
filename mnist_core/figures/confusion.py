"""Which digits are taken for which."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mnist_core.figures.theme import Theme


def confusion_heatmap(*, counts: Sequence[Sequence[int]], theme: Theme) -> go.Figure:
    """A confusion matrix: a row for what an image shows, a column for what it was read as.

    The colour is the share of the row, so that the few mistakes show beside the many right answers only if
    the diagonal is left out of the scale: it is drawn as numbers without colour.

    Args:
        counts: 10 rows of 10.
        theme: Of the page.

    Returns:
        The figure.
    """
    digits = [str(digit) for digit in range(10)]
    mistakes = [
        [0 if i == j else 100 * count / max(1, sum(row)) for j, count in enumerate(row)] for i, row in enumerate(counts)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=mistakes,
            x=digits,
            y=digits,
            text=[[str(count) if count else "" for count in row] for row in counts],
            texttemplate="%{text}",
            customdata=counts,
            hovertemplate="%{customdata} images of a %{y} were read as %{x}<extra></extra>",
            colorscale=[[0, theme.heat[0]], [1, theme.heat[1]]],
            showscale=False,
            zmin=0,
            xgap=1,
            ygap=1,
        )
    )
    figure.update_layout(
        height=430,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
    )
    figure.update_xaxes(title="read as", side="bottom", type="category", showgrid=False)
    figure.update_yaxes(title="it is a", autorange="reversed", type="category", showgrid=False)
    return figure
