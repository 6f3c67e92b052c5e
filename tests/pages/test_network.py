"""The page on the network: its sums are the network's own, and its counts are the network's own."""

import base64
import re
from typing import Any

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits, normalize
from mnist_core.data.generated import generated_splits
from mnist_core.lessons.network import LayerSnapshot, learning_layer
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model
from tests.app import answer, component, go_deeper, hints, in_one_piece, open_page, opened_by_link, sound, text
from ui.lessons import network_cache
from ui.lessons.network_words import SHAPES_SHOW, what_the_weights_show
from ui.visitor import store
from ui.visitor.store import TrainedModel

PAGE = "lessons/network.py"


def formulas(app: AppTest) -> list[str]:
    return [element.value.strip("$\n ") for element in app.latex]


def picture(app: AppTest) -> dict[str, Any]:
    """What the picture of the network is told."""
    (told,) = component(app, "network")
    return told


def parameters(*hidden: int) -> str:
    return f"{sum(p.numel() for p in MLP(MLPConfig(hidden)).parameters()):,}"


def test_the_counts_it_states() -> None:
    page = text(in_one_piece(PAGE))
    assert parameters() == "7,850"
    assert f"784 × 10 weights and 10 biases, {parameters()} in all" in page
    assert parameters(128) == "101,770"
    assert f"With a hidden layer of 128 there are {parameters(128)} parameters" in page
    more = [
        sum(p.numel() for p in MLP(MLPConfig((n + 1,))).parameters())
        - sum(p.numel() for p in MLP(MLPConfig((n,))).parameters())
        for n in (127, 128)
    ]
    assert more == [795, 795]
    assert "the 128th hidden neuron brought 795 parameters" in page
    assert "The 129th would bring 795 again" in page


def test_the_table_and_the_formula_follow_the_sliders() -> None:
    app = in_one_piece(PAGE)
    app = sound(app.slider(key="net_layers").set_value(2).run())
    app.select_slider(key="net_width_1").set_value(512)
    app = sound(app.select_slider(key="net_width_2").set_value(128).run())
    page = text(app)
    for row in (
        "| 784 → 512 | 784 × 512 = 401,408 | 512 | 401,920 |",
        "| 512 → 128 | 512 × 128 = 65,536 | 128 | 65,664 |",
        "| 128 → 10 | 128 × 10 = 1,280 | 10 | 1,290 |",
    ):
        assert row in page
    written = " ".join(formulas(app))
    assert f"= {parameters(512, 128)} ".replace(",", "{,}") in written
    assert r"(512 \times 128 + 128)" in written
    drawings = [element.proto.body for element in app.get("html")]
    assert any("784 to 512 to 128 to 10" in drawing for drawing in drawings)

    app = sound(app.slider(key="net_layers").set_value(0).run())
    assert "= 7{,}850" in " ".join(formulas(app))


def test_the_weights_between_two_doubled_layers_wait_for_the_answer() -> None:
    app = open_page(PAGE, 4)
    shown = "4".join(element.proto.body for element in app.get("html"))
    assert f"{4 * 128 * 64:,}" not in shown + text(app)
    app = answer(app, "ask_doubled", "It is squared")
    assert round((128 * 64) ** 2, -6) == 67_000_000  # "some 67 million"
    assert len(hints(app)) == 1  # what is wrong with that answer
    assert f"holds {256 * 128:,}" in text(app)
    before, after = (sum(p.numel() for p in MLP(MLPConfig(each)).parameters()) for each in ((128, 64), (256, 128)))
    assert f"from {before:,} to {after:,}, {after / before:.2f} times" in text(in_one_piece(PAGE))


def hooked(model: MLP, x: torch.Tensor) -> torch.Tensor:
    """What the first layer gives, caught on its way by torch itself."""
    caught = []
    handle = model[0].register_forward_hook(lambda module, inputs, output: caught.append(output))
    model(x)
    handle.remove()
    return torch.as_tensor(caught[0])


