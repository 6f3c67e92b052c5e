"""How many bytes of memory something holds, such as a visitor's things.

It imports no torch, which the first page can do without.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterable
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

import numpy as np

from mnist_core.jobs import FairQueue

# Everyone's: it is neither counted nor followed to what it refers to.
OF_ALL = (ModuleType, type, FunctionType, BuiltinFunctionType, CodeType, FairQueue, threading.Thread)
OUTSIDE_PYTHON = 64  # bytes, of an object that does not say how many it has


def held_bytes(things: Iterable[object], beside: Iterable[object] = ()) -> int:
    """The bytes that some objects hold, with all they refer to; what is referred to twice is counted once.

    Tensors and arrays count with the whole memory behind them, a generator with all that it works on, unless it does so
    at this moment: what it holds meanwhile, only its thread knows.

    Args:
        things: Whose bytes are counted.
        beside: What others hold anyway: neither it nor what it refers to is counted.
    """
    seen: set[object] = set()
    _count(beside, seen)
    return _count(things, seen)


def _count(things: Iterable[object], seen: set[object]) -> int:
    total, layer = 0, list(things)
    while layer:
        new = []
        for thing in layer:
            if id(thing) not in seen and not isinstance(thing, OF_ALL):
                seen.add(id(thing))
                new.append(thing)
        total += sum(_own_bytes(thing, seen) for thing in new)
        layer = [*gc.get_referents(*new), *(beyond for thing in new for beyond in _beyond_python(thing))]
    return total


def _own_bytes(thing: object, seen: set[object]) -> int:
    """Of one object, without what it refers to."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(thing, torch.Tensor):
        memory = thing.untyped_storage()
        if memory.data_ptr() in seen:
            return sys.getsizeof(thing, OUTSIDE_PYTHON)
        seen.add(memory.data_ptr())
        return sys.getsizeof(thing, OUTSIDE_PYTHON) + int(memory.nbytes())
    if torch is not None and isinstance(thing, torch.Generator):
        return int(thing.get_state().nbytes)
    return sys.getsizeof(thing, OUTSIDE_PYTHON)  # an array that owns its numbers counts them


def _beyond_python(thing: object) -> list[object]:
    """What an object refers to without telling Python's collector."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(thing, torch.Tensor):
        return [] if not thing.is_leaf or thing.grad is None else [thing.grad]
    return [thing.base] if isinstance(thing, np.ndarray) and thing.base is not None else []
