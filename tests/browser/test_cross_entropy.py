"""The price beside its slider: at once, and by the keyboard alone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

OpenPage = Callable[..., Page]


def test_the_price_follows_the_keys(open_page: OpenPage) -> None:
    page = open_page("cross_entropy")
    metric = page.get_by_test_id("stMetricValue")
    expect(metric).to_have_text("0.693")
    settle(page)
    slider = page.locator(".st-key-ce_p input[type=range]")
    slider.press("Home")
    expect(metric).to_have_text("4.605")
    slider.press("End")
    expect(metric).to_have_text("0.000")


def test_slider_price_and_curve_stand_on_one_screen(open_page: OpenPage) -> None:
    page = open_page("cross_entropy")
    page.set_viewport_size({"width": 1280, "height": 720})
    settle(page)
    stage = page.locator(".st-key-stage").bounding_box()
    assert stage is not None
    assert stage["y"] + stage["height"] < 660
    narrow = open_page("cross_entropy", width=390)
    settle(narrow)
    assert narrow.locator(".st-key-stage").evaluate("node => node.getBoundingClientRect().height") < 700
