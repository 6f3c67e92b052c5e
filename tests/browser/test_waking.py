"""A class opens its links in the seconds in which a server wakes; each visitor speaks Streamlit's protocol."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.cold_starts import links, title_of
from benchmarks.visitor import Opened, open_link
from tests.browser.conftest import serving
from ui.frame import course

PATIENCE = 120  # seconds, on a busy machine
# Of each visitor, the link and the seconds after the first; a page without torch may overtake one that loads it.
A_CLASS = [("train", 0.0), ("softmax", 0.3), ("draw", 0.6), ("", 1.0), ("step", 1.4), ("layers", 1.8), ("", 2.2)]
THIRTY = [(link, number / 30) for number, link in enumerate(reversed(links()))]


@pytest.mark.parametrize("visits", [[("train", 0.0), ("", 1.0)], A_CLASS, THIRTY], ids=["two", "a class", "thirty"])
def test_all_who_come_while_the_server_wakes_get_their_page(visits: list[tuple[str, float]], tmp_path: Path) -> None:
    async def come(address: str) -> list[Opened]:
        return await asyncio.gather(*(open_link(address, link, after, PATIENCE) for link, after in visits))

    # On a thread of their own: in this one, Playwright has its loop as soon as another test has opened a browser.
    with serving(tmp_path) as address, ThreadPoolExecutor(1) as thread:
        for (link, _), opened in zip(visits, thread.submit(asyncio.run, come(address)).result(), strict=True):
            assert not opened.errors, link
            assert opened.title == title_of(link)
            # The titles that app.py gives and no names of files, not even at first.
            assert {menu[0] for menu in opened.menus} == {course.WELCOME.title}, link
