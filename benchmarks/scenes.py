"""What a reader meets when a scene opens, measured in a real browser by one rule for the command and the tests.

What stands where, how much there is to read, which controls do nothing, what axe finds. An app from before there were
scenes is measured, too: a page of it is one scene, and all of it is the stage.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle

SWIPE = 0.8  # of the window's height: how far a thumb moves a page at once


@dataclass(frozen=True)
class Sight:
    """What lies where in a scene, in CSS pixels from the top of the window.

    Attributes:
        has_stage: Whether the scene names its stage; if not, the stage is all of it.
        top: Of the stage, with the page not scrolled.
        bottom: Of the stage.
        room: Where what can be seen ends: the window, or the bar that lies over its lower edge.
        fits: Whether all of the stage is seen without scrolling.
        fits_after_swipe: Whether all of it is seen after scrolling by at most one swipe.
        words: To read before anything is opened.
    """

    has_stage: bool
    top: int
    bottom: int
    room: int
    fits: bool
    fits_after_swipe: bool
    words: int


SCENE = """const
    scene = document.querySelector(".st-key-scene") ?? document.querySelector("[data-testid=stMainBlockContainer]"),
    stage = document.querySelector(".st-key-stage")"""
# Prose, labels and answers are read. Figures are looked at, a formula is one word, and an icon is a word in the
# document only. Numbers along a slider belong to its track.
WORDS = f"""() => {{
  {SCENE}
  const left = [
    "svg", "canvas", "table", "style", "script", "[role=img]", "[data-testid=stIconMaterial]",
    "[data-testid=stVegaLiteChart]", "[data-testid=stPlotlyChart]", "[data-testid=stDataFrame]",
    "[data-testid=stSliderTickBar]", "[data-testid=stSliderThumbValue]",
    "[data-testid=stExpander]", ".st-key-mnist_notice", "[role=list]",
    ".st-key-top", ".st-key-scenes", ".st-key-way", "[class*=st-key-unseen]",
  ].join()
  const is_seen = node => {{
    const box = node.getBoundingClientRect()
    const how = {{ opacityProperty: true, visibilityProperty: true }}
    return box.width > 1 && box.height > 1 && node.checkVisibility(how)
  }}
  const count = node => {{
    if (node.nodeType === Node.TEXT_NODE) {{
      const words = node.data.split(/\\s+/).filter(part => /[\\p{{L}}\\p{{N}}]/u.test(part))
      return words.length && is_seen(node.parentElement) ? words.length : 0
    }}
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(left)) return 0
    if (node.matches(".katex")) return is_seen(node) ? 1 : 0
    return [...node.childNodes].reduce((sum, child) => sum + count(child), 0)
  }}
  return count(scene)
}}"""
# The page is really scrolled, because a bar that sticks to an edge may let go of it.
PLACES = f"""swipe => {{
  {SCENE}
  const main = document.querySelector("[data-testid=stMain]")
  const covers = node => node && node.checkVisibility() && getComputedStyle(node).backgroundColor !== "rgba(0, 0, 0, 0)"
  const look = () => {{
    const {{ top, bottom }} = (stage ?? scene).getBoundingClientRect()
    const bar = document.querySelector(".st-key-scenes")?.getBoundingClientRect()
    const header = document.querySelector("[data-testid=stHeader]")
    const room = Math.min(innerHeight, bar && bar.top < bottom && bar.bottom > top ? bar.top : innerHeight)
    const from = covers(header) ? Math.max(0, header.getBoundingClientRect().bottom) : 0
    return {{ top, bottom, room, from, fits: top >= from - 1 && bottom <= room + 1 && bottom > top }}
  }}
  main.scrollTo({{ top: 0, behavior: "instant" }})
  const first = look()
  main.scrollTo({{ top: Math.min(swipe * innerHeight, Math.max(0, first.top - first.from)), behavior: "instant" }})
  const swiped = look()
  main.scrollTo({{ top: 0, behavior: "instant" }})
  return {{
    has_stage: !!stage, top: Math.round(first.top), bottom: Math.round(first.bottom), room: Math.round(first.room),
    fits: first.fits, fits_after_swipe: first.fits || swiped.fits,
  }}
}}"""


def count(page: Page) -> int:
    """How many scenes the open page has: as many as it has marks, and one if there is no choice."""
    marks: int = page.evaluate(
        """() => [...document.querySelectorAll("[class*=st-key-scene_]")]
          .filter(node => /(^| )st-key-scene_\\d+( |$)/.test(node.className)).length"""
    )
    return max(1, marks)


def address(page_name: str, scene: int) -> str:
    """The link to a scene, from 1, below the app's own address; ``welcome`` is the first page."""
    stem = "" if page_name == "welcome" else page_name
    return stem if scene == 1 else f"{stem}?scene={scene}"


def look(page: Page) -> Sight:
    """Measures the scene that is open, once it stands still; leaves it at its top."""
    settle(page)
    return Sight(**page.evaluate(PLACES, SWIPE), words=page.evaluate(WORDS))


UNANSWERED = "[class*=st-key-ask_][class*=_box]:not(:has([data-testid=stAlert])):visible"


def is_asked(page: Page) -> bool:
    """Whether a question of the scene waits for its answer."""
    return page.locator(UNANSWERED).count() > 0


