"""Who trains: the course's loop, ours and those of other libraries, each in a process of its own.

A process has the cores it was given from its first import on, holds one copy of the images, and trains so many batches
whenever it is asked to. So contenders can take turns, and whatever else the machine does slows all of them.

All train a network with one hidden layer and ReLU, by Adam at 1e-3, on the same images in batches of the same size,
shuffled. What a library compiles or prepares it does in a first turn that is not counted.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from mnist_core.data.dataset import Dataset, Splits

HERE = Path(__file__).resolve().parent.parent
RATE = 1e-3
BETAS = (0.9, 0.999)
EPSILON = 1e-8
FEW = 100  # validation images, which others don't have: only whole epochs would pay for them
SPLITS = ("train", "validation", "test")

Turn = Callable[[], int]  # trains; returns how many images it has learned from


@dataclass(frozen=True)
class Job:
    """What a contender trains.

    Attributes:
        data: The file of ``saved``.
        batch_size: Images in a batch.
        width: Neurons of the hidden layer.
        batches: In each turn; no more than the images make.
        cores: That it may use, and threads it is told to use.
        app: The folder of the code that trains, where that is ours.
    """

    data: str
    batch_size: int
    width: int
    batches: int
    cores: int = 1
    app: str = str(HERE)


class Missing(Exception):
    """A contender can't be had here; the message says why."""


# Nothing below imports torch or another such library before a worker's cores are set.


def _splits(job: Job) -> "Splits":
    import torch

    from mnist_core.data.dataset import Dataset, Splits

    torch.set_num_threads(job.cores)
    with np.load(job.data) as file:
        parts = [Dataset(torch.from_numpy(file[f"{part}_x"]), torch.from_numpy(file[f"{part}_y"])) for part in SPLITS]
    return Splits("the images", *parts)


