"""How sure is sure: what the page says is what a count finds."""

import re
from itertools import pairwise

import pandas as pd
import pytest
import streamlit as st
import torch
from scipy import stats
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import Splits
from mnist_core.evaluation import calibration
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.certainty import train_quickly
from mnist_core.network.checkpoint import load_shipped, shipped_card
from tests.app import answer, formulas, go_deeper, in_one_piece, open_page, opened_by_link, sound, text
from ui.lessons.certainty import QUICK, READER
from ui.visitor import networks

PAGE = "lessons/certainty.py"


@pytest.fixture(autouse=True)
def fresh() -> None:
    st.cache_data.clear()


@pytest.fixture(scope="module")
def answers(digits: Splits) -> Evaluation:
    return evaluate(load_shipped(), digits.validation)


def answered(**linked: str) -> AppTest:
    """The whole page in one piece, of the network that reads."""
    return in_one_piece(PAGE, certainty_net=READER, **linked)


def heated(**linked: str) -> AppTest:
    """The scene of the temperature with all that goes deeper, of the network that reads."""
    return go_deeper(opened_by_link(PAGE, scene="2", hide="ask_certainty_heat", certainty_net=READER, **linked))


def error_of(answers: Evaluation, temperature: float = 1.0) -> float:
    """The calibration error by a naive count."""
    p, named = (answers.logits.double() / temperature).softmax(1).max(1)
    total = 0.0
    for b in range(15):
        inside = (p > b / 15) & (p <= (b + 1) / 15)
        if inside.any():
            total += abs((named[inside] == answers.labels[inside]).double().sum() - p[inside].sum()).item()
    return total / len(p)


def table(app: AppTest) -> dict[str, list[str]]:
    """The three temperatures side by side."""
    frame = compared(app)
    return {row.iloc[0]: row.iloc[1:].tolist() for _, row in frame.iterrows()}


def compared(app: AppTest) -> pd.DataFrame:
    """The table of the three temperatures."""
    (frame,) = (table.value for table in app.table if "T = 1" in table.value)
    return frame


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


def test_the_temperature_moves_both_figures_and_the_table(answers: Evaluation) -> None:
    app = heated()
    assert len(app.get("vega_lite_chart")) == 2
    app = sound(app.select_slider(key="certainty_t").set_value(2.0).run())
    rows = table(app)
    loss = F.cross_entropy(answers.logits.double() / 2, answers.labels)
    assert rows["cross-entropy"][1] == f"{loss:.4f}"
    assert rows["ECE"][:2] == [f"{error_of(answers):.4f}", f"{error_of(answers, 2.0):.4f}"]
    assert rows["read rightly"] == [f"{answers.accuracy:.2%}"] * 3
    p = (answers.logits.double() / 2).softmax(1).max(1).values.mean().item()
    assert f"At T = 2 it claims **{p:.1%}** on average and is right in **{answers.accuracy:.1%}**" in text(app)
    assert "/2}" in formulas(opened_by_link(PAGE, scene="3", certainty_t="2", certainty_net=READER))


def test_the_button_goes_to_the_lowest_point(answers: Evaluation) -> None:
    app = sound(heated().button(key="certainty_best").click().run())
    t = float(str(app.select_slider(key="certainty_t").value))
    best = float(re.search(r"T = ([\d.]+)", list(compared(app).columns)[-1])[1])  # type: ignore[index]
    assert t == pytest.approx(best, rel=0.03)
    losses = [F.cross_entropy(answers.logits.double() / s, answers.labels).item() for s in (t / 1.05, t, t * 1.05)]
    assert min(losses) == losses[1]
    assert float(table(app)["cross-entropy"][2]) <= float(table(app)["cross-entropy"][0])


def test_a_link_holds_the_temperature_and_a_hidden_slider_keeps_it() -> None:
    assert heated(certainty_t="1.48").select_slider(key="certainty_t").value == 1.48
    app = go_deeper(
        opened_by_link(PAGE, scene="2", hide="ask_certainty_heat,certainty_t", certainty_t="1.48", certainty_net=READER)
    )
    assert not [button for button in app.button if button.key == "certainty_best"]
    assert "yours, T = 1.48" in list(compared(app).columns)
    assert len(app.get("vega_lite_chart")) == 2


