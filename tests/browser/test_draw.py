"""The canvas in a browser: a finger, the last stroke taken back, and a drawing that stays."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import settle
from tests.browser.test_app import draw

OpenPage = Callable[..., Page]
SEVEN = [(80, 70), (200, 70), (120, 220)]
INVITATION = "Draw on the black square"


def ready(page: Page) -> Locator:
    """The canvas, once it takes strokes."""
    canvas = page.locator("[class*=st-key-canvas_] canvas").last
    expect(canvas).to_be_visible()
    settle(page)
    return canvas


def ink(page: Page) -> int:
    """How many pixels of the canvas are bright."""
    found: int = ready(page).evaluate(
        """() => {
          const roots = [...document.querySelectorAll("[class*=st-key-canvas_] *")].map((e) => e.shadowRoot)
          const canvas = roots.find((root) => root?.querySelector("canvas")).querySelector("canvas.dc-canvas")
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
          return data.filter((value, index) => index % 4 === 0 && value > 128).length
        }"""
    )
    return found


def stroke_with_a_finger(page: Page, points: list[tuple[int, int]]) -> None:
    canvas = ready(page)
    canvas.evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = canvas.bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    for kind, (x, y) in (("touchStart", points[0]), *(("touchMove", point) for point in points[1:])):
        touch = [{"x": box["x"] + x, "y": box["y"] + y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touch})
        page.wait_for_timeout(50)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_draws_and_the_page_stays_where_it_is(open_page: OpenPage) -> None:
    page = open_page("draw?scene=4", width=390)
    expect(page.get_by_text(INVITATION)).to_be_visible()
    ready(page).evaluate("node => node.scrollIntoView({ block: 'center' })")
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = page.evaluate(scrolled)
    stroke_with_a_finger(page, [(140, 40), (140, 100), (139, 160), (138, 240)])
    expect(page.get_by_text(re.compile(r"This is a 1:"))).to_be_visible()
    assert page.evaluate(scrolled) == before


def draw_seven(page: Page) -> int:
    """Draws a 7 on the empty canvas and waits until it is read; returns how much ink there is."""
    expect(page.get_by_text(INVITATION)).to_be_visible()
    draw(page, SEVEN)
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    return ink(page)


def test_the_last_stroke_can_be_taken_back(open_page: OpenPage) -> None:
    page = open_page("draw?scene=4")
    expect(page.get_by_text(INVITATION)).to_be_visible()
    undo = page.locator(".st-key-undo button")
    ready(page)
    expect(undo).to_be_disabled()
    draw(page, SEVEN)
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    seven = ink(page)
    draw(page, [(30, 250), (250, 250)])
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_hidden()
    assert ink(page) > seven
    undo.click()
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    assert ink(page) == seven
    undo.click()
    expect(page.get_by_text(INVITATION)).to_be_visible()
    assert ink(page) == 0


def test_a_drawing_that_a_sample_took_the_place_of_is_brought_back(open_page: OpenPage) -> None:
    page = open_page("draw?scene=4")
    seven = draw_seven(page)
    page.get_by_role("button", name="Sample: a 3").click()
    expect(page.get_by_text(re.compile(r"This is a 3:"))).to_be_visible()
    assert ink(page) == 0
    page.locator(".st-key-undo button").click()
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    assert ink(page) == seven


def test_who_presses_a_button_right_after_a_stroke_loses_nothing(open_page: OpenPage) -> None:
    page = open_page("draw?scene=4")
    seven = draw_seven(page)
    draw(page, [(30, 250), (250, 250)])
    page.locator(".st-key-clear button").click()
    expect(page.get_by_text(INVITATION)).to_be_visible()
    assert ink(page) == 0
    page.locator(".st-key-undo button").click()
    expect(page.get_by_text(INVITATION)).to_be_hidden()
    assert ink(page) > seven
    page.locator(".st-key-undo button").click()
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    assert ink(page) == seven


def photo(name: str, lines: list[tuple[int, int, int, int]]) -> FilePayload:
    """A dark pen on light paper, as PNG."""
    paper, content = Image.new("L", (280, 280), 235), io.BytesIO()
    for line in lines:
        ImageDraw.Draw(paper).line(line, 40, 18)
    paper.save(content, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}


def test_a_drawing_is_brought_back_after_one_photo_and_another(open_page: OpenPage) -> None:
    page = open_page("draw?scene=4")
    seven = draw_seven(page)
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.get_by_text("Can it read a photo?")).to_be_visible()
    one = photo("one.png", [(140, 40, 138, 240)])
    four = photo("four.png", [(90, 50, 70, 150), (70, 150, 200, 150), (180, 60, 175, 240)])
    for content, digit in ((one, 1), (four, 4), (one, 1)):
        page.locator(".st-key-photo_file input[type=file]").set_input_files(content)
        expect(page.get_by_text(re.compile(rf"This is a {digit}:"))).to_be_visible()
        settle(page)
        expect(page.get_by_text(re.compile(rf"This is a {digit}:"))).to_be_visible()
    page.get_by_role("button", name="Back to the sample photo").click()
    expect(page.get_by_text("on squared paper")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="4", exact=True).click()
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    assert ink(page) == seven


TWO_INKS = [(50, 60, 190, 60), (190, 60, 100, 230), (235, 160, 234, 230)]  # a 7, and lower on the right a short 1


@pytest.mark.parametrize(("width", "way"), [(1280, "mouse"), (390, "finger"), (1280, "keys")])
def test_the_ink_that_is_pressed_on_is_read(open_page: OpenPage, width: int, way: str) -> None:
    page = open_page("draw", width=width)
    page.locator(".st-key-photo_file input[type=file]").set_input_files(photo("two.png", TWO_INKS))
    expect(page.get_by_role("button", name="Back to the sample photo")).to_be_visible()
    settle(page)
    picture = page.locator(".photo")
    picture.scroll_into_view_if_needed()
    image = picture.locator("img").bounding_box()
    assert image is not None
    left, side = image["x"] + (image["width"] - image["height"]) / 2, image["height"]  # the photo is a square
    x, y = left + 0.835 * side, image["y"] + 0.7 * side
    if way == "keys":
        picture.focus()
        for key in ["ArrowRight"] * 7 + ["ArrowDown"] * 4 + ["Enter"]:
            page.keyboard.press(key)
    elif way == "finger":
        page.touchscreen.tap(x, y)
    else:
        page.mouse.click(x, y)
    expect(page.get_by_text(re.compile(r"This is a 1:"))).to_be_visible()
    settle(page)
    mark = page.locator(".photo .mark").bounding_box()
    assert mark is not None
    assert abs(mark["x"] + mark["width"] / 2 - x) < 6
    assert abs(mark["y"] + mark["height"] / 2 - y) < 6
    assert picture.evaluate("node => node.matches(':focus')")  # so that the keys can go on
    expect(page.get_by_role("heading", name="Can it read a photo?")).to_be_visible()  # the keys turned no scene
    page.locator(".st-key-photo_undo button").click()
    expect(page.locator(".st-key-photo_undo button")).to_be_disabled()
    expect(page.get_by_text(re.compile(r"This is a 1:"))).to_be_hidden()


def test_a_turn_is_one_press_and_moves_no_button(open_page: OpenPage) -> None:
    page = open_page("draw")
    expect(page.get_by_text(re.compile(r"This is a 2:"))).to_be_visible()
    settle(page)
    turn = page.locator(".st-key-photo_turn button")
    before = turn.bounding_box()
    turn.click()
    expect(page.get_by_text(re.compile(r"This is a 2:"))).to_be_hidden()
    settle(page)
    assert turn.bounding_box() == before
    page.locator(".st-key-photo_undo button").click()
    expect(page.get_by_text(re.compile(r"This is a 2:"))).to_be_visible()


def test_why_a_file_is_refused_can_be_read(open_page: OpenPage) -> None:
    page = open_page("draw", width=390)
    expect(page.locator(".st-key-photo_file")).to_be_visible()
    settle(page)
    uploader = page.locator(".st-key-photo_file")
    uploader.locator("input[type=file]").set_input_files(
        {"name": "seven.svg", "mimeType": "image/svg+xml", "buffer": b"7"}
    )
    said = uploader.get_by_role("alert")
    expect(said).to_contain_text("not allowed")
    assert "JPEG or PNG" in said.evaluate("node => getComputedStyle(node, '::after').content")
    assert ".heic" in (uploader.locator("input[type=file]").get_attribute("accept") or "")
    box = said.bounding_box()  # for a screen reader alone, it would be a pixel
    assert box is not None
    assert box["width"] > 100
    assert box["height"] > 12


def test_a_drawing_outlives_a_page_switch_and_a_reload(open_page: OpenPage) -> None:
    page = open_page("draw?scene=4")
    seven = draw_seven(page)
    page.locator(".st-key-go_deeper_draw_4").get_by_text("Go deeper").click()
    page.get_by_role("link", name="From stroke to pixel", exact=True).last.click()
    expect(page.locator("h1").first).to_have_text("From stroke to pixel")
    assert ink(page) == seven
    page.go_back()
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    assert ink(page) == seven
    page.reload()
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    assert ink(page) == seven
    draw(page, [(100, 150), (190, 140)])
    assert ink(page) > seven


def test_a_wider_brush_leaves_more_ink(open_page: OpenPage) -> None:
    inks = []
    for brush in (12, 26):
        page = open_page(f"draw?scene=4&brush={brush}")
        expect(page.get_by_text(INVITATION)).to_be_visible()
        draw(page, SEVEN)
        expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
        inks.append(ink(page))
    assert 1.8 < inks[1] / inks[0] < 26 / 12 + 0.4
