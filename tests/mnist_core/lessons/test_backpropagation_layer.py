"""What comes back to the first hidden layer, against autograd; dead neurons; images by their loss."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.lessons.backpropagation_layer import dead_neurons, from_worst_to_best, way_to_first_layer
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLP, MLPConfig, copied
from mnist_core.training.loop import new_model


def by_autograd(model: MLP, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """∂L/∂h and ∂L/∂z of the first hidden layer, and the gradient at the scores."""
    sums = model[0](x)
    hidden = model[1](sums)
    scores = nn.Sequential(*list(model)[2:])(hidden)
    arrived, deltas, p_minus_y = torch.autograd.grad(F.cross_entropy(scores, y), (hidden, sums, scores))
    return arrived[0], deltas[0], p_minus_y[0]


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("hidden", [(12,), (16, 8), (9, 8, 7)])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_it_is_the_way_that_autograd_goes(
    few: Dataset, hidden: tuple[int, ...], activation: str, dropout: float
) -> None:
    model = new_model(MLPConfig(hidden, activation, dropout), 3)
    before = {name: parameter.clone() for name, parameter in model.named_parameters()}
    for at, label in ((0, int(few.labels[0])), (5, 7)):
        way = way_to_first_layer(model, few.images[at] / 255, label)
        x, y = normalize(few.images[at : at + 1]), torch.tensor([label])
        reference = copied(model).requires_grad_()
        expected = by_autograd(reference, x, y)
        for mine, theirs in zip((way.arrived, way.deltas, way.p_minus_y), expected, strict=True):
            assert torch.allclose(mine, theirs, atol=1e-6)
        assert way.loss == pytest.approx(F.cross_entropy(reference(x), y).item(), abs=1e-6)
        assert torch.allclose(way.x, x[0])
        assert torch.allclose(way.gradient, batch_gradient(reference, x, y)["0.weight"], atol=1e-6)
        assert torch.allclose(way.gradient, torch.outer(way.deltas, way.x), atol=1e-6)  # the image, times one number
        assert (way.silent == (way.passed_on == 0)).all()
        if activation == "relu":
            assert (way.deltas[way.silent] == 0).all()
            assert torch.equal(way.deltas[~way.silent], way.arrived[~way.silent])
        else:
            assert not way.silent.any()
        assert way.deltas.abs()[way.ranked].diff().le(0).all()
    assert all(torch.equal(before[name], parameter) for name, parameter in model.named_parameters())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_without_a_hidden_layer_there_is_no_way(few: Dataset) -> None:
    with pytest.raises(ValueError, match="Without a hidden layer"):
        way_to_first_layer(new_model(MLPConfig(()), 0), few.images[0] / 255, 3)


def test_neurons_that_never_speak_are_dead(few: Dataset) -> None:
    model = new_model(MLPConfig((6, 5)), 1)
    with torch.no_grad():
        model.get_parameter("0.bias")[[1, 4]] = -1000
    assert dead_neurons(model, few).nonzero().flatten().tolist() == [1, 4]
    spoken = F.relu(model[0](normalize(few.images)))
    assert torch.equal(dead_neurons(model, few), (spoken == 0).all(0))


@pytest.mark.parametrize("count", [2, 20])
@pytest.mark.parametrize("images", [1, 5, 1_000])
def test_images_come_from_the_worst_to_the_best(images: int, count: int) -> None:
    losses = torch.rand(images, generator=torch.Generator().manual_seed(4))
    chosen = from_worst_to_best(losses, count)
    assert len(chosen) == count
    assert (chosen[0], chosen[-1]) == (int(losses.argmax()), int(losses.argmin()))
    assert losses[list(chosen)].diff().le(0).all()
