"""The surface: readable in both themes, its axes named, its ball where the step leads."""

import pytest

from mnist_core.figures.step_surface import loss_surface
from mnist_core.figures.theme import DARK, FONT, LIGHT, Theme


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_surface_has_a_ball_and_named_axes(theme: Theme) -> None:
    figure = loss_surface(
        along=[0.0, 0.1], across=[-0.1, 0.0], losses=[[2.0, 1.5], [1.8, 1.0]], before=1.8, after=(0.1, 1.0), theme=theme
    ).to_dict()
    surface, ball = figure["data"]
    assert list(ball["x"]) == [0.0, 0.1]
    assert ball["z"][0] - ball["z"][1] == pytest.approx(0.8)
    scene = figure["layout"]["scene"]
    assert [scene[f"{name}axis"]["title"]["text"] for name in "xyz"] == ["against the gradient", "across", "loss"]
    assert scene["xaxis"]["title"]["font"] == {"family": FONT, "size": theme.size, "color": theme.text}
    assert surface["type"] == "surface"
