"""How a batch is read, in words."""

import re
from dataclasses import replace

from mnist_core.lessons.batches_xray import BatchXray
from ui.lessons.batches_words import how_read

BATCH = BatchXray((3, 5, 8), (3, 5, 8), (0.1, 0.1, 0.1), (1.0, 1.0, 1.0), 1.0, 1.0, 1.0)


def test_a_batch_without_a_mistake_has_none_to_mark() -> None:
    assert re.findall(r"\d+", how_read(BATCH)) == ["3"]
    assert "frame" not in how_read(BATCH)


def test_with_mistakes_it_says_how_they_are_marked() -> None:
    assert re.findall(r"\d+", how_read(replace(BATCH, answers=(3, 3, 3)))) == ["1", "3"]
    assert "frame" in how_read(replace(BATCH, answers=(3, 3, 3)))
