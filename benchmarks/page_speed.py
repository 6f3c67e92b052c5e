"""What a visitor waits for, in a real Chromium: the first page, and a stop; and what a live curve costs.

Needs the development tools and Chromium; nothing is downloaded.

    python benchmarks/page_speed.py
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks.machine import describe
from mnist_core.figures.curves import training_curve
from mnist_core.figures.theme import LIGHT
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import BatchEvent, EpochEvent, TrainingConfig, new_model
from mnist_core.training.records import RunRecord
from tests.browser.conftest import QUIET, chromium, serving


@contextmanager
def fresh_server() -> Iterator[str]:
    """A server just started, with nothing on disk and no network."""
    with tempfile.TemporaryDirectory() as nothing, serving(Path(nothing)) as address:
        yield address


def first_page(browser: Browser) -> float:
    """Seconds from a server that answers to the title of its first page."""
    with fresh_server() as address:
        page = browser.new_page()
        started = time.perf_counter()
        page.goto(address)
        page.get_by_role("heading", name="Understand a classifier").wait_for()
        seconds = time.perf_counter() - started
        page.close()
    return seconds


def stopping(browser: Browser, rounds: int) -> list[float]:
    """Seconds from clicking Stop to the page saying so."""
    with fresh_server() as address:
        page = browser.new_page()
        page.goto(f"{address}/train?epochs=20&batch_size=8&layers=3")  # outlasts the round
        seconds = []
        for _ in range(rounds):
            page.locator(".st-key-train button").click(timeout=60_000)
            page.get_by_text("Training: 784").wait_for(timeout=60_000)
            page.wait_for_timeout(500)
            started = time.perf_counter()
            page.locator(".st-key-stop button").click()
            page.get_by_text("Stopped: 784").wait_for()
            seconds.append(time.perf_counter() - started)
            page.locator(".st-key-train button").wait_for()
    return seconds


def curve_cost(epochs: int, batches: int) -> tuple[float, int]:
    """Seconds and rows to make both figures of a run that has come so far."""
    model = new_model(MLPConfig(), 0)
    record = RunRecord(MLPConfig(), TrainingConfig(epochs=epochs), "MNIST", 32 * batches)
    for step in range(1, epochs * batches + 1):
        record = record.after(BatchEvent((step - 1) // batches + 1, step, 32, 1.0, 0.5), model)
        if step % batches == 0:
            record = record.after(EpochEvent(step // batches, step, 1.0, 0.5, 1.0, 0.5), model)
    seconds = []
    for _ in range(50):
        started = time.perf_counter()
        figures = [training_curve(record=record, quantity=quantity, theme=LIGHT) for quantity in ("loss", "accuracy")]
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), sum(len(figure.data) for figure in figures)


def main() -> None:
    """Prints all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    print(describe())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        for what, seconds in (
            ("first page of a fresh server", [first_page(browser) for _ in range(rounds)]),
            ("Stop to stopped", stopping(browser, rounds)),
        ):
            print(f"{what}: {statistics.median(seconds):.2f} s (median of {len(seconds)}, worst {max(seconds):.2f})")
        browser.close()
    for epochs, batches in ((1, 50), (20, 1_719)):
        cost, rows = curve_cost(epochs, batches)
        print(f"both live curves after {epochs * batches:,} batches: {1000 * cost:.1f} ms, {rows} rows")


if __name__ == "__main__":
    main()
