"""What it gets wrong: the numbers against scikit-learn, the images against the data, and the duel."""

import base64
import io
import math
import re

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score
from streamlit.testing.v1 import AppTest
from torch import nn
from torch.nn import functional as F

from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.network.checkpoint import load_shipped
from tests.app import formulas, open_page, opened_by_link, sound, text
from ui.frame import state
from ui.visitor import networks

PAGE = "pages/mistakes.py"
HIDDEN = {"hide": "ask_mirror,ask_always_three"}
PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


class Oracle:
    """What a network makes of some images, without the code under test; unless told, the ready-made one."""

    def __init__(self, images: Dataset, logits: torch.Tensor | None = None) -> None:
        p = F.softmax(load_shipped()(normalize(images.images)).detach() if logits is None else logits, 1)
        self.labels, self.choices = images.labels.numpy(), p.argmax(1).numpy()
        self.p = p.numpy()
        self.losses = -np.log(self.p[np.arange(len(p)), self.labels])
        self.confusion = confusion_matrix(self.labels, self.choices, labels=range(10))
        self.wrong = np.flatnonzero(self.labels != self.choices)


@pytest.fixture
def poor(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> Oracle:
    """A network that reads a good half, whichever network comes ready-made: scores at random, the right one raised."""
    labels = digits.validation.labels
    logits = torch.randn(len(labels), 10, generator=torch.Generator().manual_seed(0)) + 2 * F.one_hot(labels, 10)
    monkeypatch.setattr(networks, "validation", lambda: Evaluation(logits, labels))
    return Oracle(digits.validation, logits)


def fullest(oracle: Oracle) -> list[tuple[int, int]]:
    off = oracle.confusion - np.diag(oracle.confusion.diagonal())
    return [(int(i), int(j)) for i, j in np.argwhere(off == off.max())]


def sheets(app: AppTest) -> list[str]:
    """The sheets of cards: that of the chosen cell, and that of the surest mistakes."""
    return [body for body in htmls(app) if "digit-cards" in body]


def htmls(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def pictures(html: str) -> np.ndarray:
    return np.stack([np.asarray(Image.open(io.BytesIO(base64.b64decode(found)))) for found in PNG.findall(html)])


def with_mnist(mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: mnist)
    app = opened_by_link(PAGE, **HIDDEN)
    for _ in range(100):
        if "Digits: MNIST" in app.caption[0].value:
            return app
        app = sound(app.run())
    pytest.fail("MNIST did not come")


def test_what_it_says_of_the_network_is_what_scikit_learn_counts(digits: Splits) -> None:
    oracle = Oracle(digits.validation)
    page = text(opened_by_link(PAGE, **HIDDEN))
    wrong = len(oracle.wrong)
    assert "reads the 300 validation images of generated digits" in page
    assert f"It reads {300 - wrong} of them rightly and {wrong} wrongly" in page
    assert f"its accuracy is **{accuracy_score(oracle.labels, oracle.choices):.2%}**" in page
    assert "this network learned from MNIST" not in page  # it learned from drawn digits too
    assert f"These are the mistakes of this network, {wrong} in all" in page
    sure = oracle.p.max(1) > 0.9
    assert f"In {sure[oracle.wrong].sum()} of its {wrong} mistakes" in page
    assert f"the same in {(sure & (oracle.labels == oracle.choices)).sum()} of its {300 - wrong} right answers" in page
    assert "60,000" not in page


def test_with_mnist_it_counts_the_mistakes_in_5000(mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_mnist(mnist, monkeypatch)
    page = text(app)
    oracle = Oracle(mnist.validation)
    wrong = len(oracle.wrong)
    assert "reads the 5,000 validation images of MNIST" in page
    assert f"It reads {5_000 - wrong:,} of them rightly and {wrong} wrongly" in page
    assert f"its accuracy is **{(5_000 - wrong) / 5_000:.2%}**" in page
    assert "this network learned from MNIST" not in page
    assert "People wrote these digits" in page
    # What the question and its explanation say: the matrix is no mirror image of itself, and on the side of the 9s
    # lie more mistakes than on that of the 4s.
    one, other = oracle.confusion[9, 4], oracle.confusion[4, 9]
    assert one > other
    nines, fours = oracle.confusion[9].sum(), oracle.confusion[4].sum()
    assert f"Of {nines} images of a 9, the network has read {one} as a 4: row 9, column 4." in page
    assert f"Of {fours} images of a 4, it has read {other} as a 9: row 4, column 9." in page
    is_luck = binomtest(int(one), int(one + other)).pvalue > 0.05
    assert ("chance alone could make such a difference" in page) == is_luck
    assert len(sheets(app)) == 2  # the cell the page begins with is not empty
    for i, j in fullest(oracle)[:3]:
        assert f"row {i}, column {j}" in page
    shares = np.bincount(oracle.labels, minlength=10) / len(oracle.labels)
    assert 0.085 < shares.min() < shares.max() < 0.115  # "each of the ten digits is about a tenth of the images"


def test_a_cell_shows_its_images_the_hardest_first_with_both_probabilities(digits: Splits) -> None:
    oracle = Oracle(digits.validation)
    off = oracle.confusion - np.diag(oracle.confusion.diagonal())
    i, j = (int(n) for n in np.unravel_index(off.argmax(), off.shape))
    app = opened_by_link(PAGE, **HIDDEN, is_a=str(i), read_as=str(j))
    found = np.flatnonzero((oracle.labels == i) & (oracle.choices == j))
    found = found[np.argsort(-oracle.losses[found])]
    assert np.array_equal(pictures(sheets(app)[0]), digits.validation.images[found].numpy())
    for index in found:
        assert f"width:{100 * oracle.p[index, i]:.1f}%" in sheets(app)[0]
        assert f"width:{100 * oracle.p[index, j]:.1f}%" in sheets(app)[0]
    row = oracle.confusion[i].sum()
    assert rf"\frac{{{len(found)}}}{{{row}}} = {100 * len(found) / row:.1f}\,\%" in formulas(app)

    empty = next((int(a), int(b)) for a, b in np.argwhere(off == 0) if a != b)
    app.selectbox(key="is_a").set_value(empty[0])
    app = sound(app.selectbox(key="read_as").set_value(empty[1]).run())
    assert len(sheets(app)) == 1


def test_a_full_cell_has_pages_and_another_cell_begins_on_its_first(digits: Splits, poor: Oracle) -> None:
    app = opened_by_link(PAGE, **HIDDEN, is_a="3", read_as="3")
    found = np.flatnonzero((poor.labels == 3) & (poor.choices == 3))
    found = found[np.argsort(-poor.losses[found], kind="stable")]
    assert len(found) > 12
    app = sound(app.number_input(key="cell_page").set_value(2).run())
    assert np.array_equal(pictures(sheets(app)[0]), digits.validation.images[found[12:24]].numpy())
    pages = math.ceil(len(found) / 12)
    assert (app.number_input(key="cell_page").max, app.number_input(key="cell_page").label) == (
        pages,
        f"Page (of {pages})",
    )
    app = sound(app.number_input(key="cell_page").set_value(pages).run())
    assert f"to {len(found)} of {len(found)}" in text(app)
    app.selectbox(key="is_a").set_value(1)
    app = sound(app.selectbox(key="read_as").set_value(1).run())
    assert app.number_input(key="cell_page").value == 1


def test_counts_and_rates(digits: Splits) -> None:
    app = opened_by_link(PAGE, **HIDDEN)
    assert app.segmented_control(key="matrix_numbers").value == "Counts"
    sound(app.segmented_control(key="matrix_numbers").set_value("Rates").run())
    app = opened_by_link(PAGE, matrix_numbers="Rates")
    assert "matrix_numbers" not in [control.key for control in app.segmented_control]  # no matrix yet
    app = sound(app.radio(key="ask_mirror").set_value(app.radio(key="ask_mirror").options[0]).run())
    assert app.segmented_control(key="matrix_numbers").value == "Rates"
    assert app.query_params["matrix_numbers"] in ("Rates", ["Rates"])


@pytest.mark.parametrize("k", [0, 3, 8])
def test_precision_and_recall_of_a_digit_in_symbols_numbers_and_words(digits: Splits, k: int) -> None:
    oracle = Oracle(digits.validation)
    app = opened_by_link(PAGE, **HIDDEN, of_digit=str(k))
    right, called, there = oracle.confusion[k, k], oracle.confusion[:, k].sum(), oracle.confusion[k].sum()
    options = {"labels": [k], "average": None}
    precision = precision_score(oracle.labels, oracle.choices, **options)[0]
    recall = recall_score(oracle.labels, oracle.choices, **options)[0]
    assert rf"\text{{precision}}_{k} = \frac{{{right}}}{{{called}}} = {100 * precision:.1f}\,\%" in formulas(app)
    assert rf"\text{{recall}}_{k} = \frac{{{right}}}{{{there}}} = {100 * recall:.1f}\,\%" in formulas(app)
    assert f"the network called {called} images a" in text(app)
    table = app.table[0].value
    assert table["precision"].tolist()[k] == f"{precision:.1%}"
    assert table["recall"].tolist()[k] == f"{recall:.1%}"


def test_a_digit_never_read_has_a_dash_and_no_precision(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_shipped()
    last = model[-1]
    assert isinstance(last, nn.Linear)
    last.bias.data[7] = -1e4  # never a 7
    monkeypatch.setattr("mnist_core.network.checkpoint.load_shipped", lambda: model)
    app = opened_by_link(PAGE, **HIDDEN, of_digit="7")
    assert r"\text{precision}_7 = \frac{0}{0} \ \text{(no value)}" in formulas(app)
    table = app.table[0].value
    assert (table["precision"].tolist()[7], table["recall"].tolist()[7]) == ("–", "0.0%")


def test_the_surest_mistakes_come_first(digits: Splits, poor: Oracle) -> None:
    app = opened_by_link(PAGE, **HIDDEN)
    order = poor.wrong[np.argsort(-poor.p.max(1)[poor.wrong], kind="stable")]
    assert np.array_equal(pictures(sheets(app)[-1]), digits.validation.images[order[:12]].numpy())
    assert len(order) > 12
    app = sound(app.number_input(key="surest_page").set_value(2).run())
    assert np.array_equal(pictures(sheets(app)[-1]), digits.validation.images[order[12:24]].numpy())


def play(app: AppTest, answers: list[int]) -> AppTest:
    for answer in answers:
        turn = int(re.search(r"\*\*Image (\d+) of 20\.\*\*", text(app))[1]) - 1  # type: ignore[index]
        app = sound(app.button(key=f"duel_{turn}_{answer}").click().run())
    return app


def test_a_duel_to_its_end_and_again(digits: Splits, poor: Oracle) -> None:
    hardest = np.argsort(-poor.losses, kind="stable")[:20]
    labels, choices = poor.labels[hardest], poor.choices[hardest]
    assert (labels != choices).all()
    app = open_page(PAGE)
    assert "duel_restart" not in [button.key for button in app.button]
    app = play(app, [int(labels[0]), int(choices[1])])
    assert "You have **1** of 2 right, the network **0** of 2." in text(app)
    assert f"Image 2 is labelled **{labels[1]}**. You read {choices[1]}: wrong." in text(app)
    now, last = (pictures(body)[0] for body in htmls(app) if "<img" in body and "digit-cards" not in body)
    assert np.array_equal(now, digits.validation.images[hardest[2]].numpy())
    assert np.array_equal(last, digits.validation.images[hardest[1]].numpy())  # the one that is spoken of

    app = sound(app.switch_page("pages/welcome.py").run())
    app = sound(app.switch_page(PAGE).run())
    assert "**Image 3 of 20.**" in text(app)  # as it was left
    assert not [key for key in app.query_params if key.startswith("duel")]

    app = play(app, labels[2:].tolist())
    assert "**You have 19 of 20 right, the network 0 of 20.**" in text(app)
    assert "You and the network differ on 19 of them. Here are all 20:" in text(app)
    (sheet,) = [sheet for sheet in sheets(app) if "network: " in sheet]
    assert np.array_equal(pictures(sheet), digits.validation.images[hardest].numpy())

    app = sound(app.button(key="duel_restart").click().run())
    assert "**Image 1 of 20.**" in text(app)


@pytest.mark.parametrize("wrong", [0, 1, 3])
def test_a_network_with_few_mistakes(digits: Splits, monkeypatch: pytest.MonkeyPatch, wrong: int) -> None:
    labels = digits.validation.labels
    choices = torch.where(torch.arange(len(labels)) < wrong, (labels + 1) % 10, labels)
    # Each image another loss, so that their order is certain; no answer is given more than 0.86.
    logits = torch.linspace(4.0, 2.5, len(labels))[:, None] * F.one_hot(choices, 10)
    monkeypatch.setattr(networks, "validation", lambda: Evaluation(logits, labels))
    hardest = np.argsort(-Oracle(digits.validation, logits).losses)[:20]
    app = opened_by_link(PAGE, **HIDDEN)
    cost = {
        0: "None of these 20 images cost the network more.",
        1: "1 of these 20 images cost the network more: it had lost it before you began.",
        3: "3 of these 20 images cost the network more: it had lost them before you began.",
    }
    assert cost[wrong] in text(app)
    said = f"In {0:,} of its {wrong:,} mistakes, the network gave its wrong answer more than 90%"
    assert (said in text(app)) == (wrong > 0)
    assert ("So here a high probability was never wrong" in text(app)) == (wrong > 0)
    assert "and proves nothing" not in text(app)
    assert ("reads all 300 images rightly: there is nothing to show here" in text(app)) == (wrong == 0)
    app = play(app, labels[hardest].tolist())
    assert f"**You have 20 of 20 right, the network {20 - wrong} of 20.**" in text(app)
    read_as_the_network = "You read every image as the network did." in text(app)
    assert read_as_the_network == (wrong == 0)


def test_why_the_match_is_not_fair(digits: Splits) -> None:
    hardest = np.sort(Oracle(digits.validation).losses)[-20:]
    page = text(open_page(PAGE))
    assert "it costs at most −ln 0.1 = 2.303" in page
    assert f"{(hardest > -math.log(0.1)).sum()} of these 20 images cost the network more" in page
    assert "what the program set out to draw" in page


def test_other_digits_begin_another_duel(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    app = play(open_page(PAGE), [1, 2, 3])
    assert "**Image 4 of 20.**" in text(app)
    fewer = digits.validation.subset(slice(0, 200))
    other = Splits("MNIST", digits.train, fewer, digits.test)
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: other)
    app = sound(app.button(key="retry_mnist").click().run())
    for _ in range(100):
        if "Digits: MNIST" in app.caption[0].value:
            break
        app = sound(app.run())
    assert "reads the 200 validation images of MNIST" in text(app)
    assert "**Image 1 of 20.**" in text(app)


def test_a_press_that_comes_late_does_not_count_for_the_next_image() -> None:
    app = open_page(PAGE)
    late = app.button(key="duel_0_7")
    app = sound(late.click().run())
    assert "**Image 2 of 20.**" in text(app)
    assert not [button for button in app.button if button.key == late.key]
    app = sound(late.click().run())
    assert "**Image 2 of 20.**" in text(app)


def test_a_duel_outlasts_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "tab_name", lambda: "a" * 32)  # the tab's name, from its sessionStorage
    app = play(open_page(PAGE), [1, 2, 3])
    again = open_page(PAGE)
    assert again.session_state["_candidate"] != app.session_state["_candidate"]
    assert "**Image 4 of 20.**" in text(again)


def test_the_duel_comes_before_the_mistakes_that_would_give_it_away() -> None:
    assert [header.value for header in open_page(PAGE).header] == [
        "You against the network",
        "Which digit for which",
        "Two numbers for each digit",
        "Wrong, and sure of it",
    ]


def test_it_does_not_speak_of_what_a_visit_hides(poor: Oracle) -> None:
    page = text(opened_by_link(PAGE, **HIDDEN))
    assert "in the two lists" in page
    assert "1 to 12 of" in page
    page = text(opened_by_link(PAGE, hide="ask_mirror,is_a,read_as,surest_page", is_a="3", read_as="5"))
    assert "in the two lists" not in page
    assert "Click a cell, and the images in it appear below." in page
    assert "1 to 12 of" not in page
    assert re.search(r"12 of \d+ are shown here\.", page)


def test_a_page_beyond_the_last_is_no_page(poor: Oracle) -> None:
    pages = math.ceil(len(poor.wrong) / 12)
    assert pages > 1
    assert opened_by_link(PAGE, **HIDDEN, surest_page=str(pages)).number_input(key="surest_page").value == pages
    assert opened_by_link(PAGE, **HIDDEN, surest_page=str(pages + 1)).number_input(key="surest_page").value == 1


def test_a_network_with_fewer_mistakes_shows_its_last_page(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = digits.validation.labels

    def reads_wrongly(wrong: int) -> None:
        choices = torch.where(torch.arange(len(labels)) < wrong, (labels + 1) % 10, labels)
        monkeypatch.setattr(networks, "validation", lambda: Evaluation(4.0 * F.one_hot(choices, 10), labels))

    reads_wrongly(60)
    app = opened_by_link(PAGE, **HIDDEN, surest_page="5")
    assert "49 to 60 of 60" in text(app)
    reads_wrongly(20)
    app = sound(app.run())
    assert app.number_input(key="surest_page").value == 2
    assert "13 to 20 of 20" in text(app)


def test_the_code_of_what_is_counted_is_on_the_page() -> None:
    code = " ".join(block.value for block in open_page(PAGE).code)
    for name in ("confusion", "precision", "recall", "mistakes", "cell", "hardest", "hardest_duel"):
        assert f"def {name}(" in code