def test_the_sum_of_a_hidden_neuron_is_what_the_network_computes(digits: Splits) -> None:
    app = in_one_piece(PAGE, net_pins="0.14")
    app = sound(app.slider(key="net_hidden_image").set_value(7).run())
    z = hooked(load_shipped(), normalize(digits.validation.images[6:7]))[0, 14].item()
    (passed,) = (formula for formula in formulas(app) if formula.startswith("h_{15}"))
    assert passed.endswith(rf"\max(0, {z:.2f}) = {max(0, z):.2f}")
    assert ("passes its sum on" if z > 0 else "is silent") in text(app)
    assert "Neuron 15 of the first hidden layer, which you pinned." in text(app)
    assert picture(app)["pins"] == [{"layer": 0, "number": 14}]


def test_the_picture_reads_the_image_chosen_with_the_network_in_use(digits: Splits) -> None:
    app = sound(open_page(PAGE, 5).slider(key="net_hidden_image").set_value(7).run())
    told = picture(app)
    image = np.frombuffer(base64.b64decode(told["image"]), "<f4").reshape(28, 28)
    assert np.array_equal(image, (digits.validation.images[6] / 255).numpy())
    assert told["label"] == digits.validation.labels[6]
    assert told["sizes"] == list(load_shipped().config.layer_sizes)
    assert told["weights"]  # the browser has them, and runs the network itself


def test_without_a_pin_the_loudest_neuron_is_reckoned(digits: Splits) -> None:
    h = hooked(load_shipped(), normalize(digits.validation.images[:1]))[0]
    assert f"Neuron {int(h.argmax()) + 1} of the first hidden layer, which passes most on here" in text(
        go_deeper(open_page(PAGE, 5))
    )


@pytest.mark.parametrize("pins", ["9.9999", "abc", "0.800", "2.10", "0.1,0.2,0.3", "-1.0", "0.1,"])
def test_pins_in_the_link_that_are_no_neurons_are_ignored(pins: str) -> None:
    assert picture(opened_by_link(PAGE, scene="5", net_pins=pins))["pins"] == []


def test_a_neuron_is_pinned_once() -> None:
    assert picture(opened_by_link(PAGE, scene="5", net_pins="0.16,0.16"))["pins"] == [{"layer": 0, "number": 16}]


def test_pins_can_be_hidden_and_then_stay_as_linked() -> None:
    told = picture(opened_by_link(PAGE, scene="5", net_pins="1.3", hide="net_pins"))
    assert told["hidden"] == ["net_pins"]
    assert told["pins"] == [{"layer": 1, "number": 3}]


def test_the_single_layer_learns_and_its_answer_is_its_largest_sum() -> None:
    app = in_one_piece(PAGE)
    shares = []
    for batches in (0, 1000):
        app = sound(app.select_slider(key="net_batches").set_value(batches).run())
        page = text(app)
        found = re.search(r"read \*\*([\d.]+)%\*\* of the validation images", page)
        assert found
        shares.append(float(found[1]))
        said = [moment for moment in network_cache.MOMENTS if what_the_weights_show(moment) in page]
        assert said == ([0] if batches == 0 else [moment for moment in network_cache.MOMENTS if moment >= SHAPES_SHOW])
    assert shares[0] < 30 < shares[1] - 25  # of few digits; of the app's own it reads over 60, as ``check_shapes`` asks
    assert len(app.get("vega_lite_chart")) == 3  # the bars, and two layers flattened
    told = re.search(r"that of neuron (\d), (−?[\d.]+): so this layer reads an? \*\*\1\*\*", text(app))
    assert told
    app = sound(app.segmented_control(key="net_neuron").set_value(told[1]).run())
    z = told[2].replace("−", "-")
    assert any(formula.endswith(rf"\approx {z}") for formula in formulas(app))


def middle_of_the_zero(snapshot: LayerSnapshot) -> float:
    return snapshot.weights[0, 11:17, 11:17].mean().item()


def check_shapes(splits: Splits) -> list[LayerSnapshot]:
    """From the moment on when the page says so, the middle of the 0 is blue; returns the snapshots."""
    snapshots = learning_layer(
        splits.train.subset(slice(0, network_cache.LEARNS_FROM)), splits.validation, network_cache.MOMENTS
    )
    assert all(middle_of_the_zero(found) < 0 for found in snapshots if found.batches >= SHAPES_SHOW)
    assert snapshots[0].accuracy < 0.2
    assert snapshots[-1].accuracy > 0.6
    return snapshots


