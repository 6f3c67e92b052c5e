"""The lesson on cross-entropy: its numbers against torch and closed forms."""

import math
import re

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch.nn import functional as F

from tests.app import controls, open_page, sound, text
from ui.lessons.cross_entropy_words import model_choice

PAGE = "pages/cross_entropy.py"
BOTH_ANSWERS = {"ask_nothing": "2.303", "ask_push": "All three: that of 3 up, the other two down"}


def lines(app: AppTest) -> list[str]:
    return [element.value.strip("$\n ") for element in app.latex]


def formulas(app: AppTest) -> str:
    return " ".join(lines(app))


def answered() -> AppTest:
    app = open_page(PAGE)
    for key, answer in BOTH_ANSWERS.items():
        app.radio(key=key).set_value(answer)
    return sound(app.run())


def number_of_charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


@pytest.mark.parametrize("y", [0, 3, 9])
def test_the_indicator_leaves_one_term(y: int) -> None:
    app = sound(open_page(PAGE).slider(key="ce_y").set_value(y).run())
    (written_out,) = [line for line in lines(app) if "boxed" in line]
    assert written_out.count(r"0 \cdot \ln") == 9
    assert written_out.count(r"\boxed{1 \cdot \ln") == 1
    p = [float(value) for value in re.findall(r"\\ln ([\d.]+)", written_out)]
    assert len(p) == 10
    assert sum(p) == pytest.approx(1, abs=2e-3)
    (result,) = [line for line in lines(app) if rf"-\ln p_{y} =" in line]
    assert float(result.split("= ")[-1]) == pytest.approx(-math.log(p[y]), abs=1e-3)


def test_another_seed_is_another_answer() -> None:
    app = open_page(PAGE)
    before = formulas(app)
    assert formulas(sound(app.number_input(key="ce_seed").set_value(1).run())) != before


def test_the_curve_waits_for_the_answer() -> None:
    app = open_page(PAGE)
    assert number_of_charts(app) == 1  # that of the batch
    app = sound(app.slider(key="ce_p").set_value(0.1).run())
    assert "2.303" not in formulas(app)
    assert "ln 10" not in text(app)
    assert "4.605" not in text(app)
    app = sound(app.radio(key="ask_nothing").set_value("It depends on the digit").run())
    assert number_of_charts(app) == 3  # that of the price, and in equal steps
    assert r"-\ln 0.10 = 2.303" in formulas(app)
    assert app.info  # what is wrong with that answer
    assert not app.success


def test_the_losses_the_page_states() -> None:
    page = text(answered())
    assert f"ln 0.5 = −{math.log(2):.3f}, and p = 0.5 costs {-math.log(0.5):.3f}" in page
    assert f"{math.exp(-0.693):.3f}" == "0.500"
    assert f"0.9 costs {-math.log(0.9):.3f}" in page
    assert f"0.01 left for the right class costs {-math.log(0.01):.3f}" in page
    assert f"p = 0.1, costs ln 10 = {math.log(10):.3f}" in page
    assert f"−ln 0.1 = ln 10 = {math.log(10):.3f}" in page
    assert f"{F.cross_entropy(torch.zeros(1, 10), torch.tensor([4])).item():.3f}" == "2.303"
    assert f"The first step adds {-math.log(0.97):.3f} to the loss" in page
    assert f"from 0.04 to 0.01, adds {math.log(0.04) - math.log(0.01):.3f}" in page
    assert f"a mean loss of 0.1 says: the right answers got {math.exp(-0.1):.3f}" in page


def test_the_price_follows_the_slider_to_its_ends() -> None:
    app = answered()
    for p, loss in ((0.25, "1.386"), (0.01, "4.605"), (1.0, "0.000")):
        app = sound(app.slider(key="ce_p").set_value(p).run())
        assert rf"-\ln {p:.2f} = {loss}" in formulas(app)


def test_the_price_comes_before_the_sum() -> None:
    app = open_page(PAGE)
    sections = (
        ["ce_p", "ce_step"],
        ["ce_y", "ce_seed"],
        ["ce_p1", "ce_p2", "ce_p3", "ce_p4"],
        ["ce_z", "ce_label"],
        ["ce_z3", "ce_z5", "ce_z8", "ce_right"],
    )
    assert list(controls(app)) == [key for section in sections for key in section]
    assert "CrossEntropyLoss" in lines(app)[-1]
    assert len(app.header) == len(sections) + 1  # what PyTorch calls it is about the same scores


def test_no_label_of_a_control_holds_tex() -> None:
    app = open_page(PAGE)
    assert not [w.label for w in (*app.slider, *app.segmented_control, *app.number_input) if "$" in w.label]


