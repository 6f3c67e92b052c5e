"""What the lesson on the data computes once from a data set and then shows to everyone: counts, means, accuracies.

Each function is cached by the name and size of the data set; the data itself, with a leading underscore, is not looked
at to find the result again.
"""

import streamlit as st
from torch import Tensor

from mnist_core.data import statistics
from mnist_core.data.dataset import Splits
from mnist_core.data.generated import draw_style
from mnist_core.data.styles import STYLES, Style
from mnist_core.lessons.data import SCALES, accuracy_fed
from mnist_core.lessons.data_baseline import Baseline, nearest_mean
from ui.frame import resources

HANDS = 28  # the seed of four hands that write clearly, neither thin nor thick


def level_counts(splits: Splits) -> list[int]:
    """How often each grey level occurs in the training and validation images together."""
    return _level_counts(splits.name, len(splits.train), splits)


@st.cache_data(max_entries=4, show_spinner=False)
def _level_counts(name: str, size: int, _splits: Splits) -> list[int]:
    counts: list[int] = statistics.level_counts(_splits.train.images, _splits.validation.images).tolist()
    return counts


def mean_images(splits: Splits) -> Tensor:
    """The mean image of each digit: torch.float32 [10, 28, 28] in 0..1."""
    return _mean_images(splits.name, len(splits.train), splits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _mean_images(name: str, size: int, _splits: Splits) -> Tensor:
    return statistics.mean_images(_splits.train)


def baseline(splits: Splits) -> Baseline:
    """What the nearest mean image says of the validation images."""
    return _baseline(splits.name, len(splits.validation), splits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _baseline(name: str, size: int, _splits: Splits) -> Baseline:
    return nearest_mean(_splits.validation, mean_images(_splits))


def accuracies_by_scale(splits: Splits) -> dict[str, float]:
    """What the ready-made network reads of the validation images, by the scale their pixels are on."""
    return _accuracies_by_scale(splits.name, len(splits.validation), splits)


@st.cache_data(max_entries=4, show_spinner=False)
def _accuracies_by_scale(name: str, size: int, _splits: Splits) -> dict[str, float]:
    model = resources.shipped_model()
    return {scale: accuracy_fed(model, _splits.validation, make) for scale, make in SCALES.items()}


@st.cache_data(max_entries=10, show_spinner=False)
def hands(digit: int) -> dict[Style, Tensor]:
    """The styles of a digit, and four that are written so: torch.uint8 [4, 28, 28]."""
    return {style: draw_style(style, 4, HANDS) for style in STYLES if style.digit == digit}
