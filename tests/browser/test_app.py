"""What only a browser shows: the main job from the first click to the digit read, and how the pages look."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import go_to, serving, settle
from tests.conftest import PROJECT

OpenPage = Callable[..., Page]
PAGES = ["", *sorted(path.stem for path in (PROJECT / "lessons").glob("*.py") if path.stem != "welcome")]
CHART = "[data-testid=stVegaLiteChart]"


LONG = "train?epochs=20&batch_size=8&layers=3&width=512"  # a run that outlasts whatever a test does meanwhile
LONG_LABEL = "784-512-512-512-10"


def start_training(page: Page) -> None:
    train = page.locator(".st-key-train button")
    expect(train).to_be_enabled()
    train.click()
    expect(page.locator(".st-key-stop button")).to_be_visible()


def test_train_from_the_page_to_the_end_and_read_a_drawn_one(open_page: OpenPage) -> None:
    page = open_page("train")
    start_training(page)
    expect(page.get_by_text(re.compile(r"Trained in [\d.]+ s, validation accuracy \d"))).to_be_visible()
    expect(page.locator(CHART)).to_have_count(2)

    page.get_by_role("button", name="Let it read my drawing").click()
    expect(page.get_by_text(re.compile("Reads: Your network 1: 784-256-10")).first).to_be_visible()
    draw(page, [(140, 50), (138, 140), (136, 230)])
    expect(page.get_by_text(re.compile(r"This is a 1"))).to_be_visible()


def draw(page: Page, points: list[tuple[int, int]]) -> None:
    settle(page)
    canvas = page.locator("[class*=st-key-canvas_] canvas").last
    canvas.evaluate("node => node.scrollIntoView({ block: 'center' })")  # not under the page's header
    stroke(page, points)


def stroke(page: Page, points: list[tuple[int, int]]) -> None:
    """As ``draw``, without waiting for the page to stand still."""
    box = page.locator("[class*=st-key-canvas_] canvas").last.bounding_box()
    assert box is not None
    (x, y), *rest = [(box["x"] + x, box["y"] + y) for x, y in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def test_the_shipped_network_reads_a_seven_at_once(open_page: OpenPage) -> None:
    page = open_page("")
    says = page.locator(".network .says")  # once more below, for those who hear the page
    expect(says).to_contain_text("Draw on the black square")
    draw(page, [(80, 70), (200, 70), (120, 220)])
    expect(says).to_contain_text("This is a 7")
    page.get_by_role("button", name="Clear").click()
    expect(says).to_contain_text("Draw on the black square")


def test_a_sample_is_read_on_a_click_and_clears_the_canvas(open_page: OpenPage) -> None:
    page = open_page("draw?scene=4", width=390)
    page.get_by_role("button", name="Sample: a 3").click()
    expect(page.get_by_text(re.compile(r"This is a 3"))).to_be_visible()
    draw(page, [(140, 50), (138, 140), (136, 230)])
    expect(page.get_by_text(re.compile(r"This is a 1"))).to_be_visible()


def test_stop_stops_and_keeps_what_was_learned(open_page: OpenPage) -> None:
    page = open_page(LONG)
    start_training(page)
    expect(page.locator(CHART).first).to_be_visible()
    page.locator(".st-key-stop button").click()
    expect(page.get_by_text(re.compile(f"Stopped: {LONG_LABEL}"))).to_be_visible()
    expect(page.locator(".st-key-train button")).to_be_visible()
    expect(page.get_by_text("It keeps what it has learned.")).to_be_visible()


def test_training_survives_a_reload_and_a_page_switch_and_is_no_one_elses(open_page: OpenPage) -> None:
    page = open_page(LONG)
    start_training(page)
    page.reload()
    expect(page.locator(".st-key-stop button")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Batch [\d,]+ of [\d,]+"))).to_be_visible()

    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_text(re.compile("training: "))).to_be_visible()
    go_to(page, "It learns", "Train a network")
    expect(page.locator(".st-key-stop button")).to_be_visible()

    someone_else = open_page("train")
    expect(someone_else.locator(".st-key-train button")).to_be_visible()
    expect(someone_else.get_by_text("Not a single image learned yet.")).to_be_visible()
    page.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-train button")).to_be_visible()


def test_a_live_curve_is_not_drawn_anew(open_page: OpenPage) -> None:
    page = open_page(LONG)
    start_training(page)
    drawing = page.locator(f"{CHART} canvas, {CHART} svg").first
    expect(drawing).to_be_visible()
    drawing.evaluate("node => { node.dataset.mark = 'the same' }")
    batch = page.get_by_text(re.compile(r"^Batch [\d,]+ of [\d,]+"))
    for _ in range(4):  # it has been drawn with new points so often
        expect(batch).not_to_have_text(batch.inner_text())
    expect(page.locator(".st-key-stop button")).to_be_visible()
    expect(page.locator(f"{CHART} canvas, {CHART} svg").first).to_have_attribute("data-mark", "the same")
    page.locator(".st-key-stop button").click()
    expect(page.locator(".st-key-train button")).to_be_visible()


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 22, 27)")])
def test_a_page_has_the_colours_the_reader_prefers(open_page: OpenPage, scheme: str, paper: str) -> None:
    page = open_page("train", scheme=scheme)
    settle(page)
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == paper


@pytest.mark.parametrize("path", ["cross_entropy", "train"])
def test_a_page_that_wakes_the_server_comes_with_all_around_it(browser: Browser, tmp_path: Path, path: str) -> None:
    with serving(tmp_path) as address:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{address}/{path}")
        expect(page.get_by_text("Ready-made network").first).to_be_visible()
        expect(page.get_by_test_id("stTopNavSection").filter(has_text="Look back")).to_be_visible()
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        page.close()
