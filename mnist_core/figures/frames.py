"""Frames that play in the browser, without the server: Play, Pause, and a slider over them."""

from typing import Any

import plotly.graph_objects as go

from mnist_core.figures.theme import LIGHT, Theme


def add_player(figure: go.Figure, *, first: int, prefix: str, milliseconds: int, theme: Theme) -> None:
    """Puts the buttons above a figure that has frames with names, and the slider below it.

    Args:
        figure: Changed in place.
        first: The frame it stands on.
        prefix: What stands before the name of the frame on which it stands.
        milliseconds: For each frame.
        theme: Of the page.
    """
    names = [frame.name for frame in figure.frames]
    buttons = [
        {"label": "Play", "method": "animate", "args": _play(names, milliseconds)},
        {"label": "Pause", "method": "animate", "args": _play([None], 0)},
    ]
    above = {"x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "pad": {"t": 0, "b": 0}}
    # Light in the dark too: Plotly makes the button under the mouse light whatever the theme is.
    look = {"bgcolor": LIGHT.heat[0], "font": {"color": LIGHT.text}}
    slider = {
        "active": first,
        "currentvalue": {"prefix": prefix, "font": {"size": 15, "color": theme.text}},
        "font": {"color": "rgba(0, 0, 0, 0)"},  # the value stands above; so many in a row could not be read
        "tickcolor": theme.rest,
        "bgcolor": theme.rest,
        "borderwidth": 0,
        "pad": {"t": 45},
        "steps": [{"label": name, "method": "animate", "args": _play([name], 0)} for name in names],
    }
    figure.update_layout(
        updatemenus=[
            {"type": "buttons", "direction": "left", "showactive": False, "buttons": buttons, **above, **look}
        ],
        sliders=[slider],
    )


def _play(names: list[str] | list[None], milliseconds: int) -> list[Any]:
    """What Plotly is to do: show these frames, one after the other. [None] stops what is playing."""
    frame = {"duration": milliseconds, "redraw": True}
    return [names, {"frame": frame, "mode": "immediate", "transition": {"duration": 0}}]
