"""A batch taken apart."""

import math
from statistics import mean

import pytest
import torch
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.batches import epoch_order, sorted_by_label
from mnist_core.lessons.batches_xray import BatchXray, batch_cosine, cosine, full_gradient, gradient_norms, xray
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model


def test_its_parts_against_torchs_own(few: Dataset) -> None:
    model = new_model(MLPConfig((8,)), 1)
    batch = few.subset(slice(0, 10))
    full = full_gradient(model, few)
    found = xray(model, batch, full)

    logits = model(normalize(batch.images))
    losses = torch.nn.functional.cross_entropy(logits, batch.labels, reduction="none")
    assert found.losses == pytest.approx(losses.tolist(), rel=1e-5)
    assert found.labels == tuple(batch.labels.tolist())
    assert found.answers == tuple(logits.argmax(1).tolist())
    for index, loss in enumerate(losses):
        parts = torch.autograd.grad(loss, list(model.parameters()), retain_graph=True)
        assert found.norms[index] == pytest.approx(math.sqrt(sum(float((part**2).sum()) for part in parts)), rel=1e-4)

    flat = torch.cat([p.flatten() for p in torch.autograd.grad(losses.mean(), list(model.parameters()))])
    assert found.batch_norm == pytest.approx(flat.norm().item(), rel=1e-4)
    assert found.mean_norm == pytest.approx(mean(found.norms), rel=1e-5)
    assert found.cosine == pytest.approx(torch.nn.functional.cosine_similarity(flat, full, dim=0).item(), abs=1e-4)
    assert batch_cosine(model, batch, full) == pytest.approx(found.cosine, abs=1e-5)
    assert [found.norms[i] for i in found.by_norm] == sorted(found.norms, reverse=True)
    assert found.right == int((logits.argmax(1) == batch.labels).sum())
    assert found.share_left == pytest.approx(flat.norm().item() / mean(found.norms), rel=1e-4)


def length_by_autograd(model: MLP, inputs: Tensor, labels: Tensor) -> Tensor:
    """The length of the gradient of one example, all parameters in a row."""
    parts = torch.autograd.grad(nn.functional.cross_entropy(model(inputs), labels), list(model.parameters()))
    row = torch.cat([part.flatten() for part in parts])
    return row.pow(2).sum().sqrt()


@pytest.mark.parametrize(
    "config", [MLPConfig(()), MLPConfig((12,), "tanh"), MLPConfig((9, 7), "sigmoid"), MLPConfig((8,), dropout=0.5)]
)
@pytest.mark.parametrize("is_frozen", [False, True])
def test_the_lengths_are_those_of_the_gradients(few: Dataset, config: MLPConfig, is_frozen: bool) -> None:
    model = new_model(config, 2).eval()
    inputs = normalize(few.images)
    before = inputs.clone()
    expected = torch.stack(
        [length_by_autograd(model, x[None], y[None]) for x, y in zip(inputs, few.labels, strict=True)]
    )
    model.requires_grad_(not is_frozen)
    torch.testing.assert_close(gradient_norms(model, inputs, few.labels), expected, rtol=1e-4, atol=1e-6)
    assert torch.equal(inputs, before)
    assert not inputs.requires_grad
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_batch_of_all_images_points_where_all_images_point(few: Dataset) -> None:
    model = new_model(MLPConfig((8,)), 1)
    found = xray(model, few, full_gradient(model, few))
    assert found.cosine == pytest.approx(1, abs=1e-6)
    assert found.batch_norm <= found.mean_norm * (1 + 1e-6)  # the triangle inequality


def test_the_shared_network_stays_as_it_is(few: Dataset) -> None:
    shared = new_model(MLPConfig((8,)), 1).requires_grad_(False).eval()
    full = full_gradient(shared, few)
    own = new_model(MLPConfig((8,)), 1)
    parts = batch_gradient(own, normalize(few.images), few.labels)
    torch.testing.assert_close(full, torch.cat([part.flatten() for part in parts.values()]))
    assert not any(parameter.requires_grad for parameter in shared.parameters())
    assert not shared.training


def test_cosines() -> None:
    a = torch.tensor([1.0, 2.0])
    assert cosine(a, 3 * a) == pytest.approx(1)
    assert cosine(a, -a) == pytest.approx(-1)
    assert cosine(a, torch.tensor([2.0, -1.0])) == pytest.approx(0)
    assert cosine(a, torch.zeros(2)) == 0


def test_an_empty_batch_is_a_sentence(few: Dataset) -> None:
    model = new_model(MLPConfig((8,)), 1)
    with pytest.raises(ValueError, match="at least one image"):
        xray(model, few.subset(slice(0, 0)), full_gradient(model, few))


def some_xrays(splits: Splits, network: str, shuffle: bool) -> list[BatchXray]:
    """X-rays of batches from all over the images, as the lesson makes them."""
    images = min(4_800, len(splits.train)) // 32 * 32
    some = splits.train.subset(slice(0, images))
    model = new_model(MLPConfig(), 0) if network == "new" else load_shipped()
    full = full_gradient(model, some)
    dealt = some.subset(epoch_order(images, True, 0)) if shuffle else sorted_by_label(some)
    starts = range(0, images, images // 12 // 32 * 32)
    return [xray(model, dealt.subset(slice(start, start + 32)), full) for start in starts]


def check_what_the_lesson_says(splits: Splits) -> None:
    new, new_sorted = some_xrays(splits, "new", True), some_xrays(splits, "new", False)
    assert mean(x.cosine for x in new) > 0.4
    assert mean(x.cosine for x in new_sorted) < 0.3
    assert mean(x.batch_norm / x.mean_norm for x in new) < 0.35  # most cancels
    assert mean(x.batch_norm / x.mean_norm for x in new_sorted) > 0.45  # far less does

    ready = some_xrays(splits, "ready-made", True)
    assert mean(sum(sorted(x.norms)[-4:]) / sum(x.norms) for x in ready) > 0.75  # a few hard images
    assert mean(sorted(x.norms)[16] / max(x.norms) for x in ready) < 0.02  # hardly any gradient in the middle one
    assert mean(x.cosine for x in ready) < mean(x.cosine for x in new) - 0.1  # a batch says less about the whole


def test_what_the_lesson_says_of_mnist(mnist: Splits) -> None:
    assert evaluate(load_shipped(), mnist.validation).accuracy > 0.98
    check_what_the_lesson_says(mnist)


def test_what_the_lesson_says_of_generated_digits(digits: Splits) -> None:
    check_what_the_lesson_says(digits)
