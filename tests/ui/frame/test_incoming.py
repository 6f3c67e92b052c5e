"""What a browser may send, and what is left out as if it had not been sent."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.state.session_state import SessionState, Value, WStates
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from tests.app import id_of, in_one_piece, open_page, opened_by_link, send, sound, tell
from ui.frame import incoming, resources
from ui.visitor import store

pytestmark = pytest.mark.usefixtures("offline")

TRAIN, MISTAKES, PIXELS = "pages/train.py", "pages/mistakes.py", "pages/pixels.py"


def doubles(*values: float) -> WidgetState:
    state = WidgetState()
    state.double_array_value.data.extend(values)
    return state


def strings(*values: str) -> WidgetState:
    state = WidgetState()
    state.string_array_value.data.extend(values)
    return state


def files(*ids: str) -> WidgetState:
    state = WidgetState()
    for each in ids:
        state.file_uploader_state_value.uploaded_file_info.add(file_id=each, name="a.safetensors", size=5)
    return state


def answered(app: AppTest, key: str, state: WidgetState) -> AppTest:
    state.id = id_of(app, key)
    return send(app, state)


def empty() -> WidgetState:
    state = WidgetState()
    state.chat_input_value.SetInParent()  # a kind that ends Streamlit's own thread for a list
    return state


WRONG_KINDS = [
    WidgetState(bool_value=True),
    WidgetState(int_value=3),
    WidgetState(json_value="[1"),
    WidgetState(bytes_value=b"\xff"),
    WidgetState(trigger_value=True),
    empty(),
]


@pytest.mark.parametrize(
    ("key", "right", "value", "wrong"),
    [
        ("epochs", doubles(7), 7, [doubles(float("nan")), doubles(float("inf")), WidgetState(string_value="7")]),
        ("seed", WidgetState(int_value=9), 9, [WidgetState(string_value="9"), doubles(9)]),  # as a browser does
        ("seed", WidgetState(double_value=9), 9, [WidgetState(double_value=float(x)) for x in ("nan", "inf", "-inf")]),
        ("optimizer", WidgetState(string_value="SGD"), "sgd", [WidgetState(string_value="x" * 9), strings("SGD")]),
        ("activation", strings("tanh"), "tanh", [strings("gelu"), strings("tanh", "tanh"), doubles(1)]),
        ("shuffle", WidgetState(bool_value=False), False, [WidgetState(string_value="no"), doubles(0)]),
    ],
)
def test_a_wrong_answer_leaves_a_control_on_what_it_stood_on(
    key: str, right: WidgetState, value: object, wrong: list[WidgetState]
) -> None:
    app = answered(open_page(TRAIN), key, right)
    assert app.session_state[key] == value
    sound = {right.WhichOneof("value"), *(["int_value"] if key == "seed" else [])}
    for state in [*wrong, *(kind for kind in WRONG_KINDS if kind.WhichOneof("value") not in sound)]:
        answered(app, key, state)
        assert app.session_state[key] == value, state


@pytest.mark.parametrize("answer", [doubles(0), doubles(1e308), doubles(1, 2), doubles()])
def test_what_is_out_of_range_is_as_at_the_start(answer: WidgetState) -> None:
    app = answered(open_page(TRAIN), "epochs", answer)
    assert app.session_state["epochs"] == 4


@pytest.mark.parametrize("answer", [-1, 2**32, 2**63 - 1, -(2**63)])
def test_a_whole_number_out_of_range_is_as_at_the_start(answer: int) -> None:
    app = answered(open_page(TRAIN), "seed", WidgetState(int_value=answer))
    assert app.session_state["seed"] == 0


def test_a_wrong_answer_that_comes_before_its_widget_is_left_out_too() -> None:
    app = open_page(TRAIN)
    known = id_of(app, "epochs")
    other = AppTest.from_file(app._script_path, default_timeout=60).switch_page(TRAIN)  # as after a server's restart
    assert send(other, WidgetState(id=known, string_value="five")).session_state["epochs"] == 4


def test_a_button_of_another_page_pressed_by_a_kind_of_answer_that_no_button_has_is_not_pressed() -> None:
    app = open_page(TRAIN)
    answered(app, "train", WidgetState(string_value="yes"))
    assert store.visitors().find(app.session_state["_tab"]).going is None


@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "1e999", "9" * 5_000, "five", "-1", "1e10"])
def test_a_link_that_can_not_be_read_is_the_start_and_the_page_says_so_once(text: str) -> None:
    app = opened_by_link(TRAIN, seed=text, epochs=text)
    assert (app.session_state["seed"], app.session_state["epochs"]) == (0, 4)
    (note,) = app.toast
    assert "`epochs`, `seed`" in note.value or "`seed`, `epochs`" in note.value
    assert text not in note.value
    assert not sound(app.run()).toast


def test_a_link_that_can_be_read_needs_no_note() -> None:
    app = opened_by_link(TRAIN, seed="3", epochs="7", rate="0.01", optimizer="SGD", shuffle="false", scene="1")
    assert (app.session_state["seed"], app.session_state["epochs"]) == (3, 7)
    assert not app.toast


def test_of_what_a_link_says_twice_the_last_counts() -> None:
    app = AppTest.from_file(open_page(TRAIN)._script_path, default_timeout=60).switch_page(TRAIN)
    app.query_params["seed"] = ["inf", "7"]
    assert sound(app.run()).session_state["seed"] == 7


def test_what_a_link_hides_with_a_value_that_can_not_be_read_stands_at_its_start_and_is_named() -> None:
    app = opened_by_link(TRAIN, hide="seed", seed="1e999")
    assert "`seed`" in app.toast[0].value
    assert "seed" not in app.query_params


def test_a_scene_that_is_not_there_is_the_first_and_is_named() -> None:
    app = opened_by_link(TRAIN, scene="99")
    assert app.session_state["_scene"] == 1
    assert "`scene`" in app.toast[0].value


@pytest.mark.parametrize(
    "told",
    [
        "7",
        '"cell"',
        "[",
        '{"selection": 3}',
        '{"selection": {"cell": 3}}',
        '{"selection": {"cell": [{"shown": 3}]}}',
        '{"selection": {"cell": [{"shown": 10, "read": 3}]}}',
        '{"selection": {"cell": [{"shown": "3", "read": 4}]}}',
        '{"selection": {"cell": [{"shown": 1e999, "read": 4}]}}',
    ],
)
def test_a_click_that_no_chart_has_moves_nothing(told: str) -> None:
    app = open_page(MISTAKES)
    before = app.session_state["is_a"], app.session_state["read_as"]
    answered(app, "matrix_0", WidgetState(string_value=told))
    assert (app.session_state["is_a"], app.session_state["read_as"]) == before
    answered(app, "matrix_0", WidgetState(string_value='{"selection": {"cell": [{"shown": 7, "read": 2}]}}'))
    assert (app.session_state["is_a"], app.session_state["read_as"]) == (7, 2)


def with_samples() -> AppTest:
    app = open_page(PIXELS)
    resources.library().generated()  # waits for them
    return sound(app.run())


@pytest.mark.parametrize("told", ["{", "[" * 100_000, "[" * 900 + "]" * 900, "7", '{"event": "picked", "value": 3}'])
def test_events_that_no_component_has_are_not_heard(told: str) -> None:
    app = tell(with_samples(), "samples", told)
    assert store.visitors().find(app.session_state["_tab"]).pad.sample is None


@pytest.mark.parametrize("picked", ["10", "-1", "2.5", "true", "null", '"3"', "[3]", "9" * 400])
def test_a_sample_that_is_not_there_is_not_read(picked: str) -> None:
    app = tell(with_samples(), "samples", f'[{{"event": "picked", "value": {picked}}}]')
    assert store.visitors().find(app.session_state["_tab"]).pad.sample is None
    app = tell(app, "samples", '[{"event": "picked", "value": 3}]')
    assert store.visitors().find(app.session_state["_tab"]).pad.sample == 3


def picture(side: int = 280, mode: str = "L", kind: str = "PNG") -> str:
    stream = io.BytesIO()
    Image.new(mode, (side, side)).save(stream, kind)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


STROKE: dict[str, Any] = {
    "type": "path",
    "path": [["M", 100, 80], ["Q", 120.5, 90, 130, 110], ["L", 140, 200]],
    "left": 120,
    "top": 140,
    "width": 40,
    "height": 120,
    "strokeWidth": 18,
    "fill": None,
}


@pytest.mark.parametrize(
    "sent",
    [
        {"raw": {"objects": [STROKE]}, "data": picture()},
        {"raw": {"objects": [STROKE] * 300, "version": "6"}, "data": picture(mode="RGBA")},
        {"raw": {"objects": []}, "data": None},
        {"raw": None, "data": picture()},
    ],
)
def test_a_drawing(sent: dict[str, Any]) -> None:
    assert incoming.is_drawing(json.loads(json.dumps(sent)))


@pytest.mark.parametrize(
    "piece", [[], ["M"], ["M", 1], ["M", 1, "2"], ["M", 1, None], "M 1 2", ["X", 1, 2], ["M", 1, 1e9]]
)
def test_no_stroke_leads_nowhere(piece: object) -> None:
    stroke = {**STROKE, "path": [*STROKE["path"], piece]}
    assert not incoming.is_drawing({"raw": {"objects": [stroke]}, "data": picture()})


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        {"data": picture()},
        {"raw": {"objects": [STROKE]}},
        {"raw": [], "data": 5},
        {"raw": {"objects": {"a": STROKE}}, "data": picture()},
        {"raw": {"objects": [None]}, "data": picture()},
        {"raw": {"objects": [{**STROKE, "width": float("inf")}]}, "data": picture()},
        {"raw": {"objects": [{**STROKE, "left": "1"}]}, "data": picture()},
        {"raw": {"objects": [{**STROKE, "path": 1}]}, "data": picture()},
        {"raw": {"objects": [STROKE]}, "data": "data:image/png;base64,%%%"},
        {"raw": {"objects": [STROKE]}, "data": picture()[:-400]},
        {"raw": {"objects": [STROKE]}, "data": picture(10)},
        {"raw": {"objects": [STROKE]}, "data": picture(13_300, "1")},
        {"raw": {"objects": [STROKE]}, "data": picture(kind="JPEG")},
    ],
)
def test_no_drawing(sent: Any) -> None:
    assert not incoming.is_drawing(sent)


def test_a_drawing_made_by_hand_leaves_what_is_drawn() -> None:
    app = open_page(PIXELS)
    good = json.dumps({"drawing": {"raw": {"objects": [STROKE]}, "data": picture()}})
    answered(app, "canvas_0", WidgetState(json_value=good))
    pad = store.visitors().find(app.session_state["_tab"]).pad
    assert len(pad.strokes) == 1
    for bad in (picture(13_300, "1"), "data:image/png;base64,%%%", None):
        told = json.dumps({"drawing": {"raw": {"objects": [STROKE] * 2}, "data": bad}, "more": 1})
        answered(app, "canvas_0", WidgetState(json_value=told))
        assert len(pad.strokes) == 1


@pytest.mark.parametrize(
    "sent", [files("unknown"), files(), files(*map(str, range(100))), WidgetState(string_value="x")]
)
def test_a_file_that_the_server_has_not_is_none(sent: WidgetState) -> None:
    app = in_one_piece(TRAIN)
    answered(app, "weights_file", sent)
    assert app.session_state["weights_file"] is None
    assert not app.error


def test_a_session_keeps_so_many_files_and_so_many_bytes_and_the_oldest_go_first() -> None:
    incoming.guard()
    files = MemoryUploadedFileManager("/upload")
    for number in range(3 * incoming.MOST_FILES):
        files.add_file("session", UploadedFileRec(str(number), "a.csv", "text/csv", b"12345"))
    kept = files.file_storage["session"]
    assert list(kept) == [str(number) for number in range(2 * incoming.MOST_FILES, 3 * incoming.MOST_FILES)]
    large = bytes(10 * 2**20)
    for number in range(20):
        files.add_file("session", UploadedFileRec(f"large {number}", "a.png", "image/png", large))
        assert f"large {number}" in kept
    assert sum(len(file.data) for file in kept.values()) <= incoming.MOST_FILE_BYTES
    files.add_file("another", UploadedFileRec("0", "a.csv", "text/csv", b"1"))
    assert "large 19" in kept


def test_a_session_has_the_things_of_two_tabs_at_most() -> None:
    app = open_page(TRAIN)
    names = {app.session_state["_tab"]}
    for number in range(10):
        answered(app, "tab", WidgetState(json_value=f'{{"name": "{number:032x}"}}'))
        app = sound(app.run())
        names.add(app.session_state["_tab"])
    assert len(names) == 2
    assert app.session_state["_tab"] == f"{0:032x}"


@pytest.mark.parametrize("name", ["5", "null", '"x"', f'"{"g" * 32}"', f'"{"a" * 33}"', "[]", '{"a": 1}'])
def test_what_is_no_name_of_a_tab_is_not_heard(name: str) -> None:
    app = open_page(TRAIN)
    before = app.session_state["_tab"]
    answered(app, "tab", WidgetState(json_value=f'{{"name": {name}}}'))
    assert app.session_state["_tab"] == before


class Growing(dict[str, Any]):
    """Grows while it is looked through for the first time, as a run before may still add to it."""

    looks = 0

    def __iter__(self) -> Iterator[str]:
        self.looks += 1
        for key in super().__iter__():
            if self.looks == 1:
                self["later"] = 1
            yield key


def test_what_grows_while_it_is_looked_through_is_looked_through_again() -> None:
    incoming.guard()
    state = SessionState(_old_state=Growing(a=1, b=2))
    state._reset_triggers()
    assert state._keys() == {"a", "b", "later"}
    assert SessionState(_old_state=Growing(a=1))._keys() == {"a", "later"}
    states = WStates({"a": Value(1)})
    for key in states:
        states[key + "b"] = Value(2)
    assert list(states) == ["a", "ab"]


def test_the_guard_stands_where_streamlit_takes_things_in() -> None:
    incoming.guard()
    for method in (
        SessionState.set_widgets_from_proto,
        SessionState.register_widget,
        MemoryUploadedFileManager.add_file,
        AppSession._handle_clear_cache_request,
    ):
        assert method.__module__ == incoming.__name__
