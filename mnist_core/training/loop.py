"""Training: the course's steps, over tensors in memory, as a generator that reports what happens."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.evaluation.accuracy import GUESSING_LOSS, evaluate
from mnist_core.network.backpropagation import Backpropagation
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.schedule import Constant, OneCycle, Schedule
from mnist_core.training.update import MOMENTUM, SGD, Adam, Update

# As PyTorch has them, for ``train_step``. Fused: one pass over the weights instead of several.
OPTIMIZERS: dict[str, Callable[[MLP, "TrainingConfig"], torch.optim.Optimizer]] = {
    "sgd": lambda model, config: torch.optim.SGD(**_common(model, config)),
    "momentum": lambda model, config: torch.optim.SGD(**_common(model, config), momentum=MOMENTUM),
    "adam": lambda model, config: torch.optim.Adam(**_common(model, config)),
    "adamw": lambda model, config: torch.optim.AdamW(**_common(model, config)),
}
SCHEDULES = ("constant", "one-cycle")
USUAL_ADAMW_DECAY = 0.01  # where nobody says otherwise
COPY_EVERY = 10  # batches
AT_ONCE = 256  # images that are made ready together, for several small batches: what they need stays in a core's cache
EXPLODED = 1_000.0  # a batch with such a loss ends a run; most networks that were once there never read again

Augment = Callable[[Tensor, torch.Generator], Tensor]  # torch.uint8 [N, 28, 28] -> the same, distorted


class Batches(Protocol):
    """What a run learns from, batch by batch, as PyTorch's DataLoader gives it: each time through is an epoch."""

    def __len__(self) -> int:
        """How many batches an epoch has."""

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The next epoch: images, torch.uint8 [N, 28, 28], and labels, torch.int64 [N].

        In place of the images there may be what a network is fed, torch.float32 [N, 784], if nothing distorts them.
        """


class TrainingDiverged(ArithmeticError):
    """The loss exploded or stopped being a number; the message is a sentence that says what happened and what to try.

    Attributes:
        step: The batch at which it happened.
        kept_step: After how many batches the weights were as they now are again: the last that were copied and known
            to be better than guessing, else the first ones.
        loss: Of that batch; infinite or nan if it was no number.
    """

    def __init__(self, step: int, kept_step: int, loss: float, learning_rate: float) -> None:
        super().__init__(step, kept_step, loss, learning_rate)  # so that it can be copied and pickled
        self.step, self.kept_step, self.loss, self.learning_rate = step, kept_step, loss, learning_rate

    def __str__(self) -> str:
        grew = f"the loss grew to {self.loss:,.0f}" if math.isfinite(self.loss) else "the loss was no longer a number"
        kept = f"the weights it had after batch {self.kept_step:,}" if self.kept_step else "its first weights"
        return (
            f"At batch {self.step:,} {grew}, so training stopped and went back to {kept}: "
            f"try a smaller learning rate than {self.learning_rate:g}."
        )


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    Raises:
        ValueError: If a value is out of range, in a sentence that says which.
    """

    epochs: int = 5  # passes over the training images; the course's network has learned most by then
    batch_size: int = 32  # the course's choice
    learning_rate: float = 1e-3  # Adam's usual start
    optimizer: str = "adam"  # forgiving: works over a wide range of learning rates
    seed: int = 0  # of the order of the images, dropout and distortion
    weight_decay: float | None = None  # pull of the weights towards 0; None: AdamW's usual 0.01, for the others 0
    shuffle: bool = True  # the order of the images, anew in every epoch; without, they come as they lie
    schedule: str = "constant"  # or "one-cycle": up to the learning rate, then down to nothing
    batches_per_event: int = 1  # more where nobody looks at every batch

    def __post_init__(self) -> None:
        _check_whole("The number of epochs", self.epochs, 1, 1_000)
        _check_whole("The batch size", self.batch_size, 1, 60_000)
        _check_whole("The seed", self.seed, 0, 2**32 - 1)
        _check_whole("batches_per_event", self.batches_per_event, 1, 1_000_000)
        _check_learning_rate(self.learning_rate)
        if self.weight_decay is not None and not 0 <= self.weight_decay <= 10:
            raise ValueError(f"Weight decay is a number from 0 to 10, not {self.weight_decay!r}.")
        if self.optimizer not in OPTIMIZERS:
            raise ValueError(f"The optimizer is one of {', '.join(OPTIMIZERS)}, not {self.optimizer!r}.")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"The schedule is one of {', '.join(SCHEDULES)}, not {self.schedule!r}.")

    def steps_per_epoch(self, images: int) -> int:
        """How many batches ``images`` make; the last one may be short."""
        return math.ceil(images / self.batch_size)


