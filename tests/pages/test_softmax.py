"""The softmax page: the numbers it states, and what it computes from the scores in its link."""

import inspect
import math
import re

import numpy as np
import pandas as pd
import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core.network import functions
from tests.app import formulas, open_page, opened_by_link, sound, text
from tests.conftest import PROJECT
from ui.lessons import softmax_explorer

PAGE = "pages/softmax.py"
RIGHT = {
    "ask_add_hundred": "It finds no probabilities any more.",
    "ask_temperature": "No: their order never changes.",
}
SCORES = [3.5, -2.0, 0.0, 9.9, -10.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def answered(key: str, **linked: str) -> AppTest:
    app = opened_by_link(PAGE, **linked)
    return sound(app.radio(key=key).set_value(RIGHT[key]).run())


def chart_data(app: AppTest) -> pd.DataFrame:
    (chart,) = app.get("vega_lite_chart")
    return convert_arrow_bytes_to_pandas_df(chart.proto.data.data)


def test_the_limits_of_float32_that_the_page_states() -> None:
    page = text(open_page(PAGE))
    largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).smallest_subnormal)
    assert "largest number there is about 3.4 · 10³⁸, a 3 with 38 more digits" in page
    assert f"{largest:.1e}" == "3.4e+38"
    assert str(int(largest))[0] == "3"
    assert len(str(int(largest))) == 39
    assert "$e^{88.7}$ still fits, $e^{88.8}$ does not" in text(answered("ask_add_hundred"))
    assert torch.tensor([88.7, 88.8]).exp().isfinite().tolist() == [True, False]
    assert "about 1.4 · 10⁻⁴⁵" in page
    assert f"{smallest:.1e}" == "1.4e-45"
    assert "below about $e^{-104}$" in page
    assert torch.tensor([-103.9, -104.1]).exp().gt(0).tolist() == [True, False]
    assert f"$e$ = {math.e:.3f}…" in page
    assert f"becomes {math.e:.3f} times as large" in page


def test_what_the_first_question_says_of_the_power() -> None:
    app = open_page(PAGE)
    app = sound(app.radio(key="ask_add_hundred").set_value("It finds the same probabilities.").run())
    assert "e¹⁰⁰ has 44 digits" in text(app)
    assert len(str(int(math.exp(100)))) == 44


def test_the_same_limits_stand_in_the_explorers_script() -> None:
    limits = re.findall(r"\d\.\d·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", softmax_explorer._JS)
    assert set(limits) == {"3.4·10³⁸", "1.4·10⁻⁴⁵"}


def test_scores_that_rise_by_a_hundred_have_no_naive_probabilities() -> None:
    app = answered("ask_add_hundred", logits=",".join(map(str, SCORES)), scale="10")
    table = app.table[0].value
    z = torch.tensor(SCORES) + 100
    assert table["score"].tolist() == [f"{score:.1f}" for score in z.tolist()]
    assert set(table["power"]) == {"∞"}
    assert set(table["p, naive"]) == {"not a number"}
    safe = [float(p) for p in table["p, safe"]]
    assert safe == pytest.approx(torch.softmax(torch.tensor(SCORES), 0).tolist(), rel=0.01)


def test_the_formula_has_the_numbers_of_the_true_class() -> None:
    app = answered("ask_add_hundred", logits=",".join(map(str, SCORES)), true_class="9")
    z = torch.tensor(SCORES).double()
    powers = (z - z.max()).exp()
    expected = rf"\frac{{{powers[9]:.3f}}}{{{powers.sum():.3f}}} = {torch.softmax(z, 0)[9]:.3f}"
    assert expected in formulas(app)
    assert "e^{105.0 - 109.9}" in formulas(app)


def test_far_apart_the_loss_of_p_is_infinite_and_that_of_the_logarithm_is_not() -> None:
    page = formulas(open_page(PAGE))
    assert torch.softmax(torch.tensor([60.0, -60.0]), 0)[1] == 0
    loss = torch.nn.functional.cross_entropy(torch.tensor([[60.0, -60.0]]), torch.tensor([1])).item()
    assert r"z = (60,\ -60), \quad p_2 = 0" in page
    assert r"-\ln p_2 = \infty" in page
    assert rf"-\ln p_2 = {loss:.0f} " in page


@pytest.mark.parametrize("temperature", [0.05, 1.0, 50.0])
def test_the_sweep_shows_the_scores_of_the_link_at_its_temperature(temperature: float) -> None:
    app = answered("ask_temperature", logits=",".join(map(str, SCORES)), true_class="8", sweep_t=f"{temperature:g}")
    shown = chart_data(app)
    expected = torch.softmax(torch.tensor(SCORES) / temperature, 0)
    torch.testing.assert_close(torch.tensor(shown["probability"].tolist()), expected)
    assert shown["role"].tolist()[8] == "right"


def test_a_high_temperature_makes_all_alike_and_keeps_their_order() -> None:
    z = torch.tensor(SCORES, dtype=torch.float64)
    for temperature in (0.25, 1.0, 8.0, 1e6):
        assert torch.softmax(z / temperature, 0).argsort().tolist() == z.argsort().tolist()
    assert torch.softmax(z / 8, 0).std() < torch.softmax(z, 0).std()


def test_a_temperature_of_the_columns_is_not_counted_twice() -> None:
    assert chart_data(answered("ask_temperature", temperature="8")).equals(chart_data(answered("ask_temperature")))


def test_the_javascript_and_the_python_stand_side_by_side() -> None:
    app = open_page(PAGE)
    shown = [code.value for code in app.code]
    assert f"`{functions.__name__}`, on the server" in [caption.value for caption in app.caption]
    assert (PROJECT / "ui/components/softmax.js").read_text(encoding="utf-8").strip() == shown[0].strip()
    for name in ("softmax_naive", "softmax", "log_softmax", "cross_entropy"):
        assert inspect.getsource(getattr(functions, name)).strip() in [code.strip() for code in shown[1:]]


def test_hidden_parts_keep_their_linked_value() -> None:
    app = opened_by_link(PAGE, hide="temperature,subtract", temperature="2", subtract="false")
    assert app.query_params["temperature"] in ("2", ["2"])
    assert app.query_params["subtract"] in ("false", ["false"])
    app = sound(app.button(key="reset_page").click().run())
    assert app.query_params["temperature"] in ("2", ["2"])
