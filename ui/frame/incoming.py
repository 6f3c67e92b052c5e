"""Whatever comes from a browser is read here: what links say, how widgets and charts are answered, drawings, files.

Anyone can send a server anything, without a browser. What is not of the kind, the range and the size that the page
asked for is left out, as if it had not been sent: so everything stands on what it stood on before, which at first is
its start. The log says so, once for each thing; of a link, the page says so.
"""

import base64
import json
import logging
import math
import re
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.state.common import WidgetMetadata, user_key_from_element_id
from streamlit.runtime.state.session_state import Serialized, SessionState, WStates
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFileRec

from ui.frame.shared import Shared

T = TypeVar("T")
Check = Callable[[Any], bool]

CANVAS_SIDE = 280  # pixels of a drawing, across and down
FARTHEST = 100_000  # pixels from the canvas that a stroke may go: a mouse may leave it, but not that far
DEEPEST = 12  # lists in lists, of which a drawing has seven
MOST_ANSWERS = 1_000  # widgets that one message answers for; a page in one piece has some hundred
MOST_FILES, MOST_FILE_BYTES = 200, 64 * 2**20  # that a session keeps; then the oldest goes
LONGEST_LINK = 2_000  # letters of one thing in a link

LOG = logging.getLogger(__name__)
_REFUSED = "_refused"  # what a link said that could not be read, until the page says so
_KINDS = {"double_value": ("double_value", "int_value")}  # a field for whole numbers asks for one and is sent the other
_INSIDE = re.compile(r"\$\$STREAMLIT_INTERNAL_KEY_(.*)__events", re.DOTALL)  # the id of what a component tells once
_NUMBERED = re.compile(r"_[0-9]+$")
_asked: dict[str, Mapping[str, Check]] = {}  # what components and charts may tell, by their keys without a number


# What a link says, as readers from its text to a value, which raise ValueError.


def decimal(least: float, most: float) -> Callable[[str], float]:
    """Reads a number between two others."""

    def read(text: str) -> float:
        value = float(text)
        if not (math.isfinite(value) and least <= value <= most):
            raise ValueError(f"not between {least} and {most}")
        return value

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number between two others; of one with decimals, what stands before the point."""
    read = decimal(least, most)
    return lambda text: int(read(text))


def one_of(values: Iterable[T], names: Callable[[T], str] = str) -> Callable[[str], T]:
    """Reads the name of one of some values."""
    known = {names(value): value for value in values}

    def read(text: str) -> T:
        if text not in known:
            raise ValueError("not one of the values")
        return known[text]

    return read


def link() -> dict[str, str]:
    """What the link says, of each name the last; what is longer than any setting is left out."""
    return {name: text for name, text in st.query_params.to_dict().items() if len(name) + len(text) <= LONGEST_LINK}


def from_link(name: str, text: str, read: Callable[[str], T], start: T) -> tuple[T, bool]:
    """What a link says of something, and whether it can be read; else the start value, and the page will say so."""
    try:
        return read(text), True
    except ValueError:
        refused: dict[str, None] = st.session_state.setdefault(_REFUSED, {})
        refused[name] = None
        return start, False


def mention() -> None:
    """Says what could not be read in the link, once; it lies over the page, so that nothing moves."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused:
        names = ", ".join(f"`{name}`" for name in refused)
        st.toast(
            f"This link says something that can't be set here: {names}. It stands where it starts.",
            icon=":material/link_off:",
            duration="long",
        )


# What inline components and charts tell, as checks of one value.


def is_whole(least: int, most: int) -> Check:
    """Checks for a whole number between two others."""
    return lambda value: type(value) is int and least <= value <= most


def is_decimal(least: float, most: float) -> Check:
    """Checks for a number between two others."""
    return lambda value: type(value) in (int, float) and least <= value <= most  # which nan is not


def is_text(pattern: str) -> Check:
    """Checks for a text that looks like that, all of it."""
    form = re.compile(pattern)
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def is_list(check: Check, least: int, most: int) -> Check:
    """Checks for so many things in a row, all of one kind."""
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(check, value))


def is_like(**checks: Check) -> Check:
    """Checks for these names, and no others, each with a value of its kind."""
    return lambda value: (
        isinstance(value, dict)
        and value.keys() == checks.keys()
        and all(check(value[name]) for name, check in checks.items())
    )


