"""The made pictures: each kind is what its name says, no two are alike, and what is counted is what was read."""

import io
import re
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from benchmarks import photos
from benchmarks.picture_kinds import KINDS

DIGITS = photos.generated(10, seed=1)


def picture(name: str, digit: int = 3, seed: int = 0) -> Image.Image:
    content = KINDS[name].make(DIGITS[digit][1], np.random.default_rng((seed, digit)))
    return Image.open(io.BytesIO(content))


def grey(name: str, digit: int = 3, seed: int = 0) -> npt.NDArray[np.int64]:
    return np.asarray(picture(name, digit, seed).convert("L")).astype(np.int64)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_makes_the_same_picture_of_the_same_chance_and_another_of_another(name: str) -> None:
    cover = DIGITS[3][1]
    once, again, other = (KINDS[name].make(cover, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert once == again
    assert once != other
    assert min(Image.open(io.BytesIO(once)).size) >= 8


@pytest.mark.parametrize("name", ["cropped to the ink", "cut by 3 % all round"])
def test_ink_stands_at_every_edge_of_what_is_cropped_or_cut(name: str) -> None:
    for digit in range(10):
        pixels = grey(name, digit)
        between = (pixels.min() + pixels.max()) / 2
        assert all(edge.min() < between for edge in (pixels[:3], pixels[-3:], pixels[:, :3], pixels[:, -3:]))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("filling 8 × 8, grey", 8),
        ("filling 16 × 16, grey", 16),
        ("filling 16 × 16, black and white", 16),
        ("filling 28 × 28, grey", 28),
        ("28 × 28 with MNIST's margin", 28),
        ("one-pixel strokes, 28 × 28", 28),
        ("broken strokes, 28 × 28", 28),
        ("felt pen, 22 %, 28 × 28", 28),
    ],
)
def test_small_files_are_as_small_and_as_full_as_they_say(name: str, size: int) -> None:
    papers = set()
    for digit in range(10):
        pixels = grey(name, digit)
        assert pixels.shape == (size, size)
        paper = int(np.median(pixels[[0, -1]])) if "filling" not in name else None
        papers.add(paper)
        if "filling" in name:
            assert {0, 255} & {int(pixels.min()), int(pixels.max())}
            span = max(np.ptp(np.flatnonzero(np.ptp(pixels, axis=1 - axis) > 60)) + 1 for axis in (0, 1))
            assert span >= size - 1
        if "black" in name or "strokes" in name:
            assert set(np.unique(pixels)) == {0, 255}
    if name.startswith(("28", "one")):
        assert papers == {0, 255}  # bright on dark and dark on bright


def test_a_border_is_dark_on_as_many_sides_as_it_says() -> None:
    for name, sides in (("dark border of 12 %, black", 4), ("dark border on two sides", 2)):
        for digit in range(4):
            pixels = grey(name, digit)
            edges = (pixels[1], pixels[-2], pixels[:, 1], pixels[:, -2])
            assert sum(np.median(edge) < 115 for edge in edges) >= sides
            assert sum(np.mean(edge) > 115 for edge in edges) == 4 - sides


@pytest.mark.parametrize("name", [name for name in KINDS if "box" in name or "cell" in name])
def test_the_frame_is_darker_than_the_pencil(name: str) -> None:
    for digit in range(4):
        pixels = grey(name, digit)
        dark = pixels < 85  # a pencil is not
        assert max(dark.mean(0).max(), dark.mean(1).max()) > 0.5  # a line


def test_files_are_of_the_kind_they_say() -> None:
    assert picture("transparent").mode == "RGBA"
    deep = np.asarray(picture("16 bit, of which 12 are used"))
    assert deep.dtype == np.uint16
    assert 2_000 < deep.max() <= 4_095
    assert np.median(grey("bright on dark")) < 60
    upright, lying = picture("plain paper"), picture("lying on its left side")
    assert upright.size == lying.size[::-1]


def test_the_command_counts_what_is_read_and_keeps_what_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(photos, "print_speed", lambda: None)
    answers = iter([0, 5, None, *[0] * 3, *[1] * 3])  # on the canvas, then of both kinds
    monkeypatch.setattr(photos.Reader, "name", lambda self, drawing: next(answers))
    folder = tmp_path / "misread"
    words = ["photos.py", "--photos", "3", "--kinds", "felt pen, 18", "transparent", "--misread", str(folder)]
    monkeypatch.setattr(sys, "argv", words)
    photos.main()
    printed = capsys.readouterr().out
    rows = [re.split(r"\s{2,}", line.strip()) for line in printed.splitlines() if re.search(r"\d\.\d  ", line)]
    assert rows == [
        ["on the canvas", "33.3", "33.3", "33.3", "0.0"],
        ["felt pen, 18 %", "33.3", "66.7", "0.0", "0.0"],
        ["transparent", "33.3", "66.7", "0.0", "0.0"],
    ]
    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == 4
    assert "transparent, generated digits, 2, a 2 read as 1.png" in kept
