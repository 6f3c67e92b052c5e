"""What it gets wrong: the numbers against scikit-learn and scipy, the images against the data."""

import base64
import io
import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from torch import nn
from torch.nn import functional as F

from mnist_core import words
from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.lessons.collection import OwnDigit
from mnist_core.network.checkpoint import load_shipped, shipped_card
from tests.app import answer, formulas, in_one_piece, open_page, opened_by_link, sound, status, text
from ui.visitor import networks, store

PAGE = "lessons/mistakes.py"
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


def htmls(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def pictures(html: str) -> np.ndarray:
    return np.stack([np.asarray(Image.open(io.BytesIO(base64.b64decode(found)))) for found in PNG.findall(html)])


def sheets(app: AppTest) -> list[str]:
    """The sheets of images: tiles of a cell, or cards of the surest mistakes."""
    return [body for body in htmls(app) if 'class="tiles"' in body or "digit-cards" in body]


def with_mnist(mnist: Splits, monkeypatch: pytest.MonkeyPatch, **linked: str) -> AppTest:
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: mnist)
    app = opened_by_link(PAGE, **linked)
    for _ in range(100):
        if "Digits: MNIST" in status(app):
            return sound(app.run())  # it may have come while the page was drawn
        app = sound(app.run())
    pytest.fail("MNIST did not come")


def test_what_it_says_of_the_network_is_what_scikit_learn_counts(digits: Splits) -> None:
    oracle = Oracle(digits.validation)
    page = text(in_one_piece(PAGE))
    wrong = len(oracle.wrong)
    assert f"reads (**classifies**) {300 - wrong} of the 300 validation images of generated digits rightly" in page
    assert f"misreads (**misclassifies**) {wrong}: an **accuracy** of" in page
    assert f"an **accuracy** of **{accuracy_score(oracle.labels, oracle.choices):.2%}**" in page
    assert "this network learned from MNIST" not in page  # it learned from drawn digits too
    assert f"All its mistakes, {wrong};" in page
    sure = oracle.p.max(1) > 0.9
    assert f"In {sure[oracle.wrong].sum()} of its {wrong} mistakes" in page
    assert f"the same in {(sure & (oracle.labels == oracle.choices)).sum()} of its {300 - wrong} right answers" in page
    assert "60,000" not in page


