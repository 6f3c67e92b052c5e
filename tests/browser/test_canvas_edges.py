"""Strokes that begin at an edge of the canvas, where its own toolbar lies out of sight."""

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.test_draw import ink, ready

OpenPage = Callable[..., Page]
Point = tuple[float, float]
Stroke = Callable[[Page, CDPSession, Point, Point], None]

NEAR, FAR = 2, 277  # of 280 pixels
STARTS = [
    *((NEAR, NEAR), (140, NEAR), (FAR, NEAR), (FAR, 140), (FAR, FAR), (140, FAR), (NEAR, FAR), (NEAR, 140)),
    *((200, 25), (242, 7), (265, 7)),  # where buttons of the toolbar lie
]
FINGERTIP = {"radiusX": 16, "radiusY": 16}  # pixels; a browser may give a touch to something beside its middle
FOCUSED = """() => {
  let node = document.activeElement
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node.closest(".dc-toolbar") ? "hidden" : node.innerText
}"""


def with_a_finger(page: Page, session: CDPSession, start: Point, end: Point) -> None:
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        touches = [{"x": x, "y": y, **FINGERTIP} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def with_a_mouse(page: Page, session: CDPSession, start: Point, end: Point) -> None:
    page.mouse.move(*start)  # and pressed at once
    page.mouse.down()
    page.mouse.move(*end, steps=3)
    page.mouse.up()
    page.mouse.move(1, 1)


def with_a_pen(page: Page, session: CDPSession, start: Point, end: Point) -> None:
    for kind, (x, y) in (("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end)):
        pen = {"pointerType": "pen", "button": "left", "buttons": 1, "clickCount": 1}
        session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **pen})


# How many pixels are bright, if the one at x, y is and they are more than before.
MORE_INK = """([x, y, before]) => {
  const roots = [...document.querySelectorAll("[class*=st-key-canvas_] *")].map((node) => node.shadowRoot)
  const canvas = roots.map((root) => root?.querySelector("canvas.dc-canvas")).find((found) => found)
  const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  const bright = data.filter((value, at) => at % 4 === 0 && value > 128).length
  return data[4 * (y * width + x)] > 128 && bright > before && bright
}"""


def strokes_count(page: Page, draw: Stroke, starts: list[tuple[int, int]]) -> None:
    """Draws from each start 30 pixels towards the middle, and waits until each stroke is seen: with the next frame.

    The canvas stays where it is all the while, so that nobody's next stroke ends up elsewhere.
    """
    canvas = page.locator("[class*=st-key-canvas_] canvas").last
    session = page.context.new_cdp_session(page)
    box = canvas.bounding_box()
    assert box is not None
    bright = 0
    for x, y in starts:
        begin, end = ((box["x"] + at, box["y"] + down) for at, down in ((x, y), (inwards(x), inwards(y))))
        draw(page, session, begin, end)
        bright = page.wait_for_function(MORE_INK, arg=[x, y, bright]).json_value()
        assert canvas.bounding_box() == box


def inwards(start: int) -> int:
    return start + max(-30, min(30, 140 - start))


def tab_stops_before_clear(page: Page) -> list[str]:
    page.locator(".st-key-clear button").focus()
    stops = []
    for _ in range(4):
        page.keyboard.press("Shift+Tab")
        stops.append(page.evaluate(FOCUSED))
    return stops


@pytest.mark.parametrize("draw", [with_a_finger, with_a_mouse, with_a_pen])
def test_a_stroke_counts_wherever_it_begins(open_page: OpenPage, draw: Stroke) -> None:
    width = 390 if draw is with_a_finger else 1280
    page = open_page("draw?scene=4", width=width)
    page.set_viewport_size({"width": width, "height": 1500})  # so that no answer scrolls it
    ready(page)
    strokes_count(page, draw, STARTS)
    drawn = ink(page)
    assert "hidden" not in tab_stops_before_clear(page)
    page.reload()
    assert ink(page) == drawn  # the server has had them all


@pytest.mark.parametrize("path", ["pixels", "evidence", "teach", "collection"])
def test_the_upper_right_takes_strokes_on_every_page_with_a_canvas(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=390)
    ready(page).evaluate("node => node.scrollIntoView({ block: 'center' })")
    strokes_count(page, with_a_finger, [(200, 25), (FAR, NEAR)])
    expect(page.locator(".st-key-undo button")).to_be_enabled()
    assert "hidden" not in tab_stops_before_clear(page)