def test_a_batch_pays_the_mean_whose_power_is_the_geometric_mean() -> None:
    app = open_page(PAGE)
    for number, p in enumerate((0.5, 0.25, 1.0, 0.02), start=1):
        app.slider(key=f"ce_p{number}").set_value(p)
    page = formulas(sound(app.run()))
    mean = -math.log(0.5 * 0.25 * 0.02) / 4
    assert rf"\frac{{0.693 + 1.386 + 0.000 + 3.912}}{{4}} \\ & = {mean:.3f}" in page
    geometric = (0.5 * 0.25 * 0.02) ** 0.25
    assert rf"e^{{-{mean:.3f}}} = {geometric:.3f}" in page
    assert rf"\sqrt[4]{{0.50 \cdot 0.25 \cdot 1.00 \cdot 0.02}} = {geometric:.3f}" in page


def test_a_batch_without_a_fault_has_the_power_0() -> None:
    app = open_page(PAGE)
    for number in range(1, 5):
        app.slider(key=f"ce_p{number}").set_value(1.0)
    assert r"e^{-\text{mean loss}} = e^{0} = 1.000" in formulas(sound(app.run()))


@pytest.mark.parametrize(("z", "y"), [(1.5, 1), (1.5, 0), (-4.0, 1), (0.1, 0)])
def test_the_binary_loss_is_the_softmax_loss_of_two_scores(z: float, y: int) -> None:
    app = open_page(PAGE)
    app.slider(key="ce_z").set_value(z)
    app = sound(app.segmented_control(key="ce_label").set_value(y).run())
    expected = F.binary_cross_entropy_with_logits(torch.tensor(z), torch.tensor(float(y))).item()
    both = [line for line in lines(app) if line.endswith(f"= {expected:.3f}")]
    assert len(both) == 2
    p = 1 / (1 + math.exp(-z))
    assert rf"{y} \cdot \ln {p:.4g} + {1 - y} \cdot \ln {1 - p:.4g}" in both[0]
    assert (rf"\frac{{e^{{{z:.1f}}}}}" if y else r"\frac{e^0}") in both[1]


def table(app: AppTest) -> list[list[str]]:
    (found,) = [element.value for element in app.markdown if "| autograd |" in element.value]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()[2:]]


@pytest.mark.parametrize("right", ["3", "8"])
def test_the_gradient_beside_that_of_autograd(right: str) -> None:
    app = answered()
    assert number_of_charts(app) == 4
    app.slider(key="ce_z5").set_value(3.4)
    app = sound(app.segmented_control(key="ce_right").set_value(right).run())
    z = torch.tensor([2.0, 3.4, -1.0], requires_grad=True)
    F.cross_entropy(z, torch.tensor(["3", "5", "8"].index(right))).backward()
    assert z.grad is not None
    expected = [f"{slope:.5f}".replace("-", "−") for slope in z.grad.tolist()]
    rows = table(app)
    assert [row[0] for row in rows] == ["3", "5", "8"]
    assert [row[2] for row in rows] == [str(int(row[0] == right)) for row in rows]
    assert [row[3] for row in rows] == [row[4] for row in rows] == expected
    assert "All gradients together: 0.00000." in text(app)
    difference = re.search(r"difference between the two columns is ([\d.]+);", text(app))
    assert difference
    assert float(difference[1]) < 1e-6


def test_the_question_about_the_push_has_the_softmax_of_the_starting_scores() -> None:
    app = open_page(PAGE)
    scores = [app.slider(key=f"ce_z{name}").value for name in ("3", "5", "8")]
    p = torch.softmax(torch.tensor(scores), dim=-1).tolist()
    assert "probabilities {:.3f}, {:.3f} and {:.3f}".format(*p) in app.radio(key="ask_push").label


def test_torchs_two_steps_and_its_one_have_the_same_loss() -> None:
    app = open_page(PAGE)
    app.slider(key="ce_z3").set_value(-2.0)
    app = sound(app.segmented_control(key="ce_right").set_value("5").run())
    z = torch.tensor([[-2.0, 1.0, -1.0]])
    log_p, loss = F.log_softmax(z, dim=-1)[0].tolist(), F.cross_entropy(z, torch.tensor([1])).item()
    assert rf"\text{{LogSoftmax: }} ({log_p[0]:.3f},\; {log_p[1]:.3f},\; {log_p[2]:.3f})" in formulas(app)
    assert rf"\text{{NLLLoss: }} -({log_p[1]:.3f}) = {loss:.3f}" in formulas(app)
    assert rf"\text{{CrossEntropyLoss: }} {loss:.3f}" in formulas(app)
    assert last_words(app, (-2.0, 1.0, -1.0)) == "a 5"
    app = sound(app.slider(key="ce_z3").set_value(1.0).run())
    assert last_words(app, (1.0, 1.0, -1.0)) == "a 5"
    app.slider(key="ce_z8").set_value(1.0)
    app = sound(app.segmented_control(key="ce_right").set_value("8").run())
    assert last_words(app, (1.0, 1.0, 1.0)) == "an 8"


def last_words(app: AppTest, scores: tuple[float, ...]) -> str:
    """What the image shows, which stands behind the model's choice."""
    choice = model_choice(("3", "5", "8"), scores)
    (found,) = re.findall(rf"{re.escape(choice)} The image shows (an? \d)\.", text(app))
    return str(found)
