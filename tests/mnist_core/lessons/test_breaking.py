"""Damage against what one would do by hand; the network itself never changes."""

import math
from itertools import pairwise
from statistics import mean, median

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.data.pixel_order import pixel_order, reordered
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.breaking import (
    LOUDEST,
    NOISES,
    SHARES,
    Damage,
    add_noise,
    damaged,
    drawn_neurons,
    fed,
    follow_order,
    leads,
    more_noise,
    more_silenced,
    read_damaged,
    score_parts,
    silence,
    zero_biases,
)
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model

DAMAGES = st.builds(
    Damage,
    silenced=st.floats(0, 1),
    noise=st.floats(0, 3),
    zero_biases=st.booleans(),
    shuffled=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
SHAPES = st.sampled_from([(), (1,), (1, 1), (12,), (12, 7), (6, 5, 4)])
KINDS = st.sampled_from(["relu", "tanh", "sigmoid"])


def network(hidden: tuple[int, ...], kind: str = "relu", dropout: float = 0.0) -> MLP:
    return new_model(MLPConfig(hidden, kind, dropout), seed=5)


def dense(model: MLP) -> list[nn.Linear]:
    return [layer for layer in model if isinstance(layer, nn.Linear)]


def weights(model: MLP) -> list[Tensor]:
    return [tensor.detach().clone() for tensor in model.state_dict().values()]


def same(first: list[Tensor], second: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


@given(damage=DAMAGES, hidden=SHAPES, kind=KINDS, dropout=st.sampled_from([0.0, 0.5]))
def test_the_network_and_the_images_stay_bit_for_bit_what_they_are(
    few: Dataset, damage: Damage, hidden: tuple[int, ...], kind: str, dropout: float
) -> None:
    model = network(hidden, kind, dropout).train()
    before, images = weights(model), few.images.clone()
    everyones = torch.get_rng_state()
    result = read_damaged(model, few, damage)
    copy = damaged(model, damage)
    assert result.logits.isfinite().all()
    assert same(weights(model), before)
    assert torch.equal(few.images, images)
    assert torch.equal(torch.get_rng_state(), everyones)  # nothing was drawn from the process-wide generator
    assert model.training
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert not copy.training
    mine = {tensor.data_ptr() for tensor in model.state_dict().values()}
    assert mine.isdisjoint(tensor.data_ptr() for tensor in copy.state_dict().values())
    assert same(weights(damaged(model, damage)), weights(copy))  # the same seed does the same
    assert torch.equal(read_damaged(model, few, damage).logits, result.logits)


@given(hidden=SHAPES, kind=KINDS, seed=st.integers(0, 99))
def test_no_damage_changes_no_score(few: Dataset, hidden: tuple[int, ...], kind: str, seed: int) -> None:
    model = network(hidden, kind).eval()
    none = Damage(seed=seed)
    assert none.is_none
    with torch.no_grad():
        assert torch.equal(read_damaged(model, few, none).logits, model(normalize(few.images)))
    assert fed(few, none) is few
    assert same(weights(add_noise(model, 0.0, seed)), weights(model))


def without(model: MLP, layer: int, neurons: list[int]) -> MLP:
    """The same network built anew without these neurons: their rows and columns are not there."""
    sizes = list(model.config.hidden_sizes)
    kept = [neuron for neuron in range(sizes[layer]) if neuron not in neurons]
    sizes[layer] = len(kept)
    smaller = MLP(MLPConfig(tuple(sizes), model.config.activation))
    with torch.no_grad():
        for index, (to, of) in enumerate(zip(dense(smaller), dense(model), strict=True)):
            weight, bias = of.weight.data, of.bias.data
            if index == layer:
                weight, bias = weight[kept], bias[kept]
            if index == layer + 1:
                weight = weight[:, kept]
            to.weight.copy_(weight)
            to.bias.copy_(bias)
    return smaller.eval()


@given(layer=st.integers(0, 2), kind=KINDS, chosen=st.sets(st.integers(0, 3), max_size=3))
def test_a_silenced_neuron_might_as_well_not_be_there(few: Dataset, layer: int, kind: str, chosen: set[int]) -> None:
    model = network((6, 5, 4), kind)
    neurons = sorted(chosen)
    x = normalize(few.images)
    with torch.no_grad():
        expected = without(model, layer, neurons)(x)
        assert torch.allclose(silence(model, layer, neurons)(x), expected, atol=1e-5)
        assert torch.allclose(silence(model, layer, torch.tensor(neurons))(x), expected, atol=1e-5)


def test_with_all_neurons_silent_only_the_last_biases_speak(few: Dataset) -> None:
    for hidden in ((12,), (12, 7)):
        model = network(hidden, "sigmoid")
        logits = read_damaged(model, few, Damage(silenced=1.0)).logits
        assert torch.equal(logits, dense(model)[-1].bias.detach().expand(100, -1))


def test_the_shares_of_two_layers_and_of_the_same_draw() -> None:
    config = MLPConfig((512, 128))
    half = drawn_neurons(config, 0.5, 3)
    assert [len(neurons) for neurons in half] == [256, 64]
    assert all(len(neurons.unique()) == len(neurons) for neurons in half)
    more = drawn_neurons(config, 0.6, 3)
    assert all(set(few.tolist()) < set(many.tolist()) for few, many in zip(half, more, strict=True))
    assert not torch.equal(drawn_neurons(config, 0.5, 4)[0], half[0])
    assert drawn_neurons(MLPConfig(()), 0.5, 3) == []
    model = network((512, 128))
    copy = damaged(model, Damage(silenced=0.5, seed=3))
    assert set((dense(copy)[0].weight == 0).all(dim=1).nonzero().flatten().tolist()) == set(half[0].tolist())
    assert set((dense(copy)[2].weight == 0).all(dim=0).nonzero().flatten().tolist()) == set(half[1].tolist())


@pytest.mark.parametrize("noise", [0.1, 1.0, 2.5])
def test_noise_is_normal_around_zero_and_as_large_as_asked_in_each_layer(noise: float) -> None:
    model = network((512, 128))
    copy = add_noise(model, noise, seed=1)
    drawn = []
    for before, after in zip(dense(model), dense(copy), strict=True):
        assert torch.equal(before.bias, after.bias)
        unit = ((after.weight - before.weight) / (noise * before.weight.std(correction=0))).flatten().detach()
        n = len(unit)
        assert abs(unit.mean().item()) < 5 / math.sqrt(n)
        assert abs(unit.std().item() - 1) < 5 / math.sqrt(2 * n)
        within = (unit.abs() < 1).float().mean().item()
        assert within == pytest.approx(math.erf(1 / math.sqrt(2)), abs=5 * 0.47 / math.sqrt(n))  # 68.3 %
        drawn.append(unit)
    again = add_noise(model, noise / 2, seed=1)
    for before, whole, half in zip(dense(model), dense(copy), dense(again), strict=True):
        assert torch.allclose(whole.weight - before.weight, 2 * (half.weight - before.weight), atol=1e-5)
    assert not torch.equal(dense(add_noise(model, noise, seed=2))[0].weight, dense(copy)[0].weight)


def test_without_biases(few: Dataset) -> None:
    model = network((12, 7))
    copy = zero_biases(model)
    assert all((layer.bias == 0).all() for layer in dense(copy))
    x = normalize(few.images)
    first, second, third = (layer.weight.detach() for layer in dense(model))
    by_hand = ((x @ first.T).relu() @ second.T).relu() @ third.T
    assert torch.allclose(copy(x), by_hand, atol=1e-5)


def test_shuffled_pixels_are_those_of_the_seed(few: Dataset) -> None:
    moved = fed(few, Damage(shuffled=True, seed=9))
    assert torch.equal(moved.images, reordered(few, pixel_order(9)).images)
    model = network((12,))
    assert torch.equal(read_damaged(model, few, Damage(shuffled=True, seed=9)).logits, evaluate(model, moved).logits)


@given(seed=st.integers(0, 999), hidden=SHAPES)
def test_weights_that_follow_the_order_read_as_before(few: Dataset, seed: int, hidden: tuple[int, ...]) -> None:
    model, order = network(hidden).eval(), pixel_order(seed)
    before = weights(model)
    followed = follow_order(model, order)(normalize(reordered(few, order).images))
    assert torch.allclose(followed, model(normalize(few.images)), atol=1e-5)
    assert same(weights(model), before)


def test_the_lead_is_that_of_the_right_digit_and_below_zero_where_another_is_read() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0], [9.0, 1.0, 8.5], [2.0, 2.0, -7.0]])
    found = leads(Evaluation(logits, torch.tensor([1, 2, 0])))
    assert found.tolist() == [2.0, -0.5, 0.0]


