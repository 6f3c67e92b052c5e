"""How well a model reads what people draw: real pen strokes, drawn on the app's canvas and taken the whole way.

    python benchmarks/pen_digits.py pendigits-train.unipen --pictures misread.png

The strokes are 7,494 digits by 30 writers: "Pen-Based Recognition of Handwritten Digits" by Alpaydin and Alimoglu
(UCI Machine Learning Repository, CC BY 4.0), in UNIPEN text. They are no part of the project and only measure: no model
is trained on them, nor is a setting fitted to them. But what was misread of the first 15 writers has been looked at, to
write down how else digits are written (``mnist_core.data.styles``); so the other 15 are counted apart.

MNIST is read from the folder named by MNIST_DATA_DIR, or from ``data`` in the project; nothing is downloaded.
"""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from benchmarks.pen_strokes import PenDigit, hand, read_unipen, render
from mnist_core.data.dataset import Dataset
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.evaluation.calibration import calibrate
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import drawing_to_mnist
from mnist_core.network.checkpoint import SHIPPED, CheckpointError, load
from mnist_core.network.model import MLP

WIDTHS = (12, 18, 26)  # pixels: the brushes of the drawing page
LOOKED_AT = 15  # the writers whose misread digits were looked at
ZOOM, CAPTION, COLUMNS = 3, 11, 16  # of the pictures


