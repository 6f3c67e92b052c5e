"""The hill is the loss itself, and the direction across stands at a right angle to the way down."""

import copy

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons.step_hill import ACROSS, ALONG, RATES, STEPS, batches, direction_across, dot, hill, surface
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model


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
    assert (len(rows), len(rows[0])) == (len(ACROSS), len(STEPS))
    middle = dict(zip(STEPS, rows[ACROSS.index(0.0)], strict=True))
    assert all(middle[step] == pytest.approx(found.losses[ALONG.index(step)], rel=1e-6) for step in STEPS)


def test_across_is_orthogonal_and_as_long(digits: Splits) -> None:
    model, (batch, other) = new_model(MLPConfig((8,)), 1), batches(digits, 3)
    one, two = (batch_gradient(model, normalize(each.images), each.labels) for each in (batch, other))
    aside = direction_across(one, two)
    assert dot(one, aside) == pytest.approx(0, abs=1e-4 * dot(one, one))
    assert dot(aside, aside) == pytest.approx(dot(one, one), rel=1e-4)
    assert dot(aside, two) < 0  # downhill for the other batch
