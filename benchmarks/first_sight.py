"""What a reader meets: every scene of every page in a real Chromium, in a window and on a phone, light and dark.

Says as a Markdown table which scenes stand on one screen, how much there is to read, which controls do nothing, what
axe finds, where the parts of a training stand, and how soon the first page answers. Needs the development tools and
Chromium; nothing is downloaded. MNIST is used if it is on disk (MNIST_DATA_DIR, else data/).

    python benchmarks/first_sight.py
    python benchmarks/first_sight.py softmax train --all
    python benchmarks/first_sight.py --shots FOLDER
    python benchmarks/first_sight.py --app FOLDER      another version of the app, such as one from before
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks import scenes
from benchmarks.machine import describe
from benchmarks.scenes import Fault, Sight
from mnist_core.data.mnist import default_root
from tests.browser.conftest import QUIET, chromium, note_requests, serving, settle
from tests.conftest import PROJECT

WINDOWS = {1280: 720, 390: 844}  # width and height; the second is a phone's
SCHEMES = ("light", "dark")
MOST_WORDS = 120


@dataclass(frozen=True)
class Met:
    """A scene as it was met in one window.

    Attributes:
        page: The name of its page's file.
        scene: From 1.
        width: Of the window.
        sights: As it opens, and once its questions are answered.
        tried: How many controls were moved while a question waited for its answer.
        idle: The labels of those that did nothing.
        faults: What axe found with all opened, by scheme.
    """

    page: str
    scene: int
    width: int
    sights: tuple[Sight, ...]
    tried: int
    idle: list[str]
    faults: dict[str, list[Fault]]

    @property
    def fits(self) -> bool:
        """Whether the stage stands on one screen, before and after the answer."""
        return all(each.fits_after_swipe if self.width < 500 else each.fits for each in self.sights)

    @property
    def words(self) -> int:
        """The most there is to read before anything is opened."""
        return max(each.words for each in self.sights)

    @property
    def place(self) -> str:
        """The name of the scene in a table."""
        return f"{self.page} {self.scene}"

    def count(self, scheme: str, *, streamlits: bool) -> int:
        """How many nodes axe objects to: ours, or Streamlit's own."""
        return sum(fault.is_streamlits == streamlits for fault in self.faults[scheme])


@contextmanager
def opened(context: BrowserContext, address: str) -> Iterator[Page]:
    """A page in a tab of its own, so that it is a new visitor's."""
    page = context.new_page()
    page.set_default_timeout(60_000)
    note_requests(page)
    page.emulate_media(color_scheme="light")
    page.goto(address)
    yield page
    page.close()


def met(context: BrowserContext, server: str, name: str, scene: int, width: int, shots: Path | None) -> Met:
    """Measures one scene in one window."""
    address = f"{server}/{scenes.address(name, scene)}"
    stem = shots / f"{name}-{scene}-{width}" if shots else None
    tried = 0
    idle: list[str] = []
    if width > 500:
        with opened(context, address) as page:
            settle(page)
            if scenes.is_asked(page):
                tried, idle = scenes.without_effect(page)
    with opened(context, address) as page:
        sights = [scenes.look(page)]
        is_asked = scenes.is_asked(page)
        save(page, stem)
        if is_asked:
            scenes.answer(page)
            sights.append(scenes.look(page))
            save(page, stem.with_name(f"{stem.name}-answered") if stem else None)
        scenes.open_all(page)
        faults = {}
        for scheme in SCHEMES:
            in_scheme(page, scheme)
            faults[scheme] = scenes.faults(page)
    return Met(name, scene, width, tuple(sights), tried, idle, faults)