def main() -> None:
    """Reads the command line, draws, reads and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, help="pendigits-train.unipen")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="weights to measure (those that are shipped)")
    parser.add_argument("--pictures", type=Path, help="where to write what was misread, as a PNG")
    parser.add_argument("--seed", type=int, default=0, help="of the sizes and places of the drawings (0)")
    parser.add_argument("--processes", type=int, default=1, help="that draw (1)")
    parser.add_argument("--test", action="store_true", help="MNIST's 10,000 test images, too: for a finished model")
    options = parser.parse_args()

    torch.set_num_threads(1)
    try:
        model, digits = load(options.model).model, read_unipen(options.strokes)
    except (OSError, ValueError, CheckpointError) as reason:
        raise SystemExit(str(reason)) from None
    print(f"{model.config.label} in {options.model.stat().st_size:,} bytes; {describe()}\n")
    labels, writers = (torch.tensor([getattr(digit, name) for digit in digits]) for name in ("label", "writer"))
    images = {width: draw_all(digits, width, options.seed, options.processes) for width in WIDTHS}
    read = {width: evaluation(model, drawn, labels) for width, drawn in images.items()}
    print_accuracy(read)
    print_writers(read, writers)
    print_mistakes(read)
    print_mnist(model, options.test)
    if options.pictures:
        sheet(images, read).save(options.pictures)


def draw_all(digits: list[PenDigit], width: int, seed: int, processes: int) -> Tensor:
    """Draws every digit and prepares it as the page does: torch.float32 [N, 28, 28] in 0..1."""
    one = partial(_draw, width=width, seed=seed)
    if processes == 1:
        return torch.from_numpy(np.stack([one(*numbered) for numbered in enumerate(digits)]))
    with ProcessPoolExecutor(processes, initializer=partial(torch.set_num_threads, 1)) as pool:
        return torch.from_numpy(np.stack(list(pool.map(one, range(len(digits)), digits, chunksize=100))))


def _draw(number: int, digit: PenDigit, *, width: int, seed: int) -> npt.NDArray[np.float32]:
    """One digit, prepared; as numpy, which another process hands over by value."""
    prepared: npt.NDArray[np.float32] = drawing_to_mnist(
        render(digit.strokes, width, hand(seed, number, width))
    ).numpy()
    return prepared


def evaluation(model: MLP, images: Tensor, labels: Tensor) -> Evaluation:
    """What a model makes of prepared drawings.

    Args:
        model: Reads them.
        images: torch.float32 [N, 28, 28] in 0..1.
        labels: torch.int64 [N].

    Returns:
        With ln p for logits: their softmax is p again.
    """
    p = predict_proba(model, images).double()
    return Evaluation(p.clamp_min(torch.finfo(torch.float32).tiny).log(), labels)


def table(names: list[str], rows: dict[str, list[str]]) -> str:
    """A Markdown table, the rows by their first column."""
    lines = [names, ["---", *repeat("--:", len(names) - 1)], *([name, *cells] for name, cells in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def print_accuracy(read: dict[int, Evaluation]) -> None:
    """Accuracy in percent for each width and digit, and the calibration error."""
    rows = {f"{width} px": _shares(one) for width, one in read.items()}
    rows["all"] = _shares(joined(list(read.values())))
    print("Real pen strokes, accuracy in % by the brush's width and by digit; ECE: calibration error, 15 equal bins.\n")
    print(table(["brush", "all", "ECE", *map(str, range(10))], rows))


def _shares(one: Evaluation) -> list[str]:
    digits = (one.confusion.diag() / one.confusion.sum(1)).tolist()
    return [_percent(one.accuracy), _percent(calibrate(one).error), *(f"{100 * share:.1f}" for share in digits)]


def print_writers(read: dict[int, Evaluation], writers: Tensor) -> None:
    """The writers whose mistakes were looked at beside the others, and how much writers differ."""
    groups: dict[str, Callable[[Tensor], Tensor]] = {
        f"writers 1 to {LOOKED_AT}, looked at": lambda writer: writer <= LOOKED_AT,
        f"writers {LOOKED_AT + 1} to {int(writers.max())}, unseen": lambda writer: writer > LOOKED_AT,
    }
    rows = {}
    for name, belongs in groups.items():
        parts = [part(one, belongs(writers)) for one in read.values()]
        rows[name] = [*(_percent(one.accuracy) for one in parts), _percent(calibrate(joined(parts)).error)]
    print(table(["", *(f"{width} px" for width in read), "ECE"], rows))
    everything = [joined([part(one, writers == writer) for one in read.values()]) for writer in writers.unique()]
    accuracies = sorted(one.accuracy for one in everything)
    print(f"The writer read worst: {_percent(accuracies[0])} %, best: {_percent(accuracies[-1])} %.\n")


def print_mistakes(read: dict[int, Evaluation], most: int = 12) -> None:
    """What is taken for what most often, in % of the drawings of that digit."""
    confusion = joined(list(read.values())).confusion
    mistakes = confusion - confusion.diag().diag()
    worst = mistakes.flatten().topk(most)
    pairs = [(index // 10, index % 10, count) for count, index in zip(*map(Tensor.tolist, worst), strict=True)]
    rows = {
        f"{true} as {read_as}": [str(n), f"{100 * n / int(confusion[true].sum()):.2f}"]
        for true, read_as, n in pairs
        if n
    }
    print(f"Misread: {int(mistakes.sum()):,} of {int(confusion.sum()):,} drawings; most often:\n")
    print(table(["digit", "drawings", "% of the digit's"], rows))


def print_mnist(model: MLP, with_test: bool) -> None:
    """Accuracy and calibration error on MNIST itself."""
    try:
        splits = load_mnist(default_root(), download=False)
    except DatasetUnavailable as reason:
        print(f"Not measured on MNIST: {reason}")
        return
    parts: dict[str, Dataset] = {"validation": splits.validation} | ({"final test": splits.test} if with_test else {})
    for name, dataset in parts.items():
        one = evaluate(model, dataset)
        error = calibrate(one).error
        print(f"MNIST, {name}, {len(dataset):,} images: {_percent(one.accuracy)} %, ECE {_percent(error)} %")


def sheet(images: dict[int, Tensor], read: dict[int, Evaluation]) -> Image.Image:
    """What is misread, as the network sees it: sorted by what it is, then by what it was taken for and by width."""
    wrong = [
        (int(one.labels[i]), int(one.choices[i]), width, images[width][i])
        for width, one in read.items()
        for i in (one.choices != one.labels).nonzero().flatten().tolist()
    ]
    wrong.sort(key=lambda mistake: mistake[:3])
    side = 28 * ZOOM
    rows = -(-len(wrong) // COLUMNS)
    paper = Image.new("L", (COLUMNS * side, rows * (side + CAPTION)), 70)
    pen = ImageDraw.Draw(paper)
    for place, (true, read_as, width, image) in enumerate(wrong):
        x, y = place % COLUMNS * side, place // COLUMNS * (side + CAPTION)
        grey = Image.fromarray((255 * image).round().to(torch.uint8).numpy())
        paper.paste(grey.resize((side, side), Image.Resampling.NEAREST), (x, y))
        pen.text((x + 2, y + side - 1), f"{true} as {read_as}, {width}", fill=255)
    return paper


def part(one: Evaluation, chosen: Tensor) -> Evaluation:
    """Some of the images: ``chosen`` is torch.bool [N]."""
    return Evaluation(one.logits[chosen], one.labels[chosen])


def joined(parts: list[Evaluation]) -> Evaluation:
    """All of them as one."""
    return Evaluation(torch.cat([one.logits for one in parts]), torch.cat([one.labels for one in parts]))


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


if __name__ == "__main__":
    main()
