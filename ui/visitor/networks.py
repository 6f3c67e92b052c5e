"""The networks that lessons look into, trained or found once and shared; for reading only."""

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.network.checkpoint import DRAWN, learned_from, shipped_card
from mnist_core.network.model import MLP
from mnist_core.training.start import Start
from ui.frame import dataset, link, resources, state
from ui.visitor import known_networks, run_in_words, store


def model_in_use() -> tuple[MLP, str]:
    """The network that reads, and its name: for a page that lets it read, or shows what it does."""
    trained = _trained_in_use()
    if trained:
        return trained.model, f"your network {trained.model.config.label}"
    shipped = resources.shipped_model()
    return shipped, f"the ready-made network {shipped.config.label}"


def _trained_in_use() -> store.TrainedModel | None:
    """The visitor's network that reads, or None: it is the ready-made one."""
    key = known_networks.key_in_use()
    return next((trained for trained in known_networks.own() if trained.key == key), None)


def learned_elsewhere() -> str:
    """A sentence on the network in use if it learned from other digits than it reads now; else nothing.

    It is judged by the network's card. A file's card can say anything, so only the names of our own digits count.
    The ready-made network learned from both kinds, and so did all that began with it.
    """
    trained = _trained_in_use()
    known, read = learned_from(trained.card if trained else shipped_card()), dataset.splits().name
    is_drawn = state.GENERATED in known or DRAWN in known
    if state.MNIST in known and read != state.MNIST and not is_drawn:
        return (
            "Keep in mind that this network learned from MNIST, digits that people wrote, and has never met a "
            "generated digit before."
        )
    if state.GENERATED in known and read != state.GENERATED and state.MNIST not in known:
        return (
            "Keep in mind that this network learned from generated digits, which a program drew, and has never met "
            "a digit of MNIST before."
        )
    return ""


def starts() -> dict[str, Start]:
    """The networks that a training can begin with, by their key: the visitor's, the newest first, and the shipped."""
    own = {trained.key: trained.start for trained in reversed(known_networks.own()) if trained.has_learned}
    return {**own, state.SHIPPED: _shipped_start()}


@st.cache_resource(show_spinner=False)
def _shipped_start() -> Start:
    return Start(known_networks.SHIPPED_NAME, resources.shipped_model(), shipped_card())


def chooser(label: str = "Which network reads") -> None:
    """Another network to read with. It draws the whole page anew, so that all of it agrees."""
    if link.is_drawn_already("model"):
        return
    in_use = known_networks.key_in_use()
    if state.is_fragment_alone() and st.session_state.get("model", in_use) != in_use:
        st.rerun()
    own = {trained.key: headline_first(trained) for trained in known_networks.own()}
    known = {key: own.get(key, name) for key, name in known_networks.names().items()}
    card = shipped_card()
    learned_from = card["dataset"] + (" and drawn digits" if card.get("drawn_digits") else "")
    known[state.SHIPPED] += f": {card['validation_accuracy']:.1%} in validation, trained on {learned_from}"
    st.session_state["model"] = in_use
    st.selectbox(
        label,
        known,
        format_func=known.__getitem__,
        key="model",
        persist_state="session",
        help=f"The one that reads now. {known[in_use]}.",  # a phone cuts off the end of the line
    )


def headline_first(trained: store.TrainedModel) -> str:
    """A network's name with its headline accuracy before its recipe, so that a short line still has it.

    What a file says of its network is not repeated: nobody here has counted it.
    """
    if trained.record is None:
        return trained.name if trained.headline is None else f"{trained.name}: {trained.headline:.1%} in validation"
    came = run_in_words.reached(trained.record, trained.validation)
    return f"{trained.name.split(':')[0]}: {came}, {run_in_words.settings(trained.record)}"


def validation() -> Evaluation:
    """What the network in use makes of the validation images in use; both are for looking at only."""
    return validation_of(known_networks.key_in_use(), model_in_use()[0])


def validation_of(key: str, model: MLP) -> Evaluation:
    """What one of the visitor's networks, or the ready-made one, makes of the validation images in use."""
    splits = dataset.splits()
    return _validation(owner_of(key), key, splits.name, len(splits.validation), model, splits)


def owner_and_key() -> tuple[str, str]:
    """Whose network is in use, and which: what to key a cache by."""
    key = known_networks.key_in_use()
    return owner_of(key), key


def owner_of(key: str) -> str:
    """Whose network goes by this key. The ready-made one is everyone's, so nobody's."""
    return "" if key == state.SHIPPED else known_networks.owner()


@st.cache_resource(max_entries=32, show_spinner=False)
def _validation(owner: str, key: str, name: str, size: int, _model: MLP, _splits: Splits) -> Evaluation:
    return evaluate(_model, _splits.validation)


def with_hidden_layer() -> tuple[MLP, str]:
    """The same, unless that network has no hidden layer: then the ready-made one."""
    model, name = model_in_use()
    if model.config.hidden_sizes:
        return model, name
    shipped = resources.shipped_model()
    return shipped, f"the ready-made network {shipped.config.label}"


def key_with_hidden_layer() -> str:
    """The key of that network."""
    return known_networks.key_in_use() if model_in_use()[0].config.hidden_sizes else state.SHIPPED
