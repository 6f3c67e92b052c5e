"""The mean over all images does not depend on their order, but for rounding."""

import pytest
import torch

from mnist_core.lessons.batches_validation import AS_THEY_LIE, SHUFFLED, SORTED, mean_in_order, orders, running_means

LABELS = torch.arange(1_000) % 10
LOSSES = torch.rand(1_000, generator=torch.Generator().manual_seed(0)) ** 8 * 5  # a few large, most tiny


def test_each_order_has_every_image_once() -> None:
    found = orders(LABELS, 3)
    assert list(found) == [AS_THEY_LIE, SHUFFLED, SORTED]
    assert all(order.sort().values.tolist() == list(range(1_000)) for order in found.values())
    assert found[AS_THEY_LIE].tolist() == list(range(1_000))
    assert found[SHUFFLED].tolist() != found[AS_THEY_LIE].tolist()
    assert LABELS[found[SORTED]].diff().min() >= 0
    assert orders(LABELS, 4)[SHUFFLED].tolist() != found[SHUFFLED].tolist()


def test_the_exact_mean_is_the_same_to_the_last_bit_and_float32_strays() -> None:
    means = [mean_in_order(LOSSES, orders(LABELS, seed)[SHUFFLED]) for seed in range(20)]
    assert len({mean.exact for mean in means}) == 1
    assert len({mean.in_float32 for mean in means}) > 1
    for mean in means:
        assert mean.in_float64 == pytest.approx(mean.exact, rel=1e-12)
        assert mean.in_float32 == pytest.approx(mean.exact, rel=1e-4)


def test_the_means_so_far_take_other_ways_to_the_same_end() -> None:
    ways = [running_means(LOSSES, order, 50) for order in orders(LABELS, 0).values()]
    assert all(len(way) == 20 for way in ways)
    assert ways[0][0] == pytest.approx(LOSSES[:50].double().mean().item())
    assert ways[0][0] != pytest.approx(ways[1][0], rel=1e-3)
    assert all(way[-1] == pytest.approx(LOSSES.double().mean().item(), rel=1e-12) for way in ways)
