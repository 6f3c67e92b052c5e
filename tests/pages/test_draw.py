"""What else can be read: a photo, a letter, drawings that are no digits, and what both networks say of them."""

import base64
import re
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core import words
from mnist_core.handwriting.is_digit import DIGIT_FROM, KINDS, judge, load_is_digit
from mnist_core.handwriting.photo import Correction, ink_of
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import drawing_to_mnist
from mnist_core.handwriting.several import SURE_FROM, read_row
from mnist_core.lessons import draw as core
from mnist_core.lessons import draw_row
from mnist_core.network.checkpoint import load_shipped
from tests.app import (
    answer,
    canvas,
    click_sample,
    component,
    controls,
    draw,
    in_one_piece,
    open_page,
    opened_by_link,
    sound,
    text,
    turn_to,
)
from tests.conftest import PROJECT
from ui.drawing import network
from ui.visitor import store
from ui.visitor.pad import Taken

PAGE = "lessons/draw.py"


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def bars(app: AppTest, which: int = 0) -> list[float]:
    """The probabilities of one of the charts."""
    data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[which].proto.data.data)
    found: list[float] = data["probability"].tolist()
    return found


def roles(app: AppTest, which: int = 0) -> set[str]:
    """What the bars of a chart are: right, chosen, or neither."""
    return set(convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[which].proto.data.data)["role"])


def test_each_sample_photo_is_read_at_once_as_the_core_reads_it() -> None:
    app = open_page(PAGE)
    for surface in core.SURFACES:
        app = sound(app.segmented_control(key="photo_surface").set_value(surface).run())
        p = predict_proba(load_shipped(), drawing_to_mnist(ink_of(core.photo(surface)).drawing)[None])[0]
        assert bars(app) == pytest.approx(p.tolist(), abs=1e-6)
        assert int(p.argmax()) == core.WRITTEN
        assert f"This is a 2: {words.percent(p.max().item())}." in html(app)
        assert photo_way(app)["html"].count("<figure") == 3
        assert f"Found: {ink_of(core.photo(surface)).said}." in text(app)


def test_a_photo_of_one_s_own_takes_the_place_of_the_sample_until_it_is_given_back() -> None:
    app = open_page(PAGE)
    pad = store.visitors().find(app.session_state["_tab"]).pad
    upright = canvas()[..., 0]
    upright[50:230, 131:149] = 255
    pad.read_photo(Taken(255 - upright, upright))
    app = sound(app.run())
    assert "This is a 1:" in html(app)
    assert not [each for each in app.segmented_control if each.key == "photo_surface"]
    app = sound(next(each for each in app.button if each.label == "Back to the sample photo").click().run())
    assert pad.photo is None
    assert "This is a 2:" in html(app)


def photo_way(app: AppTest) -> dict[str, Any]:
    """What the pictures of a photo's way were told."""
    (told,) = component(app, "photo")
    return told


def read_as(app: AppTest, surface: str, correction: Correction) -> bool:
    """Whether the page reads a sample photo as the core does with this correction."""
    found = ink_of(core.photo(surface), correction)
    p = predict_proba(load_shipped(), drawing_to_mnist(found.drawing)[None])[0]
    return bars(app) == pytest.approx(p.tolist(), abs=1e-4) and f"Found: {found.said}." in text(app)


def press(app: AppTest, key: str) -> AppTest:
    return sound(app.button(key=f"photo_{key}").click().run())


def test_a_press_turns_or_inverts_the_photo_stays_with_it_and_is_taken_back() -> None:
    app = open_page(PAGE)
    shadow, board = core.SURFACES[0], core.SURFACES[2]
    assert app.button(key="photo_undo").disabled
    app = press(app, "turn")
    assert read_as(app, shadow, Correction(turned=90))
    assert photo_way(app)["size"] == [480, 360]  # upright now
    app = press(app, "invert")
    assert read_as(app, shadow, Correction(turned=90, inverted=True))
    app = sound(app.segmented_control(key="photo_surface").set_value(board).run())
    assert read_as(app, board, Correction())  # another photo, which nobody has turned
    app = press(app, "invert")  # or nothing stands out that way: then it stays as it was
    assert read_as(app, board, Correction(inverted=False)) or "Nothing stands out that way." in text(app)
    app = sound(app.segmented_control(key="photo_surface").set_value(shadow).run())
    assert read_as(app, shadow, Correction(turned=90, inverted=True))
    app = press(app, "invert")
    assert read_as(app, shadow, Correction(turned=90, inverted=False))
    for correction in (Correction(turned=90, inverted=True), Correction(turned=90), Correction()):
        app = press(app, "undo")
        assert read_as(app, shadow, correction)
    assert app.button(key="photo_undo").disabled


