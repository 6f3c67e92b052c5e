"""A teacher's link, in a real browser: copied, opened by someone else, with controls left out."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go_to, settle

OpenPage = Callable[..., Page]


def copied_link(page: Page) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def path_of(link: str) -> str:
    return link.split("/", 3)[3]


def test_whoever_opens_a_copied_link_sees_the_page_as_it_was_set(open_page: OpenPage) -> None:
    teacher = open_page("train")
    epochs = teacher.get_by_role("slider", name="Epochs")
    epochs.focus()
    epochs.press("ArrowRight")
    expect(epochs).to_have_value("5")
    teacher.locator("summary", has_text="More settings").click()
    teacher.get_by_role("spinbutton", name="Seed").fill("42")
    teacher.get_by_role("spinbutton", name="Seed").press("Enter")
    teacher.wait_for_url("**seed=42**")
    link = copied_link(teacher)
    assert "ask_" not in link

    pupil = open_page(path_of(link))
    expect(pupil.get_by_role("slider", name="Epochs")).to_have_value("5")
    settle(pupil)
    pupil.locator("summary", has_text="More settings").click()
    expect(pupil.get_by_role("spinbutton", name="Seed")).to_have_value("42")
    pupil.get_by_role("button", name="Reset", exact=True).click()
    expect(pupil.get_by_role("slider", name="Epochs")).to_have_value("4")
    pupil.wait_for_url(lambda url: "seed" not in url)


def test_what_a_link_hides_stays_hidden_for_the_visit_and_keeps_its_value(open_page: OpenPage) -> None:
    page = open_page("train?hide=epochs,ask_train&epochs=3")
    expect(page.get_by_role("slider", name="Batch size")).to_be_visible()
    assert page.get_by_role("slider", name="Epochs").count() == 0
    page.locator(".st-key-scene_back a").click()
    expect(page.get_by_role("heading", name="Photos, letters, scribbles", exact=True)).to_be_visible()
    page.wait_for_url("**hide=**")
    go_to(page, "It learns", "Train a network")
    expect(page.get_by_role("slider", name="Batch size")).to_be_visible()
    assert page.get_by_role("slider", name="Epochs").count() == 0
    page.wait_for_url("**epochs=3**")
    link = copied_link(page)
    assert "hide=" in link
    assert "epochs=3" in link


def test_one_back_of_the_browser_finds_the_page_before_as_it_was_set(open_page: OpenPage) -> None:
    page = open_page("train?epochs=2&seed=7")
    settle(page)
    start = page.evaluate("history.length")
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_role("slider", name="Epochs")).to_have_count(0)
    settle(page)
    assert page.evaluate("history.length") == start + 1
    assert path_of(page.url) == ""
    page.go_back()
    expect(page.get_by_role("slider", name="Epochs")).to_have_value("2")
    assert path_of(page.url) == "train?epochs=2&seed=7"


def test_one_back_of_the_browser_is_one_scene_back_as_it_was_set(open_page: OpenPage) -> None:
    page = open_page("train?epochs=2&seed=7")
    settle(page)
    start = page.evaluate("history.length")
    page.locator(".st-key-turn_on button").click()
    page.wait_for_url("**scene=2")  # the server takes the settings out of the link, one by one
    settle(page)
    assert page.evaluate("history.length") == start + 1
    page.go_back()
    expect(page.get_by_role("slider", name="Epochs")).to_have_value("2")
    settle(page)
    page.locator("summary", has_text="More settings").click()
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("7")
    settle(page)
    page.locator(".st-key-turn_on button").click()
    page.wait_for_url("**scene=2**")
    settle(page)
    page.locator(".st-key-turn_back button").click()
    page.wait_for_url("**epochs=2**")
    expect(page.get_by_role("slider", name="Epochs")).to_have_value("2")


def test_scenes_have_entries_of_their_own_in_the_browsers_history_and_settings_have_none(open_page: OpenPage) -> None:
    page = open_page("train")
    settle(page)
    lengths = page.evaluate(
        """() => ["?epochs=2", "?scene=1&epochs=2", "?scene=2&epochs=2", "?scene=2", "?scene=3"].map((search) => {
            history.pushState({}, "", search)
            return history.length
        })"""
    )
    start = lengths[0]
    assert lengths == [start, start, start + 1, start + 1, start + 2]


@pytest.mark.parametrize("typed", ["1,5", "1.5", "1e3", "seven"])
def test_what_is_no_whole_number_does_not_become_one(open_page: OpenPage, typed: str) -> None:
    page = open_page("train?seed=7")
    settle(page)
    page.locator("summary", has_text="More settings").click()
    field = page.get_by_role("spinbutton", name="Seed")
    field.select_text()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"“{typed}” is no whole number: it stays 7.")).to_be_visible()
    expect(field).to_have_value("7")
    settle(page)
    assert "seed=7" in page.url
    field.select_text()
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    page.wait_for_url("**seed=12")
    expect(page.get_by_text("is no whole number")).to_have_count(0)


def test_why_a_number_is_refused_stands_below_it(open_page: OpenPage) -> None:
    page = open_page("train")
    settle(page)
    page.locator("summary", has_text="More settings").click()
    field = page.get_by_role("spinbutton", name="Seed")
    field.fill("-5")
    field.press("Enter")
    sentence = page.locator("[data-testid=stNumberInput] [role=alert]").filter(has_text="Please enter a value between")
    expect(sentence).to_be_visible()
    box = sentence.bounding_box()
    assert box is not None
    assert box["width"] > 100
