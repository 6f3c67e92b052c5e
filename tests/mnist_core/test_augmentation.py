"""Distortion: seeded, moderate, and of digits that stay digits."""

import torch

from mnist_core.augmentation import affine
from mnist_core.data import Dataset


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_affine_is_seeded_and_keeps_the_format(few: Dataset) -> None:
    before = torch.get_rng_state()
    moved = affine(few.images, generator(1))
    assert torch.equal(before, torch.get_rng_state())
    assert moved.dtype == torch.uint8
    assert moved.shape == few.images.shape
    assert torch.equal(moved, affine(few.images, generator(1)))
    assert not torch.equal(moved, affine(few.images, generator(2)))


def test_affine_moves_each_image_its_own_way_and_loses_little_ink(few: Dataset) -> None:
    same = few.images[:1].expand(50, 28, 28)
    moved = affine(same, generator(1))
    assert len({tuple(image.flatten().tolist()) for image in moved}) == 50
    ink = moved.float().sum((1, 2)) / same.float().sum((1, 2))
    assert ink.min() > 0.6
    assert ink.max() < 1.5
