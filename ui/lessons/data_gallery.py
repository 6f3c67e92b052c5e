"""What is computed once from a data set and then shown to everyone: counts, sums, mean images, X-rays.

Each function is cached by the name and size of the data set; the data itself, with a leading underscore, is not looked
at to find the result again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.frame import resources

if TYPE_CHECKING:
    from torch import Tensor

    from mnist_core.data.dataset import Splits


def level_counts(splits: Splits) -> list[int]:
    """How often each grey level occurs in the training and validation images together."""
    return _level_counts(splits.name, len(splits.train), splits)


@st.cache_data(max_entries=4, show_spinner=False)
def _level_counts(name: str, size: int, _splits: Splits) -> list[int]:
    from mnist_core.data import statistics

    counts: list[int] = statistics.level_counts(_splits.train.images, _splits.validation.images).tolist()
    return counts


def mean_images(splits: Splits) -> Tensor:
    """The mean image of each digit: torch.float32 [10, 28, 28] in 0..1."""
    return _mean_images(splits.name, len(splits.train), splits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _mean_images(name: str, size: int, _splits: Splits) -> Tensor:
    from mnist_core.data import statistics

    return statistics.mean_images(_splits.train)


def accuracies_by_scale(splits: Splits) -> dict[str, float]:
    """What the ready-made network reads of the validation images, by the scale their pixels are on."""
    return _accuracies_by_scale(splits.name, len(splits.validation), splits)


@st.cache_data(max_entries=4, show_spinner=False)
def _accuracies_by_scale(name: str, size: int, _splits: Splits) -> dict[str, float]:
    from mnist_core.lessons import data

    model = resources.shipped_model()
    return {scale: data.accuracy_fed(model, _splits.validation, make) for scale, make in data.SCALES.items()}
