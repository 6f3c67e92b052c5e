"""The toy: points in a plane that no straight line can tell apart."""

import pytest
import torch

from mnist_core.lessons.layers_rings import GRID, NOTHING, POINTS, REACH, cell_centres, rings, separate


def test_half_of_the_points_lie_in_the_middle_and_half_around() -> None:
    points, labels = rings(3)
    assert points.shape == (POINTS, 2)
    radius = points.norm(dim=1)
    assert radius[labels == 1].max() < 1 < 1.3 < radius[labels == 0].min()
    assert radius.max() < REACH
    assert (labels == 1).sum() == POINTS // 2
    assert torch.equal(points, rings(3)[0])


@pytest.mark.parametrize("hidden", [1, 3, 8])
@pytest.mark.parametrize("seed", [0, 1])
def test_with_nothing_between_the_layers_the_border_is_straight(hidden: int, seed: int) -> None:
    found = separate(NOTHING, hidden, seed)
    assert found.accuracy < 0.8
    across = cell_centres()
    y, x = torch.meshgrid(across, across, indexing="ij")
    plane = torch.stack([x.flatten(), y.flatten(), torch.ones(GRID**2)], dim=1)
    solution = torch.linalg.lstsq(plane, found.scores.flatten()[:, None]).solution
    assert torch.allclose(plane @ solution, found.scores.flatten()[:, None], atol=1e-3)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_three_neurons_with_an_activation_are_enough(activation: str) -> None:
    found = separate(activation, 3, 0)
    assert found.accuracy == 1
    assert torch.equal(found.scores, separate(activation, 3, 0).scores)
    # The grid is the same network: at the cell of each point it gives that point's class, but for those at the border.
    cells = ((found.points + REACH) / (2 * REACH) * GRID).long()
    agree = (found.scores[cells[:, 1], cells[:, 0]] > 0) == (found.labels == 1)
    assert agree.float().mean() > 0.95


def test_what_is_no_network_is_refused() -> None:
    for activation, hidden in (("softplus", 3), ("relu", 0)):
        with pytest.raises(ValueError, match="There is no hidden layer"):
            separate(activation, hidden, 0)
