"""One network, several accuracies: each with the interval that its number of images leaves."""

import pytest
import torch
from scipy.stats import binomtest
from torch.nn import functional as F

from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.lessons.mistakes import Count


def test_of_all_images_and_of_the_first() -> None:
    labels = torch.arange(40) % 10
    choices = torch.where(torch.arange(40) < 4, (labels + 1) % 10, labels)
    found = Evaluation(F.one_hot(choices, 10).float(), labels)
    assert Count.of("all", found) == Count("all", 36, 40)
    assert Count.of("some", found, 8) == Count("some", 4, 8)
    assert Count.of("more than there are", found, 100).images == 40


def test_the_interval_is_wilsons() -> None:
    count = Count("test", 9_926, 10_000)
    expected = binomtest(9_926, 10_000).proportion_ci(method="wilson")
    assert count.accuracy == 0.9926
    assert count.interval == pytest.approx((expected.low, expected.high))