@given(damage=DAMAGES, hidden=SHAPES)
def test_an_image_is_read_rightly_where_the_lead_is_above_zero(
    few: Dataset, damage: Damage, hidden: tuple[int, ...]
) -> None:
    found = read_damaged(network(hidden), few, damage)
    lead = leads(found)
    is_right = found.choices == found.labels
    assert (is_right[lead > 0]).all()
    assert not is_right[lead < 0].any()


@given(damage=DAMAGES, hidden=SHAPES, kind=KINDS)
def test_twice_the_lead_bears_no_more(few: Dataset, damage: Damage, hidden: tuple[int, ...], kind: str) -> None:
    model = network(hidden, kind)
    doubled = network(hidden, kind)
    with torch.no_grad():
        for parameter in dense(doubled)[-1].parameters():
            parameter.mul_(2)
    assert torch.equal(leads(evaluate(doubled, few)), 2 * leads(evaluate(model, few)))
    assert torch.equal(read_damaged(doubled, few, damage).choices, read_damaged(model, few, damage).choices)


@given(damage=DAMAGES, hidden=SHAPES, kind=KINDS, digit=st.integers(0, 9))
def test_the_parts_of_a_score_make_it_up(
    few: Dataset, damage: Damage, hidden: tuple[int, ...], kind: str, digit: int
) -> None:
    model = network(hidden, kind).eval()
    neurons = drawn_neurons(model.config, damage.silenced, damage.seed)
    silent = neurons[-1] if neurons else torch.empty(0, dtype=torch.int64)
    image = few.images[3]
    before = score_parts(model, image, digit, silent)
    assert sum(before) == pytest.approx(evaluate(model, few).logits[3, digit].item(), abs=1e-4)
    if neurons:  # without the others and the bias, only those that are to be silent speak
        kept = torch.tensor([j for j in range(hidden[-1]) if j not in silent.tolist()], dtype=torch.int64)
        alone = evaluate(silence(model, len(hidden) - 1, kept), few).logits[3, digit].item()
        assert before.silent == pytest.approx(alone - before.bias, abs=1e-4)
    copy = damaged(model, damage)
    now = score_parts(copy, image, digit, silent)
    assert now.silent == 0
    assert sum(now) == pytest.approx(evaluate(copy, few).logits[3, digit].item(), rel=1e-4, abs=1e-3)
    assert now.bias == (0 if damage.zero_biases else before.bias)


