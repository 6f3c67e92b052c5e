"""A training run on the page: what is seen of it while it goes on, and what there is to say once it is over."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
import torch

from mnist_core.figures.curves import training_curve
from mnist_core.figures.train_batch import phase_cards
from mnist_core.figures.train_norms import norm_curves
from mnist_core.figures.train_replay import SIDE, weight_limit
from mnist_core.figures.train_weights import weight_tiles
from mnist_core.jobs import ENDED, Snapshot, State
from mnist_core.lessons.train import BatchSeen
from mnist_core.network.bounds import TooLarge
from mnist_core.network.model import CLASSES, INPUTS, MLPConfig
from mnist_core.network.view import NetworkView
from mnist_core.training.loop import TrainingConfig
from mnist_core.training.records import RunRecord
from mnist_core.training.start import Start
from ui.drawing import network
from ui.drawing.network import Flow, Weights
from ui.frame import link, state, theme
from ui.studio import control
from ui.visitor import known_networks, run_in_words, store
from ui.visitor.store import Mode, TrainedModel, Visitor

NEXT = {
    "mistakes": "See what it gets wrong",
    "certainty": "Ask how sure it is",
    "breaking": "Break it",
    "runs": "Compare it",
}
HEIGHT = 205  # pixels, of the picture of the network
FLOWS: tuple[Flow, ...] = ("forward", "loss", "backward", "update")  # what runs through it in each of control.PHASES
AT_REST = "While it learns, it reads one validation image here."
SAME = "It reads the same validation image all the time"
ANOTHER = "A network with a hidden layer is training now. Stop it to train this one."
BELIEVABLE = 0.5  # this validation accuracy; below it the run went wrong

Concerns = Callable[[MLPConfig], bool]


def everything(network: MLPConfig) -> bool:
    """For a scene that shows a run of whatever network."""
    return True


def show(mode: Mode, blank: RunRecord, concerns: Concerns = everything) -> None:
    """Draws the visitor's run, looking at it again and again until it is over or rests.

    Its curves and its network stand there from the first, empty, and none of them moves while it runs.

    Args:
        mode: What the rest of the page was drawn for; when it no longer holds, the whole page is drawn again.
        blank: What stands there before the first batch: a run that has not begun.
        concerns: Of which networks a run is shown here.
    """
    every = _seconds(store.visitor(), mode)
    scene = state.scene_now()  # asked now: a fragment that is drawn anew can't tell
    st.fragment(_show, run_every=every)(mode, every, blank, concerns, scene)


def not_begun(model_config: MLPConfig, config: TrainingConfig, start: Start | None = None) -> RunRecord:
    """A run before its first batch, for the axes of its curves."""
    return RunRecord(model_config, config, "", 1, start=start)


def _seconds(visitor: Visitor, mode: Mode) -> float | None:
    """Until the page looks at the run again; None if nothing moves."""
    if mode == "slow":
        return control.PHASE_SECONDS / 2
    if mode == "running" and visitor.going:
        return control.poll_seconds(visitor.going.job.snapshot())
    return None


def _show(mode: Mode, every: float | None, blank: RunRecord, concerns: Concerns, scene: int) -> None:
    visitor = store.visitor()
    phase = control.phase(visitor)
    if visitor.mode != mode or control.is_time_to_change(every, _seconds(visitor, mode)):
        st.rerun()  # the buttons and the line below the page change too
    snapshot = visitor.going.job.snapshot() if visitor.going else visitor.last
    record = snapshot.latest if snapshot else None
    if record and not concerns(record.model_config):
        snapshot = record = None
    is_another = visitor.going is not None and snapshot is None
    with st.container(key=f"run_says_{scene}"):
        st.markdown(ANOTHER if is_another else _headline(snapshot, mode, _trained(visitor, record), blank))
    seen = visitor.going.seen if visitor.going and not is_another else None
    with st.container(key=f"run_seen_{scene}"):
        if seen:
            st.html(phase_cards(seen=seen, phase=phase, theme=theme.current()))
        else:
            _curves(record or blank, scene)
    with st.container(key=f"run_network_{scene}"):
        _network(record or blank, seen, phase, scene)


def _trained(visitor: Visitor, record: RunRecord | None) -> TrainedModel | None:
    """What came of a run that is over."""
    return next((trained for trained in visitor.models if record and trained.record is record), None)


def latest(visitor: Visitor) -> TrainedModel | None:
    """The network of the visitor's last run, if that is over and left one."""
    return _trained(visitor, visitor.last.latest if visitor.last else None)


