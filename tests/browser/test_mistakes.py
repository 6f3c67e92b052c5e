"""The confusion matrix under a real pointer: a click chooses, and so do the lists, in any order."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

OpenPage = Callable[..., Page]
START = "mistakes?is_a=9&read_as=4"


def click(page: Page, shown: int, read: int) -> None:
    """Clicks a cell as a hand does, whatever lies on top of it there."""
    cell = page.locator(f"path[aria-label*='images of a {shown} were read as a {read}:']")
    settle(page)
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def expect_cell(page: Page, shown: int, read: int) -> None:
    said = re.compile(f"mages? of a {shown} (that were|was) read as a {read}")
    expect(page.locator("strong", has_text=said)).to_be_visible()
    expect(page.get_by_role("combobox", name="Row: it is a")).to_have_value(str(shown))
    expect(page.get_by_role("combobox", name="Column: read as a")).to_have_value(str(read))


def choose(page: Page, label: str, digit: int) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=str(digit), exact=True).click()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_cell_is_chosen_by_click_and_by_list_in_any_order(open_page: OpenPage, width: int) -> None:
    page = open_page(START, width=width)
    expect_cell(page, 9, 4)
    click(page, 3, 5)
    expect_cell(page, 3, 5)
    page.wait_for_url("**is_a=3**read_as=5**")
    choose(page, "Row: it is a", 1)
    expect_cell(page, 1, 5)
    click(page, 3, 5)  # where the last click was: not lost, though the browser had it for selected
    expect_cell(page, 3, 5)
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(page.get_by_role("combobox", name="Row: it is a")).not_to_have_value("3")
    click(page, 3, 5)
    expect_cell(page, 3, 5)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_cells_say_rates_when_asked(open_page: OpenPage) -> None:
    page = open_page(START)
    cells = page.locator("[class*='st-key-matrix_'] svg text")
    expect(cells.filter(has_text=re.compile(r"^\d+\.\d$"))).to_have_count(0)
    page.get_by_text("Go deeper").click()
    page.get_by_text("Rates", exact=True).click()
    expect(cells.filter(has_text=re.compile(r"^\d+\.\d$")).first).to_be_visible()
