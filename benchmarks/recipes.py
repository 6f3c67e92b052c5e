"""What the recipes of the training page reach: five seeds each, on the validation images and once in the final test.

The first recipe is what the page starts with. Without MNIST on disk it reads generated digits.

    python benchmarks/recipes.py
"""

import argparse
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from mnist_core.data.dataset import Splits
from mnist_core.data.generated import generated_splits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.training.loop import TrainingDiverged, new_model
from mnist_core.training.recipes import RECIPES, Recipe
from mnist_core.training.records import RunRecord, run


def train(recipe: Recipe, splits: Splits, seed: int) -> tuple[RunRecord, float]:
    """One run of a recipe: its last record, and the seconds of training without the final test."""
    config = replace(recipe.training_config, seed=seed)
    started = time.perf_counter()
    seconds = 0.0
    try:
        for record in run(new_model(recipe.model_config, seed), splits, config):
            if record.test is None:
                seconds = time.perf_counter() - started
    except TrainingDiverged:
        pass  # the last record says so
    return record, seconds


def main() -> None:
    """Prints a line for each recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = parser.parse_args().seeds
    torch.set_num_threads(1)  # as in the app
    try:
        splits = load_mnist(default_root(), download=False)
    except DatasetUnavailable:
        splits = generated_splits()
    print(f"{describe()}; {splits.name}; seeds 0 to {seeds - 1}")
    for recipe in RECIPES:
        results = [train(recipe, splits, seed) for seed in range(seeds)]
        seconds = statistics.median(seconds for _, seconds in results)
        print(f"{recipe.name}: {recipe.model_config.label}, {seconds:.1f} s")
        if any(record.diverged for record, _ in results):
            print(f"  diverged at batch {[record.diverged.step for record, _ in results if record.diverged]}")
            continue
        for what, accuracies in (
            ("validation", [record.epochs[-1].validation_accuracy for record, _ in results]),
            ("final test", [record.test.accuracy for record, _ in results if record.test]),
        ):
            listed = ", ".join(f"{accuracy:.2%}" for accuracy in accuracies)
            print(f"  {what}: {listed}; mean {statistics.mean(accuracies):.2%}")


if __name__ == "__main__":
    main()
