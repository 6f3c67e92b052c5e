"""Sources are found once, and by one thread at a time."""

import inspect
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mnist_core import source, words
from mnist_core.network import functions
from mnist_core.training.loop import train_step


def test_many_threads_find_each_source_once_and_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    found, at_once, most = [], threading.Semaphore(1), []
    read = inspect.getsource

    def watched(function: Callable[..., Any]) -> str:
        most.append(at_once.acquire(blocking=False))
        time.sleep(0.001)
        found.append(function)
        at_once.release()
        return read(function)

    monkeypatch.setattr(inspect, "getsource", watched)
    source.source_of.cache_clear()
    wanted = [train_step, functions.softmax, functions.sigmoid, words.percent]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(source.source_of, wanted * 8))
    assert all(most)
    assert set(found) == set(wanted)
    assert source.source_of(train_step) == read(train_step)
    before = len(found)
    source.source_of(functions.softmax)
    assert len(found) == before
