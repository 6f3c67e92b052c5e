"""One object for all visitors, out of reach of whatever a browser may send."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Makes an object when somebody asks for it for the first time, and gives everyone the same.

    Streamlit's caches would do that, too. But any browser may tell the server to clear those, by the message
    ``clear_cache``; with them would go what all others are training.

    Args:
        make: Makes it. Whoever asks meanwhile waits.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        """The object."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    @property
    def is_made(self) -> bool:
        """Whether there is one."""
        return bool(self._made)

    def clear(self) -> None:
        """Lets the next who asks have a new one; for tests."""
        with self._lock:
            self._made.clear()