def test_four_turns_are_none() -> None:
    app = open_page(PAGE)
    before = bars(app)
    for _ in range(4):
        app = press(app, "turn")
    assert bars(app) == before


def test_a_letter_is_called_a_digit_surely_once_the_question_is_answered() -> None:
    app = open_page(PAGE, 2)
    assert app.segmented_control(key="letter").disabled
    assert bars(app) == [0.0] * 10
    app = answer(app, "ask_letter", "10% for each digit")
    said = re.search(r"It says that this H is a 4: (?:over )?([\d.]+)%", html(app))
    assert said
    assert float(said[1]) > 99
    before = bars(app)
    app = sound(app.segmented_control(key="letter").set_value("U").run())
    assert bars(app) != before
    p = predict_proba(load_shipped(), core.letter("U")[None])[0]
    assert bars(app) == pytest.approx(p.tolist(), abs=1e-6)


@pytest.mark.parametrize("kind", core.KINDS)
def test_the_second_network_tells_what_is_no_digit_and_the_bars_of_the_first_are_grey_then(kind: str) -> None:
    app = opened_by_link(PAGE, scene="3", given=kind)
    image = core.drawing_of(kind)
    p = predict_proba(load_shipped(), image[None])[0]
    verdict = judge(load_is_digit(), image, p)
    assert verdict.is_digit == (kind == "a 5")
    assert bars(app, 0) == pytest.approx(list(verdict.probabilities), abs=1e-6)
    assert KINDS[bars(app, 0).index(max(bars(app, 0)))] in ("digit", kind.partition(" ")[2], "several digits")
    assert bars(app, 1) == pytest.approx(p.tolist(), abs=1e-6)
    first, sure = int(p.argmax()), words.percent(p.max().item())
    if verdict.is_digit:
        assert f"This is a {first}: {sure}." in html(app)
        assert roles(app, 1) == {"choice", "rest"}
    else:
        assert f"Not sure</div><div>{verdict.reason} If it had to choose, the network would say {first}: {sure}." in (
            html(app)
        )
        assert roles(app, 1) == {"rest"}
        assert "Its probabilities, if it had to choose" in text(app)


def shown(app: AppTest) -> dict[str, Any]:
    """What the only picture of the network was told."""
    (found,) = component(app, "network")
    return found


def stroke(*points: tuple[int, int], width: int = 18) -> dict[str, Any]:
    """A stroke as the canvas describes it, a straight line."""
    (x, y), (to_x, to_y) = points
    box = {"left": (x + to_x) / 2, "top": (y + to_y) / 2, "width": abs(to_x - x), "height": abs(to_y - y)}
    return {"path": [["M", x, y], ["L", to_x, to_y]], "strokeWidth": width, **box}


def one_with_a_bar() -> tuple[list[dict[str, Any]], np.ndarray]:
    """A 1 and then the bar of a 7: its strokes, and what they look like."""
    strokes, drawing = [stroke((150, 60), (148, 225)), stroke((70, 66), (150, 60))], canvas()
    drawing[60:226, 140:159, :3] = 255
    drawing[54:73, 70:150, :3] = 255
    return strokes, drawing


def test_what_is_drawn_is_read_and_what_is_no_digit_gets_no_answer() -> None:
    app = open_page(PAGE, 4)
    assert shown(app)["answer"] is None
    assert shown(app)["image"] is None
    assert shown(app)["follows"]
    assert "Draw on the black square" in shown(app)["invites"]
    app = click_sample(app, 3)
    model, subject = load_shipped(), store.visitors().find(app.session_state["_tab"]).pad.sample
    assert subject == 3
    assert shown(app)["label"] == 3
    image = torch.frombuffer(bytearray(base64.b64decode(shown(app)["image"])), dtype=torch.float32).view(28, 28)
    assert shown(app)["answer"]["p"] == pytest.approx(predict_proba(model, image[None])[0].tolist(), abs=1e-6)
    dot = canvas()
    down, across = np.mgrid[:280, :280]
    dot[np.hypot(down - 140, across - 140) < 10, :3] = 255  # round, as the brush leaves it
    app = draw(app, dot)
    said = shown(app)["answer"]
    assert said["large"] == "Not sure"
    assert said["small"].startswith("This is hardly more than a dot. If it had to choose")
    assert not said["isAnswer"]
    assert re.search(r"The second network: dot (over )?[89]\d", text(app))


