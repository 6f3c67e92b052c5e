"""A photo is read once, in place of what is drawn; one that can't be read is a sentence."""

import inspect
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_core.handwriting import opening
from mnist_core.handwriting import photo as core
from tests.app import sound, tell
from ui.drawing import photo
from ui.visitor import store
from ui.visitor.pad import Pad, Taken

pytestmark = pytest.mark.usefixtures("offline")


def page() -> None:
    from ui.drawing import photo
    from ui.frame import incoming, state
    from ui.visitor import store

    incoming.guard()
    state.identify()
    photo.upload()
    taken = store.visitor().pad.taken
    if taken is not None:
        photo.corrections(taken)
        photo.show('<img alt="A photo">', taken)


def opened() -> AppTest:
    return sound(AppTest.from_function(page, default_timeout=60).run())


def pad(app: AppTest) -> Pad:
    return store.visitors().find(app.session_state["_tab"]).pad


def picture(ink: bool = True) -> bytes:
    grey = np.full((150, 200), 220, np.uint8)
    if ink:
        grey[40:110, 95:103] = 30
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def give(app: AppTest, content: bytes, name: str = "digit.png") -> AppTest:
    return sound(app.file_uploader(key=photo.UPLOAD).upload(name, content, "image/png").run())


def test_a_photo_is_read_and_what_was_found_on_it_is_shown() -> None:
    app = opened()
    assert pad(app).taken is None
    app = give(app, picture())
    read = pad(app).photo
    assert read is not None
    assert read[150, 198] > 200  # the ink, now bright
    assert read[20, 20] == 0
    taken = pad(app).taken  # as it was taken
    assert taken is not None
    assert taken.grey.max() == 220
    assert taken.grey.min() == 30
    assert not app.warning
    assert app.caption[0].value == "Found: dark ink on light paper."


def test_drawing_on_ends_the_photo_and_a_click_brings_it_back() -> None:
    app = give(opened(), picture())
    pad(app).clear()
    app = sound(app.run())
    assert pad(app).photo is None  # although the file is still there
    app = sound(app.button(key="photo_again").click().run())
    assert pad(app).photo is not None
    assert "photo_again" not in [button.key for button in app.button]


def test_a_photo_that_cannot_be_read_is_told_in_a_sentence_and_leaves_the_drawing_alone() -> None:
    app = opened()
    pad(app).read_sample(3)
    app = give(app, b"no picture")
    assert app.warning[0].value.startswith("`digit.png`: This is no picture")
    app = give(app, picture(ink=False), "blank.png")
    assert app.warning[0].value == f"`blank.png`: {core.NOTHING}"
    assert pad(app).sample == 3


def test_after_one_that_cannot_be_read_the_photo_before_is_still_read() -> None:
    app = give(opened(), picture())
    before = pad(app).photo
    app = give(app, picture(ink=False), "blank.png")
    assert pad(app).photo is before


def test_a_photo_taken_away_is_no_longer_read() -> None:
    app = give(opened(), picture())
    app = sound(app.file_uploader(key=photo.UPLOAD).clear().run())
    assert pad(app).photo is None


def test_a_photo_taken_away_gives_the_drawing_back() -> None:
    app = opened()
    pad(app).receive([{"path": 1}], b"one")
    app = give(app, picture())
    assert pad(app).picture is None
    sound(app.file_uploader(key=photo.UPLOAD).clear().run())
    assert (pad(app).picture, pad(app).photo) == (b"one", None)


def test_a_file_taken_away_leaves_no_complaint() -> None:
    app = give(opened(), b"no picture")
    app = sound(app.file_uploader(key=photo.UPLOAD).clear().run())
    assert not app.warning


def test_the_limit_named_to_the_browser_is_the_reader_s() -> None:
    app = opened()
    assert app.file_uploader(key=photo.UPLOAD).proto.max_upload_size_mb * 2**20 == opening.MOST_BYTES


def test_a_photo_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    decode = opening._decoded

    def count(content: bytes) -> Image.Image:
        decoded.append(content)
        return decode(content)

    monkeypatch.setattr(opening, "_decoded", count)
    app = give(opened(), picture())
    app = sound(app.run())
    assert pad(app).taken is not None
    assert len(decoded) == 1


