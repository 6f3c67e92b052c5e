"""The pixel that is pointed at is read out: by pointer, by finger and by keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

OpenPage = Callable[..., Page]
PRODUCT = re.compile(r"Row (\d+), column (\d+): ink ([\d.]+) × weight ([+−]?[\d.]+) [=≈] ([+−]?[\d.]+), (.*)")

LOW = "₀₁₂₃₄₅₆₇₈₉"
# What is drawn later comes later in the document, wherever it stands: only its place says which row it names.
NAMES = """chart => [...chart.querySelectorAll(".role-axis-label text")].filter(text => /[a-z]/.test(text.textContent))
  .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
  .map(text => text.textContent)"""


def test_the_pixel_pointed_at_is_read_out(open_page: OpenPage) -> None:
    page = open_page("evidence")
    read, boxes = page.locator(".read"), page.locator(".box")
    expect(read).to_have_text(re.compile(r"speaks for \d"))
    settle(page)
    found = PRODUCT.match(read.inner_text())
    assert found
    row, column = int(found[1]), int(found[2])
    ink, weight, product = (float(number.replace("−", "-")) for number in found.groups()[2:5])
    assert abs(ink * weight - product) < 0.03

    boxes.nth(1).hover(position={"x": 2, "y": 2})
    expect(read).to_have_text(re.compile(r"^Row 0, column 0: ink 0\.00 × weight \S+ = 0\.00, paper"))
    boxes.nth(0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(read).to_have_text(re.compile(r"^Row 1, column 1:"))
    assert (row, column) != (1, 1)
    expect(boxes.nth(0)).to_have_role("application")
    expect(boxes.nth(0)).to_have_accessible_name("What the network sees. The arrow keys point at a pixel.")
    expect(page.get_by_text("Which ink speaks for 3, and which for 8?")).to_be_visible()  # no key turned the scene


def test_a_phone_shows_both_pictures_beside_each_other(open_page: OpenPage) -> None:
    page = open_page("evidence", width=390)
    boxes = page.locator(".box")
    expect(boxes).to_have_count(2)
    settle(page)
    left, right = (boxes.nth(index).bounding_box() for index in (0, 1))
    assert left
    assert right
    assert left["y"] == right["y"]
    assert right["x"] + right["width"] <= 390
    boxes.nth(0).tap(position={"x": 2, "y": 2})
    expect(page.locator(".read")).to_have_text(re.compile(r"^Row 0, column 0:"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scene", [2, 4])
def test_the_rows_of_both_accounts_stay_in_order_whatever_is_compared(open_page: OpenPage, scene: int) -> None:
    page = open_page(f"evidence?scene={scene}")
    if scene == 4:
        page.locator(".st-key-go_deeper_evidence_4").get_by_text("Go deeper").click()
        expect(page.locator(".neuron-tiles").last.locator("> div")).to_have_count(8)
    seen = in_order(page, scene, [])
    for digit in ("4", "0"):
        against = page.get_by_role("combobox", name="and against")
        against.click()
        against.fill(digit)
        expect(page.get_by_role("option")).to_have_count(1)
        against.press("Enter")
        seen = in_order(page, scene, seen)


def in_order(page: Page, scene: int, before: list[str]) -> list[str]:
    """The names at the rows of the chart, once there are others than before: in the order of what they name."""
    found, expected = [""], [""]
    for _ in range(300):
        found = rows(page, "Three bars" if scene == 2 else "A bar for each neuron")
        score = found[-1] if found else ""
        a, b = (str(LOW.index(low)) for low in score if low in LOW) if score.count("z") == 2 else ("", "")
        neurons = page.locator(".neuron-tiles").last.locator("> div") if scene == 4 else None
        names = neurons.evaluate_all("tiles => tiles.map(tile => tile.childNodes[1].data)") if neurons else []
        ink = [f"ink that speaks for {a}", f"ink that speaks for {b}", "bias"]
        expected = [*(ink if scene == 2 else [*names, "the other", "biases behind them"]), score]
        if found != before and len(found) == len(expected) and all(map(str.startswith, found, expected)):
            return found
        page.wait_for_timeout(100)
    raise AssertionError(f"{found} instead of {expected}")


def rows(page: Page, chart: str) -> list[str]:
    """The names at the rows of a chart, from top to bottom."""
    svg = page.locator(f'[aria-label^="{chart}"] svg').first
    names: list[str] = svg.evaluate(NAMES)
    return names
