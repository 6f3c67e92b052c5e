"""You against the network: what both read is counted, and nothing is told before the answer."""

import base64
import io
import math
import re

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from mnist_core.data.dataset import Splits, normalize
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.network.checkpoint import load_shipped
from tests.app import in_one_piece, open_page, sound, text
from ui.frame import state
from ui.visitor import networks

PAGE = "lessons/duel.py"
PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


@pytest.fixture
def poor(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> Evaluation:
    """A network that reads a good half, whichever network comes ready-made: scores at random, the right one raised."""
    labels = digits.validation.labels
    logits = torch.randn(len(labels), 10, generator=torch.Generator().manual_seed(0)) + 2 * F.one_hot(labels, 10)
    monkeypatch.setattr(networks, "validation", lambda: Evaluation(logits, labels))
    return Evaluation(logits, labels)


def hardest_of(found: Evaluation, first: int = 0, last: int = 20) -> np.ndarray:
    losses = F.cross_entropy(found.logits, found.labels, reduction="none").numpy()
    return np.argsort(-losses, kind="stable")[first:last]


def htmls(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def pictures(html: str) -> np.ndarray:
    return np.stack([np.asarray(Image.open(io.BytesIO(base64.b64decode(found)))) for found in PNG.findall(html)])


def on_the_table(app: AppTest) -> np.ndarray:
    (body,) = [body for body in htmls(app) if "duel-digit" in body and "<img" in body]
    shown: np.ndarray = pictures(body)[0]
    return shown


def scores(app: AppTest) -> list[str]:
    return [metric.value for metric in app.metric]


def keys(app: AppTest) -> list[str]:
    return [str(button.key) for button in app.button]


def place_of(app: AppTest) -> int:
    return int(re.search(r"\*\*Image (\d+) of 20\.\*\*", text(app))[1]) - 1  # type: ignore[index]


def play(app: AppTest, answers: list[int]) -> AppTest:
    for answer in answers:
        place = place_of(app)
        app = sound(app.button(key=f"duel_{place}_{answer}").click().run())
        app = sound(app.button(key=f"duel_on_{place}").click().run())
    return app


def test_the_game_is_on_at_once_and_tells_nothing_before_the_answer(digits: Splits, poor: Evaluation) -> None:
    hardest = hardest_of(poor)
    app = open_page(PAGE)
    assert [f"duel_0_{digit}" in keys(app) for digit in range(10)] == [True] * 10
    assert scores(app) == ["0 of 0", "0 of 0"]
    assert np.array_equal(on_the_table(app), digits.validation.images[hardest[0]].numpy())
    assert "labelled" not in text(app)
    assert "The network read" not in text(app)
    label, choice = int(poor.labels[hardest[0]]), int(poor.choices[hardest[0]])
    app = sound(app.button(key=f"duel_0_{label}").click().run())
    given = poor.logits[hardest[0]].softmax(0)[choice]
    assert (
        f"It is labelled **{label}**. You read {label}: right. The network read {choice} and gave it {given:.1%}."
        in (text(app))
    )
    assert scores(app) == ["1 of 1", "0 of 1"]
    assert not [key for key in keys(app) if re.fullmatch(r"duel_\d+_\d", key)]  # no dead buttons
    assert np.array_equal(on_the_table(app), digits.validation.images[hardest[0]].numpy())  # still there
    app = sound(app.button(key="duel_on_0").click().run())
    assert place_of(app) == 1
    assert "labelled" not in text(app)


def test_a_match_to_its_end_and_again(digits: Splits, poor: Evaluation) -> None:
    hardest = hardest_of(poor)
    labels, choices = poor.labels[hardest], poor.choices[hardest]
    assert (labels != choices).all()
    app = play(open_page(PAGE), [int(labels[0]), int(choices[1])])
    assert scores(app) == ["1 of 2", "0 of 2"]
    app = sound(app.switch_page("lessons/welcome.py").run())
    app = sound(app.switch_page(PAGE).run())
    assert place_of(app) == 2  # as it was left
    assert not [key for key in app.query_params if key.startswith("duel")]
    app = play(app, labels[2:].tolist())
    assert "**You have 19 of 20 right, the network 0 of 20.** You and the network differ on 19 of them." in text(app)
    (sheet,) = [body for body in htmls(app) if 'class="tiles"' in body]
    assert np.array_equal(pictures(sheet), digits.validation.images[hardest].numpy())
    assert sheet.count(" dashed") == 1
    said = [
        f"Image: label {y}, you {y if place != 1 else c}, it {c}"
        for place, (y, c) in enumerate(zip(labels.tolist(), choices.tolist(), strict=True))
    ]
    assert re.findall(r'alt="([^"]+)"', sheet) == said
    app = sound(app.button(key="duel_restart").click().run())
    assert place_of(app) == 0


@pytest.mark.parametrize("wrong", [0, 1, 3])
def test_a_network_with_few_mistakes(digits: Splits, monkeypatch: pytest.MonkeyPatch, wrong: int) -> None:
    labels = digits.validation.labels
    choices = torch.where(torch.arange(len(labels)) < wrong, (labels + 1) % 10, labels)
    # Each image another loss, so that their order is certain; no answer is given more than 0.86.
    logits = torch.linspace(4.0, 2.5, len(labels))[:, None] * F.one_hot(choices, 10)
    monkeypatch.setattr(networks, "validation", lambda: Evaluation(logits, labels))
    cost = {
        0: "None of these 20 images cost the network more.",
        1: "1 of these 20 images cost the network more: it had lost it before you began.",
        3: "3 of these 20 images cost the network more: it had lost them before you began.",
    }
    assert cost[wrong] in text(in_one_piece(PAGE))
    app = play(open_page(PAGE), labels[hardest_of(Evaluation(logits, labels))].tolist())
    assert f"**You have 20 of 20 right, the network {20 - wrong} of 20.**" in text(app)
    assert ("You read every image as the network did." in text(app)) == (wrong == 0)


def test_why_the_match_is_not_fair(digits: Splits) -> None:
    p = load_shipped()(normalize(digits.validation.images)).detach()
    hardest = np.sort(F.cross_entropy(p, digits.validation.labels, reduction="none").numpy())[-20:]
    page = text(in_one_piece(PAGE))
    assert "it costs at most −ln 0.1 = 2.303" in page
    assert f"{(hardest > -math.log(0.1)).sum()} of these 20 images cost the network more" in page
    assert "what the program set out to draw" in page


def test_on_easier_images_the_network_reads_more(digits: Splits, poor: Evaluation) -> None:
    app = open_page(PAGE, scene=2)
    right = (poor.choices == poor.labels).numpy()
    counted = []
    for first in (31, 201):
        app = sound(app.select_slider(key="duel_from").set_value(first).run())
        found = hardest_of(poor, first - 1, first + 19)
        counted.append(int(right[found].sum()))
        assert f"The network reads **{counted[-1]} of 20** of these rightly." in text(app)
        (sheet,) = [body for body in htmls(app) if 'class="tiles"' in body]
        assert np.array_equal(pictures(sheet), digits.validation.images[found].numpy())
    assert counted[0] < counted[1] == 20
    assert "Here nobody can beat it." in text(app)


def test_labels_are_covered_until_they_are_asked_for(digits: Splits, poor: Evaluation) -> None:
    app = open_page(PAGE, scene=3)
    found = hardest_of(poor, 20, 30)
    (sheet,) = [body for body in htmls(app) if 'class="tiles"' in body]
    assert np.array_equal(pictures(sheet), digits.validation.images[found].numpy())
    assert not re.search(r"label \d|it \d|dashed", sheet)
    app = sound(app.toggle(key="duel_labels").set_value(True).run())
    (sheet,) = [body for body in htmls(app) if 'class="tiles"' in body]
    assert re.findall(r'alt="Image: label (\d), it (\d)"', sheet) == [
        (str(int(poor.labels[index])), str(int(poor.choices[index]))) for index in found
    ]


def test_a_press_that_comes_late_does_not_count_for_the_next_image() -> None:
    app = open_page(PAGE)
    late = app.button(key="duel_0_7")
    app = play(app, [7])
    assert place_of(app) == 1
    app = sound(late.click().run())
    assert place_of(app) == 1
    assert scores(app)[0].endswith("of 1")


def test_a_match_outlasts_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "tab_name", lambda: "a" * 32)  # the tab's name, from its sessionStorage
    app = play(open_page(PAGE), [1, 2, 3])
    again = open_page(PAGE)
    assert again.session_state["_candidate"] != app.session_state["_candidate"]
    assert place_of(again) == 3


def test_the_code_that_finds_them_is_on_the_page() -> None:
    code = " ".join(block.value for block in in_one_piece(PAGE).code)
    for name in ("hardest", "hardest_duel"):
        assert f"def {name}(" in code
