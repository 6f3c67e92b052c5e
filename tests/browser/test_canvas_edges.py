"""Strokes that begin at an edge of the canvas, where its own toolbar lies out of sight."""

from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, TimeoutError, expect

from tests.browser.conftest import settle
from tests.browser.test_draw import ink, ready

OpenPage = Callable[..., Page]
Point = tuple[float, float]
Stroke = Callable[[Page, CDPSession, Point, Point], None]

NEAR, FAR = 4, 275  # of 280 pixels; nearer to a corner, a finger meets what its rounding leaves free
STARTS = [
    *((NEAR, NEAR), (140, NEAR), (200, 25), (242, 7), (FAR, NEAR), (FAR, 140)),
    *((FAR, FAR), (140, FAR), (NEAR, FAR), (NEAR, 140)),
]
FOCUSED = """() => {
  let node = document.activeElement
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  return node.closest(".dc-toolbar") ? "hidden" : node.innerText
}"""


def with_a_finger(page: Page, session: CDPSession, start: Point, end: Point) -> None:
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        touches = [{"x": x, "y": y} for x, y in points]
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


INKED = """([x, y]) => {
  const roots = [...document.querySelectorAll("[class*=st-key-canvas_] *")].map((node) => node.shadowRoot)
  const canvas = roots.map((root) => root?.querySelector("canvas.dc-canvas")).find((found) => found)
  return canvas.getContext("2d").getImageData(x, y, 1, 1).data[0] > 128
}"""


def stroke(page: Page, session: CDPSession, draw: Stroke, x: float, y: float) -> None:
    """From there 30 pixels towards the middle; once more if the page moved under it, as it does with an answer."""
    canvas = page.locator("[class*=st-key-canvas_] canvas").last
    towards = [start + max(-30, min(30, 140 - start)) for start in (x, y)]
    assert not page.evaluate(INKED, [x, y])
    for _ in range(3):
        box = canvas.bounding_box()
        assert box is not None
        left, top = box["x"], box["y"]
        draw(page, session, (left + x, top + y), (left + towards[0], top + towards[1]))
        try:
            page.wait_for_function(INKED, arg=[x, y], timeout=3_000)  # it is drawn with the next frame
            return
        except TimeoutError:
            assert canvas.bounding_box() != box, f"the stroke from {x}, {y} is lost"


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
    page = open_page("draw", width=width)
    page.set_viewport_size({"width": width, "height": 1500})  # so that no answer scrolls it
    ready(page)
    session = page.context.new_cdp_session(page)
    for x, y in STARTS:
        stroke(page, session, draw, x, y)
    drawn = ink(page)
    assert "hidden" not in tab_stops_before_clear(page)
    page.reload()
    assert ink(page) == drawn  # the server has had them all


@pytest.mark.parametrize("path", ["pixels", "evidence", "teach", "collection"])
def test_the_upper_right_takes_strokes_on_every_page_with_a_canvas(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=390)
    ready(page).evaluate("node => node.scrollIntoView({ block: 'center' })")
    session = page.context.new_cdp_session(page)
    for x, y in ((200, 25), (FAR, NEAR)):
        stroke(page, session, with_a_finger, x, y)
        settle(page)
    expect(page.locator(".st-key-undo button")).to_be_enabled()
    assert "hidden" not in tab_stops_before_clear(page)
