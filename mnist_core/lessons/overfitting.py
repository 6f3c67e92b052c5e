"""Learning by heart: a network with few images, what holds it back from that, and when to stop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from mnist_core.data.augmentation import distort
from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.network.functions import softmax
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import EpochEvent, TrainingConfig, new_model
from mnist_core.training.records import trial

EPOCHS = 50  # enough for the training loss to come near 0; a run of 500 images takes seconds
LEARNING_RATE = 1e-3  # Adam's usual start
PATIENCE = 5  # epochs without a new lowest validation loss after which the rule stops


@dataclass(frozen=True)
class Remedies:
    """The settings of a run: how many images, and what holds the network back from learning them by heart.

    Raises:
        ValueError: If a value is out of range, in a sentence that says which.
    """

    images: int = 500  # few enough to learn by heart within seconds
    weight_decay: float = 0.0  # each step takes LEARNING_RATE times this share off every weight
    dropout: float = 0.0  # share of hidden neurons silenced in each training step
    stop_early: bool = False  # after PATIENCE epochs without a new lowest validation loss
    seed: int = 0  # of the images, the first weights, their order, dropout and distortion
    augment: bool = False  # each image distorted anew in every epoch

    def __post_init__(self) -> None:
        if not isinstance(self.images, int) or isinstance(self.images, bool) or self.images < 1:
            raise ValueError(f"The number of training images is a whole number from 1, not {self.images!r}.")
        self.training_config  # noqa: B018 - both check the other values
        self.model_config  # noqa: B018

    @property
    def model_config(self) -> MLPConfig:
        """The course's network, with the dropout asked for."""
        return MLPConfig(dropout=self.dropout)

    @property
    def training_config(self) -> TrainingConfig:
        """How it is trained. AdamW, as Adam alone would not take the same share off every weight."""
        return TrainingConfig(
            EPOCHS, 32, LEARNING_RATE, "adamw", self.seed, weight_decay=self.weight_decay, batches_per_event=32
        )


@dataclass(frozen=True)
class Reading:
    """How the network reads both sets at an epoch's end: all its neurons at work, its weights as they then are."""

    epoch: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class Mistakes:
    """The images read wrongly: how many, and the mean probability given to the wrong answers, 0 to 1."""

    count: int
    confidence: float


@dataclass(frozen=True)
class Study:
    """A run up to some epoch. It holds numbers only.

    Attributes:
        remedies: Its settings.
        dataset: The name of the data set.
        images: How many training images there were.
        readings: One for each epoch so far.
        at_lowest: The mistakes on the validation images where their loss was lowest.
        at_end: The same after the last epoch, once the run is over.
    """

    remedies: Remedies
    dataset: str
    images: int
    readings: tuple[Reading, ...] = ()
    at_lowest: Mistakes | None = None
    at_end: Mistakes | None = None

    @property
    def is_over(self) -> bool:
        """Whether it came to its end, by itself or by the rule."""
        return self.at_end is not None

    @property
    def lowest(self) -> Reading:
        """Where the validation loss turned: the epoch in which it was lowest, the first if there are several."""
        return min(self.readings, key=lambda reading: reading.validation_loss)

    @property
    def last(self) -> Reading:
        """The last epoch so far."""
        return self.readings[-1]


def study(splits: Splits, remedies: Remedies) -> Iterator[Study]:
    """Trains the course's network on some of the training images and reads both sets after each epoch.

    Args:
        splits: What to choose from, and the validation images. The test images are not read.
        remedies: The settings.

    Yields:
        The run so far: at least once an epoch, after every few batches where an epoch has many.
    """
    some = replace(splits, train=some_of(splits.train, remedies.images, remedies.seed))
    model = new_model(remedies.model_config, remedies.seed)
    so_far = Study(remedies, splits.name, len(some.train))
    for record in trial(model, some, remedies.training_config, distort if remedies.augment else None):
        if len(record.epochs) > len(so_far.readings):
            so_far = _read(so_far, record.epochs[-1], model, some)
        yield so_far
        if so_far.is_over:
            return


def _read(so_far: Study, epoch: EpochEvent, model: MLP, some: Splits) -> Study:
    """Adds an epoch, and looks at the mistakes where that is wanted."""
    # The event's own training figures are means over the epoch, with dropout at work: not to be compared.
    train = evaluate(model, some.train)
    reading = Reading(epoch.epoch, train.loss, train.accuracy, epoch.validation_loss, epoch.validation_accuracy)
    so_far = replace(so_far, readings=(*so_far.readings, reading))
    losses = [reading.validation_loss for reading in so_far.readings]
    is_over = epoch.epoch == EPOCHS or (so_far.remedies.stop_early and is_time_to_stop(losses, PATIENCE))
    is_lowest = so_far.lowest is reading
    if not (is_over or is_lowest):
        return so_far
    found = mistakes(evaluate(model, some.validation))
    return replace(
        so_far, at_lowest=found if is_lowest else so_far.at_lowest, at_end=found if is_over else so_far.at_end
    )


def some_of(dataset: Dataset, images: int, seed: int) -> Dataset:
    """Images drawn at random, each at most once. With the same seed, more images contain the fewer.

    Args:
        dataset: What to draw from.
        images: How many; if there are not so many, all.
        seed: Which.

    Returns:
        The drawn ones, in random order.
    """
    order = torch.randperm(len(dataset), generator=torch.Generator().manual_seed(seed))
    return dataset.subset(order[:images])


def is_time_to_stop(losses: Sequence[float], patience: int) -> bool:
    """The rule of stopping early: has the validation loss gone ``patience`` epochs without a new lowest value?

    Args:
        losses: The validation loss of each epoch so far.
        patience: How many epochs to wait, at least 1.

    Returns:
        Whether to stop. See Prechelt (1998), Early Stopping - But When?
    """
    return len(losses) > patience and min(losses[-patience:]) >= min(losses[:-patience])


def mistakes(evaluation: Evaluation) -> Mistakes:
    """Counts the images read wrongly, and how sure the network was of its answers to them."""
    confidence, answers = softmax(evaluation.logits).max(dim=1)  # (N, 10) -> (N,), (N,)
    wrong = answers != evaluation.labels
    return Mistakes(int(wrong.sum()), confidence[wrong].mean().item() if wrong.any() else 0.0)
