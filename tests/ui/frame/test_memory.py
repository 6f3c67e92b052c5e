"""What is let go is given back."""

import ctypes
import gc
import subprocess
import sys
import weakref

import pytest

from tests.conftest import PROJECT
from ui.frame import memory


class Ring:
    """Refers to itself, so that only a collection ends it."""

    def __init__(self) -> None:
        self.me = self


@pytest.mark.parametrize("time", ["first", "later"])
def test_tidying_ends_what_only_refers_to_itself(time: str) -> None:
    if time == "later":
        memory.tidy()
    gone = weakref.ref(Ring())
    memory.tidy()
    assert gone() is None
    assert gc.get_freeze_count()
    gc.unfreeze()


def test_what_is_there_the_first_time_is_not_looked_through_again() -> None:
    memory.tidy()
    kept = gc.get_freeze_count()
    memory.tidy()
    assert gc.get_freeze_count() == kept > 10_000
    gc.unfreeze()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has this allocator")
def test_the_server_asks_its_allocator_for_few_heaps_at_its_start() -> None:
    program = (
        "import ctypes; told = []\n"
        "class Library:\n"
        "    def mallopt(self, *pair): told.append(pair)\n"
        "real, ctypes.CDLL = ctypes.CDLL, lambda name, *rest: Library() if name is None else real(name, *rest)\n"
        "from ui.frame import resources\n"
        "print(told)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([(-8, memory.HEAPS), (-3, memory.LARGE), (-1, 2 * memory.LARGE)])


def test_without_that_allocator_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: object) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", none)
    memory.keep_little()
    memory.tidy()
    gc.unfreeze()
