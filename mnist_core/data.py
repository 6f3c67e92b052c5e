"""Images of digits with their labels, and MNIST: the 70,000 of them that the field has used since 1998."""

import gzip
import hashlib
import http.client
import os
import queue
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from mnist_core import DATA

MEAN = 0.1307  # of all pixels of MNIST's 60,000 training images, in the range 0..1
STD = 0.3081  # their standard deviation; both are the figures the field uses
VALIDATION_SIZE = 5_000
SPLIT_SEED = 0  # everyone gets the same 5,000 validation images
NETWORK_PATIENCE = 10.0  # seconds without a byte after which a mirror counts as silent


class DatasetUnavailable(RuntimeError):
    """A data set can't be had now; the message is a sentence that says why."""


@dataclass(frozen=True)
class Dataset:
    """Images and what they show.

    Attributes:
        images: torch.uint8 [N, 28, 28]; 0 is paper, 255 is ink.
        labels: torch.int64 [N]; the digit, 0 to 9.
        classes: How many different labels there may be, from 0 on; more than ten if there is more than digits.

    Raises:
        ValueError: If shapes, dtypes or labels are not as above.
    """

    images: Tensor
    labels: Tensor
    classes: int = 10

    def __post_init__(self) -> None:
        if self.images.dtype != torch.uint8 or self.images.shape[1:] != (28, 28):
            raise ValueError(
                f"Images must be torch.uint8 [N, 28, 28], not {self.images.dtype} {list(self.images.shape)}."
            )
        if self.labels.dtype != torch.int64 or self.labels.shape != self.images.shape[:1]:
            raise ValueError(f"Labels must be torch.int64 [{len(self.images)}], one for each image.")
        if len(self.labels) and not (self.labels.min() >= 0 and self.labels.max() < self.classes):
            raise ValueError(f"Labels must be whole numbers, 0 to {self.classes - 1}.")

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, indices: Tensor | slice) -> "Dataset":
        """The images and labels at ``indices`` (torch.int64 [M], or a slice)."""
        return Dataset(self.images[indices], self.labels[indices], self.classes)


@dataclass(frozen=True)
class Splits:
    """One data set in the three parts that have three uses.

    Attributes:
        name: What a reader calls it.
        train: What the weights are fitted to.
        validation: What progress and settings are judged on.
        test: What a finished model is read once against.
    """

    name: str
    train: Dataset
    validation: Dataset
    test: Dataset


@dataclass(frozen=True)
class IdxFile:
    """One of MNIST's four files, unpacked: name, size in bytes, MD5, and the size of its archive in bytes."""

    name: str
    size: int
    md5: str
    archive_size: int


# torchvision knows the sums of the archives only. These are the sums of what is in them, so that a file
# damaged after unpacking, which torchvision would read, is noticed.
MNIST_FILES = (
    IdxFile("train-images-idx3-ubyte", 47_040_016, "6bbc9ace898e44ae57da46a324031adb", 9_912_422),
    IdxFile("train-labels-idx1-ubyte", 60_008, "a25bea736e30d166cdddb491f175f624", 28_881),
    IdxFile("t10k-images-idx3-ubyte", 7_840_016, "2646ac647ad5339dbf082846283269ea", 1_648_877),
    IdxFile("t10k-labels-idx1-ubyte", 10_008, "27ae3e4e09519cfbb04c329615203637", 4_542),
)


def default_root() -> Path:
    """The folder that holds (or will hold) ``MNIST/raw``: ``MNIST_DATA_DIR``, else ``mnist_core.DATA``."""
    named = os.environ.get("MNIST_DATA_DIR")
    return Path(named) if named else DATA


def normalize(images: Tensor) -> Tensor:
    """Turns images into what a network is fed: flattened, mean 0 and deviation 1 over MNIST.

    Args:
        images: torch.uint8 [N, 28, 28], 0 to 255.

    Returns:
        torch.float32 [N, 784], ((x / 255) - MEAN) / STD, from -0.42 (paper) to 2.82 (ink).

    Raises:
        TypeError: If the images are not torch.uint8.
    """
    if images.dtype != torch.uint8:
        raise TypeError(f"normalize takes torch.uint8 images of 0 to 255, not {images.dtype}; see standardize.")
    return standardize(images / 255)


