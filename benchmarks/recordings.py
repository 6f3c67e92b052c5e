"""Short films of the network as the picture in use, and a screenshot of each: in a window and on a phone.

Needs the development tools and Chromium; nothing is downloaded. MNIST is used if it is on disk (MNIST_DATA_DIR, else
data/).

    python benchmarks/recordings.py FOLDER
    python benchmarks/recordings.py FOLDER --only first_page training
"""

import argparse
import io
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.first_sight import WINDOWS, opened
from mnist_core.data.mnist import default_root
from tests.browser.conftest import QUIET, chromium, serving, settle

Steps = Iterator[None]  # what is done on a page, with a picture taken after each step
SEVEN = [(85, 75), (195, 70), (160, 140), (130, 220)]
ONE = [(150, 60), (140, 140), (135, 220)]
BAR = [(70, 75), (150, 60)]
PIECES = 4  # pictures from one point of a stroke to the next
REST = 12  # pictures of what moves by itself
MOST_WAIT_S = 0.4  # between two pictures of a film, however long the machine took


def draw(page: Page, points: list[tuple[int, int]]) -> Steps:
    """A stroke."""
    canvas = page.locator("[class*=st-key-canvas_] canvas").last
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    places = [(box["x"] + x, box["y"] + y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for (x, y), (to_x, to_y) in zip(places, places[1:], strict=False):
        for piece in range(1, PIECES + 1):
            page.mouse.move(x + piece / PIECES * (to_x - x), y + piece / PIECES * (to_y - y))
            yield
    page.mouse.up()
    yield from rest(page, 4)


def rest(page: Page, pictures: int = REST) -> Steps:
    """What moves by itself."""
    for _ in range(pictures):
        page.wait_for_timeout(100)
        yield


def point(page: Page) -> Steps:
    """The arrow keys go from neuron to neuron; two are pinned."""
    picture = page.locator(".network .picture").first
    picture.scroll_into_view_if_needed()
    picture.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Enter", "ArrowDown", "ArrowDown", "Enter", "ArrowRight"):
        page.keyboard.press(key)
        yield from rest(page, 3)


def seven(page: Page) -> Steps:
    """A 7 is drawn."""
    yield from draw(page, SEVEN)


def playback(page: Page) -> Steps:
    """A 1 becomes a 7, and is played back."""
    yield from draw(page, ONE)
    yield from draw(page, BAR)
    settle(page)
    button = page.locator(".network .playback button")
    button.scroll_into_view_if_needed()
    button.click()
    yield from rest(page, 2 * REST)


def neurons(page: Page) -> Steps:
    """Neurons are pointed at and pinned."""
    yield from rest(page, 2)
    yield from point(page)


def training(page: Page) -> Steps:
    """A network learns."""
    page.locator(".st-key-train button").click()
    yield from rest(page, 3 * REST)


def step(page: Page) -> Steps:
    """The four moves of a training step, one after another."""
    for _ in range(4):
        page.locator(".st-key-step_next button").click()
        yield from rest(page)


USES: dict[str, tuple[str, Callable[[Page], Steps]]] = {
    "first_page": ("", seven),
    "draw": ("draw?scene=4", seven),
    "playback": ("draw?scene=5", playback),
    "network": ("network?scene=5", neurons),
    "evidence": ("evidence?scene=4", neurons),
    "training": ("train", training),
    "step": ("step?scene=4", step),
}


def record(page: Page, steps: Steps, stem: Path) -> None:
    """Takes a picture after each step; writes them as a film, as fast as it was, and the last as a screenshot."""
    pictures, taken = [], []
    settle(page)
    for _ in steps:
        pictures.append(Image.open(io.BytesIO(page.screenshot(type="jpeg", quality=85))))
        taken.append(time.perf_counter())
    waits = [min(MOST_WAIT_S, later - earlier) for earlier, later in zip(taken, taken[1:], strict=False)]
    lasts = [round(1_000 * wait) for wait in (*waits, 2.0)]
    pictures[0].save(f"{stem}.webp", save_all=True, append_images=pictures[1:], duration=lasts, loop=0, quality=70)
    settle(page)
    page.screenshot(path=f"{stem}.png")


def main() -> None:
    """Records all uses in both windows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where films (WebP) and screenshots (PNG) are written")
    parser.add_argument("--only", nargs="+", choices=USES, default=list(USES))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, serving(default_root()) as server:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        for width, height in WINDOWS.items():
            context = browser.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
            for name in options.only:
                path, use = USES[name]
                with opened(context, f"{server}/{path}") as page:
                    record(page, use(page), options.folder / f"{name}-{width}")
                print(f"{name} at {width}", flush=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
