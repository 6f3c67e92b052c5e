"""Attacks on images by the network in use, worked out once and kept: which way each pixel goes, and what is still read.

An attack is aimed at one network, so each has its own.
"""

from typing import NamedTuple

import streamlit as st
from torch import Tensor

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.breaking_adversarial import EPSILONS, examples, random_signs, read_moved, slopes
from mnist_core.network.model import MLP
from ui.frame import dataset, resources, state
from ui.visitor import networks

EPSILON, DIGIT, WANTED = "brk_epsilon", "brk_digit", "brk_wanted"
IMAGES = 1_000
START = 16  # levels: an eye hardly sees them, and the network does


class Attack(NamedTuple):
    """What aims at the network in use.

    Attributes:
        some: The images that are attacked.
        before: What the network makes of them as they are.
        slopes: As ``slopes`` of the core finds them, torch.float32 [N, 28, 28].
        examples: By digit, the number of the image that is shown.
    """

    some: Dataset
    before: Evaluation
    slopes: Tensor
    examples: dict[int, int]

    @property
    def signs(self) -> Tensor:
        """Which way each pixel goes: torch.float32 [N, 28, 28]."""
        return -self.slopes.sign()


class Read(NamedTuple):
    """How many images are read rightly after a change of each pixel: aimed at the network, and drawn at random."""

    aimed: int
    noise: int


def attack(*, ready_made: bool = False) -> Attack:
    """The attack on the network in use, or on the ready-made one; for reading only."""
    splits = dataset.splits()
    return _attack(*_key(ready_made), splits.name, len(splits.validation), _model(ready_made), splits)


def _key(ready_made: bool) -> tuple[str, str]:
    return ("", state.SHIPPED) if ready_made else networks.owner_and_key()


def _model(ready_made: bool) -> MLP:
    return resources.shipped_model() if ready_made else networks.model_in_use()[0]


@st.cache_resource(max_entries=16, show_spinner=False)
def _attack(owner: str, key: str, name: str, size: int, _model: MLP, _splits: Splits) -> Attack:
    some = _splits.validation.subset(slice(0, IMAGES))
    slope, before = slopes(_model, some.images, some.labels), evaluate(_model, some)
    return Attack(some, before, slope, examples(before, read_moved(_model, some, -slope.sign(), START)))


@st.cache_resource(max_entries=8, show_spinner=False)
def noise(count: int, seed: int) -> Tensor:
    """The random signs of a seed; for reading only."""
    return random_signs(count, seed)


def read(epsilon: int, seed: int, *, ready_made: bool = False) -> Read:
    """How many images the network in use, or the ready-made one, reads after a change of so many grey levels."""
    aim = attack(ready_made=ready_made)
    name, size = dataset.splits().name, len(aim.some)
    return _read(*_key(ready_made), name, size, epsilon, seed, _model(ready_made), aim)


def curve(seed: int) -> list[Read]:
    """The same for each point of the curves."""
    return [read(epsilon, seed) for epsilon in EPSILONS]


@st.cache_data(max_entries=512, show_spinner=False)
def _read(owner: str, key: str, name: str, size: int, epsilon: int, seed: int, _model: MLP, _attack: Attack) -> Read:
    both = (_attack.signs, noise(size, seed))
    found = [read_moved(_model, _attack.some, signs, epsilon) for signs in both]
    return Read(*(int((each.choices == each.labels).sum()) for each in found))