def is_drawing(sent: Any) -> bool:
    """Whether it is what a canvas sends: its strokes and its picture, or no picture yet."""
    if not isinstance(sent, dict) or sent.keys() != {"raw", "data"}:
        return False
    raw, data = sent["raw"] or {}, sent["data"]
    if not (isinstance(raw, dict) and is_list(_is_stroke, 0, 10_000)(raw.get("objects", []))):
        return False
    return data is None or (isinstance(data, str) and _is_picture(data))


def _is_stroke(stroke: Any) -> bool:
    if not isinstance(stroke, dict):
        return False
    box = (stroke.get(name, 0) for name in ("left", "top", "width", "height", "strokeWidth"))
    return all(map(_is_place, box)) and is_list(_is_piece, 1, 100_000)(stroke.get("path", [["M", 0, 0]]))


def _is_piece(piece: Any) -> bool:
    """Whether it is a letter and where it leads to, such as ["L", 12.5, 40]: a place at least, the last two numbers."""
    return (
        isinstance(piece, list)
        and 3 <= len(piece) <= 7
        and piece[0] in ("M", "L", "Q", "C")
        and all(map(_is_place, piece[1:]))
    )


_is_place = is_decimal(-FARTHEST, FARTHEST)


def picture_in(data: str) -> bytes:
    """The file in a data URL, as a canvas sends its picture.

    Raises:
        ValueError: If it is not base64.
    """
    return base64.b64decode(data.partition(",")[2], validate=True)


def _is_picture(data: str) -> bool:
    """Whether it is a PNG of the canvas; its size stands in its head, so that no huge one is unpacked."""
    from PIL import Image  # the first page need not wait for it

    try:
        content = picture_in(data)
        if struct.unpack(">8s8xII", content[:24]) != (b"\x89PNG\r\n\x1a\n", CANVAS_SIDE, CANVAS_SIDE):
            return False
        with Image.open(BytesIO(content), formats=["PNG"]) as picture:
            picture.load()
    except Exception:  # PIL has many ways to say that a file is broken
        return False
    return True


def ask(key: str, **checks: Check) -> str:
    """Says what an inline component or a chart may tell, under which names; to be called before it is drawn.

    Args:
        key: Its key. Those that differ in the number at their end tell the same.
        checks: By name, what the values must be. Under another name nothing is taken.

    Returns:
        The key.
    """
    _asked[_NUMBERED.sub("", key)] = checks
    return key


# Where Streamlit takes it in.


