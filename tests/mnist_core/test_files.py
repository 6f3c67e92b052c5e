"""A file is there whole or not at all: killed at any step, on a full disk, on one that is only read."""

import errno
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from mnist_core import files
from mnist_core.files import sweep, write_whole
from mnist_core.network import checkpoint
from mnist_core.network.checkpoint import CheckpointError, dumps, load
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="only where a process can be forked")
OLD, NEW = b"o" * 100_000, b"n" * 200_000


def killed_at(step: int, work: Callable[[], object], *watched: str) -> bool:
    """Does some work in a process of its own, which kills itself at a certain line of the ``watched`` files.

    Returns:
        Whether it came so far; if not, the work was done before.
    """
    child = os.fork()
    if child == 0:
        left = step

        def watch(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal left
            if not frame.f_code.co_filename.endswith(watched):
                return None
            left -= event == "line"
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return watch

        try:
            sys.settrace(watch)
            work()
        finally:
            os._exit(0)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if (ended := os.waitpid(child, os.WNOHANG))[0]:
            return os.WIFSIGNALED(ended[1])
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    pytest.fail("it hung")


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_at_any_step_the_file_is_the_old_or_the_new_one_and_the_next_start_sweeps(tmp_path: Path) -> None:
    path, step, seen = tmp_path / "file", 1, set()
    path.write_bytes(OLD)
    while killed_at(step, lambda: write_whole(path, NEW), "files.py", "pathlib.py", "pathlib/__init__.py"):
        assert path.read_bytes() in (OLD, NEW)
        seen.add((path.read_bytes() == NEW, len(list(tmp_path.iterdir())) > 1))
        path.write_bytes(OLD)
        step += 1
    assert seen >= {(False, False), (False, True), (True, False)}, "before, in the middle, and behind it"
    write_whole(path, NEW)
    assert path.read_bytes() == NEW
    assert list(tmp_path.iterdir()) == [path]


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_in_the_middle_of_a_write_weights_are_never_read_by_half(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "mine.safetensors"
    checkpoint.write(path, dumps(new_model(MLPConfig((16,)), 1), {}))
    other = dumps(new_model(MLPConfig((8,)), 2), {})

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # which kills who writes more than the limit
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(other) // 2,) * 2)
        checkpoint.write(path, other)

    assert killed_at(0, work)
    (part,) = tmp_path.glob("*.part")
    with pytest.raises(CheckpointError):
        load(part.read_bytes())
    assert load(path).model.config.hidden_sizes == (16,)
    checkpoint.write(path, other)
    assert load(path).model.config.hidden_sizes == (8,)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("at", ["write_bytes", "replace", "half", "unlink"])
def test_a_disk_that_refuses_leaves_what_was_there(
    error: int, at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.safetensors"
    checkpoint.write(path, dumps(new_model(MLPConfig((16,)), 1), {}))
    write = Path.write_bytes

    def refuse(self: Path, *arguments: Any, **options: Any) -> int:
        if at == "half":
            write(self, arguments[0][: len(arguments[0]) // 2])
        raise OSError(error, os.strerror(error))

    for name in {"half": ["write_bytes"], "unlink": ["replace", "unlink"]}.get(at, [at]):
        monkeypatch.setattr(Path, name, refuse)
    with pytest.raises(CheckpointError, match=f"can't be written: {os.strerror(error)}"):
        checkpoint.write(path, dumps(new_model(MLPConfig((8,)), 2), {}))
    monkeypatch.undo()
    assert load(path).model.config.hidden_sizes == (16,)
    checkpoint.write(path, dumps(new_model(MLPConfig((8,)), 2), {}))
    assert list(tmp_path.iterdir()) == [path]


@needs_fork
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_what_a_living_process_is_writing_is_not_swept(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with files._in_use(tmp_path):
            (tmp_path / "file.1-1.part").write_bytes(NEW)
            time.sleep(60)
        os._exit(0)
    try:
        while not (tmp_path / "file.1-1.part").exists():
            time.sleep(0.01)
        sweep(tmp_path)
        assert (tmp_path / "file.1-1.part").exists()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    sweep(tmp_path)
    assert not list(tmp_path.iterdir())


def test_other_programs_parts_are_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "holiday.jpg.part"
    theirs.write_bytes(b"a browser's download")
    write_whole(tmp_path / "file", NEW)
    assert theirs.exists()
    sweep(tmp_path / "no folder")


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_weights_that_were_cut_off_on_their_way_are_refused(share: float) -> None:
    """As a browser has them if the server stops while they are downloaded, and keeps them against the length said."""
    content = dumps(new_model(MLPConfig((16,)), 1), {"dataset": "MNIST"})
    for end in (int(share * len(content)), int(share * len(content)) + 1):
        with pytest.raises(CheckpointError):
            load(content[:end])
    with pytest.raises(CheckpointError):
        load(content[:-1])
