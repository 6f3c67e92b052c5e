"""What the lesson on mistakes notices in a matrix is what stands in it."""

import re

import torch
from torch.nn import functional as F

from mnist_core.evaluation.accuracy import Evaluation
from ui.lessons import mistakes_words


def answers(mistakes: dict[tuple[int, int], int]) -> Evaluation:
    """So many answers in some cells, and 20 right ones for each digit."""
    cells = {**{(digit, digit): 20 for digit in range(10)}, **mistakes}
    labels = torch.tensor([i for (i, _), count in cells.items() for _ in range(count)])
    choices = torch.tensor([j for (_, j), count in cells.items() for _ in range(count)])
    return Evaluation(4.0 * F.one_hot(choices, 10), labels)


def test_two_cells_that_differ_by_more_than_chance() -> None:
    said = mistakes_words.mirror(answers({(9, 4): 14, (4, 9): 2}))
    assert re.search(r"\b34 images of a 9, .*\b14 as a 4: row 9, column 4\.", said)
    assert re.search(r"\b22 images of a 4, .*\b2 as a 9: row 4, column 9\.", said)
    assert "hardly make such a difference" in said
    assert "gives more to compare" not in said
    assert said.endswith("row 9, column 4, with 14 images.")


def test_two_cells_that_differ_by_what_chance_may_do() -> None:
    said = mistakes_words.mirror(answers({(9, 4): 3, (4, 9): 1}))
    assert "chance alone could" in said
    assert "gives more to compare" in said


def test_two_cells_that_are_the_same() -> None:
    said = mistakes_words.mirror(answers({(4, 9): 1, (9, 4): 1, (0, 1): 1, (2, 3): 1, (5, 6): 1}))
    assert "the same. A network that makes more mistakes" in said
    assert said.endswith("1 image; 5 cells hold so many: row 0, column 1; row 2, column 3; row 4, column 9 and 2 more.")


def test_no_mistake_at_all() -> None:
    assert mistakes_words.fullest_cells(answers({})) == "There is no mistake at all."
