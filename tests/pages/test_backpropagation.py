"""The lesson on the way back: its numbers against autograd, and what its controls do."""

import base64
import math
import re
from typing import Any

import pandas as pd
import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from torch import nn
from torch.nn import functional as F

from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons import backpropagation_check
from mnist_core.lessons.backpropagation_check import Check
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model
from tests.app import answer, component, controls, formulas, in_one_piece, open_page, opened_by_link, sound, text
from ui.frame import resources

PAGE = "lessons/backpropagation.py"
IMAGES = 20


def html(app: AppTest) -> str:
    return " ".join(str(element.proto.body) for element in app.get("html"))


def charts(app: AppTest) -> list[pd.DataFrame]:
    return [convert_arrow_bytes_to_pandas_df(chart.proto.data.data) for chart in app.get("vega_lite_chart")]


def losses(model: MLP, digits: Splits) -> torch.Tensor:
    with torch.no_grad():
        return F.cross_entropy(model(normalize(digits.validation.images)), digits.validation.labels, reduction="none")


def chosen(model: MLP, digits: Splits, number: int) -> tuple[torch.Tensor, torch.Tensor, int]:
    """An image as the slider offers it: its pixels, what the network is fed, what it shows."""
    order = losses(model, digits).argsort(descending=True, stable=True)
    rank = round(len(order) ** ((number - 1) / (IMAGES - 1))) - 1
    image = digits.validation.images[order[rank]]
    return image / 255, normalize(image[None]), int(digits.validation.labels[order[rank]])


def back_to_first(model: MLP, x: torch.Tensor, label: int) -> tuple[torch.Tensor, torch.Tensor]:
    """∂L/∂z of the first hidden layer by autograd, and what its neurons pass on."""
    sums = model[0](x)
    hidden = F.relu(sums)
    loss = F.cross_entropy(nn.Sequential(*list(model)[2:])(hidden), torch.tensor([label]))
    (deltas,) = torch.autograd.grad(loss, sums)
    return deltas[0], hidden[0].detach()


def test_the_way_is_there_at_once_and_each_step_adds_a_factor() -> None:
    app = open_page(PAGE)
    assert set(controls(app)) == {"bp_back", "bp_weight"}
    assert "-0.50" in formulas(app)
    assert r"\partial h_1" not in formulas(app)
    app = sound(app.select_slider(key="bp_back").set_value("the weight").run())
    assert r"\frac{\partial L}{\partial w} &= (-0.75) \cdot 2 = -1.50" in formulas(app)
    assert "whose gradient is −1.50" in html(app)
    app = sound(app.select_slider(key="bp_back").set_value("all weights").run())
    for gradient in ("−1.50", "3.00", "1.50", "−1.00", "1.00"):
        assert f">{gradient}<" in html(app)


def test_w_can_be_pulled_until_the_neuron_is_silent() -> None:
    app = opened_by_link(PAGE, bp_back="the weight")
    before = html(app)
    app = sound(app.slider(key="bp_weight").set_value(-0.5).run())
    assert html(app) != before
    assert "h₁ = ReLU(0)" in html(app)
    assert r"\partial w} &= 0.00 \cdot 2 = 0.00" in formulas(app)
    app = sound(app.slider(key="bp_weight").set_value(-0.4).run())
    assert "0.00 \\cdot 2" not in formulas(app)


def test_the_gradient_foretells_a_small_step() -> None:
    said = text(in_one_piece(PAGE))
    change = math.log(1 + math.exp(-1.5 * 0.002)) - math.log(2)  # z₃ grows by 2 · 0.001, z₈ shrinks by half of it
    by_hand = F.cross_entropy(torch.tensor([1 + 0.002, 1 - 0.001], dtype=torch.float64), torch.tensor(0)).item()
    assert by_hand - math.log(2) == pytest.approx(change, abs=1e-6)
    assert f"from 0.69315 to {by_hand:.5f}" in said
    assert f"That is −{-change:.5f}, and 0.001 times the gradient is −0.00150." in said


@pytest.mark.parametrize("number", [1, 4, 20])
def test_silent_neurons_are_those_of_the_image(digits: Splits, number: int) -> None:
    model = load_shipped()
    _, x, label = chosen(model, digits, number)
    _, hidden = back_to_first(model, x, label)
    silent = int((hidden == 0).sum())
    app = opened_by_link(PAGE, scene="2", bp_image=str(number))
    said = text(app)
    assert f"**{silent}** are silent for this image: times 0. It gets through to **{800 - silent}**." in said
    dead = int((F.relu(model[0](normalize(digits.validation.images))) == 0).all(0).sum())
    assert f"{dead} are silent for all {len(digits.validation)} validation images: **dead neurons**" in said
    (told,) = component(app, "network")
    assert told["flow"] == "backward"
    assert told["view"]["label"] == label


