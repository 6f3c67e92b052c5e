"""A server of the app and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.conftest import PROJECT

expect.set_options(timeout=60_000)  # on a busy machine everything takes longer; nothing here measures time
# Everything but the page itself is kept from reaching for the internet.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOWHERE = "http://127.0.0.1:9"  # a proxy that refuses: the app sees a network that is closed


def chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path:
        return path
    message = "No Chromium here. On Debian: apt-get install chromium. .ci/run does it by itself."
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def running(
    data: Path, app: Path = PROJECT, log: IO[bytes] | None = None, program: Sequence[str] = ("-m", "streamlit")
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server with MNIST only if it is in ``data``, and without a network; yields its process and its address.

    It writes to a log, if there is one.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    command = "run app.py --server.headless true --server.address 127.0.0.1 --server.port"
    process = subprocess.Popen(
        [sys.executable, *program, *command.split(), str(port)],
        cwd=app,
        env={**os.environ, **closed, "MNIST_DATA_DIR": str(data)},
        stdout=log or subprocess.DEVNULL,
        stderr=log,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_server(process, address)
        yield process, address
    finally:
        process.terminate()
        process.wait(60)  # on a busy machine; that it stops at once has a test of its own


@contextmanager
def serving(
    data: Path, app: Path = PROJECT, log: IO[bytes] | None = None, program: Sequence[str] = ("-m", "streamlit")
) -> Iterator[str]:
    """The same for who needs only its address."""
    with running(data, app, log, program) as (_, address):
        yield address


def _wait_for_server(process: subprocess.Popen[bytes], address: str) -> None:
    local = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        assert process.poll() is None, "the server did not start"
        try:
            with local.open(f"{address}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not answer within a minute")


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("no_mnist")
    with (folder / "log").open("wb") as log, serving(folder, log=log) as address:
        yield address
    said = (folder / "log").read_text(encoding="utf-8")
    # What a real browser sends is what was asked for, and nothing fails that no reader saw.
    assert "Left out" not in said, said
    assert "Traceback" not in said, said


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[Callable[[int, str], BrowserContext]]:
    """A browser profile for each kind of window, kept so that what the app is made of is loaded once.

    A visitor is known by what their tab keeps, so that each new page is somebody else's all the same.
    """
    made: dict[tuple[int, str], BrowserContext] = {}

    def find(width: int, scheme: str) -> BrowserContext:
        if (width, scheme) not in made:
            made[width, scheme] = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
                has_touch=width < 500,
            )
        return made[width, scheme]

    yield find
    for context in made.values():
        context.close()


UNDER_WAY: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()  # what a page has asked the server for


def note_requests(page: Page) -> None:
    """Keeps count of what a page asks the server for, which ``settle`` waits for; called before the page is opened."""
    asked = UNDER_WAY[page] = set()
    page.on("request", lambda request: asked.add(request))
    page.on("requestfinished", lambda request: asked.discard(request))
    page.on("requestfailed", lambda request: asked.discard(request))


@pytest.fixture
def open_page(profile: Callable[[int, str], BrowserContext], server: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of the app in a new window and notes what went wrong in it."""
    pages = []
    problems: list[str] = []

    def open_it(path: str = "", width: int = 1280, scheme: str = "light") -> Page:
        page = profile(width, scheme).new_page()
        pages.append(page)
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: _check_host(request.url, server, problems))
        note_requests(page)
        page.goto(f"{server}/{path}")
        return page

    yield open_it
    for page in pages:
        page.context.set_offline(False)
        page.close()
    assert not problems


# Once the browser has drawn what there is and has nothing else to do: where all stands, or nothing if more is to come.
WHERE_ALL_STANDS = """async () => {
  const soon = wanted => Promise.race([wanted, new Promise(done => setTimeout(done, 2000))])  // neither need ever come
  await soon(new Promise(requestAnimationFrame))
  await soon(new Promise(requestIdleCallback))
  const app = document.querySelector("[data-testid=stApp]")
  if (app?.dataset.testScriptState !== "notRunning") return null
  if (document.querySelector("[data-testid=stSkeleton]")) return null
  if (![...document.images].every(image => image.complete)) return null
  const scrolled = document.querySelector("[data-testid=stMain]").scrollTop
  return [...document.querySelectorAll("[data-testid=stElementContainer], canvas")]
    .map(node => node.getBoundingClientRect()).flatMap(box => [box.left, box.top + scrolled, box.width, box.height])
}"""
LOOKS = 5  # a tenth of a second apart: half a second, in which the canvas has sent what was drawn, which takes 0.2


def settle(page: Page) -> None:
    """Waits until nothing is under way any more: no run, no request, nothing left to draw, and nothing has moved.

    What is measured or pointed at before may lie elsewhere a moment later: on a busy machine, what a page is made of
    comes over seconds, and on a server just started the line at the top grows shorter by a row. A look waits for the
    browser to be idle, so that half a second is longer the busier the machine is.
    """
    expect(page.locator("h1").first).to_be_visible()
    expect(page.get_by_text("until MNIST is here")).to_have_count(0)
    before, quiet = None, 0
    for _ in range(600):
        stands = page.evaluate(WHERE_ALL_STANDS)
        quiet = quiet + 1 if stands and stands == before and not UNDER_WAY[page] else 0
        if quiet == LOOKS:
            return
        before = stands
        page.wait_for_timeout(100)
    raise AssertionError(f"the page never came to rest; asked for and not answered: {UNDER_WAY[page]}")


def go_to(page: Page, section: str, title: str) -> None:
    """Opens a page by the menu above every page."""
    page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=title).click()


def _check_host(url: str, server: str, problems: list[str]) -> None:
    if url.startswith("http") and not url.startswith(server):
        problems.append(f"asked the internet for {url}")
