"""A class presses Train at once on a server of two cores: when is each done, and what do they wait for meanwhile?

Starts the app's server on two cores and visits its training page over Streamlit's own protocol, as so many browsers
would: all press Train at once, and ask for the live parts of the page as often as the page says, until the final test
is there. One more, who trains nothing, has the whole page drawn again every second. Then all train on, whoever is done
anew, and some press Stop, one after another. Needs Linux and the development tools; nothing is downloaded. Without
MNIST on disk all learn from generated digits, which are fewer.

    python benchmarks/class_trains.py
    python benchmarks/class_trains.py --visitors 30 --app FOLDER .      beside another version of the app
"""

import argparse
import asyncio
import math
import os
import statistics
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from benchmarks.visitor import Visitor, connection
from mnist_core.data.mnist import default_root
from tests.browser.conftest import serving
from tests.conftest import PROJECT

CORES = 2
GUEST_EVERY = 1.0  # seconds between two pages of the one who trains nothing
STOPS = 10
THREADS = 2  # that train
EXPLAINED = """\
done     seconds from all pressing Train to the page with the final test: the first, the median, the last
Stop     milliseconds from the click to the page that says so, median and worst
look     milliseconds until a part of the page of those who train is drawn again, median and 95th percentile
page     the same for the whole page of somebody who trains nothing
a look   milliseconds of processor time: pages, divided by all looks
curves   looks in a second that showed new curves, all visitors together
pages    cores that the server used without its two busiest threads, which train
train    cores that these threads used
client   cores used by this program, which in a class are not the server's"""


class Server:
    """The server's process, of which there is one among this one's children."""

    def __init__(self) -> None:
        me = os.getpid()
        self._path = Path(f"/proc/{Path(f'/proc/{me}/task/{me}/children').read_text().split()[-1]}")
        for thread in self._path.glob("task/*"):
            os.sched_setaffinity(int(thread.name), sorted(os.sched_getaffinity(0))[:CORES])

    def used(self) -> dict[str, float]:
        """Seconds of processor time so far: of all, and of each thread but the first, by number."""
        threads = {path.name: path for path in self._path.glob("task/*") if path.name != self._path.name}
        return {name: self._seconds(path) for name, path in {"all": self._path, **threads}.items()}

    @staticmethod
    def _seconds(path: Path) -> float:
        try:
            user, system = (path / "stat").read_text().rpartition(")")[2].split()[11:13]
        except OSError:  # the thread has ended
            return 0.0
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Resident megabytes."""
        return int((self._path / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True)
class Found:
    """What a class waited for. Seconds; lists are in order, the shortest first."""

    visitors: int
    done: list[float]
    stops: list[float]
    looks: list[float]
    pages: list[float]
    of_the_server: dict[str, float]  # by what EXPLAINED calls it

    def row(self) -> str:
        """As a line of the table."""
        parts = {
            "visitors": f"{self.visitors}",
            "done": f"{self.done[0]:.1f}, {statistics.median(self.done):.1f}, {self.done[-1]:.1f}",
            "Stop": milliseconds(statistics.median(self.stops), self.stops[-1]) if self.stops else "?",
            "look": milliseconds(statistics.median(self.looks), percentile(self.looks)),
            "page": milliseconds(statistics.median(self.pages), percentile(self.pages)),
            **{name: f"{number:.2f}" for name, number in self.of_the_server.items()},
        }
        return "  ".join(f"{name} {value}" for name, value in parts.items())


def milliseconds(*seconds: float) -> str:
    """Some durations, as a table shows them."""
    return ", ".join(f"{1_000 * one:.0f}" for one in seconds)


def percentile(ordered: list[float], share: float = 0.95) -> float:
    """The least of some numbers, in order, that at least this share of them does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


async def open_pages(visitors: list[Visitor]) -> None:
    """Opens the page for everyone once the data is there."""
    first = visitors[0]
    await first.ask()
    while "train" not in first.buttons or first.looks_again:  # while data is on its way, the line below the page does
        await first.next_page()
    for visitor in visitors:
        await visitor.ask()
        await visitor.next_page()


