"""Streamlit's sliders under fast keys and under a finger."""

import re

from playwright.sync_api import Page, expect

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
        page.get_by_role("button", name="Reset this page").click()
