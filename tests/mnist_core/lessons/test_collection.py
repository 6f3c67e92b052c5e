"""A reader's own test set: nothing is lost in a file, garbage is a sentence, and the oldest goes first."""

import csv
import io
import re
import tracemalloc
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mnist_core.lessons.collection import (
    FEWEST,
    LUCK,
    MOST,
    MOST_BYTES,
    PIXELS,
    NotACollection,
    OwnDigit,
    Standing,
    as_dataset,
    from_csv,
    merge,
    own_digit,
    sets_in_words,
    to_csv,
    verdict,
)

DIGITS = st.builds(
    OwnDigit, st.integers(0, 9), st.sampled_from(["canvas", "photo"]), st.binary(min_size=784, max_size=784)
)


def made(number: int, label: int = 3) -> OwnDigit:
    """A digit like no other number's."""
    return OwnDigit(label, "canvas", number.to_bytes(4, "big") * 196)


def table(*rows: list[str]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


HEAD = ["label", "source", *PIXELS]
ROW = ["7", "canvas", *["0"] * 784]


@given(st.lists(DIGITS, min_size=1, max_size=6), st.data())
def test_what_is_written_is_read_back(digits: list[OwnDigit], data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(["Ready-made (784-10)", 'a, "b"', "784-32-10"]), unique=True))
    answers = {
        name: data.draw(st.lists(st.integers(0, 9), min_size=len(digits), max_size=len(digits))) for name in names
    }
    content = to_csv(digits, answers).encode()
    assert from_csv(content) == digits
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    for name, read in answers.items():
        assert [int(row[f"read by {name}"]) for row in rows] == read
    assert [[int(row[f"pixel{index}"]) for index in range(784)] for row in rows] == [list(d.pixels) for d in digits]


@pytest.mark.parametrize(
    "saved_again",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text + "\r\n\r\n",
        lambda text: "\r\n".join(",".join(reversed(line.split(","))) for line in text.split("\r\n")),
    ],
    ids=["mark", "semicolons", "tabs", "line ends", "empty lines", "other order"],
)
def test_a_spreadsheet_may_have_saved_it_again(saved_again: Callable[[str], str]) -> None:
    digits = [made(1), made(2, label=8)]
    assert from_csv(saved_again(to_csv(digits, {"net": [3, 8]})).encode()) == digits


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_garbage_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(NotACollection, match=r"^[A-Z].*\.$"):
        from_csv(content)


@given(st.data())
def test_a_damaged_file_is_refused_or_read(data: st.DataObject) -> None:
    content = bytearray(to_csv([made(1), made(2)], {"net": [1, 2]}).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        outcome: str | list[OwnDigit] = from_csv(bytes(content))
    except NotACollection as error:
        outcome = str(error)
    assert re.match(r"^[A-Z].*\.$", outcome) if isinstance(outcome, str) else outcome


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "It is empty."),
        (b"\n\n", "It is empty."),
        (b"\x89PNG\r\n\x1a\n\xff", "It is not a text file"),
        (b'label,"' + b"x" * 200_000, "It is not a table"),
        (table(["label", "source"], ["1", "canvas"]), "It lacks the column “pixel0” and 783 others."),
        (table(HEAD[1:], ROW[1:]), "It lacks the column “label”."),
        (table(["label", *HEAD], ["1", *ROW]), "It has the column “label” more than once."),
        (table(HEAD), "It holds no digit"),
        (table(HEAD, ROW, ROW[:-1]), "Row 3 has 785 cells, and the head 786."),
        (table(HEAD, ["10", *ROW[1:]]), "Row 2: a label is a digit from 0 to 9."),
        (table(HEAD, ["٣", *ROW[1:]]), "Row 2: a label"),
        (table(HEAD, ["-1", *ROW[1:]]), "Row 2: a label"),
        (table(HEAD, ["7", "camera", *ROW[2:]]), "Row 2: a source is one of canvas, photo."),
        (table(HEAD, ROW, [*ROW[:-1], "256"]), "Row 3, pixel783: a pixel is a whole number from 0 to 255."),
        (table(HEAD, [*ROW[:2], "0.5", *ROW[3:]]), "Row 2, pixel0: a pixel"),
        (table(HEAD, [*ROW[:2], "9" * 5_000, *ROW[3:]]), "Row 2, pixel0: a pixel"),
        (table(HEAD, *[ROW] * (MOST + 1)), "It holds more than 400 digits, and there is room for no more."),
        (b"label,source\n" + b"1,photo\n" * 500_000, "It lacks the column “pixel0”"),
        (table(HEAD) + b"\n" * 2_000_000, "It has more than 4,000 lines, nearly all of them empty."),
        (b",".join(b"%x" % number for number in range(600_000)), "It has more than 2,000 columns"),
        (b"0" * (MOST_BYTES + 1), "It is larger than 4 MB"),
    ],
)
def test_each_thing_that_is_wrong_has_its_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(NotACollection) as refused:
        from_csv(content)
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    "content",
    [
        table(HEAD) + b"1\n" * 2_000_000,
        table(HEAD) + b"\n" * 4_000_000,
        b"label\n" + b"1\n" * 2_000_000,
        b",".join(b"%x" % number for number in range(600_000)),
        table(HEAD) + b"," * 4_000_000,
    ],
)
def test_a_table_of_millions_of_rows_or_cells_costs_little_memory(content: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(NotACollection):
            from_csv(content[:MOST_BYTES])
        assert tracemalloc.get_traced_memory()[1] < 60 * 2**20  # the text at four bytes a letter, and one line of it
    finally:
        tracemalloc.stop()


def test_a_full_set_fits_into_a_file() -> None:
    full = [OwnDigit(9, "canvas", bytes([255] * 780) + number.to_bytes(4, "big")) for number in range(MOST)]
    content = to_csv(full, {f"Your network {number}, with a long name": [9] * MOST for number in range(9)}).encode()
    assert len(content) < MOST_BYTES / 2
    assert from_csv(content) == full


def test_a_drawing_is_kept_in_256_greys() -> None:
    image = torch.rand(28, 28, generator=torch.Generator().manual_seed(0))
    kept = as_dataset([own_digit(image, 4, "photo"), made(1)])
    assert kept.labels.tolist() == [4, 3]
    assert ((kept.images[0] / 255 - image).abs() <= 0.5 / 255 + 1e-6).all()
    assert len(as_dataset([])) == 0


@pytest.mark.parametrize(("label", "source", "size"), [(10, "canvas", 784), (3, "sample", 784), (3, "photo", 783)])
def test_what_is_no_digit_of_the_readers_is_refused(label: int, source: str, size: int) -> None:
    with pytest.raises(ValueError, match="a label from 0 to 9"):
        OwnDigit(label, source, bytes(size))  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 30), max_size=20, unique=True), st.lists(st.integers(0, 30), max_size=20))
