"""How soon the picture of the network follows the pen, and how soon the server answers, in a real Chromium.

While the pen moves, the browser reads by itself; when it is lifted, the server's own answer takes over. Measured alone
and while another visitor's network trains on the server, which shares the machine with the browser. Needs the
development tools and Chromium; nothing is downloaded.

    python benchmarks/drawing_speed.py
    python benchmarks/drawing_speed.py --strokes 60 --width 390 --path draw
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.explorer_speed import start_training
from benchmarks.machine import describe
from benchmarks.page_speed import fresh_server
from mnist_core.data.styles import STYLES
from tests.browser.conftest import QUIET, chromium

# In the page itself, because asking from outside would be timed too. A move is painted once the network has been read
# anew and the picture drawn after that: a message sent from there comes when the browser has painted. A lifted pen is
# answered once the words are no longer those of what is read so far.
WATCH = """
(picture) => {
  const says = picture.closest(".network").querySelector(".says")
  const times = (window.times = { moves: [], sent: [], answers: [] })
  let [moved, read, lifted, before, isSent] = [[], [], null, picture.dataset.read, false]
  const painted = (then) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = then
    port2.postMessage(null)
  }
  let isPen = false // else a button is pressed
  addEventListener("mousedown", (event) => {
    lifted = null
    isPen = event.composedPath().some((node) => node.tagName === "CANVAS")
  }, true)
  addEventListener("mousemove", (event) => event.buttons && moved.push(event.timeStamp), true)
  addEventListener("mouseup", (event) => {
    if (isPen) [moved, lifted, isSent] = [[], event.timeStamp, false]
  }, true)
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (data) {
    if (isPen && lifted && !isSent) times.sent.push(performance.now() - lifted)
    isSent = true
    return send.call(this, data)
  }
  new MutationObserver(() => {
    if (picture.dataset.read !== before) read.push(...moved) // else there is nothing to paint
    before = picture.dataset.read
    moved = []
  }).observe(picture, { attributeFilter: ["data-read"] })
  new MutationObserver(() => {
    const drawn = read
    read = []
    if (drawn.length) painted(() => drawn.forEach((at) => times.moves.push(performance.now() - at)))
  }).observe(picture, { attributeFilter: ["data-frames"] })
  new MutationObserver(() => {
    if (lifted === null || says.classList.contains("so-far")) return
    const at = lifted
    lifted = null
    requestAnimationFrame(() => painted(() => times.answers.push(performance.now() - at)))
  }).observe(says, { attributeFilter: ["class"] })
}
"""
BETWEEN_MS = 12  # from one move to the next: as often as a mouse tells
PIECES = 6  # moves from one point of a stroke to the next
FRAMES_S = 5.0  # seconds of drawing without a rest, in which frames are counted
CIRCLE = [(140, 50), (200, 80), (220, 140), (190, 210), (130, 225), (75, 180), (65, 110), (100, 60)]


def strokes(count: int) -> list[list[tuple[int, int]]]:
    """Digits of one stroke as paths on the canvas, ever other ones, so that each answer is another than the last."""
    forms = [form for style in STYLES for form in style.forms if "|" not in form]
    chosen = [forms[index * 37 % len(forms)] for index in range(count)]
    return [[_point(word) for word in form.replace("!", "").split()] for form in chosen]


def _point(word: str) -> tuple[int, int]:
    x, y = map(float, word.split(","))
    return round(60 + 1.6 * x), round(60 + 1.6 * y)


class Pen:
    """A mouse on the canvas of a page.

    Args:
        page: It has a canvas, and a network that follows it.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._at = (0.0, 0.0)
        self._canvas = page.locator("[class*=st-key-canvas_] canvas").last
        self._says = page.locator(".network .says")

    def begin(self, x: float, y: float) -> None:
        """Sets the pen down."""
        box = self._canvas.bounding_box()
        assert box is not None
        self._corner = box["x"], box["y"]
        self._move(x, y)
        self._page.mouse.down()

    def draw_to(self, x: float, y: float) -> None:
        """Moves it, as fast as a hand does."""
        from_x, from_y = self._at
        for piece in range(1, PIECES + 1):
            part = piece / PIECES
            self._move(from_x + part * (x - from_x), from_y + part * (y - from_y))
            time.sleep(BETWEEN_MS / 1_000)

    def lift(self) -> None:
        """Lifts it, and waits for the server's answer."""
        self._page.mouse.up()
        self._page.wait_for_function(
            "says => !says.classList.contains('so-far')", arg=self._says.element_handle(), timeout=60_000
        )

    def clear(self) -> None:
        """Empties the canvas."""
        self._page.wait_for_timeout(300)
        self._page.locator(".st-key-clear button").click()
        self._says.get_by_text("Draw").first.wait_for(timeout=60_000)
        self._page.wait_for_timeout(500)

    def _move(self, x: float, y: float) -> None:
        self._at = x, y
        self._page.mouse.move(self._corner[0] + x, self._corner[1] + y)