def in_scheme(page: Page, scheme: str) -> None:
    """Turns the page light or dark; the app follows."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.wait_for_timeout(300)
    settle(page)


def save(page: Page, stem: Path | None) -> None:
    """Photographs the window in both schemes, if that is wanted, and leaves it light."""
    if stem:
        for scheme in reversed(SCHEMES):
            in_scheme(page, scheme)
            page.screenshot(path=f"{stem}-{scheme}.png")


def meet_all(browser: Browser, server: str, names: Sequence[str], shots: Path | None) -> list[Met]:
    """Measures every scene of these pages in every window."""
    found = []
    for width, height in WINDOWS.items():
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
        for name in names:
            with opened(context, f"{server}/{scenes.address(name, 1)}") as page:
                settle(page)
                last = scenes.count(page)
            for scene in range(1, last + 1):
                found.append(met(context, server, name, scene, width, shots))
                print(f"{found[-1].place} at {width}", file=sys.stderr)
        context.close()
    return found


TRAINING = {
    "the buttons": ".st-key-transport",
    "the loss": "[data-testid=stVegaLiteChart] >> nth=0",
    "the accuracy": "[data-testid=stVegaLiteChart] >> nth=1",
    "the weights": ".weight-tiles",
}


def training(browser: Browser, server: str) -> dict[str, tuple[int, int] | None]:
    """Where the parts of a training under way stand at 1280 by 720: top and bottom, by name; None if not there."""
    context = browser.new_context(viewport={"width": 1280, "height": WINDOWS[1280]})
    with opened(context, f"{server}/train?epochs=20&batch_size=8") as page:  # outlasts the look
        settle(page)
        page.locator(".st-key-train button").press("Enter")
        places = {name: page.locator(selector).first for name, selector in TRAINING.items()}
        for place in places.values():
            try:
                place.wait_for(timeout=30_000)
            except TimeoutError:
                continue
        page.wait_for_timeout(1_000)
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo({ top: 0, behavior: 'instant' })")
        boxes = {name: place.bounding_box() if place.is_visible() else None for name, place in places.items()}
        page.locator(".st-key-stop button").press("Enter")
        page.locator(".st-key-train button").wait_for()
    context.close()
    return {name: (round(box["y"]), round(box["y"] + box["height"])) if box else None for name, box in boxes.items()}


@dataclass(frozen=True)
class First:
    """The first page of a server just started, with nothing on disk.

    Attributes:
        there: Seconds from asking for it to the pad and the bars.
        answered: Seconds from the end of a stroke drawn at once to its answer; None if none came.
    """

    there: float
    answered: float | None


# The bars and the answer: those of the picture of the network, or as they were before there was one.
PAD, BARS = "[class*=st-key-canvas_] canvas", ".network .picture, .st-key-answer [role=group]"
IS_ANSWERED = """() => {
  const hosts = [...document.querySelectorAll("[class*=st-key-net_] *")].map(node => node.shadowRoot)
  const picture = hosts.find(root => root?.querySelector(".says"))
  const answer = (picture?.querySelector(".says") ?? document.querySelector("[class*=st-key-answer]"))?.textContent
  return /is an? \\d|Not sure/.test(answer)
}"""


def first_page(browser: Browser, app: Path) -> First | None:
    """Opens it and draws a stroke as soon as there is a pad; None if there is none."""
    with tempfile.TemporaryDirectory() as nothing, serving(Path(nothing), app) as server:
        started = time.perf_counter()
        context = browser.new_context(viewport={"width": 1280, "height": WINDOWS[1280]})
        with opened(context, server) as page:
            try:
                for part in (PAD, BARS):
                    page.locator(part).last.wait_for(timeout=20_000)
            except TimeoutError:
                return None
            there = time.perf_counter() - started
            box = page.locator(PAD).last.bounding_box()
            assert box
            left, top = box["x"], box["y"]
            page.mouse.move(left + 0.29 * box["width"], top + 0.25 * box["height"])
            page.mouse.down()
            for x, y in ((0.71, 0.25), (0.43, 0.79)):
                page.mouse.move(left + x * box["width"], top + y * box["height"], steps=8)
            page.mouse.up()
            lifted = time.perf_counter()
            try:
                page.wait_for_function(IS_ANSWERED, timeout=30_000)
            except TimeoutError:
                return First(there, None)
            return First(there, time.perf_counter() - lifted)


def summary(found: Sequence[Met], places: dict[str, tuple[int, int] | None], first: Sequence[First | None]) -> str:
    """The table, as Markdown."""
    wide, narrow = ([each for each in found if each.width == width] for width in WINDOWS)
    rows = [
        *(first_rows(first) if first else []),
        ("scenes whose stage is seen at 1280 × 720 without scrolling", of(wide), "all"),
        ("the same at 390 × 844 after at most one swipe", of(narrow), "all"),
        ("words in a scene before anything is opened", words(wide), f"at most {MOST_WORDS}"),
    ]
    if places:
        parts = ", ".join(f"{name} {f'{box[0]} to {box[1]}' if box else 'not there'}" for name, box in places.items())
        is_seen = all(box and box[0] >= 0 and box[1] <= WINDOWS[1280] for box in places.values())
        rows.append(
            (f"a training at 1280 × {WINDOWS[1280]}", f"{'' if is_seen else 'not '}all seen: {parts}", "all seen")
        )
    idle = sum(len(each.idle) for each in wide)
    rows += [
        ("controls that do nothing while a question waits", f"{idle} of {sum(each.tried for each in wide)}", "0"),
        ("axe, critical and serious: ours", nodes(found, streamlits=False), "0"),
        ("the same: Streamlit's own", nodes(found, streamlits=True), "left"),
    ]
    return table(("what", "measured", "wanted"), rows)


def first_rows(first: Sequence[First | None]) -> list[tuple[str, str, str]]:
    """Of the first page."""
    seen = [each for each in first if each]
    answers = [each.answered for each in seen if each.answered is not None]
    there = f"{statistics.median(each.there for each in seen):.1f} s" if seen else "no pad"
    answered = f"{statistics.median(answers):.1f} s, {len(answers)} of {len(seen)} answered" if answers else "no answer"
    return [
        ("first page: clicks until a stroke is answered", "0" if answers else "no pad that answers there", "0"),
        ("first page of a fresh server: pad and bars", there, "under 2 s"),
        ("the same: stroke drawn at once to its answer", answered, "as soon as can be"),
    ]


def of(found: Sequence[Met]) -> str:
    """How many of these scenes fit."""
    without = sum(not each.sights[0].has_stage for each in found)
    note = f"; {without} name no stage, so all of it counts" if without else ""
    return f"{sum(each.fits for each in found)} of {len(found)}{note}"


def words(found: Sequence[Met]) -> str:
    """How much there is to read."""
    most = max(found, key=lambda each: each.words)
    above = sum(each.words > MOST_WORDS for each in found)
    return (
        f"{min(each.words for each in found):,} to {most.words:,} ({most.place}), median "
        f"{statistics.median(each.words for each in found):,.0f}; {above} of {len(found)} above {MOST_WORDS}"
    )


def nodes(found: Sequence[Met], *, streamlits: bool) -> str:
    """How many nodes axe objects to, in all windows and schemes together."""
    total = sum(each.count(scheme, streamlits=streamlits) for each in found for scheme in SCHEMES)
    where = {each.place for each in found for scheme in SCHEMES if each.count(scheme, streamlits=streamlits)}
    return f"{total:,} nodes in {len(where)} scenes"


def by_rule(found: Sequence[Met]) -> str:
    """What axe found, by rule, as Markdown."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    examples: dict[tuple[str, str, bool], tuple[str, str]] = {}
    where: dict[tuple[str, str, bool], set[str]] = {}
    for each in found:
        for scheme, faults in each.faults.items():
            for fault in faults:
                kind = fault.rule, fault.impact, fault.is_streamlits
                counts[kind] += 1
                examples.setdefault(kind, (f"{each.place}, {each.width}, {scheme}", fault.html))
                where.setdefault(kind, set()).add(each.page)
    rows = []
    for kind, number in sorted(counts.items(), key=lambda item: (item[0][2], -item[1])):
        place, html = examples[kind]
        whose = "Streamlit's" if kind[2] else "ours"
        code = html.replace("|", "\\|").replace("`", "'").replace("\n", " ")[:100]
        rows.append((kind[0], kind[1], whose, str(number), str(len(where[kind])), f"{place}: `{code}`"))
    return table(("rule", "impact", "whose", "nodes", "pages", "for instance"), rows)


