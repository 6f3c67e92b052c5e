"""The evidence adds up, its weights are autograd's, and its bias is what biases alone make of the active neurons."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core.data.dataset import MEAN, STD, Dataset, Splits, standardize
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.evidence import evidence, loudest_neurons, pair, single_layer
from mnist_core.network.gradients import LinearPiece, has_linear_pieces, linear_piece
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model

NETWORKS = st.builds(
    MLPConfig,
    st.lists(st.integers(1, 24), max_size=3).map(tuple),
    dropout=st.sampled_from([0.0, 0.5]),
)
SEEDS = st.integers(0, 10_000)
DIGITS = st.integers(0, 9)


def image(seed: int) -> Tensor:
    """Some ink, more paper."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(28, 28, generator=generator) * (torch.rand(28, 28, generator=generator) > 0.7)


def logits(model: MLP, x: Tensor) -> Tensor:
    """torch's own forward in float64, on a copy in eval mode."""
    copy = MLP(model.config)
    copy.load_state_dict(model.state_dict())
    return copy.double().eval()(x.double())  # type: ignore[no-any-return]


@given(NETWORKS, SEEDS, DIGITS, DIGITS)
def test_evidence_and_bias_add_up_to_the_difference_of_the_logits(config: MLPConfig, seed: int, a: int, b: int) -> None:
    model, x = new_model(config, seed), image(seed)
    found = evidence(model, x, a, b)
    z = logits(model, standardize(x[None].double()))[0]
    assert found.score == pytest.approx((z[a] - z[b]).item(), abs=1e-10)
    assert found.pixels.sum().item() + found.bias == pytest.approx(found.score, abs=1e-10)
    assert found.for_a + found.for_b + found.bias == pytest.approx(found.score, abs=1e-10)
    assert found.for_a >= 0 >= found.for_b
    assert (found.pixels[x == 0] == 0).all()
    p = predict_proba(model, x[None])[0]
    assert found.score == pytest.approx(math.log(p[a] / p[b]), abs=1e-4)


@given(NETWORKS, SEEDS, DIGITS, DIGITS)
def test_its_weights_are_the_gradient_autograd_finds(config: MLPConfig, seed: int, a: int, b: int) -> None:
    model, x = new_model(config, seed), image(seed)
    plain = x.double().requires_grad_()
    z = logits(model, standardize(plain[None]))[0]
    (gradient,) = torch.autograd.grad(z[a] - z[b], plain)
    torch.testing.assert_close(evidence(model, x, a, b).weights, gradient, rtol=1e-9, atol=1e-12)


@given(NETWORKS, SEEDS, DIGITS, DIGITS)
def test_what_speaks_for_one_digit_speaks_against_the_other(config: MLPConfig, seed: int, a: int, b: int) -> None:
    model, x = new_model(config, seed), image(seed)
    one, other = evidence(model, x, a, b), evidence(model, x, b, a)
    torch.testing.assert_close(one.pixels, -other.pixels, rtol=1e-9, atol=1e-12)
    assert one.bias == pytest.approx(-other.bias, abs=1e-12)
    assert one.score == pytest.approx(-other.score, abs=1e-12)
    same = evidence(model, x, a, a)
    assert (same.score, same.bias, same.pixels.abs().sum().item()) == (0, 0, 0)


def blank_score(model: MLP, a: int, b: int) -> float:
    z = logits(model, torch.full((1, 784), -MEAN / STD))[0]
    return (z[a] - z[b]).item()


def test_the_bias_of_a_single_layer_is_what_it_says_of_a_blank_page_and_that_of_a_deeper_one_is_not() -> None:
    x = image(1)
    single, deep = new_model(MLPConfig(()), 0), new_model(MLPConfig((32,)), 0)
    assert evidence(single, x, 3, 8).bias == pytest.approx(blank_score(single, 3, 8), abs=1e-6)
    assert abs(evidence(deep, x, 3, 8).bias - blank_score(deep, 3, 8)) > 0.01
    blank = evidence(deep, torch.zeros(28, 28), 3, 8)
    assert blank.bias == pytest.approx(blank_score(deep, 3, 8), abs=1e-6)
    assert blank.for_a == blank.for_b == 0


def test_it_holds_exactly_as_long_as_no_neuron_changes_sides() -> None:
    model, x = new_model(MLPConfig((24, 12)), 4), image(4)
    found = evidence(model, x, 3, 8)
    near = x - 1e-4 * (x > 0.5)
    moved = evidence(model, near, 3, 8)
    assert [(h > 0).tolist() for h in found.piece.passed_on[1:]] == [
        (h > 0).tolist() for h in moved.piece.passed_on[1:]
    ]
    assert (found.weights * near).sum().item() + found.bias == pytest.approx(moved.score, abs=1e-9)
    far = 1 - x
    assert (found.weights * far).sum().item() + found.bias != pytest.approx(evidence(model, far, 3, 8).score, abs=1e-3)


