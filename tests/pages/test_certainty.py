"""How sure is sure: what the page says is what a count finds."""

import re
from itertools import pairwise
from typing import Any

import pytest
import streamlit as st
import torch
from scipy import stats
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from mnist_core import words
from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import Splits
from mnist_core.evaluation import calibration
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.certainty import overconfident
from mnist_core.network.checkpoint import load_shipped, shipped_card
from tests.app import answer, formulas, in_one_piece, open_page, opened_by_link, sound, status, text
from ui.visitor import networks

PAGE = "pages/certainty.py"


@pytest.fixture(autouse=True)
def fresh() -> None:
    st.cache_data.clear()


@pytest.fixture(scope="module")
def answers(digits: Splits) -> Evaluation:
    return evaluate(load_shipped(), digits.validation)


def answered(**linked: str) -> AppTest:
    """All scenes, of the network in use."""
    return in_one_piece(PAGE, certainty_of="In use", **linked)


def error_of(answers: Evaluation, temperature: float = 1.0) -> float:
    """The calibration error by a naive count."""
    p, named = (answers.logits.double() / temperature).softmax(1).max(1)
    total = 0.0
    for b in range(15):
        inside = (p > b / 15) & (p <= (b + 1) / 15)
        if inside.any():
            total += abs((named[inside] == answers.labels[inside]).double().sum() - p[inside].sum()).item()
    return total / len(p)


def compared(app: AppTest) -> Any:
    (found,) = [table for table in app.table if "measure" in table.value.columns]
    return found


def table(app: AppTest) -> dict[str, list[str]]:
    """The three temperatures side by side."""
    frame = compared(app).value
    return {row.iloc[0]: row.iloc[1:].tolist() for _, row in frame.iterrows()}


def test_what_stands_there_is_what_a_count_finds(answers: Evaluation) -> None:
    app = answered()
    p, named = answers.logits.double().softmax(1).max(1)
    right = named == answers.labels
    ninety = (p > 13 / 15) & (p <= 14 / 15)
    page = text(app)
    share = right[ninety].double().mean()
    assert re.search(rf"\b{ninety.sum()} images\..* {(ninety & right).sum()} of them .*\*\*{share:.1%}\*\*", page)
    assert re.search(rf"{p.mean():.1%} on average and is right in {right.double().mean():.1%}", page)
    assert re.search(rf"\b300 images, {(p > 14 / 15).sum()} .* above 93\.3%", page)
    assert rf"\text{{ECE}} = {error_of(answers):.4f}" in formulas(app)


def test_the_written_terms_add_up_to_the_error(answers: Evaluation) -> None:
    (terms,) = [element.value for element in answered().latex if "aligned" in element.value]
    values = [float(value) for value in re.findall(r"(?:= |: \} )([\d.]+)", terms)]
    assert len(values) == 4
    assert sum(values) == pytest.approx(round(error_of(answers), 4))
    for n, total, a, c, value in re.findall(r"\{(\d+)\}\{(\d+)\}} *\\cdot \|([\d.]+) - ([\d.]+)\| = ([\d.]+)", terms):
        assert int(n) / int(total) * abs(float(a) - float(c)) == pytest.approx(float(value), abs=2e-4)


def test_the_half_judged_by_the_other_half_is_said(answers: Evaluation) -> None:
    said = re.search(r"\*\*([\d.]+)\*\* instead of \*\*([\d.]+)\*\*", text(answered()))
    assert said
    assert float(said[1]) >= float(said[2])
    z, y = answers.logits.double(), answers.labels
    grid = torch.logspace(-1.3, 1.3, 2_001, dtype=torch.float64).tolist()

    def losses(start: int) -> list[float]:
        return [F.cross_entropy(z[start::2] / t, y[start::2]).item() for t in grid]

    even, odd = losses(0), losses(1)
    crossed = (even[odd.index(min(odd))] + odd[even.index(min(even))]) / 2
    assert float(said[1]) == pytest.approx(crossed, abs=2e-4)
    whole = [sum(both) / 2 for both in zip(even, odd, strict=True)]
    assert float(said[2]) == pytest.approx(min(whole), abs=1e-4)


