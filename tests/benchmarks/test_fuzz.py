"""A stranger sends two thousand messages that no page of ours would; somebody else trains on the same server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection

from benchmarks.fuzz import Found, disturb
from benchmarks.visitor import Visitor, connection
from tests.browser.conftest import serving

MESSAGES, SEED = 2_000, 1
SHORT = "epochs=1&width=16"
LONG = "epochs=20&width=512&layers=3&width_2=512&width_3=512"  # a run that is still going on when the stranger is done


class Pupil(Visitor):
    """Somebody who trains, and sees which networks they have."""

    def __init__(self, socket: ClientConnection, settings: str = LONG) -> None:
        super().__init__(socket, settings)
        self.networks: list[str] = []

    def _see(self, delta: Delta) -> None:
        super()._see(delta)
        if delta.new_element.selectbox.label == "Which of your networks":
            self.networks = list(delta.new_element.selectbox.options)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "log"


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[str]:
    with log.open("wb") as stream, serving(log.parent, log=stream) as address:
        yield address


@asynccontextmanager
async def training(address: str, settings: str) -> AsyncIterator[Pupil]:
    """Somebody whose training has begun."""
    async with connection(address) as socket, asyncio.TaskGroup() as group:
        pupil = Pupil(socket, settings)
        listening = group.create_task(pupil.listen())
        await pupil.ask()
        await pupil.next_page()
        await pupil.press("train", until="stop")
        while "stop" in pupil.buttons and not pupil.new_curves:
            await asyncio.sleep(0.1)
        yield pupil
        pupil.rest()
        listening.cancel()


async def networks_of(pupil: Pupil) -> list[str]:
    """What they have once their training is over, which they stop if it is not."""
    if "stop" in pupil.buttons:
        await pupil.press("stop", until="train")
    await pupil.press("scene_7", until="turn_back")
    return [name.partition(":")[0] for name in pupil.networks]


def others() -> Iterator[BackMsg]:
    """A message of each kind but the one that asks for a page."""
    for field in BackMsg.DESCRIPTOR.fields:
        message = BackMsg()
        if field.message_type:
            getattr(message, field.name).SetInParent()
        else:
            setattr(message, field.name, True)
        if field.name != "rerun_script":
            yield message


def test_every_other_kind_of_message_leaves_what_somebody_trains(server: str) -> None:
    async def disturbed() -> list[str]:
        async with training(server, LONG) as pupil, connection(server) as stranger:
            for message in (*others(), *others()):
                await stranger.send(message.SerializeToString())
            heard = BackMsg(app_heartbeat=True).SerializeToString()
            await stranger.send(heard)
            while ForwardMsg.FromString(cast(bytes, await stranger.recv())).WhichOneof("type") != "heartbeat_ack":
                pass
            seen = pupil.new_curves
            while pupil.new_curves < seen + 3:  # it goes on
                assert "stop" in pupil.buttons
                await asyncio.sleep(0.1)
            return await networks_of(pupil)

    assert asyncio.run(disturbed()) == ["Your network 1"]


@pytest.mark.timeout(1_200)  # a minute or so on two cores that have nothing else to do
def test_two_thousand_messages_bring_no_error_and_take_nothing_from_anyone(server: str, log: Path) -> None:
    found = Found()

    async def disturbed() -> list[str]:
        async with training(server, SHORT) as pupil:
            await disturb(server, MESSAGES, SEED, found)
            return await networks_of(pupil)

    networks = asyncio.run(disturbed())
    found.log = log.read_text(encoding="utf-8", errors="replace")
    assert found.sent >= MESSAGES
    assert found.boxes == []
    assert found.exceptions == []
    assert networks == ["Your network 1"]
