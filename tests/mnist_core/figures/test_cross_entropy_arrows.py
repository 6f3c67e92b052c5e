"""Arrows on the bars of the probabilities."""

import pytest
import torch
from torch.nn import functional as F

from mnist_core.figures.cross_entropy_arrows import gradient_arrows
from mnist_core.figures.theme import LIGHT, VegaFigure


def arrows(logits: list[float], y: int) -> VegaFigure:
    z = torch.tensor(logits, requires_grad=True)
    F.cross_entropy(z, torch.tensor(y)).backward()
    assert z.grad is not None
    p = torch.softmax(z, dim=-1).tolist()
    return gradient_arrows(
        probabilities=p, gradient=z.grad.tolist(), classes=("3", "5", "8"), right=("3", "5", "8")[y], theme=LIGHT
    )


@pytest.mark.parametrize(("y", "pushes"), [(0, ["up", "down", "down"]), (1, ["down", "up", "down"])])
def test_an_arrow_ends_at_1_for_the_right_class_and_at_0_for_the_others(y: int, pushes: list[str]) -> None:
    data = arrows([2.0, 1.0, -1.0], y).data
    assert data["push"].tolist() == pushes
    assert data["end"].tolist() == pytest.approx([float(i == y) for i in range(3)], abs=1e-6)
    assert data["role"][y] == "right"


def test_no_arrow_where_there_is_hardly_a_push() -> None:
    assert arrows([9.0, 0.0, 0.0], 0).data["push"].tolist() == ["none"] * 3


def test_only_the_data_changes_with_the_numbers() -> None:
    assert arrows([2.0, 1.0, -1.0], 0).spec == arrows([0.0, 3.0, 1.0], 2).spec
