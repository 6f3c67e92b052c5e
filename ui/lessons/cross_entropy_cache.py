"""What the lesson on cross-entropy computes once from a data set and then shows everyone; for reading only."""

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.lessons import cross_entropy_bias
from mnist_core.lessons.cross_entropy_bias import Answers, Curves

FURTHEST = 5.0  # the bias goes from minus this to this
BIASES = [round(-FURTHEST + 0.05 * step, 2) for step in range(201)]


def answers(splits: Splits, count: int) -> Answers:
    """What a small network says of the first training images."""
    return _answers(splits.name, len(splits.train), splits).first(count)


def curves(splits: Splits, count: int) -> Curves:
    """What comes of each bias on these images."""
    return _curves(splits.name, len(splits.train), count, splits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _answers(name: str, size: int, _splits: Splits) -> Answers:
    return cross_entropy_bias.answers(_splits.train)


@st.cache_resource(max_entries=16, show_spinner=False)
def _curves(name: str, size: int, count: int, _splits: Splits) -> Curves:
    return cross_entropy_bias.curves(answers(_splits, count), BIASES)