def test_most_dots_rise_as_the_temperature_does(answers: Evaluation) -> None:
    """What is to be noticed: the images of a bin were surer ones before, so more of them are read rightly."""
    named_rightly = answers.logits.argmax(1) == answers.labels

    def shares(temperature: float) -> dict[int, float]:
        place = ((answers.logits.double() / temperature).softmax(1).max(1).values * 15).ceil().int()
        return {b: named_rightly[place == b].double().mean().item() for b in range(1, 16) if (place == b).any()}

    cold, hot = shares(0.5), shares(3.0)
    both = cold.keys() & hot.keys()
    assert sum(hot[b] >= cold[b] for b in both) > len(both) / 2
    confidence = [(answers.logits.double() / t).softmax(1).max(1).values.mean().item() for t in (0.5, 1, 2, 4)]
    assert all(first > then for first, then in pairwise(confidence))


def test_generated_digits_are_not_called_strange_to_a_network_that_learned_from_such_too() -> None:
    assert "Keep in mind that this network learned from MNIST" not in text(in_one_piece(PAGE))


def test_the_two_scores_of_the_example() -> None:
    one, other = F.softmax(torch.tensor([4.0, 2.0]), 0), F.softmax(torch.tensor([4.0, 2.0]) / 2, 0)
    page = text(in_one_piece(PAGE))
    assert re.findall(r"about (\d\.\d) times\.", page) == [f"{one[0] / one[1]:.1f}", f"{other[0] / other[1]:.1f}"]


