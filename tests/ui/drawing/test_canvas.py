"""A button pressed before the page has shown the last stroke: what it does, it does to the whole drawing."""

import numpy as np
import numpy.typing as npt
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.handwriting.preprocessing import drawing_to_mnist
from tests.app import canvas, click_sample, draw, in_one_piece, open_page, png, sound, text
from ui.drawing import keep
from ui.visitor import store
from ui.visitor.pad import Pad

pytestmark = pytest.mark.usefixtures("offline")

DRAW, TEACH = "lessons/draw.py", "lessons/teach.py"


def pad_of(app: AppTest) -> Pad:
    return store.visitors().find(app.session_state["_tab"]).pad


def first_stroke() -> npt.NDArray[np.uint8]:
    drawn = canvas()
    drawn[50:230, 131:149, :3] = 255
    return drawn


def both_strokes() -> npt.NDArray[np.uint8]:
    drawn = first_stroke()
    drawn[50:68, 60:149, :3] = 255
    return drawn


def send(app: AppTest) -> None:
    """The second stroke arrives, but the page is not drawn before something is pressed."""
    app.session_state[f"canvas_{pad_of(app).version}"] = {
        "drawing": {"raw": {"objects": [{"path": 1}, {"path": 2}]}, "data": png(both_strokes())}
    }


def begin(page: str) -> AppTest:
    """A page with one stroke, in one piece: so that all that can be pressed is there."""
    app = draw(in_one_piece(page), first_stroke())
    assert len(pad_of(app).strokes) == 1
    send(app)
    return app


def test_undo_takes_the_last_stroke_only() -> None:
    app = sound(begin(DRAW).button(key="undo").click().run())
    assert len(pad_of(app).strokes) == 1


@pytest.mark.parametrize(("page", "button"), [(DRAW, "clear"), (TEACH, "teach_take_worst")])
def test_undo_brings_all_strokes_back(page: str, button: str) -> None:
    app = sound(begin(page).button(key=button).click().run())
    assert not pad_of(app).strokes
    app = sound(app.button(key="undo").click().run())
    assert len(pad_of(app).strokes) == 2


def test_what_is_kept_is_all_that_was_drawn() -> None:
    app = begin(DRAW)
    app = sound(app.segmented_control(key=keep.KEEP_AS).set_value(7).run())
    [digit] = store.visitors().find(app.session_state["_tab"]).own_digits
    assert digit.pixels == (drawing_to_mnist(both_strokes()) * 255).round().byte().numpy().tobytes()
    assert not pad_of(app).strokes
    sound(app.button(key="undo").click().run())  # what was kept is not lost
    assert len(pad_of(app).strokes) == 2


def test_what_is_taught_is_all_that_was_drawn() -> None:
    app = sound(begin(TEACH).button(key="teach_it").click().run())
    [desk] = store.visitors().find(app.session_state["_tab"]).desks.values()
    assert desk.pupil.lessons[0].slope.image.equal(drawing_to_mnist(both_strokes()))


def test_there_is_always_a_line_on_what_is_read_so_that_nothing_moves() -> None:
    app = open_page(DRAW, 4)
    assert "Draw a digit here, or click one below." in text(app)
    assert "Read now: your drawing." in text(draw(app, first_stroke()))
    app = click_sample(app, 4)
    assert "Read now: the sample 4." in text(app)
    assert 'alt="The sample 4, which is read now"' in " ".join(each.proto.body for each in app.get("html"))
