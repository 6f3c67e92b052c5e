"""Writing as photos, scans and small files leave it."""

import pytest
import torch
from torch import Tensor

from mnist_core.data.generated import make_digits
from mnist_core.handwriting.worn import WAYS, WORN, wear


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def digits() -> Tensor:
    return make_digits(200, 5).images


def test_a_share_is_worn_and_the_rest_stays_as_it_is(digits: Tensor) -> None:
    for seed in range(10):
        worn = wear(digits, seeded(seed))
        assert worn.dtype == torch.uint8
        assert worn.shape == digits.shape
        changed = (worn != digits).flatten(1).any(1)
        assert changed.float().mean().item() == pytest.approx(WORN, abs=0.12)
        assert (worn[changed].flatten(1).max(1).values == 255).all()


def test_the_seed_decides_and_nothing_else_is_touched(digits: Tensor) -> None:
    before, kept = torch.get_rng_state(), digits.clone()
    assert torch.equal(wear(digits, seeded(1)), wear(digits, seeded(1)))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(digits, kept)
    different = {wear(digits, seeded(seed)).sum().item() for seed in range(10)}
    assert len(different) == 10


def test_blank_paper_stays_blank() -> None:
    blank = torch.zeros(50, 28, 28, dtype=torch.uint8)
    for seed in range(10):
        assert not wear(blank, seeded(seed)).any()


def worn(name: str, digits: Tensor) -> Tensor:
    ink = WAYS[name](digits / 255, seeded(0))
    assert ink.shape == digits.shape
    assert ink.min() >= 0
    assert ink.max() <= 1 + 1e-6
    return ink


def share(name: str, digits: Tensor) -> float:
    """How much ink there is, beside what there was."""
    return float(worn(name, digits).sum() / (digits / 255).sum())


def test_each_way_does_what_it_is_called(digits: Tensor) -> None:
    assert set(worn("black and white", digits).unique().tolist()) == {0.0, 1.0}
    assert share("thin", digits) < 0.8
    assert share("blotted", digits) > 1.1
    assert share("broken", digits) < 0.97
    assert share("uneven", digits) < 0.9
    sharp = (digits / 255).diff(dim=1).abs().sum()
    for name in ("blurred", "coarse"):  # the edges get softer
        assert worn(name, digits).diff(dim=1).abs().sum() < 0.97 * sharp
