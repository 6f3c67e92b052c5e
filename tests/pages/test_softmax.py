"""The softmax page: the numbers it states, and what it computes from the scores in its link."""

import inspect
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core.network import functions
from tests.app import (
    answer,
    component,
    controls,
    formulas,
    in_one_piece,
    open_page,
    opened_by_link,
    sound,
    text,
    turn_to,
)
from tests.conftest import PROJECT
from ui.lessons import softmax_explorer
from ui.lessons.softmax_explorer import START

PAGE = "lessons/softmax.py"
SCENES = {"ask_twice": 2, "ask_temperature": 3, "ask_needed": 4, "ask_add_hundred": 5}
RIGHT = {
    "ask_twice": "It grows",
    "ask_temperature": "No: their order never changes",
    "ask_needed": "The largest score",
    "ask_add_hundred": "No probabilities any more",
}
SCORES = [3.5, -2.0, 0.0, 9.9, -10.0, 1.0, 2.0, 3.0, 4.0, 5.0]
LINKED = ",".join(map(str, SCORES))


def answered(key: str, **linked: str) -> AppTest:
    return answer(opened_by_link(PAGE, scene=str(SCENES[key]), **linked), key, RIGHT[key])


def chart_data(app: AppTest) -> pd.DataFrame:
    (chart,) = app.get("vega_lite_chart")
    return convert_arrow_bytes_to_pandas_df(chart.proto.data.data)


def moved(app: AppTest) -> list[Any]:
    """What can be moved, but for the explorer."""
    return [*app.slider, *app.select_slider, *app.segmented_control]


def explorer(app: AppTest) -> dict[str, object]:
    """What the explorer was told."""
    (told,) = component(app, "explorer")
    return told


@pytest.mark.parametrize("key", SCENES)
def test_nothing_can_be_moved_before_the_answer(key: str) -> None:
    app = opened_by_link(PAGE, scene=str(SCENES[key]))
    assert all(control.disabled for control in moved(app))
    if key in ("ask_twice", "ask_add_hundred"):
        assert explorer(app)["isLive"] is False
        assert explorer(answer(app, key, RIGHT[key]))["isLive"] is True
    else:
        before = chart_data(app)
        app = answer(app, key, RIGHT[key])
        assert chart_data(app).equals(before)
        assert moved(app)
        assert not [control for control in moved(app) if control.disabled]


def test_the_limits_of_float32_that_the_page_states() -> None:
    page = text(in_one_piece(PAGE))
    largest, smallest = float(np.finfo(np.float32).max), float(np.finfo(np.float32).smallest_subnormal)
    assert "largest number there is about 3.4 · 10³⁸, a 3 with 38 more digits" in page
    assert f"{largest:.1e}" == "3.4e+38"
    assert str(int(largest))[0] == "3"
    assert len(str(int(largest))) == 39
    assert "$e^{88.7}$ still fits, $e^{88.8}$ does not" in page
    assert torch.tensor([88.7, 88.8]).exp().isfinite().tolist() == [True, False]
    assert "about 1.4 · 10⁻⁴⁵" in page
    assert f"{smallest:.1e}" == "1.4e-45"
    assert "below about $e^{-104}$" in page
    assert torch.tensor([-103.9, -104.1]).exp().gt(0).tolist() == [True, False]
    assert f"$e$ = {math.e:.3f}…" in page
    assert f"becomes {math.e:.3f} times as large" in page
    assert "A score of −20 would still be safe after 100 is added" in page
    assert torch.tensor(100.0 - 20).exp().isfinite()


def test_the_question_about_a_hundred_says_which_scores_it_means() -> None:
    app = opened_by_link(PAGE, scene="5")
    assert "The scores run from −3 to 4 at the start" in app.pills(key="ask_add_hundred").label
    assert (min(START.logits), max(START.logits)) == (-3, 4)
    assert (torch.tensor(START.logits) + 100).exp().isinf().all()
    app = answer(app, "ask_add_hundred", "The same probabilities")
    assert "e¹⁰⁰ has 44 digits" in text(app)
    assert len(str(int(math.exp(100)))) == 44


