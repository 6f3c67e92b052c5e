"""A stranger in place of a browser: thousands of messages that no page of ours would send, and what became of them.

Opens every page of a server of its own over Streamlit's protocol, with links that are wrong in every way, and answers
with values of the wrong kind, out of range, endless, nested without end, for widgets of this page and of others; with
drawings, photos, files and clicks made by hand; and with every other message the protocol has. Whatever is sent, no
page may show an error that is not a sentence, and no exception of ours may be in the server's log.

    python benchmarks/fuzz.py --messages 20000 --seed 7
"""

import argparse
import asyncio
import base64
import http.client
import io
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import user_key_from_element_id
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from benchmarks.visitor import connection
from tests.browser.conftest import serving
from tests.conftest import PROJECT

ANSWER_SECONDS = 20.0  # that a page may take on a busy machine before the next message goes out
# What links may say on every page, and on some; what else stands on a page is in its widgets.
NAMES = ("seed", "scene", "hide", "show", "path", "digits", "dataset", "net_pins", "logits", "teach_digit", "embed")
EVENTS = ("picked", "pins", "state", "name", "drawing", "backgroundFit", "nothing")  # what inline components tell
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Widget:
    """Something on a page that a browser may answer for: its id, its kind, how it was described, and its fragment."""

    id: str
    kind: str
    told: Any
    fragment: str


@dataclass
class Found:
    """What came of the messages.

    Attributes:
        sent: How many there were.
        boxes: Errors that a page showed, with what was sent last.
        log: What the server wrote.
        seconds: From the first message to the last answer.
    """

    sent: int = 0
    boxes: list[str] = field(default_factory=list)
    log: str = ""
    seconds: float = 0.0

    @property
    def exceptions(self) -> list[str]:
        """Those in the log that went through code of ours."""
        ours = re.compile(rf'File "{re.escape(str(PROJECT))}/(app\.py|ui/|pages/|mnist_core/)')
        return [part for part in self.log.split(TRACEBACK)[1:] if ours.search(part.partition("\n20")[0])]


def picture(size: tuple[int, int], mode: str = "L", kind: str = "PNG") -> bytes:
    """A picture file that is small, however large the picture."""
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, kind)
    return stream.getvalue()


