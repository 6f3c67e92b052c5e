"""What one training step on one drawing teaches, and what it costs elsewhere, for each learning rate.

Three networks: the ready-made one, a small MLP and softmax regression, both trained for a moment. Each is taught, anew
each time, the ten training images of each digit that it reads worst, among the first 5,000. The page's learning rate
begins where most are learned and little is lost. Needs MNIST; takes a few minutes on one core.

    MNIST_DATA_DIR=... python benchmarks/teaching.py
"""

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

import torch

from benchmarks.machine import describe
from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.teach import Cost, slope, step
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import CLASSES, MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model

RATES = (0.0001, 0.0003, 0.001, 0.002, 0.003, 0.005, 0.01, 0.03, 0.1, 1.0)
TAUGHT_FROM = 5_000  # training images
EACH = 10  # of every digit
JUDGED_ON = 2_000  # validation images
EXPLAINED = """\
p        of the right digit after the step, the median over all images taught (before the step: in the first line)
learned  share of them read rightly after it
lost     validation images of {judged} that were read rightly and no longer are: median, and 9 in 10 lose no more
gained   the other way round, median
as it    of all images lost, the share that is now read as the digit that was taught"""


def small(hidden: tuple[int, ...], splits: Splits) -> MLP:
    """A network that has seen 20,000 images twice."""
    model = new_model(MLPConfig(hidden), 0)
    config = TrainingConfig(epochs=2, batch_size=64, learning_rate=2e-3)
    for _ in fit(model, splits.train.subset(slice(0, 20_000)), splits.validation.subset(slice(0, 1)), config):
        pass
    return model.eval()


def read_worst(model: MLP, images: Dataset) -> list[int]:
    """Of each digit, where the images are that have the highest losses."""
    order = evaluate(model, images).hardest(len(images))
    return [int(i) for digit in range(CLASSES) for i in order[images.labels[order] == digit][:EACH]]


def row(model: MLP, images: Dataset, taught: list[int], judges: Dataset, rate: float) -> str:
    """A line of the table."""
    before = evaluate(model, judges).choices
    p, lost, gained, as_it = [], [], [], 0
    for index in taught:
        image, digit = images.images[index] / 255, int(images.labels[index])
        after = step(model, slope(model, image, digit)[1], rate)
        p.append(slope(after, image, digit)[0].probabilities)
        cost = Cost(judges.labels, before, evaluate(after, judges).choices)
        lost.append(len(cost.became_wrong))
        gained.append(len(cost.became_right))
        as_it += cost.wrong_as(digit)
    digits = images.labels[taught].tolist()
    right = [float(one[digit]) for one, digit in zip(p, digits, strict=True)]
    learned = statistics.mean(int(one.argmax()) == digit for one, digit in zip(p, digits, strict=True))
    return (
        f"{rate:<8g} {statistics.median(right):.3f}  {learned:7.0%} {statistics.median(lost):6.0f} "
        f"{statistics.quantiles(lost, n=10)[-1]:6.0f} {statistics.median(gained):6.0f} "
        f"{as_it / max(1, sum(lost)):7.0%}"
    )


def main() -> None:
    """Measures all."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    torch.set_num_threads(1)
    try:
        splits = load_mnist(default_root(), download=False)
    except DatasetUnavailable as reason:
        raise SystemExit(f"{reason} Set MNIST_DATA_DIR to a folder that has MNIST.") from None
    images, judges = splits.train.subset(slice(0, TAUGHT_FROM)), splits.validation.subset(slice(0, JUDGED_ON))
    print(describe(), EXPLAINED.format(judged=f"{JUDGED_ON:,}"), sep="\n")
    for name, model in {
        "ready-made": load_shipped(),
        "small MLP": small((128,), splits),
        "softmax regression": small((), splits),
    }.items():
        taught = read_worst(model, images)
        found = evaluate(model, images)
        given = found.probabilities[taught, images.labels[taught]]
        read = int((found.choices[taught] == images.labels[taught]).sum())
        print(
            f"\n{name}, {model.config.label}: {len(taught)} images, p {float(given.median()):.3f}, {read} read rightly"
        )
        print("rate     p       learned   lost 9in10 gained   as it")
        for rate in RATES:
            print(row(model, images, taught, judges, rate))


if __name__ == "__main__":
    main()