def answer(page: Page) -> None:
    """Answers every question of the scene, those too that come with the answer to another; the first answer each."""
    while is_asked(page):
        box = page.locator(UNANSWERED).first.element_handle()
        # By the keyboard: the page may still move under a pointer.
        choice = box.query_selector("input[type=radio], [data-testid=stButtonGroup] button") if box else None
        assert box, "the question went while it was to be answered"
        assert choice, "a question without answers"
        choice.press("Space")
        box.wait_for_selector("[data-testid=stAlert]", timeout=60_000)
        settle(page)


CONTROLS = ("[data-testid=stSlider]", "[data-testid=stButtonGroup], [data-testid=stRadio]", "[data-testid=stButton]")
OPERATED = (  # a control's help has a button, too
    "input[type=range]:enabled, input:enabled:not(:checked), "
    "button:enabled:not([aria-checked=true], [aria-label^='Help for'])"
)


def without_effect(page: Page) -> tuple[int, list[str]]:
    """Moves each control of the stage and looks whether anything but the control itself changes.

    Sliders go one step, of a choice the first that isn't chosen is, buttons are pressed; those of a scene without a
    stage are not, because they may lead anywhere.

    Returns:
        How many were tried, and the labels of those that did nothing.
    """
    stage = page.locator(".st-key-stage")
    has_stage = stage.count() > 0
    place = stage if has_stage else page.locator("[data-testid=stMainBlockContainer]")
    kinds = CONTROLS if has_stage else CONTROLS[:2]
    tried = 0
    idle: list[str] = []
    with _in_full_height(page):
        for control in [each for kind in kinds for each in place.locator(kind).all()]:
            handle = _handle(control)
            if handle is None:
                continue
            tried += 1
            if not _moves_something(page, control, handle):
                idle.append(" ".join(control.inner_text().split())[:40])
    return tried, idle


@contextmanager
def _in_full_height(page: Page) -> Iterator[None]:
    """Makes the window as high as the page, so that nothing of it lies outside."""
    before = page.viewport_size
    assert before
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": before["width"], "height": max(tall, before["height"])})
    settle(page)
    yield
    page.set_viewport_size(before)


def _handle(control: Locator) -> Locator | None:
    """What of a control is to be operated; None if it can't be, or is a question's."""
    handle = control.locator(OPERATED).first
    if not control.is_visible() or not handle.count():
        return None
    asks: bool = control.evaluate("node => !!node.closest('[class*=st-key-ask_][class*=_box]')")
    return None if asks else handle


def _moves_something(page: Page, control: Locator, handle: Locator) -> bool:
    is_slider = handle.get_attribute("type") == "range"
    handle.focus()
    settle(page)
    before = _picture(page, control)
    if is_slider:
        at_its_end = handle.evaluate("node => node.value === node.max")
        handle.press("ArrowLeft" if at_its_end else "ArrowRight")
    else:
        handle.press("Space")
    settle(page)
    return _picture(page, control) != before


def _picture(page: Page, without: Locator) -> bytes:
    """The scene without one of its controls, as PNG."""
    scene = page.locator(".st-key-scene, [data-testid=stMainBlockContainer]").last
    return scene.screenshot(mask=[without], animations="disabled")


@dataclass(frozen=True)
class Own:
    """What axe finds in what Streamlit draws, and no page can change.

    Attributes:
        rule: Axe's name for it.
        within: Selects the elements of Streamlit whose insides are meant.
        why: It is left.
    """

    rule: str
    within: str
    why: str


STREAMLITS_OWN = (
    Own("list", "[data-testid=stSidebarNavItems]", "in the menu, sections lie between the list and its items"),
    Own("listitem", "[data-testid=stSidebarNavItems]", "the same, seen from the items"),
    Own("color-contrast", "[data-testid=stCode]", "the colours of the words in code are Streamlit's highlighter's"),
    Own("scrollable-region-focusable", "[data-testid=stCode]", "a block of code scrolls and takes no focus"),
)


@dataclass(frozen=True)
class Fault:
    """A node that axe objects to, critically or seriously.

    Attributes:
        rule: Axe's name for what is wrong.
        impact: ``critical`` or ``serious``.
        html: The node's first characters.
        is_streamlits: Whether it is in ``STREAMLITS_OWN``.
    """

    rule: str
    impact: str
    html: str
    is_streamlits: bool


AXE = """async own => {
  const found = await axe.run(document, { resultTypes: ["violations"], elementRef: true })
  return found.violations.filter(({ impact }) => impact === "critical" || impact === "serious").flatMap(
    ({ id, impact, nodes }) => nodes.map(({ element, html }) => ({
      rule: id, impact, html: html.slice(0, 200),
      is_streamlits: own.some(([rule, within]) => rule === id && element?.closest(within)),
    })))
}"""


def faults(page: Page) -> list[Fault]:
    """What axe finds on the page as it stands, once it stands still; of contrast it says nothing outside the window."""
    settle(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    with _in_full_height(page):
        found = page.evaluate(AXE, [[own.rule, own.within] for own in STREAMLITS_OWN])
    return [Fault(**each) for each in found]


def axe_version() -> str:
    """Of the axe that looks at the pages."""
    named = re.match(r"/\*! axe v([\d.]+)", AXE_SCRIPT)
    return named[1] if named else "of an unknown version"


def open_all(page: Page) -> None:
    """Opens what goes deeper, and what opens in there."""
    closed = page.locator("[data-testid=stMainBlockContainer] [data-testid=stExpander] details:not([open]) > summary")
    for _ in range(30):
        if not closed.count():
            return
        summary = closed.first
        summary.press("Enter")
        expect(page.locator("[data-testid=stException]")).to_have_count(0)
        settle(page)