def test_another_digit_can_count_as_right(digits: Splits) -> None:
    model = load_shipped()
    pixels, x, label = chosen(model, digits, 20)
    assert pixels.shape == (28, 28)
    app = opened_by_link(PAGE, scene="2", bp_image="20")
    largest = [float(re.findall(r"p − y is ([\d.]+) in size at most", text(app))[0])]
    other = (label + 1) % 10
    app = sound(app.selectbox(key="bp_called").set_value(other).run())
    largest += [float(re.findall(r"p − y is ([\d.]+) in size at most", text(app))[0])]
    p = model(x).softmax(1)[0]
    for said, right in zip(largest, (label, other), strict=True):
        assert said == pytest.approx((p - F.one_hot(torch.tensor(right), 10)).abs().max().item(), abs=0.0005)
    assert largest[0] < 0.001 < 0.9 < largest[1]  # it is read well, so that nothing comes back until that is denied
    (told,) = component(app, "network")
    assert told["view"]["label"] == other


def test_both_hidden_layers_have_their_formula() -> None:
    page = formulas(in_one_piece(PAGE))
    assert r"\delta_{3} = p - \mathbf{y}" in page
    assert r"\delta_{2} = \big( W_{3}^\top \delta_{3} \big)" in page
    assert r"\delta_{1} = \big( W_{2}^\top \delta_{2} \big)" in page


def test_before_the_answer_there_is_no_gradient_and_nothing_of_it_can_be_moved() -> None:
    app = open_page(PAGE, scene=3)
    assert app.slider(key="bp_rank").disabled
    assert "× ? =" in html(app)
    assert not [word for word in text(app).split() if word == "δ"]
    app = answer(app, "ask_gradient_picture", "Like the image")
    assert not app.slider(key="bp_rank").disabled
    assert "× ? =" not in html(app)


def images(app: AppTest) -> list[bytes]:
    return [base64.b64decode(data) for data in re.findall(r"base64,([^\"]+)\"", html(app))]


def test_the_gradient_of_each_neuron_is_the_image_times_its_slope(digits: Splits) -> None:
    model = load_shipped()
    _, x, label = chosen(model, digits, 4)
    deltas, _ = back_to_first(model, x, label)
    order = deltas.abs().argsort(descending=True, stable=True).tolist()
    app = answer(open_page(PAGE, scene=3), "ask_gradient_picture", "Like the image")
    pictures = []
    for rank in (1, 2, 200):
        app = sound(app.slider(key="bp_rank").set_value(rank).run())
        number = order[rank - 1]
        delta = f"{deltas[number]:.4f}".replace("-", "−")
        if rank < 200:
            assert f"Neuron {number + 1} has δ = **{delta}**" in text(app)
            assert f"× {delta} =" in html(app)
        else:
            assert "is **silent**" in text(app)
            assert deltas[number] == 0
        pictures.append(images(app))
    assert len({fed for fed, _ in pictures}) == 1
    assert len({gradient for _, gradient in pictures}) == 3


def test_the_outer_product_has_the_numbers_of_one_weight(digits: Splits) -> None:
    model = load_shipped()
    _, x, label = chosen(model, digits, 4)
    deltas, _ = back_to_first(model, x, label)
    neuron, pixel = int(deltas.abs().argmax()), int(x[0].argmax())
    app = in_one_piece(PAGE)
    assert rf"w_{{{neuron + 1},\,{pixel + 1}}}}} = {deltas[neuron]:.4f} \cdot {x[0, pixel]:.3f}" in formulas(app)
    assert "a table of 800 rows and 784 columns" in text(app)
    assert "The paper is fed as −0.424" in text(app)


@pytest.mark.parametrize(("score", "by"), [("3", 1.0), ("3", 0.001), ("5", 0.1), ("8", 0.01)])
def test_the_difference_comes_to_p_minus_y(score: str, by: float) -> None:
    app = opened_by_link(PAGE, scene="4", bp_score=score, bp_by=f"{by:g}")
    z = torch.tensor([2.0, 1.0, -1.0], dtype=torch.float64, requires_grad=True)
    loss = F.cross_entropy(z, torch.tensor(0))
    (gradient,) = torch.autograd.grad(loss, z)
    at = ["3", "5", "8"].index(score)
    moved = z.detach().clone()
    moved[at] += by
    change = (F.cross_entropy(moved, torch.tensor(0)) - loss).item() / by
    said = text(app).replace("−", "-")
    assert f"ε = **{change:.4f}**" in said
    assert f"p - y = **{gradient[at]:.4f}**" in said
    assert abs(change - gradient[at].item()) < 0.15 * by
    (curve,) = charts(app)
    assert curve[curve["kind"] == "moved"]["score"].tolist() == [pytest.approx(z[at].item() + by)]