def test_the_same_limits_stand_in_the_explorers_script() -> None:
    limits = re.findall(r"\d\.\d·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", softmax_explorer._JS)
    assert set(limits) == {"3.4·10³⁸", "1.4·10⁻⁴⁵"}


def test_the_ratio_is_squared_as_the_page_says() -> None:
    page = text(answered("ask_twice"))
    z = torch.tensor(START.logits).double()
    assert [int(digit) for digit in z.topk(2).indices] == [3, 8]
    for factor, stated in ((1, "2.718 between the 3 and the 8"), (2, "2.718² = 7.389")):
        p = torch.softmax(factor * z, 0)
        assert f"{p[3] / p[8]:.3f}" in stated
        assert stated in page
    assert torch.equal(torch.softmax(2 * z, 0), torch.softmax(z / 0.5, 0))
    assert torch.softmax(2 * z, 0).max() > torch.softmax(z, 0).max()


def test_scores_that_rise_by_a_hundred_have_no_naive_probabilities() -> None:
    app = in_one_piece(PAGE, logits=LINKED, scale="10")
    (table,) = [table.value for table in app.table if "power" in table.value]
    z = torch.tensor(SCORES) + 100
    assert table["score"].tolist() == [f"{score:.1f}" for score in SCORES]
    assert table["score + 100"].tolist() == [f"{score:.1f}" for score in z.tolist()]
    assert set(table["power"]) == {"∞"}
    assert set(table["p, naive"]) == {"not a number"}
    safe = [float(p) for p in table["p, safe"]]
    assert safe == pytest.approx(torch.softmax(torch.tensor(SCORES), 0).tolist(), rel=0.01)


def test_the_formulas_have_the_numbers_of_the_true_class() -> None:
    app = in_one_piece(PAGE, logits=LINKED, true_class="9")
    z = torch.tensor(SCORES).double()
    powers = (z - z.max()).exp()
    p = torch.softmax(z, 0)[9]
    assert rf"\frac{{{powers[9]:.3f}}}{{{powers.sum():.3f}}} = {p:.3f}" in formulas(app)
    assert rf"\frac{{{powers[9]:.4f}}}{{{powers.sum():.4f}}} = {p:.3f}" in formulas(app)
    assert "e^{105.0 - 109.9}" in formulas(app)
    assert "e^{5.0 - 9.9}" in formulas(app)
    loss = torch.nn.functional.cross_entropy(z[None], torch.tensor([9])).item()
    assert f"$-\\ln p_9$ = {loss:.3f}" in text(app)
    assert f"it gives a loss of {loss:.3f}" in text(app)


def test_far_apart_the_loss_of_p_is_infinite_and_that_of_the_logarithm_is_not() -> None:
    app = in_one_piece(PAGE)
    page = formulas(app)
    assert torch.softmax(torch.tensor([60.0, -60.0]), 0)[1] == 0
    loss = torch.nn.functional.cross_entropy(torch.tensor([[60.0, -60.0]]), torch.tensor([1])).item()
    assert r"z & = (60,\ -60), \quad p_2 = 0" in page
    assert r"-\ln p_2 & = \infty" in page
    assert rf"-\ln p_2 & = {loss:.0f} " in page
    z = torch.tensor(START.logits)
    z[0], z[1] = -120.0, 120.0
    assert "and here it is 240" in text(app)
    assert functions.cross_entropy(z, torch.tensor(0)) == 240


@pytest.mark.parametrize("temperature", [0.05, 1.0, 50.0])
def test_the_bars_show_the_scores_of_the_link_at_the_temperature(temperature: float) -> None:
    app = answered("ask_temperature", logits=LINKED, true_class="8", temperature=f"{temperature:g}")
    shown = chart_data(app)
    expected = torch.softmax(torch.tensor(SCORES) / temperature, 0)
    torch.testing.assert_close(torch.tensor(shown["probability"].tolist()), expected)
    assert shown["role"].tolist()[8] == "right"