def test_with_mnist_it_counts_the_mistakes_in_5000(mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    app = with_mnist(mnist, monkeypatch, show="whole")
    page = text(app)
    oracle = Oracle(mnist.validation)
    wrong = len(oracle.wrong)
    assert f"{5_000 - wrong:,} of the 5,000 validation images of MNIST rightly" in page
    assert f"an **accuracy** of **{(5_000 - wrong) / 5_000:.2%}**" in page
    assert "this network learned from MNIST" not in page
    # What the question and its explanation say: the matrix is no mirror image of itself, and on the side of the 9s
    # lie more mistakes than on that of the 4s.
    one, other = oracle.confusion[9, 4], oracle.confusion[4, 9]
    assert one > other
    nines, fours = oracle.confusion[9].sum(), oracle.confusion[4].sum()
    assert f"**{one} of {nines}** images of a 9 were read as a 4" in page
    assert f"**{other} of {fours}** images of a 4 were read as a 9" in page
    assert f"Of {nines} images of a 9, the network has read {one} as a 4: row 9, column 4." in page
    assert f"Of {fours} images of a 4, it has read {other} as a 9: row 4, column 9." in page
    is_luck = binomtest(int(one), int(one + other)).pvalue > 0.05
    assert ("Chance alone could make such a difference" in page) == is_luck
    for i, j in fullest(oracle)[:3]:
        assert f"row {i}, column {j}" in page
    shares = np.bincount(oracle.labels, minlength=10) / len(oracle.labels)
    assert 0.085 < shares.min() < shares.max() < 0.115  # "each digit is about a tenth of the images"
    assert_accuracies(app, oracle)


def assert_accuracies(app: AppTest, oracle: Oracle) -> None:
    """Why one network has several: each number of the ready-made one, beside its card, with Wilson's interval."""
    (table,) = [table.value for table in app.table if "95% interval" in table.value.columns]
    rows = {row["images"]: row for _, row in table.iterrows()}
    assert list(rows) == ["training images", "validation images", "the first 2,000 of them", "final test"]
    card = shipped_card()
    first = int((oracle.choices == oracle.labels)[:2_000].sum())
    validation = 5_000 - len(oracle.wrong)
    assert validation == round(card["validation_accuracy"] * 5_000) == 4_955
    for name, right, images in (
        ("validation images", validation, 5_000),
        ("the first 2,000 of them", first, 2_000),
        ("final test", round(card["test_accuracy"] * 10_000), 10_000),
    ):
        low, high = binomtest(right, images).proportion_ci(method="wilson")
        assert rows[name]["read rightly"] == f"{right:,}"
        assert rows[name]["accuracy"] == f"{right / images:.2%}"
        assert rows[name]["95% interval"] == f"{low:.2%} to {high:.2%}"
    assert rows["training images"]["how many"] == "10,000"
    page = text(app)
    assert "the validation, 99.10%, is lower than the final test, 99.25%" in page
    assert "The intervals of both overlap, so luck may have made the difference." in page


def test_generated_digits_have_no_final_test_of_a_network_that_learned_from_mnist(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    (table,) = [table.value for table in app.table if "95% interval" in table.value.columns]
    assert table["images"].tolist() == ["validation images", "the first 300 of them"]


def test_fewer_images_leave_more_to_luck(digits: Splits) -> None:
    oracle = Oracle(digits.validation)
    app = open_page(PAGE, scene=5)
    app = sound(app.select_slider(key="mistakes_first").set_value(100).run())
    table = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
    rows = table.set_index("name")
    assert rows.loc["the first 100 of them", "accuracy"] == (oracle.choices == oracle.labels)[:100].mean()
    widths = rows["high"] - rows["low"]
    assert widths["the first 100 of them"] > widths["validation images"]


def test_the_readers_own_handwriting_is_counted_too(digits: Splits) -> None:
    app = open_page(PAGE, scene=5)
    visitor = store.visitors().find(app.session_state["_tab"])
    some = digits.validation.subset(slice(0, 30))
    visitor.own_digits = [
        OwnDigit(int(label), "canvas", bytes(image.flatten().tolist()))
        for image, label in zip(some.images, some.labels, strict=True)
    ]
    app = sound(app.run())
    rows = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data).set_index("name")
    oracle = Oracle(some)
    assert rows.loc["your handwriting", "accuracy"] == pytest.approx((oracle.choices == oracle.labels).mean())


def test_it_opens_on_the_fullest_cell_off_the_diagonal_with_its_images(digits: Splits, poor: Oracle) -> None:
    i, j = fullest(poor)[0]
    app = open_page(PAGE)
    assert (app.selectbox(key="is_a").value, app.selectbox(key="read_as").value) == (i, j)
    found = np.flatnonzero((poor.labels == i) & (poor.choices == j))
    found = found[np.argsort(-poor.losses[found], kind="stable")]
    assert np.array_equal(pictures(sheets(app)[0]), digits.validation.images[found[:10]].numpy())
    assert f"**{len(found)} images of a{'n' * (i == 8)} {i} were read as a{'n' * (j == 8)} {j}**" in text(app)


def test_a_cell_shows_its_images_the_hardest_first_with_both_probabilities(digits: Splits) -> None:
    oracle = Oracle(digits.validation)
    off = oracle.confusion - np.diag(oracle.confusion.diagonal())
    i, j = (int(n) for n in np.unravel_index(off.argmax(), off.shape))
    app = in_one_piece(PAGE, is_a=str(i), read_as=str(j))
    found = np.flatnonzero((oracle.labels == i) & (oracle.choices == j))
    found = found[np.argsort(-oracle.losses[found], kind="stable")]
    assert np.array_equal(pictures(sheets(app)[0]), digits.validation.images[found[:10]].numpy())
    for index in found[:10]:
        assert f"{i}: {words.percent(oracle.p[index, i])}" in sheets(app)[0]
        assert f"{j}: {words.percent(oracle.p[index, j])}" in sheets(app)[0]
    row = oracle.confusion[i].sum()
    assert rf"\frac{{{len(found)}}}{{{row}}} = {100 * len(found) / row:.1f}\,\%" in formulas(app)

    app = open_page(PAGE)
    empty = next((int(a), int(b)) for a, b in np.argwhere(off == 0) if a != b)
    app.selectbox(key="is_a").set_value(empty[0])
    app = sound(app.selectbox(key="read_as").set_value(empty[1]).run())
    assert not sheets(app)
    assert "The cell is empty." in text(app)


def test_a_full_cell_has_pages_and_another_cell_begins_on_its_first(digits: Splits, poor: Oracle) -> None:
    app = opened_by_link(PAGE, is_a="3", read_as="3")
    found = np.flatnonzero((poor.labels == 3) & (poor.choices == 3))
    found = found[np.argsort(-poor.losses[found], kind="stable")]
    assert len(found) > 10
    app = sound(app.number_input(key="cell_page").set_value(2).run())
    assert np.array_equal(pictures(sheets(app)[0]), digits.validation.images[found[10:20]].numpy())
    pages = math.ceil(len(found) / 10)
    assert (app.number_input(key="cell_page").max, app.number_input(key="cell_page").label) == (
        pages,
        f"Page (of {pages})",
    )
    app = sound(app.number_input(key="cell_page").set_value(pages).run())
    assert f"to {len(found)} of {len(found)}" in text(app)
    app.selectbox(key="is_a").set_value(1)
    app = sound(app.selectbox(key="read_as").set_value(1).run())
    assert app.number_input(key="cell_page").value == 1


def test_counts_and_rates(poor: Oracle) -> None:
    def numbers(app: AppTest) -> list[str]:
        table = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
        return list(table["number"])

    assert str(poor.confusion[0, 0]) in numbers(open_page(PAGE))
    rates = numbers(in_one_piece(PAGE, matrix_numbers="Rates"))
    assert f"{100 * poor.confusion[0, 0] / poor.confusion[0].sum():.1f}" in rates


def test_nothing_live_stands_before_an_answer(poor: Oracle) -> None:
    for scene, key, waits in ((2, "ask_mirror", "mirror_one"), (3, "ask_always_three", "of_digit")):
        app = open_page(PAGE, scene=scene)
        assert control(app, waits).disabled
        assert not sheets(app)
        assert "Precision" not in text(app)
        app = answer(app, key, app.pills(key=key).options[0])
        assert not control(app, waits).disabled


def control(app: AppTest, key: str) -> Any:
    return next(each for each in (*app.selectbox, *app.segmented_control) if each.key == key)


def test_any_pair_can_be_held_against_its_mirror(poor: Oracle) -> None:
    app = opened_by_link(PAGE, scene="2", hide="ask_mirror")
    app.selectbox(key="mirror_one").set_value(3)
    app = sound(app.selectbox(key="mirror_other").set_value(5).run())
    for i, j in ((3, 5), (5, 3)):
        said = f"**{poor.confusion[i, j]} of {poor.confusion[i].sum()}** images of a {i} were read as a {j}"
        assert said in text(app)


@pytest.mark.parametrize("k", [0, 3, 8])
def test_precision_and_recall_of_a_digit_in_symbols_numbers_and_words(digits: Splits, k: int) -> None:
    oracle = Oracle(digits.validation)
    app = in_one_piece(PAGE, of_digit=str(k))
    right, called, there = oracle.confusion[k, k], oracle.confusion[:, k].sum(), oracle.confusion[k].sum()
    options = {"labels": [k], "average": None}
    precision = precision_score(oracle.labels, oracle.choices, **options)[0]
    recall = recall_score(oracle.labels, oracle.choices, **options)[0]
    assert rf"\text{{precision}}_{k} = \frac{{{right}}}{{{called}}} = {100 * precision:.1f}\,\%" in formulas(app)
    assert rf"\text{{recall}}_{k} = \frac{{{right}}}{{{there}}} = {100 * recall:.1f}\,\%" in formulas(app)
    assert f"the network called {called} images a" in text(app)
    (table,) = [table.value for table in app.table if "precision" in table.value.columns]
    assert table["precision"].tolist()[k] == f"{precision:.1%}"
    assert table["recall"].tolist()[k] == f"{recall:.1%}"


def test_a_digit_never_read_has_a_dash_and_no_precision(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_shipped()
    last = model[-1]
    assert isinstance(last, nn.Linear)
    last.bias.data[7] = -1e4  # never a 7
    monkeypatch.setattr("mnist_core.network.checkpoint.load_shipped", lambda: model)
    app = in_one_piece(PAGE, of_digit="7")
    assert r"\text{precision}_7 = \frac{0}{0} \ \text{(no value)}" in formulas(app)
    (table,) = [table.value for table in app.table if "precision" in table.value.columns]
    assert (table["precision"].tolist()[7], table["recall"].tolist()[7]) == ("–", "0.0%")


def test_the_surest_mistakes_come_first(digits: Splits, poor: Oracle) -> None:
    app = open_page(PAGE, scene=4)
    order = poor.wrong[np.argsort(-poor.p.max(1)[poor.wrong], kind="stable")]
    assert np.array_equal(pictures(sheets(app)[0]), digits.validation.images[order[:6]].numpy())
    assert len(order) > 6
    app = sound(app.number_input(key="surest_page").set_value(2).run())
    assert np.array_equal(pictures(sheets(app)[0]), digits.validation.images[order[6:12]].numpy())


@pytest.mark.parametrize("wrong", [0, 1, 3])
def test_a_network_with_few_mistakes(digits: Splits, monkeypatch: pytest.MonkeyPatch, wrong: int) -> None:
    labels = digits.validation.labels
    choices = torch.where(torch.arange(len(labels)) < wrong, (labels + 1) % 10, labels)
    # No answer is given more than 0.86.
    logits = torch.linspace(4.0, 2.5, len(labels))[:, None] * F.one_hot(choices, 10)
    monkeypatch.setattr(networks, "validation", lambda: Evaluation(logits, labels))
    page = text(in_one_piece(PAGE))
    said = f"In {0:,} of its {wrong:,} mistakes, the network gave its wrong answer more than 90%"
    assert (said in page) == (wrong > 0)
    assert ("So here a high probability was never wrong" in page) == (wrong > 0)
    assert "and proves nothing" not in page
    assert ("reads all 300 images rightly: there is nothing to show here" in page) == (wrong == 0)


def test_it_does_not_speak_of_what_a_visit_hides(poor: Oracle) -> None:
    page = text(in_one_piece(PAGE))
    assert "in the two lists" in page
    assert "1 to 6 of" in page
    page = text(in_one_piece(PAGE, hide="is_a,read_as,surest_page", is_a="3", read_as="5"))
    assert "in the two lists" not in page
    assert "Click a cell, and the images in it appear beside it." in page
    assert "1 to 6 of" not in page
    assert re.search(r"6 of \d+ are shown here\.", page)


def test_a_page_beyond_the_last_is_no_page(poor: Oracle) -> None:
    pages = math.ceil(len(poor.wrong) / 6)
    assert pages > 1
    for asked, shown in ((pages, pages), (pages + 1, 1)):
        app = opened_by_link(PAGE, scene="4", surest_page=str(asked))
        assert app.number_input(key="surest_page").value == shown


def test_a_network_with_fewer_mistakes_shows_its_last_page(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = digits.validation.labels

    def reads_wrongly(wrong: int) -> None:
        choices = torch.where(torch.arange(len(labels)) < wrong, (labels + 1) % 10, labels)
        monkeypatch.setattr(networks, "validation", lambda: Evaluation(4.0 * F.one_hot(choices, 10), labels))

    reads_wrongly(60)
    app = opened_by_link(PAGE, scene="4", surest_page="10")
    assert "55 to 60 of 60" in text(app)
    reads_wrongly(20)
    app = sound(app.run())
    assert app.number_input(key="surest_page").value == 4
    assert "19 to 20 of 20" in text(app)


def test_the_code_of_what_is_counted_is_on_the_page() -> None:
    code = " ".join(block.value for block in in_one_piece(PAGE).code)
    for name in ("confusion", "precision", "recall", "mistakes", "cell", "wilson_interval"):
        assert f"def {name}(" in code