def test_the_curves_go_from_nothing_to_all_and_change_one_thing() -> None:
    assert more_silenced(4) == tuple(Damage(silenced=share, seed=4) for share in SHARES)
    assert more_noise(4) == tuple(Damage(noise=noise, seed=4) for noise in NOISES)
    for amounts, most in ((SHARES, 1), (NOISES, LOUDEST)):
        assert (amounts[0], amounts[-1]) == (0, most)
        assert list(amounts) == sorted(set(amounts))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("silenced", -0.1),
        ("silenced", 1.1),
        ("silenced", float("nan")),
        ("noise", -1.0),
        ("noise", 3.1),
        ("noise", float("nan")),
        ("noise", float("inf")),
        ("seed", -1),
        ("seed", 2**32),
    ],
)
def test_what_is_no_damage_is_refused_in_a_sentence(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=r"not (-?[\d.]+|nan|inf)\.$"):
        Damage(**{field: value})  # type: ignore[arg-type]


def test_what_is_not_there_can_not_be_silenced() -> None:
    model = network((12,))
    for layer in (-1, 1):
        with pytest.raises(ValueError, match=f"no layer {layer}"):
            silence(model, layer, [0])
    for neuron in (-1, 12):
        with pytest.raises(ValueError, match="numbered 0 to 11"):
            silence(model, 0, [neuron])
    with pytest.raises(ValueError, match="0 hidden layers"):
        silence(network(()), 0, [])
    with pytest.raises(ValueError, match="Noise is"):
        add_noise(model, -1.0, 0)
    with pytest.raises(ValueError, match="A seed is"):
        add_noise(model, 1.0, -1)
    with pytest.raises(ValueError, match="each of the 784 pixels once"):
        follow_order(model, torch.arange(783))


