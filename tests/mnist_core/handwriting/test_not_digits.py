"""Drawings that are no digits: in MNIST's format, seeded, and each kind as it is said to be."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from mnist_core.data.dataset import Splits
from mnist_core.data.generated import BOX, CENTRE_OF_MASS
from mnist_core.data.styles import Style
from mnist_core.handwriting import not_digits
from mnist_core.handwriting.not_digits import ANSWERS, LETTERS, LONG, SCRIBBLES, Amounts, collect, spread

Draw = Callable[[int, torch.Generator], Tensor]
KINDS: dict[str, Draw] = {
    "dots": not_digits.dots,
    "scribbles": not_digits.scribbles,
    "letters": lambda n, generator: not_digits.letters(n, generator)[0],
    "single digits": lambda n, generator: not_digits.single_digits(n, generator)[0],
    "several digits": not_digits.several_digits,
}


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("draw", KINDS.values(), ids=KINDS.keys())
def test_they_look_as_if_mnist_had_prepared_them(draw: Draw) -> None:
    images = draw(60, seeded(1))
    assert images.dtype == torch.uint8
    assert images.shape == (60, 28, 28)
    for image in images.double():
        rows, columns = (image.amax(axis).nonzero().flatten() for axis in (1, 0))
        longest = max(int(rows[-1] - rows[0]), int(columns[-1] - columns[0])) + 1
        assert longest in (BOX - 1, BOX)
        position = torch.arange(28.0, dtype=torch.float64)
        for axis in (0, 1):
            centre = image.sum(1 - axis) @ position / image.sum()
            assert abs(centre - CENTRE_OF_MASS) <= 0.5 + 1e-6


@pytest.mark.parametrize("draw", KINDS.values(), ids=KINDS.keys())
def test_the_seed_decides_and_nothing_else_is_touched(draw: Draw) -> None:
    before = torch.get_rng_state()
    one, same, other = draw(20, seeded(1)), draw(20, seeded(1)), draw(20, seeded(2))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_dot_has_no_hole_and_is_mostly_ink() -> None:
    for image in not_digits.dots(60, seeded(3)):
        rows, columns = (image.amax(axis).nonzero().flatten() for axis in (1, 0))
        box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert (box > 127).float().mean() > 0.5


def test_several_digits_stand_side_by_side() -> None:
    images = not_digits.several_digits(200, seeded(4))
    columns, rows = ((images.amax(axis) > 0).sum(1) for axis in (1, 2))
    assert (columns > rows).float().mean() > 0.8


def test_letters_come_equally_often_and_are_labelled() -> None:
    _, which = not_digits.letters(4_100, seeded(5))
    counts = which.bincount(minlength=len(LETTERS)) / len(which) * len(LETTERS)
    assert counts.min() > 0.6
    assert counts.max() < 1.4


@pytest.mark.parametrize("letter", LETTERS)
def test_the_notation_of_letters_is_that_of_digits(letter: str) -> None:
    for form in LETTERS[letter]:
        assert isinstance(Style(0, letter, 1.0, (form,)), Style)
        for stroke in form.split(" | "):
            points = [tuple(map(float, word.rstrip("!").split(","))) for word in stroke.split()]
            assert len(points) >= 2
            assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in points)


def test_letters_that_are_digits_to_the_eye_are_left_out() -> None:
    assert not set("OoIilZzSsbgq") & set(LETTERS)


@pytest.mark.parametrize("name", SCRIBBLES)
def test_scribbles_are_strokes_of_numbers(name: str) -> None:
    for seed in range(5):
        strokes = SCRIBBLES[name](seeded(seed))
        assert all(stroke.shape[1] == 2 and len(stroke) >= 2 and stroke.isfinite().all() for stroke in strokes)


def test_points_are_spread_evenly_and_the_air_gets_none() -> None:
    strokes = [torch.tensor([[0.0, 0.0], [3.0, 0.0]]), torch.tensor([[5.0, 0.0], [5.0, 1.0]])]
    path, length = spread(strokes)
    assert path.shape == (LONG, 2)
    assert length == pytest.approx(4)
    assert not ((path[:, 0] > 3.01) & (path[:, 0] < 4.99)).any()  # where the pen was lifted
    on_the_first = (path[:, 1] == 0) & (path[:, 0] <= 3)
    assert on_the_first.float().mean().item() == pytest.approx(
        3 / 4, abs=0.01
    )  # as it has three quarters of the length
    steps = path[on_the_first].diff(dim=0).norm(dim=1)
    assert steps.max() == pytest.approx(steps.min().item(), abs=1e-4)


def test_a_collection_says_what_each_drawing_is(digits: Splits) -> None:
    amounts = Amounts(digits=30, single_digits=20, dots=5, scribbles=6, several_digits=7, letters=50)
    made = collect(digits.test, amounts, seed=1)
    assert ANSWERS[:10] == tuple("0123456789")
    assert len(made) == len(digits.test) + 118
    assert made.classes == len(ANSWERS)
    assert torch.equal(made.labels[: len(digits.test)], digits.test.labels)
    counts = made.labels.bincount(minlength=len(ANSWERS))
    assert counts[:10].sum() == len(digits.test) + 50
    assert [int(counts[ANSWERS.index(name)]) for name in ("dot", "scribble", "several digits")] == [5, 6, 7]
    assert counts[-len(LETTERS) :].sum() == 50
    assert torch.equal(made.images, collect(digits.test, amounts, seed=1).images)
