"""An hour of visits to one server: what it holds in memory, and how many files and threads it has open.

Starts the app's server and visits it over Streamlit's own protocol, a few visitors at a time. Each opens some pages in
a tab of its own; some draw, some train, some give it a photo, and all leave without a word. The clock by which
visitors are forgotten goes on by a share of an hour with each who comes, so that the hour is as long as the machine
needs. All other clocks are real. Draws docs/soak.svg. Needs Linux and the development tools; nothing is downloaded.
Without MNIST on disk all learn from generated digits, which are fewer.

    python benchmarks/soak.py
    python benchmarks/soak.py --visits 1000       fewer of the same hour: its first twelve minutes
"""

import argparse
import asyncio
import base64
import io
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

import torch
from PIL import Image, ImageDraw
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, UploadedFileInfo
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

from benchmarks.machine import describe
from benchmarks.plots import Line, Plot, drawn
from benchmarks.visitor import connection, upload
from mnist_core.data.mnist import default_root
from tests.browser.conftest import serving
from tests.conftest import PROJECT
from ui.frame.shared import Shared
from ui.visitor import store

AN_HOUR, VISITS = 3_600.0, 5_000
AT_ONCE = 6
PAGES = sorted(path.stem for path in (PROJECT / "pages").glob("*.py"))
DRAW, TRAIN, PHOTO, WHOLE = 0.3, 0.15, 0.1, 0.05  # shares of the visits; they may do several of these
LOOKS_EVERY = 50  # visits
PATIENCE = 180.0  # seconds for one answer, on a machine that has much else to do
PICTURE = PROJECT / "docs/soak.svg"
SIZES = "SOAK_SIZES"  # the variable that names the file in which the server says what it holds for visitors

Look = dict[str, float]


class Counted(store.Visitors):
    """Visitors, with a clock that goes on by each who comes."""

    def __init__(self) -> None:
        self._come = 0
        super().__init__(clock=lambda: self._come * AN_HOUR / VISITS)

    def find(self, name: str) -> store.Visitor:
        """As ever; and says now and then who is known and what they hold."""
        if name not in self._by_name:
            self._come += 1
            if self._come % LOOKS_EVERY == 0:
                Path(os.environ[SIZES]).write_text(f"{len(self)} {self.bytes}")
        return super().find(name)


def serve() -> None:
    """The app's server with that clock."""
    from streamlit.web import cli

    store.visitors = Shared(Counted)
    cli.main()


