"""What a reader meets when a scene opens: one idea on one screen, and nothing that axe objects to.

``benchmarks/first_sight.py`` measures the same, and more, in every window.
"""

import pytest

from benchmarks import scenes
from tests.browser.conftest import settle
from tests.browser.test_app import PAGES, OpenPage

WIDE = {"width": 1280, "height": 720}


@pytest.mark.parametrize("path", PAGES)
def test_each_scene_stands_on_one_screen(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    settle(page)
    for scene in range(1, scenes.count(page) + 1):
        if scene > 1:
            page.locator(f".st-key-scene_{scene} button:visible").first.press("Enter")
            settle(page)
        sight = scenes.look(page)
        assert sight.has_stage, f"scene {scene} has no stage"
        assert sight.fits, f"scene {scene}: {sight}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "softmax", "train", "data", "collection"])
def test_axe_finds_nothing_of_ours(open_page: OpenPage, path: str, scheme: str) -> None:
    page = open_page(path, scheme=scheme)
    settle(page)
    assert [fault for fault in scenes.faults(page) if not fault.is_streamlits] == []
