"""Images a second: the course's loop beside ours, in turns in one run.

Both train 784-128-10 with Adam on the same images, from the same process with the same number of threads. The course's
loop takes each image through torchvision's transforms and a DataLoader; ours is ``mnist_core.training.loop.fit``, an
event after every batch included. Then what it costs a run to look at its network on the way: each recipe beside the
same without, in turns of a few batches. Without MNIST on disk all read generated digits; that changes no speed.

    python benchmarks/training_speed.py
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.generated import generated_splits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.lessons.batches import usual_dataset
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import BatchEvent, TrainingConfig, fit, new_model
from mnist_core.training.recipes import RECIPES, Recipe
from mnist_core.training.records import RunRecord, watched


def course_speed(dataset: Dataset, batch_size: int, batches: int) -> float:
    """Images a second through the course's loop."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = DataLoader(usual_dataset(dataset), batch_size=batch_size, shuffle=True)
    images_seen = 0
    started = time.perf_counter()
    for images, labels in islice(loader, batches):
        loss = loss_function(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        images_seen += len(labels)
    return images_seen / (time.perf_counter() - started)


def our_speed(splits: Splits, batch_size: int, batches: int) -> float:
    """Images a second through ``fit``."""
    model = new_model(MLPConfig(), 0)
    config = TrainingConfig(epochs=1_000, batch_size=batch_size)
    # Validation, which the course's loop does not have, is kept small: only whole epochs would pay for it.
    events = fit(model, splits.train, splits.validation.subset(slice(0, 100)), config)
    images_seen = 0
    started = time.perf_counter()
    for event in islice(events, batches):
        if isinstance(event, BatchEvent):
            images_seen += event.examples
    return images_seen / (time.perf_counter() - started)


def cost_of_looking(splits: Splits, recipe: Recipe, at_a_time: int = 20) -> float:
    """How much more processor time a whole run takes with looks at its network than without, as a ratio.

    The two take turns, so that whatever else the machine does slows both.
    """
    splits = replace(splits, validation=splits.validation.subset(slice(0, 100)))
    seconds = [0.0, 0.0]
    going = [_records(splits, recipe, looks) for looks in (True, False)]
    last = [False, False]
    while not all(last):
        for which, records in enumerate(going):
            started = time.process_time()
            last[which] = len(list(islice(records, at_a_time))) < at_a_time
            seconds[which] += time.process_time() - started
    return seconds[0] / seconds[1]


def _records(splits: Splits, recipe: Recipe, looks: bool) -> Iterator[RunRecord]:
    model, config = new_model(recipe.model_config, 0), recipe.training_config
    view = watched(model, splits.validation) if looks else None
    record = RunRecord(model.config, config, splits.name, len(splits.train), view=view)
    for event in fit(model, splits.train, splits.validation, config):
        record = record.after(event, model)
        yield record


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--looks", type=int, default=3, help="rounds of whole runs, with and without looks")
    parser.add_argument("--threads", type=int, default=1, help="of torch; the app trains on one")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    try:
        splits = load_mnist(default_root(), download=False)
    except DatasetUnavailable:
        splits = generated_splits()
    print(f"{describe()}; {splits.name}; medians of {options.rounds} rounds")
    print(f"{'batch':>5} {'course, images/s':>17} {'ours, images/s':>15} {'ratio':>6}")
    for batch_size in (32, 256):
        batches = 12_800 // batch_size
        pairs = [
            (course_speed(splits.train, batch_size, batches), our_speed(splits, batch_size, 2 * batches))
            for _ in range(options.rounds)
        ]
        course, ours = (statistics.median(speeds) for speeds in zip(*pairs, strict=True))
        ratio = statistics.median(our / their for their, our in pairs)
        print(f"{batch_size:5} {course:17,.0f} {ours:15,.0f} {ratio:6.1f}")
    for recipe in RECIPES[:3]:
        ratios = [cost_of_looking(splits, recipe) for _ in range(options.looks)]
        print(
            f"{recipe.model_config.label}: a run with looks at its network takes {statistics.median(ratios):.3f} times"
        )


if __name__ == "__main__":
    main()
