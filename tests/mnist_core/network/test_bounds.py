"""Of a network that can be read with, everything that is computed is a number."""

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.bounds import can_be_read_with
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLPConfig, copied
from mnist_core.training.loop import new_model
from tests.networks import cases, network


@pytest.mark.parametrize("case", cases(), ids=str)
def test_scores_losses_gradients_and_their_squares_are_numbers(
    case: tuple[str, tuple[int, ...], str], few: Dataset
) -> None:
    model = network(*case)
    assert can_be_read_with(model)
    found = evaluate(model, few)
    assert found.logits.isfinite().all()
    assert found.logits.square().isfinite().all()
    assert found.losses.isfinite().all()
    assert found.probabilities.sum(1).allclose(torch.ones(len(few)))
    gradient = batch_gradient(copied(model).requires_grad_(True), normalize(few.images), few.labels)
    for part in gradient.values():
        assert part.square().isfinite().all()


def test_networks_that_were_trained_or_drawn_can_be_read_with() -> None:
    assert can_be_read_with(load_shipped())
    for sizes in ((), (1024,) * 5):
        assert can_be_read_with(new_model(MLPConfig(sizes), 0))


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), 1e20])
def test_one_weight_too_large_is_enough(weight: float) -> None:
    for sizes in ((), (3, 3)):
        model = new_model(MLPConfig(sizes), 0)
        last = model[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():
            last.weight[0, 0] = weight
        assert not can_be_read_with(model)


def test_a_small_layer_makes_up_for_no_large_one() -> None:
    """The gradient of the small one is the product of all others."""
    model = new_model(MLPConfig((3, 3, 3)), 0)
    dense = [layer for layer in model if isinstance(layer, nn.Linear)]
    with torch.no_grad():
        for layer, factor in zip(dense, (1e12, 1e-25, 1e12, 1.0), strict=True):
            layer.weight.mul_(factor)
            layer.bias.zero_()
    assert not can_be_read_with(model)
