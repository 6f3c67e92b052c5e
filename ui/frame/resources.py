"""What all visitors share, and nobody changes: the data sets, the shipped network, the training queue.

torch takes seconds to import. So this file imports it inside functions, and the first page needs none of them.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

import streamlit as st
from streamlit import runtime

from mnist_core.jobs import THREADS as JOBS
from mnist_core.jobs import FairQueue
from ui.frame import memory
from ui.frame.shared import Shared

if TYPE_CHECKING:
    from mnist_core.data.dataset import Splits
    from mnist_core.network.model import MLP

# torch gives every thread of the server as many helpers as there are cores. On images as small as these they cost more
# than they help: making a drawing into 28 x 28 pixels took 100 ms in place of 3 while a browser was busy on the same
# two cores. Without them, a run's weights are also the same however many cores the host has.
os.environ["OMP_NUM_THREADS"] = "1"  # torch reads it while it is loaded
memory.keep_little()

LIBRARIES = ("torch", "safetensors.torch", "scipy.ndimage", "scipy.special", "pandas", "plotly.graph_objects")
OURS = ("mnist_core.data", "mnist_core.training")  # packages that import modules of their own
DOWNLOAD_SECONDS = 120.0  # nobody waits for it
EXIT_SECONDS = 1.0  # that the end of the server waits for all that is under way
DATA = "data"  # the name of threads that prepare data sets
DRAWING = "ScriptRunner.scriptThread"  # the name of Streamlit's, each of which draws a page and ends with it


T = TypeVar("T")


@Shared
def libraries() -> None:
    """Loads the libraries that take seconds; whoever asks meanwhile waits. To be called before anything imports them.

    Python lets several threads load parts of one library at once. Then one meets what another has loaded by half. So on
    a server just woken, one thread loads them all. (torchvision, which two modules use, those load by its own name
    first; then Python waits for all of it.) So it is with packages of ours that import their own modules: who wants
    such a module waits for its package, which waits for the module, and Python gives one of them what there is so far.
    """
    for library in (*LIBRARIES, *OURS):
        import_module(library)
    import torch

    torch.set_num_threads(1)  # where somebody loaded torch before this file


def _in_background(work: Callable[[], T]) -> Future[T]:
    """Starts some work on a thread of its own, which an executor's threads can't replace: they hold up the exit."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            libraries()
            future.set_result(work())
        except BaseException as error:  # whoever asks for the result hears of it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True, name=DATA).start()
    return future


@atexit.register
def leave() -> None:
    """At the end of the server, waits a moment for what is under way; then the process ends at once.

    Python would stop each thread wherever it is. If one is inside torch, that becomes an abort. And it would take apart
    all that was loaded, which takes seconds where other programs are busy, too.
    """
    end = time.monotonic() + EXIT_SECONDS
    if jobs.is_made:
        jobs().close(EXIT_SECONDS)
    for thread in threading.enumerate():
        if thread.name in (JOBS, DATA, DRAWING):
            thread.join(max(0.0, end - time.monotonic()))
    if runtime.exists():  # else it is no server, but a test or a notebook
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


class DataLibrary:
    """Both data sets, prepared on threads of their own: the generated digits within seconds, MNIST when it comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generated: Future[Splits] | None = None
        self._mnist: Future[Splits] | None = None
        self.progress = 0.0  # of MNIST's download, 0 to 1

    def start(self) -> None:
        """Begins, unless that has happened."""
        with self._lock:
            self._generated = self._generated or _in_background(self._generate)
            self._mnist = self._mnist or _in_background(self._load)

    @staticmethod
    def _generate() -> Splits:
        from mnist_core.data.generated import generated_splits

        return generated_splits()

    def _load(self) -> Splits:
        from mnist_core.data.mnist import default_root, load_mnist

        return load_mnist(default_root(), on_progress=self._note, seconds=DOWNLOAD_SECONDS)

    def _note(self, share: float) -> None:
        self.progress = share

    def generated(self) -> Splits:
        """The generated digits; waits for them the first time."""
        self.start()
        assert self._generated is not None
        return self._generated.result()

    def mnist(self) -> Splits | None:
        """MNIST, or None while it is on its way or can't be had."""
        future = self._mnist
        return future.result() if future and future.done() and not future.exception() else None

    def there(self) -> list[Splits]:
        """The data sets that are there already."""
        futures = [future for future in (self._generated, self._mnist) if future and future.done()]
        return [future.result() for future in futures if not future.exception()]

    @property
    def is_ready(self) -> bool:
        """Whether there are digits to work on at once."""
        return bool(self.mnist() or (self._generated and self._generated.done()))

    @property
    def mnist_is_loading(self) -> bool:
        """Whether MNIST may still come by itself."""
        return self._mnist is None or not self._mnist.done()

    @property
    def mnist_problem(self) -> str | None:
        """Why MNIST can't be had, in a sentence."""
        error = self._mnist.exception() if self._mnist and self._mnist.done() else None
        return str(error) if error else None

    @property
    def disk_refuses(self) -> bool:
        """Whether it can't be had because of this computer's disk, and not of the network."""
        from mnist_core.data.mnist import DiskRefuses

        error = self._mnist.exception() if self._mnist and self._mnist.done() else None
        return isinstance(error, DiskRefuses)

    def retry(self) -> None:
        """Tries to get MNIST once more, unless someone else has just done so."""
        with self._lock:
            if self.mnist_problem:
                self.progress = 0.0
                self._mnist = _in_background(self._load)


@Shared
def library() -> DataLibrary:
    """The data sets."""
    return DataLibrary()


def cores() -> int:
    """How many this process may use."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1  # the first asks for it alone, from Python 3.13 on


def is_drawing() -> bool:
    """Whether a page is being drawn."""
    return any(thread.name == DRAWING for thread in threading.enumerate())


@Shared
def jobs() -> FairQueue:
    """The one queue all visitors' trainings share: on one core, and on a second one while no page is drawn."""
    # Training hands Python's lock over at every call of torch. At the usual 5 ms until it may have it back, a page
    # being drawn slows it to a quarter; at half a millisecond, to less than a half.
    sys.setswitchinterval(0.0005)
    return FairQueue(is_busy=is_drawing if cores() > 1 else None)


@st.cache_resource(show_spinner=False)
def shipped_model() -> MLP:
    """The network that comes with the project, for reading only."""
    libraries()
    from mnist_core.network.checkpoint import load_shipped

    return load_shipped().requires_grad_(False)


@st.cache_resource(show_spinner=False)
def is_digit_model() -> MLP:
    """The second network, which tells whether a drawing is a digit at all; for reading only."""
    libraries()
    from mnist_core.handwriting.is_digit import load_is_digit

    return load_is_digit().requires_grad_(False)


def of_everyone() -> list[object]:
    """What visitors' things refer to and belongs to all, as far as it is loaded."""
    is_loaded = hasattr(sys.modules.get("mnist_core.network.checkpoint"), "load_shipped")
    return [*library().there(), *([shipped_model()] if is_loaded else [])]


@Shared
def warm_up() -> threading.Timer:
    """Gets torch and the data ready once the first page is out, so that the second one need not wait."""
    timer = threading.Timer(1.0, library().start)
    timer.daemon = True
    timer.start()
    return timer
