"""The duel: who read what rightly, and on which images they differ."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.lessons.duel import DEAREST_RIGHT_ANSWER, Duel, hardest_duel, lost_before

DIGITS = st.integers(0, 9)


def test_a_duel_by_hand() -> None:
    duel = Duel(images=(40, 7, 12), labels=(3, 5, 8), choices=(5, 5, 3))
    assert (duel.told, duel.is_asked, duel.score, duel.differences) == (0, True, (0, 0), [])
    duel = duel.answer(3)
    assert (duel.told, duel.is_asked, duel.score, duel.differences) == (0, False, (1, 0), [0])
    duel = duel.go_on()
    assert (duel.told, duel.is_asked) == (1, True)
    duel = duel.answer(6).go_on().answer(3)
    assert (duel.score, duel.differences, duel.is_over) == ((1, 1), [0, 1], False)
    assert duel.go_on().is_over


@given(st.lists(st.tuples(DIGITS, DIGITS, DIGITS), min_size=1, max_size=20), st.integers(0, 20))
def test_the_score_counts_what_has_been_read(rows: list[tuple[int, int, int]], read: int) -> None:
    labels, choices, answers = (tuple(column) for column in zip(*rows, strict=True))
    duel = Duel(tuple(range(len(rows))), labels, choices)
    for answer in answers[:read]:
        duel = duel.answer(answer).go_on()
    so_far = rows[:read]
    assert duel.score == (sum(a == y for y, _, a in so_far), sum(c == y for y, c, _ in so_far))
    assert duel.differences == [place for place, (_, c, a) in enumerate(so_far) if a != c]
    assert duel.is_over == (read >= len(rows))


def test_only_a_digit_is_an_answer_once_to_each_image() -> None:
    duel = Duel((0,), (1,), (2,))
    for digit in (-1, 10):
        with pytest.raises(ValueError, match="is no answer here"):
            duel.answer(digit)
    with pytest.raises(ValueError, match="answered once"):
        duel.answer(1).answer(1)
    for stuck in (duel, duel.answer(1).go_on()):
        with pytest.raises(ValueError, match="nothing to go on from"):
            stuck.go_on()


def test_what_costs_more_than_a_right_answer_can_is_lost() -> None:
    z = torch.randn(400, 10, generator=torch.Generator().manual_seed(3)) * 2
    evaluation = Evaluation(z, torch.arange(400) % 10)
    duel = hardest_duel(evaluation, 400)
    dear = F.cross_entropy(z, evaluation.labels, reduction="none") > 2.302585
    assert pytest.approx(2.302585) == DEAREST_RIGHT_ANSWER
    assert 0 < lost_before(duel, evaluation) == dear.sum() < 400
    assert not (dear & (z.argmax(1) == evaluation.labels)).any()


def test_the_hardest_come_first() -> None:
    logits = torch.zeros(4, 10)
    logits[torch.arange(4), [1, 2, 3, 4]] = torch.tensor([5.0, 9.0, 1.0, 7.0])
    duel = hardest_duel(Evaluation(logits, torch.tensor([1, 0, 3, 0])), 3)
    assert (duel.images, duel.labels, duel.choices) == ((1, 3, 2), (0, 0, 3), (2, 4, 3))
    assert len(hardest_duel(Evaluation(logits, torch.tensor([1, 0, 3, 0])), 20).images) == 4
