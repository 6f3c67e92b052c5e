"""For those who see less, press less exactly or have colours of their own; and paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle

OpenPage = Callable[..., Page]
Rgb = tuple[float, ...]


def colour(place: Locator, name: str) -> Rgb:
    """Red, green, blue and opacity, as the browser draws them: rgb() in 0 to 255, color() in 0 to 1."""
    text = place.evaluate("(node, name) => getComputedStyle(node)[name]", name)
    parts = [float(part) for part in re.findall(r"[\d.]+(?:e-?\d+)?", text.removeprefix("color(srgb"))]
    red, green, blue = (part if text.startswith("color(") else part / 255 for part in parts[:3])
    return red, green, blue, parts[3] if len(parts) > 3 else 1.0


def brightness(of: Rgb) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in of[:3]]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(over: Rgb, under: Rgb) -> float:
    """As WCAG 2 defines it."""
    seen = [over[3] * a + (1 - over[3]) * b for a, b in zip(over[:3], under[:3], strict=True)]
    dark, light = sorted((brightness(tuple(seen)), brightness(under)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("path", ["train", "train?show=large"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_buttons_and_captions_are_readable(open_page: OpenPage, scheme: str, path: str) -> None:
    page = open_page(path, scheme=scheme)
    settle(page)
    button = page.locator(".st-key-train button")
    assert contrast(colour(button.locator("p"), "color"), colour(button, "backgroundColor")) >= 4.5
    caption = page.locator("[data-testid=stCaptionContainer]").first
    assert caption.evaluate("node => getComputedStyle(node).opacity") == "1"
    paper = colour(page.locator("[data-testid=stApp]"), "backgroundColor")
    assert contrast(colour(caption.locator("p"), "color"), paper) >= 4.5


def test_nothing_to_press_is_smaller_than_24_pixels_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("train", width=390)
    settle(page)
    for place in page.locator("[data-testid=stMain] :is(button, summary, label:has(input))").all():
        box = place.bounding_box()
        if box and box["width"]:
            assert min(box["width"], box["height"]) >= 24, place.evaluate("node => node.outerHTML.slice(0, 200)")


def test_what_has_the_focus_is_marked(open_page: OpenPage) -> None:
    page = open_page("train")
    settle(page)
    page.get_by_role("slider", name="Epochs").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
                for (let node = document.activeElement; node && node !== document.body; node = node.parentElement) {
                  const { outlineStyle, outlineWidth } = getComputedStyle(node)
                  if (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) return true
                }
                return false
            }"""
        ), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_in_colours_of_the_readers_own_what_is_chosen_and_how_far_a_bar_goes_is_seen(open_page: OpenPage) -> None:
    page = open_page("softmax")
    page.emulate_media(forced_colors="active")
    settle(page)
    bar = page.locator(".right .gauge .bar").first
    assert colour(bar, "backgroundColor") != colour(page.locator("[data-testid=stApp]"), "backgroundColor")
    page.goto(page.url.replace("softmax", "train"))
    settle(page)
    paper = colour(page.locator("[data-testid=stApp]"), "backgroundColor")
    for switch in page.locator("label:has(input[role=switch]) > div:first-of-type").all():
        knob = colour(switch.locator("> div"), "backgroundColor")
        assert contrast(knob, colour(switch, "backgroundColor")) >= 3
    chosen = page.locator("[data-testid=stButtonGroup] [aria-checked=true]").first
    assert contrast(colour(chosen, "backgroundColor"), paper) >= 3
    assert contrast(colour(chosen.locator("p"), "color"), colour(chosen, "backgroundColor")) >= 4.5


def test_paper_is_white_with_dark_text_and_nothing_but_the_page(open_page: OpenPage) -> None:
    page = open_page("data", scheme="dark")
    settle(page)
    page.emulate_media(media="print")
    assert colour(page.locator("[data-testid=stApp]"), "backgroundColor")[:3] == (0, 0, 0)
    assert "invert(1)" in page.locator("[data-testid=stApp]").evaluate("node => getComputedStyle(node).filter")
    for name in ("stHeader", "stSidebar"):
        for place in page.get_by_test_id(name).all():
            expect(place).to_be_hidden()
    expect(page.locator(".st-key-scenes")).to_be_hidden()
    expect(page.get_by_text("For teachers")).to_be_hidden()
