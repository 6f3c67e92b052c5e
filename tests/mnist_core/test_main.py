"""The terminal: train, save, evaluate, and sentences instead of tracebacks."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from mnist_core import __main__ as terminal
from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.evaluation.calibration import calibrate
from mnist_core.handwriting import is_digit
from mnist_core.handwriting.not_digits import ANSWERS, Amounts
from mnist_core.handwriting.photo import NOTHING
from mnist_core.handwriting.shipped import Shipped
from mnist_core.network.checkpoint import dumps, load
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model


@pytest.fixture
def few_digits(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "generated_splits", lambda: digits)


def test_train_save_evaluate(
    few_digits: None, digits: Splits, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
    printed = capsys.readouterr().out
    assert f"784-32-10 on generated digits, 300 test images: {accuracy}%" in printed
    error = calibrate(evaluate(checkpoint.model, digits.test)).error
    assert f"calibration error {error:.2%}" in printed


def test_is_digit(
    digits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = Amounts(20, 20, 10, 20, 20, 60, 13)
    monkeypatch.setattr(is_digit, "DRAWN", few)
    monkeypatch.setattr(is_digit, "DRAWN_TO_VALIDATE", few)
    less = replace(digits, train=digits.train.subset(slice(0, 500)))
    monkeypatch.setattr(terminal, "load_mnist", lambda root: less)
    path = tmp_path / "second.safetensors"
    assert terminal.main(["is-digit", "--seed", "3", "--save", str(path)]) == 0
    printed = capsys.readouterr().out
    assert printed.count("validation loss") == is_digit.TRAINING.epochs
    assert "letter refused" in printed
    card = load(path, classes=len(ANSWERS)).card
    assert card["training"]["seed"] == 3
    assert card["answers"] == list(ANSWERS)
    assert f"letter refused {card['validation']['letter refused']:.1%}" in printed


def test_predict_reads_a_photo_and_is_not_sure_of_a_letter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seven, letter = tmp_path / "seven.png", tmp_path / "letter.png"
    for path, lines in (
        (seven, [(60, 60, 200, 60), (200, 60, 110, 230)]),
        (letter, [(70, 50, 70, 230), (200, 50, 200, 230), (70, 140, 200, 140)]),
    ):
        paper = Image.new("L", (280, 280), 235)  # a dark pen on light paper
        for line in lines:
            ImageDraw.Draw(paper).line(line, 40, 18)
        paper.save(path)
    assert terminal.main(["predict", str(seven), str(letter)]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert f"{seven}: a 7. (7: " in first
    assert first.endswith("; dark ink on light paper)")
    assert f"{letter}: not sure. This looks more like a letter, perhaps H." in second


def test_predict_goes_on_after_what_cannot_be_read_and_says_an_8(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank, eight = tmp_path / "blank.png", tmp_path / "eight.png"
    Image.new("L", (280, 280), 235).save(blank)
    board = Image.new("L", (280, 280), 30)  # chalk on it
    for circle in ((95, 40, 185, 130), (85, 128, 195, 238)):
        ImageDraw.Draw(board).ellipse(circle, outline=230, width=16)
    board.save(eight)
    assert terminal.main(["predict", str(blank), "nowhere.png", str(eight)]) == 1
    said = capsys.readouterr()
    assert f"{eight}: an 8. (8: " in said.out
    assert "bright ink on dark paper)" in said.out
    assert said.err.splitlines() == [f"{blank}: {NOTHING}", "nowhere.png can't be read: No such file or directory."]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "--data", "generated", "--epochs", "0"], "number of epochs"),
        (["train", "--data", "generated", "--hidden", "0"], "hidden layer"),
        (["evaluate", "--data", "generated", "nowhere.safetensors"], "can't be read"),
        (["predict", "nowhere.png"], "nowhere.png can't be read: No such file or directory."),
        (["predict", "tests"], "tests can't be read: Is a directory."),
        (["predict", "README.md"], "README.md: This is no picture"),
    ],
)
def test_bad_input_is_a_sentence(
    arguments: list[str], says: str, few_digits: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.main(arguments) == 1
    said = capsys.readouterr().err
    assert says in said
    assert "Errno" not in said


@pytest.mark.parametrize("command", [["train", "--data", "generated"], ["ship"], ["is-digit"]])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing/x.safetensors", "There is no folder"),
        ("file/x.safetensors", "There is no folder"),
        ("x.pt", "x.pt does not end in .safetensors"),
        ("x", "does not end in .safetensors"),
        ("folder.safetensors", "is a folder"),
    ],
)
def test_where_nothing_can_be_saved_nothing_is_trained(
    command: list[str],
    name: str,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "folder.safetensors").mkdir()
    for step in ("load_mnist", "generated_splits"):  # what every training begins with
        monkeypatch.setattr(terminal, step, lambda *_: pytest.fail("began"))
    assert terminal.main([*command, "--save", str(tmp_path / name)]) == 1
    said = capsys.readouterr()
    assert says in said.err
    assert "Errno" not in said.err
    assert not said.out


def test_ship_writes_what_was_trained(
    digits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = dumps(new_model(MLPConfig((16,)), 0), {"seed": 4})
    done = Shipped(load(content).model, {"seed": 4}, content)
    monkeypatch.setattr(terminal, "load_mnist", lambda root: digits)
    monkeypatch.setattr(terminal, "ship", lambda splits, config: iter([done]))
    path = tmp_path / "x.safetensors"
    assert terminal.main(["ship", "--save", str(path)]) == 0
    assert load(path).card["seed"] == 4
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
