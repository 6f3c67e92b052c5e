"""A run as a record: what was trained, how, what was seen on the way, and what came of it."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.network.view import NetworkView, first_neurons, look
from mnist_core.training.loop import (
    Augment,
    BatchEvent,
    EpochEvent,
    RateDial,
    RateEvent,
    TrainingConfig,
    TrainingDiverged,
    fit,
)
from mnist_core.training.start import Start

MOST_POINTS = 240  # of a curve: more than a phone has pixels to tell apart, few enough to send in milliseconds
MOST_FRAMES = 20  # pictures of the weights kept from a run
MOST_NEURONS = 20  # that are in each; a run then keeps 630 kB of them
# Between two looks at the network; one takes as long as a batch of 32, and all of them half a percent of a training.
BATCHES_PER_VIEW = 300  # a quarter of a second of the course's network: no page looks more often
WORK_PER_VIEW = 2e9  # weights × images: where a batch takes longer, there are fewer between two looks
LARGEST_HALF = torch.finfo(torch.float16).max  # 65,504; a run about to diverge may have larger weights


@dataclass(frozen=True)
class Score:
    """How well a model reads some images.

    Attributes:
        images: How many.
        loss: The mean cross-entropy.
        accuracy: The share read rightly, 0 to 1.
    """

    images: int
    loss: float
    accuracy: float


def score(model: MLP, dataset: Dataset) -> Score:
    """Lets a model read a data set, as ``evaluate`` does, and keeps what it comes to."""
    evaluation = evaluate(model, dataset)
    return Score(len(dataset), evaluation.loss, evaluation.accuracy)


@dataclass(frozen=True)
class Norms:
    """The lengths of each dense layer's weights and of their gradient, each layer's taken as one row of numbers.

    Attributes:
        step: After how many batches.
        weights: For each layer, from the pixels on.
        gradients: The same, of the last batch's gradient.
    """

    step: int
    weights: tuple[float, ...]
    gradients: tuple[float, ...]

    @property
    def is_finite(self) -> bool:
        """Whether all are numbers, as they are unless the run has just diverged."""
        return all(map(math.isfinite, (*self.weights, *self.gradients)))


@dataclass(frozen=True)
class Frame:
    """The weights of the first neurons of the first layer at one moment.

    Attributes:
        step: After how many batches.
        weights: torch.float16 [at most ``MOST_NEURONS``, 28, 28].
    """

    step: int
    weights: Tensor = field(compare=False)


@dataclass(frozen=True)
class RunRecord:
    """A run up to some moment. It holds numbers and copies only, never tensors that are still being trained.

    Attributes:
        model_config: The shape of the network.
        training_config: How it is trained.
        dataset: The name of the data set.
        train_size: How many training images there are.
        steps: Batches so far.
        batches: The training curve: the first batch, then a point for each ``batches_per_point`` batches, the last one
            as far as it has come.
        epochs: The ends of epochs so far.
        rates: Changes of the learning rate on the way.
        norms: One for each point of the curve that is complete.
        frames: The weights as pictures at ``frame_moments``.
        diverged: Why the run ended before its time, if its loss exploded.
        test: The one look at the test images, after the last epoch.
        view: The network while it reads one validation image, always the same, as it was after the last of every
            ``batches_per_view``; at the end as it then is, and after a run that diverged, with the weights it went back
            to. None where the record did not begin with one.
        start: The network whose weights it began with; None: they were random.
        before: How that one reads the validation images, before the first batch of this run.
    """

    model_config: MLPConfig
    training_config: TrainingConfig
    dataset: str
    train_size: int
    steps: int = 0
    batches: tuple[BatchEvent, ...] = ()
    epochs: tuple[EpochEvent, ...] = ()
    rates: tuple[RateEvent, ...] = ()
    norms: tuple[Norms, ...] = ()
    frames: tuple[Frame, ...] = ()
    diverged: TrainingDiverged | None = field(default=None, compare=False)
    test: Score | None = None
    view: NetworkView | None = field(default=None, compare=False)
    start: Start | None = None
    before: Score | None = None
    _due: int = field(default=0, repr=False, compare=False)  # no batch before this has more to note than its loss

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass over the training images."""
        return self.training_config.steps_per_epoch(self.train_size)

    @property
    def total_steps(self) -> int:
        """Batches in the whole run."""
        return self.steps_per_epoch * self.training_config.epochs

    @property
    def batches_per_point(self) -> int:
        """How many batches a point of the training curve stands for."""
        return -(-self.total_steps // MOST_POINTS)

    @property
    def batches_per_view(self) -> int:
        """How many batches the newest view of the network may be old."""
        work = self.model_config.parameter_count * self.training_config.batch_size
        return max(1, min(BATCHES_PER_VIEW, int(WORK_PER_VIEW / work)))

    @property
    def examples(self) -> int:
        """Training images seen so far, each epoch anew."""
        epochs, steps = divmod(self.steps, self.steps_per_epoch)
        return epochs * self.train_size + steps * self.training_config.batch_size

    @property
    def total_examples(self) -> int:
        """Training images seen by the end of the run."""
        return self.train_size * self.training_config.epochs

    @property
    def share_done(self) -> float:
        """The share of its batches that it has learned from, 0 to 1."""
        return self.steps / self.total_steps

    @property
    def learned_steps(self) -> int:
        """The batches that the weights have learned from: those of a run that diverged went back to earlier ones."""
        return self.diverged.kept_step if self.diverged else self.steps

    @property
    def learning_rate(self) -> float:
        """The learning rate last set; with a schedule, its highest."""
        return self.rates[-1].learning_rate if self.rates else self.training_config.learning_rate

    def after(self, event: BatchEvent | EpochEvent | RateEvent, model: MLP) -> "RunRecord":
        """The record one event later.

        Args:
            event: From ``fit``.
            model: As the event left it; only looked at.
        """
        if isinstance(event, RateEvent):
            return replace(self, steps=event.step, rates=(*self.rates, event))
        if isinstance(event, EpochEvent):
            return replace(self, epochs=(*self.epochs, event))
        record = replace(self, steps=event.step, batches=self._extended(event))
        return record if event.step < self._due else record._looked_at(model, self.steps)

    def _looked_at(self, model: MLP, before: int) -> "RunRecord":
        """The record with what is to be noted of the model now, when ``before`` batches were done at the last event."""
        norms, frames, view, step = self.norms, self.frames, self.view, self.steps
        if step % self.batches_per_point == 0 and (new := _norms(model, step)).is_finite:
            norms = (*norms, new)
        if step >= self._next_frame():
            frames = (*frames, _frame(model, step))
        if step // self.batches_per_view > before // self.batches_per_view or step == self.total_steps:
            view = _renewed(view, model)
        record = replace(self, norms=norms, frames=frames, view=view)
        nexts = (step // every * every + every for every in (self.batches_per_point, self.batches_per_view))
        return replace(record, _due=min(*nexts, record._next_frame(), self.total_steps))

    def _extended(self, event: BatchEvent) -> tuple[BatchEvent, ...]:
        """The curve with one more event, which completes its last point or begins another one."""
        if self.steps <= 1 or self.steps % self.batches_per_point == 0:  # the first batch stands for itself
            return (*self.batches, event)
        return (*self.batches[:-1], _mean(self.batches[-1], event))

    def _next_frame(self) -> int:
        last = self.frames[-1].step if self.frames else -1
        return next((moment for moment in frame_moments(self.total_steps) if moment > last), self.total_steps + 1)

    def card(self) -> dict[str, Any]:
        """What a checkpoint says of this run, as plain JSON values."""
        last = self.epochs[-1] if self.epochs else None
        began = {"began_with": self.start.on_card()} if self.start else {}
        return {
            **began,
            "dataset": self.dataset,
            "train_size": self.train_size,
            "seed": self.training_config.seed,
            "training": asdict(self.training_config),
            "learning_rate_changes": [asdict(change) for change in self.rates],
            "batches_done": self.learned_steps,
            "epochs_done": len(self.epochs),
            "validation_accuracy": round(last.validation_accuracy, 4) if last else None,
            "test_accuracy": round(self.test.accuracy, 4) if self.test else None,
        }


@lru_cache(maxsize=64)
def frame_moments(total_steps: int) -> tuple[int, ...]:
    """When the weights of a run are kept as pictures: often at first, when they change most.

    Args:
        total_steps: Batches in the run.

    Returns:
        At most ``MOST_FRAMES`` numbers of batches, ascending, from 0 to ``total_steps``.
    """
    shares = [(index / (MOST_FRAMES - 1)) ** 2 for index in range(MOST_FRAMES)]
    return tuple(sorted({round(total_steps * share) for share in shares}))


def run(
    model: MLP,
    splits: Splits,
    config: TrainingConfig,
    augment: Augment | None = None,
    dial: RateDial | None = None,
    start: Start | None = None,
) -> Iterator[RunRecord]:
    """Trains a model in place, then reads the test images once.

    What a reader tries again and again is a ``trial``, which leaves the test images alone.

    Args:
        model: A new model, or a copy of ``start``'s; trained in place.
        splits: What to learn from and be judged on.
        config: How to train.
        augment: As for ``fit``.
        dial: As for ``fit``.
        start: Whose weights the model has, if they are not random.

    Yields:
        The record so far, after each event of ``fit`` and once more with the final test.

    Raises:
        TrainingDiverged: As ``fit``, after a last record that says so.
    """
    record = RunRecord(model.config, config, splits.name, len(splits.train))
    for record in trial(model, splits, config, augment, dial, start):
        yield record
    yield replace(record, test=score(model, splits.test))


def trial(
    model: MLP,
    splits: Splits,
    config: TrainingConfig,
    augment: Augment | None = None,
    dial: RateDial | None = None,
    start: Start | None = None,
) -> Iterator[RunRecord]:
    """The same as ``run`` without the test: judged on the validation images alone, so it can be repeated."""
    record = RunRecord(
        model.config,
        config,
        splits.name,
        len(splits.train),
        frames=(_frame(model, 0),),
        view=watched(model, splits.validation),
        start=start,
        before=score(model, splits.validation) if start else None,
    )
    try:
        for event in fit(model, splits.train, splits.validation, config, augment, dial):
            record = record.after(event, model)
            yield record
    except TrainingDiverged as diverged:
        # Another of the same: the one raised holds on to all that was on its way, tensors included.
        yield replace(record, diverged=TrainingDiverged(*diverged.args), view=_renewed(record.view, model))
        raise


def watched(model: MLP, validation: Dataset) -> NetworkView:
    """A network reading the image that a run is watched with, with the weights of its first neurons.

    Args:
        model: Only looked at.
        validation: Its first image that is no 1, or else its first, is the one: a 1 has little ink.

    Returns:
        The view; always of the same neurons, those whose weights are in a ``Frame``.
    """
    at = int((validation.labels != 1).int().argmax())
    image, label = validation.images[at] / 255, int(validation.labels[at])
    return look(model, image, label=label, with_weights=True, shown=first_neurons(model.config))


def _renewed(view: NetworkView | None, model: MLP) -> NetworkView | None:
    """The same image and neurons, as the network is now."""
    if view is None:
        return None
    shown = [layer.shown for layer in view.layers]
    return look(model, view.image, label=view.label, with_weights=True, shown=shown)


@torch.no_grad()
def _norms(model: MLP, step: int) -> Norms:
    weights = [layer.weight for layer in model if isinstance(layer, nn.Linear)]
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    return Norms(step, lengths(weights), lengths(gradients))


def lengths(tensors: list[Tensor]) -> tuple[float, ...]:
    """The length of each of some tensors, taken as one row of numbers: the root of the sum of squares."""
    return tuple(length.item() for length in torch._foreach_norm(tensors)) if tensors else ()


def _frame(model: MLP, step: int) -> Frame:
    first = next(layer for layer in model if isinstance(layer, nn.Linear))
    weights = first.weight.detach()[:MOST_NEURONS].clamp(-LARGEST_HALF, LARGEST_HALF)
    return Frame(step, weights.to(torch.float16).view(-1, 28, 28))


def side_by_side(runs: Mapping[str, Iterator[RunRecord]]) -> Iterator[dict[str, RunRecord]]:
    """Lets several runs take turns, event by event, so that they can be watched together.

    Args:
        runs: From ``trial`` or ``run``, by name.

    Yields:
        The latest record of each run that has begun, after each event.
    """
    latest: dict[str, RunRecord] = {}
    going = dict(runs)
    while going:
        for name, iterator in list(going.items()):
            record = next(iterator, None)
            if record is None:
                del going[name]
            else:
                latest = {**latest, name: record}
                yield latest


def _mean(first: BatchEvent, second: BatchEvent) -> BatchEvent:
    examples = first.examples + second.examples
    return BatchEvent(
        second.epoch,
        second.step,
        examples,
        (first.loss * first.examples + second.loss * second.examples) / examples,
        (first.accuracy * first.examples + second.accuracy * second.examples) / examples,
    )
