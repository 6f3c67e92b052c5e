"""Makes the files of a new lesson, so that it opens in the app and its tests pass at once.

    python tools/new_lesson.py momentum "Momentum" "Why does a ball roll through a small valley?" --section "Training"

It writes the page, what it computes, its figure and a test of each from the templates in ``tools/lesson``, adds the
lesson at the end of its section in ``ui/frame/course.py``, and writes the README's list anew. It overwrites nothing.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from string import Template

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "lesson"
COURSE = PROJECT / "ui" / "frame" / "course.py"
# Where each template goes; $stem is the name of the page's file.
FILES = {
    "page.py.txt": "pages/$stem.py",
    "core.py.txt": "mnist_core/lessons/$stem.py",
    "figure.py.txt": "mnist_core/figures/$stem.py",
    "test_page.py.txt": "tests/pages/test_$stem.py",
    "test_core.py.txt": "tests/mnist_core/lessons/test_$stem.py",
    "test_figure.py.txt": "tests/mnist_core/figures/test_$stem.py",
}


def main(arguments: list[str] | None = None) -> int:
    """Makes the lesson that the command line names; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stem", help="the name of its files and its address, such as momentum")
    parser.add_argument("title", help="in the menu and above the page")
    parser.add_argument("question", help="that the page answers")
    parser.add_argument("--section", default="Training", help="of the menu; the default is Training")
    options = parser.parse_args(arguments)
    try:
        course = with_lesson(COURSE.read_text(encoding="utf-8"), options)
        written = write_files(options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    COURSE.write_text(course, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ui.frame.course"], cwd=PROJECT, check=True)  # reads the table just written
    print("\n".join(["Made:", *written, "ui/frame/course.py (a line in the table)", "README.md (a line in the list)"]))
    print(f"Test it: .venv/bin/pytest -k {options.stem}")
    return 0


def with_lesson(course: str, options: argparse.Namespace) -> str:
    """The text of the table with the new lesson at the end of its section.

    Raises:
        ValueError: If the name can't be used, or there is no such section.
    """
    if not re.fullmatch(r"[a-z][a-z_]{1,30}", options.stem):
        raise ValueError(f"{options.stem!r} can't be used: take 2 to 31 small letters and underscores.")
    if '"' in options.title + options.question:
        raise ValueError('Title and question stand between double quotes in the code: use “ and ” in place of ".')
    section = re.search(
        rf'(?ms)^    Section\(\n        "{re.escape(options.section)}",.*?(?=^        \),\n    \),$)', course
    )
    if section is None:
        known = re.findall(r'^    Section\(\n        "(.*)",$', course, re.MULTILINE)
        raise ValueError(f"There is no section {options.section!r}. There are: {', '.join(known)}.")
    row = (options.stem, options.title, options.question, "in a few words, what the reader moves")
    lines = "".join(f'                "{text}",\n' for text in row)
    return f"{course[: section.end()]}            Lesson(\n{lines}            ),\n{course[section.end() :]}"


def write_files(options: argparse.Namespace) -> list[str]:
    """Writes the files of the lesson; returns their paths.

    Raises:
        ValueError: If one is there already.
    """
    paths = {template: Template(path).substitute(stem=options.stem) for template, path in FILES.items()}
    for path in paths.values():
        if (PROJECT / path).exists():
            raise ValueError(f"{path} is there already; choose another name.")
    for template, path in paths.items():
        text = Template((TEMPLATES / template).read_text(encoding="utf-8"))
        (PROJECT / path).write_text(text.substitute(stem=options.stem, title=options.title), encoding="utf-8")
    return list(paths.values())


if __name__ == "__main__":
    sys.exit(main())