def following(browser: Browser, address: str, width: int, paths: list[list[tuple[int, int]]]) -> dict[str, list[float]]:
    """Draws one stroke after another, each on an empty canvas, and then without a rest.

    Returns:
        Milliseconds from each move to the painted picture (``moves``), and from each lifted pen to what was sent
        (``sent``) and to the painted answer (``answers``); and ``frames``, how often the picture was drawn in a second.
    """
    page = browser.new_page(viewport={"width": width, "height": 720 if width > 500 else 844})
    page.goto(address)
    page.locator(".network .picture").wait_for(timeout=60_000)
    page.locator("[class*=st-key-canvas_] canvas").last.wait_for(timeout=60_000)
    page.wait_for_timeout(5_000)  # what Streamlit still loads is not the picture's
    page.locator("[class*=st-key-canvas_] canvas").last.scroll_into_view_if_needed()
    pen = Pen(page)
    for number, path in enumerate(paths):
        if number == 2:  # the first two load what the page had not needed yet
            page.locator(".network .picture").evaluate(WATCH)
        pen.begin(*path[0])
        for point in path[1:]:
            pen.draw_to(*point)
        pen.lift()
        pen.clear()
    times: dict[str, list[float]] = page.evaluate("window.times")
    times["frames"] = [frames_a_second(page, pen)]
    page.close()
    return times


def frames_a_second(page: Page, pen: Pen) -> float:
    """How often the picture is drawn while the pen never rests."""
    pen.begin(*CIRCLE[0])
    drawn = "node => [Number(node.dataset.frames), performance.now()]"
    before, began = page.locator(".network .picture").evaluate(drawn)
    rounds, number = time.perf_counter() + FRAMES_S, 1
    while time.perf_counter() < rounds:
        pen.draw_to(*CIRCLE[number % len(CIRCLE)])
        number += 1
    after, ended = page.locator(".network .picture").evaluate(drawn)
    pen.lift()
    return float(1_000 * (after - before) / (ended - began))


def report(when: str, times: dict[str, list[float]]) -> None:
    """Prints a line for each figure."""
    for what, name in (
        ("moves", "pen moved to picture painted"),
        ("sent", "pen lifted to drawing sent"),
        ("answers", "pen lifted to the server's answer painted"),
    ):
        found = sorted(times[what])
        median, slow = statistics.median(found), found[int(0.95 * len(found))]
        print(f"{when}, {name}: {median:.0f} ms (median of {len(found)}; 95 % within {slow:.0f})")
    print(f"{when}, frames a second while the pen moves: {times['frames'][0]:.0f}", flush=True)


def main() -> None:
    """Prints all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=20)
    parser.add_argument("--width", type=int, nargs="+", default=[1280, 390], help="of the window; 390 is a phone's")
    parser.add_argument("--path", default="", help="of the page, such as draw; the first page")
    options = parser.parse_args()
    paths = strokes(options.strokes + 2)
    print(describe())
    with sync_playwright() as playwright, fresh_server() as server:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        address = f"{server}/{options.path}"
        for width in options.width:
            report(f"{width} wide, alone", following(browser, address, width, paths))
        training = start_training(browser, server)
        for width in options.width:
            report(f"{width} wide, another trains", following(browser, address, width, paths))
        is_still_training = training.locator(".st-key-stop button").is_visible()
        print("It trained all the time." if is_still_training else "It was done before the last stroke.")
        browser.close()


if __name__ == "__main__":
    main()
