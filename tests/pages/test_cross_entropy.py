"""The lesson on cross-entropy: its numbers against torch and closed forms."""

import math
import re

import pandas as pd
import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from mnist_core.data.dataset import Splits
from mnist_core.lessons.cross_entropy_bias import answers
from tests.app import answer, controls, in_one_piece, open_page, sound, text
from ui.lessons.cross_entropy_words import model_choice, tiny

PAGE = "lessons/cross_entropy.py"
SCENES = {"ask_nothing": 2, "ask_count": 4, "ask_push": 6, "ask_sure": 7}
LIKELIHOOD = 5  # a scene without a question
RIGHT = {
    "ask_nothing": "2.303",
    "ask_count": "Almost always as many as before",
    "ask_push": "That of 3 up, the other two down",
    "ask_sure": "Hardly at all",
}


def formulas(app: AppTest) -> str:
    return " ".join(element.value for element in app.latex)


def answered(key: str) -> AppTest:
    return answer(open_page(PAGE, scene=SCENES[key]), key, RIGHT[key])


def charts(app: AppTest) -> list[pd.DataFrame]:
    return [convert_arrow_bytes_to_pandas_df(chart.proto.data.data) for chart in app.get("vega_lite_chart")]


def test_the_price_is_there_at_once_and_follows_the_slider_to_its_ends() -> None:
    app = open_page(PAGE)
    assert list(controls(app)) == ["ce_p"]
    for p, loss in ((0.5, "0.693"), (0.25, "1.386"), (0.01, "4.605"), (1.0, "0.000")):
        app = sound(app.slider(key="ce_p").set_value(p).run())
        assert app.metric[0].value == loss
        (curve,) = charts(app)
        yours = curve[curve["kind"] == "yours"].iloc[0]
        assert (yours["probability"], yours["loss"]) == (p, pytest.approx(-math.log(p)))


@pytest.mark.parametrize("key", SCENES)
def test_nothing_can_be_moved_before_the_answer(key: str) -> None:
    app = open_page(PAGE, scene=SCENES[key])
    assert all(control.disabled for control in (*app.slider, *app.segmented_control))
    assert not app.metric
    assert "|---|" not in text(app)
    drawn = len(charts(app))
    assert drawn == (2 if key == "ask_count" else 1)
    if key == "ask_push":
        assert "push" not in charts(app)[0]
    if key == "ask_count":
        assert all("tangent" not in set(chart["kind"]) for chart in charts(app))
    if key == "ask_sure":
        told = charts(app)[0]
        assert told[told["loss"].str.startswith("squared")]["push"].isna().all()
        assert "yours" not in set(told["kind"])
    assert "gradient" not in text(app)
    app = answer(app, key, RIGHT[key])
    assert app.slider
    assert not [control for control in (*app.slider, *app.segmented_control) if control.disabled]
    assert len(charts(app)) == drawn


def test_a_wrong_answer_shows_the_figure_and_what_is_wrong() -> None:
    app = answer(open_page(PAGE, scene=2), "ask_nothing", "It depends on the digit")
    assert app.info
    assert not app.success
    assert app.slider(key="ce_k")


@pytest.mark.parametrize("y", [0, 3, 9])
def test_the_indicator_leaves_one_term(y: int) -> None:
    app = in_one_piece(PAGE, ce_y=str(y))
    (written_out,) = [element.value for element in app.latex if "boxed" in element.value]
    assert written_out.count(r"0 \cdot \ln") == 9
    assert written_out.count(r"\boxed{1 \cdot \ln") == 1
    terms, result = written_out.split(rf"-\ln p_{y} =")
    p = [float(value) for value in re.findall(r"\\ln ([\d.]+)", terms)]
    assert len(p) == 10
    assert sum(p) == pytest.approx(1, abs=2e-3)
    assert float(result.split("= ")[-1].split()[0]) == pytest.approx(-math.log(p[y]), abs=1e-3)


