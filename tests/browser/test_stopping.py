"""A server that is told to stop ends soon and in order, whatever it is at; visitors speak Streamlit's protocol."""

import asyncio
import random
import signal
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from benchmarks.visitor import Opened, Visitor, answers, connection
from tests.browser.conftest import running

LINKS = ["train", "softmax", "step", "pixels", "layers", "batches"]
PATIENCE = 120  # seconds, on a busy machine
SECONDS = 30  # until it has ended, on a busy machine; it takes three at most where nothing else is at work

Moment = Callable[[str, threading.Event], Coroutine[Any, Any, None]]


async def class_that_waits(address: str, reached: threading.Event, until: Callable[[Opened], object]) -> None:
    async def open_link(link: str) -> None:
        opened = Opened()
        async with connection(address) as socket:
            async for message in answers(socket, link):
                opened.see(message)
                if until(opened):
                    reached.set()

    await asyncio.gather(*map(open_link, LINKS))


async def loading(address: str, reached: threading.Event) -> None:
    """The menu comes before a page waits for torch."""
    await class_that_waits(address, reached, lambda opened: opened.menus)


async def drawing(address: str, reached: threading.Event) -> None:
    """Pages are begun, and the digits are not there yet."""
    await class_that_waits(address, reached, lambda opened: opened.title)


async def training(address: str, reached: threading.Event) -> None:
    async with connection(address) as socket:
        visitor = Visitor(socket, "epochs=20&batch_size=8")
        listening = asyncio.create_task(visitor.listen())
        pressing = asyncio.create_task(visitor.keep_training())
        await visitor.ask()
        while not visitor.new_curves:
            await asyncio.sleep(0.1)
        reached.set()
        await asyncio.gather(listening, pressing)


async def any_time(address: str, reached: threading.Event) -> None:
    threading.Timer(random.uniform(0.0, 8.0), reached.set).start()
    await class_that_waits(address, threading.Event(), lambda opened: False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("moment", [loading, drawing, training, any_time])
def test_a_server_told_to_stop_ends_in_order(moment: Moment, number: signal.Signals, tmp_path: Path) -> None:
    reached = threading.Event()

    async def come(address: str) -> None:
        await asyncio.gather(moment(address, reached), return_exceptions=True)  # the server goes while they are there

    with running(tmp_path) as (server, address):
        visitors = threading.Thread(target=asyncio.run, args=[come(address)])
        visitors.start()
        assert reached.wait(PATIENCE)
        server.send_signal(number)
        assert server.wait(SECONDS) == 0  # an abort inside torch is -6
        visitors.join(PATIENCE)
