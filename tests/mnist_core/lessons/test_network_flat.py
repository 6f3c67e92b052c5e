"""The flattened layer: its directions against numpy and scikit-learn, its neighbours against a search by hand."""

import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from mnist_core.data.dataset import Splits, normalize
from mnist_core.data.generated import generated_splits
from mnist_core.lessons.network_flat import FlatLayer, flatten, layer_by_layer, like_their_nearest, look, nearest, vote
from mnist_core.network.checkpoint import load_shipped, shipped_card
from mnist_core.network.layers import last_hidden
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model


@pytest.fixture(scope="module")
def cloud() -> torch.Tensor:
    """Sixty points in seven dimensions, which differ most along directions that are no axes."""
    draw = np.random.default_rng(3)
    return torch.from_numpy(draw.standard_normal((60, 7)) @ np.diag([5, 3, 2, 1, 1, 0.5, 0.1]) @ draw.random((7, 7)))


def test_the_two_directions_are_the_first_eigenvectors_of_the_covariance(cloud: torch.Tensor) -> None:
    flat = flatten(cloud)
    values, vectors = np.linalg.eigh(np.cov(cloud.numpy().T))
    for direction, share, value, vector in zip(
        flat.directions, flat.shares.tolist(), values[::-1], vectors.T[::-1], strict=False
    ):
        assert abs(float(direction.numpy() @ vector)) == pytest.approx(1, abs=1e-9)  # the sign apart
        assert share == pytest.approx(value / values.sum(), abs=1e-9)
        assert direction[direction.abs().argmax()] > 0
    assert flat.places.var(0).tolist() == pytest.approx(values[:-3:-1].tolist())
    assert flat.places.mean(0).tolist() == pytest.approx([0, 0], abs=1e-9)


def test_places_and_shares_are_those_of_scikit_learn_also_of_a_drawing(cloud: torch.Tensor) -> None:
    flat, pca = flatten(cloud), PCA(2).fit(cloud.numpy())
    signs = np.sign((pca.components_ * flat.directions.numpy()).sum(1))
    assert flat.places.numpy() == pytest.approx(pca.transform(cloud.numpy()) * signs)
    assert flat.shares.numpy() == pytest.approx(pca.explained_variance_ratio_)
    others = torch.from_numpy(np.random.default_rng(4).standard_normal((3, 7)))
    assert flat.place(others).numpy() == pytest.approx(pca.transform(others.numpy()) * signs)
    assert flat.place(cloud).numpy() == pytest.approx(flat.places.numpy())


def test_the_picture_does_not_turn_over_when_the_images_come_in_another_order(cloud: torch.Tensor) -> None:
    order = torch.randperm(len(cloud), generator=torch.Generator().manual_seed(0))
    assert flatten(cloud[order]).places.numpy() == pytest.approx(flatten(cloud).places[order].numpy())


def test_one_neuron_has_one_direction() -> None:
    passed = torch.tensor([[1.0], [3.0], [8.0]])
    flat = flatten(passed)
    assert flat.directions.tolist() == [[1], [0]]
    assert flat.places.tolist() == [[-3, 0], [-1, 0], [4, 0]]
    assert flat.shares.tolist() == [1, 0]
    assert flat.place(torch.tensor([5.0])).tolist() == [1, 0]


def test_neurons_that_say_the_same_have_one_direction_too() -> None:
    passed = torch.linspace(0, 1, 50)[:, None] * torch.tensor([0.1, 0.7, 0.0, 0.3]) + 0.2
    flat = flatten(passed)
    assert flat.shares[0] == pytest.approx(1, abs=1e-9)
    assert flat.places[:, 1].abs().max() < 1e-6


@pytest.mark.parametrize("value", [0.0, 0.1, 1e30])
def test_where_nothing_differs_all_lie_in_one_place(value: float) -> None:
    layer = look(torch.full((7, 5), value), torch.arange(7))
    assert not layer.tells_apart
    assert layer.flat.shares.tolist() == [0, 0]
    assert not layer.flat.places.any()
    assert not layer.flat.directions.any()
    assert math.isfinite(layer.alike)


def test_a_plane_needs_an_image() -> None:
    assert flatten(torch.ones(1, 3)).places.tolist() == [[0, 0]]
    with pytest.raises(ValueError, match="at least one image"):
        flatten(torch.ones(0, 3))


