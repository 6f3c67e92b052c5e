"""The hidden layer flattened: what a network passes on of a thousand images, before and after its training."""

from typing import NamedTuple

import streamlit as st
from torch import Tensor

from mnist_core.data.dataset import Dataset, Splits, normalize, standardize
from mnist_core.lessons.network_flat import FlatLayer, layer_by_layer, look
from mnist_core.network.checkpoint import shipped_card
from mnist_core.network.layers import last_hidden
from mnist_core.network.model import MLP
from mnist_core.training.loop import new_model
from ui.frame import dataset, link, state
from ui.visitor import known_networks, networks

IMAGES = 1_000  # the first of the validation images
MOMENTS = BEFORE, AFTER = "before training", "after training"


class Seen(NamedTuple):
    """What the last hidden layer of a network makes of many images; for reading only.

    Attributes:
        model: The network, in eval mode.
        some: The images.
        layer: What the layer makes of them.
    """

    model: MLP
    some: Dataset
    layer: FlatLayer

    def of(self, image: Tensor) -> Tensor:
        """What the layer makes of another image, torch.float32 [28, 28] in 0..1: torch.float32 [neurons]."""
        return last_hidden(self.model, standardize(image[None]))[0]

    def is_the_same(self, image: Tensor) -> Tensor:
        """Which of the images is this very one, torch.float32 [28, 28] in 0..1: torch.bool [N]."""
        return (self.some.images == (image * 255).round().byte()).flatten(1).all(1)


class Network(NamedTuple):
    """The network that is looked into, and what its caches go by."""

    model: MLP
    name: str
    owner: str
    key: str


def network() -> Network:
    """The network in use, or the ready-made one if that has no hidden layer."""
    used, _ = networks.model_in_use()
    model, name = networks.with_hidden_layer()
    owner, key = networks.owner_and_key() if model is used else (networks.owner_of(state.SHIPPED), state.SHIPPED)
    return Network(model, name, owner, key)


def seed_of(key: str) -> int | None:
    """The seed that the training of a network began with, as its card says; None if it says none.

    A file's card can say anything. And if it began with the weights of another network, its seed did not draw them.
    """
    cards = {trained.key: trained.card for trained in known_networks.own()} | {state.SHIPPED: shipped_card()}
    card = cards.get(key, {})
    seed = None if "began_with" in card else card.get("seed")
    return seed if type(seed) is int and 0 <= seed <= link.LARGEST_SEED else None


def seen(when: str) -> Seen:
    """What the last hidden layer makes of the first validation images, ``BEFORE`` or ``AFTER`` the training."""
    at, splits = network(), dataset.splits()
    with st.spinner("A thousand images go through the network."):
        return _seen(at.owner, at.key, when, splits.name, len(splits.validation), at.model, splits)


@st.cache_resource(max_entries=16, show_spinner=False)
def _seen(owner: str, key: str, when: str, name: str, size: int, _model: MLP, _splits: Splits) -> Seen:
    model = _model if when == AFTER else new_model(_model.config, seed_of(key) or 0).eval().requires_grad_(False)
    some = _splits.validation.subset(slice(0, IMAGES))
    return Seen(model, some, look(last_hidden(model, normalize(some.images)), some.labels))


def layers(when: str) -> list[FlatLayer]:
    """The pixels and every hidden layer, flattened, ``BEFORE`` or ``AFTER`` the training."""
    at, splits = network(), dataset.splits()
    with st.spinner("Every layer is flattened. It takes a second or two."):
        return _layers(at.owner, at.key, when, splits.name, len(splits.validation), seen(when))


@st.cache_resource(max_entries=8, show_spinner=False)
def _layers(owner: str, key: str, when: str, name: str, size: int, _seen: Seen) -> list[FlatLayer]:
    each = layer_by_layer(_seen.model, normalize(_seen.some.images))
    return [look(passed, _seen.some.labels) for passed in each]
