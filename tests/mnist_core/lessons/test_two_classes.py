"""Two numbers from an image, and what a reader can do with them."""

import itertools

import pytest
import torch
from torch.nn import functional

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.lessons.two_classes import descend, logit, middle_and_sides, named_rightly, spread_out, zeros_and_ones


def test_only_zeros_and_ones_in_the_order_they_had() -> None:
    images = torch.zeros(5, 28, 28, dtype=torch.uint8)
    images[:, 0, 0] = torch.arange(5)
    dataset = Dataset(images, torch.tensor([1, 7, 0, 0, 1]))
    some = zeros_and_ones(dataset, 3)
    assert some.labels.tolist() == [1, 0, 0]
    assert some.images[:, 0, 0].tolist() == [0, 2, 3]
    with pytest.raises(ValueError, match="At least one image"):
        zeros_and_ones(dataset, 0)


def test_ink_is_counted_where_the_frames_are() -> None:
    images = torch.zeros(3, 28, 28, dtype=torch.uint8)
    images[0, 11:17, 11:17] = 255  # the middle, full
    images[1, 11:17, 6:10] = 255  # one side of two, full
    images[2] = 51  # a fifth, everywhere
    assert middle_and_sides(images).flatten().tolist() == pytest.approx([1, 0, 0, 0.5, 0.2, 0.2])


def test_the_logit_is_a_weighted_sum() -> None:
    z = logit(torch.tensor([[0.5, 0.1], [0.0, 1.0]]), torch.tensor([3.0, -2.0]), 0.5)
    assert z.tolist() == pytest.approx([1.8, -1.5])


def test_what_has_a_sum_above_zero_is_called_a_one() -> None:
    assert named_rightly(torch.tensor([2.0, 0.1, 0.0, -3.0]), torch.tensor([1, 0, 0, 1])) == 2


def test_three_of_each_class_stand_for_it() -> None:
    x = torch.tensor([[0.0, 0.9], [0.0, 0.1], [0.5, 0.0], [0.0, 0.4], [0.7, 0.0], [0.2, 0.0]])
    assert spread_out(x, torch.tensor([0, 0, 1, 0, 1, 1])) == [1, 3, 0, 5, 2, 4]


def test_gradient_descent_is_that_of_autograd() -> None:
    generator = torch.Generator().manual_seed(0)
    x, labels = torch.rand(30, 2, generator=generator), torch.arange(30) % 2
    w, b = torch.tensor([1.0, -2.0], requires_grad=True), torch.tensor(0.5, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=1.0)
    for _ in range(5):
        optimizer.zero_grad()
        functional.binary_cross_entropy_with_logits(x @ w + b, labels.float()).backward()
        optimizer.step()
    ours, bias = descend(x, labels, torch.tensor([1.0, -2.0]), 0.5, 5)
    assert ours.tolist() == pytest.approx(w.tolist(), abs=1e-5)
    assert bias == pytest.approx(b.item(), abs=1e-5)
    same, start = descend(x, labels, torch.tensor([1.0, -2.0]), 0.5, 0)
    assert (same.tolist(), start) == ([1.0, -2.0], 0.5)


def best_with_the_sliders(splits: Splits) -> tuple[int, float]:
    """The most of 200 that the page's sliders can get right, and the weight of the sides there."""
    some = zeros_and_ones(splits.train, 200)
    x = middle_and_sides(some.images)
    steps = torch.arange(-5, 5.5, 0.5).tolist()
    tries = [
        (named_rightly(logit(x, torch.tensor([w1, w2]), b), some.labels), w2)
        for w1, w2, b in itertools.product(steps, steps, (-1.0, -0.5, 0.0, 0.5, 1.0))
    ]
    return max(tries)


def test_190_of_200_generated_ones_are_within_reach(digits: Splits) -> None:
    correct, sides = best_with_the_sliders(digits)
    assert correct >= 190
    assert sides < 0


def test_190_of_200_of_mnist_are_within_reach(mnist: Splits) -> None:
    correct, sides = best_with_the_sliders(mnist)
    assert correct >= 190
    assert sides < 0
