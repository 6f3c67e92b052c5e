"""The curve that plays: without the server, from the button to the last step."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


def test_the_sweep_plays_to_its_end(open_page: OpenPage) -> None:
    page = open_page("cross_entropy")
    page.locator(".st-key-ask_nothing_box label").filter(has_text="It depends").click()
    page.get_by_text("Let it play").click()
    figure = page.locator(".st-key-ce_sweep")
    figure.scroll_into_view_if_needed()
    expect(figure.get_by_text("p = 1.00: 0.000")).to_be_visible()
    figure.locator(".updatemenu-button").first.click()
    expect(figure.get_by_text("p = 0.01: 4.605")).to_be_visible()
