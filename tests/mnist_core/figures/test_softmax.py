"""The temperature sweep: its frames, and what starts and stops them."""

import json

import pytest
import torch

from mnist_core.figures.softmax import temperature_sweep
from mnist_core.figures.theme import CHOICE, DARK, LIGHT, RIGHT_CLASS, Theme

TEMPERATURES = [0.25, 1.0, 8.0]
Z = torch.tensor([1.0, 3.0, -2.0, 0.5])


def probabilities() -> list[list[float]]:
    return [torch.softmax(Z / temperature, 0).tolist() for temperature in TEMPERATURES]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_there_is_a_frame_for_each_temperature_and_it_starts_at_one(theme: Theme) -> None:
    figure = temperature_sweep(temperatures=TEMPERATURES, probabilities=probabilities(), right=0, theme=theme)
    assert [frame.name for frame in figure.frames] == ["0.25", "1.00", "8.00"]
    for frame, expected in zip(figure.frames, probabilities(), strict=True):
        assert list(frame.data[0].y) == expected
    assert list(figure.data[0].y) == probabilities()[1]
    assert figure.layout.sliders[0].active == 1
    assert list(figure.data[0].marker.color) == [RIGHT_CLASS, theme.rest, theme.rest, theme.rest]
    assert figure.data[0].marker.line.color == CHOICE
    assert list(figure.data[0].marker.line.width) == [0, 3, 0, 0]


def test_play_shows_all_frames_pause_stops_and_each_step_shows_its_own() -> None:
    figure = temperature_sweep(temperatures=TEMPERATURES, probabilities=probabilities(), right=0, theme=LIGHT)
    layout = json.loads(figure.to_json())["layout"]
    play, pause = layout["updatemenus"][0]["buttons"]
    assert (play["label"], play["args"][0]) == ("Play", ["0.25", "1.00", "8.00"])
    assert (pause["label"], pause["args"][0]) == ("Pause", [None])
    assert [step["args"][0] for step in layout["sliders"][0]["steps"]] == [["0.25"], ["1.00"], ["8.00"]]
