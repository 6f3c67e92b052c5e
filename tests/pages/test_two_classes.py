"""The lesson from two classes to many."""

import math
import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import formulas, hints, open_page, sound, text
from tests.conftest import PROJECT

PAGE = "pages/two_classes.py"
AT_FIRST = 4  # figures: the line, the sigmoid, the scores, and the sigmoid of the difference


def test_the_label_picks_one_of_two_probabilities() -> None:
    app = open_page(PAGE)
    assert r"P(y = 1 \mid x) = y'" in formulas(app)
    assert r"P(y = 0 \mid x) = 1 - y'" in formulas(app)
    assert r"P(y = 1 \mid x) = 0.80^{1} \cdot 0.20^{0} = 0.80" in formulas(app)
    app = sound(app.segmented_control(key="two_label").set_value(0).run())
    assert r"P(y = 0 \mid x) = 0.80^{0} \cdot 0.20^{1} = 0.20" in formulas(app)
    app = sound(app.slider(key="two_answer").set_value(0.35).run())
    assert r"P(y = 0 \mid x) = 0.35^{0} \cdot 0.65^{1} = 0.65" in formulas(app)


def test_the_sigmoid_follows_weights_and_bias() -> None:
    app = open_page(PAGE)
    for key in ("two_w1", "two_w2"):
        app.slider(key=key).set_value(0.0)
    app = sound(app.slider(key="two_b").set_value(-2.0).run())
    assert f"= {-2:.3f}" in formulas(app)
    p = 1 / (1 + math.exp(2))
    assert rf"\frac{{1}}{{1 + e^{{2.000}}}} = \frac{{1}}{{1 + {math.exp(2):.3f}}} = {p:.3f}" in formulas(app)


def test_the_weights_decide_how_many_are_named_rightly() -> None:
    app = open_page(PAGE)
    assert "zeros and ones** among the training images of generated digits" in text(app)
    for key in ("two_w1", "two_w2"):
        app.slider(key=key).set_value(0.0)
    before = text(sound(app.run()))
    app.slider(key="two_w1").set_value(4.0)
    app.slider(key="two_w2").set_value(-4.0)
    after = text(sound(app.run()))
    assert named_rightly(before) < 120  # all are called 0
    assert named_rightly(after) >= 180
    assert re.search(r"\b190\b", after)  # what the reader is to reach


def named_rightly(page: str) -> int:
    return int(page.split(" of the first 200 zeros and ones**")[0].split("**")[-1])


def test_every_image_and_every_corner_of_the_sliders_is_on_the_curve() -> None:
    app = open_page(PAGE)
    for w, b in ((5.0, 2.0), (-5.0, -2.0)):
        app.slider(key="two_w1").set_value(w)
        app.slider(key="two_w2").set_value(w)
        app.slider(key="two_b").set_value(b)
        for number in (1, 7, 20):
            app.slider(key="two_image").set_value(number)
            app = sound(app.run())  # the curve refuses what lies beyond its axis
            (z,) = re.findall(r"z = [^=]*\\cdot[^=]* = (-?[\d.]+)", formulas(app))
            assert 2 <= abs(float(z)) <= 12
            assert (float(z) > 0) == (w > 0)
    app.slider(key="two_z1").set_value(4.0)
    app.slider(key="two_z2").set_value(-4.0)
    assert "e^{-8.0}" in formulas(sound(app.run()))


def answered() -> AppTest:
    return sound(open_page(PAGE).radio(key="ask_shift").set_value("Nothing: each stays as it is").run())


def test_the_probabilities_wait_for_the_answer() -> None:
    app = sound(open_page(PAGE).slider(key="two_shift").set_value(2.0).run())
    assert len(app.get("vega_lite_chart")) == AT_FIRST
    assert "p_1 = " not in formulas(app)
    assert "All 4 together" not in text(app)
    said_before, notes = len(app.markdown), len(hints(app))
    app = sound(app.radio(key="ask_shift").set_value("All of them grow").run())
    assert len(app.get("vega_lite_chart")) == AT_FIRST + 1
    assert len(hints(app)) == notes + 1  # what is wrong with that answer
    app = sound(app.radio(key="ask_shift").set_value("Nothing: each stays as it is").run())
    assert app.success
    assert "p_1 = " in formulas(app)
    assert "All 4 together" in text(app)
    assert len(app.markdown) == said_before + 2  # the sum, and what to notice, which gives the answer away