def test_the_nearest_are_those_of_a_search_by_hand(cloud: torch.Tensor) -> None:
    image = cloud[17] + 0.1
    by_hand = sorted(range(len(cloud)), key=lambda row: math.dist(cloud[row].tolist(), image.tolist()))
    assert nearest(cloud, image, 5).tolist() == by_hand[:5]
    left_out = torch.zeros(len(cloud), dtype=torch.bool)
    left_out[by_hand[0]] = left_out[by_hand[3]] = True
    assert nearest(cloud, image, 4, left_out).tolist() == [by_hand[place] for place in (1, 2, 4, 5)]
    assert len(nearest(cloud, image, 100)) == len(cloud)
    assert len(nearest(cloud, image, 100, left_out)) == len(cloud) - 2


def test_most_of_the_nearest_decide_and_the_nearer_one_breaks_a_tie() -> None:
    assert vote(torch.tensor([3, 5, 5, 8, 5])) == (5, 3)
    assert vote(torch.tensor([8, 3, 3, 8, 1])) == (8, 2)
    assert vote(torch.tensor([0])) == (0, 1)


def test_the_share_with_a_like_nearest_is_that_of_k_nearest_neighbours(cloud: torch.Tensor) -> None:
    labels = torch.arange(60) % 3
    right = 0
    for left_out in range(60):  # each is read by all others
        rest = [row for row in range(60) if row != left_out]
        reader = KNeighborsClassifier(1).fit(cloud[rest].numpy(), labels[rest].numpy())
        right += int(reader.predict(cloud[left_out : left_out + 1].numpy())[0] == labels[left_out])
    assert like_their_nearest(cloud, labels) == pytest.approx(right / 60)
    apart = torch.tensor([[0.0], [0.1], [5.0], [5.1]])
    assert like_their_nearest(apart, torch.tensor([1, 1, 2, 2])) == 1
    assert like_their_nearest(apart, torch.tensor([1, 2, 1, 2])) == 0


@pytest.mark.parametrize("config", [MLPConfig((6,)), MLPConfig((9, 4), "tanh", 0.3), MLPConfig(())])
def test_layer_by_layer_ends_with_what_the_last_hidden_layer_passes_on(config: MLPConfig, digits: Splits) -> None:
    model, x = new_model(config, 1).eval(), normalize(digits.validation.images[:5])
    passed = layer_by_layer(model, x)
    assert [each.shape[1] for each in passed] == [784, *config.hidden_sizes]
    assert passed[0].equal(x)
    assert passed[-1].equal(last_hidden(model, x))
    if len(config.hidden_sizes) == 2:
        assert passed[1].allclose(torch.tanh(x @ model[0].weight.T + model[0].bias))  # type: ignore[operator]


def last_layer(model: MLP, splits: Splits) -> FlatLayer:
    some = splits.validation.subset(slice(0, 1_000))
    return look(last_hidden(model.eval(), normalize(some.images)), some.labels)


def test_training_brings_digits_of_a_kind_together(all_digits: Splits) -> None:
    model = new_model(MLPConfig((32,)), 0)
    before = last_layer(model, all_digits)
    list(fit(model, all_digits.train, all_digits.validation, TrainingConfig(epochs=8, batch_size=50)))
    after = last_layer(model, all_digits)
    assert after.alike_when_flat > before.alike_when_flat + 0.05
    assert after.alike > before.alike + 0.2


def check_ready_made(splits: Splits) -> tuple[FlatLayer, FlatLayer]:
    """A cloud before and groups afterwards: of the ready-made network, on its page and in the whole layer."""
    model = load_shipped()
    before, after = last_layer(new_model(model.config, shipped_card()["seed"]), splits), last_layer(model, splits)
    assert before.alike_when_flat < 0.35 < 0.5 < after.alike_when_flat
    assert after.alike > 0.85
    assert after.alike > before.alike + 0.1
    return before, after


def test_the_ready_made_network_goes_from_a_cloud_to_groups_on_generated_digits() -> None:
    check_ready_made(generated_splits())


def test_the_ready_made_network_goes_from_a_cloud_to_groups_on_mnist(mnist: Splits) -> None:
    before, _ = check_ready_made(mnist)
    pixels = mnist.validation.subset(slice(0, 1_000))
    near = like_their_nearest(pixels.images.flatten(1), pixels.labels)
    # "Random weights keep near each other what is near already as pixels": far more often than the page shows.
    assert abs(near - before.alike) < 0.05
    assert before.alike > 0.8
