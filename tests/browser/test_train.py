"""The training page in a browser: its buttons, the learning rate while it runs, a network that goes away."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle
from tests.browser.test_app import LONG, OpenPage, start_training

BATCH = re.compile(r"Paused after batch ([\d,]+) of ([\d,]+)")


def button(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key} button")


def paused_at(page: Page) -> int:
    words = page.get_by_text(BATCH).inner_text()
    found = BATCH.search(words)
    assert found
    return int(found[1].replace(",", ""))


def test_pause_one_batch_at_a_time_and_on(open_page: OpenPage) -> None:
    page = open_page(LONG)
    start_training(page)
    button(page, "pause").click()
    expect(button(page, "go_on")).to_be_visible()
    at = paused_at(page)
    page.wait_for_timeout(1_500)
    assert paused_at(page) == at
    for number in (1, 2):
        button(page, "one_batch").click()
        expect(page.get_by_text(f"Paused after batch {at + number:,} of")).to_be_visible()
        expect(page.locator(".batch-cards")).to_be_visible()
    button(page, "go_on").click()
    expect(button(page, "pause")).to_be_visible()
    expect(page.locator(".batch-cards")).to_have_count(0)
    button(page, "stop").click()
    expect(page.get_by_text(re.compile("Stopped: 784-512"))).to_be_visible()


def test_a_first_batch_in_slow_motion_and_a_pause_that_outlives_a_reload(open_page: OpenPage) -> None:
    page = open_page(LONG, width=390)
    expect(button(page, "train")).to_be_enabled()
    expect(button(page, "stop")).to_have_count(0)
    button(page, "slow").click()
    expect(page.get_by_text("In slow motion: batch 1 of")).to_be_visible()
    expect(page.get_by_text("In slow motion: batch 2 of")).to_be_visible()  # the next one came by itself
    button(page, "pause").click()
    button(page, "go_on").click()
    expect(button(page, "pause")).to_be_visible()
    button(page, "pause").click()
    expect(button(page, "go_on")).to_be_visible()
    at = paused_at(page)
    page.reload()
    expect(button(page, "go_on")).to_be_visible()
    assert paused_at(page) == at
    button(page, "stop").click()
    expect(button(page, "train")).to_be_visible()


def more_settings(page: Page) -> None:
    """Unfolds the settings that stand below the stage."""
    page.locator("summary", has_text="More settings").click()


def test_the_learning_rate_can_be_changed_while_it_runs(open_page: OpenPage) -> None:
    page = open_page(LONG)
    start_training(page)
    more_settings(page)
    slider = page.get_by_role("slider", name="Learning rate")
    slider.focus()
    slider.press("End")
    expect(
        page.get_by_text(re.compile(r"At batch [\d,]+ the loss .* try a smaller learning rate than 10\."))
    ).to_be_visible()
    expect(button(page, "train")).to_be_visible()


WHERE_IT_STANDS = """() => ["transport", "studio_sliders_1", "run_curves_1", "run_network_1"]
  .map((key) => document.querySelector(`[class*=st-key-${key}]`).getBoundingClientRect())
  .flatMap((box) => [box.top, box.bottom].map(Math.round))"""


@pytest.mark.parametrize(("width", "height", "end"), [(1280, 720, 660), (390, 844, 790)])
def test_button_curves_and_network_are_on_one_screen_and_nothing_moves(
    open_page: OpenPage, width: int, height: int, end: int
) -> None:
    page = open_page("train", width=width)
    page.set_viewport_size({"width": width, "height": height})
    settle(page)
    if width < 500:  # after one swipe, and below the header
        page.locator(".st-key-stage").evaluate("node => { node.style.scrollMarginTop = '60px'; node.scrollIntoView() }")
    before = page.evaluate(WHERE_IT_STANDS)
    assert min(before) >= 0
    assert max(before) <= end
    start_training(page)
    page.wait_for_timeout(500)
    assert page.evaluate(WHERE_IT_STANDS) == before
    expect(button(page, "let_it_read")).to_be_visible()
    assert page.evaluate(WHERE_IT_STANDS) == before


def changed(picture: Locator, name: str, old: str | None) -> str:
    """What the picture says of itself under this name, once that is not what it was."""
    expect(picture).not_to_have_attribute(name, old or "")
    return picture.get_attribute(name) or ""


def test_the_network_follows_the_run_and_a_neuron_that_is_pointed_at_goes_on_telling(open_page: OpenPage) -> None:
    page = open_page(LONG)
    picture, card = page.locator(".picture"), page.locator(".st-key-run_network_1 .told").first
    start_training(page)
    p = changed(picture, "data-p", "")
    picture.focus()
    picture.press("Home")  # the first neuron of the first layer
    expect(card).to_contain_text("Neuron 1 of 512")
    said = card.inner_text()
    for _ in range(2):
        p = changed(picture, "data-p", p)
    expect(card).to_contain_text("Neuron 1 of 512")
    expect(card).not_to_have_text(said)  # its sum follows, too
    picture.press("Enter")
    expect(page).to_have_url(re.compile(r"net_pins=0\.0"))
    changed(picture, "data-p", p)
    expect(card).to_contain_text("A: Neuron 1 of 512")
    button(page, "stop").click()
    expect(button(page, "train")).to_be_visible()
    expect(card).to_contain_text("A: Neuron 1 of 512")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_in_slow_motion_the_network_shows_phase_after_phase(open_page: OpenPage, motion: str) -> None:
    page = open_page(LONG)
    page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
    page.reload()
    settle(page)
    picture, now = page.locator(".picture"), page.locator(".batch-cards .now header")
    button(page, "slow").click()
    for flow, card in (
        ("loss", "2 Loss"),
        ("backward", "3 Gradient"),
        ("update", "4 Update"),
        ("forward", "1 Forward"),
    ):
        expect(picture).to_have_attribute("data-flow", flow)
        expect(now).to_contain_text(card)
    if motion == "reduce":  # a state stands still
        page.wait_for_timeout(100)
        frames = picture.get_attribute("data-frames")
        page.wait_for_timeout(200)
        assert picture.get_attribute("data-frames") == frames
        assert picture.get_attribute("data-flow") == "forward"
    button(page, "stop").click()
    expect(picture).to_have_attribute("data-flow", "still")


def test_a_while_without_network_loses_no_run(open_page: OpenPage) -> None:
    page = open_page(LONG)
    start_training(page)
    page.context.set_offline(True)
    page.wait_for_timeout(8_000)
    page.context.set_offline(False)
    expect(button(page, "pause")).to_be_visible()
    button(page, "pause").click()
    expect(page.get_by_text(BATCH)).to_be_visible()
    button(page, "stop").click()
    expect(page.get_by_text(re.compile(r"Stopped: 784-512.* after batch [\d,]+ of"))).to_be_visible()


def test_a_recipe_sets_all_controls_and_says_what_it_is_for(open_page: OpenPage) -> None:
    page = open_page("train")
    more_settings(page)
    expect(page.get_by_text("The network 784-256-10:")).to_be_visible()
    page.get_by_role("radio", name="Softmax regression").click()
    expect(page.get_by_text("The network 784-10:")).to_be_visible()
    page.get_by_role("radio", name="The course's network").click()
    expect(page.get_by_text("The network 784-128-10:")).to_be_visible()
    expect(page).to_have_url(re.compile("width=128"))
    slider = page.get_by_role("slider", name="Epochs")
    slider.focus()
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile("epochs=6"))
    pressed = page.get_by_role("radio", name="The course's network")
    expect(pressed).not_to_have_attribute("aria-checked", "true")


def test_a_run_is_watched_again_by_keys_alone_and_without_the_server(open_page: OpenPage) -> None:
    page = open_page("train?epochs=1&digits=generated", width=390)
    button(page, "train").click()
    expect(button(page, "let_it_read")).to_be_visible()
    page.goto(page.url.split("?")[0] + "?scene=6&digits=generated")
    player = page.locator(".replay")
    moment, play, says = player.get_by_role("slider"), player.get_by_role("button"), player.locator(".says")
    expect(says).to_contain_text("in epoch 1: training loss")
    expect(play).to_have_text("Play")  # it never plays by itself
    page.evaluate(
        """() => {
          window.messages = 0
          const send = WebSocket.prototype.send
          WebSocket.prototype.send = function (data) { window.messages += 1; return send.call(this, data) }
        }"""
    )
    last = moment.get_attribute("aria-valuetext")
    picture = "canvas => canvas.toDataURL()"
    at_end = player.locator("canvas").first.evaluate(picture)
    moment.focus()
    moment.press("Home")
    expect(moment).to_have_attribute("aria-valuetext", "before the first batch")
    expect(says).to_have_text("Before the first batch.")
    assert player.locator("canvas").first.evaluate(picture) != at_end
    play.focus()
    play.press("Enter")
    expect(play).to_have_text("Pause")
    expect(moment).to_have_attribute("aria-valuetext", last or "")
    expect(play).to_have_text("Play")
    assert player.locator("canvas").first.evaluate(picture) == at_end
    assert page.evaluate("window.messages") == 0
    for part in (play, moment):
        box = part.bounding_box()
        assert box is not None
        assert box["height"] >= 24
    assert player.evaluate("node => node.scrollWidth <= node.clientWidth")
