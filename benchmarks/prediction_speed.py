"""How long the shipped network takes for one drawing, on one core.

python benchmarks/prediction_speed.py
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from mnist_core.data.generated import make_digits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import drawing_to_mnist
from mnist_core.network.checkpoint import SHIPPED, load

IMAGES = 5_000  # as many as MNIST's validation images, which some pages evaluate
CANVAS = 280  # pixels a side


def main() -> None:
    """Reads the command line, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="weights to measure (those that are shipped)")
    parser.add_argument("--repeats", type=int, default=1_000, help="predictions timed (1000)")
    options = parser.parse_args()

    torch.set_num_threads(1)
    model, digits = load(options.model).model, make_digits(IMAGES, seed=0)
    print(f"{model.config.label} in {options.model.stat().st_size:,} bytes; {describe()}")
    image = digits.images[:1] / 255
    drawing = digits.images[0].repeat_interleave(CANVAS // 28, 0).repeat_interleave(CANVAS // 28, 1)
    timed("predict_proba, one image", lambda: predict_proba(model, image), options.repeats)
    timed("drawing_to_mnist, one drawing", lambda: drawing_to_mnist(drawing), options.repeats)
    timed(f"evaluate, {IMAGES:,} images", lambda: evaluate(model, digits), 10)
    timed("load the file", lambda: load(options.model), 20)


def timed(what: str, call: Callable[[], object], repeats: int) -> None:
    """Calls a function a few times, then times every further call, and prints the middle and the slow end."""
    for _ in range(3):
        call()
    milliseconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        milliseconds.append(1_000 * (time.perf_counter() - start))
    slow = statistics.quantiles(milliseconds, n=20)[-1]
    print(f"  {what}: median {statistics.median(milliseconds):.2f} ms, 95 % below {slow:.2f} ms ({repeats:,} times)")


if __name__ == "__main__":
    main()
