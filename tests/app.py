"""How tests open the app, answer, draw and train in it."""

import ast
import base64
import contextlib
import io
import json
import time
from functools import cache
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from tests.conftest import PROJECT
from ui.frame.question import Question
from ui.visitor import store

PAGES = sorted(f"pages/{path.name}" for path in (PROJECT / "pages").glob("*.py"))


def open_page(path: str, scene: int = 1) -> AppTest:
    """A scene of a page as the first of a visit."""
    return opened_by_link(path, scene=str(scene)) if scene > 1 else opened_by_link(path)


def in_one_piece(path: str, /, **linked: str) -> AppTest:
    """A page with all its scenes, answers and all that goes deeper, one below the other."""
    return opened_by_link(path, show="whole", **linked)


def turn_to(app: AppTest, scene: int) -> AppTest:
    """Presses the mark of another scene of the page."""
    return sound(app.button(key=f"scene_{scene}").click().run())


def go_deeper(app: AppTest) -> AppTest:
    """Opens what goes further than the scene."""
    stem = app.session_state["_pages"][1][app.session_state["_pages"][0]].url_path or "welcome"
    app.session_state[f"go_deeper_{stem}_{app.session_state['_scene']}"] = True
    return sound(app.run())


def answer(app: AppTest, key: str, said: str) -> AppTest:
    """Answers a question."""
    return sound(app.pills(key=key).set_value(said).run())


def component(app: AppTest, name: str) -> list[dict[str, Any]]:
    """What the inline components of this name were told, in the order in which they stand on the page."""
    parts = [part.proto for part in app.get("bidi_component") if part.proto.component_name == name]
    return [json.loads(part.json) for part in parts]


def status(app: AppTest) -> str:
    """The line that says which network reads, which digits are in use, and whether a training goes on."""
    return next(str(caption.value) for caption in app.caption if "Reads: " in str(caption.value))


def scenes_of(path: str) -> int:
    """How many scenes a page has."""
    return max(1, len([button for button in open_page(path).button if str(button.key).startswith("scene_")]))


def sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    assert not app.error, app.error
    return app


def text(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.info, *app.success))


def hints(app: AppTest) -> list[str]:
    """What is said of wrong answers; not that MNIST can't be had, which may be found out at any moment."""
    return [note.value for note in app.info if note.icon == ":material/lightbulb:"]


def formulas(app: AppTest) -> str:
    """All formulas that stand by themselves, in LaTeX."""
    return " ".join(element.value for element in app.latex)


def opened_by_link(path: str, /, **linked: str) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).switch_page(path)
    for key, value in linked.items():
        app.query_params[key] = value
    return sound(app.run())


def questions(app: AppTest) -> list[str]:
    return [pills.key for pills in app.pills if pills.key and pills.key.startswith("ask_")]


def controls(app: AppTest) -> dict[str, Any]:
    found: dict[str, Any] = app.session_state["_page_controls"]
    return {key: start for key, start in found.items() if not key.startswith("ask_")}


def questions_of(path: str) -> list[Question]:
    """The questions a page has as constants, read without running the rest of it."""
    found: dict[str, Any] = {"Question": Question}
    for node in ast.parse((PROJECT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            with contextlib.suppress(Exception):  # a constant made from what the page imports
                exec(compile(ast.Module([node], []), path, "exec"), found)
    return [value for value in found.values() if isinstance(value, Question)]


def value_of(app: AppTest, key: str) -> Any:
    return app.session_state[key] if key in app.session_state else None  # noqa: SIM401 (it has no get)


@cache
def pages_in_order() -> list[Any]:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    pages: list[Any] = app.session_state["_pages"][1]
    return pages


def train(app: AppTest) -> AppTest:
    return finish(sound(app.button(key="train").click().run()))


def finish(app: AppTest) -> AppTest:
    """Looks at the page until the run is over."""
    for _ in range(600):
        is_said = "training:" not in status(app)
        if is_said and "train" in [button.key for button in app.button]:
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("the training did not end within half a minute")


def png(drawing: np.ndarray) -> str:
    stream = io.BytesIO()
    Image.fromarray(drawing).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def draw(app: AppTest, drawing: np.ndarray, strokes: list[dict[str, Any]] | None = None) -> AppTest:
    version = store.visitors().find(app.session_state["_tab"]).pad.version
    app.session_state[f"canvas_{version}"] = {"drawing": {"raw": {"objects": strokes or [{}]}, "data": png(drawing)}}
    return sound(app.run())


def send(app: AppTest, *states: WidgetState) -> AppTest:
    """Sends answers as a browser does, and others than any browser would: they are read as those of a browser are."""
    return sound(app._run(WidgetStates(widgets=states)))


def id_of(app: AppTest, key: str) -> str:
    """What a widget is called in the messages of a browser."""
    found = app._session_state._state.get_widget_id_from_key(key)
    assert found, f"{key} was never on the page"
    return found


def tell(app: AppTest, key: str, events: str) -> AppTest:
    """Sends events of an inline component, as JSON."""
    return send(app, WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{id_of(app, key)}__events", json_trigger_value=events))


def click_sample(app: AppTest, digit: int) -> AppTest:
    visitor = store.visitors().find(app.session_state["_tab"])
    visitor.pad.read_sample(digit)
    return sound(app.run())


def canvas() -> np.ndarray:
    """An empty canvas: black, opaque."""
    empty = np.zeros((280, 280, 4), dtype=np.uint8)
    empty[..., 3] = 255
    return empty
