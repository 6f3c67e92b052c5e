"""The source of functions, to show it or to take it home."""

import inspect
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_LOCK = threading.Lock()


@lru_cache(maxsize=256)
def source_of(function: Callable[..., Any]) -> str:
    """The source of a function or a class: found once, since Python reads the whole file for each.

    Only one thread at a time looks. Before Python 3.11.8, two that parse a file at once may both fail with SystemError.
    """
    with _LOCK:
        return inspect.getsource(function)