class Odd:
    """Makes what no browser sends, and now and then what one does.

    Args:
        draw: Where chance comes from.
    """

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        pictures = [
            picture((280, 280)),
            picture((13_300, 13_300), "1"),
            picture((10, 10)),
            picture((280, 280), "RGB", "JPEG"),
            b"",
            b"\x89PNG\r\n\x1a\n" + bytes(40),
            picture((280, 280), "RGBA")[:60],
        ]
        self.pictures = ["data:image/png;base64," + base64.b64encode(each).decode() for each in pictures]

    def number(self) -> float:
        """Any number, or none."""
        return self.draw.choice(
            (0.0, 1.0, -1.0, 3.0, 7.5, 0.1, 1e9, 1e308, -1e308, 2.0**53, float("nan"), float("inf"), float("-inf"))
        )

    def text(self) -> str:
        """Any text."""
        return self.draw.choice(
            (
                "",
                "0",
                "3",
                "-1",
                "9" * 5_000,
                "1e999",
                "inf",
                "nan",
                "true",
                "\x00",
                "\u202e12",
                "{}",
                "[]",
                "null",
                "<script>alert(1)</script>",
                "a" * 3_000,
                "1,2,3",
                "0.3,0.4",
                "../../etc/passwd",
                "run-1",
                "shipped",
            )
        )

    def json_value(self, depth: int = 0) -> str:
        """Any JSON, and what is none: numbers too large, nested too deep, cut off."""
        leaves = ("null", "true", "0", "3", "-1", "1e999", "NaN", "Infinity", "9" * 400, '"3"', '"\\ud800"', "{}")
        most = self.draw.random()
        if most < 0.05:
            return self.draw.choice(("[" * 100_000, "[" * 900 + "]" * 900, "{", "", "nul", '{"a":'))
        if depth > 2 or most < 0.5:
            return self.draw.choice((*leaves, json.dumps(self.text())))
        if most < 0.75:
            return "[" + ",".join(self.json_value(depth + 1) for _ in range(self.draw.choice((0, 1, 2, 10)))) + "]"
        names = ("layer", "number", "logits", "true_class", "subtract", "scale", "raw", "data", "objects", "path")
        pairs = (f'"{self.draw.choice(names)}": {self.json_value(depth + 1)}' for _ in range(self.draw.choice((1, 3))))
        return "{" + ",".join(pairs) + "}"

    def path(self) -> Any:
        """The pieces of a stroke."""
        sound: list[list[Any]] = [["M", 100, 80], ["Q", 120, 90, 130, 110], ["L", 140, 200]]
        return self.draw.choice(
            (
                sound,
                sound * 2_000,
                [],
                None,
                "M 0 0",
                [["M"]],
                [[]],
                [["Z", "a", None]],
                [["M", 1e300, 1e300], ["L", -1e300, 5]],
                {"0": 1},
                [[float("nan")] * 3],
            )
        )

    def stroke(self) -> Any:
        """What a canvas says of a stroke."""
        box: dict[str, Any] = {"left": 100, "top": 80, "width": 40, "height": 120, "strokeWidth": 18}
        box |= {self.draw.choice(list(box)): self.draw.choice((0, -5, None, "1", 1e300, float("inf"), [], True))}
        return self.draw.choice((*({"path": self.path(), **box},) * 3, {}, None, 7))

    def drawing(self) -> str:
        """What a canvas sends."""
        raw: Any = {"objects": [self.stroke() for _ in range(self.draw.choice((0, 1, 1, 2, 300)))]}
        raw = self.draw.choice((raw, raw, raw, None, [], "raw", {"objects": None}, {"objects": {"a": 1}}, {}))
        odd: tuple[Any, ...] = ("no picture", "data:image/png;base64,%%%", None, 5, [], ",")
        data = self.draw.choice((*self.pictures, *self.pictures, *odd))
        sent = {"raw": raw, "data": data}
        if self.draw.random() < 0.2:
            del sent[self.draw.choice(("raw", "data"))]
        return json.dumps(sent)

    def told(self, name: str) -> str:
        """What an inline component tells under a name."""
        sensible: dict[str, Callable[[], str]] = {
            "picked": lambda: json.dumps(self.draw.choice((0, 9, 10, -1, 2.5, True, [0.5, 0.5], [2, -3], [1], "3"))),
            "pins": lambda: json.dumps(
                [{"layer": self.draw.randint(-1, 6), "number": self.draw.choice((0, 5, 10**6, True))}]
            ),
            "state": lambda: json.dumps(
                {
                    "logits": [self.draw.choice((0, 1.5, -120, 121, 1e300)) for _ in range(self.draw.randint(9, 10))],
                    "true_class": self.draw.choice((3, 10, -1, "3", None)),
                    "subtract": self.draw.choice((True, "true", 1)),
                    "scale": self.draw.choice((10, 120, 11)),
                    "turn": self.draw.choice((1, 1e300, "x")),
                }
            ),
            "name": lambda: json.dumps(self.draw.choice((f"{self.draw.getrandbits(128):032x}", "x", "f" * 33, 5))),
            "drawing": self.drawing,
            "backgroundFit": lambda: self.draw.choice(("null", '{"naturalWidth": 1}')),
        }
        return sensible[name]() if name in sensible and self.draw.random() < 0.6 else self.json_value()

    def link(self, here: Iterable[str]) -> str:
        """A page's query, about what all pages have and what has these ids."""
        names = (*NAMES, *(user_key_from_element_id(widget) or "" for widget in here))
        pairs = [(self.draw.choice(names), self.text()) for _ in range(self.draw.choice((0, 1, 2, 8)))]
        if self.draw.random() < 0.3:
            pairs.append(("hide", ",".join(self.draw.choices(names, k=3))))
        if self.draw.random() < 0.1:
            pairs.append(("show", self.draw.choice(("whole", "large", "large,whole", "x"))))
        return self.draw.choice((urlencode(pairs * self.draw.choice((1, 1, 2))), "%ff%fe=%00", "=&=&;", "a" * 2_000))

    def state(self, widget: Widget) -> list[WidgetState]:
        """Answers for a widget: the wrong kind of answer, or a wrong answer of the right kind, or a right one."""
        if self.draw.random() < 0.25:
            return [self._wrong_kind(widget.id)]
        sent = WidgetState(id=widget.id)
        match widget.kind:
            case "slider" if not widget.told.options:
                near = (widget.told.min, widget.told.max, widget.told.min - 1, widget.told.max + 1, self.number())
                sent.double_array_value.data.extend(self.draw.choices(near, k=self.draw.choice((1, 1, 1, 0, 2, 50))))
            case "number_input":
                sent.double_value = self.draw.choice((self.number(), widget.told.min, widget.told.max + 1, 5.0))
                if self.draw.random() < 0.4:
                    sent.int_value = self.draw.choice((0, 5, -1, 2**53, -(2**63), 2**63 - 1, 2**32))
            case "selectbox":
                sent.string_value = (self._options(widget) or [""])[0]
            case "button_group" | "slider":
                sent.string_array_value.data.extend(self._options(widget))
            case "checkbox" | "expandable" | "popover":
                sent.bool_value = self.draw.random() < 0.5
            case "text_input":
                sent.string_value = self.text()
            case "button" | "download_button":
                sent.trigger_value = True
            case "file_uploader":
                for _ in range(self.draw.choice((0, 1, 2, 100))):
                    sent.file_uploader_state_value.uploaded_file_info.add(file_id=self.text()[:50], name="a.csv")
            case "bidi_component":
                return self._of_component(widget.id)
            case "vega_lite_chart" | "plotly_chart":
                sent.string_value = self.draw.choice((self.selection(), self.selection(), self.json_value()))
            case _:
                return [self._wrong_kind(widget.id)]
        return [sent]

    def _options(self, widget: Widget) -> list[str]:
        some = [str(getattr(option, "content", option)) for option in widget.told.options]
        return self.draw.choices([*some, self.text()], k=self.draw.choice((1, 1, 1, 0, 2, 500)))

    def selection(self) -> str:
        """What a chart says is chosen on it."""
        shown = self.draw.choice(("3", "9", "10", "-1", self.json_value(3)))
        some = self.draw.choices(
            (f'{{"shown": {shown}, "read": 4}}', self.json_value()), k=self.draw.choice((0, 1, 1, 3))
        )
        cells = self.draw.choice((f"[{','.join(some)}]", self.json_value()))
        return f'{{"selection": {{"cell": {cells}}}}}'

    def _of_component(self, widget: str) -> list[WidgetState]:
        name = self.draw.choice(EVENTS)
        if self.draw.random() < 0.5:
            told = self.draw.choice((f'{{"{name}": {self.told(name)}}}',) * 4 + (self.json_value(),))
            return [WidgetState(id=widget, json_value=told)]
        event = f'{{"event": "{name}", "value": {self.told(name)}}}'
        told = self.draw.choice((f"[{event}]", f"[{event}]", event, f"[{event},{event}]", self.json_value()))
        return [WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{widget}__events", json_trigger_value=told)]

    def _wrong_kind(self, widget: str) -> WidgetState:
        sent = WidgetState(id=widget)
        kinds: list[Callable[[], object]] = [
            lambda: setattr(sent, "trigger_value", True),
            lambda: setattr(sent, "bool_value", True),
            lambda: setattr(sent, "double_value", self.number()),
            lambda: setattr(sent, "int_value", self.draw.choice((3, -1, 2**63 - 1))),
            lambda: setattr(sent, "string_value", self.text()),
            lambda: setattr(sent, "json_value", self.json_value()),
            lambda: setattr(sent, "json_trigger_value", self.json_value()),
            lambda: setattr(sent, "bytes_value", b"\xff\x00"),
            lambda: sent.double_array_value.data.extend((self.number(), self.number())),
            lambda: sent.int_array_value.data.extend((1, -5, 2**40)),
            lambda: sent.string_array_value.data.extend((self.text(), self.text())),
            lambda: sent.arrow_value.SetInParent(),
            lambda: sent.string_trigger_value.SetInParent(),
            lambda: sent.chat_input_value.SetInParent(),
            lambda: sent.file_uploader_state_value.uploaded_file_info.add(file_id="x"),
            lambda: None,
        ]
        self.draw.choice(kinds)()
        return sent

    def other(self) -> BackMsg:
        """A message that is not about widgets."""
        message = BackMsg()
        kinds: list[Callable[[], object]] = [
            lambda: setattr(message, "stop_script", True),
            lambda: setattr(message, "clear_cache", True),
            lambda: setattr(message, "app_heartbeat", True),
            lambda: setattr(message, "load_git_info", True),
            lambda: setattr(message, "set_run_on_save", True),
            lambda: setattr(message, "debug_disconnect_websocket", True),
            lambda: setattr(message, "debug_shutdown_runtime", True),
            lambda: message.file_urls_request.file_names.extend(["a"] * self.draw.choice((1, 1_000))),
            lambda: setattr(message.backend_operation_request.deferred_file, "file_id", self.text()),
            lambda: message.backend_operation_request.install_skills.SetInParent(),
            lambda: message.backend_operation_request.dismiss_skills_nudge.SetInParent(),
            lambda: message.backend_operation_request.dataframe_chunk.SetInParent(),
            lambda: None,
        ]
        self.draw.choice(kinds)()
        return message


class Stranger:
    """One connection that sends what no browser would.

    Args:
        address: Of the server.
        socket: The connection.
        draw: Where chance comes from.
        found: Where it is noted what came of it.
    """

    def __init__(self, address: str, socket: ClientConnection, draw: random.Random, found: Found) -> None:
        self._host = urlsplit(address).netloc
        self._socket, self._draw, self._odd, self._found = socket, draw, Odd(draw), found
        self._session = ""
        self._pages: list[tuple[str, str]] = []  # hash and name of each
        self._page = ""
        self._here: dict[str, Widget] = {}
        self._seen: dict[str, Widget] = {}  # on any page
        self._last = ""
        self._sent = 0
        self._finished = asyncio.Event()

    async def begin(self) -> None:
        """Opens the first page as a browser does, which tells all others."""
        message = BackMsg()
        message.rerun_script.page_name = ""
        await self._ask(message)

    async def disturb(self, messages: int) -> None:
        """Sends so many messages, most of them for the page that was opened last."""
        end = self._sent + messages
        while self._sent < end:
            most = self._draw.random()
            if most < 0.04 or not self._here:
                await self._turn()
            elif most < 0.1:
                await self._send(self._odd.other())
            elif most < 0.12:
                await self._upload()
            else:
                await self._answer()

    async def _turn(self) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        if self._pages:
            rerun.page_script_hash, rerun.page_name = self._draw.choice(self._pages)
        if self._draw.random() < 0.1:
            rerun.page_script_hash, rerun.page_name = self._odd.text()[:40], self._odd.text()[:40]
        rerun.query_string = self._odd.link(self._here)
        if self._draw.random() < 0.4:
            rerun.query_string = f"scene={self._draw.randint(1, 6)}&" + rerun.query_string
        rerun.is_history_navigation = self._draw.random() < 0.2
        context = rerun.context_info
        context.timezone, context.locale = self._odd.text()[:20], self._odd.text()[:20]
        context.color_scheme = self._draw.choice(("dark", "light", "", "x"))
        await self._ask(message)

    async def _answer(self) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.page_script_hash = self._page
        among = self._here if self._draw.random() < 0.9 else self._seen
        some = [self._draw.choice(list(among.values())) for _ in range(self._draw.choice((1, 1, 1, 2, 5)))]
        for widget in some:
            rerun.widget_states.widgets.extend(self._odd.state(widget))
        if self._draw.random() < 0.7:
            rerun.fragment_id = some[-1].fragment
        elif self._draw.random() < 0.05:
            rerun.fragment_id = self._odd.text()[:30]
        rerun.is_auto_rerun = self._draw.random() < 0.05
        self._last = str(message)[:2_000]
        await self._ask(message, waits=self._draw.random() < 0.8)

    async def _upload(self) -> None:
        """A file that no page asked for, or one that a page may take, and the news of it."""
        uploaders = [widget for widget in self._here.values() if widget.kind == "file_uploader"]
        file = f"{self._draw.getrandbits(64):x}"
        name = self._draw.choice(("a.csv", "a.safetensors", "a.png", "a.exe", "", "a.csv.png", "../a.csv"))
        content = self._draw.choice((b"", b"label,pixel0\n3,4\n", picture((50, 60)), bytes(100_000), b"\xff\xfe" * 50))
        await asyncio.to_thread(self._put, file, name, content)
        if uploaders:
            message = BackMsg()
            message.rerun_script.page_script_hash = self._page
            sent = WidgetState(id=self._draw.choice(uploaders).id)
            for _ in range(self._draw.choice((1, 1, 2))):
                sent.file_uploader_state_value.uploaded_file_info.add(file_id=file, name=name, size=len(content))
            message.rerun_script.widget_states.widgets.append(sent)
            self._last = f"{name}: {content[:40]!r}"
            await self._ask(message)

    def _put(self, file: str, name: str, content: bytes) -> None:
        line = http.client.HTTPConnection(self._host, timeout=30)
        with suppress(OSError, http.client.HTTPException):
            line.request("GET", "/_stcore/host-config")
            answer = line.getresponse()
            answer.read()
            cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
            head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
            line.request(
                "PUT",
                f"/_stcore/upload_file/{self._session}/{file}",
                head + content + b"\r\n--x--\r\n",
                {
                    "Content-Type": "multipart/form-data; boundary=x",
                    "Cookie": cookie,
                    "X-Xsrftoken": cookie.partition("=")[2].strip('"'),
                },
            )
            line.getresponse().read()
        line.close()

    async def _ask(self, message: BackMsg, *, waits: bool = True) -> None:
        self._finished.clear()
        await self._send(message)
        if waits and not (message.rerun_script.fragment_id and self._draw.random() < 0.02):
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS if not message.rerun_script.fragment_id else 1.0):
                    await self._finished.wait()

    async def _send(self, message: BackMsg) -> None:
        self._sent += 1
        self._found.sent += 1
        await self._socket.send(message.SerializeToString())

    async def listen(self) -> None:
        """Takes what the server sends, for as long as it does."""
        with suppress(ConnectionClosed):
            async for data in self._socket:
                assert isinstance(data, bytes)
                self._take(ForwardMsg.FromString(data))

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                if not message.metadata.run.fragment_ids:
                    self._here = {}
                self._session = message.new_session.initialize.session_id or self._session
            case "navigation":
                self._page = message.navigation.page_script_hash
                self._pages = [(page.page_script_hash, page.url_pathname) for page in message.navigation.app_pages]
            case "delta":
                self._see(message.delta)
            case "script_finished":
                self._finished.set()

    def _see(self, delta: Delta) -> None:
        element: Any = delta.new_element if delta.WhichOneof("type") == "new_element" else delta.add_block
        kind = element.WhichOneof("type")
        if kind == "exception":
            self._found.boxes.append(f"{element.exception.type}: {element.exception.message}\nafter {self._last}")
        told: Any = getattr(element, kind) if kind else None
        if getattr(told, "id", ""):
            self._here[told.id] = self._seen[told.id] = Widget(told.id, kind or "", told, delta.fragment_id)