async def train_once(visitor: Visitor) -> float:
    """Presses Train; returns the seconds until the page with what came of it."""
    started = time.perf_counter()
    await visitor.press("train", until="stop")
    while "train" not in visitor.buttons:
        await visitor.next_page()
    return time.perf_counter() - started


async def look_around(guest: Visitor, pages: list[float]) -> None:
    """Has the whole page drawn again and again, and notes how long each took."""
    while True:
        started = time.perf_counter()
        await guest.ask()
        await guest.next_page()
        pages.append(time.perf_counter() - started)
        await asyncio.sleep(GUEST_EVERY)


async def all_at_once(visitors: list[Visitor], server: Server) -> tuple[list[float], dict[str, float]]:
    """Everyone trains; returns when each was done, and what the server did meanwhile."""
    for visitor in visitors:
        visitor.looks, visitor.new_curves = [], 0
    started, before, own = time.perf_counter(), server.used(), time.process_time()
    done = await asyncio.gather(*map(train_once, visitors))
    took, after, own = time.perf_counter() - started, server.used(), time.process_time() - own
    used = {name: after[name] - before.get(name, 0.0) for name in after}
    everything = used.pop("all")
    training = sum(sorted(used.values())[-THREADS:])  # each look has a thread of its own, which soon ends
    return sorted(done), {
        "a look": 1_000 * (everything - training) / sum(len(visitor.looks) for visitor in visitors),
        "curves": sum(visitor.new_curves for visitor in visitors) / took,
        "pages": (everything - training) / took,
        "train": training / took,
        "client": own / took,
        "MB": server.memory(),
    }


async def stops(visitors: list[Visitor]) -> list[float]:
    """Seconds until Stop is answered, for one visitor after another."""
    seconds = []
    for index in range(STOPS):
        visitor = visitors[index % len(visitors)]
        while "stop" not in visitor.buttons:
            await visitor.next_page()
        await asyncio.sleep(0.7)
        if "stop" in visitor.buttons:  # or the run has ended in the meantime
            seconds.append(await visitor.press("stop", until="train"))
    return sorted(seconds)


async def visit(address: str, number: int, settings: str) -> Found:
    """Lets so many visitors train on a server that has just started."""
    server = Server()
    pages: list[float] = []
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        sockets = [await stack.enter_async_context(connection(address)) for _ in range(number + 1)]
        guest, *visitors = everyone = [Visitor(socket, settings) for socket in sockets]
        tasks = [group.create_task(visitor.listen()) for visitor in everyone]
        await open_pages(everyone)
        looking = group.create_task(look_around(guest, pages))
        done, of_the_server = await all_at_once(visitors, server)
        looking.cancel()
        looks = sorted(wait for visitor in visitors for wait in visitor.looks)
        tasks += [group.create_task(visitor.keep_training()) for visitor in visitors]
        waits = await stops(visitors)
        for visitor in everyone:
            visitor.rest()
        for task in tasks:
            task.cancel()
    return Found(number, done, waits, looks, sorted(pages), of_the_server)


def train(number: int, app: Path = PROJECT, settings: str = "") -> Found:
    """Starts a server and lets so many visitors train.

    Args:
        number: Of visitors.
        app: The folder of the app.
        settings: Of the runs, as in the link.
    """
    with serving(default_root().resolve(), app.resolve()) as address:
        return asyncio.run(visit(address, number, settings))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 10, 30, 60])
    parser.add_argument("--settings", default="", help="of the runs, as in the link: epochs=20&batch_size=8")
    parser.add_argument("--app", type=Path, nargs="+", default=[PROJECT], help="folders; each is measured")
    options = parser.parse_args()
    print(f"{describe()}\na server on {CORES} cores, train?{options.settings}\n{EXPLAINED}\n")
    for number in options.visitors:
        for app in options.app:
            print(f"{app.resolve().name}: {train(number, app, options.settings).row()}", flush=True)


if __name__ == "__main__":
    main()