def test_the_strokes_of_a_drawing_go_to_the_browser_and_those_of_a_sample_do_not() -> None:
    app = open_page(PAGE, 6)
    assert shown(app)["strokes"] == []
    assert shown(app)["image"] is None
    strokes, drawing = one_with_a_bar()
    app = draw(app, drawing, strokes)
    assert [each["path"] for each in shown(app)["strokes"]] == [each["path"] for each in strokes]
    assert {each["width"] for each in shown(app)["strokes"]} == {18}
    assert shown(app)["strokes"][1]["box"] == [110, 63, 80, 6]
    assert shown(app)["answer"]["large"] == "7"
    assert set(app.query_params) == {"scene"}
    app = turn_to(app, 4)
    assert shown(app)["strokes"] is None
    app = turn_to(click_sample(app, 3), 6)
    assert shown(app)["strokes"] == []
    assert shown(app)["label"] == 3


def test_playing_back_can_be_left_out() -> None:
    assert "playback" in controls(open_page(PAGE, 6))
    assert "playback" not in controls(open_page(PAGE, 4))
    app = opened_by_link(PAGE, scene="6", hide="playback")
    assert shown(app)["strokes"] is None
    assert "playback" not in controls(app)


def test_each_script_of_the_picture_stands_beside_its_python_and_only_where_it_is_looked_for() -> None:
    assert not [block for block in open_page(PAGE, 4).code if block.language in ("python", "javascript")]
    shown_code = [block.value for block in in_one_piece(PAGE).code]
    for name in ("network", *(f"network_{part}" for part in network.PARTS)):
        assert (PROJECT / "ui" / "components" / f"{name}.js").read_text(encoding="utf-8").strip() in shown_code
    assert any(block.startswith("def redraw") for block in shown_code)


def test_another_network_is_offered_only_where_there_is_one() -> None:
    app = open_page(PAGE, 7)
    assert not [box for box in app.selectbox if box.key == "model"]
    assert "So far there is only the ready-made network." in text(app)
    assert shown(app)["follows"]


def test_the_limits_of_the_second_network_are_those_of_the_rule() -> None:
    said = text(in_one_piece(PAGE))
    assert f"It lets pass what is a digit with {DIGIT_FROM:.0%} or more." in said
    assert "shorter than 42 of the canvas' 280 pixels" in said
    found = re.search(r"calls the same H a \*\*4\*\*, with a probability of (?:over )?([\d.]+)%", said)
    assert found
    assert float(found[1]) > 99


def side_by_side() -> np.ndarray:
    """A 1 and a 7 on one canvas, far smaller than digits that stand alone."""
    drawing = canvas()
    drawing[100:180, 60:72, :3] = 255
    for row in range(80):
        drawing[100 + row, 150 - row // 3 : 162 - row // 3, :3] = 255
    drawing[100:112, 110:162, :3] = 255
    return drawing


def test_two_digits_side_by_side_are_read_one_by_one_and_a_letter_is_not() -> None:
    app = draw(open_page(PAGE, 4), side_by_side())
    assert ">17</div>" in html(app)
    assert "Cut into two, each read by itself. The cut is sure" in html(app)
    assert html(app).count('alt="A piece, read as') == 2
    assert not component(app, "network")
    letter = canvas()
    letter[..., :3] = core.letter_h(18)[..., None]
    app = draw(app, letter)
    assert "Cut into" not in html(app)
    assert shown(app)["answer"]["large"] == "Not sure"


def test_a_row_is_cut_surely_while_it_is_spaced_and_not_when_its_digits_overlap() -> None:
    app = open_page(PAGE, 5)
    assert ">39</div>" in html(app)
    assert "The cut is sure" in html(app)
    said = set()
    for gap in (-10, -12, -14, -16):
        app = sound(app.slider(key="row_gap").set_value(gap).run())
        said.add("The dashed cut is unsure" in html(app))
    assert True in said
    assert {"row", "row_gap"} <= set(controls(app))


@pytest.mark.parametrize(("sample", "read"), [("a broken 5", "53"), ("a price", "495"), ("a phone number", "017532")])
def test_each_row_of_the_scene_is_read_where_it_is_spaced(sample: str, read: str) -> None:
    app = opened_by_link(PAGE, scene="5", row=sample)
    assert f">{read}</div>" in html(app)
    assert ("a dot" in html(app)) == (sample == "a price")


def test_what_goes_deeper_counts_the_ways_to_cut_and_cuts_where_the_reader_says() -> None:
    app = in_one_piece(PAGE)
    row = read_row(draw_row.row("two digits", 20), load_shipped(), load_is_digit())
    assert f"found {len(row.seams)} places to cut and read {row.tried} pieces" in text(app)
    assert f"From {SURE_FROM:.0%} on, the page calls a cut sure. From two to eight digits are read." in text(app)
    before = html(app)
    app = sound(app.slider(key="row_cut").set_value(80).run())
    assert html(app) != before
