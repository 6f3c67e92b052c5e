"""What the order of the pixels does not matter for."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.pixel_order import pixel_order, reordered
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model


@given(seed=st.integers(0, 999))
def test_an_order_has_each_pixel_once_and_can_be_undone(seed: int) -> None:
    order = pixel_order(seed)
    assert torch.equal(order, pixel_order(seed))
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (2, 28, 28), dtype=torch.uint8, generator=generator)
    dataset = Dataset(images, torch.tensor([1, 2]))
    moved = reordered(dataset, order)
    assert not torch.equal(moved.images, images)
    assert torch.equal(moved.labels, dataset.labels)
    assert torch.equal(reordered(moved, order.argsort()).images, images)


def test_what_is_no_order_is_refused(few: Dataset) -> None:
    for order in (torch.zeros(784, dtype=torch.int64), torch.arange(783)):
        with pytest.raises(ValueError, match="each of the 784 pixels once"):
            reordered(few, order)


def test_with_its_first_weights_reordered_too_the_training_is_the_same(digits: Splits) -> None:
    order = pixel_order(5)
    config = TrainingConfig(epochs=1, batch_size=50, seed=2)
    plain, shuffled = new_model(MLPConfig((16,)), 2), new_model(MLPConfig((16,)), 2)
    first = shuffled[0]
    assert isinstance(first, nn.Linear)
    with torch.no_grad():
        first.weight.copy_(first.weight[:, order])
    ends = [
        list(fit(model, data, data.subset(slice(0, 100)), config))[-1]
        for model, data in ((plain, digits.train), (shuffled, reordered(digits.train, order)))
    ]
    assert ends[0].validation_loss == pytest.approx(ends[1].validation_loss, abs=1e-4)  # type: ignore[union-attr]
