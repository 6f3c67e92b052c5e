"""A small test set of the reader's own: digits with what they are, merged, judged, and written to a file and read back.

The file is a table of comma-separated values that any spreadsheet opens: a row for each digit, with the columns
``label``, ``source``, what each network read, and ``pixel0`` to ``pixel783``.
"""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Literal, get_args

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset
from mnist_core.evaluation.accuracy import wilson_interval

Source = Literal["canvas", "photo"]

SOURCES: tuple[Source, ...] = get_args(Source)
SIDE = 28
MOST = 400  # digits in a set: a class of thirty with ten each fits; the oldest goes first
MOST_BYTES = 4 * 2**20  # of a file: one of 400 digits has at most 1.3 million
PIXELS = [f"pixel{index}" for index in range(SIDE**2)]  # the columns, named as in the MNIST tables on the internet
MOST_COLUMNS = 2_000  # more than the pixels and a column for each network that a visitor keeps
MOST_LINES = 10 * MOST
READ_BY = "read by "  # before a network's name, in the head of its column
FEWEST = 5  # digits to judge a network by
LUCK = 0.025  # what happens more seldom than in 1 of 40 sets is not put down to luck


class NotACollection(ValueError):
    """A file that holds no test set, or one too large; the message is a sentence that says what is wrong with it."""


@dataclass(frozen=True)
class OwnDigit:
    """A digit that a reader wrote, and what it is.

    Attributes:
        label: What they meant, 0 to 9.
        source: What they wrote it on.
        pixels: 784 grey values, row by row; 0 is paper, 255 is ink.

    Raises:
        ValueError: If it is not as above.
    """

    label: int
    source: Source
    pixels: bytes

    def __post_init__(self) -> None:
        if self.label not in range(10) or self.source not in SOURCES or len(self.pixels) != SIDE**2:
            raise ValueError("A digit has a label from 0 to 9, a source, and 784 pixels.")


@dataclass(frozen=True)
class Merged:
    """Two lots of digits as one.

    Attributes:
        digits: All of them, the oldest first.
        added: How many of the new ones are among them.
        known: How many of the new ones were there before.
        dropped: How many of the oldest had to go.
    """

    digits: list[OwnDigit]
    added: int
    known: int
    dropped: int


@dataclass(frozen=True)
class Standing:
    """How a network does on the reader's digits and on others.

    Attributes:
        name: Of the network.
        right: How many of the reader's digits it reads rightly.
        images: How many there are, 1 or more.
        elsewhere: Its accuracy on the validation images, 0 to 1.
    """

    name: str
    right: int
    images: int
    elsewhere: float

    @property
    def interval(self) -> tuple[float, float]:
        """Which accuracies on the reader's writing so few digits leave possible: Wilson's, 0 to 1."""
        return wilson_interval(self.right, self.images)

    @property
    def is_worse(self) -> bool:
        """Whether the share of the reader's digits read rightly is below that of the validation images."""
        return self.right < self.elsewhere * self.images

    @cached_property
    def chance(self) -> float:
        """How likely luck alone is to bring a count as far off as this one, or farther to the same side; 0 to 1.

        Supposing that the reader's digits are no harder and no easier than the validation images, each is read rightly
        with the same probability, ``elsewhere``. Then the number of right answers has the binomial distribution.
        """
        n, p = self.images, self.elsewhere
        counts = range(self.right + 1) if self.is_worse else range(self.right, n + 1)
        return min(1.0, sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in counts))


def own_digit(image: Tensor, label: int, source: Source) -> OwnDigit:
    """A digit as it is kept: in 256 grey levels, as MNIST's are.

    Args:
        image: torch.float32 [28, 28] in 0..1, as the network sees it.
        label: What it is, 0 to 9.
        source: What it was written on.
    """
    return OwnDigit(label, source, (image * 255).round().to(torch.uint8).numpy().tobytes())


def as_dataset(digits: Sequence[OwnDigit]) -> Dataset:
    """The digits as a data set, in their order."""
    greys = bytearray(b"".join(digit.pixels for digit in digits))
    images = torch.frombuffer(greys, dtype=torch.uint8) if digits else torch.zeros(0, dtype=torch.uint8)
    return Dataset(images.view(-1, SIDE, SIDE), torch.tensor([digit.label for digit in digits], dtype=torch.int64))


def merge(kept: Sequence[OwnDigit], new: Sequence[OwnDigit]) -> Merged:
    """Puts new digits behind those there are; the same drawing is never kept twice, whatever it was called.

    Args:
        kept: The digits there are, the oldest first.
        new: Those to add, in order.

    Returns:
        At most ``MOST`` digits: the oldest go first.
    """
    by_pixels = {digit.pixels: digit for digit in kept}
    before = len(by_pixels)
    for digit in new:
        by_pixels.setdefault(digit.pixels, digit)
    digits = list(by_pixels.values())
    added = len(digits) - before
    return Merged(digits[-MOST:], min(added, MOST), len(new) - added, max(0, len(digits) - MOST))


def verdict(standing: Standing) -> str:
    """What the reader's digits say of a network, and what they do not, in some sentences."""
    if standing.images < FEWEST:
        return f"Fewer than {FEWEST} digits are too few to judge by: write some more."
    low, high = standing.interval
    is_seldom = standing.chance < LUCK
    so = "so badly or worse" if standing.is_worse else "so well or better"
    said = (
        f"Could that be luck? If it read your digits as well as the validation images, {standing.elsewhere:.1%} of "
        f"them rightly, it would still do {so} {sets_in_words(standing.chance)}. "
    )
    if is_seldom:
        said += (
            "Luck alone would hardly do that: it reads these digits "
            f"{'worse' if standing.is_worse else 'better'} than the validation images."
        )
    else:
        said += (
            "So luck could well do that: these digits do not show that it reads them better or worse than the "
            "validation images."
        )
    if is_seldom == (low - 1e-9 <= standing.elsewhere <= high + 1e-9):  # an end at 1 may be a hair below it
        said += " The line suggests otherwise, but it is an approximation; this count of sets is exact."
    return said