def test_another_seed_is_another_answer() -> None:
    assert formulas(in_one_piece(PAGE)) != formulas(in_one_piece(PAGE, ce_seed="1"))


def test_the_losses_the_page_states() -> None:
    page = text(in_one_piece(PAGE))
    assert f"ln 0.5 = −{math.log(2):.3f}, and p = 0.5 costs {-math.log(0.5):.3f}" in page
    assert f"{math.exp(-0.693):.3f}" == "0.500"
    assert f"0.9 costs {-math.log(0.9):.3f}" in page
    assert f"0.01 left for the right digit costs {-math.log(0.01):.3f}" in page
    assert f"−ln 0.1 = ln 10 = {math.log(10):.3f}" in page
    assert f"{F.cross_entropy(torch.zeros(1, 10), torch.tensor([4])).item():.3f}" == "2.303"
    assert f"The first step adds {-math.log(0.97):.3f} to the loss" in page
    assert f"from 0.04 to 0.01, adds {math.log(0.04) - math.log(0.01):.3f}" in page
    assert f"0.1 stands for $e^{{-0.1}}$ = {math.exp(-0.1):.3f}" in page
    assert f"at z = 0, costs ln 2 = {math.log(2):.3f}" in page
    assert F.binary_cross_entropy_with_logits(torch.tensor(0.0), torch.tensor(1.0)).item() == pytest.approx(math.log(2))


def test_the_steps_leave_their_marks() -> None:
    steps = [
        step for step in charts(in_one_piece(PAGE, ce_step="0.94")) if "trail" in step.get("kind", pd.Series()).values
    ]
    (trail,) = steps
    assert trail.loc[trail["kind"] == "trail", "probability"].tolist() == [1.0, 0.97]


@pytest.mark.parametrize("k", [2, 5, 10])
def test_knowing_nothing_costs_the_logarithm_of_the_classes(k: int) -> None:
    app = sound(answered("ask_nothing").slider(key="ce_k").set_value(k).run())
    (bars,) = charts(app)
    assert bars["probability"].tolist() == pytest.approx([1 / k] * k)
    assert app.metric[0].value == f"{math.log(k):.3f}"
    assert app.metric[0].label == f"The loss: −ln 1/{k} = ln {k}"


def test_the_batch_pays_the_mean() -> None:
    app = open_page(PAGE, scene=3)
    (figure,) = charts(app)
    losses = [-math.log(p) for p in (0.9, 0.7, 0.8, 0.3)]
    assert figure["loss"].tolist() == pytest.approx([*losses, sum(losses) / 4])
    app = sound(app.slider(key="ce_p1").set_value(0.01).run())
    (after,) = charts(app)
    assert after["loss"].iloc[-1] - figure["loss"].iloc[-1] > 1  # a whole point, as the page says
    for kept in range(1, 4):
        others = torch.ones(4)
        others[kept] = 0.01
        assert -others.log().mean() > 1


def test_a_batch_pays_the_mean_whose_power_is_the_geometric_mean() -> None:
    page = formulas(in_one_piece(PAGE, ce_p1="0.5", ce_p2="0.25", ce_p3="1.0", ce_p4="0.02"))
    mean = -math.log(0.5 * 0.25 * 0.02) / 4
    assert rf"\frac{{0.693 + 1.386 + 0.000 + 3.912}}{{4}} = {mean:.3f}" in page
    geometric = (0.5 * 0.25 * 0.02) ** 0.25
    assert rf"e^{{-{mean:.3f}}} = {geometric:.3f}" in page
    assert rf"\sqrt[4]{{0.50 \cdot 0.25 \cdot 1.00 \cdot 0.02}} & = {geometric:.3f}" in page


def test_a_batch_without_a_fault_has_the_power_0() -> None:
    page = formulas(in_one_piece(PAGE, ce_p1="1.0", ce_p2="1.0", ce_p3="1.0", ce_p4="1.0"))
    assert "& = e^{0} = 1.000" in page