async def disturb(address: str, messages: int, seed: int, found: Found, sockets: int = 2) -> None:
    """Sends so many messages to a server, over some connections at once."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        strangers = []
        for number in range(sockets):
            line = await stack.enter_async_context(connection(address))
            strangers.append(Stranger(address, line, random.Random(seed * 1_000 + number), found))
        listening = [group.create_task(stranger.listen()) for stranger in strangers]
        await strangers[0].begin()
        await asyncio.gather(*(stranger.begin() for stranger in strangers[1:]))
        started = time.perf_counter()
        await asyncio.gather(*(stranger.disturb(messages // sockets) for stranger in strangers))
        found.seconds = time.perf_counter() - started
        for task in listening:
            task.cancel()


def main() -> None:
    """Prints what came of it; ends with 1 if anything did."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--messages", type=int, default=20_000, help="how many are sent (default: %(default)s)")
    parser.add_argument("--log", type=Path, help="where the server's log is kept")
    parser.add_argument("--seed", type=int, default=1, help="picks which (default: %(default)s)")
    options = parser.parse_args()
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        log = options.log or Path(folder, "log")
        with log.open("wb") as stream, serving(Path(folder), log=stream) as address:
            asyncio.run(disturb(address, options.messages, options.seed, found))
        found.log = log.read_text(encoding="utf-8", errors="replace")
    for box in found.boxes:
        print("A page showed", box)
    for exception in found.exceptions:
        print("In the log:", exception)
    bad = f"{len(found.boxes)} error boxes, {len(found.exceptions)} exceptions"
    print(f"{found.sent} messages in {found.seconds:.0f} s: {bad}")
    sys.exit(bool(found.boxes or found.exceptions))


if __name__ == "__main__":
    main()
