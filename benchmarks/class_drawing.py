"""What it costs a server of two cores that thirty visitors draw on the first page at once, each a stroke every 3 s.

Visits the page over Streamlit's own protocol, as so many browsers would: each visitor sends the canvas with another
digit on it, as a browser does when the pen is lifted, and takes the answer; weights that an answer names are fetched,
once each. Needs Linux and the development tools; nothing is downloaded.

    python benchmarks/class_drawing.py
    python benchmarks/class_drawing.py --app FOLDER . --rounds 3      beside another version of the app
"""

import argparse
import asyncio
import base64
import io
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.browser_reading import written
from benchmarks.class_trains import CORES, Server
from benchmarks.machine import describe
from benchmarks.visitor import connection
from tests.browser.conftest import serving
from tests.conftest import PROJECT

EVERY = 3.0  # seconds from one stroke of a visitor to the next
BRUSH = 18


class Drawer:
    """A visitor of the first page who draws.

    Args:
        socket: Their connection.
        address: The server's.
        number: Which visitor; each draws other digits.
    """

    def __init__(self, socket: ClientConnection, address: str, number: int) -> None:
        self._socket, self._address = socket, address
        self._random = np.random.default_rng(number)
        self._page = self._canvas = self._fragment = ""
        self._finished = asyncio.Event()
        self.weights: list[str] = []  # addresses, in the order in which they were fetched
        self.waits: list[float] = []  # seconds from each stroke to the end of its answer
        self.received = 0  # bytes

    async def open(self) -> None:
        """Opens the page, and draws a first stroke that does not count: what is needed for it is loaded then."""
        await self._ask()
        while not self._canvas:
            await self._answer()
        await self.draw()
        self.waits, self.received = [], 0

    async def draw(self) -> None:
        """Draws a stroke and takes the answer."""
        drawing = written(int(self._random.integers(10)), BRUSH, self._random)
        sent = json.dumps({"drawing": {"raw": {"objects": [{}]}, "data": f"data:image/png;base64,{png(drawing)}"}})
        started = time.perf_counter()
        await self._ask(WidgetState(id=self._canvas, json_value=sent))
        await self._answer()
        self.waits.append(time.perf_counter() - started)

    async def keep_drawing(self, until: float) -> None:
        """Draws a stroke every three seconds."""
        due = time.perf_counter() + EVERY * self._random.uniform()
        while due < until:
            await asyncio.sleep(due - time.perf_counter())
            await self.draw()
            due += EVERY

    async def listen(self) -> None:
        """Takes what the server sends, for as long as it does."""
        async for data in self._socket:
            assert isinstance(data, bytes)
            self.received += len(data)
            message = ForwardMsg.FromString(data)
            match message.WhichOneof("type"):
                case "navigation":
                    self._page = message.navigation.page_script_hash
                case "delta" if message.delta.new_element.WhichOneof("type") == "bidi_component":
                    await self._see(message.delta.new_element.bidi_component, message.delta.fragment_id)
                case "script_finished":
                    self._finished.set()

    async def _ask(self, *widgets: WidgetState) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.page_script_hash, rerun.fragment_id = self._page, self._fragment if widgets else ""
        rerun.widget_states.widgets.extend(widgets)
        self._finished.clear()
        await self._socket.send(message.SerializeToString())

    async def _answer(self) -> None:
        await self._finished.wait()
        self._finished.clear()

    async def _see(self, component: BidiComponent, fragment: str) -> None:
        if component.component_name.startswith("streamlit-drawable-canvas"):
            self._canvas, self._fragment = component.id, fragment
        elif component.component_name == "network":
            weights = json.loads(component.json)["weights"]
            if weights and weights not in self.weights:
                self.weights.append(weights)
                await asyncio.to_thread(fetch, f"{self._address}{weights}")


def png(drawing: np.ndarray) -> str:
    """A drawing as a canvas sends it: PNG in four colours, in base64."""
    content = io.BytesIO()
    Image.fromarray(drawing).convert("RGBA").save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def fetch(address: str) -> int:
    """How many bytes lie at an address of the server."""
    local = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with local.open(address, timeout=60) as answer:
        return len(answer.read())


async def visit(address: str, number: int, seconds: float) -> str:
    """Lets so many visitors draw for so long; returns what it cost, as a line."""
    server = Server()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        sockets = [await stack.enter_async_context(connection(address)) for _ in range(number)]
        drawers = [Drawer(socket, address, at) for at, socket in enumerate(sockets)]
        listening = [group.create_task(drawer.listen()) for drawer in drawers]
        for drawer in drawers:
            await drawer.open()
        await asyncio.sleep(2)
        before, until = server.used()["all"], time.perf_counter() + seconds
        await asyncio.gather(*(drawer.keep_drawing(until) for drawer in drawers))
        used = server.used()["all"] - before
        for task in listening:
            task.cancel()
    waits = sorted(wait for drawer in drawers for wait in drawer.waits)
    received = sum(drawer.received for drawer in drawers) / len(waits)
    fetched = [len(drawer.weights) for drawer in drawers]
    return (
        f"{1_000 * used / len(waits):.1f} ms of processor time for each of {len(waits)} strokes; answered within "
        f"{1_000 * statistics.median(waits):.0f} ms (median; 95 % within {1_000 * waits[int(0.95 * len(waits))]:.0f}), "
        f"in {received / 1_000:.0f} kB; weights fetched by each visitor: {min(fetched)} to {max(fetched)} times, "
        f"from {len({one for drawer in drawers for one in drawer.weights})} addresses"
    )


def main() -> None:
    """Prints a line for each app and round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=30.0, help="that are counted")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--app", type=Path, nargs="+", default=[PROJECT], help="folders; each is measured in each round"
    )
    options = parser.parse_args()
    print(f"{describe()}\n{options.visitors} visitors, a server on {CORES} cores, {options.seconds:g} s")
    for _ in range(options.rounds):
        for app in options.app:
            with tempfile.TemporaryDirectory() as nothing, serving(Path(nothing), app.resolve()) as address:
                found = asyncio.run(visit(address, options.visitors, options.seconds))
                print(f"{app.resolve().name}: {found}", flush=True)


if __name__ == "__main__":
    main()
