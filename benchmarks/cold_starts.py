"""A class opens thirty different links within a second of the server's start: does each get its page?

Starts the app's server anew each time. Some of the visitors are tabs of a real Chromium, the others speak its protocol.
Who gets an error box, names of files in place of titles (even for a moment), another page than the one of their link,
or none within five minutes, counts as failed. Nobody reloads. Needs Chromium and the development tools; nothing is
downloaded. A server without MNIST on disk works on generated digits.

    python benchmarks/cold_starts.py --starts 50
    python benchmarks/cold_starts.py --app FOLDER       another version of the app
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from playwright.sync_api import Page, TimeoutError, expect, sync_playwright

from benchmarks.machine import describe
from benchmarks.visitor import Opened, open_link
from tests.browser.conftest import QUIET, chromium, serving
from tests.conftest import PROJECT
from ui.frame import course

VISITORS = 30
PATIENCE = 300.0  # seconds
COME = "([to, after]) => { setTimeout(() => { location.href = to }, after) }"
# Notes what should never be seen, even if it goes again.
WATCH = """
window.seen = []
const wrong = '[data-testid=stException], [data-testid=stSidebarNav], [data-testid=stDialog], ' +
  '[data-testid=stAlertContentError]'
new MutationObserver(() => {
  for (const node of document.querySelectorAll(wrong)) {
    const said = node.textContent.slice(0, 80)
    if (!window.seen.includes(said)) window.seen.push(said)
  }
}).observe(document, {subtree: true, childList: true})
"""


def links() -> list[str]:
    """Thirty different ones: every page, and second scenes of some."""
    stems = ["" if lesson is course.WELCOME else lesson.stem for lesson in course.LESSONS]
    return [*stems, *(f"{stem}?scene=2" for stem in stems)][:VISITORS]


def title_of(link: str) -> str:
    """What stands above the page of a link."""
    stem = link.partition("?")[0]
    return course.lesson_of(stem).title if stem else course.TITLE


def wrong_by_protocol(link: str, opened: Opened | BaseException) -> str:
    """What is wrong with what a visitor saw, or nothing."""
    if isinstance(opened, BaseException):
        return f"{type(opened).__name__} {opened}"
    if opened.errors:
        return opened.errors[0]
    if not opened.menus or any(menu[0] != course.WELCOME.title for menu in opened.menus):
        return f"the menu was {opened.menus}"
    return "" if opened.title == title_of(link) else f"the page is {opened.title}"


def wrong_in_chromium(link: str, page: Page) -> str:
    """What is wrong with what stands in a tab, or nothing."""
    try:
        expect(page.locator("h1").first).to_have_text(title_of(link), timeout=1_000 * PATIENCE)
        expect(page.get_by_test_id("stTopNavSection").first).to_be_visible(timeout=1_000 * PATIENCE)
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=1_000 * PATIENCE)
    except (AssertionError, TimeoutError) as error:
        return str(error).splitlines()[0]
    return "; ".join(page.evaluate("window.seen"))


async def by_protocol(address: str, visits: list[tuple[str, float]]) -> list[Opened | BaseException]:
    """What each of some visitors saw, or why they did not."""
    all_of_them = (open_link(address, link, after, PATIENCE) for link, after in visits)
    return await asyncio.gather(*all_of_them, return_exceptions=True)


def start(address: str, pages: list[Page], chance: random.Random) -> tuple[list[str], float]:
    """Lets all come; returns what was wrong, and the seconds until the last had its page."""
    visits = [(link, chance.random()) for link in chance.sample(links(), VISITORS)]
    in_tabs, others = visits[: len(pages)], visits[len(pages) :]
    started = time.perf_counter()
    for (link, after), page in zip(in_tabs, pages, strict=True):
        page.evaluate(COME, [f"{address}/{link}", 1_000 * after])
    with ThreadPoolExecutor(1) as thread:  # this one has Playwright's loop
        coming = thread.submit(asyncio.run, by_protocol(address, others))
        found = [(link, wrong_in_chromium(link, page)) for (link, _), page in zip(in_tabs, pages, strict=True)]
        found += [
            (link, wrong_by_protocol(link, seen)) for (link, _), seen in zip(others, coming.result(), strict=True)
        ]
    return [f"/{link}: {said}" for link, said in found if said], time.perf_counter() - started


def one_start(app: Path, tabs: int, chance: random.Random) -> tuple[list[str], float, float]:
    """Starts a server and lets all come; as ``start``, and the seconds in which the server stopped."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as nothing:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        pages = [browser.new_page() for _ in range(tabs)]
        for page in pages:
            page.add_init_script(WATCH)
        with serving(Path(nothing), app) as address:
            wrong, took = start(address, pages, chance)
            ended = time.perf_counter()
        stopped = time.perf_counter() - ended
        browser.close()
    return wrong, took, stopped


def main() -> None:
    """Prints a line for each start, and how many visitors failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--tabs", type=int, default=8, help="of the thirty visitors, those in a real Chromium")
    parser.add_argument("--seed", type=int, default=0, help="of who comes when")
    parser.add_argument("--app", type=Path, default=PROJECT, help="the folder of the app to start")
    options = parser.parse_args()
    print(f"{describe()}\n{VISITORS} visitors, {options.tabs} of them in Chromium", flush=True)
    failed, seconds = [], []
    for number in range(options.starts):
        wrong, took, stopped = one_start(
            options.app.resolve(), options.tabs, random.Random(1_000 * options.seed + number)
        )
        failed.append(len(wrong))
        seconds.append(took)
        print(f"start {number + 1}: {len(wrong)} failed; last page after {took:.0f} s; stopped in {stopped:.1f} s")
        print("".join(f"  {each}\n" for each in wrong), end="", flush=True)
    print(
        f"{options.starts} starts, {sum(map(bool, failed))} with failures; {sum(failed)} of "
        f"{options.starts * VISITORS} visitors failed; last page after {statistics.median(seconds):.0f} s (median)"
    )


if __name__ == "__main__":
    main()