def standardize(pixels: Tensor) -> Tensor:
    """The second half of ``normalize``, for pixels that are in 0..1 already.

    Args:
        pixels: torch.float32 [N, 28, 28] in 0..1.

    Returns:
        torch.float32 [N, 784].
    """
    x = pixels.flatten(1)  # (N, 28, 28) -> (N, 784)
    return (x - MEAN) / STD


def split_stratified(labels: Tensor, held_out: int, seed: int) -> tuple[Tensor, Tensor]:
    """Divides the indices of ``labels`` in two parts with the same share of each digit.

    Each digit gives its share of ``held_out``, rounded down; what is then missing comes from the digits
    with the largest remainders (Hamilton's method, as used for seats in parliaments).

    Args:
        labels: torch.int64 [N].
        held_out: How many indices go to the second part, 1 to N - 1.
        seed: Which of the images are held out.

    Returns:
        The indices that stay and those held out: torch.int64 [N - held_out] and [held_out], ascending.

    Raises:
        ValueError: If ``held_out`` leaves one part empty.
    """
    if not 0 < held_out < len(labels):
        raise ValueError(f"held_out must be between 1 and {len(labels) - 1}, not {held_out}.")
    counts = torch.bincount(labels, minlength=10)
    quotas = counts * held_out  # in units of 1 / N, so that all is whole numbers
    shares = quotas // len(labels)
    missing = held_out - int(shares.sum())
    shares[(quotas % len(labels)).argsort(descending=True, stable=True)[:missing]] += 1

    generator = torch.Generator().manual_seed(seed)
    chosen = torch.zeros(len(labels), dtype=torch.bool)
    for digit, share in enumerate(shares.tolist()):
        of_digit = (labels == digit).nonzero().flatten()
        chosen[of_digit[torch.randperm(len(of_digit), generator=generator)[:share]]] = True
    return (~chosen).nonzero().flatten(), chosen.nonzero().flatten()


def load_mnist(
    root: str | Path,
    download: bool = True,
    on_progress: Callable[[float], None] | None = None,
    seconds: float = 60.0,
) -> Splits:
    """Reads MNIST from ``root/MNIST/raw``, fetching first what is missing or damaged there.

    Args:
        root: The folder torchvision calls root.
        download: Whether to fetch what is not there, from torchvision's mirrors.
        on_progress: Called in this thread with the share fetched, 0 to 1.
        seconds: The deadline for fetching. Files that arrived whole by then are kept for the next try.

    Returns:
        55,000 training, 5,000 validation (out of the same 60,000, stratified) and 10,000 test images.

    Raises:
        DatasetUnavailable: If MNIST can't be had, with the reason, by the deadline.
    """
    raw = Path(root) / "MNIST" / "raw"
    unsound = [file for file in MNIST_FILES if not _is_sound(raw / file.name, file)]
    if unsound and not download:
        raise DatasetUnavailable(f"{raw / unsound[0].name} is missing or damaged.")
    if unsound:
        _fetch(unsound, raw, on_progress or (lambda share: None), seconds)
    return _read_splits(raw)


def generated_splits(seed: int = 0) -> Splits:
    """The data set that needs no network, in three parts: 10,000 to train on, 1,000 and 1,000 to judge by.

    Args:
        seed: Which digits; the same seed gives the same.

    Returns:
        The parts, all drawn alike.
    """
    from mnist_core.offline_digits import make_digits  # which itself needs Dataset from here

    digits = make_digits(12_000, seed)
    parts = slice(0, 10_000), slice(10_000, 11_000), slice(11_000, 12_000)
    return Splits("generated digits", *(digits.subset(part) for part in parts))


