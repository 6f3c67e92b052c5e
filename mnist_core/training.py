"""Training: the course's steps, over tensors in memory, as a generator that reports what happens."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mnist_core.data import Dataset, normalize
from mnist_core.evaluation import evaluate
from mnist_core.model import MLP, MLPConfig

# Fused: one pass over the weights instead of several, which is a third of a step's time at batch 32.
OPTIMIZERS: dict[str, Callable[[MLP, "TrainingConfig"], torch.optim.Optimizer]] = {
    "sgd": lambda model, config: torch.optim.SGD(**_common(model, config)),
    "momentum": lambda model, config: torch.optim.SGD(**_common(model, config), momentum=0.9),
    "adam": lambda model, config: torch.optim.Adam(**_common(model, config)),
    "adamw": lambda model, config: torch.optim.AdamW(**_common(model, config)),
}
SCHEDULES = ("constant", "one-cycle")

Augment = Callable[[Tensor, torch.Generator], Tensor]  # torch.uint8 [N, 28, 28] -> the same, distorted


class TrainingDiverged(ArithmeticError):
    """The loss stopped being a number."""


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
        if not (math.isfinite(self.learning_rate) and 0 < self.learning_rate <= 100):
            raise ValueError(f"The learning rate is a number above 0 and up to 100, not {self.learning_rate!r}.")
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


@dataclass
class _Tally:
    """Sums over examples, so that a short last batch counts by its size."""

    loss: float = 0.0
    correct: float = 0.0
    examples: int = 0

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        self.loss += loss.item() * len(labels)
        self.correct += (logits.argmax(1) == labels).sum().item()
        self.examples += len(labels)

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
    """One update of the weights from one batch: the heart of training.

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
    model: MLP, train: Dataset, validation: Dataset, config: TrainingConfig, augment: Augment | None = None
) -> Iterator[BatchEvent | EpochEvent]:
    """Trains a model in place and reports on the way.

    The same model, data and config give the same weights on one machine and thread count, whatever else
    is trained in between. Closing the generator stops before the next batch.

    Args:
        model: Trained in place.
        train: What it learns from.
        validation: What it is judged on at the end of each epoch.
        config: How.
        augment: Distorts each batch of images before it is used.

    Yields:
        A ``BatchEvent`` every ``config.batches_per_event`` batches and at an epoch's last one, and an
        ``EpochEvent`` at each epoch's end.

    Raises:
        TrainingDiverged: If the loss is no longer a number.
    """
    loss_function = nn.CrossEntropyLoss()
    optimizer = OPTIMIZERS[config.optimizer](model, config)
    steps = config.steps_per_epoch(len(train))
    schedule = _schedule(optimizer, config, steps * config.epochs)
    order_generator = torch.Generator().manual_seed(config.seed)
    augment_generator = torch.Generator().manual_seed(config.seed)
    model.seed_dropout(config.seed)

    step = 0
    for epoch in range(1, config.epochs + 1):
        # (N,): shuffled anew in every epoch, or as the images lie
        order = torch.randperm(len(train), generator=order_generator) if config.shuffle else torch.arange(len(train))
        epoch_tally, recent = _Tally(), _Tally()
        for indices in order.split(config.batch_size):
            model.train()  # whoever looked at the model in between may have left it in eval mode
            images, labels = train.images.index_select(0, indices), train.labels.index_select(0, indices)
            if augment:
                images = augment(images, augment_generator)
            loss, logits = train_step(model, normalize(images), labels, loss_function, optimizer)
            if schedule:
                schedule.step()
            step += 1
            recent.add(loss, logits, labels)
            epoch_tally.add(loss, logits, labels)
            _check_loss(epoch_tally.loss, step, config)
            if step % config.batches_per_event == 0 or step == epoch * steps:
                yield BatchEvent(epoch, step, recent.examples, *recent.means())
                recent = _Tally()
        validated = evaluate(model, validation)
        yield EpochEvent(epoch, step, *epoch_tally.means(), validated.loss, validated.accuracy)


def _check_loss(loss: float, step: int, config: TrainingConfig) -> None:
    if not math.isfinite(loss):
        raise TrainingDiverged(
            f"The loss stopped being a number at batch {step}. "
            f"Try a smaller learning rate than {config.learning_rate:g}."
        )


def _schedule(
    optimizer: torch.optim.Optimizer, config: TrainingConfig, steps: int
) -> torch.optim.lr_scheduler.OneCycleLR | None:
    """Smith's one-cycle schedule (2018): warm up for three tenths of the run, then come down to nothing."""
    if config.schedule == "constant":
        return None
    return torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=config.learning_rate, total_steps=steps)
