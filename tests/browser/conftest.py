"""A server of the app and a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

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
def serving(data: Path) -> Iterator[str]:
    """A server without MNIST and without a network; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)
    command = "streamlit run app.py --server.headless true --server.address 127.0.0.1 --server.port"
    process = subprocess.Popen(
        [sys.executable, "-m", *command.split(), str(port)],
        cwd=PROJECT,
        env={**os.environ, **closed, "MNIST_DATA_DIR": str(data)},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_server(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(20)


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
    with serving(tmp_path_factory.mktemp("no_mnist")) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of the app in a new window and notes what went wrong in it."""
    contexts = []
    problems: list[str] = []

    def open_it(path: str = "", width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            has_touch=width < 500,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: _check_host(request.url, server, problems))
        page.goto(f"{server}/{path}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert not problems


WHERE_ALL_STANDS = """() => {
  const app = document.querySelector("[data-testid=stApp]")
  if (app?.dataset.testScriptState !== "notRunning") return null
  const scrolled = document.querySelector("[data-testid=stMain]").scrollTop
  return [...document.querySelectorAll("[data-testid=stElementContainer], canvas")]
    .map(node => node.getBoundingClientRect()).flatMap(box => [box.left, box.top + scrolled, box.width, box.height])
}"""


def settle(page: Page) -> None:
    """Waits until a second has gone by in which the app was idle and nothing on the page moved.

    What is measured or pointed at before may lie elsewhere a moment later: on a busy machine, what a page is made of
    comes over seconds, and on a server just started the line at the top grows shorter by a row.
    """
    expect(page.locator("h1").first).to_be_visible()
    expect(page.get_by_text("until MNIST is here")).to_have_count(0)
    before, quiet = None, 0
    for _ in range(600):
        stands = page.evaluate(WHERE_ALL_STANDS)
        quiet = quiet + 1 if stands and stands == before else 0
        if quiet == 10:
            return
        before = stands
        page.wait_for_timeout(100)
    raise AssertionError("the page never stood still for a second")


def _check_host(url: str, server: str, problems: list[str]) -> None:
    if url.startswith("http") and not url.startswith(server):
        problems.append(f"asked the internet for {url}")
