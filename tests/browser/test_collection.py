"""Your own test set in a browser: a press clears the canvas for the next digit, a click on the sheet chooses one."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.browser.test_app import OpenPage, draw


def test_two_digits_in_a_row_and_the_second_is_called_otherwise(open_page: OpenPage) -> None:
    page = open_page("collection")
    keep = page.locator(".st-key-keep_as button")
    expect(page.locator("[class*=st-key-canvas_] canvas").last).to_be_visible()
    for number, (points, label) in enumerate(
        [([(140, 50), (138, 140), (136, 230)], 1), ([(80, 70), (200, 70), (120, 220)], 2)], 1
    ):
        draw(page, points)
        expect(keep.nth(label)).to_be_enabled()
        keep.nth(label).click()
        expect(page.get_by_text(f"Kept as a {label};")).to_be_visible()
        expect(page.locator(".st-key-own_digits button")).to_have_count(number)
        expect(keep.nth(label)).to_be_disabled()  # the canvas is empty again

    tile = page.locator(".st-key-own_digits button").nth(1)
    expect(tile).to_have_accessible_name("Digit 2: a 2, read as a 7")
    tile.click()
    expect(page.get_by_text("Digit 2: you called it a 2. The network reads a 7")).to_be_visible()
    expect(tile).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".st-key-own_digits button")).to_have_count(1)

    page.reload()
    expect(page.locator(".st-key-own_digits button")).to_have_count(1)


@pytest.mark.parametrize(("width", "height", "end"), [(1280, 720, 660), (390, 844, 790)])
def test_a_network_learns_on_and_reads_then_and_all_of_it_is_on_one_screen(
    open_page: OpenPage, width: int, height: int, end: int
) -> None:
    page = open_page("collection?scene=6&digits=generated&learn_share=50%25", width=width)
    page.set_viewport_size({"width": width, "height": height})
    settle(page)
    if width < 500:  # after one swipe, and below the header
        page.locator(".st-key-stage").evaluate("node => { node.style.scrollMarginTop = '60px'; node.scrollIntoView() }")
    expect(page.locator(".kept-back img")).to_have_count(20)
    wrong = page.locator(".kept-back img[style*=dashed]").count()
    curves, scrolled = page.locator(".st-key-run_curves_learned"), "node => node.scrollTop"
    before, at_first = curves.bounding_box(), page.get_by_test_id("stMain").evaluate(scrolled)
    page.locator(".st-key-start_learn_on button").click()
    expect(page.locator(".st-key-learn_adopt button")).to_be_visible()
    settle(page)
    assert page.locator(".kept-back img[style*=dashed]").count() < wrong
    assert page.locator(".st-key-stage").evaluate("node => node.getBoundingClientRect().bottom") <= end
    after = curves.bounding_box()
    assert before
    assert after
    assert page.get_by_test_id("stMain").evaluate(scrolled) == at_first  # a page that falls together jumps to its top
    assert after["y"] - before["y"] <= (40 if width < 500 else 0)  # on a phone the table grows by a line
    page.locator(".st-key-learn_adopt button").click()
    expect(page.get_by_text("It is called Fine-tuned 1.")).to_be_visible()
    expect(page.get_by_text("Reads: Fine-tuned 1")).to_be_visible()
