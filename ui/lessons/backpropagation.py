"""What the lesson on the way back works out once for each network, and the image that its scenes share."""

import streamlit as st
from torch import Tensor

from mnist_core.data.dataset import Splits
from mnist_core.lessons import backpropagation_check, backpropagation_layer
from mnist_core.lessons.backpropagation_check import Check
from mnist_core.network.model import MLP
from ui.frame import dataset
from ui.visitor import networks

IMAGES = 20  # to choose from, from the one read worst to the one read best
STEPS = (*(float(f"{digit}e-{power}") for power in range(8, 0, -1) for digit in (1, 3)), 1.0)  # small to large
_BETWEEN = tuple(sorted({*STEPS, *(10 ** (-power / 8) for power in range(65))}))


def network() -> tuple[MLP, str, str]:
    """The network that reads, or the ready-made one if that has no hidden layer; its name, and its key."""
    return *networks.with_hidden_layer(), networks.key_with_hidden_layer()


def validation_image(number: int) -> tuple[Tensor, int]:
    """One of the validation images: its pixels, torch.float32 [28, 28] in 0..1, and what it shows.

    Args:
        number: From 1, the one that the network reads worst, to ``IMAGES``, the one it reads best.
    """
    model, _, key = network()
    validation = dataset.splits().validation
    losses = networks.validation_of(key, model).losses
    at = backpropagation_layer.from_worst_to_best(losses, IMAGES)[number - 1]
    return validation.images[at] / 255, int(validation.labels[at])


def dead() -> int:
    """How many neurons of the first hidden layer are silent for every validation image."""
    model, _, key = network()
    splits = dataset.splits()
    return _dead(networks.owner_of(key), key, splits.name, len(splits.validation), model, splits)


@st.cache_resource(max_entries=32, show_spinner=False)
def _dead(owner: str, key: str, name: str, size: int, _model: MLP, _splits: Splits) -> int:
    return int(backpropagation_layer.dead_neurons(_model, _splits.validation).sum())


def check() -> Check:
    """The gradient of one weight, held against differences of many sizes, for the image that is read worst."""
    model, _, key = network()
    splits = dataset.splits()
    return _check(networks.owner_of(key), key, splits.name, len(splits.validation), model)


@st.cache_resource(max_entries=32, show_spinner=False)
def _check(owner: str, key: str, name: str, size: int, _model: MLP) -> Check:
    pixels, label = validation_image(1)
    return backpropagation_check.check_weight(_model, pixels, label, _BETWEEN)
