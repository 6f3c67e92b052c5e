"""The network: its counts against the course's, its weights against torch's own way of drawing them."""

import pytest
import torch
from torch import nn

from mnist_core.network.model import MLP, Dropout, MLPConfig
from mnist_core.training.loop import new_model


@pytest.mark.parametrize(
    ("hidden", "count", "label"),
    [((), 7_850, "784-10"), ((128,), 101_770, "784-128-10"), ((512, 128), 468_874, "784-512-128-10")],
)
def test_parameter_counts(hidden: tuple[int, ...], count: int, label: str) -> None:
    config = MLPConfig(hidden)
    assert config.parameter_count == count
    assert config.label == label
    assert sum(p.numel() for p in MLP(config).parameters()) == count


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden_sizes": (0,)},
        {"hidden_sizes": (1.5,)},
        {"hidden_sizes": (5_000,)},
        {"hidden_sizes": (8,) * 6},
        {"activation": "softplus"},
        {"dropout": 1.0},
        {"dropout": float("nan")},
        {"classes": 1},
        {"classes": 101},
        {"classes": 5.0},
    ],
)
def test_bad_shapes_are_refused_in_a_sentence(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        MLPConfig(**fields)  # type: ignore[arg-type]


def test_it_is_a_plain_sequential() -> None:
    model = new_model(MLPConfig((16,)), seed=1)
    by_hand = nn.Sequential(nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10))
    by_hand.load_state_dict(model.state_dict())
    x = torch.randn(5, 784, generator=torch.Generator().manual_seed(0))
    assert model(x).shape == (5, 10)
    assert torch.equal(by_hand(x), model(x))


def test_the_seed_decides_the_weights_and_nothing_else_is_touched() -> None:
    before = torch.get_rng_state()
    one, same, other = (new_model(MLPConfig((16,), dropout=0.3), seed).state_dict()["0.weight"] for seed in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_weights_are_spread_as_torch_spreads_them() -> None:
    ours = new_model(MLPConfig((256,)), seed=0).state_dict()["0.weight"]
    theirs = nn.Linear(784, 256).weight
    assert ours.abs().max() <= 1 / 28
    assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.01)
    assert ours.mean().item() == pytest.approx(0, abs=3e-4)


def test_dropout_silences_in_training_only_and_keeps_the_mean() -> None:
    layer = Dropout(0.25)
    x = torch.ones(1_000, 100)
    silenced = layer(x)
    assert silenced.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert (silenced == 0).float().mean().item() == pytest.approx(0.25, abs=0.01)
    assert silenced.mean().item() == pytest.approx(1, abs=0.02)
    assert torch.equal(layer.eval()(x), x)


def test_another_number_of_answers() -> None:
    config = MLPConfig((16,), classes=5)
    assert config.label == "784-16-5"
    assert new_model(config, seed=1)(torch.zeros(3, 784)).shape == (3, 5)
