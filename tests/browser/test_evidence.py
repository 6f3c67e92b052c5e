"""The pixel that is pointed at is read out: by pointer, by finger and by keyboard."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

PRODUCT = re.compile(r"Row (\d+), column (\d+): ink ([\d.]+) × weight ([+−]?[\d.]+) = ([+−]?[\d.]+), (.*)")


def test_the_pixel_pointed_at_is_read_out(open_page: Callable[..., Page]) -> None:
    page = open_page("evidence")
    read, boxes = page.locator(".read"), page.locator(".box")
    expect(read).to_have_text(re.compile(r"speaks for \d"))
    found = PRODUCT.match(read.inner_text())
    assert found
    row, column = int(found[1]), int(found[2])
    ink, weight, product = (float(number.replace("−", "-")) for number in found.groups()[2:5])
    assert abs(ink * weight - product) < 0.03

    boxes.nth(1).hover(position={"x": 2, "y": 2})
    expect(read).to_have_text(re.compile(r"^Row 1, column 1: ink 0\.00 × weight \S+ = 0\.00, paper"))
    boxes.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(read).to_have_text(re.compile(r"^Row 2, column 2:"))
    assert (row, column) != (2, 2)


def test_a_phone_shows_both_pictures_beside_each_other(open_page: Callable[..., Page]) -> None:
    page = open_page("evidence", width=390)
    boxes = page.locator(".box")
    expect(boxes).to_have_count(2)
    left, right = (boxes.nth(index).bounding_box() for index in (0, 1))
    assert left
    assert right
    assert left["y"] == right["y"]
    assert right["x"] + right["width"] <= 390
    boxes.nth(0).tap(position={"x": 2, "y": 2})
    expect(page.locator(".read")).to_have_text(re.compile(r"^Row 1, column 1:"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
