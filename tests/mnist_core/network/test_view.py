"""What runs through a network: against plain forward and autograd, over shapes and activations."""

import base64
import json
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core.data.dataset import standardize
from mnist_core.network.layers import for_plain_pixels
from mnist_core.network.model import ACTIVATIONS, MLP, Dropout, MLPConfig
from mnist_core.network.view import MOST, MOST_OF_DEEP, NetworkView, as_data, first_neurons, look
from mnist_core.training.loop import new_model

CONFIGS = st.builds(
    MLPConfig,
    st.lists(st.integers(1, 24), max_size=5).map(tuple),
    st.sampled_from(sorted(ACTIVATIONS)),
    st.sampled_from([0.0, 0.5]),
    st.sampled_from([10, 10, 3]),
)
SEEDS = st.integers(0, 10_000)


def picture(seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(28, 28, generator=generator) * (torch.rand(28, 28, generator=generator) > 0.8)


def layer_by_layer(model: MLP, image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """The sums of each dense layer and what it reads, kept for autograd, by the model's own modules in eval mode."""
    sums, read = [], []
    h = standardize(image[None])[0].to(next(model.parameters()).dtype).requires_grad_()
    for layer in model.eval():
        if isinstance(layer, nn.Linear):
            read.append(h)
            h = layer(h)
            sums.append(h)
        else:
            h = layer(h)
    return sums, read


def every(model: MLP) -> list[list[int]]:
    return [list(range(size)) for size in model.config.hidden_sizes]


def close(told: Any, expected: Tensor) -> None:
    told = torch.tensor(told, dtype=torch.float64).view(expected.shape)
    torch.testing.assert_close(told, expected.detach().double(), rtol=1e-5, atol=1e-6)


@given(CONFIGS, SEEDS)
@settings(max_examples=50)
def test_forward_is_what_the_model_computes(config: MLPConfig, seed: int) -> None:
    model, image = new_model(config, seed).double(), picture(seed)
    view = look(model, image, label=seed % 3, shown=every(model))
    sums, read = layer_by_layer(model, image)
    layers = [*view.layers, view.output]
    assert tuple(layer.size for layer in layers) == config.layer_sizes[1:]
    for layer, z, h in zip(layers, sums, [*read[1:], sums[-1]], strict=True):
        assert layer.shown == tuple(range(layer.size))
        close(layer.sums, z)
        close(layer.values, h)
        assert not layer.deltas
        assert not layer.back
        assert layer.weights is None
    close(view.p, sums[-1].softmax(0))
    assert view.label == seed % 3
    assert torch.equal(view.image, image)


@given(CONFIGS, SEEDS)
@settings(max_examples=50)
def test_links_and_ink_and_bias_make_up_the_sums(config: MLPConfig, seed: int) -> None:
    """With every neuron shown, the links of one and its bias are its sum."""
    model, image = new_model(config, seed).double(), picture(seed)
    view = look(model, image, shown=every(model))
    first, *others = [*view.layers, view.output]
    dense = [layer for layer in model if isinstance(layer, nn.Linear)]
    for layer, of in zip(others, dense[1:], strict=True):
        assert not layer.ink
        for z, links, bias in zip(layer.sums, layer.links, of.bias.tolist(), strict=True):
            assert z == pytest.approx(sum(links) + bias, rel=1e-5, abs=1e-6)

    weights, biases = for_plain_pixels(dense[0].weight, dense[0].bias)
    assert not first.links
    for z, ink, weight, bias in zip(first.sums, first.ink, weights, biases.tolist(), strict=True):
        products = (weight * image).flatten()
        assert z == pytest.approx(products.sum().item() + bias, rel=1e-5, abs=1e-6)
        strongest = sorted(range(784), key=lambda pixel: -abs(products[pixel].item()))[:3]
        assert [pixel for pixel, _ in ink] == strongest
        assert [by for _, by in ink] == pytest.approx(products[strongest].tolist(), rel=1e-5)


@given(CONFIGS, SEEDS)
@settings(max_examples=50)
def test_what_a_neuron_speaks_for_is_its_value_times_autograds_derivative(config: MLPConfig, seed: int) -> None:
    model, image = new_model(config, seed).double(), picture(seed)
    view = look(model, image, shown=every(model))
    sums, read = layer_by_layer(model, image)
    assert not view.output.speaks
    for layer, h in zip(view.layers, read[1:], strict=True):
        of_each = [torch.autograd.grad(z, h, retain_graph=True)[0] for z in sums[-1]]
        adds = torch.stack(of_each) * h  # [classes, neurons]
        close(layer.speaks, (adds - adds.mean(0)).T)


@given(CONFIGS, SEEDS)
@settings(max_examples=50)
def test_the_gradient_is_autograds(config: MLPConfig, seed: int) -> None:
    model, image, label = new_model(config, seed).double(), picture(seed), seed % config.classes
    view = look(model, image, label=label, with_gradient=True, shown=every(model))
    sums, _ = layer_by_layer(model, image)
    loss = nn.functional.cross_entropy(sums[-1], torch.tensor(label))
    deltas = torch.autograd.grad(loss, sums, retain_graph=True)
    weights = [layer.weight for layer in model if isinstance(layer, nn.Linear)]
    of_weights = torch.autograd.grad(loss, weights)
    first, *others = layers = [*view.layers, view.output]
    for layer, delta in zip(layers, deltas, strict=True):
        close(layer.deltas, delta)
    assert not first.back
    for layer, gradient in zip(others, of_weights[1:], strict=True):
        close(layer.back, gradient)


@pytest.mark.parametrize("hidden", [(128,), (64, 32), (40, 30, 20), ()])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_the_shown_neurons_are_the_loudest(hidden: tuple[int, ...], activation: str) -> None:
    model = new_model(MLPConfig(hidden, activation), 2)
    whole, view = (
        look(model, picture(2), label=7, with_weights=True, with_gradient=True, shown=shown)
        for shown in (every(model), None)
    )
    most = MOST if len(hidden) < 3 else MOST_OF_DEEP
    before: tuple[int, ...] = ()
    for layer, all_of_it in zip([*view.layers, view.output], [*whole.layers, whole.output], strict=True):
        if layer is view.output:
            assert layer.shown == tuple(range(10))
        else:
            by_loudness = sorted(range(layer.size), key=lambda neuron: -abs(all_of_it.values[neuron]))
            assert layer.shown == tuple(sorted(by_loudness[:most]))
        # Each number is that of its neuron.
        for name in ("sums", "values", "ink", "speaks", "deltas"):
            of_all = getattr(all_of_it, name)
            assert getattr(layer, name) == (tuple(of_all[neuron] for neuron in layer.shown) if of_all else ())
        for name in ("links", "back"):
            of_all = getattr(all_of_it, name)
            expected = [[of_all[neuron][other] for other in before] for neuron in layer.shown] if of_all else []
            assert [list(row) for row in getattr(layer, name)] == expected
        before = layer.shown
    assert as_data(view) == as_data(look(model.eval(), picture(2), label=7, with_weights=True, with_gradient=True))


def with_values(*values: float) -> MLP:
    """A ReLU network whose hidden layer passes these on, whatever it reads."""
    model = new_model(MLPConfig((len(values),)), 0)
    first = model[0]
    assert isinstance(first, nn.Linear)
    nn.init.zeros_(first.weight)
    first.bias.data = torch.tensor(values)
    return model


def test_of_equally_loud_neurons_the_first_are_shown() -> None:
    (layer,) = look(with_values(*[0.0] * 10, *[1.0] * 5, *[0.0] * 20), picture(0)).layers
    assert layer.shown == (*range(15), 15)
    (layer,) = look(with_values(*[1.0] * 40), picture(0)).layers
    assert layer.shown == tuple(range(16))


def test_lights_that_were_there_stay_until_others_are_clearly_louder() -> None:
    before = look(with_values(*[2.0] * 16, 1.0, 1.0), picture(0))
    little, much = (with_values(*[2.0] * 16, louder, 1.0) for louder in (2.4, 2.6))  # 2 × 1.25 is 2.5
    assert look(little, picture(0), keep=before).layers[0].shown == tuple(range(16))
    assert look(little, picture(0)).layers[0].shown == (*range(15), 16)
    assert look(much, picture(0), keep=before).layers[0].shown == (*range(15), 16)


def test_what_was_shown_of_another_network_does_not_count() -> None:
    other, model = new_model(MLPConfig((40,)), 1), new_model(MLPConfig((40, 3)), 1)
    assert look(model, picture(0), keep=look(other, picture(0))) == look(model, picture(0))


def test_always_the_same_neurons_where_they_are_given() -> None:
    assert first_neurons(MLPConfig((20, 4))) == (tuple(range(10)), tuple(range(4)))
    assert first_neurons(MLPConfig((20, 4, 1024))) == (tuple(range(8)), tuple(range(4)), tuple(range(8)))
    view = look(new_model(MLPConfig((20, 4)), 0), picture(0), shown=[[3, 19], [0]])
    assert [layer.shown for layer in view.layers] == [(3, 19), (0,)]
    assert [len(links) for links in view.layers[1].links] == [2]
    assert [len(links) for links in view.output.links] == [1] * 10


@pytest.mark.parametrize("hidden", [(), (30,), (9, 9, 9)])
def test_the_weights_are_those_for_plain_pixels_in_steps_of_the_limit(hidden: tuple[int, ...]) -> None:
    model = new_model(MLPConfig(hidden), 4)
    view = look(model, picture(4), with_weights=True)
    first, *others = [*view.layers, view.output]
    dense = model[0]
    assert isinstance(dense, nn.Linear)
    plain = for_plain_pixels(dense.weight, dense.bias)[0][list(first.shown)]
    assert first.limit == pytest.approx(plain.abs().max().item())
    assert first.weights is not None
    assert (first.weights.dtype, first.weights.shape) == (torch.int8, (len(first.shown), 28, 28))
    assert first.weights.abs().max() == 127
    torch.testing.assert_close(first.weights * first.limit / 127, plain.float(), rtol=0, atol=first.limit / 254 * 1.001)
    assert all(layer.weights is None and layer.limit == 0 for layer in others)


def test_an_empty_sheet_has_no_ink() -> None:
    view = look(new_model(MLPConfig((5,)), 0), torch.zeros(28, 28), with_weights=True)
    assert view.layers[0].ink == ((),) * 5
    dot = torch.zeros(28, 28)
    dot[3, 4] = 0.5
    assert [[pixel for pixel, _ in ink] for ink in look(new_model(MLPConfig((5,)), 0), dot).layers[0].ink] == [[88]] * 5


@pytest.mark.parametrize("config", [MLPConfig((20,), dropout=0.5), MLPConfig((4, 3), "tanh"), MLPConfig(())])
@pytest.mark.parametrize("training", [True, False])
def test_looking_leaves_the_model_as_it_is(config: MLPConfig, training: bool) -> None:
    model = new_model(config, 1).train(training)
    model.seed_dropout(5)
    weights = {name: weight.clone() for name, weight in model.state_dict().items()}
    drawn = [layer.generator.get_state() for layer in model if isinstance(layer, Dropout)]
    everyones = torch.get_rng_state()
    look(model, picture(1), label=1, with_weights=True, with_gradient=True)
    assert all(module.training is training for module in model.modules())
    assert all(torch.equal(weight, weights[name]) for name, weight in model.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())
    kept = [layer.generator.get_state() for layer in model if isinstance(layer, Dropout)]
    assert all(torch.equal(*pair) for pair in zip(drawn, kept, strict=True))
    assert torch.equal(torch.get_rng_state(), everyones)


def numbers(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [number for value in data.values() for number in numbers(value)]
    return [number for value in data for number in numbers(value)] if isinstance(data, list) else [data]


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("hidden", [(), (20,), (6, 5, 4)])
@pytest.mark.parametrize("broken", [3e38, -3e38, math.inf, -math.inf, math.nan])
def test_a_network_that_has_overflowed_can_still_be_drawn(
    hidden: tuple[int, ...], activation: str, broken: float
) -> None:
    for spoil in spoilers(broken):
        model = new_model(MLPConfig(hidden, activation), 0)
        with torch.no_grad():
            spoil(model)
        view = look(model, picture(0), label=3, with_weights=True, with_gradient=True)
        data = as_data(view)
        json.dumps(data, allow_nan=False)  # raises on nan and infinity
        assert sum(view.p) == pytest.approx(1)
        assert all(abs(number) < 3.41e38 for number in numbers(data) if isinstance(number, float))


def spoilers(broken: float) -> list[Callable[[MLP], object]]:
    """Everything, and one weight of the first and of the last layer."""
    return [
        lambda model: [parameter.fill_(broken) for parameter in model.parameters()],
        lambda model: next(model.parameters())[1].fill_(broken),
        lambda model: model[-1].weight[2, 1].fill_(broken),
    ]


def test_as_data_is_json_small_and_true_to_five_digits() -> None:
    model = new_model(MLPConfig((128,)), 0)
    view = look(model, picture(0), label=3, with_weights=True, with_gradient=True)
    text = json.dumps(as_data(view), allow_nan=False)
    assert len(text) < 30_000
    data = json.loads(text)
    assert data.keys() == {"image", "label", "layers", "output", "p"}
    assert data["label"] == 3
    image = torch.frombuffer(bytearray(base64.b64decode(data["image"])), dtype=torch.float32)  # little endian here
    assert torch.equal(image.view(28, 28), view.image)
    for layer, told in zip([*view.layers, view.output], [*data["layers"], data["output"]], strict=True):
        names = "size shown sums values links ink speaks weights limit deltas back"
        assert told.keys() == set(names.split())
        assert (told["size"], told["shown"]) == (layer.size, list(layer.shown))
        for name in ("sums", "values", "links", "speaks", "deltas", "back"):
            flat = numbers(told[name])
            in_full = torch.tensor(getattr(layer, name)).flatten().tolist()
            assert flat == pytest.approx(in_full, rel=6e-5, abs=0)
            assert all(number == float(f"{number:.5g}") for number in flat)
    weights = base64.b64decode(data["layers"][0]["weights"])
    assert view.layers[0].weights is not None
    assert torch.equal(torch.frombuffer(bytearray(weights), dtype=torch.int8).view(16, 28, 28), view.layers[0].weights)
    assert data["output"]["weights"] is None
    assert as_data(look(model, picture(0)))["label"] is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"image": torch.zeros(1, 28, 28)}, r"An image is torch.float32 \[28, 28\], not torch.float32 \[1, 28, 28\]."),
        ({"image": torch.zeros(28, 28, dtype=torch.uint8)}, r"not torch.uint8 \[28, 28\]"),
        ({"image": torch.full((28, 28), 1.01)}, "between 0 .* divide by 255"),
        ({"image": torch.full((28, 28), -0.1)}, "between 0"),
        ({"image": torch.full((28, 28), math.nan)}, "between 0"),
        ({"label": 10}, "The label is a whole number from 0 to 9, not 10."),
        ({"label": -1}, "from 0 to 9"),
        ({"label": 2.5}, "from 0 to 9"),
        ({"with_gradient": True}, "no gradient without the label"),
        ({"shown": [[0], [1]]}, "one list of neurons for each of 1 hidden"),
        ({"shown": [[2, 1]]}, "ascending numbers from 0 to 4"),
        ({"shown": [[1, 1]]}, "ascending"),
        ({"shown": [[-1]]}, "ascending"),
        ({"shown": [[5]]}, "ascending"),
        ({"shown": [[]]}, "ascending"),
    ],
)
def test_what_is_no_image_or_label_is_said(wrong: dict[str, Any], sentence: str) -> None:
    image = wrong.pop("image", torch.zeros(28, 28))
    with pytest.raises(ValueError, match=sentence):
        look(new_model(MLPConfig((5,)), 0), image, **wrong)


def test_the_widest_and_deepest_network_is_seen_too() -> None:
    view = look(new_model(MLPConfig((1024,) * 5, "tanh"), 0), picture(1), label=1, with_gradient=True)
    assert isinstance(view, NetworkView)
    assert [len(layer.shown) for layer in view.layers] == [8] * 5