@pytest.mark.parametrize(("z", "y"), [(1.5, 1), (1.5, 0), (-4.0, 1), (0.1, 0)])
def test_the_binary_loss_is_the_softmax_loss_of_two_scores(z: float, y: int) -> None:
    app = in_one_piece(PAGE, ce_z=f"{z}", ce_label=str(y))
    expected = F.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(float(y))).item()
    (both,) = [element.value for element in app.latex if r"(1 - y) \ln (1 - p)" in element.value]
    assert both.count(f"= {expected:.3f} ") == 2
    p = 1 / (1 + math.exp(-z))
    assert rf"{y} \cdot \ln {p:.4g} + {1 - y} \cdot \ln {1 - p:.4g}" in both
    assert (rf"\frac{{e^{{{z:.1f}}}}}" if y else r"\frac{e^0}") in both


def table(app: AppTest) -> list[list[str]]:
    (found,) = [element.value for element in app.markdown if "| autograd |" in element.value]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()[2:]]


@pytest.mark.parametrize("right", ["3", "8"])
def test_the_gradient_beside_that_of_autograd(right: str) -> None:
    app = in_one_piece(PAGE, ce_z5="3.4", ce_right=right)
    z = torch.tensor([2.0, 3.4, -1.0], requires_grad=True)
    F.cross_entropy(z, torch.tensor(["3", "5", "8"].index(right))).backward()
    assert z.grad is not None
    expected = [f"{slope:.5f}".replace("-", "−") for slope in z.grad.tolist()]
    rows = table(app)
    assert [row[0] for row in rows] == ["3", "5", "8"]
    assert [row[2] for row in rows] == [str(int(row[0] == right)) for row in rows]
    assert [row[3] for row in rows] == [row[4] for row in rows] == expected
    assert "All gradients together: 0.00000." in text(app)
    differs = re.search(r"They differ by ([\d.]+) at most", text(app))
    assert differs is None or 0 < float(differs[1]) < 1e-6
    assert (differs is None) == ("Both columns are the same." in text(app))


def test_a_moved_score_moves_the_arrows() -> None:
    app = answered("ask_push")
    (before,) = charts(app)
    assert before["push"].tolist() == ["up", "down", "down"]
    app = sound(app.segmented_control(key="ce_right").set_value("8").run())
    assert charts(app)[0]["push"].tolist() == ["down", "down", "up"]
    app = sound(app.slider(key="ce_z8").set_value(4.0).run())
    z = torch.tensor([2.0, 1.0, 4.0], requires_grad=True)
    F.cross_entropy(z, torch.tensor(2)).backward()
    assert z.grad is not None
    assert charts(app)[0]["gradient"].tolist() == pytest.approx(z.grad.tolist(), abs=1e-6)


def test_the_question_about_the_push_has_the_softmax_of_the_starting_scores() -> None:
    p = torch.softmax(torch.tensor([2.0, 1.0, -1.0]), dim=-1).tolist()
    asked = open_page(PAGE, scene=SCENES["ask_push"]).pills(key="ask_push")
    assert "p = {:.3f}, {:.3f} and {:.3f}".format(*p) in asked.label
    app = answered("ask_push")
    assert [app.slider(key=f"ce_z{name}").value for name in ("3", "5", "8")] == [2.0, 1.0, -1.0]


def rows(app: AppTest, head: str) -> list[list[str]]:
    """The table whose first cell begins so, without its head."""
    (found,) = [element.value for element in app.markdown if element.value.startswith(f"| {head}")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()[2:]]


