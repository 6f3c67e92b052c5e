"""The four cards of a batch: their numbers, and which of them is lit."""

import math
import re
from dataclasses import replace

import pytest
import torch

from mnist_core.figures.theme import CHOICE, DARK, LIGHT, RIGHT_CLASS
from mnist_core.figures.train_batch import MOST_IMAGES, TITLES, phase_cards
from mnist_core.lessons.train import BatchSeen
from mnist_core.network.model import MLPConfig
from mnist_core.network.view import look
from mnist_core.training.loop import new_model

VIEW = look(new_model(MLPConfig(()), 0), torch.zeros(28, 28))


def seen(images: int = 12, layers: int = 2) -> BatchSeen:
    """The first image is a 3 read as 3 with 75%, the others are 8s read as 0 with nearly 100%."""
    probabilities = torch.full((images, 10), 0.001)
    probabilities[:, 0] = 0.991
    probabilities[0] = torch.tensor([0.0, 0.05, 0.05, 0.75, 0.05, 0.05, 0.05, 0.0, 0.0, 0.0])
    labels = torch.full((images,), 8)
    labels[0] = 3
    losses = -probabilities[torch.arange(images), labels].log()
    pictures = torch.arange(images, dtype=torch.uint8).view(-1, 1, 1).repeat(1, 28, 28)
    lengths = tuple(10.0**-index for index in range(layers))
    return BatchSeen(
        step=5,
        images=pictures,
        labels=labels,
        probabilities=probabilities,
        losses=losses,
        loss=losses.mean().item(),
        loss_after=0.5,
        gradients=lengths,
        changes=tuple(0.004 * length for length in lengths),
        weights=(1.0,) * layers,
        view=VIEW,
        view_after=VIEW,
    )


def cards(html: str) -> list[str]:
    return re.findall(r"<section.*?</section>", html, re.DOTALL)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("phase", range(5))
def test_the_latest_card_is_outlined_and_those_to_come_are_empty(phase: int, theme: object) -> None:
    theme = LIGHT if theme is LIGHT else DARK
    found = cards(phase_cards(seen=seen(), phase=phase, theme=theme))
    assert [title for card, title in zip(found, TITLES, strict=True) if title in card] == list(TITLES)
    states = [re.match(r'<section class="(\w+)"', card).group(1) for card in found]  # type: ignore[union-attr]
    done = ["done"] * (phase - 1) + ["now"] * (phase > 0)
    assert states == done + ["later"] * (4 - phase)
    assert ["border-color" in card for card in found] == [state == "now" for state in states]
    assert ["<span>now</span>" in card for card in found] == [state == "now" for state in states]


def test_a_card_has_the_same_inside_in_every_phase_so_that_nothing_moves() -> None:
    def insides(phase: int) -> list[str]:
        html = phase_cards(seen=seen(), phase=phase, theme=LIGHT)
        return [card[card.index('<div class="inside">') :] for card in cards(html)]

    assert insides(0) == insides(1) == insides(3) == insides(4)


def test_forward_says_what_each_image_was_read_as_and_whether_that_is_right() -> None:
    forward = cards(phase_cards(seen=seen(), phase=1, theme=LIGHT))[0]
    assert f"{MOST_IMAGES} of the 12 images" in forward
    tiles = re.findall(r"<div><img.*?</div>", forward)
    assert len(tiles) == MOST_IMAGES
    assert "3: 75%" in tiles[0]
    assert "right" in tiles[0]
    assert RIGHT_CLASS in tiles[0]
    assert "0: 99%" in tiles[1]
    assert "it is 8" in tiles[1]
    assert RIGHT_CLASS not in tiles[1]
    assert CHOICE in tiles[0]
    assert CHOICE in tiles[1]


def test_loss_is_that_of_each_image_and_their_mean() -> None:
    batch = seen()
    loss = cards(phase_cards(seen=batch, phase=2, theme=LIGHT))[1]
    assert f"−ln 0.7500 = {-math.log(0.75):.3f}" in loss
    assert f"−ln 0.0010 = {-math.log(0.001):.3f}" in loss
    widths = [float(width) for width in re.findall(r"width: ([\d.]+)%; background", loss)]
    assert widths[0] == pytest.approx(100 * -math.log(0.75) / 5, abs=0.1)
    assert widths[1] == 100
    assert f'<p class="big">{batch.loss:.3f}</p><div>the mean of all 12</div>' in loss


def test_gradient_and_update_have_a_row_for_each_layer() -> None:
    _, _, gradient, update = cards(phase_cards(seen=seen(layers=6), phase=4, theme=LIGHT))
    assert (
        re.findall(r"<b>(\w+)</b>", gradient) == re.findall(r"<b>(\w+)</b>", update) == [f"W{n}" for n in range(1, 7)]
    )
    assert "<b>W2</b><span>0.100</span>" in gradient
    assert "width: 10.0%" in gradient
    assert "<b>W1</b><span>0.004, 0.4%</span>" in update
    assert "→ 0.500" in update
    assert "it fell" in update
    assert "did not fall" in phase_cards(seen=replace(seen(), loss_after=99.0), phase=4, theme=LIGHT)


def test_one_image_and_no_hidden_layer() -> None:
    html = phase_cards(seen=seen(images=1, layers=1), phase=4, theme=LIGHT)
    assert "The image, and" in html
    assert "the only one" in html
    assert "W2" not in html


def test_a_run_that_explodes_is_still_drawn() -> None:
    nan, inf = float("nan"), float("inf")
    batch = seen(images=2)
    broken = replace(
        batch,
        probabilities=torch.full((2, 10), nan),
        losses=torch.tensor([nan, inf]),
        loss=nan,
        loss_after=inf,
        gradients=(inf, nan),
        changes=(inf, nan),
        weights=(inf, 0.0),
    )
    html = phase_cards(seen=broken, phase=4, theme=LIGHT)
    assert "no number → infinite" in html
    assert "nan" not in re.sub(r'base64,[^"]*', "", html)
    widths = [float(width) for width in re.findall(r"width: ([\d.]+)%; background", html)]
    assert all(0 <= width <= 100 for width in widths)
    assert "2,300,000" not in phase_cards(seen=replace(batch, loss=2.3e6), phase=2, theme=LIGHT)  # too wide for a card


def test_a_loss_of_nothing_is_not_minus_nothing() -> None:
    certain = replace(seen(images=1), losses=torch.tensor([-0.0]), loss=-0.0, loss_after=-0.0)
    html = phase_cards(seen=certain, phase=4, theme=LIGHT)
    assert "-0" not in html.split("<section")[2]
    assert "0.000 → 0.000" in html


@pytest.mark.parametrize("phase", [-1, 5])
def test_there_are_four_phases(phase: int) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        phase_cards(seen=seen(), phase=phase, theme=LIGHT)
