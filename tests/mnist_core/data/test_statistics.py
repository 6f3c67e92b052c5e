"""What there is to count in a data set."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_core.data.dataset import MEAN, STD, Splits
from mnist_core.data.statistics import class_counts, images_of, level_counts, mean_images, page_of, pixel_statistics

IMAGES = arrays(np.uint8, st.tuples(st.integers(1, 4), st.just(28), st.just(28)))


@given(IMAGES, IMAGES)
def test_counts_and_sums_are_those_numpy_finds_in_the_pixels(first: np.ndarray, second: np.ndarray) -> None:
    counts = level_counts(torch.from_numpy(first), torch.from_numpy(second))
    pixels = np.concatenate([first, second]).ravel()
    assert counts.tolist() == np.bincount(pixels, minlength=256).tolist()

    sums = pixel_statistics(counts)
    x = pixels / 255
    assert sums.pixels == x.size
    assert sums.total == pytest.approx(x.sum())
    assert sums.mean == pytest.approx(x.mean(), abs=1e-12)
    assert sums.deviation == pytest.approx(x.std(), abs=1e-9)
    assert sums.squares == pytest.approx(((x - x.mean()) ** 2).sum(), abs=1e-9)


def test_more_pixels_than_are_counted_at_a_time(digits: Splits) -> None:
    assert digits.train.images.numel() > 1 << 20
    assert int(level_counts(digits.train.images).sum()) == digits.train.images.numel()


def test_the_constants_are_those_of_mnists_60000(mnist: Splits) -> None:
    sums = pixel_statistics(level_counts(mnist.train.images, mnist.validation.images))
    assert sums.pixels == 60_000 * 784
    assert (round(sums.mean, 4), round(sums.deviation, 4)) == (MEAN, STD)


def test_nothing_to_count_is_a_sentence() -> None:
    for images in (torch.zeros(0, 28, 28, dtype=torch.uint8), torch.zeros(1, 28, 28)):
        with pytest.raises(ValueError, match="at least one image"):
            level_counts(images)


def test_class_counts_of_mnist(mnist: Splits) -> None:
    # As they stand in many papers that use MNIST.
    published = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert class_counts(mnist.train, mnist.validation) == published


def test_mean_images_are_means_and_a_missing_digit_is_empty(digits: Splits) -> None:
    train = digits.train.subset(digits.train.labels != 4)
    means = mean_images(train)
    for digit in (0, 9):
        images = train.images[train.labels == digit].double() / 255
        torch.testing.assert_close(means[digit], images.mean(0).float())
    assert means[4].max() == 0


def test_images_of_a_digit_are_all_of_them_and_no_other(digits: Splits) -> None:
    found = images_of(digits.train, 7)
    assert digits.train.labels[found].eq(7).all()
    assert len(found) == class_counts(digits.train)[7]


@given(st.integers(1, 100), st.integers(1, 30))
def test_the_pages_hold_everything_once(count: int, size: int) -> None:
    indices = torch.arange(count) * 3
    pages = [page_of(indices, page, size) for page in range(1, -(-count // size) + 1)]
    assert torch.cat([shown for shown, _ in pages]).tolist() == indices.tolist()
    assert [before for _, before in pages] == list(range(0, count, size))
    last, before = page_of(indices, 1_000, size)
    assert (last.tolist(), before) == (pages[-1][0].tolist(), pages[-1][1])


@pytest.mark.parametrize(("count", "page", "size"), [(0, 1, 10), (5, 0, 10), (5, 1, 0)])
def test_a_page_that_can_not_be_is_a_sentence(count: int, page: int, size: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        page_of(torch.arange(count), page, size)
