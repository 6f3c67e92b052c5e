"""Files that are there whole or not at all, wherever the program is killed and whatever the disk does."""

import contextlib
import glob
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":  # where a file that is being written can't be removed anyway
    import fcntl

PART = ".part"


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file: all of it, or nothing, and then what was there before stays.

    What a process that was killed left of its tries to write the same file goes.

    Args:
        path: Where, in a folder that exists; replaced if there is one.
        content: What is to be in it.

    Raises:
        OSError: If it can't be written there.
    """
    sweep(path.parent, f"{glob.escape(path.name)}.*{PART}")
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{PART}")
    with _in_use(path.parent):
        try:
            part.write_bytes(content)
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):  # a disk that fails may not let it go, either
                part.unlink(missing_ok=True)
            raise


def sweep(folder: Path, pattern: str = f"*{PART}") -> None:
    """Removes the parts of files that a process that was killed has left, unless some process writes there now.

    Args:
        folder: Where; it need not exist.
        pattern: Which; all, in a folder that nobody else keeps such files in.
    """
    with contextlib.suppress(OSError):
        parts = list(folder.glob(pattern))
        if parts:
            with _in_use(folder, alone=True):
                for part in parts:
                    part.unlink(missing_ok=True)


@contextlib.contextmanager
def _in_use(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Lets all processes know that this one writes into a folder; ``alone``: raises OSError while another one does.

    The folder itself is locked, so that no further file stands there; a process that is killed leaves no lock.
    """
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if alone:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            with contextlib.suppress(OSError):  # some disks know no locks; nothing is swept there
                fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)
