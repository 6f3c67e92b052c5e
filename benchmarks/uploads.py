"""What pictures cost that were made to cost much: one by one, and thirty of the worst at once on a real server.

One by one, each is opened in a process of its own; the memory is what that process takes beside the file. Then thirty
visitors of one server give it the worst of them at the same moment. Needs Linux; nothing is downloaded.

    python benchmarks/uploads.py
    python benchmarks/uploads.py --visitors 0      only one by one
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.class_trains import Server
from benchmarks.machine import describe
from benchmarks.visitor import connection, upload
from tests.browser.conftest import serving
from tests.mnist_core.handwriting.test_opening import LARGEST, REFUSED, opened

MOST = 1_500  # megabytes that the server may hold


class Giver:
    """A visitor of the page that reads drawings and photos, who gives it a picture.

    Args:
        socket: Their connection.
        address: The server's.
    """

    def __init__(self, socket: ClientConnection, address: str) -> None:
        self._socket, self._address = socket, address
        self._page = self._uploader = self._fragment = ""
        self._finished = asyncio.Event()
        self._urls: asyncio.Queue[FileURLs] = asyncio.Queue()

    async def open(self) -> None:
        """Opens the page."""
        while not self._uploader:
            await self._ask()

    async def give(self, content: bytes) -> float:
        """Gives it a picture; returns the seconds until the page is drawn with it."""
        message = BackMsg()
        message.file_urls_request.request_id = "1"
        message.file_urls_request.file_names.append("picture.png")
        await self._socket.send(message.SerializeToString())
        urls = await self._urls.get()
        await asyncio.to_thread(upload, self._address, urls.upload_url, "picture.png", content)
        state = WidgetState(id=self._uploader)
        info = UploadedFileInfo(file_id=urls.file_id, name="picture.png", size=len(content), file_urls=urls)
        state.file_uploader_state_value.uploaded_file_info.append(info)
        started = time.perf_counter()
        await self._ask(state)
        return time.perf_counter() - started

    async def listen(self) -> None:
        """Takes what the server sends, for as long as it does."""
        async for data in self._socket:
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            match message.WhichOneof("type"):
                case "navigation":
                    self._page = message.navigation.page_script_hash
                case "delta" if message.delta.new_element.WhichOneof("type") == "file_uploader":
                    self._uploader = message.delta.new_element.file_uploader.id
                    self._fragment = message.delta.fragment_id
                case "file_urls_response":
                    await self._urls.put(message.file_urls_response.file_urls[0])
                case "script_finished":
                    self._finished.set()

    async def _ask(self, *widgets: WidgetState) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.page_script_hash, rerun.fragment_id = self._page, self._fragment if widgets else ""
        rerun.page_name = "" if self._page else "draw"
        rerun.widget_states.widgets.extend(widgets)
        self._finished.clear()
        await self._socket.send(message.SerializeToString())
        await self._finished.wait()


async def at_once(address: str, server: Server, pictures: list[bytes]) -> None:
    """Gives the server all pictures at the same moment, each by another visitor, and prints what that costs."""
    peak = 0.0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, server.memory())
            await asyncio.sleep(0.02)

    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        givers = [Giver(await stack.enter_async_context(connection(address)), address) for _ in pictures]
        tasks = [group.create_task(giver.listen()) for giver in givers]
        for giver in givers:
            await giver.open()
        before = server.memory()
        tasks.append(group.create_task(watch()))
        waits = await asyncio.gather(*(map(Giver.give, givers, pictures)))
        for task in tasks:
            task.cancel()
    print(
        f"{len(pictures)} at once: {before:.0f} MB before, {peak:.0f} MB at most (may be {MOST}); "
        f"the last had its answer after {max(waits):.1f} s"
    )


def main() -> None:
    """Prints a line for each picture, and one for all at once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=30, help="how many give a picture at once")
    options = parser.parse_args()
    print(describe(), flush=True)
    costs: list[tuple[float, bytes]] = []
    makes = [*LARGEST.items(), *((f"refused: {name}", lambda make=make: make()[0]) for name, make in REFUSED.items())]
    for name, make in makes:
        content = make()
        started = time.perf_counter()
        words, peak = opened(content)
        seconds = time.perf_counter() - started
        print(
            f"{name:34} {len(content) / 2**20:5.1f} MB  +{peak:4.0f} MB  {seconds:4.1f} s with Python's start  {words}"
        )
        if name in LARGEST and "HEIC" not in name:
            costs.append((peak, content))
    worst = [content for _, content in sorted(costs, key=lambda one: -one[0])[:6]]
    if options.visitors:
        with tempfile.TemporaryDirectory() as nothing, serving(Path(nothing)) as address:
            pictures = [worst[number % len(worst)] for number in range(options.visitors)]
            asyncio.run(at_once(address, Server(), pictures))


if __name__ == "__main__":
    main()
