"""Shuffled pixels do no harm to a dense network."""

import pytest

from mnist_core.data.dataset import Splits
from mnist_core.data.pixel_order import pixel_order
from mnist_core.lessons.layers_permuted import PLAIN, SHUFFLED, in_place_and_shuffled


def test_shuffled_pixels_are_read_as_well_on_mnist(mnist: Splits) -> None:
    *_, last = in_place_and_shuffled(mnist, pixel_order(0), 0)
    plain, shuffled = (last[name].epochs[-1].validation_accuracy for name in (PLAIN, SHUFFLED))
    assert plain > 0.9
    assert shuffled == pytest.approx(plain, abs=0.015)  # of 5,000 images; three deviations are 1.5 %
