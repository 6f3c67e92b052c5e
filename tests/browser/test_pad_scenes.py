"""What is drawn stays on the canvas from scene to scene, and a stroke that nobody heard end does not go on."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.test_app import draw
from tests.browser.test_draw import SEVEN, ink

OpenPage = Callable[..., Page]


def test_the_drawing_is_there_again_after_a_turn_to_another_scene_and_goes_on(open_page: OpenPage) -> None:
    page = open_page()
    settle(page)
    draw(page, SEVEN)
    expect(page.get_by_text("This is a 7")).to_be_visible()
    drawn = ink(page)
    page.locator(".st-key-turn_on button").click()
    expect(page.get_by_text("How good is that?")).to_be_visible()
    page.locator(".st-key-turn_back button").click()
    expect(page.get_by_text("This is a 7")).to_be_visible()
    settle(page)
    assert ink(page) == drawn
    draw(page, [(95, 145), (205, 145)])
    settle(page)
    assert ink(page) > drawn
    expect(page.get_by_text("Read now: your drawing.")).to_be_visible()


def test_the_right_button_and_a_pen_lifted_unheard_leave_nothing_open(open_page: OpenPage) -> None:
    page = open_page()
    settle(page)
    draw(page, SEVEN)
    expect(page.get_by_text("This is a 7")).to_be_visible()
    canvas = page.locator("[class*=st-key-canvas_] canvas").last
    for button in (0, 2):
        canvas.dispatch_event("mousedown", {"button": button, "buttons": 1 + button, "bubbles": True, "composed": True})
        page.evaluate("window.dispatchEvent(new Event('blur'))")
        page.locator(".st-key-clear button").focus()
    page.locator(".st-key-clear button").press("Enter")
    expect(page.get_by_text("Draw on the black square")).to_be_visible()
    expect(page.locator(".picture")).to_have_attribute("data-p", "")
