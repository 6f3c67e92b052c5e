"""What is let go is given back."""

import ast
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
    assert done.stdout.strip() == str([(-8, memory.HEAPS), (-3, memory.LARGE), (-1, memory.LARGE)])


def test_without_that_allocator_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: object) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", none)
    memory.keep_little()
    memory.tidy()
    gc.unfreeze()


def caches() -> list[tuple[str, ast.FunctionDef, str]]:
    """Every function of the app whose answers are kept: where it is, itself, and how that is said."""
    found = []
    for place in ("pages", "ui", "mnist_core"):
        for file in sorted((PROJECT / place).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_bytes())):
                for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                    said = ast.unparse(decorator)
                    if said.split("(")[0].rpartition(".")[2] in ("cache_data", "cache_resource", "cache", "lru_cache"):
                        assert isinstance(node, ast.FunctionDef)
                        found.append((f"{file.relative_to(PROJECT)}:{node.name}", node, said))
    return found


@pytest.mark.parametrize(("where", "function", "said"), caches(), ids=[where for where, *_ in caches()])
def test_every_cache_has_an_end(where: str, function: ast.FunctionDef, said: str) -> None:
    """What depends on something has as many answers as visitors can ask for."""
    asks = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
    assert not asks or "max_entries=" in said or "maxsize=" in said
