"""The page on layers: what it computes is what torch and the data say, and what it states is so."""

import base64
import math
import re
import time

import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from torch.nn import functional

from mnist_core import words
from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons.layers import in_one_layer, layer_by_layer
from mnist_core.lessons.layers_rings import separate
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from tests.app import answer, formulas, in_one_piece, open_page, opened_by_link, sound, text
from tests.conftest import PROJECT

PAGE = "lessons/layers.py"


def test_without_an_activation_the_layers_are_one_and_with_it_they_are_not(digits: Splits) -> None:
    app = open_page(PAGE, 2)
    page = text(app)
    count = load_shipped().config.parameter_count
    assert "Largest difference in 100 images: **none**, but for rounding" in page
    assert f"3 layers with {count:,} parameters do no more than one with 7,850" in page
    layered, single = scores(app)
    assert layered == pytest.approx(single, abs=0.01)

    app = sound(app.segmented_control(key="lay_between").set_value("relu").run())
    page = text(app)
    difference = re.search(
        r"images: \*\*([\d,.]+)\*\*\. With ReLU in between, no single layer does what these 3 do", page
    )
    assert difference
    assert float(difference[1].replace(",", "")) > 10
    z = load_shipped()(normalize(digits.validation.images[:1]))[0]
    assert scores(app)[0] == pytest.approx(z.tolist(), abs=1e-4)
    assert f"go from {words.number(z.min().item(), 1)} to {words.number(z.max().item(), 1)}." in page


def scores(app: AppTest) -> tuple[list[float], list[float]]:
    """The ten scores from the layers in turn, and from the one layer."""
    data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
    layered, single = (data["score"][data["way"] == way].tolist() for way in ("three layers", "one layer"))
    return layered, single


def test_the_difference_that_rounding_makes_is_written_as_a_number_of_science(digits: Splits) -> None:
    model, x = load_shipped(), normalize(digits.validation.images[:100])
    difference = (layer_by_layer(model, x, with_activation=False).double() - in_one_layer(model, x)).abs().max().item()
    assert 0 < difference < 0.01
    assert rf"\max |z - z'| = {words.significant(difference, 2)}" in formulas(in_one_piece(PAGE))


def test_a_line_cannot_separate_the_rings_and_three_bent_neurons_can() -> None:
    app = open_page(PAGE)
    for between, least, most in (("none", 0, 80), ("relu", 100, 100), ("tanh", 100, 100), ("sigmoid", 100, 100)):
        app = sound(app.segmented_control(key="ring_between").set_value(between).run())
        assert app.slider(key="ring_neurons").value == 3
        found = re.search(r"It puts \*\*(\d+)%\*\* of the points right", text(app))
        assert found
        assert least <= int(found[1]) <= most


def test_three_neurons_do_not_close_the_border_from_each_seed() -> None:
    closed = [separate("relu", 3, seed).accuracy == 1 for seed in range(6)]
    assert any(closed)
    assert not all(closed)
    page = text(in_one_piece(PAGE))
    assert "With three neurons the border can close around the middle; if it does not, try another seed" in page


def test_the_product_of_two_layers_adds_up_over_the_neurons_in_between() -> None:
    first, second = torch.rand(3, 4), torch.rand(2, 3)  # (hidden, inputs), (outputs, hidden)
    added = sum(first[i, 1] * second[0, i] for i in range(3))
    assert torch.isclose((second @ first)[0, 1], torch.as_tensor(added))
    assert "the weight in times the weight out" in text(in_one_piece(PAGE))


@pytest.mark.parametrize("z", [-2.5, 0.0, 3.1])
def test_the_activations_with_numbers(z: float) -> None:
    app = opened_by_link(PAGE, show="whole", act_z=str(z))
    point = torch.tensor(z, dtype=torch.float64)
    shown = formulas(app)
    for value in (functional.relu(point), torch.tanh(point), torch.sigmoid(point)):
        assert f"= {value.item():.3f}" in shown
    assert f"ReLU: **{words.number(max(0.0, z))}**" in text(app)
    exponent = f"{-z:.1f}" if z else "0"
    assert rf"\frac{{1}}{{1 + e^{{{exponent}}}}}" in shown


def test_the_point_moves_with_the_sum() -> None:
    app = open_page(PAGE, 3)
    assert "ReLU: **0.00**" in text(app)
    app = sound(app.slider(key="act_z").set_value(3.0).run())
    assert "ReLU: **3.00**" in text(app)


def test_how_steep_the_curves_are() -> None:
    page = text(opened_by_link(PAGE, show="whole", act_z="2.0"))
    sigmoid, tanh = 1 / (1 + math.exp(-2)), math.tanh(2)
    assert f"1.000 for ReLU, {1 - tanh**2:.3f} for tanh and {sigmoid * (1 - sigmoid):.3f} for sigmoid" in page
    assert "The sigmoid's slope is 0.25 at most. Through five layers that makes 0.0010 at most" in page