def _common(model: MLP, config: TrainingConfig) -> dict[str, Any]:
    """The arguments all optimizers take."""
    decay = {} if config.weight_decay is None else {"weight_decay": config.weight_decay}
    return {"params": model.parameters(), "lr": config.learning_rate, "fused": True, **decay}


def _check_whole(name: str, value: int, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {value!r}.")


def _check_learning_rate(rate: float) -> None:
    if not (math.isfinite(rate) and 0 < rate <= 100):
        raise ValueError(f"The learning rate is a number above 0 and up to 100, not {rate!r}.")


@dataclass(frozen=True)
class BatchEvent:
    """After one batch, or a stated number of them: means over their examples, as they were before each update."""

    epoch: int  # from 1
    step: int  # batches since the start of the run
    examples: int  # that the means are over
    loss: float
    accuracy: float


@dataclass(frozen=True)
class EpochEvent:
    """At an epoch's end. The training figures are means over the epoch, while the model changed."""

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class RateEvent:
    """Before the next batch the learning rate is set to another one. With a schedule, the whole of it scales along."""

    step: int  # batches done
    learning_rate: float


class RateDial:
    """The learning rate of a run as something to turn while it runs.

    Args:
        changes: Changes to be made again at the batches at which they were made in an earlier run.
    """

    def __init__(self, changes: Iterable[RateEvent] = ()) -> None:
        self._planned = {change.step: change.learning_rate for change in changes}
        self._rate: float | None = None

    def turn(self, learning_rate: float) -> None:
        """Sets the learning rate from the next batch on. For another thread than that of the run.

        Raises:
            ValueError: If it is not above 0 and at most 100.
        """
        _check_learning_rate(learning_rate)
        self._rate = learning_rate

    def rate_after(self, step: int) -> float | None:
        """The learning rate that is wanted after so many batches; None as long as nobody has turned it."""
        if step in self._planned:
            self._rate = self._planned[step]
        return self._rate


class _SafetyCopy:
    """Weights that a run can return to: copied now and then, if the next batch shows them to be worth it."""

    def __init__(self, weights: list[Tensor]) -> None:
        self._weights = weights  # the model's own: they change with it
        self._good, self._latest = ([weight.clone() for weight in weights] for _ in range(2))
        self.step = self._taken = 0  # batches that the good ones and the latest ones have learned from

    def take(self, step: int) -> None:
        """Before a batch. Every time would cost up to a tenth of the speed."""
        if step % COPY_EVERY == 0:
            torch._foreach_copy_(self._latest, self._weights)
            self._taken = step

    def judge(self, loss: float, step: int) -> None:
        """After it, with its loss, which was computed with the weights from before."""
        if step == self._taken and loss <= GUESSING_LOSS:
            self._good, self._latest = self._latest, self._good
            self.step = step

    def restore(self) -> None:
        torch._foreach_copy_(self._weights, self._good)


@dataclass
class _Tally:
    """Sums over examples, so that a short last batch counts by its size."""

    loss: float = 0.0
    correct: int = 0
    examples: int = 0

    def add(self, loss: float, correct: int, examples: int) -> None:
        self.loss += loss * examples
        self.correct += correct
        self.examples += examples

    def means(self) -> tuple[float, float]:
        return self.loss / self.examples, self.correct / self.examples


def new_model(model_config: MLPConfig, seed: int) -> MLP:
    """A network with random weights.

    Args:
        model_config: Its shape.
        seed: Which weights; the same seed gives the same. The process-wide generator is not touched.

    Returns:
        The network, in training mode.
    """
    model = MLP(model_config)
    model.draw_weights(seed)
    return model


def train_step(
    model: MLP, images: Tensor, labels: Tensor, loss_function: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[Tensor, Tensor]:
    """One update of the weights from one batch, with autograd and an optimizer of PyTorch: the heart of training.

    ``Learner`` does the same without them, in less time, and ends with the same weights.

    Args:
        model: Changed in place.
        images: torch.float32 [N, 784], normalized.
        labels: torch.int64 [N].
        loss_function: From logits [N, 10] and labels [N] to one number.
        optimizer: Over the model's parameters.

    Returns:
        The loss, torch.float32 [], and the logits, torch.float32 [N, 10], both from before the update.
    """
    logits = model(images)  # forward: (N, 784) -> (N, 10)
    loss = loss_function(logits, labels)  # cross-entropy: one number for the batch
    optimizer.zero_grad()  # forget the gradients of the last batch
    loss.backward()  # how the loss changes with every weight
    optimizer.step()  # move each weight a little against its gradient
    return loss.detach(), logits.detach()


def fit(
    model: MLP,
    train: Dataset | Batches,
    validation: Dataset,
    config: TrainingConfig,
    augment: Augment | None = None,
    dial: RateDial | None = None,
) -> Iterator[BatchEvent | EpochEvent | RateEvent]:
    """Trains a model in place and reports on the way.

    The same model, data, config and changes of the learning rate give the same weights on one machine and thread
    count, whatever else is trained in between. Closing the generator stops before the next batch.

    Args:
        model: Trained in place.
        train: What it learns from: images to be dealt out in batches, or batches, which then come as they are.
        validation: What it is judged on at the end of each epoch.
        config: How.
        augment: Distorts each batch of images before it is used.
        dial: Changes the learning rate on the way.

    Yields:
        A ``BatchEvent`` every ``config.batches_per_event`` batches and at an epoch's last one, an ``EpochEvent`` at
        each epoch's end, and a ``RateEvent`` before the first batch with another learning rate.

    Raises:
        ValueError: If there is nothing to learn from.
        TrainingDiverged: If the loss of a batch is above ``EXPLODED`` or no number. The model then has
            the last weights again that were known to be better than guessing, at most a few batches old.
    """
    batches = DatasetBatches(train, config, as_images=augment is not None) if isinstance(train, Dataset) else train
    per_epoch = len(batches)
    if not per_epoch:
        raise ValueError("There is no image to learn from.")
    learner = Learner(model, config, per_epoch * config.epochs)
    generator = torch.Generator().manual_seed(config.seed)  # of the distortion
    model.seed_dropout(config.seed)
    for epoch in range(1, config.epochs + 1):
        epoch_tally, recent = _Tally(), _Tally()
        for images, labels in batches:
            if dial and learner.turn_to(dial.rate_after(learner.step)):
                yield RateEvent(learner.step, learner.rate)
            if augment:
                images = augment(images, generator)
            x = images if images.is_floating_point() else normalize(images)
            loss, correct = learner.learn(x, labels)
            recent.add(loss, correct, len(labels))
            epoch_tally.add(loss, correct, len(labels))
            is_last = learner.step == epoch * per_epoch or learner.diverged
            if (is_last or learner.step % config.batches_per_event == 0) and math.isfinite(recent.loss):
                yield BatchEvent(epoch, learner.step, recent.examples, *recent.means())
                recent = _Tally()
            if learner.diverged:
                raise learner.diverged
        validated = evaluate(model, validation)
        yield EpochEvent(epoch, learner.step, *epoch_tally.means(), validated.loss, validated.accuracy)


class DatasetBatches:
    """A data set as ``Batches``: in the order of each epoch, ``config.batch_size`` images at a time.

    Args:
        dataset: What is dealt out.
        config: Of the run.
        as_images: Whether the images come as they lie, or as a network is fed them.
    """

    def __init__(self, dataset: Dataset, config: TrainingConfig, *, as_images: bool) -> None:
        self._images, self._labels, self._config = dataset.images, dataset.labels, config
        self._prepare = (lambda images: images) if as_images else normalize
        self._orders = epoch_orders(len(dataset), config)

    def __len__(self) -> int:
        return self._config.steps_per_epoch(len(self._labels))

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        size = self._config.batch_size
        for some in next(self._orders).split(size * max(1, AT_ONCE // size)):
            x, labels = self._prepare(self._images.index_select(0, some)), self._labels.index_select(0, some)
            yield from zip(x.split(size), labels.split(size), strict=True)


class Learner:
    """A model with what it is trained by.

    Attributes:
        step: Batches so far.
        rate: The learning rate in force; with a schedule, its highest.
        diverged: Why the last batch was the last one, if it was.
    """

    def __init__(self, model: MLP, config: TrainingConfig, total_steps: int) -> None:
        self._network = Backpropagation(model)
        self._update = new_update(config, self._network)
        self._schedule = new_schedule(config, self._update.momentum, total_steps)
        self._safety = _SafetyCopy(self._network.weights)
        self.step, self.rate = 0, config.learning_rate
        self.diverged: TrainingDiverged | None = None

    def turn_to(self, rate: float | None) -> bool:
        """Sets another learning rate, and scales with it all that a schedule computes its next ones from.

        Returns:
            Whether it is another one.
        """
        if rate is None or rate == self.rate:
            return False
        self._schedule.turn(rate / self.rate)
        self.rate = rate
        return True

    def learn(self, x: Tensor, labels: Tensor) -> tuple[float, int]:
        """One batch: forward, back, and every weight a little against its gradient.

        Args:
            x: torch.float32 [N, 784], normalized.
            labels: torch.int64 [N].

        Returns:
            The loss and how many images were read rightly, both from before the update. If the loss exploded, good
            weights are back.
        """
        self._safety.take(self.step)
        mean_loss, logits = self._network.run(x, labels)
        right = logits.numpy().argmax(1) == labels.numpy()  # the same by torch takes four of its operations
        loss, correct = mean_loss.item(), int(np.count_nonzero(right))
        self._update.move(self._schedule.rate, self._schedule.momentum)
        self._safety.judge(loss, self.step)
        self._schedule.advance()
        self.step += 1
        if not loss <= EXPLODED:  # so that nan counts, too
            self._safety.restore()
            self.diverged = TrainingDiverged(self.step, self._safety.step, loss, self.rate)
        return loss, correct


def new_update(config: TrainingConfig, network: Backpropagation) -> Update:
    """The optimizer of a run, with nothing behind it yet."""
    of = network.weights, network.gradients
    if config.optimizer in ("sgd", "momentum"):
        return SGD(*of, config.weight_decay or 0.0, MOMENTUM if config.optimizer == "momentum" else 0.0)
    usual = USUAL_ADAMW_DECAY if config.optimizer == "adamw" else 0.0
    decay = usual if config.weight_decay is None else config.weight_decay
    return Adam(*of, decay, decoupled=config.optimizer == "adamw")


def new_schedule(config: TrainingConfig, momentum: float, total_steps: int) -> Schedule:
    """The learning rates of a run, with their momentum, from its first batch on."""
    if config.schedule == "constant":
        return Constant(config.learning_rate, momentum)
    return OneCycle(config.learning_rate, momentum, total_steps)


def epoch_orders(images: int, config: TrainingConfig) -> Iterator[Tensor]:
    """The order in which each epoch goes through the training images.

    Args:
        images: How many there are.
        config: Of the run.

    Yields:
        torch.int64 [images] for each epoch: shuffled anew, or as the images lie.
    """
    generator = torch.Generator().manual_seed(config.seed)
    for _ in range(config.epochs):
        yield torch.randperm(images, generator=generator) if config.shuffle else torch.arange(images)


def batch_at(train: Dataset, config: TrainingConfig, step: int) -> Dataset:
    """The batch that a run learns from after ``step`` others.

    Args:
        train: What the run learns from.
        config: Of the run.
        step: From 0 to the number of batches in the run, exclusive.
    """
    epoch, place = divmod(step, config.steps_per_epoch(len(train)))
    order = next(islice(epoch_orders(len(train), config), epoch, None))
    return train.subset(order[place * config.batch_size : (place + 1) * config.batch_size])