def test_the_same_drawing_is_never_kept_twice(before: list[int], after: list[int]) -> None:
    merged = merge([made(n) for n in before], [made(n, label=5) for n in after])
    expected = list(dict.fromkeys([*before, *after]))
    assert [digit.pixels for digit in merged.digits] == [made(n).pixels for n in expected]
    assert [digit.label for digit in merged.digits[: len(before)]] == [3] * len(before)  # as it was called first
    assert merged.added + merged.known == len(after)
    assert merged.added == len(set(after) - set(before))
    assert merged.dropped == 0


def test_the_oldest_go_first() -> None:
    merged = merge([made(n) for n in range(MOST)], [made(n) for n in range(MOST, MOST + 3)])
    assert merged.digits == [made(n) for n in range(3, MOST + 3)]
    assert (merged.added, merged.dropped) == (3, 3)


def test_a_class_of_thirty_with_ten_digits_each_fits() -> None:
    assert MOST >= 30 * 10


@given(st.integers(1, MOST), st.floats(0, 1), st.data())
def test_the_chance_is_scipys_one_sided_tail_and_the_verdict_follows_it(
    images: int, elsewhere: float, data: st.DataObject
) -> None:
    right = data.draw(st.integers(0, images))
    standing = Standing("net", right, images, elsewhere)
    below = stats.binom.cdf(right, images, elsewhere)
    above = stats.binom.sf(right - 1, images, elsewhere)
    expected = below if right / images < elsewhere else above
    assert standing.chance == pytest.approx(expected, rel=1e-6, abs=1e-12)
    if images >= FEWEST and abs(expected / LUCK - 1) > 1e-6:
        assert ("Luck alone would hardly do that" in verdict(standing)) == (expected < LUCK)
        assert ("luck could well do that" in verdict(standing)) == (expected >= LUCK)


@pytest.mark.parametrize(
    ("right", "images", "elsewhere", "said"),
    [
        (9, 10, 0.9872, "badly or worse in 1 of 8 such sets. So luck could well do that"),
        (
            8,
            10,
            0.9872,
            "badly or worse in 1 of 145 such sets. Luck alone would hardly do that: it reads these digits w",
        ),
        (10, 10, 0.9872, "well or better in 9 of 10 such sets. So luck could well do that"),
        (9, 10, 0.5, "well or better in 1 of 93 such sets. Luck alone would hardly do that: it reads these digits b"),
        (10, 10, 1.0, "well or better in nearly every such set. So luck could well"),
        (0, 10, 0.98, "badly or worse in less than 1 of a million such sets. Luck alone"),
        (0, 4, 0.99, "Fewer than 5 digits are too few to judge by"),
    ],
)
def test_the_verdict_names_the_chance(right: int, images: int, elsewhere: float, said: str) -> None:
    assert said in verdict(Standing("net", right, images, elsewhere))


@pytest.mark.parametrize("right", range(11))
def test_where_the_line_and_the_exact_count_differ_it_says_which_one_holds(right: int) -> None:
    standing = Standing("net", right, 10, 0.9872)
    expected = stats.binomtest(right, 10).proportion_ci(0.95, method="wilson")
    assert standing.interval == pytest.approx((expected.low, expected.high), abs=1e-7)
    is_inside = expected.low <= 0.9872 <= expected.high
    is_seldom = stats.binom.cdf(right, 10, 0.9872) < 0.025
    assert ("The line suggests otherwise" in verdict(standing)) == (is_inside == is_seldom) == (right == 9)


@pytest.mark.parametrize(
    ("chance", "words"), [(1 / 60, "in 1 of 60"), (0.39, "in 1 of 3"), (0.5, "in 5 of 10"), (1 / 2e4, "in 1 of 20,000")]
)
def test_chances_in_words(chance: float, words: str) -> None:
    assert sets_in_words(chance) == f"{words} such sets"