def test_the_experiment_waits_for_the_answer_and_shuffled_pixels_do_no_harm() -> None:
    app = open_page(PAGE, 4)
    keys = [button.key for button in app.button]
    assert "start_permuted" not in keys
    charts = len(app.get("vega_lite_chart"))
    app = answer(app, "ask_permuted", "Hardly better than guessing")
    app = sound(app.button(key="start_permuted").click().run())
    for _ in range(600):
        if "start_permuted" in [button.key for button in app.button]:
            break
        time.sleep(0.05)
        app = sound(app.run())
    else:
        pytest.fail("the training did not end within half a minute")
    assert len(app.get("vega_lite_chart")) == charts + 1
    page = text(app)
    ends = dict(re.findall(r"With (pixels [a-z ]+): \*\*([\d.]+)%\*\* of the validation images after 5 epochs", page))
    assert set(ends) == {"pixels in place", "pixels shuffled"}
    assert float(ends["pixels in place"]) > 50
    assert abs(float(ends["pixels in place"]) - float(ends["pixels shuffled"])) < 8  # 300 images: 1 % is 3 of them

    app = sound(app.run())
    assert "The settings have changed since" not in text(app)


def test_why_the_two_lines_differ_is_told() -> None:
    # so says test_pixel_order
    assert "Shuffle the first weights in the same way, and they would" in text(in_one_piece(PAGE))


def test_the_parameters_after_pooling() -> None:
    app = in_one_piece(PAGE)
    shown = formulas(app)
    for inputs in (28 * 28, 14 * 14, 7 * 7):
        count = sum(p.numel() for p in torch.nn.Linear(inputs, 128).parameters())
        assert rf"{inputs} & \times 128 + 128 & = {count:,}".replace(",", "{,}") in shown


def test_dropout_silences_in_training_only_and_keeps_the_count(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    counts = [sum(p.numel() for p in MLP(MLPConfig((512, 128), dropout=share)).parameters()) for share in (0.0, 0.5)]
    assert counts == [468_874] * 2
    assert "has 468,874 parameters without dropout and 468,874 with it" in text(app)

    shipped = load_shipped()
    x = normalize(digits.validation.images[:1])
    whole = functional.relu(shipped[2](functional.relu(shipped[0](x)))).sum().item()
    said = re.search(
        r"a draw silences \*\*(\d+)\*\* of all 400 neurons, .* by 2\.00\. All of them together passed on "
        r"([\d.]+) without dropout, and \*\*([\d.]+)\*\* in this draw\. Over 1,000 draws the mean is \*\*([\d.]+)\*\*",
        text(app),
    )
    assert said
    half = shipped.config.hidden_sizes[-1] / 2
    assert abs(int(said[1]) - half) < 5 * (half / 2) ** 0.5  # five deviations
    assert said[2] == f"{whole:.1f}"
    assert float(said[4]) == pytest.approx(whole, rel=0.05)

    app = sound(app.number_input(key="drop_seed").set_value(1).run())
    assert said[0] not in text(app)
    app = sound(app.number_input(key="drop_seed").set_value(0).run())
    assert said[0] in text(app)  # the same seed silences the same neurons

    app = sound(app.segmented_control(key="drop_mode").set_value("reads").run())
    assert "it silences **0** neurons" in text(app)
    assert f"pass on {whole:.1f}, as without" in text(app)


def test_each_image_has_a_draw_of_its_own_and_reading_has_none() -> None:
    app = open_page(PAGE, 5)
    first, second = discs(app)
    assert len(first) == len(second) == 24
    assert first != second
    assert len(re.findall(r"Silenced: \d+ of", text(app))) == 2
    assert "Silenced: 0 of" not in text(app)
    app = sound(app.segmented_control(key="drop_mode").set_value("reads").run())
    assert len(re.findall(r"Silenced: 0 of", text(app))) == 2


def discs(app: AppTest) -> list[list[bool]]:
    """For each of the two images, which of its neurons bear a cross."""
    found = []
    for element in app.get("html"):
        picture = re.search(r"svg\+xml;base64,([^\"]+)", element.proto.body)
        if picture:
            drawn = base64.b64decode(picture[1]).decode()
            found.append(["<path" in disc for disc in drawn.split("<circle")[1:]])
    return found


def test_pooling_four_pixels_into_one() -> None:
    app = open_page(PAGE, 6)
    assert "28 × 28 = **784** pixels, pooled once 14 × 14 = **196**, pooled twice 7 × 7 = **49**" in text(app)
    before = pooled(app)
    assert pooled(sound(app.segmented_control(key="pool_kind").set_value("mean").run())) != before


def pooled(app: AppTest) -> str:
    return str(app.get("image")[0].proto.imgs[0].url)


def test_controls_a_link_leaves_out_keep_the_value_it_gives() -> None:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
    app.query_params["show"] = "whole"
    app.query_params["hide"] = "ring_between,ring_neurons,drop_mode,pixel_seed,ask_permuted,pool_kind"
    app.query_params["ring_between"] = "tanh"
    app.query_params["drop_mode"] = "reads"
    app = sound(app.switch_page(PAGE).run())
    assert "ring_neurons" not in [slider.key for slider in app.slider]
    assert "It puts **100%** of the points right" in text(app)
    assert "it silences **0** neurons" in text(app)
    assert "start_permuted" in [button.key for button in app.button]