def three() -> Taken:
    """A long bar, and a short one to the right of it; on a picture that lies on its side."""
    grey = np.full((300, 400), 225, np.uint8)
    grey[40:260, 60:80] = 40
    grey[180:260, 300:316] = 40
    found = core.ink_of(grey.astype(np.float32) / np.float32(255))
    return Taken(grey, found.drawing)


@pytest.fixture
def state_of_a_visit(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    state: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.session_state", state)
    monkeypatch.setattr(photo, "_found", inspect.unwrap(photo._found))  # there is no session to keep anything for
    return state


@pytest.mark.parametrize("turns", range(4))
def test_the_ink_that_is_pressed_on_is_read_and_stays_it_when_the_photo_is_turned(
    turns: int, state_of_a_visit: dict[str, Any]
) -> None:
    taken = three()
    assert taken.drawing[:, 50:90].any()
    assert not taken.drawing[:, 290:].any()
    state_of_a_visit["photo_way"] = {"picked": [0.7, 0.8]}  # near the short bar
    photo._pick(taken)
    for _ in range(turns):
        photo.turn(taken)
    back = np.rot90(taken.drawing, turns)
    assert back[185:255, 303:313].all()
    assert not back[:, :200].any()
    for _ in range(turns + 1):
        taken.undo()
    assert taken.correction is None


def test_bright_ink_can_be_pressed_on_where_dark_ink_was_read(state_of_a_visit: dict[str, Any]) -> None:
    taken = three()
    taken.grey[:, 240:] = 255 - taken.grey[:, 240:]  # the right part of it is a board
    taken.found = core.ink_of(taken.grey.astype(np.float32) / np.float32(255), core.Correction(inverted=False)).drawing
    taken.correct(core.Correction(inverted=False), taken.found)
    state_of_a_visit["photo_way"] = {"picked": [0.7, 0.77]}
    photo._pick(taken)
    assert taken.correction == core.Correction(inverted=True, at=(0.7, 0.77))
    assert taken.drawing[190:250, 304:312].all()
    state_of_a_visit["photo_way"] = {"picked": [0.5, 0.17]}
    photo._pick(taken)
    assert taken.correction == core.Correction(inverted=False, at=(0.5, 0.17))
    assert taken.drawing[60:240, 64:76].all()


@pytest.mark.parametrize("sent", ["null", "[0.5]", '["a", "b"]', '"no"', '{"down": 1}', "[0.6, 7]", "[-0.1, 0.5]"])
def test_what_is_no_place_on_the_photo_is_not_heard(sent: str) -> None:
    app = give(opened(), picture())
    app = tell(app, "photo_way", f'[{{"event": "picked", "value": {sent}}}]')
    taken = pad(app).taken
    assert taken is not None
    assert not taken.corrections
    app = tell(app, "photo_way", '[{"event": "picked", "value": [0.5, 0.5]}]')
    assert taken.corrections


def test_a_press_on_the_edge_of_the_photo_picks_no_paper(state_of_a_visit: dict[str, Any]) -> None:
    taken = three()
    state_of_a_visit["photo_way"] = {"picked": [0.6, 1]}
    photo._pick(taken)
    assert taken.correction is not None
    assert taken.correction.at == (0.6, 1.0)
    assert taken.correction.inverted is False


def test_where_nothing_stands_out_the_other_way_round_it_is_said_and_all_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = give(opened(), picture())
    before = pad(app).photo

    def nothing(grey: opening.Grey, correction: core.Correction = core.NONE) -> core.Found:
        if correction.inverted:
            raise opening.PhotoUnreadable(core.NOTHING)
        return core.ink_of(grey, correction)

    monkeypatch.setattr("ui.drawing.photo.ink_of", nothing)
    app = sound(app.button(key="photo_invert").click().run())
    assert app.caption[0].value == "Nothing stands out that way."
    assert pad(app).photo is before
    app = sound(app.run())
    assert app.caption[0].value == "Found: dark ink on light paper."
