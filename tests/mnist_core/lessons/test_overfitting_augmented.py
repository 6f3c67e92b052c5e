"""Copies of one image: changed as far as is asked, each in its own way; and where the label no longer fits."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.overfitting_augmented import WAYS, copies, shift, turn, turn_by
from mnist_core.network.checkpoint import load_shipped


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def read(images: Tensor) -> Tensor:
    return predict_proba(load_shipped(), images / 255).argmax(1)


@pytest.mark.parametrize("degrees", [0.0, 15.0, -40.0, 90.0, 180.0])
def test_turning_is_that_of_scipy(degrees: float, few: Dataset) -> None:
    turned = turn_by(few.images[:20], torch.full((20,), degrees)).float().numpy()
    for mine, image in zip(turned, few.images.numpy(), strict=False):
        theirs = ndimage.rotate(image.astype(float), degrees, reshape=False, order=1, mode="grid-constant")
        np.testing.assert_allclose(mine, theirs, atol=1.0)


def test_half_a_turn_turns_both_axes_round(few: Dataset) -> None:
    turned = turn_by(few.images, torch.full((len(few),), 180.0))
    assert (turned.int() - few.images.flip(1, 2).int()).abs().max() <= 1


def test_a_shift_moves_the_middle_of_the_ink_by_at_most_so_much() -> None:
    dot = torch.zeros(400, 28, 28, dtype=torch.uint8)
    dot[:, 13:15, 13:15] = 200
    moved = shift(dot, generator(), 5.0).double()
    places = torch.arange(28.0, dtype=torch.float64)
    for axis in (1, 2):
        middle = (moved.sum(axis) * places).sum(1) / moved.sum((1, 2)) - 13.5
        assert middle.abs().max() <= 5.01
        assert middle.abs().max() > 4.5
        assert abs(middle.mean()) < 0.5


def test_angles_reach_from_one_side_to_the_other() -> None:
    line = torch.zeros(300, 28, 28, dtype=torch.uint8)
    line[:, 4:24, 13:15] = 255  # upright
    turned = turn(line, generator(), 30.0).double()
    across = torch.arange(28.0, dtype=torch.float64) - 13.5
    top = (turned[:, 5] * across).sum(1) / turned[:, 5].sum(1)  # how far the top has gone to the right
    angles = (top / 8.5).atan().rad2deg()
    assert angles.abs().max() < 33
    assert angles.max() > 25
    assert angles.min() < -25


@pytest.mark.parametrize("way", WAYS)
def test_without_an_amount_a_copy_is_the_image(way: str, few: Dataset) -> None:
    assert (copies(few.images[0], way, 0.0, 3, 0).int() - few.images[0].int()).abs().max() == 0


@pytest.mark.parametrize("way", WAYS)
def test_copies_are_seeded_and_all_different(way: str, few: Dataset) -> None:
    made = copies(few.images[0], way, WAYS[way].start, 9, 4)
    assert made.shape == (9, 28, 28)
    assert len(made.flatten(1).unique(dim=0)) == 9
    assert torch.equal(made, copies(few.images[0], way, WAYS[way].start, 9, 4))
    assert not torch.equal(made, copies(few.images[0], way, WAYS[way].start, 9, 5))


@pytest.mark.parametrize(("way", "amount", "number"), [("Melt", 1.0, 9), ("Turn", 181.0, 9), ("All", 1.0, 0)])
def test_what_there_is_not_is_a_sentence(way: str, amount: float, number: int, few: Dataset) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        copies(few.images[0], way, amount, number, 0)


def check_labels(splits: Splits) -> None:
    """The label stays at first, is lost when it goes too far, and an upside-down 6 is a 9."""
    validation = splits.validation
    for way in WAYS.values():
        kept = [
            (read(way.make(validation.images, generator(), amount)) == validation.labels).float().mean().item()
            for amount in (way.start, way.most)
        ]
        assert kept[0] > 0.9
        assert kept[1] < 0.55
    sixes = validation.images[validation.labels == 6]
    assert (read(turn_by(sixes, torch.full((len(sixes),), 180.0))) == 9).float().mean() > 0.75


def test_how_far_the_label_goes_with_generated_digits(all_digits: Splits) -> None:
    check_labels(all_digits)


def test_how_far_the_label_goes_with_mnist(mnist: Splits) -> None:
    check_labels(mnist)
