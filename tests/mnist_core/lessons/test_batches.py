"""Mini-batches, dealt out in two ways."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.lessons.batches import (
    batch_sizes,
    epoch_order,
    mean_of_batch_means,
    mean_over_examples,
    our_batches,
    race,
    sorted_by_label,
    usual_batches,
    usual_dataset,
)


@pytest.mark.parametrize("seed", [0, 7, 123_456])
def test_the_dataloader_and_we_deal_out_the_same_batches(digits: Splits, seed: int) -> None:
    some = digits.train.subset(slice(0, 200))
    usual = list(usual_batches(usual_dataset(some), seed))
    ours = list(our_batches(some, seed))
    assert [len(labels) for _, labels in usual] == [len(labels) for _, labels in ours] == [32] * 6 + [8]
    for (images, labels), (own_images, own_labels) in zip(usual, ours, strict=True):
        assert images.shape[1:] == (1, 28, 28)
        assert torch.equal(images.flatten(1), own_images)
        assert torch.equal(labels, own_labels)
    assert sorted(torch.cat([labels for _, labels in ours]).tolist()) == sorted(some.labels.tolist())


def test_the_race_compares_all_batches_and_ends(few: Dataset) -> None:
    steps = list(race(few.subset(slice(0, 100)), seed=1))
    last = steps[-1]
    assert (last.usual_images, last.our_images, last.compared, last.identical) == (100, 100, 4, 4)
    assert last.usual_seconds > 0
    assert last.our_seconds > 0
    assert last.ratio == last.usual_seconds / last.our_seconds


def test_the_race_notices_a_difference(few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.lessons.batches.our_batches", lambda dataset, seed: our_batches(dataset, seed + 1))
    *_, last = race(few, seed=1)
    assert (last.compared, last.identical) == (4, 0)


def test_the_order_of_an_epoch() -> None:
    assert epoch_order(5, shuffle=False, seed=3).tolist() == [0, 1, 2, 3, 4]
    shuffled = epoch_order(100, shuffle=True, seed=3)
    assert sorted(shuffled.tolist()) == list(range(100))
    assert shuffled.tolist() == epoch_order(100, shuffle=True, seed=3).tolist()
    assert shuffled.tolist() != epoch_order(100, shuffle=True, seed=4).tolist()


def test_sorted_by_label_keeps_each_image_with_its_label(digits: Splits) -> None:
    in_order = sorted_by_label(digits.train)
    order = np.argsort(digits.train.labels.numpy(), kind="stable")
    assert in_order.labels.tolist() == sorted(digits.train.labels.tolist())
    assert torch.equal(in_order.images, digits.train.images[torch.from_numpy(order)])


@given(st.integers(1, 3_000), st.integers(1, 300))
def test_batches_hold_all_images_and_only_the_last_is_short(images: int, batch_size: int) -> None:
    sizes = batch_sizes(images, batch_size)
    assert sizes == [len(part) for part in torch.arange(images).split(batch_size)]


@pytest.mark.parametrize(("images", "batch_size"), [(0, 32), (100, 0)])
def test_no_batches_is_a_sentence(images: int, batch_size: int) -> None:
    with pytest.raises(ValueError, match="can't be dealt out"):
        batch_sizes(images, batch_size)


def test_a_short_batch_must_count_by_its_size() -> None:
    losses = torch.cat([torch.zeros(992), torch.ones(8)])  # 31 batches of 32 without loss, and one of 8 with loss 1
    assert mean_over_examples(losses) == pytest.approx(8 / 1_000)
    assert mean_of_batch_means(losses, 32) == pytest.approx(1 / 32)  # about four times too much
    assert mean_of_batch_means(losses, 8) == pytest.approx(mean_over_examples(losses))  # no batch is short