def spread(images: torch.Tensor, labels: torch.Tensor) -> float:
    """How far the images of a digit lie from their mean: squares summed over the pixels, mean over the digits."""
    of_each = [images[labels == digit].flatten(1).double() / 255 for digit in range(10)]
    return sum(found.var(dim=0, correction=0).sum().item() for found in of_each) / 10


def test_what_it_says_of_the_shapes_is_so_for_generated_digits() -> None:
    check_shapes(generated_splits())
    assert "On MNIST such a layer reads 88% rightly after 1,000 batches" in text(in_one_piece(PAGE))


def test_what_it_says_of_the_shapes_is_so_for_mnist(mnist: Splits) -> None:
    last = check_shapes(mnist)[-1]
    assert (last.batches, f"{last.accuracy:.0%}") == (1000, "88%")
    drawn = generated_splits().train
    assert spread(drawn.images, drawn.labels) > spread(mnist.train.images, mnist.train.labels)  # "vary more"


def with_own(app: AppTest, model: MLP) -> AppTest:
    """Gives the visitor a network, as if from a file; it is the one in use."""
    visitor = store.visitors().find(app.session_state["_tab"])
    visitor.models = [TrainedModel("file-1", "From file 1", model.eval(), {})]
    app.session_state["model"] = "file-1"
    return sound(app.run())


def test_it_looks_into_the_readers_own_network() -> None:
    app = opened_by_link(PAGE, scene="5", net_pins="0.500")
    assert picture(app)["pins"]
    app = go_deeper(with_own(app, new_model(MLPConfig((8,)), 0)))
    assert "your network 784-8-10" in text(app)
    assert picture(app)["sizes"] == [784, 8, 10]
    assert picture(app)["pins"] == []  # it has no neuron 501


def test_a_network_too_large_for_the_browser_is_seen_by_the_server(digits: Splits) -> None:
    model = new_model(MLPConfig((1024, 1024)), 0).eval()
    told = picture(with_own(open_page(PAGE, 5), model))
    assert told["weights"] is None
    h = hooked(model, normalize(digits.validation.images[:1]))[0].relu()
    seen = told["view"]["layers"][0]
    assert h[seen["shown"]].tolist() == pytest.approx(seen["values"], rel=1e-3)
    assert int(h.argmax()) in seen["shown"]
    assert seen["weights"]


def test_what_a_link_asks_for_from_beyond_the_controls_does_no_harm() -> None:
    app = in_one_piece(PAGE)
    app.slider(key="net_layers").set_value(9)
    app = sound(app.run())
    assert app.slider(key="net_layers").value == 1


def test_it_grows_at_a_press() -> None:
    app = open_page(PAGE)
    assert "After **30 batches**" in text(app)
    app = sound(app.button(key="net_grow").click().run())
    assert "After **1,000 batches**" in text(app)
    assert app.select_slider(key="net_batches").value == 1000


def test_another_neuron_adds_up_another_sum() -> None:
    app = open_page(PAGE, 2)
    before = text(app)
    assert "$z_0$" in before
    assert "$z_7$" in text(sound(app.segmented_control(key="net_neuron").set_value("7").run()))


@pytest.mark.parametrize(
    "config",
    [
        *(MLPConfig(hidden) for hidden in ((1,), (2,), (), (16,), (4, 4, 4, 4, 4))),
        MLPConfig((3,), "tanh"),
        MLPConfig((3,), "sigmoid"),
    ],
)
def test_odd_networks_break_nothing(config: MLPConfig) -> None:
    model = MLP(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    app = with_own(in_one_piece(PAGE), model)
    assert picture(app)["sizes"] == list((config if config.hidden_sizes else load_shipped().config).layer_sizes)
    if config.activation == "sigmoid":
        assert any(formula.endswith("= 0.50") for formula in formulas(app))  # of a sum of 0
