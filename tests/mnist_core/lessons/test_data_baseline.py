"""The nearest mean image, beside scikit-learn's nearest centroid."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestCentroid

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.statistics import mean_images
from mnist_core.lessons.data_baseline import Baseline, distances, nearest_mean, scores


def check_against_scikit_learn(splits: Splits) -> None:
    theirs = NearestCentroid().fit(splits.train.images.flatten(1).numpy() / 255, splits.train.labels.numpy())
    means = mean_images(splits.train)
    np.testing.assert_allclose(means.flatten(1).numpy(), theirs.centroids_, atol=1e-6)
    found = nearest_mean(splits.validation, means)
    expected = theirs.predict(splits.validation.images.flatten(1).numpy() / 255)
    assert found.choices.tolist() == expected.tolist()
    assert found.accuracy == pytest.approx((expected == splits.validation.labels.numpy()).mean())
    wrong = np.flatnonzero(expected != splits.validation.labels.numpy())
    assert found.mistakes.tolist() == wrong.tolist()
    counts = np.bincount(expected[wrong], minlength=10)
    assert found.commonest_mistake == (int(counts.argmax()), int(counts.max()))


def test_it_is_scikit_learns_nearest_centroid(digits: Splits) -> None:
    check_against_scikit_learn(digits)


def test_it_is_scikit_learns_nearest_centroid_on_mnist(mnist: Splits) -> None:
    check_against_scikit_learn(mnist)


def test_a_distance_is_the_root_of_the_sum_of_squares(few: Dataset, digits: Splits) -> None:
    means = mean_images(digits.train)
    x, m = few.images.double().numpy() / 255, means.double().numpy()
    expected = np.sqrt(((x[:, None] - m[None]) ** 2).sum((2, 3)))
    np.testing.assert_allclose(distances(few.images, means).numpy(), expected, rtol=1e-5)


def test_ten_weighted_sums_give_the_same_answers(digits: Splits) -> None:
    means = mean_images(digits.train)
    z = scores(digits.validation.images, means)
    found = nearest_mean(digits.validation, means)
    assert torch.equal(z.argmax(1), found.choices)
    squares = (digits.validation.images / 255).square().sum((1, 2))[:, None]
    torch.testing.assert_close(squares - 2 * z, found.distances.square(), rtol=1e-4, atol=1e-3)


def test_no_image_is_a_sentence(few: Dataset) -> None:
    with pytest.raises(ValueError, match="at least one image"):
        nearest_mean(few.subset(slice(0, 0)), mean_images(few))


def test_without_a_mistake_there_is_no_commonest_one() -> None:
    found = Baseline(torch.eye(10) * -1 + 1, torch.arange(10))
    assert found.accuracy == 1
    assert not len(found.mistakes)
    assert found.commonest_mistake[1] == 0