def test_the_table_has_the_softmax_of_the_three_scores() -> None:
    z = torch.tensor([2.0, 1.0, -1.0])
    (table,) = [each.value for each in in_one_piece(PAGE).markdown if "| $z_i$ |" in each.value]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    p = z.softmax(0)
    assert [row[2] for row in rows] == [f"{value:.4f}" for value in p.tolist()]
    assert [row[3] for row in rows] == ["1", "0", "0"]
    assert [row[4].replace("−", "-") for row in rows] == [
        f"{value:.4f}" for value in (p - F.one_hot(torch.tensor(0), 3)).tolist()
    ]


def found_check(app: AppTest) -> dict[str, Any]:
    (table,) = [each.value for each in app.markdown if "| worked out in |" in each.value]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {row[0]: (float(row[1].replace("−", "-").replace(",", "")), row[2]) for row in rows}


def test_one_weight_is_checked_by_a_difference(digits: Splits) -> None:
    model = load_shipped().double()
    _, x, label = chosen(load_shipped(), digits, 1)
    weight = model.get_parameter("0.weight").requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(x.double()), torch.tensor([label])), weight)
    largest = gradient.flatten()[gradient.abs().argmax()].item()
    app = open_page(PAGE, scene=5)
    said = text(app).replace("−", "-")
    assert f"Backpropagation says **{largest:.6f}**" in said
    for step, single_is_good, double_is_good in ((1.0, False, False), (1e-4, None, True), (1e-8, False, True)):
        name = f"{step:.8f}".rstrip("0").rstrip(".")
        app = opened_by_link(PAGE, scene="5", bp_step=name)
        assert app.select_slider(key="bp_step").value == step
        single, double = (found_check(app)[precision][0] for precision in ("float32", "float64"))
        assert single_is_good is None or (abs(single / largest - 1) < 0.01) == single_is_good
        assert (abs(double / largest - 1) < 0.0001) == double_is_good
    assert "Too small for float32" in text(app)
    (curve,) = charts(app)
    assert set(curve["precision"]) == {"float32", "float64"}
    assert sorted(curve[curve["kind"] == "chosen"]["step"]) == [1e-8, 1e-8]


def test_a_check_of_all_weights_would_take_two_passes_for_each() -> None:
    count = load_shipped().config.parameter_count
    assert f"2 × {count:,} = {2 * count:,} passes" in text(in_one_piece(PAGE))


def test_the_projects_own_way_back_finds_what_autograd_does(digits: Splits) -> None:
    model = load_shipped()
    _, x, label = chosen(model, digits, 1)
    weight = model.get_parameter("0.weight").requires_grad_()
    (gradient,) = torch.autograd.grad(F.cross_entropy(model(x), torch.tensor([label])), weight)
    largest = gradient.flatten()[gradient.abs().argmax()].item()
    said = text(in_one_piece(PAGE)).replace("−", "-")
    found = re.search(r"in float32, finds (-?[\d.]+): it is off by ([\d.]+)( · 10⁻[⁷⁸⁹]|%)\.", said)
    assert found
    assert float(found[1]) == pytest.approx(largest, abs=1e-6)
    assert found[3] != "%" or float(found[2]) < 0.001


def test_where_all_gradients_are_0_there_is_nothing_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Check(0, 0, 0.0, 0.0, (1.0,), (0.0,), (0.0,))
    monkeypatch.setattr(backpropagation_check, "check_weight", lambda *arguments: nothing)
    app = open_page(PAGE, scene=5)
    assert "There is nothing to check" in text(app)
    assert not app.select_slider
    sound(opened_by_link(PAGE, scene="5", show="whole"))


@pytest.mark.parametrize("config", [MLPConfig((6,), "tanh"), MLPConfig((9, 8, 7), "sigmoid"), MLPConfig((1,))])
def test_any_network_can_be_looked_at(monkeypatch: pytest.MonkeyPatch, config: MLPConfig) -> None:
    model = new_model(config, 0).eval().requires_grad_(False)
    monkeypatch.setattr(resources, "shipped_model", lambda: model)
    app = in_one_piece(PAGE, bp_rank="100")
    assert f"comes back to {config.hidden_sizes[0]} neuron" in text(app)
    assert ("are silent for this image" in text(app) or "is silent for this image" in text(app)) == (
        config.activation == "relu"
    )
