"""What training costs against the size of a batch, the width of the hidden layer, the images and the visitors.

Measures it, keeps the numbers in benchmarks/costs.json and draws them in docs/costs.svg. Contenders take turns, each
on one core; visitors press Train at once on a server of two cores. Needs what benchmarks/class_trains.py needs.

    python benchmarks/costs.py
    python benchmarks/costs.py --only batch width      measures these anew; the rest stays
    python benchmarks/costs.py --before FOLDER         beside another version of the whole app
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks import class_trains
from benchmarks.contenders import Job, race, saved
from benchmarks.machine import describe
from benchmarks.plots import Line, Plot, drawn
from benchmarks.training_speed import digits
from tests.conftest import PROJECT

NUMBERS, PICTURE = PROJECT / "benchmarks/costs.json", PROJECT / "docs/costs.svg"
BATCH_SIZES = (1, 4, 16, 64, 256, 1_024)
WIDTHS = (16, 64, 256, 1_024)
IMAGES = (1_000, 3_000, 10_000, 30_000, 55_000)
VISITORS = (1, 10, 30, 60)
OTHERS = ("the course's loop", "scikit-learn", "Keras on JAX", "compiled JAX scan")
MOST_BATCHES, MOST_IMAGES = 400, 12_800  # of a turn

Lines = dict[str, list[tuple[float, float]]]  # by name: points, which are what is varied and what it costs


@dataclass(frozen=True)
class Measuring:
    """What all measurements are told.

    Attributes:
        data: The file of the images.
        images: How many of them there are to learn from.
        rounds: How often each is measured.
        before: The folder of another version, if there is one.
    """

    data: str
    images: int
    rounds: int
    before: Path | None

    def job(self, batch_size: int, width: int) -> Job:
        """A turn of a length that suits all."""
        batches = min(MOST_BATCHES, min(MOST_IMAGES, self.images) // batch_size)
        return Job(self.data, batch_size, width, batches)

    def ours(self, name: str, job: Job) -> dict[str, tuple[str, Job]]:
        """Of this version, and of the one before."""
        found = {"fit": (name, job)}
        return found | {"fit before": (name, replace(job, app=str(self.before)))} if self.before else found

    def all(self, job: Job) -> dict[str, tuple[str, Job]]:
        """Ours and those of others."""
        slow = replace(job, batches=max(1, job.batches // 8))
        return self.ours("fit", job) | {name: (name, slow if name == OTHERS[0] else job) for name in OTHERS}


def against_batch(measuring: Measuring) -> Lines:
    """Microseconds an image, 784-128-10."""
    return _microseconds(measuring, {size: measuring.job(size, 128) for size in BATCH_SIZES})


def against_width(measuring: Measuring) -> Lines:
    """Microseconds an image in batches of 64."""
    return _microseconds(measuring, {width: measuring.job(64, width) for width in WIDTHS})


def _microseconds(measuring: Measuring, jobs: dict[int, Job]) -> Lines:
    lines: Lines = {}
    for at, job in jobs.items():
        for name, speeds in race(measuring.all(job), measuring.rounds).items():
            lines.setdefault(name, []).append((at, 1e6 / statistics.median(speeds)))
    return lines


def against_images(measuring: Measuring) -> Lines:
    """Seconds of an epoch of the network that the training page starts with, validation included."""
    lines: Lines = {}
    for images in (images for images in IMAGES if images <= measuring.images):
        job = Job(measuring.data, 100, 256, images // 100)
        for name, speeds in race(measuring.ours("whole epoch", job), measuring.rounds).items():
            lines.setdefault(name, []).append((images, job.batches * job.batch_size / statistics.median(speeds)))
    return lines


def against_visitors(measuring: Measuring) -> Lines:
    """Seconds from all pressing Train to the first, the median and the last final test."""
    lines: Lines = {}
    for number in VISITORS:
        done = class_trains.train(number).done
        for name, seconds in (("first", done[0]), ("median", statistics.median(done)), ("last", done[-1])):
            lines.setdefault(name, []).append((number, seconds))
        if measuring.before:
            last = class_trains.train(number, measuring.before).done[-1]
            lines.setdefault("last, before", []).append((number, last))
    return lines


@dataclass(frozen=True)
class Cost:
    """One of the plots: what is measured, and what is written on it."""

    measure: Callable[[Measuring], Lines]
    title: str
    x: str


COSTS = {
    "batch": Cost(against_batch, "µs an image, 784-128-10", "images in a batch"),
    "width": Cost(against_width, "µs an image, batches of 64", "neurons of the hidden layer"),
    "images": Cost(against_images, "s an epoch, 784-256-10, validation included", "training images"),
    "visitors": Cost(against_visitors, "s from Train to the final test", "visitors who press Train at once"),
}


def plots(known: dict[str, Lines]) -> list[Plot]:
    """What has been measured, as plots."""
    return [
        Plot(cost.title, cost.x, [Line(name, points) for name, points in known[what].items()])
        for what, cost in COSTS.items()
        if what in known
    ]


def main() -> None:
    """Measures and draws."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=COSTS, default=list(COSTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path, help="the folder of another version")
    options = parser.parse_args()
    print(describe())
    known: dict[str, Lines] = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    splits = digits()
    before = options.before.resolve() if options.before else None
    with saved(splits) as data:
        measuring = Measuring(data, len(splits.train), options.rounds, before)
        for what in options.only:
            known[what] = COSTS[what].measure(measuring)
            NUMBERS.write_text(json.dumps(known) + "\n")
            PICTURE.write_text(drawn(plots(known)), encoding="utf-8")
            print(what, *(f"  {name}: {points}" for name, points in known[what].items()), sep="\n", flush=True)


if __name__ == "__main__":
    main()