class Guest:
    """One browser tab."""

    def __init__(self, socket: ClientConnection, address: str, chance: random.Random) -> None:
        self._socket, self._address, self._chance = socket, address, chance
        self._ids: dict[str, str] = {}  # of what can be used on the page, by key
        self._session = ""
        self.wrong: list[str] = []

    async def open(self, page: str, query: str = "", *states: WidgetState) -> None:
        """Opens a page, or asks for it once more with something pressed, drawn or chosen; waits until it is drawn."""
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        message.rerun_script.widget_states.widgets.extend(states)
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while await self._told() not in (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR):
                pass

    async def _next(self) -> ForwardMsg:
        data = await self._socket.recv()
        assert isinstance(data, bytes)
        message: ForwardMsg = ForwardMsg.FromString(data)
        return message

    async def _told(self) -> int | None:
        """Takes what the server says next; returns how the page ended, if that is it."""
        message = await self._next()
        match message.WhichOneof("type"):
            case "new_session":
                self._session = message.new_session.initialize.session_id
                if not message.metadata.run.fragment_ids:
                    self._ids = {}
            case "delta":
                self._see(message.delta)
            case "script_finished":
                return int(message.script_finished)
        return None

    def _see(self, delta: Delta) -> None:
        element = delta.new_element
        match element.WhichOneof("type"):
            case "exception":
                self.wrong.append(element.exception.message)
            case "button":
                self._ids[element.button.id.split("-", 2)[2]] = element.button.id
            case "bidi_component":
                self._ids[element.bidi_component.component_name] = element.bidi_component.id
            case "file_uploader":
                self._ids["photo_file"] = element.file_uploader.id

    async def draw(self, page: str) -> None:
        """Draws a line or two on the canvas of a page."""
        picture = Image.new("L", (280, 280))
        points = [(self._chance.randint(60, 220), self._chance.randint(40, 240)) for _ in range(4)]
        ImageDraw.Draw(picture).line(points, fill=255, width=18, joint="curve")
        data = io.BytesIO()
        picture.save(data, "PNG")
        url = "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()
        canvas = next((name for name in self._ids if "canvas" in name), None)
        if canvas:
            said = json.dumps({"drawing": {"raw": {"objects": [{"type": "path"}]}, "data": url}})
            await self.open(page, "", WidgetState(id=self._ids[canvas], json_value=said))

    async def train(self) -> None:
        """Presses Train, looks once more and leaves."""
        await self.open("train", "epochs=1")
        if "train" in self._ids:
            await self.open("train", "epochs=1", WidgetState(id=self._ids["train"], trigger_value=True))
            await asyncio.sleep(2.0)
            await self.open("train", "epochs=1")

    async def give_photo(self) -> None:
        """Gives the page that reads photos one of a digit on paper."""
        await self.open("draw", "show=whole")
        if "photo_file" not in self._ids:
            return
        request = BackMsg()
        request.file_urls_request.request_id = "1"
        request.file_urls_request.file_names.append("digit.jpg")
        request.file_urls_request.session_id = self._session
        await self._socket.send(request.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while (message := await self._next()).WhichOneof("type") != "file_urls_response":
                pass
        (urls,) = message.file_urls_response.file_urls
        content = await asyncio.to_thread(self._upload, urls.upload_url)
        file = UploadedFileInfo(file_id=urls.file_id, name="digit.jpg", size=content, file_urls=urls)
        chosen = FileUploaderState(uploaded_file_info=[file])
        await self.open("draw", "show=whole", WidgetState(id=self._ids["photo_file"], file_uploader_state_value=chosen))

    def _upload(self, url: str) -> int:
        paper = Image.effect_noise((1_200, 900), 12).point([min(255, grey + 90) for grey in range(256)])
        middle = self._chance.randint(400, 800)
        ImageDraw.Draw(paper).line([(middle, 200), (middle + 60, 700)], fill=40, width=50)
        data = io.BytesIO()
        paper.save(data, "JPEG")
        upload(self._address, url, "digit.jpg", data.getvalue(), PATIENCE)
        return len(data.getvalue())


class Server:
    """The server's process, of which there is one among this one's children."""

    def __init__(self) -> None:
        me = os.getpid()
        self._path = Path("/proc") / Path(f"/proc/{me}/task/{me}/children").read_text().split()[-1]

    def look(self) -> Look:
        """What it holds now, and how much of that it says visitors have."""
        pages = int((self._path / "statm").read_text().split()[1])
        said = Path(os.environ[SIZES]).read_text().split()
        return {
            "server": pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
            "visitors": int(said[1]) / 1e6 if said else 0.0,
            "known": int(said[0]) if said else 0,
            "files": len(list((self._path / "fd").iterdir())),
            "threads": len(list((self._path / "task").iterdir())),
        }


async def visit(address: str, number: int) -> list[str]:
    """One visit from opening the first page to closing the tab; returns what went wrong."""
    chance = random.Random(number)
    async with connection(address) as socket:
        guest = Guest(socket, address, chance)
        page = chance.choice(PAGES)
        await guest.open(page, "show=whole" if chance.random() < WHOLE else "")
        if chance.random() < DRAW:
            await guest.open("welcome")
            await guest.draw("welcome")
        if chance.random() < TRAIN:
            await guest.train()
        if chance.random() < PHOTO:
            await guest.give_photo()
        await guest.open(chance.choice(PAGES))
    return guest.wrong


async def soak(address: str, visits: int) -> None:
    """All visits, a few at a time; notes what the server holds, by how many are over, and draws it."""
    server, started, done = Server(), time.monotonic(), 0
    looks: list[tuple[int, Look]] = []
    numbers = iter(range(visits))

    async def come() -> None:
        nonlocal done
        for number in numbers:
            for wrong in await visit(address, number):
                print(f"visit {number}: {wrong}", flush=True)
            done += 1
            if done % LOOKS_EVERY == 0:
                looks.append((done, server.look()))
                told = "  ".join(f"{name} {number:.0f}" for name, number in looks[-1][1].items())
                print(f"{done} visits, {time.monotonic() - started:.0f} s  {told}", flush=True)
                PICTURE.write_text(drawn(plots(looks)), encoding="utf-8")

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(come())


def plots(looks: list[tuple[int, Look]]) -> list[Plot]:
    """What was seen, as plots."""

    def line(name: str, what: str) -> Line:
        return Line(name, [(done, look[what]) for done, look in looks])

    build = "CUDA" if torch.version.cuda else "CPU"
    return [
        Plot(
            f"MB in memory ({build} build of torch)",
            "visits",
            [line("the server", "server"), line("what visitors have", "visitors")],
            is_even=True,
        ),
        Plot(
            "how many",
            "visits",
            [line("open files", "files"), line("visitors known", "known"), line("threads", "threads")],
            is_even=True,
        ),
    ]


def main() -> None:
    """Visits and draws."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=VISITS)
    options = parser.parse_args()
    print(f"{describe()}, {'CUDA' if torch.version.cuda else 'CPU'} build", flush=True)
    with tempfile.NamedTemporaryFile() as sizes:
        os.environ[SIZES] = sizes.name
        with serving(default_root().resolve(), program=(__file__,)) as address:
            asyncio.run(soak(address, options.visits))


if __name__ == "__main__":
    serve() if sys.argv[1:2] == ["run"] else main()