def test_the_temperature_goes_from_near_nothing_to_near_all_alike() -> None:
    options = heated().select_slider(key="certainty_t").options
    temperatures = [float(t) for t in options]
    assert (temperatures[0], temperatures[-1]) == (0.05, 50)
    assert 1.0 in temperatures
    assert all(1.01 < later / former < 1.06 for former, later in pairwise(temperatures))


def test_each_figure_waits_for_its_own_question() -> None:
    app = open_page(PAGE)
    assert "Around 90%" not in text(app)
    assert app.get("button_group")
    app = answer(app, "ask_certainty", "About ten")
    assert "Around 90%" in text(app)
    app = open_page(PAGE, scene=2)
    assert app.select_slider(key="certainty_t").disabled
    assert app.button(key="certainty_best").disabled
    app = answer(app, "ask_certainty_heat", "T above 1: fewer mistakes")
    assert not app.select_slider(key="certainty_t").disabled


def test_the_quick_network_shows_something_at_once(digits: Splits) -> None:
    """It is surer than it is right, by more than chance, and needs a temperature well above 1."""
    app = opened_by_link(PAGE, scene="2", hide="ask_certainty_heat")
    assert app.segmented_control(key="certainty_net").value == QUICK
    app = go_deeper(app)
    frame = compared(app)
    assert float(re.search(r"T = ([\d.]+)", list(frame.columns)[-1])[1]) > 1.2  # type: ignore[index]
    first = go_deeper(opened_by_link(PAGE, hide="ask_certainty"))
    assert "**surer than it is right**" in text(first)
    quick = evaluate(train_quickly(digits), digits.validation)
    assert f"is right in {quick.accuracy:.1%}" in text(first)


def test_the_ready_made_network_was_put_right_before(answers: Evaluation) -> None:
    assert f"divided by T = {shipped_card()['temperature']:.2f}" in text(answered())


def test_the_sure_mistake_becomes_unsure(answers: Evaluation) -> None:
    cold, hot = (
        opened_by_link(PAGE, scene="3", certainty_t=t, certainty_net=READER).metric[0].value for t in ("0.05", "50")
    )
    assert cold == "over 99.9%"
    assert 10 <= float(hot.rstrip("%")) < 30


def test_the_numbers_of_the_question_are_the_binomials() -> None:
    app = open_page(PAGE)
    app = answer(app, "ask_certainty", "About ten")
    assert re.search(r"\bbetween 4 and 16\b", text(app))
    within = stats.binom.cdf(16, 100, 0.1) - stats.binom.cdf(3, 100, 0.1)
    assert 0.95 < within < 0.99


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


def test_scores_that_are_no_numbers_are_a_sentence_on_the_page(
    answers: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = answers.logits.clone()
    broken[0] = torch.inf
    monkeypatch.setattr(networks, "validation", lambda: Evaluation(broken, answers.labels))
    for scene in ("1", "2", "3"):
        app = opened_by_link(PAGE, scene=scene, certainty_net=READER)
        assert re.search(r"scores are not numbers", app.info[-1].value)
        assert not app.get("vega_lite_chart")


def test_a_network_gone_wild_draws_all_the_same(answers: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    wild = Evaluation(answers.logits * 1e25, answers.labels)
    monkeypatch.setattr(networks, "validation", lambda: wild)
    app = heated()
    app = sound(app.button(key="certainty_best").click().run())
    assert app.select_slider(key="certainty_t").value == pytest.approx(calibration.HOTTEST, rel=0.03)
    assert len(app.get("vega_lite_chart")) == 2


def test_a_network_without_mistakes_has_an_example_too(answers: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "validation", lambda: Evaluation(answers.logits, answers.logits.argmax(1)))
    page = text(answered())
    named, shown = (re.search(rf"{what} a \*\*(\d)\*\*", page) for what in ("reads", "shows"))
    assert named
    assert shown
    assert named[1] == shown[1]
    assert "mistake:" not in page


def test_on_mnist_the_ready_made_network_is_about_as_sure_as_it_is_right(
    mnist: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: mnist)
    app = answered()
    for _ in range(100):
        if "5,000 validation images (MNIST)" in text(app):
            break
        app = sound(app.run())
    page = text(app)
    assert "5,000 validation images (MNIST)" in page
    assert "Chance alone could make such a difference." in page
    assert "Keep in mind that this network learned from MNIST" not in page
    read = evaluate(load_shipped(), mnist.validation)
    assert f"has **{error_of(read):.4f}**" in page
    assert f"lowest, T = {calibration.fit_temperature(read):.2f}" in list(compared(app).columns)


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
