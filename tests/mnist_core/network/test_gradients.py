"""Gradients of batches, against autograd."""

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model

CONFIGS = [
    MLPConfig(()),
    MLPConfig((12,)),
    MLPConfig((9, 7), activation="tanh"),
    MLPConfig((8,), dropout=0.5),
]


def by_autograd(model: MLP, inputs: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    """torch's own loss and its own backward, on a copy."""
    copy = MLP(model.config).train(model.training)
    copy.load_state_dict(model.state_dict())
    nn.CrossEntropyLoss()(copy(inputs), labels).backward()
    return {name: parameter.grad for name, parameter in copy.named_parameters() if parameter.grad is not None}


@pytest.mark.parametrize("config", CONFIGS)
def test_the_gradient_of_a_batch_is_autograds(config: MLPConfig, few: Dataset) -> None:
    model = new_model(config, 5).eval()
    inputs, labels = normalize(few.images[:17]), few.labels[:17]
    gradient = batch_gradient(model, inputs, labels)
    expected = by_autograd(model, inputs, labels)
    assert list(gradient) == [name for name, _ in model.named_parameters()]
    for name, part in gradient.items():
        torch.testing.assert_close(part, expected[name], rtol=1e-4, atol=1e-6)


def test_nothing_of_the_model_changes(few: Dataset) -> None:
    model = new_model(MLPConfig((8,)), 0)
    before = {name: part.clone() for name, part in model.state_dict().items()}
    inputs, labels = normalize(few.images[:4]), few.labels[:4]
    batch_gradient(model, inputs, labels)
    assert all(torch.equal(part, before[name]) for name, part in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert model.training