def test_what_it_says_of_the_error_beside_chance(answers: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels drawn from the probabilities themselves, then probabilities that are far too sure."""
    generator = torch.Generator().manual_seed(1)
    z = 3 * torch.randn(300, 10, generator=generator)
    drawn = torch.multinomial(F.softmax(z, 1), 1, generator=generator).squeeze(1)
    for sureness, said in ((1.0, "chance alone could make such gaps"), (3.0, "more than twice that")):
        found = Evaluation(sureness * z, drawn)
        monkeypatch.setattr(networks, "validation", lambda found=found: found)
        assert re.search(rf"has \*\*{error_of(found):.4f}\*\*.{{1,3}}{said}", text(answered()))


def test_judged_by_the_other_half_with_the_same_result(answers: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    n = len(answers.labels) // 2
    twice = Evaluation(answers.logits[:n].repeat_interleave(2, 0), answers.labels[:n].repeat_interleave(2))
    monkeypatch.setattr(networks, "validation", lambda: twice)  # every other one: two halves that are alike
    assert re.search(r"\*\*\d+\.\d{4}\*\*, the same to its last digit", text(answered()))


HEAT = "T above 1: fewer mistakes"


def test_nothing_live_stands_before_an_answer() -> None:
    for scene, key, said, charts in ((1, "ask_certainty", "About ten", 2), (3, "ask_certainty_heat", HEAT, 2)):
        app = open_page(PAGE, scene=scene)
        assert not app.get("vega_lite_chart")
        assert not app.select_slider
        app = answer(app, key, said)
        assert len(app.get("vega_lite_chart")) == charts


def test_the_numbers_of_the_question_are_the_binomials() -> None:
    assert re.search(r"\bbetween 4 and 16\b", text(in_one_piece(PAGE)))
    within = stats.binom.cdf(16, 100, 0.1) - stats.binom.cdf(3, 100, 0.1)
    assert 0.95 < within < 0.99


def test_it_opens_on_a_network_that_is_surer_than_right(digits: Splits) -> None:
    small = evaluate(overconfident(digits), digits.validation)
    p, named = small.logits.double().softmax(1).max(1)
    right = (named == small.labels).double().mean()
    assert p.mean() > right + 0.05
    assert calibration.fit_temperature(small) > 1.3
    app = answer(open_page(PAGE), "ask_certainty", "About ten")
    assert f"it claims {p.mean():.1%} on average and is right in {right:.1%}. So it is **surer than it is right**" in (
        text(app)
    )


def test_the_temperature_moves_the_claim_and_not_the_accuracy(digits: Splits) -> None:
    small = evaluate(overconfident(digits), digits.validation)
    app = opened_by_link(PAGE, scene="3", hide="ask_certainty_heat")
    assert {0.05, 1.0, 50.0} <= {float(option) for option in app.select_slider(key="certainty_t").options}
    for t in (0.05, 2.0, 50.0):
        app = sound(app.select_slider(key="certainty_t").set_value(t).run())
        claims = words.percent((small.logits.double() / t).softmax(1).max(1).values.mean().item())
        assert f"At T = {t:g} it claims **{claims}** on average and is right in **{small.accuracy:.1%}**" in text(app)


def test_the_three_temperatures_in_a_table(answers: Evaluation) -> None:
    app = answered(certainty_t="2")
    rows = table(app)
    loss = F.cross_entropy(answers.logits.double() / 2, answers.labels)
    assert rows["cross-entropy"][1] == f"{loss:.4f}"
    assert rows["ECE"][:2] == [f"{error_of(answers):.4f}", f"{error_of(answers, 2.0):.4f}"]
    assert rows["read rightly"] == [f"{answers.accuracy:.2%}"] * 3
    assert "/2}" in formulas(app)


def test_the_button_goes_to_the_lowest_point(digits: Splits) -> None:
    small = evaluate(overconfident(digits), digits.validation)
    app = opened_by_link(PAGE, scene="3", hide="ask_certainty_heat")
    app = sound(app.button(key="certainty_best").click().run())
    t = float(str(app.select_slider(key="certainty_t").value))
    assert t == pytest.approx(calibration.fit_temperature(small), rel=0.03)
    losses = [F.cross_entropy(small.logits.double() / s, small.labels).item() for s in (t / 1.06, t, t * 1.06)]
    assert min(losses) == losses[1]


def test_at_the_limits_of_t_one_answer_takes_all_or_all_are_alike(digits: Splits) -> None:
    app = open_page(PAGE, scene=2)
    shown = {}
    for t in (0.05, 50.0):
        app = sound(app.select_slider(key="certainty_t").set_value(t).run())
        data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
        shown[t] = data["probability"]
    assert shown[0.05].max() > 0.999
    assert 0.05 < shown[50.0].min() < shown[50.0].max() < 0.2
    assert shown[0.05].idxmax() == shown[50.0].idxmax()


def test_a_link_holds_the_temperature_until_the_question_is_answered() -> None:
    app = opened_by_link(PAGE, scene="3", certainty_t="2")
    assert not app.select_slider
    app = answer(app, "ask_certainty_heat", HEAT)
    assert app.select_slider(key="certainty_t").value == 2


def test_scores_that_are_no_numbers_are_a_sentence_on_the_page(
    answers: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = answers.logits.clone()
    broken[0] = torch.inf
    monkeypatch.setattr(networks, "validation", lambda: Evaluation(broken, answers.labels))
    app = answered()
    assert any("scores are not numbers" in info.value for info in app.info)


def test_a_network_gone_wild_draws_all_the_same(answers: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    wild = Evaluation(answers.logits * 1e25, answers.labels)
    monkeypatch.setattr(networks, "validation", lambda: wild)
    app = answered()
    assert "The loss still falls at the end of the slider, T = 50." in text(app)
    assert len(app.get("vega_lite_chart")) == 5


def test_on_mnist_the_ready_made_network_is_about_as_sure_as_it_is_right(
    mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: mnist)
    app = answered()
    for _ in range(100):
        if "Digits: MNIST" in status(app):
            break
        app = sound(app.run())
    page = text(sound(app.run()))
    assert "Chance alone could make such a difference." in page
    assert "Keep in mind that this network learned from MNIST" not in page
    read = evaluate(load_shipped(), mnist.validation)
    assert f"has **{error_of(read):.4f}**" in page
    assert f"{calibration.fit_temperature(read):.2f}" == "1.00"
    assert f"T = {shipped_card()['temperature']:.3f}, fitted on the 5,000 validation images of MNIST" in page
    assert "its best T is 1.00" in page
