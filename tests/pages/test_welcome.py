"""The first page: a pad that answers, what it says of the network, and the ways on."""

import base64
import re
import subprocess
import sys
from typing import Any

import torch
from streamlit.testing.v1 import AppTest

from mnist_core import MODELS
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.network.checkpoint import load_shipped, shipped_card
from tests.app import answer, canvas, component, draw, in_one_piece, open_page, sound, text
from tests.conftest import PROJECT
from ui.drawing import network
from ui.frame.state import SHIPPED
from ui.studio.take_home import KEPT
from ui.visitor import store

PAGE = "lessons/welcome.py"


def read(app: AppTest) -> dict[str, Any]:
    """What the picture of the network was told."""
    (found,) = component(app, "network")
    return found


def test_the_pad_and_the_network_are_there_at_once_and_answer() -> None:
    app = open_page(PAGE)
    before = read(app)
    assert before["answer"] is None
    assert before["image"] is None
    assert before["invites"] == "Draw on the black square, with the mouse or a finger."
    assert before["follows"]
    assert before["sizes"] == [784, 800, 400, 10]
    one = canvas()
    one[50:230, 131:149, :3] = 255
    app = draw(app, one)
    after = read(app)
    assert after["answer"]["large"] == "1"
    assert after["answer"]["isAnswer"]
    assert re.search(r"This is a 1: (over )?[\d.]+%", after["answer"]["small"])
    assert after["turn"] != before["turn"]
    image = torch.frombuffer(bytearray(base64.b64decode(after["image"])), dtype=torch.float32).view(1, 28, 28)
    assert torch.equal(predict_proba(load_shipped(), image)[0], torch.tensor(after["answer"]["p"]))


def test_the_browser_finds_the_very_file_of_the_ready_made_network() -> None:
    """It is in float16, and small enough to be sent."""
    content = network.weights_of(SHIPPED).content
    assert content == (MODELS / "shipped.safetensors").read_bytes()
    assert content is not None
    assert len(content) <= network.MOST_BYTES
    assert read(open_page(PAGE))["weights"].endswith(".bin")


def test_a_scribble_is_no_digit() -> None:
    app = open_page(PAGE)
    scribble = canvas()
    scribble[20:260:12, 20:260, :3] = 255
    app = draw(app, scribble)
    said = read(app)["answer"]
    assert said["large"] == "Not sure"
    assert not said["isAnswer"]
    assert "If it had to choose, it would say" in said["small"]


def test_nothing_heavy_is_loaded_before_the_first_stroke() -> None:
    """torch alone takes seconds."""
    program = (
        "import sys, runpy\n"
        "from streamlit.testing.v1 import AppTest\n"
        "from ui.frame import resources\n"
        "resources.warm_up = lambda: None\n"
        "app = AppTest.from_file('app.py', default_timeout=60).run()\n"
        "assert not app.exception\n"
        "print([name for name in ('torch', 'scipy', 'torchvision') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_two_buttons_lead_on_and_start_at_once() -> None:
    app = sound(open_page(PAGE).button(key="beat").click().run())
    assert app.title[0].value == "You against the network"
    app = sound(open_page(PAGE).button(key="watch").click().run())
    assert app.title[0].value == "Train a network"
    assert store.visitors().find(app.session_state["_tab"]).runs_started == 1
    app = sound(app.switch_page(PAGE).run())
    app = sound(app.switch_page("lessons/train.py").run())  # the way back starts no other one
    assert store.visitors().find(app.session_state["_tab"]).runs_started == 1


def test_what_guessing_and_the_network_reach_is_shown_after_the_answer() -> None:
    app = open_page(PAGE, scene=2)
    reached = shipped_card()["validation_accuracy"]
    assert f"{reached:.1%}" not in text(app)
    app = answer(app, "ask_welcome", "None")
    captions = [image.caption for element in app.get("image") for image in element.proto.imgs]
    assert captions == ["Guessing: 10 of 100", f"This network: {round(100 * reached)} of 100"]
    assert f"reads {reached:.1%} of 5,000 digits that it did not learn from" in text(app)


def test_it_leads_to_every_page() -> None:
    led_to = {link.proto.page for link in open_page(PAGE, scene=3).get("page_link")}
    assert led_to >= {path.stem for path in (PROJECT / "pages").glob("*.py")} - {"welcome"}


def test_how_many_numbers_a_network_is_and_how_long_they_are_kept() -> None:
    said = text(in_one_piece(PAGE))
    assert "hundreds of thousands of numbers" in said
    assert 200_000 < sum(weights.numel() for weights in load_shipped().parameters()) < 1_000_000
    assert "Half an hour after you leave, it is forgotten" in said
    assert KEPT == "half an hour"
