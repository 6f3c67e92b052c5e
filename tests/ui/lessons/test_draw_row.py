"""What is said of a row: how many pieces, and how sure the cuts are."""

import torch

from mnist_core.handwriting.is_digit import Verdict
from mnist_core.handwriting.several import Box, Cut, Piece, Row
from ui.lessons.draw_row import answer

DIGIT = Verdict(True, "digit", (1.0, 0, 0, 0, 0), "")
LETTER = Verdict(False, "letter", (0.0, 0, 0, 1, 0), "")


def row(*cuts: float) -> Row:
    pieces = [Piece(Box(0, 1, n, n + 1), torch.zeros(28, 28), torch.eye(10)[n], DIGIT) for n in range(len(cuts) + 1)]
    return Row(tuple(pieces), tuple(Cut((), p, 0.0) for p in cuts))


def test_sure_and_unsure_cuts_are_told_apart() -> None:
    assert answer(row(0.99)) == ("01", "Cut into two, each read by itself. The cut is sure: 99.0%.")
    assert answer(row(0.96, 0.999)) == (
        "012",
        "Cut into three, each read by itself. Every cut is sure: 96.0% at least.",
    )
    assert answer(row(0.6)) == ("01", "Cut into two, each read by itself. The dashed cut is unsure: 60.0%.")
    assert answer(row(0.6, 0.99, 0.5))[1].endswith("Two dashed cuts are unsure: 50.0% at least.")


def test_what_can_t_be_named_is_a_question_mark() -> None:
    found = row(0.99)
    second = found.pieces[1]
    unnamed = Piece(second.box, second.image, second.p, LETTER)
    assert answer(Row((found.pieces[0], unnamed), found.cuts))[0] == "0?"


def test_why_there_is_no_row_is_said() -> None:
    assert answer(Row(said="There is no ink to read.")) == ("Not sure", "There is no ink to read.")
