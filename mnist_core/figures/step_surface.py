"""The loss over a plane through the weights, in three dimensions: the one figure made with Plotly."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from mnist_core.figures.theme import FONT, Theme

TITLES = {"x": "against the gradient", "y": "across", "z": "loss"}


def loss_surface(
    *,
    along: Sequence[float],
    across: Sequence[float],
    losses: Sequence[Sequence[float]],
    before: float,
    after: tuple[float, float],
    theme: Theme,
) -> Any:
    """A surface, and on it a ball before and after a step straight ahead.

    Args:
        along: How far against the gradient, in learning rates, ascending.
        across: How far to the side, likewise.
        losses: For each of ``across`` the losses at ``along``.
        before: The loss where the weights stand.
        after: The learning rate of the step, and the loss after it.
        theme: Of the page.

    Returns:
        A Plotly figure. What the reader has turned stays turned while the ball moves.
    """
    figure = go.Figure([_ground(along, across, losses, theme), _ball(losses, before, after, theme)])
    figure.update_layout(
        height=400,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=False,
        paper_bgcolor=theme.background,
        font=_written(theme),
        uirevision="turned by the reader",
        scene={
            **{f"{name}axis": _axis(title, theme) for name, title in TITLES.items()},
            "camera": {"eye": {"x": 1.3, "y": -1.85, "z": 1.0}, "center": {"x": 0, "y": 0, "z": -0.15}},
            "aspectratio": {"x": 1.2, "y": 1.0, "z": 0.7},
        },
    )
    return figure


def _ground(along: Sequence[float], across: Sequence[float], losses: Sequence[Sequence[float]], theme: Theme) -> Any:
    return go.Surface(
        x=list(along),
        y=list(across),
        z=[list(row) for row in losses],
        colorscale=[[0, theme.first_line], [1, theme.background]],
        opacity=0.85,
        showscale=False,
        contours={"z": {"show": True, "color": theme.axis, "width": 1}},
        hovertemplate="loss %{z:.3f}<extra></extra>",
    )


def _ball(losses: Sequence[Sequence[float]], before: float, after: tuple[float, float], theme: Theme) -> Any:
    lift = 0.03 * max(map(max, losses))  # the ball lies on the surface
    marker = {"size": [9, 14], "color": [theme.background, theme.second_line], "opacity": 1}
    return go.Scatter3d(
        x=[0.0, after[0]],
        y=[0.0, 0.0],
        z=[before + lift, after[1] + lift],
        mode="lines+markers",
        marker={**marker, "line": {"color": theme.second_line, "width": 3}},
        line={"color": theme.second_line, "width": 4},
        hoverinfo="skip",
    )


def _axis(title: str, theme: Theme) -> dict[str, Any]:
    return {
        "title": {"font": _written(theme), "text": title},
        "tickfont": {**_written(theme), "size": max(12, theme.size - 2)},
        "nticks": 4,
        "color": theme.text,
        "gridcolor": theme.rest,
        "backgroundcolor": theme.background,
    }


def _written(theme: Theme) -> dict[str, Any]:
    return {"family": FONT, "size": theme.size, "color": theme.text}
