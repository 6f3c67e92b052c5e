"""The accuracies of the network in use, each on other images."""

import streamlit as st
import torch

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.mistakes import Count
from mnist_core.network.checkpoint import shipped_card
from mnist_core.network.model import MLP
from ui.frame import dataset, state
from ui.visitor import known_networks, networks, store

MOST_TRAINING = 10_000  # images: all 55,000 would take two seconds
VALIDATION, TRAINING, TEST, OWN = "validation images", "training images", "final test", "your handwriting"


def counts(evaluation: Evaluation, first: int) -> list[Count]:
    """How many images of each kind the network in use classifies rightly; of kinds that there are.

    Args:
        evaluation: Of the validation images.
        first: Of how many of these a count of its own is wanted.
    """
    splits = dataset.splits()
    found = [*_training(splits), Count.of(VALIDATION, evaluation)]
    found.append(Count.of(f"the first {min(first, len(evaluation.labels)):,} of them", evaluation, first))
    return [*found, *_test(splits), *_own()]


def _card() -> dict[str, object]:
    key = known_networks.key_in_use()
    return next((trained.card for trained in known_networks.own() if trained.key == key), shipped_card())


def _training(splits: Splits) -> list[Count]:
    """Of the first images it learned from, if it learned from these digits."""
    size = _card().get("train_size")
    if _card().get("dataset") != splits.name or not isinstance(size, int) or not 0 < size <= len(splits.train):
        return []
    size = min(size, MOST_TRAINING)
    owner, key = networks.owner_and_key()
    return [Count.of(TRAINING, _of_training(owner, key, splits.name, size, networks.model_in_use()[0], splits))]


@st.cache_resource(max_entries=16, show_spinner=False)
def _of_training(owner: str, key: str, name: str, size: int, _model: MLP, _splits: Splits) -> Evaluation:
    return evaluate(_model, _splits.train.subset(slice(0, size)))


def _test(splits: Splits) -> list[Count]:
    """As it was counted once, when the network was finished; the test images are not read again here."""
    key = known_networks.key_in_use()
    if key == state.SHIPPED:
        is_same = shipped_card()["dataset"] == splits.name
        return [Count(TEST, round(shipped_card()["test_accuracy"] * len(splits.test)), len(splits.test))] * is_same
    record = next(trained.record for trained in known_networks.own() if trained.key == key)
    if record is None or record.test is None or record.dataset != splits.name:
        return []
    return [Count(TEST, round(record.test.accuracy * record.test.images), record.test.images)]


def _own() -> list[Count]:
    """Of the reader's own test set."""
    kept = store.visitor().own_digits
    if not kept:
        return []
    pixels = torch.frombuffer(bytearray(b"".join(digit.pixels for digit in kept)), dtype=torch.uint8)
    digits = Dataset(pixels.view(len(kept), 28, 28), torch.tensor([digit.label for digit in kept]))
    return [Count.of(OWN, evaluate(networks.model_in_use()[0], digits))]
