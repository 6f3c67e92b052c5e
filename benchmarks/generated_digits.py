"""How fast digits are generated, and how well a network that has seen no others reads MNIST.

    python benchmarks/generated_digits.py

MNIST is read from the folder named by MNIST_DATA_DIR, or from ``data`` in the project; nothing is downloaded.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from mnist_core.data.dataset import Dataset
from mnist_core.data.generated import make_digits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import EpochEvent, TrainingConfig, fit, new_model

TIMED_DIGITS = 12_000
REPEATS = 5


def main() -> None:
    """Reads the command line, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", type=int, default=60_000, help="generated digits to train on (60000)")
    parser.add_argument("--epochs", type=int, default=10, help="passes over them (10)")
    parser.add_argument("--digits-seed", type=int, default=1, help="which digits (1)")
    parser.add_argument("--model-seed", type=int, default=0, help="which initial weights and order (0)")
    options = parser.parse_args()

    print(describe())
    print_speed()
    try:
        test = load_mnist(default_root(), download=False).test
    except DatasetUnavailable as reason:
        raise SystemExit(f"No accuracy without MNIST: {reason} Set MNIST_DATA_DIR to a folder that has it.") from None
    model = train(options.digits, options.epochs, options.digits_seed, options.model_seed)
    print_accuracy(evaluate(model, test))


def print_speed() -> None:
    """Times the generator, after one call that prepares its tables."""
    make_digits(1, seed=0)
    seconds = []
    for repeat in range(REPEATS):
        start = time.perf_counter()
        make_digits(TIMED_DIGITS, seed=repeat)
        seconds.append(time.perf_counter() - start)
    spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
    print(f"{TIMED_DIGITS:,} digits in {statistics.median(seconds):.2f} s (median of {REPEATS}, {spread})")


def train(digits: int, epochs: int, digits_seed: int, model_seed: int) -> MLP:
    """Trains 784-128-10 on generated digits alone, and prints each epoch."""
    config = TrainingConfig(
        epochs=epochs, batch_size=128, learning_rate=1e-3, optimizer="adam", seed=model_seed, batches_per_event=1_000
    )
    drawn: Dataset = make_digits(digits, digits_seed)
    unseen: Dataset = make_digits(5_000, digits_seed + 1)
    shape = MLPConfig(hidden_sizes=(128,))
    print(f"{shape.label} on {digits:,} generated digits, seed {digits_seed}; accuracy on 5,000 others:")
    model = new_model(shape, model_seed)
    for event in fit(model, drawn, unseen, config):
        if isinstance(event, EpochEvent):
            print(f"  epoch {event.epoch:2}: {event.validation_accuracy:.1%}")
    return model


def print_accuracy(evaluation: Evaluation) -> None:
    """Prints the accuracy, that of each digit, and what is mistaken for what most often."""
    confusion = evaluation.confusion
    print(f"MNIST's {len(evaluation.labels):,} test images: {evaluation.accuracy:.2%}")
    for digit, (right, total) in enumerate(zip(confusion.diag().tolist(), confusion.sum(1).tolist(), strict=True)):
        print(f"  {digit}: {right / total:.1%}")
    mistakes = confusion - torch.diag(confusion.diag())
    worst = mistakes.flatten().topk(6)
    pairs = (f"{i // 10} as {i % 10}: {n}" for n, i in zip(worst.values.tolist(), worst.indices.tolist(), strict=True))
    print("  most often mistaken: " + ", ".join(pairs))


if __name__ == "__main__":
    main()
