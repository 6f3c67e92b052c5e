"""The bench on which networks are broken: what was changed there, so that it can be undone, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import streamlit as st

from ui import dataset, networks, state

if TYPE_CHECKING:
    from torch import Tensor

    from mnist_core.data import Dataset, Splits
    from mnist_core.evaluation import Evaluation
    from mnist_core.model import MLP
    from mnist_core.perturbation import Damage

SILENCED, NOISE, BIASES, SHUFFLED = "brk_silenced", "brk_noise", "brk_biases", "brk_shuffled"
SEED = "brk_seed"
IMAGES = 2_000  # that are read after each change: all 5,000 would take longer than a tenth of a second
CURVE_IMAGES = 1_000  # the first of those: a curve reads them at every point
NEURONS = 10  # of the first layer, whose weights are shown
STEPS_BACK = 20
AMOUNTS: dict[str, tuple[float, ...]] = {
    SILENCED: (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),
    NOISE: (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3),
}
_NOW, _PAST = "_breaking_now", "_breaking_past"

Setting = dict[str, Any]


def note() -> None:
    """Remembers how the controls of the page stand, if they have changed; called after they are drawn.

    What the link leaves out is not remembered: the reader can't change it, so there is nothing to undo.
    """
    now = {key: st.session_state[key] for key in (*_starts(), SEED) if key in state.page_controls()}
    before = st.session_state.get(_NOW)
    if before is not None and before.keys() == now.keys() and before != now:
        st.session_state[_PAST] = [*_past(), before][-STEPS_BACK:]
    st.session_state[_NOW] = now


def undo_buttons() -> None:
    """A step back, and an end to all damage; each can be pressed while there is something to undo."""
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
    st.session_state[_PAST] = earlier


def _heal() -> None:
    """The next run remembers this as a change like any other, so that it can be undone too."""
    for key, start in _starts().items():
        st.session_state[key] = start


def _starts() -> Setting:
    """The controls of damage on the page, each with the value at which it does none."""
    controls = state.page_controls()
    return {key: controls[key] for key in (SILENCED, NOISE, BIASES, SHUFFLED) if key in controls}


def validation() -> Evaluation:
    """What the network in use, undamaged, makes of the images that are read here."""
    from mnist_core.evaluation import Evaluation

    whole = networks.validation()
    return Evaluation(whole.logits[:IMAGES], whole.labels[:IMAGES])


class Broken(NamedTuple):
    """What damage came to.

    Attributes:
        evaluation: Of the damaged network, on the damaged images.
        first: The weights of the first neurons of its first layer, torch.float32 [at most 10, 28, 28].
    """

    evaluation: Evaluation
    first: Tensor


def broken(damage: Damage) -> Broken:
    """The network in use after the damage; for looking at only."""
    splits = dataset.splits()
    model, _ = networks.model_in_use()
    return _broken(*networks.owner_and_key(), splits.name, len(splits.validation), damage, model, splits)


@st.cache_resource(max_entries=64, show_spinner=False)
def _broken(owner: str, key: str, name: str, size: int, damage: Damage, _model: MLP, _splits: Splits) -> Broken:
    from mnist_core import perturbation
    from mnist_core.evaluation import evaluate

    copy = perturbation.damaged(_model, damage)
    images = _shuffled(name, size, damage.seed, _splits) if damage.shuffled else _images(_splits)
    first = next(copy.parameters())[:NEURONS]
    return Broken(evaluate(copy, images), first.view(-1, 28, 28).clone())


def _images(splits: Splits) -> Dataset:
    return splits.validation.subset(slice(0, IMAGES))


@st.cache_resource(max_entries=8, show_spinner=False)
def _shuffled(name: str, size: int, seed: int, _splits: Splits) -> Dataset:
    """Kept, since it takes as long as half of the reading."""
    from mnist_core.perturbation import Damage, fed

    return fed(_images(_splits), Damage(shuffled=True, seed=seed))


def curve(kind: Literal["brk_silenced", "brk_noise"], seed: int) -> list[float]:
    """The share read at each of the ``AMOUNTS`` of one kind of damage alone."""
    splits = dataset.splits()
    model, _ = networks.model_in_use()
    return _curve(*networks.owner_and_key(), splits.name, len(splits.validation), kind, seed, model, splits)


@st.cache_data(max_entries=64, show_spinner=False)
def _curve(
    owner: str, key: str, name: str, size: int, kind: str, seed: int, _model: MLP, _splits: Splits
) -> list[float]:
    from mnist_core.perturbation import Damage, read_damaged

    some = _splits.validation.subset(slice(0, CURVE_IMAGES))
    field = {SILENCED: "silenced", NOISE: "noise"}[kind]
    damages = [Damage(**{field: amount}, seed=seed) for amount in AMOUNTS[kind]]  # type: ignore[arg-type]
    return [read_damaged(_model, some, damage).accuracy for damage in damages]


def followed(seed: int) -> float:
    """The share of shuffled images read by the network in use if its first weights move with the pixels."""
    splits = dataset.splits()
    model, _ = networks.model_in_use()
    return _followed(*networks.owner_and_key(), splits.name, len(splits.validation), seed, model, splits)


@st.cache_data(max_entries=64, show_spinner=False)
def _followed(owner: str, key: str, name: str, size: int, seed: int, _model: MLP, _splits: Splits) -> float:
    from mnist_core.evaluation import evaluate
    from mnist_core.neurons import pixel_order
    from mnist_core.perturbation import follow_order

    return evaluate(follow_order(_model, pixel_order(seed)), _shuffled(name, size, seed, _splits)).accuracy
