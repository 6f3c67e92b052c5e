"""A stranger sends two thousand messages that no page of ours would; somebody else trains on the same server."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from websockets.asyncio.client import ClientConnection

from benchmarks.fuzz import Found, disturb
from benchmarks.visitor import Visitor, connection
from tests.browser.conftest import serving

MESSAGES, SEED = 2_000, 1
LONG = "epochs=20&width=512&layers=3&width_2=512&width_3=512"  # a run that is still going on when the stranger is done
OTHERS = [kind for kind in BackMsg.DESCRIPTOR.fields_by_name if kind != "rerun_script"]


class Pupil(Visitor):
    """Somebody who trains, and sees which networks they have."""

    def __init__(self, socket: ClientConnection, settings: str = LONG) -> None:
        super().__init__(socket, settings)
        self.networks: list[str] = []

    def _see(self, delta: Delta) -> None:
        super()._see(delta)
        if delta.new_element.selectbox.label == "Which of your networks":
            self.networks = list(delta.new_element.selectbox.options)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def server(tmp_path: Path, log: Path) -> Iterator[str]:
    with log.open("wb") as stream, serving(tmp_path, log=stream) as address:
        yield address


async def train_beside(address: str, found: Found) -> list[str]:
    """Somebody's networks, of which a stranger should have left them the one that they were training."""
    async with connection(address) as socket, asyncio.TaskGroup() as group:
        pupil = Pupil(socket)
        listening = group.create_task(pupil.listen())
        await pupil.ask()
        await pupil.next_page()
        await pupil.press("train", until="stop")
        while not pupil.new_curves:  # it has begun
            await asyncio.sleep(0.1)
        await disturb(address, MESSAGES, SEED, found)
        seen = pupil.new_curves
        while "stop" in pupil.buttons and pupil.new_curves == seen:  # it goes on
            await asyncio.sleep(0.1)
        if "stop" in pupil.buttons:
            await pupil.press("stop", until="train")
        await pupil.press("scene_7", until="turn_back")
        pupil.rest()
        listening.cancel()
    return pupil.networks


def test_no_message_brings_an_error_or_reaches_what_somebody_else_does(server: str, log: Path) -> None:
    found = Found()
    networks = asyncio.run(train_beside(server, found))
    found.log = log.read_text(encoding="utf-8", errors="replace")
    assert found.sent >= MESSAGES
    assert found.boxes == []
    assert found.exceptions == []
    assert [name.partition(":")[0] for name in networks] == ["Your network 1"]
