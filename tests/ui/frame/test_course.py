"""The table of the lessons."""

import re

import pytest

from tests.conftest import PROJECT
from ui.frame import course


def test_every_page_is_in_the_table_once() -> None:
    stems = [lesson.stem for lesson in course.LESSONS]
    assert sorted(stems) == sorted(path.stem for path in (PROJECT / "lessons").glob("*.py"))
    assert len(set(stems)) == len({lesson.title for lesson in course.LESSONS}) == len(course.LESSONS)


def test_every_lesson_asks_and_says_what_moves() -> None:
    for lesson in course.LESSONS:
        assert lesson.question.endswith("?")
        assert lesson.moves


def test_both_paths_have_every_lesson_once() -> None:
    for path in ("", course.NOTES):
        stems = [lesson.stem for section in course.sections(path) for lesson in section.lessons]
        assert sorted(stems) == sorted(lesson.stem for lesson in course.LESSONS if lesson is not course.WELCOME)


def test_the_course_notes_come_in_their_own_order() -> None:
    stems = [lesson.stem for section in course.sections(course.NOTES) for lesson in section.lessons]
    in_notes = ["two_classes", "softmax", "cross_entropy", "data", "batches", "network", "layers", "step", "train"]
    assert [stem for stem in stems if stem in in_notes] == in_notes


def test_the_readme_lists_the_lessons_as_the_table_has_them() -> None:
    text = course.README.read_text(encoding="utf-8")
    assert course.in_readme(text) == text


def test_a_list_that_is_out_of_date_is_made_anew_and_the_rest_is_kept() -> None:
    text = f"Before.\n\n{course.HEAD}| Old | gone |\n\nAfter.\n"
    made = course.in_readme(text)
    assert made.startswith(f"Before.\n\n{course.HEAD}| From stroke to pixel | ")
    assert made.endswith("|\n\nAfter.\n")
    assert "Old" not in made
    with pytest.raises(ValueError, match="substring not found"):
        course.in_readme("No list here.")


def test_the_files_of_a_lesson_begin_with_its_stem() -> None:
    stems = "|".join(lesson.stem for lesson in course.LESSONS)
    for folder in ("mnist_core/lessons", "ui/lessons"):
        for path in (PROJECT / folder).glob("[!_]*.py"):
            assert re.fullmatch(rf"({stems})(_\w+)?", path.stem), f"{path.stem} is named after no lesson"
