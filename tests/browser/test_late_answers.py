"""A slow network: the reader goes on while the page is still behind what the server knows."""

import re
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import settle
from tests.browser.test_app import OpenPage, draw, stroke

ONE, BAR = [(140, 50), (138, 230)], [(60, 60), (220, 60)]
TWO_STROKES_OF_ONE = [(145, 40), (142, 145)], [(142, 140), (138, 245)]


class Line:
    """Between browser and server: what the server answers can be held back."""

    def __init__(self, page: Page) -> None:
        self.page, self.holds = page, False
        self.held: list[str | bytes] = []
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)
        page.reload()

    def _connect(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda message: self.held.append(message) if self.holds else browser.send(message))
        self.browser = browser

    def act_unanswered(self, *acts: Callable[[], object]) -> None:
        """Does one after another; the server is done with each before the next, and the browser has heard of none."""
        self.holds = True
        for act in acts:
            act()
            before = -1
            for _ in range(8):  # not a word for two seconds; or a page that asks for news by itself, without end
                if before == len(self.held):
                    break
                before = len(self.held)
                self.page.wait_for_timeout(2_000)
            assert self.held
        self.holds = False
        for message in self.held:
            self.browser.send(message)
        settle(self.page)


def test_what_is_taught_follows_two_quick_strokes(open_page: OpenPage) -> None:
    page = open_page("teach")
    line = Line(page)
    mark = page.get_by_role("radiogroup", name="What was it meant to be?").locator("[aria-checked=true]")
    expect(mark).to_have_text("4")  # the image that it reads worst
    settle(page)
    page.locator("[class*=st-key-canvas_] canvas").last.scroll_into_view_if_needed()
    line.act_unanswered(*(partial(stroke, page, points) for points in TWO_STROKES_OF_ONE))
    expect(mark).to_have_text("1")
    expect(page.locator(".st-key-teach_it button")).to_contain_text("this is a 1")


def test_a_digit_chosen_after_another_keeps_its_label(open_page: OpenPage) -> None:
    page = open_page("collection")
    line = Line(page)
    tiles = page.locator(".st-key-own_digits button")
    for label, points in ((1, ONE), (4, BAR)):
        draw(page, points)
        page.locator(".st-key-keep_as button").nth(label).click()
        expect(page.get_by_text(f"Kept as a {label};")).to_be_visible()
    tiles.first.click()
    expect(page.get_by_text("Digit 1: you called it a 1")).to_be_visible()
    settle(page)
    line.act_unanswered(tiles.last.click, tiles.last.click)
    expect(tiles.last).to_have_accessible_name(re.compile("Digit 2: a 4,"))


def test_an_answer_counts_that_is_given_before_the_last_one_is_shown(open_page: OpenPage) -> None:
    page = open_page("cross_entropy?scene=6")
    line = Line(page)
    box = page.locator(".st-key-ask_push_box")
    settle(page)
    answers = [box.get_by_role("radio").nth(place) for place in range(2)]
    line.act_unanswered(*(answer.click for answer in answers))
    expect(answers[1]).to_be_checked()
    expect(box.locator("[data-testid=stAlert]")).to_contain_text("The three digits share 100%")
