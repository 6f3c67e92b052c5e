"""How long the softmax explorer takes to follow a drag, in a real Chromium: alone, and while a network trains.

Needs the development tools and Chromium; nothing is downloaded.

    python benchmarks/explorer_speed.py
"""

import argparse
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from benchmarks.page_speed import fresh_server
from tests.browser.conftest import QUIET, chromium

# Notes for each pointer move how long it took until the new probabilities were painted. The time runs from when the
# browser got the move. The frame's callback comes just before its painting, the message just after.
WATCH = """
(explorer) => {
  window.waits = []
  const numbers = () => [...explorer.querySelectorAll(".p .number")].map((number) => number.textContent).join()
  explorer.addEventListener("pointermove", (event) => {
    const before = numbers()
    requestAnimationFrame(() => {
      if (numbers() === before) return
      const painted = new MessageChannel()
      painted.port1.onmessage = () => window.waits.push(performance.now() - event.timeStamp)
      painted.port2.postMessage(null)
    })
  }, { capture: true })
}
"""
PLACES = (0.6, 0.75, 0.9, 0.7, 0.5, 0.65, 0.8, 0.55)  # along a bar, one after the other
SETTLING_MS = 5_000  # after the first figure: what Streamlit still loads is not the explorer's
BETWEEN_MS = 40
LIMIT_MS = 100
# From one drag to the next. The server hears of what was dragged after a second of rest: the last three rests let its
# answer meet the next drag.
RESTS_MS = (0, 100, 200, 300, 400, 600, 800, 1_000, 1_100, 1_200)


def following(browser: Browser, address: str, rounds: int) -> list[float]:
    """Milliseconds from each move of a drag to the painted numbers; every bar is dragged and let go in each round."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(f"{address}/softmax")
    page.locator(".explorer .foot").wait_for(timeout=60_000)
    page.wait_for_timeout(SETTLING_MS)
    page.locator(".explorer").evaluate(WATCH)
    for _ in range(rounds):
        for bar, rest in zip(page.get_by_role("slider", name="Score of the").all(), RESTS_MS, strict=True):
            drag(page, bar)
            page.wait_for_timeout(rest)
    page.wait_for_timeout(500)
    waits: list[float] = page.evaluate("window.waits")
    page.close()
    return waits


def drag(page: Page, bar: Locator) -> None:
    """Takes a bar to one place after another."""
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for place in PLACES:
        page.mouse.move(box["x"] + box["width"] * place, y)
        page.wait_for_timeout(BETWEEN_MS)
    page.mouse.up()


def start_training(browser: Browser, address: str) -> Page:
    """Someone else's training, long enough for the measurement."""
    page = browser.new_page()
    page.goto(f"{address}/train?hide=ask_train&epochs=20&batch_size=8&layers=3&width=256")
    page.locator(".st-key-train button").click(timeout=60_000)
    page.locator(".st-key-stop button").wait_for(timeout=60_000)
    return page


def report(what: str, waits: list[float]) -> None:
    """Prints a line."""
    middle, worst = statistics.median(waits), max(waits)
    late = sum(wait > LIMIT_MS for wait in waits)
    print(f"{what}: {middle:.1f} ms (median of {len(waits)} moves, worst {worst:.1f}; above {LIMIT_MS}: {late})")


def main() -> None:
    """Prints all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    rounds = parser.parse_args().rounds
    print(describe())
    with sync_playwright() as playwright, fresh_server() as address:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        report("move to painted numbers, server idle", following(browser, address, rounds))
        training = start_training(browser, address)
        report("move to painted numbers, a network training on the server", following(browser, address, rounds))
        is_still_training = training.locator(".st-key-stop button").is_visible()
        print("It trained all the time." if is_still_training else "It was done before the last move.")
        browser.close()


if __name__ == "__main__":
    main()
