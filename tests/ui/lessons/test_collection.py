"""A digit is kept by one press, corrected, taken home and loaded back; it outlives a page switch."""

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from mnist_core.data.dataset import Dataset
from mnist_core.evaluation import accuracy
from mnist_core.handwriting.preprocessing import drawing_to_mnist
from mnist_core.lessons.collection import MOST, MOST_BYTES, OwnDigit, from_csv, to_csv
from mnist_core.network.model import MLP
from tests.app import canvas, click_sample, draw, go_deeper, in_one_piece, open_page, sound, text, turn_to
from ui.drawing import keep
from ui.lessons import collection
from ui.visitor import store
from ui.visitor.pad import Pad, Taken

pytestmark = pytest.mark.usefixtures("offline")

DRAW, COLLECTION = "lessons/draw.py", "lessons/collection.py"


def kept(app: AppTest) -> list[OwnDigit]:
    return store.visitors().find(app.session_state["_tab"]).own_digits


def give(app: AppTest, digits: list[OwnDigit]) -> AppTest:
    store.visitors().find(app.session_state["_tab"]).own_digits = digits
    return sound(app.run())


def pad(app: AppTest) -> Pad:
    return store.visitors().find(app.session_state["_tab"]).pad


def one(left: int = 131) -> np.ndarray:
    """A 1 on the canvas; one of another width is another drawing, wherever it stands."""
    drawn = canvas()
    drawn[50:230, left:149, :3] = 255
    return drawn


def relabelling(app: AppTest) -> list[Selectbox[int]]:
    """The list beside the digit chosen, if one is."""
    return [box for box in app.selectbox if str(box.key).startswith(collection.RELABEL)]


def with_keeping(page: str) -> AppTest:
    """Where a drawing can be kept: the first scene of the test set's page; that of drawing has it further down."""
    return in_one_piece(page) if page == DRAW else open_page(page)


def press(app: AppTest, digit: int) -> AppTest:
    return sound(app.segmented_control(key=keep.KEEP_AS).set_value(digit).run())


def made(number: int, label: int = 3) -> OwnDigit:
    return OwnDigit(label, "canvas", number.to_bytes(4, "big") * 196)


@pytest.mark.parametrize("page", [DRAW, COLLECTION])
def test_one_press_keeps_the_drawing_and_clears_the_canvas(page: str) -> None:
    app = with_keeping(page)
    assert app.segmented_control(key=keep.KEEP_AS).disabled
    app = draw(app, one())
    assert not app.segmented_control(key=keep.KEEP_AS).disabled
    app = press(app, 1)
    [digit] = kept(app)
    assert (digit.label, digit.source) == (1, "canvas")
    expected = (drawing_to_mnist(one()) * 255).round().byte().numpy().tobytes()
    assert digit.pixels == expected
    assert pad(app).picture is None
    assert "Kept as **a 1**; the network read **a 1**. 1 digit so far. Draw the next one." in text(app)
    control = app.segmented_control(key=keep.KEEP_AS)
    assert control.value is None
    assert control.disabled
    assert keep.KEEP_AS not in app.query_params


def test_ten_in_a_row_and_the_same_one_only_once() -> None:
    app = open_page(COLLECTION)
    for number in range(4):
        app = press(draw(app, one(131 - 5 * number)), number)
    assert [digit.label for digit in kept(app)] == [0, 1, 2, 3]
    app = press(draw(app, one()), 7)
    assert "The same one is not kept twice" in text(app)
    assert [digit.label for digit in kept(app)] == [0, 1, 2, 3]


def test_a_sample_is_not_the_readers_and_a_photo_is() -> None:
    app = click_sample(with_keeping(DRAW), 4)
    assert "someone else wrote" in text(app)
    assert app.segmented_control(key=keep.KEEP_AS).disabled
    pad(app).read_photo(Taken(255 - one()[..., 0], one()[..., 0]))
    app = press(sound(app.run()), 1)
    assert [digit.source for digit in kept(app)] == ["photo"]
    assert pad(app).photo is None


