"""The way back by the keyboard alone, and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

OpenPage = Callable[..., Page]


def test_the_way_is_gone_by_the_keys(open_page: OpenPage) -> None:
    page = open_page("backpropagation")
    picture = page.locator(".st-key-stage img")
    expect(picture).to_have_attribute("alt", re.compile("reached both scores"))
    settle(page)
    slider = page.locator(".st-key-bp_back input[type=range]")
    slider.press("End")
    expect(picture).to_have_attribute("alt", re.compile("all eight weights"))
    slider.press("ArrowLeft")
    expect(picture).to_have_attribute("alt", re.compile("gradient is −1.50"))
    page.locator(".st-key-bp_weight input[type=range]").press("Home")
    expect(picture).to_have_attribute("alt", re.compile("gradient is 0.00"))
    expect(page.get_by_role("heading", name="How does the loss reach a weight deep inside?")).to_be_visible()
    assert "bp_weight=-2" in page.url


@pytest.mark.parametrize(("back", "weight"), [("all+weights", "2.0"), ("all+weights", "-2.0"), ("the+neuron", "-0.7")])
def test_on_a_phone_no_number_covers_another(open_page: OpenPage, back: str, weight: str) -> None:
    page = open_page(f"backpropagation?bp_back={back}&bp_weight={weight}", width=390)
    settle(page)
    boxes = page.locator(".st-key-stage [aria-hidden=true] > span").evaluate_all(
        "nodes => nodes.map(node => [node.textContent, node.getBoundingClientRect().toJSON()])"
    )
    assert len(boxes) >= 20
    for at, (words, box) in enumerate(boxes):
        assert 0 <= box["left"] <= box["right"] <= 390, words
        for others, other in boxes[:at]:
            is_beside = box["left"] >= other["right"] or box["right"] <= other["left"]
            is_below = box["top"] >= other["bottom"] - 1 or box["bottom"] <= other["top"] + 1
            assert is_beside or is_below, (words, others)