def _read_splits(raw: Path) -> Splits:
    # torchvision's own reader, without the class around it, which would trust an old MNIST/processed
    # folder before anything else. Imported here because it takes a second and most of this file can do without.
    from torchvision.datasets.mnist import read_image_file, read_label_file

    def read(part: str) -> Dataset:
        return Dataset(
            read_image_file(str(raw / f"{part}-images-idx3-ubyte")),
            read_label_file(str(raw / f"{part}-labels-idx1-ubyte")),
        )

    full = read("train")
    train, validation = split_stratified(full.labels, VALIDATION_SIZE, SPLIT_SEED)
    return Splits("MNIST", full.subset(train), full.subset(validation), read("t10k"))


def _is_sound(path: Path, file: IdxFile) -> bool:
    """Whether the file on disk is byte for byte the one that was published."""
    try:
        if path.stat().st_size != file.size:
            return False
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "md5").hexdigest() == file.md5
    except OSError:
        return False


def _fetch(files: list[IdxFile], raw: Path, on_progress: Callable[[float], None], seconds: float) -> None:
    """Tries torchvision's mirrors in turn; each gets an equal part of the time that is left."""
    from torchvision.datasets import MNIST

    deadline = time.monotonic() + seconds
    total = sum(file.archive_size for file in files)
    reasons = []
    for tried, mirror in enumerate(MNIST.mirrors):
        patience = (deadline - time.monotonic()) / (len(MNIST.mirrors) - tried)
        missing = [file for file in files if not _is_sound(raw / file.name, file)]
        done = total - sum(file.archive_size for file in missing)
        try:
            for received in _in_background(mirror, missing, raw, patience):
                on_progress(min(1.0, (done + received) / total))
            return
        except (OSError, http.client.HTTPException, ValueError) as error:  # refused, silent, cut off, rubbish, ...
            reasons.append(f"{mirror}: {error}")
    raise DatasetUnavailable("MNIST could not be downloaded. " + "; ".join(reasons) + ".")


def _in_background(mirror: str, files: list[IdxFile], raw: Path, seconds: float) -> Iterator[int]:
    """Yields the bytes received so far from a thread that can be left behind.

    Looking up a name, or a server that sends its header a byte at a time, can hold a thread past any
    timeout of the socket. So the transfer has a thread of its own, and the deadline is kept here.
    """
    news: queue.Queue[int | BaseException | None] = queue.Queue()
    left_behind = threading.Event()

    def work() -> None:
        try:
            received = 0
            for file in files:
                archive = bytearray()
                for piece in _pieces(f"{mirror}{file.name}.gz", min(NETWORK_PATIENCE, seconds)):
                    if left_behind.is_set():
                        return
                    archive += piece
                    news.put(received + len(archive))
                    if len(archive) > file.archive_size:
                        raise ValueError(f"{file.name}.gz is larger than it should be")
                _unpack(bytes(archive), raw, file)
                received += len(archive)
            news.put(None)
        except BaseException as error:  # whatever it is, the one who waits must hear of it
            news.put(error)

    threading.Thread(target=work, daemon=True, name="mnist-download").start()
    deadline = time.monotonic() + seconds
    try:
        while True:
            try:
                item = news.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError("no complete answer in time") from None
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        left_behind.set()


def _pieces(url: str, patience: float) -> Iterator[bytes]:
    with urllib.request.urlopen(url, timeout=patience) as response:
        while piece := response.read1(1 << 16):
            yield piece


def _unpack(archive: bytes, raw: Path, file: IdxFile) -> None:
    """Checks an archive against torchvision's sum and puts what is in it into place, whole or not at all."""
    from torchvision.datasets import MNIST

    expected = dict(MNIST.resources)[f"{file.name}.gz"]
    if hashlib.md5(archive).hexdigest() != expected:
        raise ValueError(f"{file.name}.gz is damaged or something else")
    raw.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=raw, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(gzip.decompress(archive))
        os.replace(part, raw / file.name)
    except BaseException:
        os.unlink(part)
        raise
