"""What the lesson on batches computes once from a data set and then shows everyone: losses, X-rays of batches."""

import streamlit as st
from torch import Tensor

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons import batches_xray
from mnist_core.lessons.batches import epoch_order, label_order
from mnist_core.lessons.batches_xray import BatchXray
from mnist_core.network.functions import cross_entropy
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model
from ui.frame import resources

NEW, READY_MADE = "new, untrained", "ready-made"
XRAY_IMAGES = 4_800  # whose gradient counts as the full one: 150 batches of 32
XRAY_BATCH = 32


def losses(splits: Splits, images: int) -> Tensor:
    """The ready-made network's loss of each of the first training images: torch.float32 [images]."""
    return _losses(splits.name, len(splits.train), images, splits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _losses(name: str, size: int, images: int, _splits: Splits) -> Tensor:
    evaluation = evaluate(resources.shipped_model(), _splits.train.subset(slice(0, images)))
    return cross_entropy(evaluation.logits, evaluation.labels)


def validation(splits: Splits) -> Evaluation:
    """What the ready-made network says of the validation images."""
    return _validation(splits.name, len(splits.validation), splits)


@st.cache_resource(max_entries=4, show_spinner=False)
def _validation(name: str, size: int, _splits: Splits) -> Evaluation:
    return evaluate(resources.shipped_model(), _splits.validation)


def xray_batches(splits: Splits) -> int:
    """How many whole batches there are to take apart."""
    return min(XRAY_IMAGES, len(splits.train)) // XRAY_BATCH


def xray_batch(splits: Splits, shuffle: bool, seed: int, number: int) -> Dataset:
    """One batch of the images of the X-ray.

    Args:
        splits: The data set.
        shuffle: Whether the images are shuffled; if not, they are sorted by label.
        seed: Of the shuffling.
        number: Which batch, from 1 to ``xray_batches``.
    """
    some = splits.train.subset(slice(0, xray_batches(splits) * XRAY_BATCH))
    order = epoch_order(len(some), True, seed) if shuffle else label_order(some.labels)
    return some.subset(order[(number - 1) * XRAY_BATCH : number * XRAY_BATCH])


def xray(splits: Splits, network: str, shuffle: bool, seed: int, number: int) -> BatchXray:
    """The same batch, taken apart with the new or the ready-made network."""
    return _xray(splits.name, len(splits.train), network, shuffle, seed, number, splits)


@st.cache_data(max_entries=200, show_spinner=False)
def _xray(name: str, size: int, network: str, shuffle: bool, seed: int, number: int, _splits: Splits) -> BatchXray:
    full = _full_gradient(name, size, network, seed if network == NEW else 0, _splits)
    return batches_xray.xray(_network(network, seed), xray_batch(_splits, shuffle, seed, number), full)


def batch_cosine(splits: Splits, network: str, shuffle: bool, seed: int, number: int) -> float:
    """The cosine between the gradient of a batch and the full one."""
    return _batch_cosine(splits.name, len(splits.train), network, shuffle, seed, number, splits)


@st.cache_data(max_entries=400, show_spinner=False)
def _batch_cosine(name: str, size: int, network: str, shuffle: bool, seed: int, number: int, _splits: Splits) -> float:
    full = _full_gradient(name, size, network, seed if network == NEW else 0, _splits)
    return batches_xray.batch_cosine(_network(network, seed), xray_batch(_splits, shuffle, seed, number), full)


@st.cache_resource(max_entries=8, show_spinner=False)
def _full_gradient(name: str, size: int, network: str, seed: int, _splits: Splits) -> Tensor:
    some = _splits.train.subset(slice(0, xray_batches(_splits) * XRAY_BATCH))
    return batches_xray.full_gradient(_network(network, seed), some)


def _network(network: str, seed: int) -> MLP:
    return resources.shipped_model() if network == READY_MADE else new_model(MLPConfig(), seed)
