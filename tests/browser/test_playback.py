"""A drawing played back in a browser: what the slider and the strip say, and that nobody else hears of it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle
from tests.browser.test_app import draw

OpenPage = Callable[..., Page]
ONE = [(175, 60), (150, 140), (128, 225)]
BAR = [(85, 70), (175, 62)]
INVITATION = "Draw a 1. Then add the top line of a 7."


def slider(page: Page) -> Locator:
    return page.get_by_role("slider", name="How much of the drawing is there")


def shares(place: Locator) -> list[float]:
    """The ten probabilities that stand there for tests."""
    return [float(share) for share in (place.get_attribute("data-p") or "").split(",") if share]


def draw_one_with_a_bar(page: Page) -> None:
    """Draws a 1, then the bar of a 7, and waits until the strip knows both."""
    expect(page.get_by_text(INVITATION)).to_be_visible()
    draw(page, ONE)
    expect(page.get_by_text(re.compile(r"This is a 1:"))).to_be_visible()
    draw(page, BAR)
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("stroke 1: 1, stroke 2: 7"))).to_be_visible()


def listen(page: Page) -> list[str]:
    """Loads the page once more and notes what it sends from then on, by whatever way."""
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append("a message")))
    page.on("request", lambda request: sent.append(request.url))
    page.reload()
    settle(page)
    return sent


def test_the_strip_says_where_the_1_became_a_7_and_no_one_else_hears_what_is_played(open_page: OpenPage) -> None:
    page = open_page("draw?scene=6")
    sent = listen(page)
    link = page.url
    draw_one_with_a_bar(page)
    settle(page)
    sent.clear()
    assert page.locator(".strip span").all_inner_texts()[-2:] == ["1", "7"]
    expect(page.locator(".strip i")).to_have_count(2)  # where strokes end
    expect(page.get_by_text(re.compile(r"^The 1 became a 7 in the second stroke, after \d+%\.$"))).to_be_visible()
    picture = page.locator(".picture")
    server = shares(picture)
    assert shares(page.locator(".strip")) == pytest.approx(server, abs=0.001)

    slider(page).focus()
    last = slider(page).input_value()
    for _ in range(5):
        page.keyboard.press("PageDown")
    expect(slider(page)).to_have_attribute("aria-valuetext", "stroke 1 of 2: 1")
    expect(page.get_by_text(re.compile("^So far it reads 1"))).to_be_visible()
    assert shares(picture)[1] > 0.5 > server[1]
    page.keyboard.press("End")
    assert slider(page).input_value() == last
    expect(page.get_by_text(re.compile("^This is a 7"))).to_be_visible()
    assert shares(picture) == server

    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()  # at the end
    assert slider(page).input_value() == last
    expect(page.get_by_text(re.compile("^This is a 7"))).to_be_visible()
    assert sent == []
    assert page.url == link


def test_the_network_answers_while_the_pen_moves_before_anything_is_sent(open_page: OpenPage) -> None:
    page = open_page("draw?scene=6")
    sent = listen(page)
    box = page.locator("[class*=st-key-canvas_] canvas").last.bounding_box()
    assert box is not None
    picture = page.locator(".picture")
    assert shares(picture) == []
    sent.clear()
    page.mouse.move(box["x"] + 80, box["y"] + 70)
    page.mouse.down()
    before = ""
    for x, y in ((200, 72), (150, 150), (120, 220)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
        expect(picture).not_to_have_attribute("data-p", before)
        before = picture.get_attribute("data-p") or ""
        assert sum(shares(picture)) == pytest.approx(1, abs=1e-4)
    assert sent == []
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"This is a 7:"))).to_be_visible()
    assert sent


def test_a_stroke_during_playback_stops_it_and_is_added(open_page: OpenPage) -> None:
    page = open_page("draw?scene=6", width=390)
    draw_one_with_a_bar(page)
    settle(page)
    last = slider(page).input_value()
    box = page.locator("[class*=st-key-canvas_] canvas").last.bounding_box()
    assert box is not None
    page.get_by_role("button", name="Play").click()
    expect(slider(page)).not_to_have_value(last)
    page.mouse.move(box["x"] + 100, box["y"] + 150)
    page.mouse.down()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(slider(page)).to_have_value(last)
    page.mouse.move(box["x"] + 200, box["y"] + 150, steps=8)
    page.mouse.up()
    expect(page.locator(".strip i")).to_have_count(3)
    expect(slider(page)).not_to_have_value(last)  # there is more to play, and all of it is shown
    assert slider(page).input_value() == slider(page).get_attribute("max")
    page.locator(".st-key-undo button").click()
    expect(page.locator(".strip i")).to_have_count(2)
    expect(slider(page)).to_have_value(last)


def test_strokes_are_there_after_a_page_switch_and_whoever_wants_no_movement_steps_through_them(
    open_page: OpenPage,
) -> None:
    page = open_page("draw?scene=6")
    page.emulate_media(reduced_motion="reduce")
    draw_one_with_a_bar(page)
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_text("Draw a digit. What does it read?")).to_be_visible()
    settle(page)
    page.go_back()
    expect(page.locator(".strip i")).to_have_count(2)
    settle(page)
    page.get_by_role("button", name="Play").click()
    expect(slider(page)).to_have_attribute("aria-valuetext", "stroke 1 of 2: 1")
    expect(slider(page)).to_have_attribute("aria-valuetext", "stroke 2 of 2: 7")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_nothing_can_be_played_before_there_are_strokes_and_the_slider_can_be_left_out(open_page: OpenPage) -> None:
    page = open_page("draw?scene=6")
    expect(slider(page)).to_be_disabled()
    expect(page.get_by_role("button", name="Play")).to_be_disabled()
    page.get_by_role("button", name="4", exact=True).click()
    page.get_by_role("button", name="Sample: a 3").click()
    expect(page.get_by_text(re.compile("This is a 3:"))).to_be_visible()
    page.get_by_role("button", name="6", exact=True).click()
    expect(page.get_by_text("it has no strokes to play back")).to_be_visible()
    expect(slider(page)).to_be_disabled()
    hidden = open_page("draw?scene=6&hide=playback")
    expect(hidden.get_by_text(INVITATION)).to_be_visible()
    settle(hidden)
    expect(hidden.get_by_role("slider", name="How much of the drawing is there")).to_be_hidden()
