"""The networks that lessons look into, trained or found once and shared; for reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import dataset, resources, state, status, training_panel

if TYPE_CHECKING:
    from mnist_core.data import Splits
    from mnist_core.evaluation import Evaluation
    from mnist_core.model import MLP
    from mnist_core.neurons import Snapshot
    from mnist_core.rings import Separation

MOMENTS = (0, 1, 3, 10, 30, 100, 300, 1000)  # batches, each about three times the one before
LEARNS_FROM = 10_000  # images: as many as there are generated digits, and a second's work


def learning_layer() -> list[Snapshot]:
    """A single dense layer at ``MOMENTS`` of its training on the digits in use."""
    with st.spinner("A network of one layer is being trained. It takes a second or two."):
        splits = dataset.splits()  # on a server just started this waits too, until digits are drawn
        return _learning_layer(splits.name, splits)


@st.cache_resource(max_entries=2, show_spinner=False)
def _learning_layer(name: str, _splits: Splits) -> list[Snapshot]:
    from mnist_core import neurons

    return neurons.learning_layer(_splits.train.subset(slice(0, LEARNS_FROM)), _splits.validation, MOMENTS)


@st.cache_resource(max_entries=64, show_spinner=False)
def separation(activation: str, hidden: int, seed: int) -> Separation:
    """What a small network makes of two rings of points."""
    from mnist_core import rings

    return rings.separate(activation, hidden, seed)


def model_in_use() -> tuple[MLP, str]:
    """The network that reads, and its name: for a page that lets it read, or shows what it does."""
    trained = _trained_in_use()
    if trained:
        return trained.model, f"your network {trained.model.config.label}"
    shipped = resources.shipped_model()
    return shipped, f"the ready-made network {shipped.config.label}"


def _trained_in_use() -> training_panel.TrainedModel | None:
    """The visitor's network that reads, or None: it is the ready-made one."""
    key = status.model_in_use()
    return next((trained for trained in training_panel.visitor().models if trained.key == key), None)


def learned_elsewhere() -> str:
    """A sentence on the network in use if it learned from other digits than it reads now; else nothing.

    It is judged by the network's card. A file's card can say anything, so only the names of our own digits count.
    The ready-made network learned from both kinds, and so did copies of it: their cards count the drawn digits.
    """
    from mnist_core.checkpoint import shipped_card

    trained = _trained_in_use()
    card = trained.card if trained else shipped_card()
    source, read = card.get("dataset"), dataset.splits().name
    if source == state.MNIST != read and not card.get("drawn_digits"):
        return (
            "Keep in mind that this network learned from MNIST, digits that people wrote, and has never met a "
            "generated digit before."
        )
    if source == state.GENERATED != read:
        return (
            "Keep in mind that this network learned from generated digits, which a program drew, and has never met "
            "a digit of MNIST before."
        )
    return ""


def chooser() -> None:
    """Another network to read with. It draws the whole page anew, so that all of it agrees."""
    from mnist_core.checkpoint import shipped_card

    own = {trained.key: accuracy_first(trained) for trained in training_panel.visitor().models}
    known = {key: own.get(key, name) for key, name in status.models().items()}
    card = shipped_card()
    learned_from = card["dataset"] + (" and drawn digits" if card.get("drawn_digits") else "")
    known[state.SHIPPED] += f": {card['test_accuracy']:.1%} in its final test, trained on {learned_from}"
    st.session_state["model"] = status.model_in_use()
    st.selectbox(
        "Which network reads",
        known,
        format_func=known.__getitem__,
        key="model",
        persist_state="session",
        help=f"The one that reads now. {known[status.model_in_use()]}.",  # a phone cuts off the end of the line
    )


def accuracy_first(trained: training_panel.TrainedModel) -> str:
    """A network's name with what it reads rightly before its recipe, so that a short line still has it.

    What a file says of its network is not repeated: nobody here has counted it.
    """
    if trained.record is None:
        is_copy = trained.key.startswith("taught-")  # and its accuracy was counted on the page that teaches
        counted = trained.card.get("validation_accuracy") if is_copy else None
        return trained.name if counted is None else f"{trained.name}: {counted:.1%} in validation"
    recipe, came = training_panel.settings(trained.record), training_panel.reached(trained.record)
    if not trained.record.test and trained.validation:
        came = f"{trained.validation.accuracy:.1%} in validation, {came}"
    return f"{trained.name.split(':')[0]}: {came}, {recipe}"


def validation() -> Evaluation:
    """What the network in use makes of the validation images in use; both are for looking at only."""
    return validation_of(status.model_in_use(), model_in_use()[0])


def validation_of(key: str, model: MLP) -> Evaluation:
    """What one of the visitor's networks, or the ready-made one, makes of the validation images in use."""
    splits = dataset.splits()
    return _validation(owner_of(key), key, splits.name, len(splits.validation), model, splits)


def owner_and_key() -> tuple[str, str]:
    """Whose network is in use, and which: what to key a cache by."""
    key = status.model_in_use()
    return owner_of(key), key


def owner_of(key: str) -> str:
    """Whose network goes by this key. The ready-made one is everyone's, so nobody's."""
    return "" if key == state.SHIPPED else state.current_holder()


@st.cache_resource(max_entries=32, show_spinner=False)
def _validation(owner: str, key: str, name: str, size: int, _model: MLP, _splits: Splits) -> Evaluation:
    from mnist_core.evaluation import evaluate

    return evaluate(_model, _splits.validation)


def with_hidden_layer() -> tuple[MLP, str]:
    """The same, unless that network has no hidden layer: then the ready-made one."""
    model, name = model_in_use()
    if model.config.hidden_sizes:
        return model, name
    shipped = resources.shipped_model()
    return shipped, f"the ready-made network {shipped.config.label}"
