"""The hill is the loss itself, and the direction across stands at a right angle to the way down."""

import copy

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.lessons.step_hill import (
    ACROSS,
    ALONG,
    RATES,
    STEPS,
    batches,
    direction_across,
    dot,
    hill,
    losses_over,
    network,
    surface,
)
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model


def slope(model: MLP, batch: Dataset) -> Tensor:
    """The gradient by torch's own means, all its numbers in a row."""
    alone = copy.deepcopy(model)
    nn.functional.cross_entropy(alone(normalize(batch.images)), batch.labels).backward()
    return torch.cat([part.grad.flatten() for part in alone.parameters() if part.grad is not None])


@torch.no_grad()
def loss_moved_by(model: MLP, way: Tensor, batch: Dataset) -> float:
    moved = copy.deepcopy(model)
    vector_to_parameters(parameters_to_vector(moved.parameters()) + way, moved.parameters())
    return nn.functional.cross_entropy(moved(normalize(batch.images)), batch.labels).item()


def heights_are_losses_of_moved_weights(splits: Splits, seed: int) -> None:
    """At the corners, where the weights stand, and at twenty places drawn at random."""
    model, (batch, other) = network(splits), batches(splits, seed)
    rows = surface(model, batch, other)
    assert (len(rows), {len(row) for row in rows}) == (len(ACROSS), {len(STEPS)})
    g, o = slope(model, batch), slope(model, other)
    aside = (g @ o / (g @ g)) * g - o
    aside *= g.norm() / aside.norm()
    assert float(g @ aside) == pytest.approx(0, abs=1e-4 * float(g @ g))
    drawn = torch.rand(20, 2, generator=torch.Generator().manual_seed(seed))
    places = [(int(i * len(ACROSS)), int(j * len(STEPS))) for i, j in drawn.tolist()]
    places += [(0, 0), (0, -1), (-1, 0), (-1, -1), (ACROSS.index(0.0), STEPS.index(0.0))]
    for i, j in places:
        real = loss_moved_by(model, ACROSS[i] * aside - STEPS[j] * g, batch)
        assert rows[i][j] == pytest.approx(real, rel=2e-4)
    assert max(map(max, rows)) > 1.5 * min(map(min, rows))


@pytest.mark.parametrize("seed", [0, 7, 123])
def test_heights_are_losses_of_moved_weights(seed: int, digits: Splits) -> None:
    heights_are_losses_of_moved_weights(digits, seed)


@pytest.mark.parametrize("seed", [0, 7])
def test_heights_are_losses_of_moved_weights_on_mnist(seed: int, mnist: Splits) -> None:
    heights_are_losses_of_moved_weights(mnist, seed)


@pytest.mark.parametrize("config", [MLPConfig(()), MLPConfig((8, 6), "tanh")], ids=lambda config: config.label)
def test_heights_are_right_for_networks_of_other_depths(config: MLPConfig, digits: Splits) -> None:
    model, (batch, _) = new_model(config, 4), batches(digits, 3)
    drawn = torch.Generator().manual_seed(5)
    ahead, aside = (
        {name: torch.randn(part.shape, generator=drawn) / 20 for name, part in model.named_parameters()}
        for _ in range(2)
    )
    rows = losses_over(model, normalize(batch.images), batch.labels, ahead, aside)
    forward, sideways = (torch.cat([part.flatten() for part in way.values()]) for way in (ahead, aside))
    for i, j in ((0, 0), (11, 30), (-1, -1)):
        real = loss_moved_by(model, STEPS[j] * forward + ACROSS[i] * sideways, batch)
        assert rows[i][j] == pytest.approx(real, rel=1e-4)


def test_the_hill_is_the_loss_after_a_step(digits: Splits) -> None:
    model, (batch, _) = new_model(MLPConfig((8,)), 1), batches(digits, 3)
    found = hill(model, batch)
    stepped = copy.deepcopy(model)
    gradient = batch_gradient(model, normalize(batch.images), batch.labels)
    with torch.no_grad():
        for name, parameter in stepped.named_parameters():
            parameter.sub_(0.2 * gradient[name])
        real = nn.functional.cross_entropy(stepped(normalize(batch.images)), batch.labels).item()
    assert found.ruler.loss_at(0.2) == found.losses[ALONG.index(0.2)] == pytest.approx(real, rel=1e-5)
    length = torch.cat([part.flatten() for part in gradient.values()]).double().norm().item()
    assert found.norm == pytest.approx(length, rel=1e-9)
    assert set(RATES) < set(found.ruler.rates)


def test_the_middle_of_the_surface_is_the_hill(digits: Splits) -> None:
    model, (batch, other) = new_model(MLPConfig((8,)), 1), batches(digits, 3)
    rows, found = surface(model, batch, other), hill(model, batch)
    middle = dict(zip(STEPS, rows[ACROSS.index(0.0)], strict=True))
    both = set(STEPS) & set(ALONG)
    assert len(both) > len(STEPS) / 3
    assert (min(both), max(both)) == (ALONG[0], ALONG[-1])
    assert all(middle[step] == pytest.approx(found.losses[ALONG.index(step)], rel=1e-5) for step in both)


@pytest.mark.parametrize("seed", [0, 7, 123])
def test_where_the_weights_stand_it_is_steep_ahead_and_level_across(seed: int, digits: Splits) -> None:
    model, (batch, other) = network(digits), batches(digits, seed)
    rows, i, j = surface(model, batch, other), ACROSS.index(0.0), STEPS.index(0.0)
    ahead = (rows[i][j + 1] - rows[i][j - 1]) / (STEPS[j + 1] - STEPS[j - 1])
    sideways = (rows[i + 1][j] - rows[i - 1][j]) / (ACROSS[i + 1] - ACROSS[i - 1])
    assert ahead == pytest.approx(-float(slope(model, batch).norm() ** 2), rel=0.05)
    assert abs(sideways) < 0.05 * abs(ahead)  # so the line of equal loss crosses the arrow at a right angle


@pytest.mark.parametrize("seed", range(6))
def test_beyond_is_what_has_a_lower_point_before_it(seed: int, digits: Splits) -> None:
    model, (batch, _) = network(digits), batches(digits, seed)
    ruler, g = hill(model, batch).ruler, slope(model, batch)
    passed = {rate: loss_moved_by(model, -rate * g, batch) for rate in ALONG if rate > 0}
    for rate, after in passed.items():
        lowest = min([loss for earlier, loss in passed.items() if earlier < rate], default=after)
        if lowest != pytest.approx(after, rel=1e-5):  # closer together, both are the same but for rounding
            assert ruler.is_beyond(rate) == (lowest < after)


def test_across_is_orthogonal_and_as_long(digits: Splits) -> None:
    model, (batch, other) = new_model(MLPConfig((8,)), 1), batches(digits, 3)
    one, two = (batch_gradient(model, normalize(each.images), each.labels) for each in (batch, other))
    aside = direction_across(one, two)
    assert dot(one, aside) == pytest.approx(0, abs=1e-4 * dot(one, one))
    assert dot(aside, aside) == pytest.approx(dot(one, one), rel=1e-4)
    assert dot(aside, two) < 0  # downhill for the other batch