def test_the_bias_moves_the_count_in_steps_and_the_loss_smoothly(digits: Splits) -> None:
    app, given = answered("ask_count"), answers(digits.train).first(20)
    for bias in (-3.0, 0.5, 4.0):
        app = sound(app.slider(key="ce_bias").set_value(bias).run())
        b = torch.tensor(bias, requires_grad=True)
        z = given.scores + b * F.one_hot(torch.tensor(3), 10)
        loss = F.cross_entropy(z, given.labels)
        loss.backward()
        assert b.grad is not None
        right = int((z.argmax(1) == given.labels).sum())
        slope = f"{b.grad.item():.3f}".replace("-", "−")
        assert rows(app, "of 20 images") == [
            ["read rightly", str(right), "0"],
            ["mean loss", f"{loss.item():.3f}", slope],
        ]
        staircase, valley = charts(app)
        assert staircase.loc[staircase["kind"] == "yours", "value"].tolist() == [right]
        low, high = valley.loc[valley["kind"] == "tangent"].sort_values("bias")[["bias", "value"]].to_numpy()
        assert (high[1] - low[1]) / (high[0] - low[0]) == pytest.approx(b.grad.item(), abs=1e-6)
        assert staircase.loc[staircase["kind"] == "tangent", "value"].tolist() == [right, right]


def test_where_the_steps_are_is_told_and_the_slope_by_a_difference(digits: Splits) -> None:
    app, given = in_one_piece(PAGE, ce_bias="0.5"), answers(digits.train).first(20)
    page = text(app)
    steps = given.steps()
    for step in steps:
        assert (f"{step:.2f}".replace("-", "−") in page) or abs(step) > 5
    below, above = max(step for step in steps if step <= 0.5), min(step for step in steps if step > 0.5)
    level = f"from {below:.2f} up to {above:.2f}, it is {given.right(0.5)} of 20".replace("-", "−")
    assert f"So, {level}" in page
    (shown,) = [element.value for element in app.latex if r"\partial b_3" in element.value]
    by_formula, by_difference = re.findall(r"= (-?\d\.\d{3})(?: |$)", shown)
    assert by_formula == f"{given.slope(0.5):.3f}"
    assert float(by_difference) == pytest.approx(given.slope(0.5), abs=2e-3)
    assert "it has 16 hidden neurons, and has learned from 640 images" in page


def test_the_product_vanishes_and_the_sum_stays(digits: Splits) -> None:
    app, given = open_page(PAGE, scene=LIKELIHOOD), answers(digits.train)
    for count, bias in ((20, -3.0), (20, 1.0), (1_000, 1.0)):
        app.slider(key="ce_bias").set_value(bias)
        app = sound(app.select_slider(key="ce_images").set_value(count).run())
        z = given.scores[:count] + bias * F.one_hot(torch.tensor(3), 10)
        total = F.cross_entropy(z, given.labels[:count], reduction="sum").item()
        product, shown = (metric.value for metric in app.metric)
        assert shown == f"{total:,.2f}"
        assert product == ("0" if count == 1_000 else tiny(math.exp(-total)))
        hill, valley = charts(app)
        assert valley.loc[valley["kind"] == "yours", "value"].tolist() == pytest.approx([total])
        assert (hill.loc[hill["kind"] == "curve", "value"].max() == 0) == (count == 1_000)


def test_the_product_is_written_out_as_a_sum() -> None:
    shown = formulas(in_one_piece(PAGE, ce_bias="1.0"))
    found = re.search(r"(\d\.\d{3}) \+ (\d\.\d{3}) \+ (\d\.\d{3}) \+ … = ([\d.]+) ", shown)
    factors = re.search(r"p_i & = (\d\.\d{3}) \\cdot (\d\.\d{3}) \\cdot (\d\.\d{3})", shown)
    assert found
    assert factors
    for loss, p in zip(found.groups()[:3], factors.groups(), strict=True):
        assert math.exp(-float(loss)) == pytest.approx(float(p), abs=1e-3)
    total = float(found[4])
    assert rf"= e^{{-{total:.2f}}} \approx 10^{{-{total / math.log(10):.1f}}}" in shown
    assert rf"\frac{{{total:.2f}}}{{20}} = {total / 20:.3f}" in shown


