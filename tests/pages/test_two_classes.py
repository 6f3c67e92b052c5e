"""The lesson from two classes to many."""

import math
import re

import pandas as pd
import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from mnist_core.data.dataset import Splits
from mnist_core.figures.two_classes_plane import crossing
from mnist_core.lessons.two_classes import middle_and_sides, zeros_and_ones
from tests.app import answer, formulas, hints, in_one_piece, open_page, opened_by_link, sound, text, turn_to

PAGE = "lessons/two_classes.py"
BORDER = 3  # the scene with the plane of two inputs
LABEL = 4  # that with one number for two answers
MANY = 5  # that with more than two classes
RIGHT = "Nothing: each stays as it is"


def charts(app: AppTest) -> list[pd.DataFrame]:
    return [convert_arrow_bytes_to_pandas_df(chart.proto.data.data) for chart in app.get("vega_lite_chart")]


def numbers(app: AppTest) -> list[str]:
    return [metric.value for metric in app.metric]


def test_the_weights_decide_how_many_are_right_and_where_the_dots_stand() -> None:
    app = open_page(PAGE)
    for key in ("two_w1", "two_w2"):
        app.slider(key=key).set_value(0.0)
    app = sound(app.run())
    (figure,) = charts(app)
    assert int(numbers(app)[0]) == (figure["kind"] == "right").sum() < 120  # all are called 0
    app.slider(key="two_w1").set_value(4.0)
    app.slider(key="two_w2").set_value(-4.0)
    app = sound(app.run())
    (figure,) = charts(app)
    assert int(numbers(app)[0]) == (figure["kind"] == "right").sum() >= 180
    assert len(figure[figure["kind"].isin(["right", "wrong"])]) == 200
    assert re.search(r"\b190\b", text(app))  # what the reader is to reach
    assert app.metric[0].label == "Right, of 200 zeros and ones"


def test_which_images_these_are_is_said() -> None:
    page = text(in_one_piece(PAGE))
    assert "first 200 zeros and ones among the training images of generated digits" in page


def test_the_walk_of_one_image_follows_weights_and_bias() -> None:
    page = formulas(in_one_piece(PAGE, two_w1="0.0", two_w2="0.0", two_b="-2.0"))
    assert f"= {-2:.3f}" in page
    p = 1 / (1 + math.exp(2))
    assert rf"\frac{{1}}{{1 + {math.exp(2):.3f}}} = {p:.3f}" in page


def test_what_is_written_out_can_be_reckoned_again() -> None:
    page = formulas(in_one_piece(PAGE))
    found = re.search(r"& = 3.0 \\cdot ([\d.]+) \+ 0.0 \\cdot ([\d.]+) \+ 0.0 = (-?[\d.]+)", page)
    assert found
    assert float(found[3]) == pytest.approx(3 * float(found[1]), abs=1e-9)


def test_every_corner_of_the_sliders_has_its_dots() -> None:
    app = open_page(PAGE)
    for w, b in ((5.0, 2.0), (-5.0, -2.0)):
        app.slider(key="two_w1").set_value(w)
        app.slider(key="two_w2").set_value(w)
        app = sound(app.slider(key="two_b").set_value(b).run())
        dots = charts(app)[0].query("kind in ('right', 'wrong')")
        assert dots["x"].abs().max() <= 8
        assert ((dots["x"] > 0) == (w > 0)).all()


