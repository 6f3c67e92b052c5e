"""Streamlit's sliders under fast keys and under a finger."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle
from tests.browser.test_app import OpenPage


def press_fast(page: Page, label: str, key: str, times: int) -> None:
    """Presses a key faster than the app answers."""
    page.get_by_role("slider", name=label).focus()
    for _ in range(times):
        page.keyboard.press(key)
        page.wait_for_timeout(30)


def test_a_slider_stands_where_fast_keys_have_put_it(open_page: OpenPage) -> None:
    page = open_page("train")
    settle(page)
    page.locator("summary", has_text="More settings").click()
    for label, start, shown, link, said in (
        ("Dropout", "0%", "80%", "dropout=80%25", "80% dropout"),
        ("Epochs", "4", "9", "epochs=9", "no dropout"),
    ):
        slider = page.get_by_role("slider", name=label)
        expect(slider).to_have_attribute("aria-valuetext", start)
        settle(page)
        press_fast(page, label, "ArrowRight", 5)
        settle(page)
        expect(slider).to_have_attribute("aria-valuetext", shown)
        expect(page).to_have_url(re.compile(link))
        expect(page.get_by_text("More settings: ")).to_contain_text(said)
        page.get_by_role("button", name="Reset", exact=True).click()


SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def swipe(page: Page, x: float, y: float, to: tuple[float, float]) -> None:
    """With a finger, in ten steps."""
    session = page.context.new_cdp_session(page)
    for step in range(11):
        touch = {"x": x + (to[0] - x) * step / 10, "y": y + (to[1] - y) * step / 10}
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": [touch]}
        )
        page.wait_for_timeout(20)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def middle_of(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_finger_over_a_slider_scrolls_and_its_handle_still_moves_it(open_page: OpenPage) -> None:
    page = open_page("train", width=390)
    settle(page)
    slider = page.get_by_role("slider", name="Epochs")
    track = page.locator("[data-testid=stSlider]", has=slider).get_by_role("group")
    track.evaluate("node => node.scrollIntoView({ block: 'center' })")
    before = page.evaluate(SCROLLED)
    x, y = middle_of(track)
    swipe(page, x, y, (x, y - 200))
    page.wait_for_function(f"{SCROLLED} > {before} + 50")
    expect(slider).to_have_value("4")

    track.evaluate("node => node.scrollIntoView({ block: 'center' })")
    settle(page)
    before = page.evaluate(SCROLLED)
    start = middle_of(slider.locator("xpath=../.."))
    swipe(page, *start, middle_of(track))
    expect(slider).to_have_value(re.compile("1[01]"))
    expect(page).to_have_url(re.compile("epochs=1[01]"))
    assert page.evaluate(SCROLLED) == before
