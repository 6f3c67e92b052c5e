"""A run as a record: what was trained, how, and what came of it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from mnist_core.data import Splits
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.model import MLP, MLPConfig
from mnist_core.training import Augment, BatchEvent, EpochEvent, TrainingConfig, fit

MOST_POINTS = 240  # of a curve: more than a phone has pixels to tell apart, few enough to send in milliseconds


@dataclass(frozen=True)
class RunRecord:
    """A run up to some moment. It holds numbers only, never tensors that are still being trained.

    Attributes:
        model_config: The shape of the network.
        training_config: How it is trained.
        dataset: The name of the data set.
        train_size: How many training images there are.
        steps: Batches so far.
        batches: The training curve, at most ``MOST_POINTS`` points; each stands for all batches since the one before.
        epochs: The ends of epochs so far.
        test: The one look at the test images, after the last epoch.
    """

    model_config: MLPConfig
    training_config: TrainingConfig
    dataset: str
    train_size: int
    steps: int = 0
    batches: tuple[BatchEvent, ...] = ()
    epochs: tuple[EpochEvent, ...] = ()
    test: Evaluation | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one pass over the training images."""
        return self.training_config.steps_per_epoch(self.train_size)

    @property
    def total_steps(self) -> int:
        """Batches in the whole run."""
        return self.steps_per_epoch * self.training_config.epochs

    @property
    def examples(self) -> int:
        """Training images seen so far, each epoch anew."""
        epochs, steps = divmod(self.steps, self.steps_per_epoch)
        return epochs * self.train_size + steps * self.training_config.batch_size

    @property
    def total_examples(self) -> int:
        """Training images seen by the end of the run."""
        return self.train_size * self.training_config.epochs

    def card(self) -> dict[str, Any]:
        """What a checkpoint says of this run, as plain JSON values."""
        last = self.epochs[-1] if self.epochs else None
        return {
            "dataset": self.dataset,
            "train_size": self.train_size,
            "seed": self.training_config.seed,
            "training": asdict(self.training_config),
            "epochs_done": len(self.epochs),
            "validation_accuracy": round(last.validation_accuracy, 4) if last else None,
            "test_accuracy": round(self.test.accuracy, 4) if self.test else None,
        }


def run(model: MLP, splits: Splits, config: TrainingConfig, augment: Augment | None = None) -> Iterator[RunRecord]:
    """Trains a model in place, then reads the test images once.

    What a reader tries again and again is a ``trial``, which leaves the test images alone.

    Args:
        model: A new model; trained in place.
        splits: What to learn from and be judged on.
        config: How to train.
        augment: As for ``fit``.

    Yields:
        The record so far, after each event of ``fit`` and once more with the final test.
    """
    record = RunRecord(model.config, config, splits.name, len(splits.train))
    for record in trial(model, splits, config, augment):
        yield record
    yield replace(record, test=evaluate(model, splits.test))


def trial(model: MLP, splits: Splits, config: TrainingConfig, augment: Augment | None = None) -> Iterator[RunRecord]:
    """The same as ``run`` without the test: judged on the validation images alone, so it can be repeated."""
    record = RunRecord(model.config, config, splits.name, len(splits.train))
    for event in fit(model, splits.train, splits.validation, config, augment):
        if isinstance(event, BatchEvent):
            record = replace(record, steps=event.step, batches=thinned((*record.batches, event)))
        else:
            record = replace(record, epochs=(*record.epochs, event))
        yield record


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


def thinned(batches: tuple[BatchEvent, ...]) -> tuple[BatchEvent, ...]:
    """A curve of at most ``MOST_POINTS`` points: when there are more, neighbours are averaged in pairs."""
    if len(batches) <= MOST_POINTS:
        return batches
    pairs = zip(batches[::2], batches[1::2], strict=False)
    rest = batches[len(batches) // 2 * 2 :]
    return (*(_mean(first, second) for first, second in pairs), *rest)


def _mean(first: BatchEvent, second: BatchEvent) -> BatchEvent:
    examples = first.examples + second.examples
    return BatchEvent(
        second.epoch,
        second.step,
        examples,
        (first.loss * first.examples + second.loss * second.examples) / examples,
        (first.accuracy * first.examples + second.accuracy * second.examples) / examples,
    )
