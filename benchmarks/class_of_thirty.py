"""How often thirty visitors at once may look at their trainings on a server of two cores, and what a look costs.

Starts the app's server on two cores and visits its training page over Streamlit's own protocol, as so many browsers
would: each visitor presses Train, asks for the live parts of the page as often as the page says, and presses Train
again when the run is over. Then, one after another, some press Stop. Needs Linux and the development tools; nothing is
downloaded.

    python benchmarks/class_of_thirty.py
    python benchmarks/class_of_thirty.py --visitors 30 --poll 0.3 0.6 1 2
    MNIST_DATA_DIR=... python benchmarks/class_of_thirty.py --mnist
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from benchmarks.visitor import Visitor, connection
from tests.browser.conftest import serving

CORES = 2
SETTLE = 4.0  # seconds after the last visitor has started, in which nothing is counted
STOPS = 10
EXPLAINED = """\
every    seconds after which a browser asks for the run again, in the window's end (least to most of the visitors)
looks    answered for each visitor in a second, at the run and at the line above it
curves   of these in a second, looks that showed new curves, all visitors together
wait     milliseconds for a look, median and 95th percentile
pages    cores that the server used without its training thread
train    cores that the training thread used
a look   milliseconds of processor time: pages, divided by all looks
a page   milliseconds of processor time for the whole page, nobody training
images   trained in a second of training, mean over those whose turn it is
Stop     seconds from the click to the page that says so, median and worst
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


async def open_pages(visitors: list[Visitor], server: Server) -> float:
    """Opens the page for everyone once the data is there; returns the seconds of processor time for each."""
    first = visitors[0]
    await first.ask()
    while "train" not in first.buttons or first.every:  # while data is on its way, the line above the page looks again
        await first.next_page()
    before = server.used()["all"]
    for visitor in visitors:
        await visitor.ask()
        await visitor.next_page()
    return (server.used()["all"] - before) / len(visitors)


async def count(visitors: list[Visitor], server: Server, seconds: float) -> dict[str, str]:
    """What happens in a while."""
    for visitor in visitors:
        visitor.looks, visitor.new_curves = [], 0
    started, before, own = time.perf_counter(), server.used(), time.process_time()
    await asyncio.sleep(seconds)
    took, after, own = time.perf_counter() - started, server.used(), time.process_time() - own
    used = {name: after[name] - before.get(name, 0.0) for name in after}
    everything = used.pop("all")
    training = max(used.values())  # each look has a thread of its own, which soon ends
    looks = sorted(wait for visitor in visitors for wait in visitor.looks)
    every = [visitor.every[-1] for visitor in visitors if visitor.every]
    speeds = [visitor.speed for visitor in visitors if visitor.speed]
    return {
        "every": f"{min(every):.1f}-{max(every):.1f}",
        "looks": f"{len(looks) / took / len(visitors):.2f}",
        "curves": f"{sum(visitor.new_curves for visitor in visitors) / took:.1f}",
        "wait": f"{1000 * statistics.median(looks):.0f}, {1000 * looks[int(0.95 * len(looks))]:.0f}",
        "pages": f"{(everything - training) / took:.2f}",
        "train": f"{training / took:.2f}",
        "a look": f"{1000 * (everything - training) / len(looks):.1f}",
        "images": f"{statistics.mean(speeds):,.0f}" if speeds else "?",
        "client": f"{own / took:.2f}",
    }


async def stops(visitors: list[Visitor]) -> list[float]:
    """Seconds until Stop is answered, for one visitor after another."""
    seconds = []
    for index in range(STOPS):
        visitor = visitors[index % len(visitors)]
        while "stop" not in visitor.buttons:
            await visitor.next_page()
        await asyncio.sleep(0.7)
        seconds.append(await visitor.press("stop", until="train") if "stop" in visitor.buttons else 0.0)
    return [second for second in seconds if second]


async def visit(address: str, number: int, settings: str, poll: float | None, seconds: float) -> dict[str, str]:
    """Lets so many visitors train and counts for so long; returns a row of the table."""
    server = Server()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        sockets = [await stack.enter_async_context(connection(address)) for _ in range(number)]
        visitors = [Visitor(socket, settings, poll) for socket in sockets]
        tasks = [group.create_task(visitor.listen()) for visitor in visitors]
        page = await open_pages(visitors, server)
        for visitor in visitors:  # one after another, as in a class
            tasks.append(group.create_task(visitor.keep_training()))
            while "stop" not in visitor.buttons:
                await visitor.next_page()
        await asyncio.sleep(SETTLE)
        row = {"visitors": str(number)} | await count(visitors, server, seconds)
        waits = await stops(visitors)
        for visitor in visitors:
            visitor.rest()
        for task in tasks:
            task.cancel()
        stopped = {"Stop": f"{statistics.median(waits):.2f}, {max(waits):.2f}", "memory": f"{server.memory():.0f} MB"}
        return row | {"a page": f"{1000 * page:.0f}"} | stopped


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 4, 10, 30])
    parser.add_argument("--poll", type=float, nargs="+", help="seconds between looks, instead of what the page says")
    parser.add_argument("--seconds", type=float, default=20.0, help="that are counted")
    parser.add_argument("--settings", default="epochs=20&batch_size=8&layers=3", help="of the runs, as in the link")
    parser.add_argument("--mnist", action="store_true", help="the data is in MNIST_DATA_DIR")
    chosen = parser.parse_args()
    print(describe())
    print(f"a server on {CORES} cores, train?{chosen.settings}, {chosen.seconds:g} s\n{EXPLAINED}\n")
    with tempfile.TemporaryDirectory() as nothing:
        data = Path(os.environ["MNIST_DATA_DIR"] if chosen.mnist else nothing)
        for number in chosen.visitors:
            for poll in chosen.poll or [None]:
                with serving(data) as address:
                    row = asyncio.run(visit(address, number, chosen.settings, poll, chosen.seconds))
                print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)


if __name__ == "__main__":
    main()
