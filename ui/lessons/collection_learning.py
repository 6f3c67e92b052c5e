"""The network learns on from the reader's own digits, or from those of a made writer: which, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, cast

import streamlit as st

from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.collection import OwnDigit
from mnist_core.lessons.collection_learning import (
    FEWEST,
    MADE_UP,
    OWN,
    TRAINING,
    Learning,
    Parts,
    card,
    learn_on,
    made_writer,
    missing,
    parted,
)
from mnist_core.network.checkpoint import OWN_DIGITS, learned_from
from mnist_core.training.records import score
from mnist_core.training.start import Start
from ui.drawing.keep import kept
from ui.frame import dataset, link
from ui.visitor import known_networks, networks, store

EXPERIMENT, SEED = "learn_on", "learn_seed"
YOURS, MADE_UP_WRITERS = "Yours", "A made-up writer's"
_TRIED = "_learned_on"  # the key of what was tried last
MOST_TRIED = 3


class Setting(NamedTuple):
    """What a training depends on besides the share that is mixed in; two of the same can be compared.

    Attributes:
        start: What it begins with.
        digits: What it learns from, and what is kept back.
        whose: ``OWN`` or ``MADE_UP``.
        seed: Which digits are kept back, and in which order the others come.
        mixed_in: The name of the data set that is mixed in.
        images: How many validation images that has.
    """

    start: Start
    digits: tuple[OwnDigit, ...]
    whose: str
    seed: int
    mixed_in: str
    images: int

    @property
    def parts(self) -> Parts:
        """The digits, those kept back apart."""
        return parted(self.digits, self.seed)

    @property
    def may_flatter(self) -> bool:
        """Whether what is kept back may be what the network learned from before."""
        return self.whose == OWN and OWN_DIGITS in learned_from(self.start.card)


class Latest(NamedTuple):
    """How far a training has come, and with what setting."""

    setting: Setting
    learning: Learning

    @property
    def share_done(self) -> float:
        """Of its epochs, 0 to 1."""
        return (len(self.learning.read) - 1) / TRAINING.epochs


def has_enough(digits: Sequence[OwnDigit]) -> bool:
    """Whether there are enough digits to learn from, and each of the ten among them."""
    return len(digits) >= FEWEST and not missing(digits)


def setting() -> Setting:
    """What the controls say; draws the one for whose digits, where there is a choice."""
    own, splits = kept(), dataset.splits()
    is_own = has_enough(own) and (link.buttons("Whose digits", "learn_whose", (YOURS, MADE_UP_WRITERS), YOURS) == YOURS)
    digits, whose = (tuple(own), OWN) if is_own else (made_writer(), MADE_UP)
    start = networks.starts()[known_networks.key_in_use()]
    return Setting(start, digits, whose, link.seed_below(SEED), splits.name, len(splits.validation))


def as_begun(chosen: Setting) -> Setting:
    """A setting, or that of the last training if what it begins with is the network that came of that.

    Whoever keeps a network reads with it from then on. What it came of is not another setting by that.
    """
    last = latest()
    return last.setting if last and last.learning.model is chosen.start.model else chosen


def train(chosen: Setting, share: float) -> Iterator[Latest]:
    """A training with these settings."""
    config = replace(TRAINING, seed=chosen.seed)
    learnings = learn_on(chosen.start, chosen.parts, dataset.splits(), share, config)
    return map(partial(Latest, chosen), learnings)


def before(chosen: Setting) -> Learning:
    """How the network reads before it learns on."""
    start, kept_back, splits = chosen.start, chosen.parts.kept, dataset.splits()
    elsewhere = networks.validation_of(known_networks.key_in_use(), start.model)
    read = evaluate(start.model, kept_back).choices
    right = len(elsewhere.labels) - len(elsewhere.mistakes)
    return Learning(0.0, (read,), kept_back.labels, (right,), len(splits.validation), start.model)


def tried(latest: Latest) -> dict[float, Learning]:
    """By the share mixed in, what was tried last with this setting; the newest last. Notes the latest."""
    before = cast("tuple[Setting, dict[float, Learning]] | None", st.session_state.get(_TRIED))
    known = before[1] if before and before[0] == latest.setting else {}
    others = {share: learning for share, learning in known.items() if share != latest.learning.share}
    light = replace(latest.learning, model=latest.setting.start.model)  # the trained one takes four megabytes
    kept_ones = dict(list({**others, light.share: light}.items())[-MOST_TRIED:])
    st.session_state[_TRIED] = latest.setting, kept_ones
    return kept_ones


def adopted(latest: Latest) -> str | None:
    """What the trained network goes by among the visitor's; None while it is not there."""
    return next((trained.short for trained in known_networks.own() if trained.model is latest.learning.model), None)


def adopt(latest: Latest) -> None:
    """Keeps the trained network beside the visitor's others, and reads with it everywhere."""
    chosen, learning = latest
    config, parts, splits = replace(TRAINING, seed=chosen.seed), chosen.parts, dataset.splits()
    told = card(chosen.start, learning, parts, chosen.whose, chosen.mixed_in, config)
    is_counted = "validation_accuracy" in told and splits.name == chosen.mixed_in
    validation = score(learning.model, splits.validation) if is_counted else None
    whose = "your" if chosen.whose == OWN else "made-up"
    said = f"{learning.model.config.label}, begun with {chosen.start.name}, {len(parts.learned)} {whose} digits"
    store.add_fine_tuned(store.visitor(), said, learning.model, told, validation)


def latest() -> Latest | None:
    """How far the last training has come."""
    found = store.visitor().experiments.get(EXPERIMENT)
    return cast("Latest | None", found.job.snapshot().latest) if found else None
