"""Gives memory back that the server does not need."""

import contextlib
import ctypes
import gc

# What these are called in glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
LARGE = (
    2**22
)  # bytes, more than a large batch has; whatever is larger has pages of its own, which go back as soon as it is let go
HEAPS = 2


def keep_little() -> None:
    """Lets the allocator of Linux keep less of what the program has let go; elsewhere it does nothing.

    Streamlit draws each page on a thread of its own, and glibc gives threads up to eight heaps for each core, of which
    each keeps what was needed there once.
    """
    _tell("mallopt", M_ARENA_MAX, HEAPS)
    _tell("mallopt", M_MMAP_THRESHOLD, LARGE)
    _tell("mallopt", M_TRIM_THRESHOLD, LARGE)


def tidy() -> None:
    """Collects what only refers to itself, such as the visit of a tab that was closed, and gives its memory back.

    Python does it by itself, but waits the longer, the more there is that stays. With torch that is so much that it
    comes to hours, and one collection to a quarter of a second. So what is there the first time counts as there for
    good, and each further collection takes a fraction of that.
    """
    gc.collect()
    if not gc.get_freeze_count():
        gc.freeze()
    _tell("malloc_trim", 0)


def _tell(name: str, *numbers: int) -> None:
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another library than glibc has no such call
        getattr(ctypes.CDLL(None), name)(*numbers)
