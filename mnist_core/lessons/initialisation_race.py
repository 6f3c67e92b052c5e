"""The first hundred batches of networks that begin differently."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from torch import Tensor

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.initialisation import DEEP, SMALL, WIDTH, all_equal, dense, drawn, small_random
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import BatchEvent, TrainingConfig, TrainingDiverged, fit

BATCHES = 100
TRAINING = TrainingConfig(batch_size=32, learning_rate=0.05, optimizer="sgd")  # plain: each step is the gradient's own
SPREADS = {"× 0": 0.0, "× ¼": 0.25, "× 1": 1.0, "× 2": 2.0}  # multiples of his deviation
ACTIVATIONS = {"sigmoid": "sigmoid", "tanh": "tanh", "ReLU": "relu"}  # what each is called, and its name in the code
ONE_LAYER = MLPConfig((10,))  # small enough for all its neurons to be seen
ZERO, EQUAL, RANDOM = "all zero", "all equal", "random"
MOMENTS = (0, 1, 10, 30, 100)  # batches after which the weights are looked at


@dataclass(frozen=True)
class Start:
    """The first batches of a run.

    Attributes:
        losses: Of each batch so far, before the step that it causes.
        has_exploded: Whether the last of these losses was so large that training stopped.
        accuracy: The share of the validation images read rightly in the end, 0 to 1; None before, and if it exploded.
    """

    losses: tuple[float, ...] = ()
    has_exploded: bool = False
    accuracy: float | None = None


def spread_race(splits: Splits, seed: int) -> Iterator[dict[str, Start]]:
    """Trains a deep network from each of ``SPREADS``: the same numbers, multiplied, and the same batches."""
    return race({name: drawn(DEEP, spread, seed) for name, spread in SPREADS.items()}, splits, seed)


def activation_race(splits: Splits, depth: int, seed: int) -> Iterator[dict[str, Start]]:
    """Trains a network with each of ``ACTIVATIONS``: the same first weights, He's, and the same batches."""
    models = {name: drawn(MLPConfig((WIDTH,) * depth, kind), 1.0, seed) for name, kind in ACTIVATIONS.items()}
    return race(models, splits, seed)


def race(models: Mapping[str, MLP], splits: Splits, seed: int) -> Iterator[dict[str, Start]]:
    """Trains several networks side by side on the same first batches.

    Args:
        models: Trained in place, by name.
        splits: Of which data set.
        seed: Of the order of the images.

    Yields:
        How far each has come, batch after batch; last of all with the accuracies.
    """
    going = {name: first_batches(model, splits, seed) for name, model in models.items()}
    so_far = dict.fromkeys(models, Start())
    for _ in range(BATCHES):
        for name, events in list(going.items()):
            try:
                so_far[name] = replace(so_far[name], losses=(*so_far[name].losses, next(events).loss))
            except TrainingDiverged:
                so_far[name] = replace(so_far[name], has_exploded=True)
                del going[name]
        yield dict(so_far)
    for name in going:
        accuracy = evaluate(models[name], splits.validation).accuracy
        so_far[name] = replace(so_far[name], accuracy=accuracy)
    yield dict(so_far)


def share_raced(starts: Mapping[str, Start]) -> float:
    """How much of a race is done, 0 to 1, by the batches of those still in it."""
    return max(len(start.losses) for start in starts.values()) / BATCHES


def first_batches(model: MLP, splits: Splits, seed: int) -> Iterator[BatchEvent]:
    """What ``fit`` says of its first ``BATCHES`` batches.

    Raises:
        TrainingDiverged: As ``fit`` does.
    """
    epochs = math.ceil(BATCHES / TRAINING.steps_per_epoch(len(splits.train)))  # one, but of a very small data set
    events = fit(model, splits.train, splits.validation, replace(TRAINING, epochs=epochs, seed=seed))
    return islice((event for event in events if isinstance(event, BatchEvent)), BATCHES)


@dataclass(frozen=True)
class Grown:
    """A network with one hidden layer at some moment of its training.

    Attributes:
        weights: Of its hidden neurons, torch.float32 [neurons, 28, 28].
        bias: Of its ten scores, torch.float32 [10].
        accuracy: The share of the validation images read rightly, 0 to 1.
    """

    weights: Tensor
    bias: Tensor
    accuracy: float


def grow(beginning: str, splits: Splits, seed: int) -> dict[int, Grown]:
    """Trains a network with one hidden layer and keeps how it was at ``MOMENTS``.

    Args:
        beginning: ``ZERO``, ``EQUAL`` (all weights are ``SMALL``) or ``RANDOM`` (their deviation is).
        splits: Of which data set.
        seed: Of random weights, and of the order of the images.

    Returns:
        The network at each moment.
    """
    model = {
        ZERO: lambda: all_equal(ONE_LAYER, 0.0),
        EQUAL: lambda: all_equal(ONE_LAYER, SMALL),
        RANDOM: lambda: small_random(ONE_LAYER, seed),
    }[beginning]()
    grown = {0: _as_it_is(model, splits)}
    for step, _ in enumerate(first_batches(model, splits, seed), start=1):
        if step in MOMENTS:
            grown[step] = _as_it_is(model, splits)
    return grown


def _as_it_is(model: MLP, splits: Splits) -> Grown:
    first, last = (layer for layer in dense(model))
    weights = first.weight.detach().clone().view(-1, 28, 28)
    return Grown(weights, last.bias.detach().clone(), evaluate(model, splits.validation).accuracy)
