"""Rows of digits: where they are cut, what each piece is read as, and what is no row."""

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnist_core.data.generated import make_digits
from mnist_core.handwriting import not_digits, several
from mnist_core.handwriting.is_digit import judge, load_is_digit
from mnist_core.handwriting.photo import ink_of
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import drawing_to_mnist, image_to_drawing
from mnist_core.handwriting.several import FEWEST, MOST, Row, cut_at, read_if_several, read_row, row_of
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP

SEED = 31_337  # nothing was learned from it
Drawing = npt.NDArray[np.uint8]
# What comes with the project, for the property test, whose examples share no fixture.
READER, JUDGING = load_shipped(), load_is_digit()


def read(drawing: Drawing) -> Row:
    return read_row(drawing, READER, JUDGING)


def row(images: torch.Tensor, gap: int = 12) -> Drawing:
    """Images of digits side by side, each cut out, three times as large, so many pixels apart."""
    parts = []
    for image in images.numpy():
        columns = np.flatnonzero(image.max(0) > 60)
        large = np.kron(image[:, columns[0] : columns[-1] + 1], np.ones((3, 3), np.uint8))
        parts += [large, np.zeros((84, gap), np.uint8)]
    return np.pad(np.concatenate(parts, axis=1), 10)


@pytest.mark.parametrize("count", range(FEWEST, MOST + 1))
def test_rows_of_two_to_eight_digits_are_read(count: int) -> None:
    made = make_digits(8 * count, SEED + count)
    right = 0
    for start in range(0, 8 * count, count):
        found = read(row(made.images[start : start + count]))
        labels = made.labels[start : start + count].tolist()
        if len(found.pieces) == count:
            right += sum(piece.digit == label for piece, label in zip(found.pieces, labels, strict=True))
        assert len(found.cuts) == max(len(found.pieces) - 1, 0)
        assert [piece.box.left for piece in found.pieces] == sorted(piece.box.left for piece in found.pieces)
    assert right >= 0.8 * 8 * count


def test_a_cut_between_digits_that_stand_apart_is_sure_and_crosses_nothing() -> None:
    made = make_digits(60, SEED)
    cuts = [cut for start in range(0, 60, 3) for cut in read(row(made.images[start : start + 3])).cuts]
    assert len(cuts) >= 38
    assert np.mean([cut.is_sure for cut in cuts]) > 0.9
    assert np.mean([cut.crossed < several.FREE for cut in cuts]) > 0.9
    for cut in cuts:
        assert 0 <= cut.probability <= 1


def test_each_piece_is_what_the_network_would_see_of_it_alone() -> None:
    """All pieces are prepared at once; the result is that of the way every other drawing goes."""
    made = make_digits(4, SEED)
    line = several.straighten((row(made.images) / 255).astype(np.float32))
    assert not isinstance(line, str)
    lattice = several.build(line, READER, JUDGING)
    seams = lattice.seams.paths
    for pair, image in list(zip(lattice.pairs, lattice.images, strict=True))[::7]:
        column = np.arange(line.ink.shape[1])
        inside = (column >= seams[pair[0]][:, None]) & (column < seams[pair[1]][:, None])
        alone = drawing_to_mnist((255 * np.where(inside, line.ink, 0)).round().astype(np.uint8))
        assert (alone - image).abs().max() < 0.01


def two_uprights(gap: int) -> Drawing:
    drawing = np.zeros((140, 200), np.uint8)
    for left in (60, 60 + 10 + gap):
        drawing[20:120, left : left + 10] = 255
    return drawing


def test_dots_and_minus_signs_are_named_and_not_read() -> None:
    drawing = two_uprights(60)
    drawing[110:122, 95:106] = 255
    found = read(drawing)
    assert found.text == "11"
    assert [mark.name for mark in found.marks] == ["a dot"]
    assert found.marks[0].box == (110, 122, 95, 106)
    drawing = np.pad(two_uprights(40), ((0, 0), (20, 0)))
    drawing[64:74, 20:55] = 255
    found = read(drawing)
    assert found.text == "11"
    assert [mark.name for mark in found.marks] == ["a minus"]


def test_dirt_is_left_out() -> None:
    drawing = two_uprights(40)
    drawing[30:34, 90:94] = drawing[5:9, 5:9] = 255
    found = read(drawing)
    assert found.text == "11"
    assert found.marks == ()


def test_fewer_than_two_and_more_than_eight_get_a_sentence() -> None:
    one = np.zeros((140, 140), np.uint8)
    one[20:120, 60:70] = 255
    assert read(one).said == several.ONE
    assert read(np.zeros((50, 50), np.uint8)).said == several.NOTHING
    nine = np.zeros((80, 620), np.uint8)
    for number in range(9):
        nine[10:70, 20 + 64 * number : 28 + 64 * number] = 255
    assert read(nine).said == several.TOO_MANY
    assert read(nine[:, :500]).text == "1" * 8
    line = np.zeros((40, 400), np.uint8)
    line[20:22, 10:390] = 255
    assert read(line).said == several.NO_ROW
    for each in (one, nine, line):
        assert not read(each).pieces
        assert not read(each).cuts


