"""The hill and its map: every place as high as it was measured, the arrow as long as the rate, lines of equal loss."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from mnist_core.figures.step_hill import hill_and_ball
from mnist_core.figures.step_landscape import contour, loss_landscape
from mnist_core.figures.theme import DARK, LIGHT, Theme, VegaFigure

ALONG = [n / 20 for n in range(-3, 10)]
ACROSS = [n / 20 for n in range(-4, 5)]


def loss(along: float, across: float) -> float:
    """A round valley about 0.2 and 0, whose lines of equal loss are circles."""
    return 1 + 10 * ((along - 0.2) ** 2 + across**2)


LOSSES = [[loss(x, y) for x in ALONG] for y in ACROSS]


def landscape(rate: float = 0.3, theme: Theme = LIGHT, losses: Sequence[Sequence[float]] = LOSSES) -> VegaFigure:
    return loss_landscape(
        along=ALONG,
        across=ACROSS,
        losses=losses,
        before=loss(0, 0),
        after=(rate, loss(rate, 0)),
        lowest=0.2,
        theme=theme,
    )


def hill(rate: float) -> VegaFigure:
    return hill_and_ball(along=ALONG, losses=[loss(x, 0) for x in ALONG], rate=rate, theme=LIGHT)


def row(figure: VegaFigure, kind: str) -> Any:
    (found,) = figure.data[figure.data["kind"] == kind].to_dict("records")
    return found


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.45])
def test_the_arrow_is_as_long_as_the_learning_rate(rate: float) -> None:
    before, after = (row(landscape(rate), kind) for kind in ("before", "after"))
    assert np.hypot(after["along"] - before["along"], after["across"] - before["across"]) == rate
    assert (before["label"], after["label"]) == (f"{loss(0, 0):.3f}", f"{loss(rate, 0):.3f}")
    before, after = (row(hill(rate), kind) for kind in ("before", "after"))
    assert after["rate"] - before["rate"] == rate
    assert (before["loss"], after["loss"]) == (loss(0, 0), loss(rate, 0))


@pytest.mark.parametrize("build", [landscape, hill])
def test_the_arrow_moves_without_the_figure_being_drawn_anew(build: Any) -> None:
    short, long = build(0.05), build(0.45)
    assert short.spec == long.spec
    assert not short.data.equals(long.data)


def test_every_place_of_the_map_is_as_high_as_it_was_measured() -> None:
    ground = landscape().spec["layer"][0]
    assert ground["mark"]["type"] == "rect"
    places = [
        (x, row["y"], height)
        for row in ground["data"]["values"]
        for x, height in zip(row["along"], row["loss"], strict=True)
    ]
    assert len(places) == len(ALONG) * len(ACROSS)
    assert all(height == pytest.approx(loss(x, y), abs=5e-5) for x, y, height in places)
    assert ground["encoding"]["color"]["title"] == "loss of the batch"


@pytest.mark.parametrize("level", [1.05, 1.4, 1.9])
def test_a_line_joins_places_of_equal_loss(level: float) -> None:
    x, y = np.linspace(-0.2, 0.6, 74).tolist(), np.linspace(-0.4, 0.4, 76).tolist()
    pieces = contour(x, y, [[loss(along, across) for along in x] for across in y], level)
    ends = np.array(pieces).reshape(-1, 2)
    assert all(loss(*end) == pytest.approx(level, abs=0.003) for end in ends.tolist())
    apart = np.linalg.norm(ends[:, None] - ends[None], axis=-1)
    assert ((apart < 2e-4).sum(1) >= 2).all()  # every piece goes on in another one: the line is closed
    length = float(np.linalg.norm(ends[::2] - ends[1::2], axis=-1).sum())
    assert length == pytest.approx(2 * np.pi * ((level - 1) / 10) ** 0.5, rel=0.01)


def test_the_thick_line_goes_through_the_start() -> None:
    thin, thick = landscape().spec["layer"][1:3]
    assert thick["mark"]["strokeWidth"] > thin["mark"]["strokeWidth"]
    (line,) = thick["data"]["values"]
    ends = [*zip(line["along"], line["across"], strict=True), *zip(line["along2"], line["across2"], strict=True)]
    assert (0, 0) in ends
    assert all(loss(*end) == pytest.approx(loss(0, 0), abs=0.02) for end in ends)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_low_is_pale_and_on_a_dark_page_dark(theme: Theme) -> None:
    scale = landscape(theme=theme).spec["layer"][0]["encoding"]["color"]["scale"]
    assert scale["range"] == list(theme.heat)
    assert scale["domain"] == [min(map(min, LOSSES)), max(map(max, LOSSES))]


def test_a_place_without_a_loss_is_refused() -> None:
    with pytest.raises(ValueError, match="a loss for each place"):
        landscape(losses=LOSSES[1:])


def test_a_plain_has_no_lines() -> None:
    spec = landscape(losses=[[1.0] * len(ALONG) for _ in ACROSS]).spec
    assert not any(column for layer in spec["layer"][1:3] for column in layer["data"]["values"][0].values())