def test_the_oldest_goes_and_that_is_said() -> None:
    app = give(open_page(COLLECTION), [made(number) for number in range(MOST)])
    app = press(draw(app, one()), 1)
    assert len(kept(app)) == MOST
    assert kept(app)[0] == made(1)
    assert f"There is room for {MOST}, so the oldest one went." in text(app)


def test_the_drawing_page_leads_to_the_set_once_there_is_one() -> None:
    app = with_keeping(DRAW)
    assert not [link for link in app.get("page_link") if "test set" in link.proto.label]
    app = press(draw(app, one()), 1)
    assert "See your test set: 1 digit so far" in [link.proto.label for link in app.get("page_link")]
    app = sound(app.switch_page(COLLECTION).run())
    assert "Your test set: 1 digit" in text(app)


def choose(app: AppTest, number: int) -> AppTest:
    """As a click on a digit of the sheet does."""
    app.session_state["_own_chosen"] = kept(app)[number].pixels
    return sound(app.run())


def test_a_digit_is_relabelled_or_removed() -> None:
    app = give(open_page(COLLECTION), [made(1), made(2), made(3)])
    assert not relabelling(app)
    app = choose(app, 1)
    assert "**Digit 2**: you called it a 3." in text(app)
    app = sound(relabelling(app)[0].set_value(8).run())
    assert kept(app) == [made(1), made(2, label=8), made(3)]
    assert "**Digit 2**: you called it an 8." in text(app)
    app = sound(app.button(key="own_remove").click().run())
    assert kept(app) == [made(1), made(3)]
    assert not relabelling(app)


def test_all_are_forgotten_on_request() -> None:
    app = give(open_page(COLLECTION, 5), [made(1), made(2)])
    app = sound(app.button(key="own_remove_all").click().run())
    assert kept(app) == []
    assert "Your test set: no digit" in text(app)


def test_files_of_a_set_forgotten_do_not_come_back_with_the_next_one() -> None:
    app = open_page(COLLECTION, 5)
    files = [(f"{n}.csv", to_csv([made(n)], {}).encode(), "text/csv") for n in range(4)]
    app = sound(app.file_uploader(key=f"{collection.FILES}_0").set_value(files[:2]).run())
    assert kept(app) == [made(0), made(1)]
    app = sound(app.button(key="own_remove_all").click().run())
    [uploader] = app.file_uploader
    assert not uploader.value
    app = sound(uploader.set_value(files[2:3]).run())
    assert kept(app) == [made(2)]


def test_what_was_said_of_the_digit_kept_last_goes_once_it_is_changed() -> None:
    for change in (
        lambda app: relabelling(app)[0].set_value(1),
        lambda app: app.button(key="own_remove").click(),
    ):
        app = press(draw(open_page(COLLECTION), one()), 8)
        assert "Kept as **an 8**; the network read **a 1**." in text(app)
        app = choose(app, 0)
        app = sound(change(app).run())
        assert "Kept as" not in text(app)


@pytest.mark.parametrize("page", [DRAW, COLLECTION])
def test_what_was_kept_last_can_be_taken_back_to_the_canvas(page: str) -> None:
    app = give(with_keeping(page), [made(1)])
    assert app.button(key="keep_back").disabled
    app = press(draw(app, one()), 8)
    assert len(kept(app)) == 2
    app = sound(app.button(key="keep_back").click().run())
    assert kept(app) == [made(1)]
    assert len(pad(app).strokes) == 1
    assert app.button(key="keep_back").disabled
    app = press(app, 1)
    assert [digit.label for digit in kept(app)] == [3, 1]


def test_a_drawing_begun_since_stays_when_a_digit_is_taken_back() -> None:
    app = press(draw(open_page(COLLECTION), one()), 8)
    app = draw(app, one(100))
    picture = pad(app).picture
    app = sound(app.button(key="keep_back").click().run())
    assert kept(app) == []
    assert pad(app).picture == picture


