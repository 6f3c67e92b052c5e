"""One batch of a run taken apart, against autograd and the weights before and after."""

import copy

import pytest
import torch
from torch import nn

from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons.train import look_at
from mnist_core.network.model import MLPConfig
from mnist_core.network.view import as_data, first_neurons, look
from mnist_core.training.loop import BatchEvent, TrainingConfig, batch_at, fit, new_model


@pytest.mark.parametrize("hidden", [(), (16,), (16, 8)])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_batch_taken_apart(hidden: tuple[int, ...], dropout: float, digits: Splits) -> None:
    config = TrainingConfig(1, 32, 0.05, "sgd", seed=2, weight_decay=0.0)
    model = new_model(MLPConfig(hidden, dropout=dropout), 2)
    run = fit(model, digits.train, digits.validation, config)
    for _ in range(3):
        next(run)
    before, oracle = copy.deepcopy(model), copy.deepcopy(model)
    event = next(run)
    assert isinstance(event, BatchEvent)

    batch = batch_at(digits.train, config, 3)
    weights_before = [layer.weight.detach().clone() for layer in before if isinstance(layer, nn.Linear)]
    seen = look_at(before, model, batch, 4)
    logits = oracle.train()(normalize(batch.images))
    nn.functional.cross_entropy(logits, batch.labels).backward()
    layers = [layer for layer in oracle if isinstance(layer, nn.Linear)]

    assert (seen.step, len(seen.images)) == (4, 32)
    assert seen.loss == pytest.approx(event.loss, rel=1e-5)
    assert seen.loss == pytest.approx(seen.losses.mean().item())
    torch.testing.assert_close(seen.probabilities, logits.softmax(1).detach())
    assert torch.equal(seen.labels, batch.labels)
    gradients = [layer.weight.grad for layer in layers]
    assert seen.gradients == pytest.approx([float(g.norm()) for g in gradients if g is not None], rel=1e-4)
    # Plain SGD: the change is the learning rate times the gradient.
    assert seen.changes == pytest.approx([0.05 * length for length in seen.gradients], rel=1e-3)
    news = [layer.weight for layer in model if isinstance(layer, nn.Linear)]
    assert seen.weights == pytest.approx([w.norm().item() for w in news])
    for old, new, change in zip(weights_before, news, seen.changes, strict=True):
        assert (new - old).norm().item() == pytest.approx(change, rel=1e-3)
    assert seen.loss_after < seen.loss


@pytest.mark.parametrize("hidden", [(), (20,), (16, 8)])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_first_image_runs_through_the_network_before_and_after(
    hidden: tuple[int, ...], dropout: float, digits: Splits
) -> None:
    config = TrainingConfig(1, 32, 0.05, "sgd", seed=2, weight_decay=0.0)
    model = new_model(MLPConfig(hidden, dropout=dropout), 2)
    run = fit(model, digits.train, digits.validation, config)
    next(run)
    before, oracle = copy.deepcopy(model), copy.deepcopy(model).eval()
    next(run)
    batch = batch_at(digits.train, config, 1)
    seen = look_at(before, model, batch, 2)

    image, label = batch.images[0] / 255, int(batch.labels[0])
    for view in (seen.view, seen.view_after):
        assert torch.equal(view.image, image)
        assert view.label == label
        assert tuple(layer.shown for layer in view.layers) == first_neurons(model.config)
    logits = oracle(normalize(batch.images[:1]))
    logits.retain_grad()
    nn.functional.cross_entropy(logits, batch.labels[:1]).backward()
    assert logits.grad is not None
    assert seen.view.p == pytest.approx(logits.softmax(1)[0].tolist(), rel=1e-4, abs=1e-6)
    assert seen.view.output.deltas == pytest.approx(logits.grad[0].tolist(), rel=1e-4, abs=1e-6)
    last = oracle[-1].weight.grad
    assert isinstance(last, torch.Tensor)
    if hidden:
        shown = list(seen.view.layers[-1].shown)
        flat = [gradient for row in seen.view.output.back for gradient in row]
        assert flat == pytest.approx(last[:, shown].flatten().tolist(), rel=1e-3, abs=1e-6)
    after = model.eval()(normalize(batch.images[:1])).softmax(1)[0]
    assert seen.view_after.p == pytest.approx(after.tolist(), rel=1e-4, abs=1e-6)
    shown_neurons = first_neurons(model.config)
    now = look(model, image, label=label, shown=shown_neurons, with_weights=True)
    assert as_data(seen.view_after) == as_data(now)
    assert seen.view_after.output.sums != seen.view.output.sums
    assert not seen.view_after.output.deltas


def test_looking_changes_nothing_in_the_run(digits: Splits) -> None:
    def train(look: bool) -> nn.Module:
        config = TrainingConfig(1, 100)
        model = new_model(MLPConfig((16,), dropout=0.3), 0)
        run = fit(model, digits.train, digits.validation, config)
        for step in range(15):
            before = copy.deepcopy(model)
            next(run)
            if look:
                look_at(before, model, batch_at(digits.train, config, step), step + 1)
        return model

    looked, plain = train(True), train(False)
    for one, other in zip(looked.parameters(), plain.parameters(), strict=True):
        assert torch.equal(one, other)
