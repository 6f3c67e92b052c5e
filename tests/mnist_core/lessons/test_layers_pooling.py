"""Pooling against torch's own."""

import pytest
import torch
from torch.nn import functional

from mnist_core.lessons.layers_pooling import pool


@pytest.mark.parametrize(("kind", "oracle"), [("max", functional.max_pool2d), ("mean", functional.avg_pool2d)])
def test_pooling_is_torchs(kind: str, oracle: object) -> None:
    images = torch.rand(3, 28, 14, generator=torch.Generator().manual_seed(0))
    assert callable(oracle)
    assert torch.allclose(pool(images, kind), oracle(images[:, None], 2)[:, 0])
    assert pool(images, kind).shape == (3, 14, 7)


def test_what_can_not_be_pooled_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="takes the max or the mean"):
        pool(torch.zeros(1, 2, 2), "sum")
    with pytest.raises(ValueError, match="must be even, not 7 × 7"):
        pool(torch.zeros(1, 7, 7), "max")
