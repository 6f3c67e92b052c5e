"""How long a reader waits for the ten bars after lifting the pen, in a real Chromium with the mouse or a finger.

Needs the development tools and Chromium; nothing is downloaded.

    python benchmarks/drawing_speed.py
    python benchmarks/drawing_speed.py --strokes 60 --width 390
"""

import argparse
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from benchmarks.page_speed import fresh_server
from mnist_core.data.generated import STYLES
from tests.browser.conftest import QUIET, chromium

# In the page itself, because asking from outside would be timed too: when the pen was lifted, when the canvas sent
# its drawing to the server, when the sentence with the answer was another one, and when the bars were.
WATCH = """
() => {
  if (!window.times) {
    const send = WebSocket.prototype.send
    WebSocket.prototype.send = function (data) { window.times.sent ??= performance.now(); return send.call(this, data) }
  }
  const answer = () => document.querySelector("[class*=st-key-answer]")?.innerText
  const bars = () => document.querySelector("[data-testid=stVegaLiteChart] svg")?.outerHTML
  const before = { answer: answer(), bars: bars() }
  window.times = { sent: 0 }
  const lift = () => { window.times = { lifted: performance.now() } }
  addEventListener("pointerup", lift, { capture: true, once: true })
  const look = () => {
    const times = window.times
    if (times.lifted && answer() !== undefined && answer() !== before.answer) times.answer ??= performance.now()
    if (times.lifted && bars() !== undefined && bars() !== before.bars) times.bars ??= performance.now()
    if (!(times.answer && times.bars)) requestAnimationFrame(look)
  }
  look()
}
"""


def strokes(count: int) -> list[list[tuple[int, int]]]:
    """Digits of one stroke as paths on the canvas, ever other ones, so that each answer is another than the last."""
    forms = [form for style in STYLES for form in style.forms if "|" not in form]
    chosen = [forms[index * 37 % len(forms)] for index in range(count)]
    return [[_point(word) for word in form.replace("!", "").split()] for form in chosen]


def _point(word: str) -> tuple[int, int]:
    x, y = map(float, word.split(","))
    return round(60 + 1.6 * x), round(60 + 1.6 * y)


def draw(page: Page, path: list[tuple[int, int]]) -> dict[str, float]:
    """Draws one stroke on an empty canvas; returns milliseconds since the pen was lifted, by what happened then."""
    box = page.locator("[class*=st-key-canvas_] canvas").last.bounding_box()
    assert box is not None
    page.evaluate(WATCH)
    (x, y), *rest = [(box["x"] + x, box["y"] + y) for x, y in path]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    page.wait_for_function("window.times.answer && window.times.bars", timeout=60_000)
    times: dict[str, float] = page.evaluate("window.times")
    return {what: at - times["lifted"] for what, at in times.items() if what != "lifted"}


def main() -> None:
    """Prints medians and the slowest tenth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=40)
    parser.add_argument("--width", type=int, default=1280, help="of the window; 390 is a phone's")
    options = parser.parse_args()
    print(describe())
    with sync_playwright() as playwright, fresh_server() as address:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        page = browser.new_page(viewport={"width": options.width, "height": 1000})
        page.goto(f"{address}/draw")
        page.get_by_text("Draw on the black square").wait_for(timeout=60_000)
        page.wait_for_timeout(3_000)
        page.locator("[class*=st-key-canvas_] canvas").last.scroll_into_view_if_needed()
        found = []
        for path in strokes(options.strokes + 2):  # the first two load what the page had not needed yet
            found.append(draw(page, path))
            page.wait_for_timeout(300)
            page.locator(".st-key-clear button").click()
            page.get_by_text("Draw on the black square").wait_for(timeout=60_000)
            page.wait_for_timeout(300)
        browser.close()
    for what, name in (("sent", "the canvas sends the drawing"), ("answer", "the answer"), ("bars", "the ten bars")):
        times = sorted(each[what] for each in found[2:])
        median, slow = statistics.median(times), times[int(0.9 * len(times))]
        print(f"lifted pen to {name}: {median:.0f} ms (median of {len(times)}, one in ten above {slow:.0f})")


if __name__ == "__main__":
    main()
