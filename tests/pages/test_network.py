"""The page on the network: its sums are the network's own, and its counts are the network's own."""

import re

import pytest
import torch
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits, normalize
from mnist_core.data.generated import generated_splits
from mnist_core.lessons.network import LayerSnapshot, learning_layer
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from tests.app import answer, go_deeper, hints, in_one_piece, open_page, sound, text
from ui.lessons import network_cache
from ui.lessons.network_words import SHAPES_SHOW, what_the_weights_show

PAGE = "pages/network.py"


def formulas(app: AppTest) -> list[str]:
    return [element.value.strip("$\n ") for element in app.latex]


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
    app = in_one_piece(PAGE)
    app.number_input(key="net_hidden").set_value(15)
    app = sound(app.slider(key="net_hidden_image").set_value(7).run())
    z = hooked(load_shipped(), normalize(digits.validation.images[6:7]))[0, 14].item()
    (passed,) = (formula for formula in formulas(app) if formula.startswith("h_{15}"))
    assert passed.endswith(rf"\max(0, {z:.2f}) = {max(0, z):.2f}")
    assert ("passes its sum on" if z > 0 else "is silent") in text(app)


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
    assert shares[0] < 30 < 60 < shares[1]
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


def test_it_looks_into_the_readers_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    app = sound(open_page(PAGE, 5).number_input(key="net_hidden").set_value(500).run())
    own = MLP(MLPConfig((8,))).eval()
    monkeypatch.setattr("ui.visitor.networks.model_in_use", lambda: (own, "your network 784-8-10"))
    app = go_deeper(sound(app.run()))
    assert "your network 784-8-10" in text(app)
    assert app.number_input(key="net_hidden").max == 8
    assert app.number_input(key="net_hidden").value in range(1, 9)


def test_what_a_link_asks_for_from_beyond_the_controls_does_no_harm() -> None:
    app = in_one_piece(PAGE)
    app.slider(key="net_layers").set_value(9)
    app.number_input(key="net_hidden").set_value(10_000)
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


@pytest.mark.parametrize("hidden", [(1,), (2,), (), (16,)])
def test_odd_networks_break_nothing(hidden: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLP(MLPConfig(hidden)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    monkeypatch.setattr("ui.visitor.networks.model_in_use", lambda: (model, "a network of nothing"))
    app = in_one_piece(PAGE)
    assert app.number_input(key="net_hidden").max == (hidden[0] if hidden else load_shipped().config.hidden_sizes[0])
