"""The terminal: train, save, evaluate, and sentences instead of tracebacks."""

from pathlib import Path

import pytest

from mnist_core import __main__ as terminal
from mnist_core.checkpoint import load
from mnist_core.data import Splits


@pytest.fixture
def few_digits(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "generated_splits", lambda: digits)


def test_train_save_evaluate(few_digits: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.safetensors"
    command = ["train", "--data", "generated", "--hidden", "32", "--epochs", "2", "--seed", "5", "--augment", "--save"]
    assert terminal.main([*command, str(path)]) == 0
    printed = capsys.readouterr().out
    assert "784-32-10 with 25,450 parameters on generated digits" in printed
    assert printed.count("validation loss") == 2
    accuracy = printed.split("final test on 300 images: ")[1].split("%")[0]

    checkpoint = load(path)
    assert checkpoint.card["seed"] == 5
    assert checkpoint.card["augment"] is True
    assert f"{checkpoint.card['test_accuracy']:.2%}" == f"{accuracy}%"

    assert terminal.main(["evaluate", "--data", "generated", str(path)]) == 0
    assert f"784-32-10 on generated digits, 300 test images: {accuracy}%" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "--data", "generated", "--epochs", "0"], "number of epochs"),
        (["train", "--data", "generated", "--hidden", "0"], "hidden layer"),
        (["evaluate", "--data", "generated", "nowhere.safetensors"], "can't be read"),
    ],
)
def test_bad_input_is_a_sentence(
    arguments: list[str], says: str, few_digits: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.main(arguments) == 1
    assert says in capsys.readouterr().err
