"""MNIST, the 70,000 images of digits that the field has used since 1998: found on disk, or fetched."""

import errno
import gzip
import hashlib
import http.client
import logging
import os
import queue
import shutil
import tempfile
import threading
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mnist_core import DATA
from mnist_core.data.dataset import Dataset, Splits, split_stratified
from mnist_core.files import sweep, write_whole

VALIDATION_SIZE = 5_000
SPLIT_SEED = 0  # everyone gets the same 5,000 validation images
LOG = logging.getLogger(__name__)
NETWORK_PATIENCE = 10.0  # seconds without a byte after which a mirror counts as silent


class DatasetUnavailable(RuntimeError):
    """A data set can't be had now; the message is a sentence that says why."""


class DiskRefuses(DatasetUnavailable):
    """It could be had, but the disk takes no more, or nothing at all."""


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
        DiskRefuses: If there is no room for it, or none may be written there.
        DatasetUnavailable: If MNIST can't be had, with the reason, by the deadline.
    """
    raw = Path(root) / "MNIST" / "raw"
    sweep(raw)
    unsound = [file for file in MNIST_FILES if not _is_sound(raw / file.name, file)]
    if unsound and not download:
        raise DatasetUnavailable(f"{raw / unsound[0].name} is missing or damaged.")
    if unsound:
        _check_room(raw, sum(file.size for file in unsound))
        _fetch(unsound, raw, on_progress or (lambda share: None), seconds)
    return _read_splits(raw)


def _read_splits(raw: Path) -> Splits:
    # torchvision's own reader, without the class around it, which would trust an old MNIST/processed
    # folder before anything else. Imported here because it takes a second and most of this file can do without.
    from torchvision import datasets  # by this name, which waits for another thread that loads torchvision

    reader = datasets.mnist

    def read(part: str) -> Dataset:
        return Dataset(
            reader.read_image_file(str(raw / f"{part}-images-idx3-ubyte")),
            reader.read_label_file(str(raw / f"{part}-labels-idx1-ubyte")),
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


def _check_room(raw: Path, needed: int) -> None:
    """Finds out before anything is fetched whether so many bytes could be kept."""
    try:
        raw.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=raw).close()
        free = shutil.disk_usage(raw).free
    except OSError as error:
        raise _refused(raw, error) from error
    if free < needed:
        raise _refused(raw, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))


def _refused(raw: Path, error: OSError) -> DiskRefuses:
    """What a disk's refusal means; where it is stands in the log, which is the operator's."""
    LOG.warning("MNIST can't be saved in %s: %s", raw, error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskRefuses("The disk is full: MNIST takes 55 MB of it.")
    return DiskRefuses(f"The folder for MNIST takes no files: {error.strerror or error}.")


def _fetch(files: list[IdxFile], raw: Path, on_progress: Callable[[float], None], seconds: float) -> None:
    """Tries torchvision's mirrors in turn; each gets an equal part of the time that is left."""
    from torchvision import datasets

    deadline = time.monotonic() + seconds
    total = sum(file.archive_size for file in files)
    reasons = []
    for tried, mirror in enumerate(datasets.MNIST.mirrors):
        patience = (deadline - time.monotonic()) / (len(datasets.MNIST.mirrors) - tried)
        missing = [file for file in files if not _is_sound(raw / file.name, file)]
        done = total - sum(file.archive_size for file in missing)
        try:
            for received in _in_background(mirror, missing, raw, patience):
                on_progress(min(1.0, (done + received) / total))
            return
        except DiskRefuses:  # other mirrors would not help
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:  # refused, silent, cut off, rubbish, ...
            reasons.append(f"{mirror}: {error}")
    LOG.warning("MNIST could not be downloaded: %s", "; ".join(reasons))
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
    from torchvision import datasets

    expected = dict(datasets.MNIST.resources)[f"{file.name}.gz"]
    if hashlib.md5(archive).hexdigest() != expected:
        raise ValueError(f"{file.name}.gz is damaged or something else")
    try:
        raw.mkdir(parents=True, exist_ok=True)
        write_whole(raw / file.name, gzip.decompress(archive))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{file.name}.gz can't be unpacked") from error
    except OSError as error:
        raise _refused(raw, error) from error
