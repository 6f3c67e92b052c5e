"""Checkpoints: what is saved comes back, and what is not ours is refused in a sentence."""

import errno
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from safetensors import safe_open

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.evaluation.calibration import calibrate
from mnist_core.network.checkpoint import (
    LARGEST,
    LARGEST_CARD,
    SHIPPED,
    CheckpointError,
    check_place,
    dumps,
    fingerprint,
    learned_from,
    load,
    load_shipped,
    save,
    shipped_card,
)
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model

CARD = {"dataset": "generated digits", "seed": 3, "test_accuracy": 0.91, "training": {"epochs": 2}}


def test_round_trip(tmp_path: Path) -> None:
    model = new_model(MLPConfig((16, 8), "tanh", 0.25), 3)
    path = tmp_path / "mine.safetensors"
    save(path, model, CARD)
    for source in (path, str(path), path.read_bytes(), dumps(model, CARD)):
        loaded = load(source)
        assert loaded.model.config == model.config
        assert not loaded.model.training
        assert {name: value for name, value in loaded.card.items() if name != "model"} == CARD
        for name, tensor in loaded.model.state_dict().items():
            assert torch.equal(tensor, model.state_dict()[name])
    assert list(safetensors.torch.load_file(path)) == sorted(model.state_dict())


def test_what_stood_there_before_stays_until_all_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.safetensors"
    save(path, new_model(MLPConfig((16,)), 3), CARD)
    write_all = Path.write_bytes

    def write_half(self: Path, content: bytes) -> int:
        write_all(self, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(CheckpointError, match=r"mine.safetensors can't be written: No space left on device\.$"):
        save(path, new_model(MLPConfig((8,)), 4), CARD)
    assert load(path).model.config.hidden_sizes == (16,)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_folder_that_takes_no_files_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    check_place(tmp_path / "mine.safetensors")
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)  # root may write anywhere
    with pytest.raises(CheckpointError, match=r"^Nothing can be saved in the folder .*: Permission denied\.$"):
        check_place(tmp_path / "mine.safetensors")


def test_a_network_with_other_answers_is_refused_unless_it_is_asked_for() -> None:
    model = new_model(MLPConfig((16,), classes=5), 3)
    content = dumps(model, CARD)
    with pytest.raises(CheckpointError, match=r"chooses from 5 answers, but 10 are needed here\.$"):
        load(content)
    assert load(content, classes=5).model.config == model.config


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


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_read(dtype: torch.dtype) -> None:
    content = file_with(shape([]), **{name: tensor.to(dtype) for name, tensor in WEIGHTS.items()})
    assert load(content).model[0].weight.dtype == torch.float32


def packed(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def of_kind(dtype: str, bits: int) -> bytes:
    """Zeros for a network without hidden layers, said to be of a type that torch may not be able to make."""
    ends = [0, 7_840 * bits // 8, 7_850 * bits // 8]
    weight = {"dtype": dtype, "shape": [10, 784], "data_offsets": ends[:2]}
    bias = {"dtype": dtype, "shape": [10], "data_offsets": ends[1:]}
    return packed({"__metadata__": shape([]), "0.weight": weight, "0.bias": bias}, bytes(ends[2]))


def huge(*sizes: int, hidden: tuple[int, ...] = (), activation: str = "relu") -> bytes:
    """A network whose weights in each layer all have the given power of ten."""
    model = new_model(MLPConfig(hidden, activation), 0)
    for parameter, size in zip(model.parameters(), [size for size in sizes for _ in range(2)], strict=True):
        parameter.data.fill_(10.0**size)
    return dumps(model, {})


@pytest.mark.parametrize(
    "content",
    [
        (2**63).to_bytes(8, "little") + b"{}",
        b"\xff" * 8 + b"{}",
        bytes(LARGEST + 1),
        packed({"__metadata__": {**shape([]), "note": json.dumps("x" * LARGEST_CARD)}}),
        packed({"__metadata__": {**shape([]), "note": "9" * 10_000}}),
        packed({"__metadata__": {**shape([]), "note": "[" * 5_000}}),
        packed({"__metadata__": {"model": '{"hidden_sizes": [], "dropout": NaN}'}}),
        packed({"__metadata__": {"model": '{"hidden_sizes": [], "activation": []}'}}),
        packed({"__metadata__": shape([]), "0.weight": {"dtype": "F32", "shape": [2**62] * 2, "data_offsets": [0, 4]}}),
        packed({"__metadata__": shape([]), "0.weight": {"dtype": "F32", "shape": [-10, -784]}}),
        of_kind("BOOL", 8),
        of_kind("U64", 64),
        of_kind("C64", 64),
        of_kind("F4", 4),
        of_kind("F8_E4M3", 8),
        of_kind("F8_E8M0", 8),
        file_with(shape([]), **{name: torch.full_like(w, 1e300, dtype=torch.float64) for name, w in WEIGHTS.items()}),
        huge(38),
        huge(18, 18, hidden=(16,)),
        huge(38, 0, hidden=(16,), activation="tanh"),
        huge(30),
        huge(17, 16, hidden=(16,)),
        huge(30, 30, hidden=(16,), activation="sigmoid"),
    ],
)
def test_a_file_made_to_do_harm_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(CheckpointError, match=r"\.$") as refusal:
        load(content)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    "content", [huge(14), huge(7, 6, hidden=(16,)), huge(7, 6, hidden=(16,), activation="sigmoid")]
)
def test_scores_of_what_is_read_are_numbers(content: bytes) -> None:
    model = load(content).model
    assert model(torch.full((1, 784), 2.8)).isfinite().all()


def test_files_of_the_right_kind_pass() -> None:
    assert load(of_kind("F32", 32)).model.config == MLPConfig(())
    for hidden in ((), (1024,) * 5):
        load(dumps(new_model(MLPConfig(hidden), 0), CARD))  # the smallest and the largest


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"none\.safetensors can't be read"):
        load(tmp_path / "none.safetensors")


