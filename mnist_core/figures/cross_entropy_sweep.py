"""-ln p while p falls from 1 to 0.01: a figure that plays in the browser, without the server."""

import math

import plotly.graph_objects as go

from mnist_core.figures.frames import add_player
from mnist_core.figures.theme import RIGHT_CLASS, Theme

STEP = 0.03
PROBABILITIES = [round(1 - STEP * i, 2) for i in range(34)]  # 1, 0.97, ... 0.01
FRAME_MS = 150
HIGHEST_LOSS = 5.0


def loss_sweep(*, theme: Theme) -> go.Figure:
    """A point that runs along the curve in equal steps of p and leaves a mark at each.

    Args:
        theme: Of the page.

    Returns:
        The figure, with a button to play, one to pause, and a slider for p.
    """
    at = [math.exp(-4.7 * i / 200) for i in range(201)]
    figure = go.Figure(
        [
            go.Scatter(
                x=at, y=[-math.log(p) for p in at], mode="lines", line={"color": theme.first_line, "width": 2.5}
            ),
            *_moving(1, theme),
        ],
        frames=[
            go.Frame(name=f"{p:.2f}", data=_moving(count, theme), traces=[1, 2, 3])
            for count, p in enumerate(PROBABILITIES, start=1)
        ],
    )
    figure.update_traces(hoverinfo="skip", cliponaxis=False)
    figure.update_layout(
        height=430,
        margin={"l": 10, "r": 10, "t": 50, "b": 10},
        showlegend=False,
        dragmode=False,
    )
    add_player(figure, first=0, prefix="p = ", milliseconds=FRAME_MS, theme=theme)
    figure.update_xaxes(title="probability given to the right class, p", range=[0, 1.02], fixedrange=True)
    figure.update_yaxes(title="loss, −ln p", range=[0, HIGHEST_LOSS], fixedrange=True)
    return figure


def _moving(count: int, theme: Theme) -> list[go.Scatter]:
    """The marks of the first ``count`` steps, the point at the last of them, and its numbers."""
    passed = PROBABILITIES[:count]
    losses = [0.0 - math.log(p) for p in passed]
    return [
        go.Scatter(x=passed, y=losses, mode="markers", marker={"color": theme.rest, "size": 8}),
        go.Scatter(x=passed[-1:], y=losses[-1:], mode="markers", marker={"color": RIGHT_CLASS, "size": 15}),
        go.Scatter(
            x=[1],
            y=[HIGHEST_LOSS - 0.4],
            mode="text",
            text=[f"p = {passed[-1]:.2f}: {losses[-1]:.3f}"],
            textposition="middle left",
            textfont={"size": 17, "color": theme.text},
        ),
    ]
