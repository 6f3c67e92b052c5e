"""Images a second: ours beside the course's loop and other libraries, in turns in one run.

All train the same network with Adam on the same images, each in a process of its own on one core (Keras and JAX also
on two), as ``benchmarks/contenders.py`` says. What stands beside each is how many times as fast ``fit`` is: the median
of the rounds' ratios. Then what it costs a run to look at its network on the way: each recipe beside the same without,
in turns of a few batches. Without MNIST on disk all read generated digits; that changes no speed.

    python benchmarks/training_speed.py
    python benchmarks/training_speed.py --before FOLDER     beside another version: git worktree add FOLDER COMMIT

Libraries that are not here are named, and left out; benchmarks/peers.txt says how to get them.
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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.contenders import Job, race, saved
from benchmarks.machine import describe
from mnist_core.data.dataset import Splits
from mnist_core.data.generated import generated_splits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.training.loop import fit, new_model
from mnist_core.training.recipes import RECIPES, Recipe
from mnist_core.training.records import RunRecord, watched

OURS = "fit"
PEERS = {"scikit-learn": (1,), "Keras on JAX": (1, 2), "compiled JAX scan": (1, 2)}  # and on how many cores
SETTINGS = ((32, 128), (256, 128), (64, 256))  # batch size, neurons
A_TURN = 25_600  # images


def digits() -> Splits:
    """MNIST where it is on disk, else generated digits."""
    try:
        return load_mnist(default_root(), download=False)
    except DatasetUnavailable:
        return generated_splits()


def entries(data: str, images: int, batch_size: int, width: int, before: Path | None) -> dict[str, tuple[str, Job]]:
    """Who takes part, and what they train.

    Args:
        data: The file with the images.
        images: How many of them there are to learn from.
        batch_size: Images in a batch.
        width: Neurons of the hidden layer.
        before: The folder of another version, whose ``fit`` takes part.
    """
    job = Job(data, batch_size, width, min(A_TURN, images) // batch_size)
    found = {
        OURS: ("fit", job),
        "as a page runs it": ("as a page runs it", job),
        "the course's loop": ("the course's loop", replace(job, batches=job.batches // 8)),  # or all wait for it
    }
    if before:
        found[f"fit of {before.resolve().name}"] = "fit", replace(job, app=str(before.resolve()))
    for name, cores_of in PEERS.items():
        found |= {
            f"{name}, {cores} cores" if cores > 1 else name: (name, replace(job, cores=cores)) for cores in cores_of
        }
    return found


def compare(splits: Splits, batch_size: int, width: int, before: Path | None, rounds: int) -> None:
    """Lets all train the same network in turns, and prints a table."""
    print(f"\n784-{width}-10, batches of {batch_size}\n{'':24} {'images/s':>9} {'fit against it':>15}")
    with saved(splits) as data:
        speeds = race(entries(data, len(splits.train), batch_size, width, before), rounds)
    for name, found in speeds.items():
        ratio = statistics.median(ours / theirs for ours, theirs in zip(speeds[OURS], found, strict=True))
        print(f"{name:24} {statistics.median(found):9,.0f} {ratio:15.2f}", flush=True)


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
    parser.add_argument("--before", type=Path, help="the folder of another version, whose fit takes part")
    options = parser.parse_args()
    torch.set_num_threads(1)
    splits = digits()
    print(f"{describe()}; {splits.name}; medians of {options.rounds} rounds; one core where not said otherwise")
    for batch_size, width in SETTINGS:
        compare(splits, batch_size, width, options.before, options.rounds)
    for recipe in RECIPES[:3] if options.looks else ():
        ratios = [cost_of_looking(splits, recipe) for _ in range(options.looks)]
        print(
            f"{recipe.model_config.label}: a run with looks at its network takes {statistics.median(ratios):.3f} times"
        )


if __name__ == "__main__":
    main()
