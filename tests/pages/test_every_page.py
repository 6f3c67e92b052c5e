"""Every page through app.py, without a browser and without a network."""

import re
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from streamlit.runtime import fragment
from streamlit.testing.v1 import AppTest

from mnist_core.data import generated
from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import Splits
from mnist_core.training import loop
from mnist_core.training.recipes import RECIPES
from tests.app import (
    PAGES,
    answer,
    canvas,
    click_sample,
    component,
    controls,
    draw,
    in_one_piece,
    open_page,
    opened_by_link,
    questions,
    questions_of,
    scenes_of,
    sound,
    status,
    text,
    train,
    value_of,
)
from tests.conftest import PROJECT

FIRST = "from ui.frame import router\n\nrouter.insist()\n"  # before what takes seconds to import
LONGEST = 64  # letters of a scene's question: two lines on a phone


@cache
def as_it_opens(path: str) -> AppTest:
    """A page after the welcome page, for all tests that only look at it."""
    return sound(AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run().switch_page(path).run())


@pytest.mark.parametrize("path", PAGES)
def test_app_py_comes_before_what_a_page_imports(path: str) -> None:
    _, described, code = (PROJECT / path).read_text(encoding="utf-8").split('"""', 2)
    assert described
    assert code.lstrip().startswith(FIRST)