def sets_in_words(chance: float) -> str:
    """How often something happens, such as in 1 of 60 such sets.

    Args:
        chance: Its probability, 0 to 1.
    """
    if chance < 1e-6:
        return "in less than 1 of a million such sets"
    if chance < 0.4:
        return f"in 1 of {round(1 / chance):,} such sets"
    return f"in {round(10 * chance)} of 10 such sets" if chance < 0.95 else "in nearly every such set"


def to_csv(digits: Sequence[OwnDigit], readings: Mapping[str, Sequence[int]]) -> str:
    """Writes a test set as a table.

    Args:
        digits: Of the set.
        readings: What each network read, digit by digit, by its name.

    Returns:
        Comma-separated values with a head: ``label``, ``source``, a column for each network, 784 pixels.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["label", "source", *(f"{READ_BY}{name}" for name in readings), *PIXELS])
    for digit, *read in zip(digits, *readings.values(), strict=True):
        writer.writerow([digit.label, digit.source, *read, *digit.pixels])
    return file.getvalue()


def from_csv(content: bytes) -> list[OwnDigit]:
    """Reads a test set back. What networks read is left out: other networks may read it now.

    Args:
        content: Of a file as ``to_csv`` writes it, in UTF-8. A spreadsheet may have saved it again, with semicolons or
            tabs between the cells and the columns in another order.

    Returns:
        Its digits, at least one, in order.

    Raises:
        NotACollection: If anything is wrong with it; the message is a sentence that says what and where.
    """
    head, rows = _table(content)
    columns = {name: place for place, name in enumerate(head)}
    twice = [name for name, count in Counter(head).items() if count > 1 and name in {"label", "source", *PIXELS}]
    missing = [name for name in ("label", "source", *PIXELS) if name not in columns]
    if twice:
        raise NotACollection(f"It has the column “{twice[0]}” more than once.")
    if missing:
        others = f" and {len(missing) - 1} others" if len(missing) > 1 else ""
        raise NotACollection(f"It lacks the column “{missing[0]}”{others}.")
    if not rows:
        raise NotACollection("It holds no digit, only a head.")
    if len(rows) > MOST:
        raise NotACollection(f"It holds more than {MOST} digits, and there is room for no more.")
    places = [columns[name] for name in PIXELS]
    for number, row in rows:
        if len(row) != len(head):
            raise NotACollection(f"Row {number} has {len(row):,} cells, and the head {len(head):,}.")
    return [_digit(row, number, columns, places) for number, row in rows]


def _table(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The head of a table, and its rows with their numbers; empty rows are left out.

    Once it is clear that there are too many rows, the others are not read.
    """
    if len(content) > MOST_BYTES:
        raise NotACollection(f"It is larger than {MOST_BYTES // 2**20} MB, and no test set of this page is.")
    try:
        text = content.decode("utf-8-sig")  # spreadsheets put a mark before the first letter
    except UnicodeDecodeError:
        raise NotACollection("It is not a text file with comma-separated values.") from None
    first_line = text.partition("\n")[0]
    between = max(",;\t", key=first_line.count)
    if first_line.count(between) >= MOST_COLUMNS:
        raise NotACollection(
            f"It has more than {MOST_COLUMNS:,} columns, and a test set has {len(PIXELS) + 2} or some more."
        )
    lines = csv.reader(io.StringIO(text), delimiter=between)
    try:
        rows = list(islice(((number, row) for number, row in enumerate(_few(lines), 1) if row), 1 + MOST + 1))
    except csv.Error:
        raise NotACollection("It is not a table of comma-separated values.") from None
    if not rows:
        raise NotACollection("It is empty.")
    head = [name.strip() for name in rows[0][1]]
    return head, rows[1:]


def _few(lines: Iterable[list[str]]) -> Iterator[list[str]]:
    """The lines of a table, empty ones included, as long as they are not far too many."""
    for number, line in enumerate(lines):
        if number > MOST_LINES:
            raise NotACollection(f"It has more than {MOST_LINES:,} lines, nearly all of them empty.")
        yield line


def _digit(row: list[str], number: int, columns: Mapping[str, int], places: Sequence[int]) -> OwnDigit:
    """The digit of one row, whose pixels stand at ``places``."""
    label = _whole(row[columns["label"]], 9)
    if label is None:
        raise NotACollection(f"Row {number}: a label is a digit from 0 to 9.")
    source = next((known for known in SOURCES if known == row[columns["source"]].strip()), None)
    if source is None:
        raise NotACollection(f"Row {number}: a source is one of {', '.join(SOURCES)}.")
    greys = [_whole(row[place], 255) for place in places]
    if None in greys:
        raise NotACollection(f"Row {number}, {PIXELS[greys.index(None)]}: a pixel is a whole number from 0 to 255.")
    return OwnDigit(label, source, bytes(grey for grey in greys if grey is not None))


def _whole(cell: str, most: int) -> int | None:
    """A whole number from 0 to ``most``, or None: Python's own ``int`` would take 1_0, +1 and digits of any script."""
    cell = cell.strip()
    if not (cell.isascii() and cell.isdigit() and len(cell) <= len(str(most)) and int(cell) <= most):
        return None
    return int(cell)
