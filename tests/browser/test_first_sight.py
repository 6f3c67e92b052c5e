"""What a reader meets when a scene opens: one idea on one screen, and nothing that axe objects to.

``benchmarks/first_sight.py`` measures the same, and more, in every window.
"""

import pytest
from playwright.sync_api import expect

from benchmarks import scenes
from tests.browser.conftest import settle
from tests.browser.test_app import PAGES, OpenPage

WIDE, NARROW = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
WORDS = 120  # on the way, before anything is opened or pressed
WITH_VERDICT = 140  # once there is an answer to speak of


@pytest.mark.parametrize("path", PAGES)
def test_each_scene_stands_on_one_screen_also_answered_and_on_a_phone_after_one_swipe(
    open_page: OpenPage, path: str
) -> None:
    page = open_page(path)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    settle(page)
    for scene in range(1, scenes.count(page) + 1):
        if scene > 1:
            page.locator(f".st-key-scene_{scene} button:visible").first.press("Enter")
        sight = scenes.look(page)
        assert sight.has_stage, f"scene {scene} has no stage"
        assert sight.fits, f"scene {scene}: {sight}"
        assert sight.words <= WORDS, f"scene {scene}: {sight}"
        if scenes.is_asked(page):
            scenes.answer(page)
            sight = scenes.look(page)
            assert sight.fits, f"scene {scene}, answered: {sight}"
            assert sight.words <= WITH_VERDICT, f"scene {scene}, answered: {sight}"
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        sight = scenes.look(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= NARROW["width"]
        assert sight.fits_after_swipe, f"scene {scene} on a phone: {sight}"
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "softmax", "train", "data", "collection"])
def test_axe_finds_nothing_of_ours(open_page: OpenPage, path: str, scheme: str) -> None:
    page = open_page(path, scheme=scheme)
    settle(page)
    assert [fault for fault in scenes.faults(page) if not fault.is_streamlits] == []
