"""The same scores at one temperature after another."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mnist_core import words
from mnist_core.figures.frames import add_player
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme

FRAME_MS = 220
SMALLEST_LABELLED = 0.005  # smaller ones would only be a row of 0 %


def temperature_sweep(
    *,
    temperatures: Sequence[float],
    probabilities: Sequence[Sequence[float]],
    right: int,
    theme: Theme,
) -> go.Figure:
    """Bars that a slider, or Play, takes through the temperatures; all of it happens in the browser.

    Args:
        temperatures: In order; the figure first stands on the one nearest to 1.
        probabilities: For each temperature one for each class, 0 to 1.
        right: The true class, 0 to 9: its bar is green. The largest bar has the choice's outline.
        theme: Of the page.

    Returns:
        The figure, with a frame for each temperature.
    """
    names = [f"{temperature:.2f}" for temperature in temperatures]
    bars = [_bars(row, right, theme) for row in probabilities]
    first = min(range(len(names)), key=lambda index: abs(temperatures[index] - 1))
    frames = [go.Frame(data=[bar], name=name) for bar, name in zip(bars, names, strict=True)]
    figure = go.Figure(bars[first], frames=frames)
    figure.update_layout(
        height=400,
        margin={"l": 10, "r": 10, "t": 50, "b": 10},
        showlegend=False,
    )
    add_player(figure, first=first, prefix="temperature T = ", milliseconds=FRAME_MS, theme=theme)
    figure.update_xaxes(type="category", fixedrange=True, showgrid=False, tickfont={"size": 15})
    figure.update_yaxes(range=[0, 1.1], tickvals=[0, 0.5, 1], tickformat=".0%", fixedrange=True)
    return figure


def _bars(probabilities: Sequence[float], right: int, theme: Theme) -> go.Bar:
    digits = range(len(probabilities))
    choice = max(digits, key=lambda digit: probabilities[digit])
    return go.Bar(
        x=[str(digit) for digit in digits],
        y=list(probabilities),
        marker={
            "color": [RIGHT_CLASS if digit == right else theme.rest for digit in digits],
            "line": {"color": CHOICE, "width": [3 if digit == choice else 0 for digit in digits]},
        },
        text=[words.percent(p) if p >= SMALLEST_LABELLED else "" for p in probabilities],
        textposition="outside",
        textfont={"color": theme.text, "size": 12},
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{x}: %{y:.4f}<extra></extra>",
    )
