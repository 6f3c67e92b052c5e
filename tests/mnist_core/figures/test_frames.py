"""What plays a figure's frames."""

import plotly.graph_objects as go
import pytest

from mnist_core.figures.frames import add_player
from mnist_core.figures.theme import DARK, LIGHT, Theme


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_play_shows_all_frames_pause_stops_and_each_step_shows_its_own(theme: Theme) -> None:
    frames = [go.Frame(data=[go.Scatter(y=[value])], name=f"{value}") for value in range(3)]
    figure = go.Figure(go.Scatter(y=[1]), frames=frames)
    add_player(figure, first=1, prefix="value: ", milliseconds=100, theme=theme)
    play, pause = figure.layout.updatemenus[0].buttons
    assert (play.label, list(play.args[0]), play.args[1]["frame"]["duration"]) == ("Play", ["0", "1", "2"], 100)
    assert (pause.label, list(pause.args[0])) == ("Pause", [None])
    (slider,) = figure.layout.sliders
    assert slider.active == 1
    assert [list(step.args[0]) for step in slider.steps] == [["0"], ["1"], ["2"]]
    assert slider.currentvalue.font.color == theme.text