def in_full(found: Sequence[Met]) -> str:
    """A row for every scene and window, as Markdown."""
    head = ("scene", "width", "stage ends at", "room", "on one screen", "words", "do nothing", "axe: ours, light, dark")
    rows = []
    for each in found:
        rows.append(
            (
                each.place,
                str(each.width),
                " / ".join(f"{sight.bottom:,}" for sight in each.sights),
                " / ".join(str(sight.room) for sight in each.sights),
                "yes" if each.fits else "no",
                " / ".join(f"{sight.words:,}" for sight in each.sights),
                f"{len(each.idle)} of {each.tried}" + (f": {', '.join(each.idle)}" if each.idle else ""),
                ", ".join(str(each.count(scheme, streamlits=False)) for scheme in SCHEMES),
            )
        )
    return table(head, rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """As Markdown."""
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def main() -> None:
    """Prints all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", help="names of files in lessons/; all and the first page's speed, if none")
    parser.add_argument("--all", action="store_true", help="a row for each scene and window, too")
    parser.add_argument("--shots", type=Path, help="a folder for a picture of each scene, window and scheme")
    parser.add_argument("--app", type=Path, default=PROJECT, help="the folder of the app to measure")
    parser.add_argument("--rounds", type=int, default=3, help="servers to start for the speed of the first page")
    options = parser.parse_args()
    places = ("lessons", "pages")  # the second in older versions
    stems = sorted(path.stem for place in places for path in (options.app / place).glob("*.py"))
    if unknown := set(options.pages) - set(stems):
        parser.error(f"no page is called {', '.join(sorted(unknown))}; there are {', '.join(stems)}")
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    names = options.pages or stems
    print(describe())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        first = [first_page(browser, options.app) for _ in range(options.rounds)] if "welcome" in names else []
        with serving(default_root(), options.app) as server:
            found = meet_all(browser, server, names, options.shots)
            stands = training(browser, server) if "train" in names else {}
        browser.close()
    print(summary(found, stands, first))
    print(f"\nAxe {scenes.axe_version()}; {len(SCHEMES)} schemes, {len(WINDOWS)} windows, all opened:\n")
    print(by_rule(found))
    if options.all:
        print("\nWhere there are two numbers, the second is once the questions are answered.\n")
        print(in_full(found))


if __name__ == "__main__":
    main()