@pytest.mark.parametrize(("z", "steps"), [(-6.0, ("17", "249")), (-8.0, ("19", "1,542")), (3.0, ("0", "0"))])
def test_squared_error_hardly_pushes_where_it_should_most(z: float, steps: tuple[str, str]) -> None:
    app = sound(answered("ask_sure").slider(key="ce_sure").set_value(z).run())
    score = torch.tensor(z, requires_grad=True)
    p = score.sigmoid()
    (of_entropy,) = torch.autograd.grad(-p.log(), score, retain_graph=True)
    (of_squared,) = torch.autograd.grad((1 - p) ** 2, score)
    pushes = [-of_entropy.item(), -of_squared.item()]
    assert [row[1:] for row in rows(app, "p = ")] == [
        [f"{push:.3f}", count] for push, count in zip(pushes, steps, strict=True)
    ]
    (figure,) = charts(app)
    assert figure.loc[figure["kind"] == "yours", "push"].tolist() == pytest.approx(pushes, abs=1e-6)


def test_the_question_about_squared_error_starts_where_the_slider_does() -> None:
    app = open_page(PAGE, scene=SCENES["ask_sure"])
    p = torch.sigmoid(torch.tensor(app.slider(key="ce_sure").value)).item()
    assert f"At p = {p:.3f}, how hard" in app.pills(key="ask_sure").label
    assert f"with {8 / 27:.3f}" in text(in_one_piece(PAGE))


def test_both_chains_are_written_out() -> None:
    shown = formulas(in_one_piece(PAGE, ce_sure="-2.0"))
    p = 1 / (1 + math.exp(2))
    assert rf"= 1 - {p:.5f} = {1 - p:.5f} " in shown
    assert rf"2 \cdot {1 - p:.5f} \cdot {p * (1 - p):.6f}" in shown
    assert rf"& \approx {2 * (1 - p) * p * (1 - p):.5f} " in shown


def test_the_numbers_stated_about_underflow() -> None:  # tests of the core hold them against float32 and float64
    page = text(in_one_piece(PAGE))
    assert tiny(2.0**-149) in page
    assert f"1,000 right digits makes {tiny(0.9**1000)}" in page
    assert f"the sum is {-1_000 * math.log(0.9):.3f}" in page
    assert tiny(5e-324) in page


def test_torchs_two_steps_and_its_one_have_the_same_loss() -> None:
    app = in_one_piece(PAGE, ce_z3="-2.0", ce_right="5")
    z = torch.tensor([[-2.0, 1.0, -1.0]])
    log_p, loss = F.log_softmax(z, dim=-1)[0].tolist(), F.cross_entropy(z, torch.tensor([1])).item()
    assert rf"\text{{LogSoftmax}} & = ({log_p[0]:.3f},\; {log_p[1]:.3f},\; {log_p[2]:.3f})" in formulas(app)
    assert rf"\text{{NLLLoss}} & = -({log_p[1]:.3f}) = {loss:.3f}" in formulas(app)
    assert rf"\text{{CrossEntropyLoss}} & = {loss:.3f}" in formulas(app)
    assert last_words(app, (-2.0, 1.0, -1.0)) == "a 5"
    app = in_one_piece(PAGE, ce_z3="1.0", ce_z8="1.0", ce_right="8")
    assert last_words(app, (1.0, 1.0, 1.0)) == "an 8"


def last_words(app: AppTest, scores: tuple[float, ...]) -> str:
    """What the image shows, which stands behind the model's choice."""
    choice = model_choice(("3", "5", "8"), scores)
    (found,) = re.findall(rf"{re.escape(choice)} The image shows (an? \d)\.", text(app))
    return str(found)


def test_the_loss_has_one_letter() -> None:
    app = in_one_piece(PAGE)
    assert "J" not in formulas(app)
    assert text(app).count("$J$") == 1  # what course notes call it


def test_no_label_of_a_control_holds_tex() -> None:
    app = in_one_piece(PAGE)
    assert not [w.label for w in (*app.slider, *app.segmented_control, *app.number_input) if "$" in w.label]