@given(
    st.one_of(
        arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 90))),
        arrays.arrays(
            np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 90)), elements=st.sampled_from([0, 0, 255])
        ),
    )
)
@settings(max_examples=60)
def test_no_drawing_is_too_strange(drawing: Drawing) -> None:
    """Whatever is drawn: a row of two to eight pieces, or a sentence."""
    check(drawing)


@given(
    st.lists(
        st.tuples(st.integers(0, 250), st.integers(0, 250), st.integers(1, 250), st.integers(1, 250)),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=40)
def test_no_pile_of_boxes_is_too_strange(boxes: list[tuple[int, int, int, int]]) -> None:
    drawing = np.zeros((280, 280), np.uint8)
    for top, left, height, width in boxes:
        drawing[top : top + height, left : left + width] ^= 255
    check(drawing)


def check(drawing: Drawing) -> None:
    found = read(drawing)
    assert bool(found.said) != bool(found.pieces)
    assert not found.pieces or FEWEST <= len(found.pieces) <= MOST
    for piece in found.pieces:
        assert piece.image.shape == (28, 28)
        assert 0 <= piece.image.min() <= piece.image.max() <= 1
        assert float(piece.p.sum()) == pytest.approx(1, abs=1e-4)
        assert piece.box.top < piece.box.bottom
        assert piece.box.left < piece.box.right


@pytest.mark.parametrize("full", [0, 255])
def test_a_canvas_full_of_noise_is_no_row(full: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (280, 280), np.uint8)
    noise[noise > 40] = full
    check(noise)


def as_several(drawing: Drawing, reader: MLP = READER) -> Row | None:
    image = drawing_to_mnist(drawing)
    return read_if_several(drawing, judge(JUDGING, image, predict_proba(reader, image[None])[0]), reader, JUDGING)


def test_rows_are_read_as_rows_and_nothing_else_is() -> None:
    generator = torch.Generator().manual_seed(SEED)
    made = make_digits(120, SEED)
    rows = [row(made.images[start : start + 4]) for start in range(0, 120, 4)]
    assert sum(as_several(drawing) is not None for drawing in rows) >= 28
    others = {
        "letters": not_digits.letters(60, generator)[0],
        "scribbles": not_digits.scribbles(60, generator),
        "single digits": not_digits.single_digits(60, generator)[0],
        "dots": not_digits.dots(20, generator),
    }
    for name, images in others.items():
        taken = sum(as_several(image_to_drawing(image).numpy()) is not None for image in images)
        assert taken <= 2, name


def photo_of(drawing: Drawing, pad: int = 60) -> npt.NDArray[np.float32]:
    """Dark ink on light paper, with the noise of a camera."""
    paper = 0.9 - 0.65 * np.pad(drawing, pad) / np.float32(255)
    noise = 0.01 * np.random.default_rng(0).standard_normal(paper.shape)
    taken: npt.NDArray[np.float32] = (paper + noise).clip(0, 1).astype(np.float32)
    return taken


def test_a_photo_of_a_row_is_read_without_what_stands_on_another_line() -> None:
    made = make_digits(5, SEED)
    drawing = row(made.images)
    wide = drawing.shape[1]
    below = np.zeros((150, wide), np.uint8)
    below[60:66, 100:300] = 255  # a line under the row, and a word beside it
    below[90:110, 40:50] = below[90:110, 70:80] = 255
    ink = row_of(ink_of(photo_of(np.concatenate((drawing, below)))))
    assert ink.shape == (drawing.shape[0] + 150 + 120, wide + 120)
    assert not ink[60 + drawing.shape[0] + 30 :].any()
    assert [piece.digit for piece in read(ink).pieces] == [piece.digit for piece in read(drawing).pieces]


def test_a_decimal_point_stays_on_the_photo_and_thin_strokes_become_thicker() -> None:
    drawing = np.zeros((140, 260), np.uint8)
    for left in (60, 150):
        drawing[20:120, left : left + 3] = 255
    drawing[110:124, 100:114] = 255
    found = read(row_of(ink_of(photo_of(drawing))))
    assert [piece.digit for piece in found.pieces] == [1, 1]
    assert [mark.name for mark in found.marks] == ["a dot"]
    ink = row_of(ink_of(photo_of(drawing)))
    assert (ink[60 + 60] > 127).sum() >= 2 * 7  # of 3 pixels each, as drawn


def test_a_drawing_is_cut_where_it_is_told() -> None:
    drawing = two_uprights(40)
    found = cut_at(drawing, [95], READER, JUDGING)
    assert found.text == "11"
    assert found.pieces[0].box == (20, 120, 60, 70)
    assert found.pieces[1].box == (20, 120, 110, 120)
    assert found.pieces[0].image.equal(drawing_to_mnist(drawing[:, :95]))
    assert len(cut_at(drawing, [65, 115], READER, JUDGING).pieces) == 3
    assert len(cut_at(drawing, [10], READER, JUDGING).pieces) == 1