def test_a_shift_changes_the_powers_and_not_the_probability() -> None:
    app = answered()
    app = sound(app.number_input(key="two_seed").set_value(0).run())
    z = [2.3, -0.4, -3.0, 0.9]  # what the seed gives
    total = sum(map(math.exp, z))
    p = math.exp(2.3) / total
    assert rf"p_1 = \frac{{e^{{2.3}}}}{{{total:.3f}}} = \frac{{{math.exp(2.3):.3f}}}{{{total:.3f}}} = {p:.3f}" in (
        formulas(app)
    )
    said = [element.value for element in app.markdown if element.value.startswith("All 4 together")]
    app = sound(app.slider(key="two_shift").set_value(2.0).run())
    assert rf"p_1 = \frac{{e^{{4.3}}}}{{{total * math.exp(2):.3f}}}" in formulas(app)
    assert f"= {p:.3f}" in formulas(app)
    assert said == [element.value for element in app.markdown if element.value.startswith("All 4 together")]
    assert said[0].startswith("All 4 together: 1.000.")


def test_temperature_and_number_of_classes() -> None:
    app = answered()
    app.slider(key="two_t").set_value(0.5)
    app = sound(app.slider(key="two_k").set_value(10).run())
    assert "All 10 together: 1.000." in text(app)
    assert formulas(app).count("/0.5}") == 10 + 1  # the sum has ten, the fraction one more
    app = sound(app.slider(key="two_k").set_value(2).run())
    assert formulas(app).count("/0.5}") == 2 + 1


def test_what_is_written_out_can_be_reckoned_again() -> None:
    app = answered()
    app.slider(key="two_t").set_value(0.5)
    app.number_input(key="two_seed").set_value(0)
    app = sound(app.slider(key="two_shift").set_value(2.5).run())
    assert rf"\frac{{{math.exp(4.8 / 0.5):.3f}}}" in formulas(app)
    (z,) = re.findall(r"z = .* = (-?[\d.]+)\n", formulas(app))
    products = re.search(r"z = 3.0 \\cdot ([\d.]+) \+ 0.0 \\cdot ([\d.]+) \+ 0.0", formulas(app))
    assert products
    assert float(z) == pytest.approx(3 * float(products[1]), abs=1e-9)


def test_softmax_of_two_is_the_sigmoid_of_the_difference() -> None:
    app = open_page(PAGE)
    app.slider(key="two_z1").set_value(-1.3)
    app = sound(app.slider(key="two_z2").set_value(-0.2).run())
    p = 1 / (1 + math.exp(1.1))
    assert rf"\frac{{e^{{-1.3}}}}{{e^{{-1.3}} + e^{{-0.2}}}} = {p:.3f}" in formulas(app)
    assert rf"\frac{{1}}{{1 + e^{{1.1}}}} = {p:.3f}" in formulas(app)
    app = sound(app.slider(key="two_z2").set_value(-1.3).run())
    assert r"\frac{1}{1 + e^{0.0}} = 0.500" in formulas(app)


def test_the_differences_asked_for_are_within_the_sliders() -> None:
    app = open_page(PAGE)
    for difference, p in ((2.2, "0.900"), (4.6, "0.990"), (6.9, "0.999")):
        for second in (-4.0, round(4.0 - difference, 1)):
            app.slider(key="two_z1").set_value(round(second + difference, 1))
            app = sound(app.slider(key="two_z2").set_value(second).run())
            both = [line for line in formulas(app).splitlines() if "softmax: " in line or "sigmoid: " in line]
            assert [line.rsplit(" = ", 1)[1] for line in both] == [p, p]
            assert p in text(app)


def test_no_label_of_a_control_holds_tex() -> None:
    app = open_page(PAGE)
    assert not [w.label for w in (*app.slider, *app.segmented_control, *app.number_input) if "$" in w.label]


def test_what_is_hidden_keeps_its_start() -> None:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    app.query_params["hide"] = "two_k,two_image,ask_shift"
    app = sound(app.switch_page(PAGE).run())
    assert "two_k" not in [slider.key for slider in app.slider]
    assert "All 4 together" in text(app)
    assert len(app.get("vega_lite_chart")) == AT_FIRST + 1
