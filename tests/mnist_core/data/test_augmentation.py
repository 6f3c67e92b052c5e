"""Distortion: seeded, moderate, and of digits that stay digits."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from mnist_core.data import augmentation
from mnist_core.data.augmentation import WARP, affine, distort, elastic, pen
from mnist_core.data.dataset import Dataset
from mnist_core.training.loop import Augment


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_affine_moves_each_image_its_own_way_and_loses_little_ink(few: Dataset) -> None:
    same = few.images[:1].expand(50, 28, 28)
    moved = affine(same, generator(1))
    assert len({tuple(image.flatten().tolist()) for image in moved}) == 50
    ink = moved.float().sum((1, 2)) / same.float().sum((1, 2))
    assert ink.min() > 0.6
    assert ink.max() < 1.5


DISTORTIONS = [affine, elastic, pen, distort]
STRENGTHS = [elastic, pen, distort]


@pytest.mark.parametrize("distortion", DISTORTIONS)
def test_a_distortion_is_seeded_and_keeps_the_format(distortion: Augment, few: Dataset) -> None:
    before, original = torch.get_rng_state(), few.images.clone()
    changed = distortion(few.images, generator(1))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(few.images, original)
    assert changed.dtype == torch.uint8
    assert changed.shape == few.images.shape
    assert torch.equal(changed, distortion(few.images, generator(1)))
    assert not torch.equal(changed, distortion(few.images, generator(2)))


@pytest.mark.parametrize("distortion", DISTORTIONS)
def test_paper_stays_paper(distortion: Augment) -> None:
    assert not distortion(torch.zeros(5, 28, 28, dtype=torch.uint8), generator(1)).any()


@pytest.mark.parametrize("distortion", DISTORTIONS)
def test_each_image_is_changed_in_its_own_way_and_keeps_its_ink(distortion: Augment, few: Dataset) -> None:
    changed = distortion(few.images[:1].expand(50, 28, 28), generator(1))
    assert len(changed.flatten(1).unique(dim=0)) == 50
    amount = distortion(few.images, generator(1)).float().sum((1, 2)) / few.images.float().sum((1, 2))
    assert amount.mean() == pytest.approx(1, abs=0.15)
    assert amount.min() > 0.4
    assert amount.max() < 2


@pytest.mark.parametrize("distortion", STRENGTHS)
def test_without_strength_nothing_changes(distortion: Callable[..., Tensor], few: Dataset) -> None:
    assert torch.equal(distortion(few.images, generator(1), 0.0), few.images)


@pytest.mark.parametrize("strength", [0.5, WARP, 2.0])
def test_every_point_moves_by_the_strength_and_neighbours_together(strength: float) -> None:
    """Read off images whose grey tells the place: 5 a pixel, in the middle, where no ink comes in from outside."""
    place = (5 * torch.arange(28)).to(torch.uint8)
    across, down = place.expand(400, 28, 28), place[:, None].expand(400, 28, 28)
    for ramp in (across, down):
        moved = (elastic(ramp, generator(3), strength).float() - ramp.float())[:, 9:19, 9:19] / 5  # pixels
        assert moved.std() == pytest.approx(strength, rel=0.1)
        assert moved.mean().abs() < 0.1 * strength
        assert moved.diff(dim=2).std() < 0.4 * strength  # of independent ones: 1.41


def test_the_grid_of_distort_is_that_of_torch(few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bending and without another pen, what is left is affine, with the same draws."""
    monkeypatch.setattr(augmentation, "WARP", 0.0)
    monkeypatch.setattr(augmentation, "PEN", 0.0)
    difference = distort(few.images, generator(4)).int() - affine(few.images, generator(4)).int()
    assert difference.abs().max() <= 1


def test_a_pen_makes_wider_and_narrower_strokes_between_erosion_and_dilation(few: Dataset) -> None:
    image = few.images[:1].expand(200, 28, 28)
    written = pen(image, generator(5), 1.0).float()
    ink = image[0].float().numpy()
    # Where a stroke is made narrower, all of it is made brighter again, by the same factor.
    assert (written.amax((1, 2)) == ink.max()).all()
    assert (written[:, ink == 0].numpy() <= ndimage.maximum_filter(ink, 3, mode="nearest")[ink == 0] + 0.5).all()
    amounts = written.sum((1, 2))
    assert amounts.min() < ink.sum() < amounts.max()
    widest = written[amounts.argmax()].numpy()
    assert np.abs(widest - ndimage.maximum_filter(ink, 3, mode="nearest")).mean() < np.abs(widest - ink).mean()
