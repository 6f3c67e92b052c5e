"""How a batch is read, in words."""

import re
from dataclasses import replace

from mnist_core.lessons.batches_xray import BatchXray
from ui.lessons.batches_words import how_read, wants, what_is_left

BATCH = BatchXray((3, 5, 8), (3, 5, 8), (0.1, 0.1, 0.1), (1.0, 1.0, 1.0), 1.0, 1.0, 1.0)


def test_a_batch_without_a_mistake_has_none_to_mark() -> None:
    assert re.findall(r"\d+", how_read(BATCH)) == ["3"]
    assert "frame" not in how_read(BATCH)


def test_with_mistakes_it_says_how_they_are_marked() -> None:
    assert re.findall(r"\d+", how_read(replace(BATCH, answers=(3, 3, 3)))) == ["1", "3"]
    assert "frame" in how_read(replace(BATCH, answers=(3, 3, 3)))


def test_what_is_left_for_the_last_batch() -> None:
    assert what_is_left([32, 32, 8]) == "The last batch takes what is left, here 8 images."
    assert what_is_left([32, 1]) == "The last batch takes what is left, here 1 image."
    assert what_is_left([1, 1, 1]) == "Every batch has 1 image; none is left over."


def test_an_image_says_what_it_is_read_as_only_when_that_is_wrong() -> None:
    misread = replace(BATCH, answers=(8, 5, 8))
    assert wants(misread, 0).startswith("This is a **3**, read as an **8**.")
    assert wants(misread, 1).startswith("This is a **5**, read rightly.")
    assert "Loss: **0.100**" in wants(misread, 1)
