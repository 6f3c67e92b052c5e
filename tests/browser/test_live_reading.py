"""A stroke is read in the browser while it is drawn, and by the server when the pen is lifted."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import go_to, settle
from tests.browser.test_app import OpenPage, stroke
from tests.browser.test_draw import stroke_with_a_finger
from tests.browser.test_late_answers import Line

Path = list[tuple[int, int]]
ONE: Path = [(140, 50), (138, 230)]
SEVEN: Path = [(80, 70), (200, 70), (120, 220)]
ZERO: Path = [(140, 50), (80, 110), (85, 180), (140, 230), (195, 180), (200, 110), (140, 50)]
TWO: Path = [(80, 100), (110, 60), (170, 60), (190, 110), (80, 220), (210, 218)]
BAR: Path = [(60, 60), (220, 60)]
CORNERS: list[Path] = [[(2, 60), (30, 30), (60, 2)], [(278, 200), (250, 240), (190, 278)]]  # with the pen half outside
SO_FAR = re.compile("so-far")  # the class of what the browser says by itself


def picture(page: Page) -> Locator:
    return page.locator(".network .picture")


def shares(page: Page, name: str = "p") -> list[float]:
    """The ten probabilities that are shown; or ``read``: those that the browser itself found last. None while blank."""
    told: str = picture(page).evaluate("(node, name) => node.dataset[name] ?? ''", name)
    return [float(share) for share in told.split(",") if share]


def ready(page: Page) -> None:
    """Waits until the canvas takes strokes and the weights are there."""
    expect(picture(page)).to_be_visible()
    settle(page)
    page.locator("[class*=st-key-canvas_] canvas").last.scroll_into_view_if_needed()


def answered(page: Page, points: Path) -> list[float]:
    """Draws a stroke; returns what the server says of it, once it has."""
    press(page, points)
    expect(page.locator(".network .says")).to_have_class(SO_FAR)
    page.mouse.up()
    return answer(page)


def answer(page: Page) -> list[float]:
    """What the server says of what the browser has read, once it has."""
    expect(page.locator(".network .says")).not_to_have_class(SO_FAR)
    return shares(page)


def expect_answer(page: Page, digit: int) -> None:
    expect(page.locator(".network .says .small")).to_contain_text(f"This is a {digit}:")


def clear(page: Page) -> None:
    page.locator(".st-key-clear button").click()
    expect(page.locator(".network .says .small")).to_contain_text("Draw on the black square")
    settle(page)


def press(page: Page, points: Path) -> None:
    """A stroke whose pen is not lifted."""
    box = page.locator("[class*=st-key-canvas_] canvas").last.bounding_box()
    assert box is not None
    (x, y), *rest = [(box["x"] + x, box["y"] + y) for x, y in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=8)


def in_full(p: list[float]) -> str:
    return ",".join(f"{share:.6f}" for share in p)


def moves_on(page: Page, before: list[float]) -> list[float]:
    """Waits until other probabilities are shown than before; returns them."""
    expect(picture(page)).not_to_have_attribute("data-p", in_full(before))
    return shares(page)


@pytest.mark.parametrize("brush", [8, 30])
def test_what_the_browser_reads_is_what_the_server_answers(open_page: OpenPage, brush: int) -> None:
    page = open_page(f"?brush={brush}")
    ready(page)
    for strokes in ([ZERO], [TWO, BAR], [CORNERS[0]], CORNERS):
        for points in strokes:
            said = answered(page, points)
        read = shares(page, "read")
        assert sum(said) == pytest.approx(1, abs=1e-4)
        assert read == pytest.approx(said, abs=0.001), strokes
        clear(page)


def test_a_finger_is_read_as_the_server_reads_it(open_page: OpenPage) -> None:
    page = open_page("", width=390)
    ready(page)
    bar, stem = [(x, 70) for x in range(80, 201, 20)], [(200 - x, 70 + 2 * x) for x in range(10, 81, 10)]
    stroke_with_a_finger(page, bar + stem)
    expect_answer(page, 7)
    assert shares(page, "read") == pytest.approx(answer(page), abs=0.001)


def test_the_bars_move_while_the_pen_does_before_anything_is_sent(open_page: OpenPage) -> None:
    page = open_page()
    ready(page)
    assert shares(page) == []
    page.evaluate("""() => {
      const send = WebSocket.prototype.send
      window.sent = 0
      WebSocket.prototype.send = function (data) { window.sent += 1; return send.call(this, data) }
    }""")
    press(page, BAR)
    bar = moves_on(page, [])
    box = page.locator("[class*=st-key-canvas_] canvas").last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 120, box["y"] + 220, steps=12)
    expect(page.locator(".network .says .large")).to_have_text("7")
    seven = moves_on(page, bar)
    assert max(seven) == seven[7]
    assert page.evaluate("window.sent") == 0
    page.mouse.up()
    expect_answer(page, 7)
    assert page.evaluate("window.sent") > 0


def test_weights_come_once_and_to_everyone_from_one_address(open_page: OpenPage) -> None:
    page = open_page()
    ready(page)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if request.resource_type == "fetch" else None)
    page.reload()
    ready(page)
    for points in (SEVEN, BAR):
        answered(page, points)
    clear(page)
    go_to(page, "Look back", "All symbols")
    expect(page.locator("h1").first).to_have_text("All symbols")
    page.go_back()
    ready(page)
    answered(page, ONE)
    weights = [url for url in fetched if "/media/" in url]
    assert len(weights) == 1

    someone_else = open_page()
    asked: list[str] = []
    someone_else.on("request", lambda request: asked.append(request.url) if request.resource_type == "fetch" else None)
    someone_else.reload()
    ready(someone_else)
    assert [url for url in asked if "/media/" in url] == weights


def test_a_late_answer_does_not_take_the_place_of_the_next_stroke(open_page: OpenPage) -> None:
    page = open_page()
    line = Line(page)
    ready(page)
    line.act_unanswered(lambda: stroke(page, ONE), lambda: press(page, BAR))
    expect(page.locator(".network .says")).to_have_class(SO_FAR)
    assert shares(page) == shares(page, "read")  # of both strokes, and not the server's answer to the first
    page.mouse.up()
    said = answer(page)
    assert shares(page, "read") == pytest.approx(said, abs=0.001)


def test_clear_and_undo_show_what_the_server_knows(open_page: OpenPage) -> None:
    page = open_page()
    ready(page)
    seven = answered(page, SEVEN)
    assert answered(page, BAR) != seven
    page.locator(".st-key-undo button").click()
    expect(picture(page)).to_have_attribute("data-p", in_full(seven))
    expect_answer(page, 7)
    clear(page)
    assert shares(page) == []


def test_without_a_connection_the_bars_still_move(open_page: OpenPage) -> None:
    page = open_page()
    ready(page)
    page.context.set_offline(True)
    press(page, SEVEN)
    expect(page.locator(".network .says .large")).to_have_text("7")
    read = moves_on(page, [])
    assert max(read) == read[7]
    page.context.set_offline(False)
    page.mouse.up()
    assert shares(page, "read") == pytest.approx(answer(page), abs=0.001)


def test_without_weights_the_server_alone_answers(open_page: OpenPage) -> None:
    page = open_page()
    page.route("**/media/**", lambda route: route.abort())
    page.reload()
    ready(page)
    press(page, SEVEN)
    assert shares(page) == []
    page.mouse.up()
    expect_answer(page, 7)
    said = answer(page)
    assert max(said) == said[7]
    assert shares(page, "read") == []