def test_the_temperature_changes_the_ratio_that_is_said() -> None:
    app = answered("ask_temperature")
    assert "T = 1: p of the 3 is **2.7 times** p of the 8" in text(app)
    app = sound(app.select_slider(key="temperature").set_value(0.5).run())
    assert "T = 0.5: p of the 3 is **7.4 times** p of the 8" in text(app)
    app = sound(app.select_slider(key="temperature").set_value(50.0).run())
    assert "T = 50: p of the 3 is **1.0 times** p of the 8" in text(app)


def test_a_high_temperature_makes_all_alike_and_keeps_their_order() -> None:
    z = torch.tensor(SCORES, dtype=torch.float64)
    for temperature in (0.25, 1.0, 8.0, 1e6):
        assert torch.softmax(z / temperature, 0).argsort().tolist() == z.argsort().tolist()
    assert torch.softmax(z / 8, 0).std() < torch.softmax(z, 0).std()


def test_differences_need_not_shrink_with_the_temperature() -> None:
    page = text(in_one_piece(PAGE))
    z = torch.tensor(START.logits).double()
    for temperature, stated in ((1, "0.0026 above p of the 1 at T = 1"), (8, "0.0097 above it at T = 8")):
        p = torch.softmax(z / temperature, 0)
        assert stated in page
        assert f"{p[0] - p[1]:.4f}" == stated[:6]
    p = torch.softmax(z / 1e5, 0)
    assert p.max() - p.min() < 1e-4
    assert p.max() / p.min() == pytest.approx(1, abs=1e-3)


def test_scores_and_probabilities_name_the_same_digit() -> None:
    app = answered("ask_needed")
    for image in (1, 7):
        app = sound(app.slider(key="softmax_image").set_value(image).run())
        said = []
        for source in ("scores", "probabilities"):
            app = sound(app.segmented_control(key="softmax_source").set_value(source).run())
            (found,) = re.findall(rf"The highest of the {source} says: an? \*\*(\d)\*\*", text(app))
            shown = chart_data(app)
            assert shown.loc[shown["chosen"], "class"].tolist() == [found]
            said.append(found)
        assert said[0] == said[1]
        assert "% sure" in text(app)


def test_the_image_changes_the_scores() -> None:
    app = answered("ask_needed")
    before = chart_data(app)["score"].tolist()
    app = sound(app.slider(key="softmax_image").set_value(2).run())
    after = chart_data(app)["score"].tolist()
    assert after != before


def test_all_scenes_have_the_same_scores() -> None:
    app = opened_by_link(PAGE, logits=LINKED)
    assert explorer(app)["logits"] == SCORES
    assert explorer(turn_to(app, 2))["logits"] == SCORES
    assert explorer(turn_to(app, 5))["logits"] == SCORES


def test_the_javascript_and_the_python_stand_side_by_side() -> None:
    app = in_one_piece(PAGE)
    shown = [code.value for code in app.code]
    assert f"`{functions.__name__}`, on the server" in [caption.value for caption in app.caption]
    assert (PROJECT / "ui/components/softmax.js").read_text(encoding="utf-8").strip() == shown[0].strip()
    for name in ("softmax_naive", "softmax", "log_softmax", "cross_entropy"):
        assert inspect.getsource(getattr(functions, name)).strip() in [code.strip() for code in shown[1:]]


def test_hidden_parts_keep_their_linked_value() -> None:
    app = opened_by_link(PAGE, hide="true_class,subtract", true_class="2", subtract="true")
    assert app.query_params["true_class"] in ("2", ["2"])
    assert app.query_params["subtract"] in ("true", ["true"])
    app = sound(app.button(key="reset_page").click().run())
    assert app.query_params["true_class"] in ("2", ["2"])


def test_the_explorers_parts_are_named_for_teachers() -> None:
    assert set(softmax_explorer.READERS) <= set(controls(open_page(PAGE)))
