"""The measurement: it draws, reads and counts what it says."""

import re
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from benchmarks import pen_digits
from benchmarks.pen_strokes import read_unipen
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.network.checkpoint import load_shipped

TWO = """.LEXICON "0" "1"
.SEGMENT DIGIT 0 ? "1"
.COMMENT 1 2 1
.PEN_DOWN
 5 90
 7 50
 5 1
.PEN_UP
.SEGMENT DIGIT 1 ? "3"
.COMMENT 3 16 1
.PEN_DOWN
 40 90
 41 50
 40 1
.PEN_UP
"""  # the second is a 1, too, and so it will be misread


@pytest.fixture
def strokes(tmp_path: Path) -> Path:
    path = tmp_path / "two.unipen"
    path.write_text(TWO)
    return path


def test_drawing_in_two_processes_gives_the_same_as_in_one(strokes: Path) -> None:
    digits = read_unipen(strokes)
    once = pen_digits.draw_all(digits, 18, seed=0, processes=1)
    assert once.shape == (2, 28, 28)
    assert once.dtype == torch.float32
    assert torch.equal(once, pen_digits.draw_all(digits, 18, seed=0, processes=2))
    assert not torch.equal(once, pen_digits.draw_all(digits, 18, seed=1, processes=1))


def test_the_softmax_of_an_evaluation_is_what_the_model_says(strokes: Path) -> None:
    images = pen_digits.draw_all(read_unipen(strokes), 18, seed=0, processes=1)
    one = pen_digits.evaluation(load_shipped(), images, torch.tensor([1, 3]))
    assert torch.allclose(one.probabilities.float(), predict_proba(load_shipped(), images), atol=1e-6)


def test_the_command_counts_by_width_and_writer_and_shows_what_was_misread(
    strokes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["pen_digits.py", str(strokes), "--pictures", str(tmp_path / "misread.png")])
    pen_digits.main()
    shown = capsys.readouterr().out
    for width in pen_digits.WIDTHS:
        assert re.search(rf"\| {width} px \| 50\.00 \| [0-9.]+ \| nan \| 100\.0 \| nan \| 0\.0 \|", shown)
    assert re.search(r"\| writers 1 to 15, looked at \| 100\.00 \| 100\.00 \| 100\.00 \|", shown)
    assert re.search(r"\| writers 16 to 16, unseen \| 0\.00 \| 0\.00 \| 0\.00 \|", shown)
    assert "Misread: 3 of 6 drawings" in shown
    assert "| 3 as 1 | 3 | 100.00 |" in shown
    assert "Not measured on MNIST" in shown
    assert Image.open(tmp_path / "misread.png").size[0] == pen_digits.COLUMNS * 28 * pen_digits.ZOOM


def test_parts_add_up() -> None:
    one = Evaluation(torch.eye(10), torch.arange(10))
    low, high = (pen_digits.part(one, chosen) for chosen in (one.labels < 4, one.labels >= 4))
    assert len(low.labels) == 4
    assert torch.equal(pen_digits.joined([low, high]).logits, one.logits)
