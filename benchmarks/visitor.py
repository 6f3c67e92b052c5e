"""Browser tabs without a browser, which speak Streamlit's protocol: one that opens a link, and one that trains.

What Streamlit's own page does with the messages is followed as far as it makes work for the server: it asks again for
the parts of a page that want it, at their intervals and whether or not the last answer has come, and forgets about
them when the whole page is drawn anew.
"""

import asyncio
import time
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Navigation_pb2 import Navigation
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol


def connection(address: str) -> connect:
    """A connection to a server of the app, such as a browser makes; it is closed when its context ends."""
    # No pings: a browser sends none, and a server that is late for one would be left.
    target = address.replace("http", "ws", 1) + "/_stcore/stream"
    return connect(target, subprotocols=[Subprotocol("streamlit")], proxy=None, max_size=None, ping_interval=None)


@dataclass
class Opened:
    """What somebody saw who opened a link.

    Attributes:
        title: The page's heading.
        menus: The titles in the menu, each time that the browser was told to show any.
        errors: What an error box said, an exception, or Streamlit of an address that it does not know.
    """

    title: str = ""
    menus: list[list[str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def see(self, message: ForwardMsg) -> None:
        """Takes a message of the server."""
        if message.WhichOneof("type") == "navigation" and message.navigation.position != Navigation.HIDDEN:
            self.menus.append([entry.page_name for entry in message.navigation.app_pages])
        elif message.WhichOneof("type") == "page_not_found":
            self.errors.append(f"{message.page_not_found.page_name} is not found")
        element = message.delta.new_element
        if element.WhichOneof("type") == "exception":
            self.errors.append(element.exception.message)
        elif element.WhichOneof("type") == "alert" and element.alert.format == Alert.ERROR:
            self.errors.append(element.alert.body)
        elif element.WhichOneof("type") == "heading" and element.heading.tag == "h1":
            self.title = element.heading.body


def upload(address: str, url: str, name: str, content: bytes, patience: float = 60.0) -> None:
    """Sends a file as a browser does, with the token that only a page of this server has.

    Args:
        address: Of the server.
        url: Of the file, below it.
        name: Of the file.
        content: What is in it.
        patience: Seconds until a TimeoutError.
    """
    local = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with local.open(f"{address}/_stcore/health", timeout=patience) as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    headers = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Cookie": cookie,
        "X-Xsrftoken": cookie.partition("=")[2],
    }
    request = urllib.request.Request(address + url, head + content + b"\r\n--x--\r\n", headers, method="PUT")
    local.open(request, timeout=patience).close()


async def answers(socket: ClientConnection, link: str) -> AsyncIterator[ForwardMsg]:
    """Opens a link, the page's name and what stands behind it, such as ``step?scene=2``; all that the server sends."""
    message = BackMsg()
    message.rerun_script.page_name, _, message.rerun_script.query_string = link.partition("?")
    await socket.send(message.SerializeToString())
    async for data in socket:
        assert isinstance(data, bytes)
        yield ForwardMsg.FromString(data)


async def open_link(address: str, link: str, after: float, patience: float) -> Opened:
    """Opens a link and waits until the page is drawn.

    Args:
        address: Of the server.
        link: As for ``answers``.
        after: Seconds until it does so.
        patience: Seconds until a TimeoutError.
    """
    await asyncio.sleep(after)
    opened = Opened()
    async with asyncio.timeout(patience), connection(address) as socket:
        async for got in answers(socket, link):
            opened.see(got)
            if got.WhichOneof("type") == "script_finished" and got.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                break
    return opened


class Visitor:
    """One browser tab on the training page.

    Args:
        socket: Its connection.
        settings: The query of the page's link.
    """

    def __init__(self, socket: ClientConnection, settings: str) -> None:
        self._socket = socket
        self._settings = settings
        self._page = ""
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}  # with their seconds, by the part of the page
        self._asked: dict[str, float] = {}  # when, for those parts that the server has not begun to draw
        self._begun: list[float] = []  # when those were asked for that are being drawn
        self._is_whole = True  # whether the whole page is being drawn
        self._has_curve = False  # whether what is being drawn has got to the curves
        self._curve = b""
        self._buttons: dict[str, str] = {}  # the ids of those that can be pressed, by key
        self._drawn = asyncio.Event()
        self.buttons: dict[str, str] = {}  # those on the page last drawn to its end
        self.looks_again = False  # whether parts of that page are to be drawn again by themselves
        self.looks: list[float] = []  # seconds from asking for a part of the page to its end
        self.new_curves = 0

    async def ask(self, fragment: str = "", press: str = "") -> None:
        """Asks for the page or a part of it, with a button pressed or none."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.page_script_hash = self._settings, self._page
        rerun.page_name = "" if self._page else "train"
        rerun.fragment_id, rerun.is_auto_rerun = fragment, bool(fragment)
        if press:
            rerun.widget_states.widgets.append(WidgetState(id=self.buttons[press], trigger_value=True))
        if fragment:
            self._asked.setdefault(fragment, time.perf_counter())
        await self._socket.send(message.SerializeToString())

    async def next_page(self) -> None:
        """Waits until the whole page is drawn once more."""
        self._drawn.clear()
        await self._drawn.wait()

    async def press(self, key: str, until: str) -> float:
        """Presses a button; returns the seconds until the page with a certain other one is drawn."""
        started = time.perf_counter()
        await self.ask(press=key)
        await self.next_page()
        while until not in self.buttons:
            await self.next_page()
        return time.perf_counter() - started

    async def keep_training(self) -> None:
        """Presses Train whenever no run goes on."""
        while True:
            if "train" in self.buttons:
                await self.ask(press="train")
            await self.next_page()

    async def listen(self) -> None:
        """Takes what the server sends, for as long as it does."""
        async for data in self._socket:
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            match message.WhichOneof("type"):
                case "new_session":
                    self._begin(message)
                case "navigation":
                    self._page = message.navigation.page_script_hash
                case "auto_rerun":
                    self._look_again(message.auto_rerun.fragment_id, message.auto_rerun.interval)
                case "delta":
                    self._see(message.delta)
                case "script_finished":
                    self._end(message.script_finished)

    def _begin(self, message: ForwardMsg) -> None:
        fragments = message.metadata.run.fragment_ids
        self._is_whole, self._has_curve = not fragments, False
        self._begun = [self._asked.pop(fragment) for fragment in fragments if fragment in self._asked]
        if self._is_whole:  # a browser forgets all that it was to ask for again
            self.rest()
            self._asked, self._buttons = {}, {}

    def rest(self) -> None:
        """Looks no more."""
        for _, timer in self._timers.values():
            timer.cancel()
        self._timers = {}

    def _look_again(self, fragment: str, interval: float) -> None:
        before, timer = self._timers.get(fragment, (None, None))
        if before != interval:
            if timer:
                timer.cancel()
            self._timers[fragment] = interval, asyncio.create_task(self._ask_every(fragment, interval))

    async def _ask_every(self, fragment: str, interval: float) -> None:
        due = time.perf_counter()
        while True:
            due += interval
            await asyncio.sleep(due - time.perf_counter())
            await self.ask(fragment)

    def _see(self, delta: Delta) -> None:
        element = delta.new_element
        match element.WhichOneof("type"):
            case "button" if not element.button.disabled:
                self._buttons[element.button.id.split("-", 2)[2]] = element.button.id
            case "vega_lite_chart" if not (self._is_whole or self._has_curve):
                self._has_curve = True
                curve = element.SerializeToString()
                self.new_curves += curve != self._curve
                self._curve = curve

    def _end(self, status: int) -> None:
        now = time.perf_counter()
        self.looks += [now - asked for asked in self._begun]
        self._begun = []
        if self._is_whole and status == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.buttons, self.looks_again = self._buttons, bool(self._timers)
            self._drawn.set()