def test_nothing_of_the_model_changes(few: Dataset) -> None:
    model = new_model(MLPConfig((16,), dropout=0.5), 0)
    before = {name: part.clone() for name, part in model.state_dict().items()}
    found = evidence(model, few.images[0] / 255, 3, 8)
    assert evidence(model, few.images[0] / 255, 3, 8).score == found.score  # dropout is off
    assert model.training
    assert all(torch.equal(part, before[name]) for name, part in model.state_dict().items())
    assert not found.pixels.requires_grad
    assert found.pixels.dtype == torch.float64


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_a_network_without_linear_pieces_is_refused_in_a_sentence(activation: str) -> None:
    bent = new_model(MLPConfig((8,), activation), 0)
    assert not has_linear_pieces(bent)
    with pytest.raises(ValueError, match=f"Only a network with ReLU .* {activation}"):
        evidence(bent, image(0), 3, 8)
    straight = new_model(MLPConfig((), activation), 0)  # it has no neuron to apply it to
    assert has_linear_pieces(straight)
    assert evidence(straight, image(0), 3, 8).score


def test_bad_input_is_refused_in_a_sentence() -> None:
    model = new_model(MLPConfig((8,)), 0)
    with pytest.raises(ValueError, match="digits 0 to 9"):
        evidence(model, image(0), 3, 10)
    with pytest.raises(ValueError, match="digits 0 to 3"):
        evidence(new_model(MLPConfig((), classes=4), 0), image(0), 1, 4)
    with pytest.raises(ValueError, match="divide by 255"):
        evidence(model, image(0) * 255, 3, 8)
    with pytest.raises(ValueError, match="one number for each logit"):
        linear_piece(model, torch.zeros(784), torch.zeros(9))
    single = new_model(MLPConfig(()), 0)
    piece = evidence(single, image(0), 3, 8).piece
    with pytest.raises(ValueError, match="no hidden neurons"):
        loudest_neurons(single, piece, 8)


@given(NETWORKS.filter(lambda config: config.hidden_sizes), SEEDS, st.integers(1, 30))
def test_the_loudest_neurons_the_others_and_the_bias_add_up(config: MLPConfig, seed: int, count: int) -> None:
    model, x = new_model(config, seed), image(seed)
    piece = evidence(model, x, 3, 8).piece
    found = loudest_neurons(model, piece, count)
    total = found.contributions.sum().item() + found.others + found.bias
    assert total == pytest.approx(piece.score, abs=1e-10)
    assert len(found.numbers) == len(set(found.numbers)) <= min(count, config.hidden_sizes[0])
    sizes = found.contributions.abs()
    assert (sizes[:-1] >= sizes[1:]).all()
    assert (sizes > 0).all()


def test_a_loud_neuron_is_told_with_its_own_weights_and_its_own_share() -> None:
    model, x = new_model(MLPConfig((20, 10)), 2), image(2)
    piece = evidence(model, x, 3, 8).piece
    found = loudest_neurons(model, piece, 4)
    first = model[0]
    assert isinstance(first, nn.Linear)
    sums = first.double()(standardize(x[None].double()))[0].detach()
    hidden = sums.clamp(min=0)
    rest = list(model)[2:]

    def score(h: Tensor) -> Tensor:
        for layer in rest:
            h = layer.double()(h)
        return h[3] - h[8]

    (gradient,) = torch.autograd.grad(score(hidden.requires_grad_()), hidden)
    shares = (hidden * gradient).detach()
    assert found.numbers == shares.abs().argsort(descending=True)[:4].tolist()
    torch.testing.assert_close(found.contributions, shares[found.numbers])
    torch.testing.assert_close(found.activations, hidden.detach()[found.numbers])
    torch.testing.assert_close(found.influences, gradient[found.numbers])
    torch.testing.assert_close(found.weights * STD, first.weight.detach()[found.numbers].view(-1, 28, 28))
    assert found.silent[0] == (int((sums <= 0).sum()), 20)
    assert len(found.silent) == 2


def test_a_trained_network_too(digits: Splits) -> None:
    model = new_model(MLPConfig((32, 16)), 0)
    list(fit(model, digits.train, digits.validation, TrainingConfig(epochs=2, batch_size=50, seed=0)))
    for raw, label in zip(digits.validation.images[:20], digits.validation.labels[:20].tolist(), strict=True):
        found = evidence(model, raw / 255, label, (label + 1) % 10)
        p = predict_proba(model, (raw / 255)[None])[0].double()
        assert found.pixels.sum().item() + found.bias == pytest.approx(found.score, abs=1e-9)
        assert isinstance(found.piece, LinearPiece)
        assert found.score == pytest.approx(math.log(p[label] / p[(label + 1) % 10]), abs=1e-3)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [(None, None, (3, 8)), (None, 3, (8, 3)), (None, 8, (3, 8)), (8, None, (8, 3)), (5, None, (5, 3)), (4, 4, (4, 4))],
)
def test_a_guess_is_the_most_probable_digit_that_is_not_chosen(
    one: int | None, other: int | None, expected: tuple[int, int]
) -> None:
    p = torch.full((10,), 0.01)
    p[3], p[8] = 0.6, 0.32
    assert pair(p, one, other) == expected


@given(SEEDS)
def test_the_scores_of_a_single_layer_are_those_of_the_network(seed: int) -> None:
    model, x = new_model(MLPConfig(()), seed), image(seed)
    weights, z = single_layer(model, x.double())
    assert weights.shape == (10, 28, 28)
    assert z.allclose(logits(model, standardize(x[None]))[0], atol=1e-4)
