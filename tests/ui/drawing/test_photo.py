"""A photo is read once, in place of what is drawn; one that can't be read is a sentence."""

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_core.handwriting import photo as core
from tests.app import sound
from ui.drawing import photo
from ui.visitor import store
from ui.visitor.pad import Pad

pytestmark = pytest.mark.usefixtures("offline")


def page() -> None:
    import streamlit as st

    from ui.drawing import photo
    from ui.frame import state
    from ui.visitor import store

    state.identify()
    store.visitor()
    st.session_state["shown"] = photo.upload()


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
    assert shown(app) is None
    app = give(app, picture())
    read = pad(app).photo
    assert read is not None
    assert read[150, 198] > 200  # the ink, now bright
    assert read[20, 20] == 0
    taken = shown(app)  # as it was taken
    assert taken is not None
    assert taken.max() == 220
    assert taken.min() == 30
    assert not app.warning


def test_drawing_on_ends_the_photo_and_a_click_brings_it_back() -> None:
    app = give(opened(), picture())
    pad(app).clear()
    app = sound(app.run())
    assert pad(app).photo is None  # although the file is still there
    assert shown(app) is None
    app = sound(app.button(key="photo_again").click().run())
    assert pad(app).photo is not None
    assert not app.button


def test_a_photo_that_cannot_be_read_is_told_in_a_sentence_and_leaves_the_drawing_alone() -> None:
    app = opened()
    pad(app).read_sample(3)
    app = give(app, b"no picture")
    assert app.warning[0].value.startswith("`digit.png`: This is no picture")
    app = give(app, picture(ink=False), "blank.png")
    assert app.warning[0].value == f"`blank.png`: {core.NOTHING}"
    assert pad(app).sample == 3


def shown(app: AppTest) -> npt.NDArray[np.uint8] | None:
    """The photo in grey, where it is the one that is read."""
    found: npt.NDArray[np.uint8] | None = app.session_state["shown"]
    return found


def test_after_one_that_cannot_be_read_the_photo_before_is_still_read() -> None:
    app = give(opened(), picture())
    before = pad(app).photo
    app = give(app, picture(ink=False), "blank.png")
    assert pad(app).photo is before
    assert shown(app) is None  # the ink of the photo before is read, and the file just chosen is not its photo


def test_a_photo_taken_away_is_no_longer_read() -> None:
    app = give(opened(), picture())
    app = sound(app.file_uploader(key=photo.UPLOAD).clear().run())
    assert pad(app).photo is None
    assert shown(app) is None


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
    assert app.file_uploader(key=photo.UPLOAD).proto.max_upload_size_mb * 2**20 == core.MOST_BYTES


def test_a_photo_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded = []
    decode = core._decoded

    def count(content: bytes) -> Image.Image:
        decoded.append(content)
        return decode(content)

    monkeypatch.setattr(core, "_decoded", count)
    app = give(opened(), picture())
    assert shown(app) is not None
    assert len(decoded) == 1