@pytest.fixture
def fragments(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The fragments drawn, by the name that Streamlit gives each after its place on the page.

    A fragment that moves has another name. What the reader does in it before the browser has heard of that, Streamlit
    throws away.
    """
    drawn = {}
    identify = fragment._make_fragment_identity

    def note(function: Callable[..., object], *, delta_path: str, additional_hash_info: str) -> object:
        identity = identify(function, delta_path=delta_path, additional_hash_info=additional_hash_info)
        drawn[identity.fragment_id] = function.__qualname__
        return identity

    monkeypatch.setattr(fragment, "_make_fragment_identity", note)
    return drawn


@cache
def scene(path: str, number: int) -> AppTest:
    """A scene as its link opens it, for all tests that only look at it."""
    return open_page(path, number)


@cache
def numbers(path: str) -> range:
    """Of the scenes of a page, from 1."""
    return range(1, scenes_of(path) + 1)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_with_a_title_and_says_what_is_in_use(path: str) -> None:
    app = as_it_opens(path)
    assert len(app.title) == 1
    assert "Ready-made network" in status(app)
    assert "Digits: generated" in status(app)


@pytest.mark.parametrize("path", PAGES)
def test_every_scene_has_a_question_of_its_own_and_a_stage(path: str) -> None:
    asked = []
    for number in numbers(path):
        app = scene(path, number)
        (header,) = app.header
        asked.append(header.value)
        assert header.value.endswith("?")
        assert len(header.value) <= LONGEST
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_in_one_piece(path: str) -> None:
    app = in_one_piece(path)
    assert [header.value for header in app.header] == [scene(path, number).header[0].value for number in numbers(path)]
    assert not app.pills


@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_alone_when_opened_first(path: str) -> None:
    app = sound(AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).switch_page(path).run())
    assert "Ready-made network" in status(app)  # so app.py ran


def test_without_mnist_it_says_so_and_offers_another_try() -> None:
    app = open_page("pages/train.py")
    app = sound(app.run())
    assert "MNIST can't be downloaded here now" in text(app)
    sound(app.button(key="retry_mnist").click().run())


def test_a_full_disk_is_not_called_a_missing_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*arguments: object, **options: object) -> Splits:
        raise mnist_files.DiskRefuses("The disk is full: MNIST takes 55 MB of it.")

    monkeypatch.setattr(mnist_files, "load_mnist", load)
    app = open_page("pages/train.py")
    app = sound(app.run())
    assert "MNIST can't be saved here now" in text(app)
    assert "The disk is full: MNIST takes 55 MB of it." in text(app)
    assert "internet connection" not in text(app)
    sound(app.button(key="retry_mnist").click().run())


def test_the_download_shows_its_progress_and_then_mnist_is_in_use(
    digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived = threading.Event()

    def load(root: Path, on_progress: Callable[[float], None], seconds: float) -> Splits:
        on_progress(0.4)
        arrived.wait(30)
        return digits

    monkeypatch.setattr(mnist_files, "load_mnist", load)
    app = open_page("pages/train.py")
    assert "Digits: generated, until MNIST is here" in status(app)
    progress = app.get("progress")[0].proto
    assert progress.value == 40
    assert "MNIST is on its way" in progress.text

    arrived.set()
    for _ in range(200):
        app = sound(app.run())
        if not app.get("progress"):
            break
        time.sleep(0.05)
    assert "Digits: MNIST" in status(app)


@pytest.mark.parametrize("path", PAGES)
def test_questions_wait_for_an_answer_and_move_nothing(path: str, fragments: dict[str, str]) -> None:
    asked = set()
    for number in numbers(path):
        app = open_page(path, number)
        for key in questions(app):
            asked.add(key)
            fragments.clear()
            app = sound(app.run())  # the whole page, also where a question is in a fragment
            known, before = dict(fragments), shown(app)
            app = answer(app, key, app.pills(key=key).options[0])
            assert shown(app) != before, f"{key}: nothing changed after the answer"
            fragments.clear()
            app = sound(app.run())
            assert fragments.keys() >= known.keys(), f"{key}: its answer moves what stands below"
            assert not [key for key in app.query_params if key.startswith("ask_")]
    assert asked == {question.key for question in questions_of(path)}


def shown(app: AppTest) -> list[str]:
    """What stands on a page besides what is said of an answer: figures, values and words."""
    said = {id(element) for kind in (app.success, app.info) for element in kind}
    return [str(element.proto) for element in app.main if id(element) not in said]


def test_questions_have_names_of_their_own_and_explain_every_wrong_answer() -> None:
    found = [question for path in PAGES for question in questions_of(path)]
    assert len({question.key for question in found}) == len(found) >= 20
    for question in found:
        assert question.key.startswith("ask_")
        assert len(question.wrong) >= 2
        assert question.right not in question.wrong
        assert len({question.why, *question.wrong.values()}) == 1 + len(question.wrong)


@pytest.mark.parametrize("path", PAGES)
def test_a_visit_can_hide_every_control_and_question_of_a_scene(path: str) -> None:
    for number in numbers(path):
        app = scene(path, number)
        names = [*controls(app), *questions(app)]
        app = opened_by_link(path, scene=str(number), hide=",".join(names))
        assert not questions(app)
        assert not controls(app)


@pytest.mark.parametrize("text", ["nonsense", "inf", "-1e400"])
@pytest.mark.parametrize("path", PAGES)
def test_nonsense_in_the_link_is_ignored(path: str, text: str) -> None:
    for number in numbers(path):
        app = scene(path, number)
        texts = {field.key for field in app.text_input}  # which take any text
        expected = {key: value_of(app, key) for key in controls(app) if key not in texts}
        at = {"scene": str(number), **dict.fromkeys(expected, text)}
        app = opened_by_link(path, **at)
        assert {key: value_of(app, key) for key in expected} == expected
        sound(opened_by_link(path, hide=",".join(expected), **at))


def test_generated_digits_chosen_by_a_link_are_in_use_and_stay_in_it() -> None:
    app = opened_by_link("pages/step.py", digits="generated")
    assert status(app).endswith("Digits: generated")
    app = sound(app.switch_page("pages/train.py").run())
    assert app.segmented_control(key="dataset").value == "generated digits"
    app = sound(app.switch_page("pages/batches.py").run())
    assert app.query_params["digits"] in ("generated", ["generated"])


def test_training_to_the_end_and_reading_with_the_result() -> None:
    app = open_page("pages/train.py")
    app.slider(key="epochs").set_value(2)
    app.select_slider(key="width").set_value(32)
    app = train(app)
    assert re.search(r"Trained in [\d.]+ s, validation accuracy \*\*\d+\.\d%\*\*", text(app))
    assert len(app.get("vega_lite_chart")) == 2  # loss and accuracy
    assert "Ready-made network" in status(app)
    app = sound(app.button(key="let_it_read").click().run())
    assert "Your network 1: 784-32-10" in status(app)

    app = sound(app.switch_page("pages/softmax.py").run())
    assert "Your network 1: 784-32-10" in status(app)


def test_settings_survive_a_page_switch(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: digits)
    app = open_page("pages/train.py")
    app = sound(app.slider(key="epochs").set_value(7).run())
    app = sound(app.segmented_control(key="dataset").set_value("generated digits").run())
    app = sound(app.switch_page("pages/softmax.py").run())
    assert status(app).endswith("Digits: generated")
    app = sound(app.switch_page("pages/train.py").run())
    assert app.slider(key="epochs").value == 7


def test_settings_from_beyond_the_sliders_do_no_harm() -> None:
    app = open_page("pages/train.py")
    app.slider(key="epochs").set_value(-3)
    app.number_input(key="seed").set_value(-5)
    app = sound(app.run())
    start = RECIPES[0].training_config
    assert (app.slider(key="epochs").value, app.number_input(key="seed").value) == (start.epochs, 0)


def test_what_the_core_refuses_is_a_sentence_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(loop.OPTIMIZERS, "adamw")
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).switch_page("pages/train.py").run()
    assert not app.exception
    assert app.error[0].value.startswith("These settings can't be used. The optimizer is one of")
    assert "train" not in [button.key for button in app.button]


DRAWN = 4  # the scene of the lesson "Photos, letters, scribbles" that has the canvas


def said(app: AppTest) -> str:
    """What the picture of the network says of a drawing, or that there is none."""
    (told,) = component(app, "network")
    return str(told["answer"]["small"] if told["answer"] else told["invites"])


def test_a_blank_canvas_gets_an_invitation_and_no_digit() -> None:
    app = open_page("pages/draw.py", DRAWN)
    assert "Draw on the black square" in said(app)
    app = draw(app, canvas())
    assert "Draw on the black square" in said(app)
    assert "his is a" not in said(app)


def test_a_drawn_one_is_read() -> None:
    app = open_page("pages/draw.py", DRAWN)
    one = canvas()
    one[50:230, 131:149, :3] = 255
    app = draw(app, one)
    assert "his is a 1" in said(app)
    assert "second guess is" in said(app)
    (told,) = component(app, "network")
    assert sum(told["answer"]["p"]) == pytest.approx(1)
    assert told["answer"]["large"] == "1"


def test_a_drawing_is_read_before_there_are_samples(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = threading.Event()

    def slowly() -> Splits:
        ready.wait(30)
        return digits

    monkeypatch.setattr(generated, "generated_splits", slowly)
    app = open_page("pages/draw.py", DRAWN)
    assert "Some digits to click will stand here in a moment." in text(app)
    one = canvas()
    one[50:230, 131:149, :3] = 255
    assert "his is a 1" in said(draw(app, one))
    ready.set()


def test_a_sample_is_read_in_place_of_a_drawing() -> None:
    app = open_page("pages/draw.py", DRAWN)
    app = click_sample(app, 4)
    assert "his is a 4" in said(app)