def _headline(snapshot: Snapshot[RunRecord] | None, mode: Mode, trained: TrainedModel | None, blank: RunRecord) -> str:
    """Where the run stands, in a line."""
    record = snapshot.latest if snapshot else None
    if snapshot is None and blank.start:
        return f"It begins with the weights of {blank.start.name}. Press **Train**."
    if snapshot is None:
        return "Not a single image learned yet. Press **Train**."
    match snapshot.state:
        case State.WAITING:
            return f"{control.in_line(snapshot)} It goes on by itself, and you may look at the other pages."
        case State.FAILED if record and record.diverged:
            return f"**{record.diverged}**"
        case State.FAILED if isinstance(snapshot.error, TooLarge):
            return f"**{snapshot.error}**"
        case State.FAILED:
            return "Training ended with an error that is not yours. Please try again."
        case State.CANCELLED if record is None:
            return "Stopped before the first batch, so there is nothing to keep."
        case State.PAUSED if record is None:
            return "It has not seen a batch yet."
    if record is None:
        return "Starting."
    at = f"batch {record.steps:,} of {record.total_steps:,}"
    match snapshot.state:
        case State.CANCELLED:
            return f"Stopped: {record.model_config.label} after {at}{_reached(trained)}. It keeps what it has learned."
        case State.FINISHED:
            return f"Trained in {snapshot.worked:.1f} s{_reached(trained)}."
        case State.PAUSED:
            return f"{'In slow motion:' if mode == 'slow' else 'Paused after'} {at}."
    so_far = f", validation accuracy **{record.epochs[-1].validation_accuracy:.1%}**" if record.epochs else ""
    return f"{at.capitalize()}{so_far}."


def _reached(trained: TrainedModel | None) -> str:
    if trained is None or trained.headline is None:
        return ""
    before = trained.record.before if trained.record else None
    was = f", before it {before.accuracy:.1%}" if before else ""
    return f", validation accuracy **{trained.headline:.1%}**{was}"


def _curves(record: RunRecord, scene: int) -> None:
    with st.container(key=f"run_curves_{scene}"):
        for column, quantity in zip(st.columns(2), ("loss", "accuracy"), strict=True):
            with column:
                theme.show(
                    training_curve(record=record, quantity=quantity, theme=theme.current(), small=True),  # type: ignore[arg-type]
                    key=f"{quantity}_curve_{scene}",
                    description=f"{quantity.capitalize()} over the epochs. Line: training batches. Dots: validation "
                    "images.",
                )


def _network(record: RunRecord, seen: BatchSeen | None, phase: int, scene: int) -> None:
    """The network while it reads one image, as it was last seen; before the first batch, at rest."""
    config = record.model_config
    if not config.hidden_sizes:
        _tiles(record)
        return
    view, flow, said = _moment(record, seen, phase)
    st.caption(AT_REST if view is None else f"{said}: {'an' if view.label == 8 else 'a'} {view.label}.")
    shape = Weights(None, (INPUTS, *config.hidden_sizes, CLASSES), config.activation)
    network.show_view(f"network_{scene}", view, shape, flow=flow, height=HEIGHT)


def _moment(record: RunRecord, seen: BatchSeen | None, phase: int) -> tuple[NetworkView | None, Flow, str]:
    """What is seen of the network, what runs through it, and which image it reads."""
    if seen is None:
        return record.view, "still", SAME
    flow = FLOWS[phase - 1]
    return seen.view_after if flow == "update" else seen.view, flow, "It reads the first image of this batch"


def _tiles(record: RunRecord) -> None:
    """Without a hidden layer, each digit has one large picture; as last kept, and blank before the first batch."""
    weights = record.frames[-1].weights if record.frames else torch.zeros(CLASSES, SIDE, SIDE)
    names = [f"digit {digit}" for digit in range(CLASSES)]
    st.html(weight_tiles(weights=weights, limit=weight_limit(record), theme=theme.current(), names=names))


def offer_to_read() -> None:
    """After a run: a button that lets its network read."""
    trained = latest(store.visitor())
    if trained and trained.has_learned and not link.is_drawn_already("let_it_read"):
        _button_to_read(trained)


