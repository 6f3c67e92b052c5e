"""Reading MNIST: from disk, from mirrors that behave, and from mirrors that do not."""

import contextlib
import errno
import gzip
import hashlib
import http.server
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.datasets import MNIST

from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import MEAN, STD, Dataset, Splits, normalize, split_stratified
from mnist_core.data.mnist import DatasetUnavailable, DiskRefuses, IdxFile, load_mnist
from tests.mnist_core.test_files import killed_at, needs_fork

TRAIN, TEST = 60, 20  # images in the small MNIST of these tests


def idx(magic: int, shape: tuple[int, ...], content: bytes) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in (magic, *shape)) + content


def contents() -> dict[str, bytes]:
    """Four files as MNIST's, only smaller."""
    files = {}
    for part, n in (("train", TRAIN), ("t10k", TEST)):
        pixels = bytes((7 * i) % 256 for i in range(n * 784))
        files[f"{part}-images-idx3-ubyte"] = idx(0x803, (n, 28, 28), pixels)
        files[f"{part}-labels-idx1-ubyte"] = idx(0x801, (n,), bytes(i % 10 for i in range(n)))
    return files


Answer = Callable[[http.server.BaseHTTPRequestHandler, bytes], None]


def send(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def send_rubbish(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    send(handler, b"<html>Please log in to the school's network</html>")


def send_half(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    send(handler, body[: len(body) // 2])


def send_without_end(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(10_000):
        handler.wfile.write(b"x" * 10_000)


def send_nothing(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    time.sleep(5)


def send_drops(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    """A header that arrives byte by byte, so that no timeout of the socket ever ends it."""
    for letter in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100:
        handler.wfile.write(bytes([letter]))
        handler.wfile.flush()
        time.sleep(0.05)


class Mirror(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        self.asked: list[str] = []
        archives = {f"/{name}.gz": gzip.compress(body, mtime=0) for name, body in contents().items()}
        mirror = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.asked.append(self.path)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the reader had enough, as it should
                    answer(self, archives[self.path])

            def log_message(self, *arguments: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


@pytest.fixture
def small_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """The four files become those of ``contents``."""
    archives = {name: gzip.compress(body, mtime=0) for name, body in contents().items()}
    monkeypatch.setattr(
        mnist_files,
        "MNIST_FILES",
        tuple(
            IdxFile(name, len(body), hashlib.md5(body).hexdigest(), len(archives[name]))
            for name, body in contents().items()
        ),
    )
    resources = [(f"{name}.gz", hashlib.md5(archive).hexdigest()) for name, archive in archives.items()]
    monkeypatch.setattr(MNIST, "resources", resources)
    monkeypatch.setattr(mnist_files, "VALIDATION_SIZE", 10)


@pytest.fixture
def mirrors(small_mnist: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Mirror]]]:
    started: list[Mirror] = []

    def start(*answers: Answer) -> list[Mirror]:
        for answer in answers:
            server = Mirror(answer)
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            started.append(server)
        monkeypatch.setattr(MNIST, "mirrors", [server.url for server in started])
        return started

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def assert_whole(splits: Splits, root: Path) -> None:
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (TRAIN - 10, 10, TEST)
    assert splits.test.labels.tolist() == [i % 10 for i in range(TEST)]
    assert splits.test.images[1, 0, 0] == (7 * 784) % 256
    assert {path.name for path in (root / "MNIST" / "raw").iterdir()} == set(contents())


def test_download(mirrors: Callable[..., list[Mirror]], tmp_path: Path) -> None:
    (mirror,) = mirrors(send)
    shares: list[float] = []
    assert_whole(load_mnist(tmp_path, on_progress=shares.append, seconds=20), tmp_path)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(mirror.asked) == 4

    assert_whole(load_mnist(tmp_path, download=False), tmp_path)
    assert len(mirror.asked) == 4


@pytest.mark.parametrize("bad", [send_rubbish, send_half, send_without_end, send_nothing, send_drops])
def test_a_bad_mirror_is_passed_over(bad: Answer, mirrors: Callable[..., list[Mirror]], tmp_path: Path) -> None:
    mirrors(bad, send)
    assert_whole(load_mnist(tmp_path, seconds=4), tmp_path)


@pytest.mark.parametrize("bad", [send_rubbish, send_half, send_without_end, send_nothing, send_drops])
def test_without_a_good_mirror_it_gives_up_with_the_reason(
    bad: Answer, mirrors: Callable[..., list[Mirror]], tmp_path: Path
) -> None:
    mirrors(bad)
    with pytest.raises(DatasetUnavailable, match="could not be downloaded"):
        load_mnist(tmp_path, seconds=1)
    raw = tmp_path / "MNIST" / "raw"
    assert not raw.exists() or not list(raw.iterdir())


def test_a_closed_port_is_no_traceback(small_mnist: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{free.getsockname()[1]}/"])
        with pytest.raises(DatasetUnavailable, match="refused"):
            load_mnist(tmp_path, seconds=5)


def test_what_arrived_whole_is_kept_for_the_next_try(mirrors: Callable[..., list[Mirror]], tmp_path: Path) -> None:
    def only_the_first(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        send(handler, body) if "train-images" in handler.path else send_rubbish(handler, body)

    first, second = mirrors(only_the_first, send)
    assert_whole(load_mnist(tmp_path, seconds=20), tmp_path)
    assert len(first.asked) == 2
    assert len(second.asked) == 3


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b""])
def test_a_damaged_copy_is_noticed_and_replaced(
    damage: Callable[[bytes], bytes], mirrors: Callable[..., list[Mirror]], tmp_path: Path
) -> None:
    (mirror,) = mirrors(send)
    load_mnist(tmp_path, seconds=20)
    victim = tmp_path / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    victim.write_bytes(damage(victim.read_bytes()))

    with pytest.raises(DatasetUnavailable, match="train-labels-idx1-ubyte is missing or damaged"):
        load_mnist(tmp_path, download=False)
    assert_whole(load_mnist(tmp_path, seconds=20), tmp_path)
    assert len(mirror.asked) == 5


def test_an_old_processed_folder_is_not_trusted(mirrors: Callable[..., list[Mirror]], tmp_path: Path) -> None:
    mirrors(send)
    processed = tmp_path / "MNIST" / "processed"
    processed.mkdir(parents=True)
    for name in ("training.pt", "test.pt"):
        torch.save((torch.zeros(1, 28, 28, dtype=torch.uint8), torch.zeros(1, dtype=torch.int64)), processed / name)
    splits = load_mnist(tmp_path, seconds=20)
    assert len(splits.test) == TEST


def test_a_folder_that_cannot_be_written_is_no_traceback(mirrors: Callable[..., list[Mirror]], tmp_path: Path) -> None:
    mirrors(send)
    (tmp_path / "MNIST").write_text("a file where a folder should be")
    with pytest.raises(DiskRefuses, match=r"^The folder for MNIST takes no files: Not a directory\.$"):
        load_mnist(tmp_path, seconds=5)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("at", ["first", "write_bytes", "replace", "room"])
def test_a_disk_that_refuses_is_not_called_a_missing_network(
    error: int, at: str, mirrors: Callable[..., list[Mirror]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = mirrors(send, send)
    sentence = "The folder for MNIST takes no files: Read-only" if error == errno.EROFS else "The disk is full: "
    refusal = OSError(error, os.strerror(error), str(tmp_path))

    def refuse(*arguments: object, **options: object) -> int:
        raise refusal

    if at == "first":
        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    elif at == "room":
        sentence = "The disk is full: "
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10_000))
    else:
        monkeypatch.setattr(Path, at, refuse)
    with pytest.raises(DiskRefuses, match=f"^{sentence}") as said:
        load_mnist(tmp_path, seconds=20)
    assert str(tmp_path) not in str(said.value), "where it is, is the operator's to know"
    assert len(first.asked) == (at in ("write_bytes", "replace"))
    assert not second.asked
    monkeypatch.undo()
    assert not list((tmp_path / "MNIST" / "raw").iterdir())


def test_mnist_takes_as_much_of_the_disk_as_is_said() -> None:
    assert round(sum(file.size for file in mnist_files.MNIST_FILES) / 1e6) == 55


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_at_any_step_of_the_download_the_next_start_has_all(
    mirrors: Callable[..., list[Mirror]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that happens between the archives and the disk; the transfer before it writes nothing."""
    mirrors(send)
    archives = {name: gzip.compress(body, mtime=0) for name, body in contents().items()}
    raw = tmp_path / "MNIST" / "raw"

    def unpack() -> None:
        for file in mnist_files.MNIST_FILES:
            mnist_files._unpack(archives[file.name], raw, file)

    step = 1
    while killed_at(step, unpack, "files.py", "mnist.py"):
        for file in mnist_files.MNIST_FILES:
            found = raw / file.name
            assert not found.exists() or found.read_bytes() == contents()[file.name]
        if step % 7 == 0:
            assert_whole(load_mnist(tmp_path, seconds=20), tmp_path)
            shutil.rmtree(raw)
        step += 1
    assert step > 40
    (raw / "tmp123.part").write_bytes(b"of an older version of this program")
    assert_whole(load_mnist(tmp_path, seconds=20), tmp_path)


def test_the_root_is_that_of_the_environment_else_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_DATA_DIR", "somewhere")
    assert mnist_files.default_root() == Path("somewhere")
    monkeypatch.delenv("MNIST_DATA_DIR")
    assert mnist_files.default_root().name == "data"


def test_normalize_is_torchvisions() -> None:
    from torchvision import transforms

    images = torch.randint(0, 256, (4, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    theirs = transforms.Normalize((MEAN,), (STD,))((images / 255)[:, None])
    torch.testing.assert_close(normalize(images), theirs.flatten(1))
    assert normalize(images).shape == (4, 784)
    assert normalize(images).dtype == torch.float32
    edges = normalize(torch.tensor([0, 255], dtype=torch.uint8)[:, None, None].expand(2, 28, 28))
    assert [f"{x:.2f}" for x in edges[:, 0].tolist()] == ["-0.42", "2.82"]  # as the docstring says
    with pytest.raises(TypeError, match="uint8"):
        normalize(images / 255)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=300), st.data())
def test_stratified_split(labels: list[int], draw: st.DataObject) -> None:
    y = torch.tensor(labels)
    held_out = draw.draw(st.integers(1, len(y) - 1))
    stay, held = split_stratified(y, held_out, seed=3)
    assert len(held) == held_out
    assert sorted([*stay.tolist(), *held.tolist()]) == list(range(len(y)))
    for digit in range(10):
        quota = labels.count(digit) * held_out / len(y)
        assert abs(y[held].eq(digit).sum().item() - quota) < 1
    assert torch.equal(split_stratified(y, held_out, seed=3)[1], held)


def test_stratified_split_refuses_an_empty_part() -> None:
    for held_out in (0, 10):
        with pytest.raises(ValueError, match="between 1 and 9"):
            split_stratified(torch.arange(10), held_out, seed=0)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (torch.zeros(2, 28, 28), torch.zeros(2, dtype=torch.int64)),
        (torch.zeros(2, 784, dtype=torch.uint8), torch.zeros(2, dtype=torch.int64)),
        (torch.zeros(2, 28, 28, dtype=torch.uint8), torch.zeros(3, dtype=torch.int64)),
        (torch.zeros(2, 28, 28, dtype=torch.uint8), torch.zeros(2)),
        (torch.zeros(2, 28, 28, dtype=torch.uint8), torch.tensor([3, 10])),
    ],
)
def test_a_dataset_is_checked(images: torch.Tensor, labels: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="must be"):
        Dataset(images, labels)


def test_the_real_mnist(mnist: Splits) -> None:
    assert (len(mnist.train), len(mnist.validation), len(mnist.test)) == (55_000, 5_000, 10_000)
    both = torch.cat([mnist.train.labels, mnist.validation.labels]).bincount()
    quotas = both * 5_000 / 60_000
    assert (mnist.validation.labels.bincount() - quotas).abs().max() < 1
    pixels = torch.cat([mnist.train.images, mnist.validation.images]).double() / 255
    assert f"{pixels.mean().item():.4f}" == str(MEAN)
    assert f"{pixels.std().item():.4f}" == str(STD)