def _guard() -> bool:
    """Puts what follows in Streamlit's way: it has no place of its own for that, and it asks pages too late.

    Callbacks come before the page, and so does what fails because an answer is of the wrong kind.
    """
    take, register = SessionState.set_widgets_from_proto, SessionState.register_widget
    add = MemoryUploadedFileManager.add_file

    def take_sound(self: SessionState, widget_states: WidgetStates) -> None:
        known = self._new_widget_state.widget_metadata
        some = widget_states.widgets[:MOST_ANSWERS]
        take(self, WidgetStates(widgets=[each for each in some if is_sound(each, known.get(each.id))]))

    def register_sound(self: SessionState, metadata: WidgetMetadata[T], user_key: str | None) -> Any:
        before = self._new_widget_state.states.get(metadata.id)
        if isinstance(before, Serialized) and not is_sound(before.value, metadata):  # it came before its widget
            del self._new_widget_state[metadata.id]
        return register(self, replace(metadata, deserializer=_tolerant(metadata)), user_key)

    def add_to_few(self: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
        add(self, session_id, file)
        kept = list(self.file_storage[session_id].values())
        while len(kept) > MOST_FILES or sum(len(each.data) for each in kept) > MOST_FILE_BYTES:
            self.remove_file(session_id, kept.pop(0).file_id)

    def clear_nothing(self: AppSession) -> None:
        """What all share is nobody's to clear, and without its own state a page under way would end in an error."""
        _note("the caches")

    for name in ("_keys", "_reset_triggers", "_remove_stale_widgets"):
        setattr(SessionState, name, _patient(getattr(SessionState, name)))
    WStates.__iter__ = lambda self: iter(list(self.states))  # type: ignore[method-assign]
    SessionState.set_widgets_from_proto = take_sound  # type: ignore[method-assign]
    SessionState.register_widget = register_sound  # type: ignore[method-assign]
    MemoryUploadedFileManager.add_file = add_to_few  # type: ignore[method-assign]
    AppSession._handle_clear_cache_request = clear_nothing  # type: ignore[method-assign]
    return True


def _patient(method: Callable[..., T]) -> Callable[..., T]:
    """Does it again if a visitor's run before, which is about to end, added something while this one looked through it.

    Streamlit lets both have their state for a moment: two quick presses on a busy server ended in an error.
    """

    def look(*given: Any) -> T:
        for _ in range(10):
            try:
                return method(*given)
            except RuntimeError as error:
                if "during iteration" not in str(error):
                    raise
        return method(*given)

    look.__module__ = __name__
    return look


guard = Shared(_guard)  # once, before the first widget is drawn


def is_sound(sent: WidgetState, metadata: WidgetMetadata[Any] | None) -> bool:
    """Whether a widget can be answered like that; of a widget not drawn yet, nobody knows."""
    if metadata is None or sent.WhichOneof("value") is None:  # nothing: as it starts
        return True
    key = _NUMBERED.sub("", user_key_from_element_id(_INSIDE.sub(r"\1", sent.id)) or "a widget without a name")
    try:
        if sent.WhichOneof("value") not in _KINDS.get(metadata.value_type, (metadata.value_type,)):
            raise ValueError(f"{metadata.value_type} is asked for")
        _check(sent, metadata, _asked.get(key))
    except (ValueError, RecursionError):
        _note(key)
        return False
    return True


def _check(sent: WidgetState, metadata: WidgetMetadata[Any], checks: Mapping[str, Check] | None) -> None:
    """Raises ValueError if a value of the right kind is not one that was asked for."""
    options = metadata.formatted_options
    match metadata.value_type:
        case "double_value":
            _insist(math.isfinite(sent.double_value))  # 0 where a whole number was sent
        case "double_array_value":
            _insist(all(map(math.isfinite, sent.double_array_value.data)))
        case "string_array_value" if options is not None:
            chosen = sent.string_array_value.data
            _insist(len(chosen) == len(set(chosen)) and set(chosen) <= set(options))
        case "string_value" if options is not None:
            _insist(sent.string_value in options)
        case "string_value" if checks is not None:  # a chart
            _check_names(_parsed(sent.string_value), checks)
        case "json_value":
            _check_names(_parsed(sent.json_value), checks or {})
        case "json_trigger_value":
            events = _parsed(sent.json_trigger_value)
            _insist(isinstance(events, list))
            for event in events:
                _insist(isinstance(event, dict) and isinstance(event.get("event"), str))
                _check_names({event["event"]: event.get("value")}, checks or {})
        case "file_uploader_state_value":
            _insist(len(sent.file_uploader_state_value.uploaded_file_info) <= MOST_ANSWERS)


def _insist(is_so: bool) -> None:
    if not is_so:
        raise ValueError("not what was asked for")


def _check_names(told: Any, checks: Mapping[str, Check]) -> None:
    _insist(isinstance(told, dict) and told.keys() <= checks.keys())
    _insist(all(checks[name](value) for name, value in told.items()))


def _parsed(text: str) -> Any:
    """JSON with no number that is endless or larger than JavaScript's own whole numbers, and not nested too deep."""
    value = json.loads(text, parse_constant=_refuse, parse_float=_FLOAT, parse_int=_INTEGER)
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, list | dict)
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, list | dict)
        ]
        if not level:
            return value
    raise ValueError("nested too deep")


_FLOAT, _INTEGER = decimal(-1e300, 1e300), whole(-(2**53), 2**53)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _tolerant(metadata: WidgetMetadata[Any]) -> Callable[[Any], Any]:
    """Reads what was sent for a widget, or said in a link; what it can't read is as if there were nothing.

    A file that the server has no longer, or never had, is none.
    """

    def read(value: Any) -> Any:
        try:
            found = metadata.deserializer(value)
        except Exception:  # such as a whole number made of an endless one
            found = metadata.deserializer(None)
        if isinstance(found, list):
            return [each for each in found if not isinstance(each, DeletedFile)]
        return None if isinstance(found, DeletedFile) else found

    return read


@lru_cache(maxsize=1_000)
def _note(what: str) -> None:
    """Once: who sends it ten thousand times fills no disk."""
    LOG.warning("Left out what a browser sent for %s: it is not what was asked for.", what)
