"""Gradients of examples and of batches, against autograd one by one."""

import pytest
import torch
from torch import nn

from mnist_core.data import Dataset, normalize
from mnist_core.gradients import batch_gradient, example_gradients
from mnist_core.model import MLP, MLPConfig
from mnist_core.training import new_model

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
def test_each_row_is_the_gradient_of_that_example_alone(config: MLPConfig, few: Dataset) -> None:
    model = new_model(config, 2).eval()
    inputs, labels = normalize(few.images[:6]), few.labels[:6]
    rows = example_gradients(model, inputs, labels)
    assert rows.shape == (6, config.parameter_count)
    for index, row in enumerate(rows):
        alone = by_autograd(model, inputs[index : index + 1], labels[index : index + 1])
        torch.testing.assert_close(row, torch.cat([part.flatten() for part in alone.values()]), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("config", CONFIGS)
def test_the_gradient_of_a_batch_is_autograds_and_the_mean_of_the_rows(config: MLPConfig, few: Dataset) -> None:
    model = new_model(config, 5).eval()
    inputs, labels = normalize(few.images[:17]), few.labels[:17]
    gradient = batch_gradient(model, inputs, labels)
    expected = by_autograd(model, inputs, labels)
    assert list(gradient) == [name for name, _ in model.named_parameters()]
    for name, part in gradient.items():
        torch.testing.assert_close(part, expected[name], rtol=1e-4, atol=1e-6)
    flat = torch.cat([part.flatten() for part in gradient.values()])
    torch.testing.assert_close(example_gradients(model, inputs, labels).mean(0), flat, rtol=1e-4, atol=1e-6)


def test_nothing_of_the_model_changes(few: Dataset) -> None:
    model = new_model(MLPConfig((8,)), 0)
    before = {name: part.clone() for name, part in model.state_dict().items()}
    inputs, labels = normalize(few.images[:4]), few.labels[:4]
    batch_gradient(model, inputs, labels)
    rows = example_gradients(model, inputs, labels)
    assert all(torch.equal(part, before[name]) for name, part in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert model.training
    assert not rows.requires_grad


def test_the_shared_network_which_autograd_does_not_follow_has_rows_too(few: Dataset) -> None:
    model = new_model(MLPConfig((8,)), 0)
    inputs, labels = normalize(few.images[:4]), few.labels[:4]
    expected = example_gradients(model, inputs, labels)
    assert torch.equal(example_gradients(model.requires_grad_(False), inputs, labels), expected)
