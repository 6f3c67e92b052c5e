"""A class opens its links in the seconds in which a server wakes; each visitor speaks Streamlit's protocol."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.visitor import connection
from tests.browser.conftest import serving

PATIENCE = 120  # seconds, on a busy machine
# Of each visitor, the page and the seconds after the first; a page without torch may overtake one that loads it.
A_CLASS = [("train", 0.0), ("softmax", 0.3), ("draw", 0.6), ("", 1.0), ("step", 1.4), ("layers", 1.8), ("", 2.2)]


@pytest.mark.parametrize("visits", [[("train", 0.0), ("", 1.0)], A_CLASS], ids=["two", "a class"])
def test_all_who_come_while_the_server_wakes_get_their_page(visits: list[tuple[str, float]], tmp_path: Path) -> None:
    async def come(address: str) -> list[tuple[list[str], list[str]]]:
        return await asyncio.gather(*(_visit(address, page, after) for page, after in visits))

    # On a thread of their own: in this one, Playwright has its loop as soon as another test has opened a browser.
    with serving(tmp_path) as address, ThreadPoolExecutor(1) as thread:
        for (page, _), (errors, menu) in zip(visits, thread.submit(asyncio.run, come(address)).result(), strict=True):
            assert not errors, page
            assert menu[0] == "Draw", page  # the titles that app.py gives, no names of files


async def _visit(address: str, page: str, after: float) -> tuple[list[str], list[str]]:
    """Opens a page and waits until it is drawn; returns the errors on it and the titles in the menu."""
    await asyncio.sleep(after)
    errors: list[str] = []
    menu: list[str] = []
    message = BackMsg()
    message.rerun_script.page_name = page
    async with connection(address) as socket, asyncio.timeout(PATIENCE):
        await socket.send(message.SerializeToString())
        async for data in socket:
            assert isinstance(data, bytes)
            got = ForwardMsg.FromString(data)
            match got.WhichOneof("type"):
                case "navigation":
                    menu = [entry.page_name for entry in got.navigation.app_pages]
                case "delta" if got.delta.new_element.WhichOneof("type") == "exception":
                    errors.append(got.delta.new_element.exception.message)
                case "script_finished" if got.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    break
    return errors, menu