def test_without_a_pointer_a_photo_can_be_kept() -> None:
    app = go_deeper(open_page(COLLECTION))
    stream = io.BytesIO()
    Image.fromarray(255 - one()[..., 0]).save(stream, "PNG")  # black ink on white paper
    app = sound(app.file_uploader(key="photo_file").set_value(("one.png", stream.getvalue(), "image/png")).run())
    assert [digit.source for digit in kept(press(app, 1))] == ["photo"]


def test_what_looks_like_no_digit_is_kept_and_that_is_said() -> None:
    drawn = canvas()
    for rows, columns in (((50, 248), (60, 78)), ((50, 248), (202, 220)), ((131, 149), (60, 220))):
        drawn[rows[0] : rows[1], columns[0] : columns[1], :3] = 255  # the letter H
    app = press(draw(open_page(COLLECTION), drawn), 4)
    assert [digit.label for digit in kept(app)] == [4]
    assert re.search(r"the network read \*\*an? \d\*\*\. But it looks [^.]* letter", text(app))


def test_the_limit_named_to_the_browser_is_the_readers() -> None:
    app = open_page(COLLECTION, 5)
    assert app.file_uploader(key=f"{collection.FILES}_0").proto.max_upload_size_mb * 2**20 == MOST_BYTES


def test_files_of_a_class_are_merged_and_a_bad_one_is_a_sentence() -> None:
    app = give(open_page(COLLECTION, 5), [made(1)])
    files = {
        "anna.csv": to_csv([made(1), made(2)], {}).encode(),
        "*ben*.csv": b"label,source\n1,canvas\n",
        "carl.csv": to_csv([made(3), made(4)], {"net": [3, 3]}).encode(),
    }
    uploader = app.file_uploader(key=f"{collection.FILES}_0")
    app = uploader.set_value([(name, content, "text/csv") for name, content in files.items()]).run()
    assert not app.exception
    assert kept(app) == [made(number) for number in (1, 2, 3, 4)]
    assert [success.value for success in app.success] == [
        "anna.csv: 1 digit added. 1 digit was there already.",
        "carl.csv: 2 digits added.",
    ]
    assert [error.value for error in app.error] == [
        r"\*ben\*.csv can't be used. It lacks the column “pixel0” and 783 others."
    ]

    app = choose_and_remove(turn_to(app, 1), 3)
    app = app.button(key="scene_5").click().run()
    assert kept(app) == [made(number) for number in (1, 2, 3)]  # the files, still there, are not taken again


def choose_and_remove(app: AppTest, number: int) -> AppTest:
    app.session_state["_own_chosen"] = kept(app)[number].pixels
    return app.run().button(key="own_remove").click().run()


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], Any]]:
    """What the page offers to download, by label; made only on request."""
    files: dict[str, Callable[[], Any]] = {}

    def button(label: str, data: Callable[[], Any], file_name: str, mime: str, **options: Any) -> bool:
        assert options["on_click"] == "ignore"  # a download draws no page anew
        if not options["disabled"]:
            files[label] = data
        return False

    monkeypatch.setattr(st, "download_button", button)
    return files


def test_the_table_and_the_sheet_hold_all_digits(offered: dict[str, Callable[[], Any]]) -> None:
    digits = [made(number, label=number) for number in range(3)]
    app = open_page(COLLECTION, 5)
    assert not offered
    give(app, digits)
    content = offered["Table (CSV)"]()
    assert from_csv(content.encode()) == digits
    assert "read by Ready-made network (784-" in content.partition("\n")[0]
    assert Image.open(io.BytesIO(offered["Sheet (PNG)"]())).format == "PNG"


def test_what_a_network_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = give(open_page(COLLECTION), [made(1), made(2)])
    read: list[int] = []
    genuine = accuracy.evaluate

    def evaluate(model: MLP, data: Dataset) -> accuracy.Evaluation:
        read.append(len(data))
        return genuine(model, data)

    for place in (accuracy, collection):  # the validation images are not read again either
        monkeypatch.setattr(place, "evaluate", evaluate)
    app = draw(app, one())
    assert not read
    press(app, 1)
    assert read == [3]