def _course(job: Job) -> Turn:
    """The loop of the PyTorch tutorials: each image through torchvision's transforms, and a DataLoader."""
    from torch import nn, optim
    from torch.utils.data import DataLoader

    from mnist_core.lessons.batches import usual_dataset

    dataset = usual_dataset(_splits(job).train)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, job.width), nn.ReLU(), nn.Linear(job.width, 10))
    loss_function, optimizer = nn.CrossEntropyLoss(), optim.Adam(model.parameters(), lr=RATE)
    loader = DataLoader(dataset, batch_size=job.batch_size, shuffle=True)

    def turn() -> int:
        seen = 0
        for images, labels in islice(loader, job.batches):
            loss = loss_function(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            seen += len(labels)
        return seen

    return turn


def _fit(job: Job) -> Turn:
    """``mnist_core.training.loop.fit``, an event after every batch included."""
    from mnist_core.network.model import MLPConfig
    from mnist_core.training.loop import BatchEvent, TrainingConfig, fit, new_model

    splits = _splits(job)
    config = TrainingConfig(epochs=1_000, batch_size=job.batch_size, learning_rate=RATE)
    validation = splits.validation.subset(slice(0, FEW))
    events = fit(new_model(MLPConfig((job.width,)), 0), splits.train, validation, config)
    batches = (event for event in events if isinstance(event, BatchEvent))
    return lambda: sum(event.examples for event in islice(batches, job.batches))


def _page(job: Job) -> Turn:
    """A run as a page has it: in the queue's thread, with a record after every batch, and looks at the network."""
    from dataclasses import replace

    from mnist_core.jobs import FairQueue
    from mnist_core.network.model import MLPConfig
    from mnist_core.training.loop import TrainingConfig, new_model
    from mnist_core.training.records import trial

    sys.setswitchinterval(0.0005)  # as the server
    splits = _splits(job)
    splits = replace(splits, validation=splits.validation.subset(slice(0, FEW)))
    config = TrainingConfig(epochs=1_000, batch_size=job.batch_size, learning_rate=RATE)
    waiting = FairQueue().submit(trial(new_model(MLPConfig((job.width,)), 0), splits, config), held=True)

    def turn() -> int:
        record = waiting.snapshot().latest
        before, until = (record.examples, record.steps + job.batches) if record else (0, job.batches)
        waiting.go_on(lambda now: now.steps >= until)
        waiting.wait(600)
        record = waiting.snapshot().latest
        assert record
        return record.examples - before

    return turn


def _whole_epoch(job: Job) -> Turn:
    """An epoch of ``fit`` by a new network on as many images as a turn has, all of validation included."""
    from mnist_core.network.model import MLPConfig
    from mnist_core.training.loop import TrainingConfig, fit, new_model

    splits = _splits(job)
    images = splits.train.subset(slice(0, job.batches * job.batch_size))
    config = TrainingConfig(epochs=1, batch_size=job.batch_size, learning_rate=RATE)

    def turn() -> int:
        for _ in fit(new_model(MLPConfig((job.width,)), 0), images, splits.validation, config):
            pass
        return len(images)

    return turn


def _arrays(job: Job) -> tuple[np.ndarray, np.ndarray]:
    """The training images, standardised: float32 [N, 784], and their labels: int32 [N]. Without torch."""
    with np.load(job.data) as file:
        images, labels = file["train_x"], file["train_y"]
    images = images.reshape(len(images), -1).astype(np.float32) / 255
    return (images - 0.1307) / 0.3081, labels.astype(np.int32)


def _sklearn(job: Job) -> Turn:
    """``partial_fit``: one pass over the images it is given, in batches."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((job.width,), alpha=0.0, batch_size=job.batch_size, learning_rate_init=RATE, random_state=0)
    turns = _in_turns(job)

    def turn() -> int:
        images, labels = next(turns)
        model.partial_fit(images, labels, classes=np.arange(10))
        return len(images)

    return turn


def _keras(job: Job) -> Turn:
    """``model.fit`` on JAX, without metrics."""
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    model = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(job.width, activation="relu"), keras.layers.Dense(10)]
    )
    model.compile(keras.optimizers.Adam(RATE), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    turns = _in_turns(job)

    def turn() -> int:
        images, labels = next(turns)
        model.fit(images, labels, batch_size=job.batch_size, verbose=0)
        return len(images)

    return turn


def _in_turns(job: Job) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """As many images as a turn has, one part of them after another, over and over."""
    images, labels = _arrays(job)
    each = job.batches * job.batch_size
    while True:
        for start in range(0, len(images) - each + 1, each):
            yield images[start : start + each], labels[start : start + each]


def _jax(job: Job) -> Turn:
    """A whole turn as one compiled ``lax.scan``, Adam written out."""
    import jax
    import jax.numpy as jnp

    images, labels = (jnp.asarray(array) for array in _arrays(job))
    random = np.random.default_rng(0)

    def loss(weights: Any, x: Any, y: Any) -> Any:
        (w1, b1), (w2, b2) = weights
        logits = jax.nn.relu(x @ w1 + b1) @ w2 + b2
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1).mean()

    def step(state: Any, x: Any, y: Any) -> Any:
        weights, first, second, count = state
        value, gradient = jax.value_and_grad(loss)(weights, x, y)
        count += 1
        first, second = (
            jax.tree.map(lambda mean, g, b=b, p=p: b * mean + (1 - b) * g**p, moment, gradient)
            for moment, b, p in ((first, BETAS[0], 1), (second, BETAS[1], 2))
        )
        rate = RATE / (1 - BETAS[0] ** count)
        scale = 1 / (1 - BETAS[1] ** count)
        weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v * scale) + EPSILON), weights, first, second)
        return (weights, first, second, count), value

    @partial(jax.jit, donate_argnums=0)
    def train(state: Any, order: Any, images: Any, labels: Any) -> Any:
        return jax.lax.scan(lambda state, batch: step(state, images[batch], labels[batch]), state, order)

    def layer(inputs: int, outputs: int) -> tuple[Any, Any]:
        most = inputs**-0.5
        return jnp.asarray(random.uniform(-most, most, (inputs, outputs)), jnp.float32), jnp.zeros(outputs)

    weights = [layer(784, job.width), layer(job.width, 10)]
    state = weights, *(jax.tree.map(jnp.zeros_like, weights) for _ in BETAS), jnp.zeros(())

    def turn() -> int:
        nonlocal state
        order = random.permutation(len(images))[: job.batches * job.batch_size]
        state, losses = train(state, order.reshape(job.batches, job.batch_size), images, labels)
        losses.block_until_ready()
        return order.size

    return turn


CONTENDERS: dict[str, Callable[[Job], Turn]] = {
    "the course's loop": _course,
    "fit": _fit,
    "as a page runs it": _page,
    "scikit-learn": _sklearn,
    "Keras on JAX": _keras,
    "compiled JAX scan": _jax,
    "whole epoch": _whole_epoch,
}


class Contender:
    """A process that trains when asked to. A first turn, which is not counted, has been taken.

    Args:
        name: One of ``CONTENDERS``.
        job: What it trains.

    Raises:
        Missing: If a library is not here, or something went wrong.
    """

    def __init__(self, name: str, job: Job) -> None:
        threads = {f"{library}_NUM_THREADS": str(job.cores) for library in ("OMP", "OPENBLAS", "MKL")}
        self._process = subprocess.Popen(
            [sys.executable, __file__, name, json.dumps(asdict(job))],
            env={**os.environ, **threads},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.speed()

    def speed(self) -> float:
        """Trains for a turn; returns images a second."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            print(file=self._process.stdin, flush=True)
            said = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):  # it has died
            said = "it ended with an error"
        if isinstance(said, str):
            self.close()
            raise Missing(said)
        return float(said)

    def close(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.communicate()


def race(entries: dict[str, tuple[str, Job]], rounds: int) -> dict[str, list[float]]:
    """Lets contenders take turns; returns the images a second of each in every round. Who is missing is named.

    Another one begins each round.

    Args:
        entries: Who takes part, under which name, and what they train.
        rounds: How many turns each has.
    """
    going: dict[str, Contender] = {}
    try:
        for label, (name, job) in entries.items():
            try:
                going[label] = Contender(name, job)
            except Missing as reason:
                print(f"{label}: {reason}", flush=True)
        each = []
        for number in range(rounds):  # nobody always comes after the same one, who leaves caches and a clock behind
            in_turn = list(going.items())
            first = number % len(in_turn)
            each.append({label: contender.speed() for label, contender in in_turn[first:] + in_turn[:first]})
    finally:
        for contender in going.values():
            contender.close()
    return {label: [speeds[label] for speeds in each] for label in going}


@contextmanager
def saved(splits: "Splits") -> Iterator[str]:
    """A file of the data, for all contenders alike; yields its path."""
    arrays: dict[str, Any] = {}
    for part in SPLITS:
        dataset: Dataset = getattr(splits, part)
        arrays |= {f"{part}_x": dataset.images.numpy(), f"{part}_y": dataset.labels.numpy()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "splits.npz"
        np.savez(path, **arrays)
        yield str(path)


def _work(name: str, job: Job) -> None:
    """Answers each line with the images a second of a turn, or once with why there are none."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries say is no answer
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: job.cores])
    sys.path[0] = job.app
    turn: Turn | None = None
    for _ in sys.stdin:
        try:
            turn = turn or CONTENDERS[name](job)
            started = time.perf_counter()
            images = turn()
            answer: float | str = images / (time.perf_counter() - started)
        except ImportError as error:
            answer = f"not here: {error}"
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    _work(sys.argv[1], Job(**json.loads(sys.argv[2])))