SHOWN, CURVES = 2_000, 500  # the page judges by as many, and draws its curves from as many


def accuracy(validation: Dataset, damage: Damage) -> float:
    return read_damaged(load_shipped(), validation, damage).accuracy


def worst_without_one(validation: Dataset) -> float:
    """The accuracy without that one hidden neuron whose loss costs most, from the sums of the layers by hand."""
    first, second, third = dense(load_shipped())
    with torch.no_grad():
        one = first(normalize(validation.images)).relu()
        sums = second(one)
        two = sums.relu()
        scores = third(two)
        without = [scores - two[:, [j]] * third.weight[:, j] for j in range(two.shape[1])]
        without += [third((sums - one[:, [j]] * second.weight[:, j]).relu()) for j in range(one.shape[1])]
    return min(float((found.argmax(1) == validation.labels).float().mean()) for found in without)


def check_what_the_page_says(splits: Splits) -> None:
    """The claims of the page on the ready-made network, on the images it judges by."""
    validation = splits.validation.subset(slice(0, SHOWN))
    few = splits.validation.subset(slice(0, CURVES))
    whole = accuracy(validation, Damage())
    assert whole - worst_without_one(validation) < 0.01  # "costs less than one point"
    assert whole - accuracy(validation, Damage(zero_biases=True)) < 0.01
    for damages in (more_silenced(0), more_noise(0)):
        read = [accuracy(few, damage) for damage in damages]
        falls = [was - now for was, now in pairwise(read)]
        assert falls[0] < 0.03 < 0.1 < max(falls)  # "fall slowly at first and steeply later"
    suffers = read_damaged(load_shipped(), validation, Damage(silenced=0.5)).recall
    assert suffers.max() - suffers.min() > 0.2  # "some digits suffer sooner than others"
    silent, tenths = [], []
    for seed in range(10):
        assert whole - accuracy(validation, Damage(silenced=0.1, seed=seed)) < 0.05 * whole  # "far fewer than 1 in 10"
        silent.append(accuracy(validation, Damage(silenced=0.6, seed=seed)))
        tenths.append(accuracy(validation, Damage(silenced=0.9, seed=seed)))
        assert accuracy(validation, Damage(shuffled=True, seed=seed)) < 0.25  # "hardly more than by guessing"
        order = pixel_order(seed)
        followed = evaluate(follow_order(load_shipped(), order), reordered(validation, order))
        assert followed.accuracy == pytest.approx(whole, abs=0.0011)  # rounding may tip an image or two
    assert max(silent) < 0.9 * whole  # "has lost much"
    assert mean(silent) < 0.8 * whole
    assert median(tenths) < 0.18  # "mostly little better than guessing"


@pytest.mark.slow
def test_what_the_page_says_is_so_on_generated_digits(all_digits: Splits) -> None:
    check_what_the_page_says(all_digits)


@pytest.mark.slow
def test_what_the_page_says_is_so_on_mnist(mnist: Splits) -> None:
    check_what_the_page_says(mnist)