def planes(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html") if "ink at the sides" in element.proto.body]


def test_the_border_turns_with_the_weights_and_count_and_loss_follow(digits: Splits) -> None:
    app = open_page(PAGE, scene=BORDER)
    some = zeros_and_ones(digits.train, 200)
    x, seen = middle_and_sides(some.images), set()
    for w1, w2, b in ((3.0, 0.0, 0.0), (5.0, -5.0, 0.0), (3.0, 0.0, -1.0), (0.0, 0.0, 1.0)):
        for key, value in (("two_w1", w1), ("two_w2", w2), ("two_b", b)):
            app.slider(key=key).set_value(value)
        app = sound(app.run())
        z = w1 * x[:, 0] + w2 * x[:, 1] + b
        right = int(((z > 0) == (some.labels == 1)).sum())
        loss = F.binary_cross_entropy_with_logits(z, some.labels.float()).item()
        assert numbers(app) == [str(right), f"{loss:.3f}"]
        (drawn,) = planes(app)
        seen.add(drawn)
        assert ("shows its border" in drawn) == bool(w1 or w2)
    assert len(seen) == 4


def test_the_weights_are_those_of_the_first_scene() -> None:
    app = open_page(PAGE)
    app.slider(key="two_w1").set_value(5.0)
    app = sound(app.slider(key="two_w2").set_value(-5.0).run())
    right = numbers(app)[0]
    app = turn_to(app, BORDER)
    assert (app.slider(key="two_w1").value, app.slider(key="two_w2").value) == (5.0, -5.0)
    assert numbers(app)[0] == right


def test_twice_the_weights_and_the_bias_leave_the_border(digits: Splits) -> None:
    x = middle_and_sides(zeros_and_ones(digits.train, 200).images)
    once, twice = 2 * x[:, 0] - x[:, 1] - 0.5, 4 * x[:, 0] - 2 * x[:, 1] - 1
    assert (once > 0).equal(twice > 0)
    assert crossing((2, -1), -0.5, (0, 1)) == crossing((4, -2), -1, (0, 1))
    page = in_one_piece(PAGE, two_w1="4.0", two_w2="-2.0", two_b="-1.0")
    assert r"4.0 \cdot x_1 + (-2.0) \cdot x_2 + (-1.0) & = 0" in formulas(page)
    assert f"& = {math.hypot(4, 2):.3f}" in formulas(page)


def test_training_turns_the_border_on_from_the_readers_weights() -> None:
    def told(steps: str) -> tuple[float, ...]:
        found = re.search(
            r"w₁ = (\S+), w₂ = (\S+), b = (\S+): (\d+) of 200 right, mean loss (\S+)\.",
            text(in_one_piece(PAGE, two_steps=steps)),
        )
        assert found
        return tuple(float(number.replace("−", "-")) for number in found.groups())

    before, after = told("0"), told("1,000")
    assert before[:3] == (3.0, 0.0, 0.0)
    assert after[1] < 0  # the sides speak against a 1
    assert after[3] > before[3]
    assert after[4] < before[4]


@pytest.mark.parametrize("z", [-12.0, 0.0, 1.5, 12.0])
def test_the_sigmoid_follows_its_slider(z: float) -> None:
    app = sound(open_page(PAGE, scene=2).slider(key="two_z").set_value(z).run())
    p = 1 / (1 + math.exp(-z))
    assert numbers(app) == [f"{p:.3f}" if p >= 0.001 else f"{p:.5f}"]
    (figure,) = charts(app)
    yours = figure[figure["kind"] == "yours"].iloc[0]
    assert (yours["x"], yours["y"]) == (z, pytest.approx(p, abs=1e-6))


def test_the_label_picks_one_of_two_probabilities() -> None:
    page = formulas(in_one_piece(PAGE))
    assert r"P(y = 1 \mid x) & = y' = p" in page
    assert r"P(y = 0 \mid x) & = 1 - y' = 1 - p" in page
    assert r"P(y = 1 \mid x) & = 0.80^{1} \cdot 0.20^{0} = 0.80" in page
    assert r"P(y = 0 \mid x) & = 0.80^{0} \cdot 0.20^{1} = 0.20" in formulas(in_one_piece(PAGE, two_label="0"))


def test_the_label_flips_the_line() -> None:
    app = open_page(PAGE, scene=LABEL)
    for y, p, given in ((1, 0.8, 0.8), (0, 0.8, 0.2), (0, 0.35, 0.65)):
        app.slider(key="two_answer").set_value(p)
        app = sound(app.segmented_control(key="two_label").set_value(y).run())
        (figure,) = charts(app)
        assert figure.loc[figure["kind"] == "yours", "y"].tolist() == pytest.approx([given])


def test_nothing_can_be_moved_before_the_answer() -> None:
    app = open_page(PAGE, scene=MANY)
    assert all(slider.disabled for slider in app.slider)
    before = charts(app)
    assert len(before) == 2
    assert not hints(app)
    app = answer(app, "ask_shift", "All of them grow")
    assert len(hints(app)) == 1  # what is wrong with that answer
    assert not app.slider(key="two_shift").disabled
    assert all(first.equals(then) for first, then in zip(before, charts(app), strict=True))
    assert answer(app, "ask_shift", RIGHT).success


def test_a_shift_changes_the_scores_and_no_probability() -> None:
    app = answer(open_page(PAGE, scene=MANY), "ask_shift", RIGHT)
    scores, p = charts(app)
    app = sound(app.slider(key="two_shift").set_value(2.0).run())
    shifted, same = charts(app)
    assert shifted["logit"].tolist() == pytest.approx((scores["logit"] + 2).tolist())
    assert same["probability"].tolist() == pytest.approx(p["probability"].tolist(), abs=1e-6)
    app = sound(app.slider(key="two_k").set_value(10).run())
    assert [len(chart) for chart in charts(app)] == [10, 10]


def test_a_shift_changes_the_powers_and_not_the_probability_that_are_written_out() -> None:
    z = [2.3, -0.4, -3.0, 0.9]  # what the seed gives
    total = sum(map(math.exp, z))
    p = math.exp(2.3) / total
    page = in_one_piece(PAGE)
    assert rf"p_1 & = \frac{{e^{{2.3}}}}{{{total:.3f}}} = \frac{{{math.exp(2.3):.3f}}}{{{total:.3f}}} = {p:.3f}" in (
        formulas(page)
    )
    assert "All 4 together: 1.000." in text(page)
    shifted = in_one_piece(PAGE, two_shift="2.0")
    assert rf"p_1 & = \frac{{e^{{4.3}}}}{{{total * math.exp(2):.3f}}}" in formulas(shifted)
    assert f"= {p:.3f}" in formulas(shifted)
    assert formulas(in_one_piece(PAGE, two_seed="1")) != formulas(page)


def test_all_classes_are_written_out() -> None:
    page = in_one_piece(PAGE, two_k="10")
    assert "All 10 together: 1.000." in text(page)
    (written,) = [element.value for element in page.latex if "p_1 & =" in element.value]
    assert len(re.findall(r"e\^\{-?\d\.\d\}", written)) == 10 + 1  # the sum has ten, the fraction one more


def test_softmax_of_two_is_the_sigmoid_of_the_difference() -> None:
    page = formulas(in_one_piece(PAGE, two_z1="-1.3", two_z2="-0.2"))
    p = 1 / (1 + math.exp(1.1))
    assert rf"\frac{{e^{{-1.3}}}}{{e^{{-1.3}} + e^{{-0.2}}}} & = {p:.3f}" in page
    assert rf"\frac{{1}}{{1 + e^{{1.1}}}} & = {p:.3f}" in page
    assert r"\frac{1}{1 + e^{0.0}} & = 0.500" in formulas(in_one_piece(PAGE, two_z1="-1.3", two_z2="-1.3"))


def test_both_scores_together_leave_the_point_where_it_is() -> None:
    app = open_page(PAGE, scene=MANY + 1)
    first = numbers(app)
    assert first[0] == first[1] == f"{1 / (1 + math.exp(-1.5)):.3f}"
    app.slider(key="two_z1").set_value(3.0)
    app = sound(app.slider(key="two_z2").set_value(1.5).run())
    assert numbers(app) == first
    app = sound(app.slider(key="two_z2").set_value(-4.0).run())
    assert numbers(app) == [f"{1 / (1 + math.exp(-7)):.3f}"] * 2


def test_the_differences_asked_for_are_within_the_sliders() -> None:
    app = open_page(PAGE, scene=MANY + 1)
    for difference, p in ((2.2, "0.900"), (4.6, "0.990"), (6.9, "0.999")):
        for second in (-4.0, round(4.0 - difference, 1)):
            app.slider(key="two_z1").set_value(round(second + difference, 1))
            app = sound(app.slider(key="two_z2").set_value(second).run())
            assert numbers(app) == [p, p]
        assert p in text(in_one_piece(PAGE))


def test_no_label_of_a_control_holds_tex() -> None:
    app = in_one_piece(PAGE)
    assert not [w.label for w in (*app.slider, *app.segmented_control, *app.number_input) if "$" in w.label]


def test_what_is_hidden_keeps_its_start() -> None:
    app = opened_by_link(PAGE, scene=str(MANY), hide="two_k,ask_shift")
    assert [slider.key for slider in app.slider] == ["two_shift"]
    assert [len(chart) for chart in charts(app)] == [4, 4]


def test_without_weights_there_is_no_line_and_no_distance() -> None:
    app = in_one_piece(PAGE, two_w1="0.0", two_w2="0.0")
    assert "There is no arrow and **no line**, and the distance, |z| divided by 0, does not exist." in text(app)
    assert "**no line**" not in text(in_one_piece(PAGE, two_w1="0.0", two_w2="0.5"))
