"""Checkpoints: what is saved comes back, and what is not ours is refused in a sentence."""

import json
from pathlib import Path

import pytest
import safetensors.torch
import torch
from safetensors import safe_open

from mnist_core.checkpoint import SHIPPED, CheckpointError, load, load_shipped, save, shipped_card
from mnist_core.data import Splits
from mnist_core.evaluation import evaluate
from mnist_core.model import MLPConfig
from mnist_core.training import new_model

CARD = {"dataset": "generated digits", "seed": 3, "test_accuracy": 0.91, "training": {"epochs": 2}}


def test_round_trip(tmp_path: Path) -> None:
    model = new_model(MLPConfig((16, 8), "tanh", 0.25), 3)
    path = tmp_path / "mine.safetensors"
    save(path, model, CARD)
    for source in (path, str(path), path.read_bytes()):
        loaded = load(source)
        assert loaded.model.config == model.config
        assert not loaded.model.training
        assert {name: value for name, value in loaded.card.items() if name != "model"} == CARD
        for name, tensor in loaded.model.state_dict().items():
            assert torch.equal(tensor, model.state_dict()[name])
    assert list(safetensors.torch.load_file(path)) == sorted(model.state_dict())


def file_with(metadata: dict[str, str] | None, **tensors: torch.Tensor) -> bytes:
    return safetensors.torch.save(tensors, metadata)


def shape(hidden: object) -> dict[str, str]:
    return {"model": json.dumps({"hidden_sizes": hidden})}


WEIGHTS = {"0.weight": torch.zeros(10, 784), "0.bias": torch.zeros(10)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"rubbish",
        b"\x80\x04K\x01.",
        b"\xff" * 100,
        (8).to_bytes(8, "little") + b'{"a": 1}',
        (2).to_bytes(8, "little") + b"[]",
        (100_000).to_bytes(8, "little") + b"[" * 100_000,
        file_with(None, **WEIGHTS),
        file_with({"model": "not json"}, **WEIGHTS),
        file_with({"model": "[]"}, **WEIGHTS),
        file_with({"other": "1"}, **WEIGHTS),
        file_with(shape([10**9]), **WEIGHTS),
        file_with(shape(["a"]), **WEIGHTS),
        file_with(shape([16]), **WEIGHTS),
        file_with(shape([]), **{**WEIGHTS, "more": torch.zeros(1)}),
        file_with(shape([]), **{**WEIGHTS, "0.bias": torch.full((10,), float("nan"))}),
        file_with(shape([]), **{**WEIGHTS, "0.bias": torch.zeros(10, dtype=torch.int64)}),
        file_with(shape([]), **WEIGHTS)[:-5],
    ],
)
def test_what_is_not_ours_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(CheckpointError, match=r"\.$"):
        load(content)


def test_half_precision_is_read() -> None:
    content = file_with(shape([]), **{name: tensor.half() for name, tensor in WEIGHTS.items()})
    assert load(content).model[0].weight.dtype == torch.float32


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"none\.safetensors can't be read"):
        load(tmp_path / "none.safetensors")


def test_the_shipped_network_is_small_plain_and_says_what_it_is() -> None:
    assert SHIPPED.stat().st_size < 2_000_000
    card = shipped_card()
    assert card["dataset"] == "MNIST"
    assert card["train_size"] == 55_000
    assert card["test_accuracy"] >= 0.983
    assert card["seed"] == card["training"]["seed"]
    with safe_open(SHIPPED, "pt") as file:
        assert all(name.endswith((".weight", ".bias")) for name in file.keys())  # noqa: SIM118
        assert set(file.metadata()) >= {"model", "training", "dataset", "seed", "test_accuracy"}
    assert not load_shipped().training


def test_the_shipped_network_reads_generated_digits(digits: Splits) -> None:
    assert evaluate(load_shipped(), digits.test).accuracy > 0.9


def test_the_shipped_network_reads_mnist_as_its_card_says(mnist: Splits) -> None:
    assert round(evaluate(load_shipped(), mnist.test).accuracy, 4) == shipped_card()["test_accuracy"]
