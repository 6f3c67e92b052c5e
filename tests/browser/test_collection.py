"""Your own test set in a browser: a press clears the canvas for the next digit, a click on the sheet chooses one."""

from playwright.sync_api import expect

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
