"""The training step each visitor has under the microscope. It is the session's own; nobody else sees or moves it."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st
import torch

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.lessons.step import Phase, SlowStep, partly_trained
from mnist_core.lessons.step_ruler import Ruler, measure
from mnist_core.network.model import CLASSES, INPUTS, MLP, MLPConfig
from mnist_core.training.loop import new_model
from ui.drawing import network
from ui.drawing.network import Flow, Weights

RATE = "step_rate"  # the key of the control
HEIGHT = 235  # pixels, of the picture of the network
FLOWS: dict[Phase, Flow] = {"forward": "forward", "loss": "loss", "backward": "backward", "step": "update"}
_KEY = "_microscope"


@dataclass(frozen=True)
class StepSetting:
    """What the step starts from. With another setting it starts again.

    Attributes:
        digits: The name of the data set.
        images: How many are in the batch.
        seed: Which images, and which weights a new network has.
        hidden: The widths of the hidden layers.
        is_new: Whether the network has random weights, or has begun to learn.
        optimizer: Its name.
    """

    digits: str
    images: int
    seed: int
    hidden: tuple[int, ...]
    is_new: bool
    optimizer: str


@dataclass
class _Microscope:
    setting: StepSetting
    slow: SlowStep
    batch: Dataset
    ruler: tuple[object, Ruler] | None = None  # and the step it was measured for
    has_new_digits: bool = False  # and has therefore begun again
    rate: float = 0.05  # where the control stands, or what the link says of it when it is hidden


def of_session(setting: StepSetting, splits: Splits) -> SlowStep:
    """The visitor's own step; a new one if there is none with this setting, or the page has just been reset."""
    found = st.session_state.get(_KEY)
    if found is None or found.setting != setting or st.session_state.get("reset_page"):
        st.session_state[_KEY] = new = _new(setting, splits)
        if found is not None and found.slow.moment.phase is not None:
            new.has_new_digits = found.setting != setting == replace(found.setting, digits=setting.digits)
    return _current().slow


def has_new_digits() -> bool:
    """Whether the step has begun again because other digits came into use in the middle of it."""
    return _current().has_new_digits


def _new(setting: StepSetting, splits: Splits) -> _Microscope:
    generator = torch.Generator().manual_seed(setting.seed)
    images = torch.randperm(len(splits.train), generator=generator)[: setting.images]
    batch = splits.train.subset(images)
    if setting.is_new:
        model = new_model(MLPConfig(setting.hidden), setting.seed)
    else:
        model = copy.deepcopy(_partly_trained(setting.hidden, setting.digits, splits))
    slow = SlowStep(model, normalize(batch.images), batch.labels, setting.optimizer)
    return _Microscope(setting, slow, batch)


@st.cache_resource(max_entries=8, show_spinner=False)
def _partly_trained(hidden: tuple[int, ...], digits: str, _splits: Splits) -> MLP:
    """Shared by all visitors, so it is only ever copied."""
    return partly_trained(MLPConfig(hidden), _splits)


def batch() -> Dataset:
    """The images and labels of the batch."""
    return _current().batch


def show_network() -> None:
    """The network while it reads the first image of the batch, as the last phase has left it; before that, at rest."""
    slow = _current().slow
    moment, config = slow.moment, slow.model.config
    label = int(slow.labels[0])
    reads = "reads" if moment.phase else "will read"
    st.caption(f"The network {reads} the first image of the batch: {'an' if label == 8 else 'a'} {label}.")
    flow = FLOWS.get(moment.phase, "still") if moment.phase and not moment.skipped else "still"
    shape = Weights(None, (INPUTS, *config.hidden_sizes, CLASSES), config.activation)
    view = slow.view() if moment.phase else None
    network.show_view("step_network_picture", view, shape, flow=flow, height=HEIGHT)


def set_rate(rate: float) -> None:
    """Notes the learning rate for the next press."""
    _current().rate = rate


def rate() -> float:
    """The learning rate as its control says now, also before that is drawn again; as noted, where it is hidden."""
    return float(st.session_state.get(RATE, _current().rate))


def press(skip: bool = False) -> None:
    """Does the next phase, or leaves it out; for a button."""
    if _KEY not in st.session_state:  # two clicks before the page was drawn again: the other was "Start again"
        return
    _current().slow.advance(rate(), skip)


def start_again() -> None:
    """Goes back to before the first phase; for a button."""
    st.session_state.pop(_KEY, None)


def ruler(rates: Sequence[float]) -> Ruler:
    """The loss after the next step for each of some rates; measured once for each step."""
    microscope = _current()
    coming = microscope.slow.moment.coming_step
    if microscope.ruler is None or microscope.ruler[0] != coming:
        microscope.ruler = coming, measure(microscope.slow, rates)
    return microscope.ruler[1]


def _current() -> _Microscope:
    microscope: _Microscope = st.session_state[_KEY]
    return microscope
