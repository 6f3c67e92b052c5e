"""The data library: generated digits while MNIST is away, and another try."""

import ast
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_core.data import generated
from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import Splits
from mnist_core.data.mnist import DatasetUnavailable
from tests.conftest import PROJECT
from ui.frame import resources
from ui.frame.resources import DataLibrary
from ui.frame.shared import Shared
from ui.visitor import store

IN_A_THREAD = """
import threading
{first}
{then}
from ui.frame import resources
resources.libraries()
import torch
reader = threading.Thread(target=lambda: print(torch.get_num_threads()))
reader.start()
reader.join()
"""

# Which threads load parts of torch while four ask for it at once, each by a part of it.
AT_ONCE = """
import sys, threading
loaders = set()
class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        if name.partition(".")[0] in ("torch", "pandas", "scipy"):
            loaders.add(threading.current_thread().name)
sys.meta_path.insert(0, Finder)
from ui.frame import resources
def read():
    resources.libraries()
    import torch.nn.functional, scipy.special, pandas
    from mnist_core.network.functions import softmax
    sys.stdout.write(f"{softmax(torch.zeros(2)).sum().item()} ")  # in one piece
readers = [threading.Thread(target=read) for _ in range(4)]
for reader in readers: reader.start()
for reader in readers: reader.join()
print(len(loaders))
"""

STILL_COMPUTING = """
import sys, threading
from ui.frame import resources
resources.runtime.exists = lambda: True
resources.libraries()
import torch
begun = threading.Event()
def draw():
    while True:
        torch.ones(100, 100) @ torch.ones(100, 100)
        begun.set()
threading.Thread(target=draw, daemon=True, name=resources.DRAWING).start()
begun.wait()
print("the end")
"""


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1_000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not happen within ten seconds")


def test_without_mnist_it_works_on_generated_digits_and_can_try_again(
    digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Splits | Exception] = [DatasetUnavailable("no network."), digits]
    go_on = threading.Event()

    def load(*arguments: object, **options: object) -> Splits:
        go_on.wait(10)
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(generated, "generated_splits", lambda: digits)
    monkeypatch.setattr(mnist_files, "load_mnist", load)
    library = DataLibrary()
    assert library.generated() is digits  # at once, while MNIST is still on its way
    assert (library.mnist_is_loading, library.mnist()) == (True, None)

    go_on.set()
    wait_until(lambda: library.mnist_problem == "no network.")
    assert (library.mnist_is_loading, library.mnist()) == (False, None)

    library.retry()
    library.retry()  # a second visitor's click, which must not start a second download
    wait_until(lambda: library.mnist() is digits)
    assert library.mnist_problem is None
    library.retry()
    assert library.mnist() is digits


@pytest.mark.parametrize(
    "orders", [("import ui.frame.resources", "import torch"), ("import torch", "import ui.frame.resources")]
)
def test_torch_has_one_thread_for_each_visitor_whoever_loads_it_first(orders: tuple[str, str]) -> None:
    first, then = orders
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    command = [sys.executable, "-c", IN_A_THREAD.format(first=first, then=then)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.split() == ["1"]


def run(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, timeout=120)


def test_one_thread_loads_the_slow_libraries_and_whoever_needs_them_waits() -> None:
    said = run(AT_ONCE)
    assert not said.stderr
    assert said.stdout.split() == ["1.0", "1.0", "1.0", "1.0", "1"]


def test_every_foreign_library_that_takes_long_is_among_those() -> None:
    """What is not comes with Streamlit before a page can be open, or is loaded whole, by its own name first."""
    files = [file for room in ("mnist_core", "ui", "pages") for file in (PROJECT / room).rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_bytes()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    ours = {"mnist_core", "ui", "pages"} | sys.stdlib_module_names
    foreign = {name for name in names if name.partition(".")[0] not in ours}
    loaded = {library.partition(".")[0] for library in resources.LIBRARIES}
    rest = {name for name in foreign if name.partition(".")[0] not in loaded | {"streamlit", "numpy"}}
    assert rest == {"PIL", "PIL.JpegImagePlugin", "pillow_heif", "streamlit_drawable_canvas", "torchvision"}


def test_so_is_every_package_of_ours_that_imports_its_modules() -> None:
    files = [file for room in ("mnist_core", "ui") for file in (PROJECT / room).rglob("__init__.py")]
    packages = {".".join(file.parent.relative_to(PROJECT).parts): file.read_text(encoding="utf-8") for file in files}
    assert {name for name, text in packages.items() if f"from {name}." in text} == set(resources.OURS)


def test_the_end_of_the_server_is_no_abort_while_a_page_is_computed() -> None:
    said = run(STILL_COMPUTING)
    assert (said.returncode, said.stdout, said.stderr) == (0, "the end\n", "")


def test_a_page_being_drawn_is_told_from_none() -> None:
    assert not resources.is_drawing()
    app = AppTest.from_string(
        "import streamlit as st; from ui.frame import resources; st.write(resources.is_drawing())"
    )
    assert app.run().markdown[0].value == "`True`"
    wait_until(lambda: not resources.is_drawing())


def endless() -> Iterator[int]:
    while True:
        time.sleep(0.001)
        yield 0


@pytest.mark.parametrize(("cores", "places"), [(1, [0, 1, 2, 3]), (2, [0, 0, 1, 2]), (64, [0, 0, 1, 2])])
def test_two_train_at_once_where_there_is_a_second_core(
    monkeypatch: pytest.MonkeyPatch, cores: int, places: list[int]
) -> None:
    monkeypatch.setattr(resources, "cores", lambda: cores)
    resources.jobs.clear()
    jobs = [resources.jobs().submit(endless()) for _ in places]
    assert [job.snapshot().place for job in jobs] == places
    resources.jobs().close()
    resources.jobs.clear()


def test_no_message_from_a_browser_takes_away_what_all_share() -> None:
    everything: list[Shared[Any]] = [resources.library, resources.jobs, store.visitors]
    before = [shared() for shared in everything]
    st.cache_resource.clear()  # both are what Streamlit does when a browser sends ``clear_cache``
    st.cache_data.clear()
    assert all(shared() is one for shared, one in zip(everything, before, strict=True))
    resources.jobs().close()
    for shared in everything:
        shared.clear()