def test_the_shipped_network_is_small_plain_and_says_what_it_is() -> None:
    assert SHIPPED.stat().st_size < 4_000_000
    card = shipped_card()
    assert card["dataset"] == "MNIST"
    assert card["train_size"] == 55_000
    assert card["test_accuracy"] >= 0.992
    assert card["test_calibration_error"] < 0.01
    assert card["seed"] == card["training"]["seed"]
    with safe_open(SHIPPED, "pt") as file:
        assert all(name.endswith((".weight", ".bias")) for name in file.keys())  # noqa: SIM118
        assert set(file.metadata()) >= {"model", "training", "dataset", "seed", "test_accuracy"}
    assert not load_shipped().training


def test_the_shipped_network_reads_generated_digits(digits: Splits) -> None:
    assert evaluate(load_shipped(), digits.test).accuracy > 0.9


def test_the_shipped_network_reads_mnist_as_its_card_says(mnist: Splits) -> None:
    card, read = shipped_card(), evaluate(load_shipped(), mnist.test)
    assert round(read.accuracy, 4) == card["test_accuracy"]
    assert round(calibrate(read).error, 4) == card["test_calibration_error"]


@pytest.mark.parametrize(
    ("card", "sources"),
    [
        ({}, ()),
        ({"dataset": "MNIST"}, ("MNIST",)),
        ({"dataset": "MNIST", "drawn_digits": {"count": 9}}, ("MNIST", "drawn digits")),
        (
            {"dataset": "generated digits", "began_with": {"learned_from": ["MNIST", "a secret", 7]}, "taught": 2},
            ("MNIST", "generated digits", "lessons by hand"),
        ),
        ({"own_digits": {"learned_from": 80}, "from_file": True}, ("own digits", "a file")),
        ({"dataset": ["MNIST"], "began_with": "MNIST"}, ()),
        ({"began_with": {"learned_from": "MNIST"}}, ()),
    ],
)
def test_what_a_network_has_learned_from_is_told_by_its_card_and_nothing_else_of_it(
    card: dict[str, Any], sources: tuple[str, ...]
) -> None:
    assert learned_from(card) == sources


def test_a_fingerprint_depends_on_every_weight_the_shape_and_the_activation() -> None:
    plain = new_model(MLPConfig((16,)), 3)
    assert re.fullmatch(r"[0-9a-f]{8}", fingerprint(plain))
    assert fingerprint(new_model(MLPConfig((16,), dropout=0.5), 3)) == fingerprint(plain)
    others = [new_model(MLPConfig((16,), "tanh"), 3), new_model(MLPConfig((16,)), 4)]
    assert len({fingerprint(plain), *map(fingerprint, others)}) == 3
