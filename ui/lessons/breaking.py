"""The bench on which networks are broken: what was changed there, so that it can be undone, and what came of it."""

from typing import Any, NamedTuple

import streamlit as st
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.pixel_order import pixel_order
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.breaking import (
    Damage,
    ScoreParts,
    damaged,
    drawn_neurons,
    fed,
    follow_order,
    read_damaged,
    score_parts,
)
from mnist_core.network.model import MLP
from ui.frame import dataset, link, resources, state
from ui.visitor import known_networks, networks

SILENCED, NOISE, BIASES, SHUFFLED = "brk_silenced", "brk_noise", "brk_biases", "brk_shuffled"
SEED = "brk_seed"
IMAGES = 2_000  # that are read after each change: all 5,000 would take longer than a tenth of a second
CURVE_IMAGES = 500  # the first of those: a curve reads them at every point
NEURONS = 10  # of the first layer, whose weights are shown
STEPS_BACK = 20
_NOW, _PAST, _MOVED = "_breaking_now", "_breaking_past", "_breaking_moved"

Setting = dict[str, Any]


def note() -> None:
    """Remembers how the controls of the page stand, if they have changed; called after they are drawn.

    One control moved several times in a row is one step: a slider moved with the keyboard changes at every press.
    What the link leaves out is not remembered: the reader can't change it, so there is nothing to undo. Nor is the
    seed, which does no damage.
    """
    now = {key: st.session_state[key] for key in _starts()}
    before = st.session_state.get(_NOW)
    st.session_state[_NOW] = now
    if before is None or before.keys() != now.keys() or before == now:
        return
    changed = [key for key in now if now[key] != before[key]]
    # The reset of the page may change a single control too, but is no move of it.
    moved = changed[0] if len(changed) == 1 and not st.session_state.get("reset_page") else None
    if moved is None or moved != st.session_state.get(_MOVED):
        _keep([*_past(), before], moved)
    elif _past()[-1] == now:  # moved back to where it was
        _keep(_past()[:-1], None)


def _keep(past: list[Setting], moved: str | None) -> None:
    """Keeps what can be gone back to, and which control the last step was a move of, if of one."""
    st.session_state[_PAST] = past[-STEPS_BACK:]
    st.session_state[_MOVED] = moved


def undo_buttons() -> None:
    """A step back, and an end to all damage; each can be pressed while there is something to undo."""
    if link.is_drawn_already("brk_back"):
        return
    is_damaged = any(st.session_state[key] != start for key, start in _starts().items())
    with st.container(horizontal=True):
        st.button("Undo last", "brk_back", icon=":material/undo:", on_click=_step_back, disabled=not _past())
        st.button("Undo all", "brk_undo", icon=":material/healing:", on_click=_heal, disabled=not is_damaged)


def _past() -> list[Setting]:
    """How the controls stood, the latest last."""
    past: list[Setting] = st.session_state.get(_PAST, [])
    return past


def _step_back() -> None:
    *earlier, last = _past()
    for key, value in last.items():
        st.session_state[key] = value
    st.session_state[_NOW] = last
    _keep(earlier, None)


def _heal() -> None:
    """An end to all damage is a step of its own, which can be undone too."""
    before = st.session_state[_NOW]
    for key, start in _starts().items():
        st.session_state[key] = start
    st.session_state[_NOW] = before | _starts()
    _keep([*_past(), before], None)


def _starts() -> Setting:
    """The controls of damage on the page, each with the value at which it does none."""
    controls = state.page_controls()
    return {key: controls[key] for key in (SILENCED, NOISE, BIASES, SHUFFLED) if key in controls}


def validation() -> Evaluation:
    """What the network in use, undamaged, makes of the images that are read here."""
    whole = networks.validation()
    return Evaluation(whole.logits[:IMAGES], whole.labels[:IMAGES])


class Broken(NamedTuple):
    """What damage came to.

    Attributes:
        evaluation: Of the damaged network, on the damaged images.
        first: The weights of the first neurons of its first layer, torch.float32 [at most 10, 28, 28].
        silent: How many neurons of its last hidden layer are silenced.
        before: The right digit's score in the first image, taken apart, before the damage.
        now: The same after it.
    """

    evaluation: Evaluation
    first: Tensor
    silent: int
    before: ScoreParts
    now: ScoreParts


def broken(damage: Damage, *, ready_made: bool = False) -> Broken:
    """The network in use after the damage, or the ready-made one; for looking at only."""
    splits = dataset.splits()
    return _broken(*_key(ready_made), splits.name, len(splits.validation), damage, _model(ready_made), splits)


def _model(ready_made: bool) -> MLP:
    return resources.shipped_model() if ready_made else networks.model_in_use()[0]


def _key(ready_made: bool) -> tuple[str, str]:
    return ("", state.SHIPPED) if ready_made else networks.owner_and_key()


def dense() -> list[nn.Linear]:
    """The layers of the network in use that have weights, the first one first."""
    return [layer for layer in networks.model_in_use()[0] if isinstance(layer, nn.Linear)]


def has_hidden() -> bool:
    """Whether the network in use has neurons that can fall silent."""
    return len(dense()) > 1


def reads_ready_made() -> bool:
    """Whether the network in use is the ready-made one."""
    return known_networks.key_in_use() == state.SHIPPED


@st.cache_resource(max_entries=64, show_spinner=False)
def _broken(owner: str, key: str, name: str, size: int, damage: Damage, _model: MLP, _splits: Splits) -> Broken:
    copy = damaged(_model, damage)
    plain = _images(_splits)
    images = _shuffled(name, size, damage.seed, _splits) if damage.shuffled else plain
    neurons = drawn_neurons(_model.config, damage.silenced, damage.seed)
    silent, label = neurons[-1] if neurons else plain.labels[:0], int(plain.labels[0])
    return Broken(
        evaluate(copy, images),
        next(copy.parameters())[:NEURONS].view(-1, 28, 28).clone(),
        len(silent),
        score_parts(_model, plain.images[0], label, silent),
        score_parts(copy, images.images[0], label, silent),
    )


def _images(splits: Splits) -> Dataset:
    return splits.validation.subset(slice(0, IMAGES))


@st.cache_resource(max_entries=8, show_spinner=False)
def _shuffled(name: str, size: int, seed: int, _splits: Splits) -> Dataset:
    """Kept, since it takes as long as half of the reading."""
    return fed(_images(_splits), Damage(shuffled=True, seed=seed))


def curve(damages: tuple[Damage, ...], *, ready_made: bool = False) -> list[float]:
    """The share of the first images read after each damage, by the network in use or by the ready-made one."""
    splits = dataset.splits()
    return _curve(*_key(ready_made), splits.name, len(splits.validation), damages, _model(ready_made), splits)


@st.cache_data(max_entries=64, show_spinner=False)
def _curve(
    owner: str, key: str, name: str, size: int, damages: tuple[Damage, ...], _model: MLP, _splits: Splits
) -> list[float]:
    some = _splits.validation.subset(slice(0, CURVE_IMAGES))
    return [read_damaged(_model, some, damage).accuracy for damage in damages]


def followed(seed: int) -> float:
    """The share of shuffled images read by the network in use if its first weights move with the pixels."""
    splits = dataset.splits()
    return _followed(*_key(False), splits.name, len(splits.validation), seed, _model(False), splits)


@st.cache_data(max_entries=64, show_spinner=False)
def _followed(owner: str, key: str, name: str, size: int, seed: int, _model: MLP, _splits: Splits) -> float:
    return evaluate(follow_order(_model, pixel_order(seed)), _shuffled(name, size, seed, _splits)).accuracy
