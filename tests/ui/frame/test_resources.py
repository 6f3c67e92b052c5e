"""The data library: generated digits while MNIST is away, and another try."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
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
import torch
reader = threading.Thread(target=lambda: print(torch.get_num_threads()))
reader.start()
reader.join()
"""

HALF_LOADED = """
import threading
import mnist_core.jobs
import streamlit
reached, go_on = threading.Event(), threading.Event()
streamlit.halfway = reached, go_on
first = threading.Thread(target=lambda: __import__("torch"))
first.start()
reached.wait()
second = threading.Thread(target=lambda: __import__("ui.frame.resources"))
second.start()
second.join(3)
go_on.set()
first.join()
second.join()
"""
SLOW_TORCH = """
import streamlit
reached, go_on = streamlit.halfway
reached.set()
go_on.wait()
def set_num_threads(count):
    print(count)
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


def test_whoever_comes_while_torch_is_half_loaded_waits_for_the_rest(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text(SLOW_TORCH)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{PROJECT}"}
    command = [sys.executable, "-c", HALF_LOADED]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    assert "Error" not in said.stderr
    assert said.stdout.split() == ["1"]


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