def let_it_read(trained: TrainedModel) -> None:
    """The same for any network, and which one reads now."""
    if link.is_drawn_already("let_it_read"):
        return
    in_use = known_networks.key_in_use()
    with st.container(horizontal=True, vertical_alignment="center"):
        _button_to_read(trained)
        now = known_networks.names()[in_use].split(":")[0]
        st.markdown(f"{now} reads now.", width="content")


def _button_to_read(trained: TrainedModel) -> None:
    """Makes a network the one that reads, and leads to the drawing."""
    if st.button("Let it read my drawing", key="let_it_read", icon=":material/draw:"):
        known_networks.choose(trained.key)
        # With parameters, even none: without, Streamlit refuses to leave a link that controls are bound to.
        st.switch_page(state.page("welcome"), query_params={})


def onwards() -> None:
    """Pages that look into a network that was trained."""
    with st.container(horizontal=True, key="onwards"):
        for stem, label in NEXT.items():
            st.page_link(state.page(stem), label=label, icon=":material/arrow_forward:", width="content")


def in_numbers(mode: Mode) -> None:
    """The run in words and numbers, and its curves where small differences are seen."""
    st.fragment(_in_numbers, run_every=_seconds(store.visitor(), mode))()


def _in_numbers() -> None:
    visitor = store.visitor()
    snapshot = visitor.going.job.snapshot() if visitor.going else visitor.last
    record = snapshot.latest if snapshot else None
    if snapshot is None or record is None:
        st.markdown("Once a run goes on, its speed, its curves on a logarithmic scale and its gradients stand here.")
        return
    st.markdown(f"{run_in_words.settings(record)}.")
    _speed(snapshot, record)
    st.markdown(
        "The same curves on a logarithmic scale: each step up means ten times as much, so that small differences late "
        "in a run become visible. The accuracy stands there as the share misclassified."
    )
    for column, quantity in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        with column:
            theme.show(
                training_curve(record=record, quantity=quantity, theme=theme.current(), logarithmic=True),  # type: ignore[arg-type]
                key=f"log_{quantity}",
                description=f"{quantity.capitalize()} over the epochs on a logarithmic scale.",
            )
    _lengths(record)


def _speed(snapshot: Snapshot[RunRecord], record: RunRecord) -> None:
    speed = record.examples / max(snapshot.worked, 1e-3)
    with st.container(horizontal=True, gap="large"):
        st.metric("Epochs done", f"{len(record.epochs)} of {record.training_config.epochs}", width="content")
        st.metric("Images per second", f"{speed:,.0f}", width="content")
        if snapshot.state in ENDED:
            st.metric("Time taken", f"{snapshot.worked:.1f} s", width="content")
        else:
            st.metric("Time left", "…" if snapshot.left is None else f"{snapshot.left:.0f} s", width="content")


def _lengths(record: RunRecord) -> None:
    """How long the weights of each layer are, and their gradients."""
    if not record.norms:
        return
    st.markdown(
        "How steep the slopes are, which is the norm of the **gradient**, and how large the weights have grown: one "
        "number for each layer."
    )
    left, right = st.columns(2)
    with left:
        theme.show(
            norm_curves(record=record, what="gradients", theme=theme.current()),
            key="gradient_norms",
            description="The length of the gradient of each layer over the epochs.",
        )
    with right:
        theme.show(
            norm_curves(record=record, what="weights", theme=theme.current()),
            key="weight_norms",
            description="The length of the weights of each layer over the epochs.",
        )


def final_test() -> None:
    """What the last run came to on the test images, and what looking at them often invites."""
    trained = latest(store.visitor())
    record = trained.record if trained else None
    st.subheader("The final test", anchor=False)
    if record and record.test:
        st.markdown(
            f"Final test: it classifies **{record.test.accuracy:.2%}** of {record.test.images:,} images correctly that "
            "it has never seen."
        )
        if record.test.accuracy < BELIEVABLE:
            st.markdown("Guessing gives 10%. Start from one of the recipes, and change one thing at a time.")
    st.markdown(
        "The **test** images are a third set. A run reads them once, at its very end, because you may have chosen your "
        "settings by looking at the validation images. Looking here after every run invites the same: whoever keeps "
        "the run with the best test has chosen by the test, and no images are left for an honest last look."
    )
