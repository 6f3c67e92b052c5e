"""Pages that a browser has translated, which puts every text into a <font> of its own."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle
from tests.browser.test_app import OpenPage

TRANSLATE = """() => {
  const texts = document.createTreeWalker(document.querySelector("[data-testid=stMain]"), NodeFilter.SHOW_TEXT)
  const found = []
  while (texts.nextNode()) if (texts.currentNode.data.trim()) found.push(texts.currentNode)
  for (const text of found.filter((text) => !text.parentElement.closest("[translate=no], style, script"))) {
    const font = document.createElement("font")
    text.replaceWith(font)
    font.append(text)
  }
  return found.length
}"""


@pytest.mark.parametrize("path", ["batches?scene=2", "breaking?scene=2", "cross_entropy?scene=6"])
def test_a_translated_page_answers_as_any_other(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    settle(page)
    assert page.evaluate(TRANSLATE) > 10
    box = page.locator("[class*=st-key-ask_][class*=_box]").first
    for answer in (0, 1):
        box.get_by_role("radio").nth(answer).click()
        expect(box.locator("[data-testid=stAlert]")).to_be_visible()
        settle(page)
        page.evaluate(TRANSLATE)
    if path.startswith("batches"):
        return  # nothing slides there
    slider = page.locator("[data-testid=stSlider]").first
    before = slider.locator("[data-testid=stSliderThumbValue]").inner_text()
    slider.get_by_role("slider").press("ArrowRight")
    expect(slider.locator("[data-testid=stSliderThumbValue]")).not_to_have_text(before)
    settle(page)
    expect(page.get_by_text("NotFoundError")).to_have_count(0)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
