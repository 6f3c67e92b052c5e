"""Turning scenes in a real browser: keys, quick presses, Back, large, and one piece."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.test_app import OpenPage

QUESTION = ".st-key-scene h2"


def question(page: Page) -> str:
    settle(page)
    return page.locator(QUESTION).inner_text()


def questions(open_page: OpenPage) -> list[str]:
    """Of the first page's three scenes."""
    page = open_page("")
    found = [question(page)]
    for _ in range(2):
        page.locator(".st-key-turn_on button").click()
        expect(page.locator(QUESTION)).not_to_have_text(found[-1])
        found.append(question(page))
    return found


def test_the_arrow_keys_turn_and_one_back_of_the_browser_is_one_scene(open_page: OpenPage) -> None:
    first, second, third = questions(open_page)
    page = open_page("")
    settle(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator(QUESTION)).to_have_text(second)
    settle(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator(QUESTION)).to_have_text(third)
    page.wait_for_url("**scene=3**")
    page.go_back()
    expect(page.locator(QUESTION)).to_have_text(second)
    settle(page)
    page.go_back()
    expect(page.locator(QUESTION)).to_have_text(first)
    settle(page)
    page.go_forward()
    expect(page.locator(QUESTION)).to_have_text(second)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(QUESTION)).to_have_text(first)


# What a page looks like whose question is drawn already and whose way on is not.
HALF_DRAWN = """isHalf => {
  document.querySelector("[data-testid=stApp]").dataset.testScriptState = isHalf ? "running" : "notRunning"
  document.querySelector(".st-key-turn_on button").closest("[class*=scene_next], .late")
    .classList.replace(...(isHalf ? ["st-key-scene_next", "late"] : ["late", "st-key-scene_next"]))
}"""


def test_a_key_pressed_while_the_page_is_drawn_counts_once_there_is_a_way(open_page: OpenPage) -> None:
    first, second, _ = questions(open_page)
    page = open_page("")
    settle(page)
    page.evaluate(HALF_DRAWN, True)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    expect(page.locator(QUESTION)).to_have_text(first)
    page.evaluate(HALF_DRAWN, False)
    expect(page.locator(QUESTION)).to_have_text(second)


def test_next_pressed_twice_at_once_and_a_mark_pressed_twice_do_no_harm(open_page: OpenPage) -> None:
    _, second, third = questions(open_page)
    page = open_page("")
    settle(page)
    page.locator(".st-key-turn_on button").dblclick()
    settle(page)
    assert question(page) in (second, third)
    page.locator(".st-key-scene_2 button:visible").dblclick()
    expect(page.locator(QUESTION)).to_have_text(second)
    page.wait_for_url("**scene=2**")


def test_arrow_keys_belong_to_what_has_the_focus(open_page: OpenPage) -> None:
    page = open_page("train")
    before = question(page)
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    assert question(page) == before


def test_a_new_scene_begins_at_its_top(open_page: OpenPage) -> None:
    page = open_page("", width=390)
    settle(page)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 400)")
    page.locator(".st-key-turn_on button").click()
    page.wait_for_url("**scene=2**")
    settle(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0


@pytest.mark.parametrize("path", ["", "softmax", "train"])
def test_large_has_large_letters_and_no_menu(open_page: OpenPage, path: str) -> None:
    page = open_page(f"{path}?show=large")
    settle(page)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    expect(page.locator("[data-testid=stSidebar]")).to_have_count(0)
    expect(page.locator("[data-testid=stHeader]")).not_to_be_visible()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 1280
    page.locator(".st-key-large label").click()
    expect(page.locator("[data-testid=stHeader]")).to_be_visible()


def test_a_page_in_one_piece_is_light_and_has_nothing_around_it(open_page: OpenPage) -> None:
    page = open_page("softmax", scheme="dark")
    settle(page)
    address = page.get_by_role("link", name=re.compile("in one piece")).get_attribute("href")
    assert address
    whole = open_page(f"softmax{address}", scheme="dark")
    settle(whole)
    assert whole.locator(QUESTION).count() > 1
    expect(whole.locator(".st-key-scenes")).to_have_count(0)
    expect(whole.locator("[data-testid=stSidebar]")).to_have_count(0)
    background = whole.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert background == "rgb(255, 255, 255)"


def test_what_is_read_is_read_out(open_page: OpenPage) -> None:
    page = open_page("")
    expect(page.locator(".network .says")).to_have_attribute("aria-live", "polite")
    page.goto(page.url + "evidence")
    expect(page.locator(".st-key-answer")).to_have_attribute("aria-live", "polite")
