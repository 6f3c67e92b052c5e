"""The match against the network by fingers and by keys, to its end."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

OpenPage = Callable[..., Page]


def test_twenty_presses_on_a_phone_end_with_the_score(open_page: OpenPage) -> None:
    page = open_page("duel", width=390)
    buttons = page.locator(".st-key-duel_buttons")
    expect(page.get_by_text("Image 1 of 20.")).to_be_visible()
    expect(buttons.get_by_role("button")).to_have_count(10)
    settle(page)
    boxes = [box for button in buttons.get_by_role("button").all() if (box := button.bounding_box())]
    assert len({round(box["y"]) for box in boxes}) == 2  # two rows of five
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44  # large enough for a finger
    assert max(box["y"] + box["height"] for box in boxes) < 780  # above the way on
    for place in range(20):
        expect(page.get_by_text(f"Image {place + 1} of 20.")).to_be_visible()
        buttons.get_by_role("button", name="7").dblclick()  # the second press is no answer to the next image
        page.get_by_role("button", name=re.compile("Next digit|See the result")).click()
    expect(page.get_by_text(re.compile(r"You have \d+ of 20 right, the network \d+ of 20"))).to_be_visible()
    page.get_by_role("button", name="Again", exact=True).click()
    expect(page.get_by_text("Image 1 of 20.")).to_be_visible()


def test_keys_answer_and_go_on(open_page: OpenPage) -> None:
    page = open_page("duel")
    for place in range(3):
        expect(page.get_by_text(f"Image {place + 1} of 20.")).to_be_visible()
        settle(page)
        page.keyboard.press(str(place))
        expect(page.get_by_text(f"You read {place}:")).to_be_visible()
        settle(page)
        page.keyboard.press("Enter")
    expect(page.get_by_text("Image 4 of 20.")).to_be_visible()
