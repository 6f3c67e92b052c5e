"""What is on the pad after each thing a visitor or a browser can do to it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mnist_core.handwriting.photo import Correction
from ui.visitor.pad import MOST_CORRECTIONS, MOST_STROKES, Pad, Taken

ONE, TWO = [{"path": 1}], [{"path": 1}, {"path": 2}]


def taken() -> Taken:
    return Taken(np.zeros((9, 9), np.uint8), np.ones((9, 9), np.uint8))


def drawn() -> Pad:
    pad = Pad()
    pad.receive(ONE, b"one")
    pad.receive(TWO, b"two")
    return pad


def test_it_shows_what_was_sent_last() -> None:
    assert Pad().picture is None
    assert drawn().picture == b"two"


def test_undo_shows_what_was_there_before_the_browser_has_said_so() -> None:
    pad = drawn()
    version = pad.version
    pad.undo()
    assert (pad.picture, pad.start, pad.strokes) == (b"one", ONE, ONE)
    assert pad.version > version  # so the canvas before, if it still sends something, is not heard
    for _ in range(2):
        pad.undo()
        assert not pad.picture
        assert not pad.strokes


def test_the_picture_of_strokes_that_came_together_is_asked_for() -> None:
    pad = Pad()
    pad.receive(TWO, b"two")
    version, tellings = pad.version, pad.tellings
    pad.undo()
    assert (pad.strokes, pad.picture, pad.version) == (ONE, None, version)
    assert pad.tellings > tellings  # the same canvas is told, which says what it then looks like
    assert not pad.receive(TWO, b"two")  # a run that still has what the browser sent before
    assert pad.strokes == ONE
    assert pad.receive(ONE, b"one")
    assert pad.picture == b"one"
    pad.undo()
    assert not pad.can_undo


def test_the_same_stroke_drawn_again_after_an_undo_counts() -> None:
    pad = Pad()
    pad.receive(ONE, b"one")
    pad.undo()
    assert pad.receive(ONE, b"one")
    assert pad.picture == b"one"


def test_two_undos_in_a_row_need_no_word_from_the_browser() -> None:
    pad = drawn()
    pad.undo()
    pad.undo()
    assert pad.picture is None


def test_a_stroke_after_an_undo_takes_the_place_of_the_one_taken_back() -> None:
    pad = drawn()
    pad.undo()
    other: list[dict[str, Any]] = [{"path": 1}, {"path": 3}]
    pad.receive(other, b"other")
    assert (pad.picture, pad.strokes) == (b"other", other)
    pad.undo()
    assert pad.picture == b"one"


def test_the_canvas_own_undo_is_understood() -> None:
    pad = drawn()
    pad.receive(ONE, b"one")
    assert (pad.picture, pad.strokes) == (b"one", ONE)


def test_clear_takes_everything_away() -> None:
    for fill in (lambda pad: pad.read_sample(3), lambda pad: pad.read_photo(taken())):
        pad = drawn()
        fill(pad)
        assert pad.picture is None
        pad.clear()
        assert (pad.picture, pad.sample, pad.photo, pad.start) == (None, None, None, [])


FILLS: list[Callable[[Pad], None]] = [
    lambda pad: pad.read_sample(3),
    lambda pad: pad.read_photo(taken()),
    lambda pad: pad.set_aside(),
]


@pytest.mark.parametrize("has_said", [True, False], ids=["canvas emptied", "browser slow"])
@pytest.mark.parametrize("fill", FILLS, ids=["sample", "photo", "badly read image"])
def test_undo_brings_the_drawing_back_that_something_else_took_the_place_of(
    fill: Callable[[Pad], None], has_said: bool
) -> None:
    pad = drawn()
    fill(pad)
    assert pad.can_undo
    assert (pad.picture, pad.strokes, pad.start) == (None, [], [])
    if has_said:
        pad.receive([], b"empty")
    version = pad.version
    pad.undo()
    assert (pad.picture, pad.strokes, pad.start) == (b"two", TWO, TWO)
    assert (pad.sample, pad.photo) == (None, None)
    assert pad.version > version
    pad.undo()
    assert (pad.picture, pad.strokes) == (b"one", ONE)


def test_however_many_samples_are_looked_at_the_drawing_is_kept() -> None:
    pad = drawn()
    pad.read_sample(3)
    pad.receive([], b"empty")
    pad.read_sample(4)
    pad.read_photo(taken())
    pad.move()
    pad.undo()
    assert (pad.picture, pad.sample, pad.photo) == (b"two", None, None)


def test_undo_of_a_sample_without_a_drawing_takes_the_sample_away() -> None:
    pad = Pad()
    offered = [pad.can_undo]
    pad.read_sample(3)
    offered.append(pad.can_undo)
    pad.undo()
    offered.append(pad.can_undo)
    assert (pad.sample, pad.picture, offered) == (None, None, [False, True, False])


def test_after_clear_or_a_new_stroke_the_drawing_before_is_gone() -> None:
    pad = drawn()
    pad.read_sample(3)
    pad.clear()
    assert not pad.can_undo
    pad = drawn()
    pad.read_sample(3)
    pad.receive([], b"empty")
    pad.receive([{"path": 3}], b"three")
    pad.undo()
    assert (pad.picture, pad.can_undo) == (None, False)


def test_a_sample_is_read_until_something_is_drawn() -> None:
    pad = drawn()
    pad.read_sample(3)
    pad.receive([], b"empty")  # the browser has emptied its canvas
    assert (pad.sample, pad.picture) == (3, None)
    pad.receive(ONE, b"new")
    assert (pad.sample, pad.picture) == (None, b"new")


def test_another_page_begins_with_what_is_drawn() -> None:
    pad = drawn()
    pad.undo()
    version = pad.version
    pad.move()
    assert pad.version != version
    assert (pad.start, pad.picture) == (ONE, b"one")


def test_nobody_makes_it_grow_without_end() -> None:
    pad = Pad()
    pad.receive([{"path": index} for index in range(10 * MOST_STROKES)], b"much")
    assert len(pad.strokes) == MOST_STROKES
    assert pad.picture == b"much"


def test_a_slip_on_the_clear_button_costs_nothing() -> None:
    pad = drawn()
    pad.set_aside()  # what the button does
    assert pad.picture is None
    pad.undo()
    assert pad.picture == b"two"


def test_undo_takes_corrections_of_a_photo_back_one_by_one_and_then_the_photo() -> None:
    pad = drawn()
    pad.read_photo(taken())
    for turned in (90, 180):
        assert pad.taken is not None
        pad.taken.correct(Correction(turned=turned), np.full((9, 9), turned, np.uint8))
    read = []
    while pad.photo is not None:
        read.append(int(pad.photo[0, 0]))
        pad.undo()
    assert read == [180, 90, 1]
    assert pad.picture == b"two"


def test_a_photo_is_put_away_with_all_its_corrections() -> None:
    pad = drawn()
    pad.put_photo_away()  # there is none
    assert pad.picture == b"two"
    pad.read_photo(taken())
    assert pad.taken is not None
    for _ in range(2 * MOST_CORRECTIONS):
        pad.taken.correct(Correction(turned=90), np.ones((9, 9), np.uint8))
    assert len(pad.taken.corrections) == MOST_CORRECTIONS
    pad.put_photo_away()
    assert (pad.photo, pad.picture) == (None, b"two")
