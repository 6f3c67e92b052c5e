"""Pictures of things: seeded, prepared like every drawing, each family different from the others."""

import numpy as np
import pytest
import torch

from mnist_core.handwriting.pictures import FAMILIES, SIDE, covered, left_by_a_photo, pictures


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_they_are_prepared_as_a_drawing_is() -> None:
    images = pictures(4 * len(FAMILIES), seeded(1))
    assert images.dtype == torch.uint8
    assert images.shape == (4 * len(FAMILIES), 28, 28)
    for image in images.float():
        assert image.max() == 255
        rows, columns = (image.amax(axis).nonzero().flatten() for axis in (1, 0))
        # The box of 20 pixels may begin within a pixel.
        assert max(int(rows[-1] - rows[0]), int(columns[-1] - columns[0])) + 1 in (19, 20, 21)


def test_the_seed_decides_and_nothing_else_is_touched() -> None:
    before, of_numpy = torch.get_rng_state(), str(np.random.get_state())
    one, same, other = pictures(26, seeded(1)), pictures(26, seeded(1)), pictures(26, seeded(2))
    assert torch.equal(before, torch.get_rng_state())
    assert of_numpy == str(np.random.get_state())
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_fills_a_part_of_its_picture(name: str) -> None:
    for seed in range(20):
        picture = FAMILIES[name](np.random.default_rng(seed))
        assert picture.shape == (SIDE, SIDE)
        assert picture.dtype == np.float32
        assert np.isfinite(picture).all()
        assert picture.min() >= 0
        assert picture.max() <= 1
        assert 0.02 < picture.mean() < 0.95


def test_the_outline_of_a_disc_would_be_a_0_and_is_never_drawn() -> None:
    down, across = np.mgrid[0:SIDE, 0:SIDE] - SIDE / 2
    disc = (np.hypot(down, across) < 0.45 * SIDE).astype(np.float32)
    random = np.random.default_rng(0)
    for _ in range(100):
        left = left_by_a_photo(disc, random)
        middle = left[left.shape[0] // 2, left.shape[1] // 2]
        is_ring = middle == 0 and left[0].max() == 0 and 0.05 < left.mean() < 0.4 and covered(left > 0) > 0.5
        assert not is_ring
