r"""Makes the files of a new lesson, so that it opens in the app and its tests pass at once.

    python tools/new_lesson.py momentum "Momentum" "Why does a ball roll through a small valley?" \\
        --moves "a ball, its speed and the valley" --section "It learns"

It writes the page, what it computes, its figure and a test of each from the templates in ``tools/lesson``, adds the
lesson at the end of its section in ``ui/frame/course.py``, and writes the README's list anew. It overwrites nothing.
"""

import argparse
import keyword
import re
import subprocess
import sys
from pathlib import Path
from string import Template

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).resolve().parent / "lesson"
LONGEST = 100  # characters of a text, so that its line in the table is no longer than a line may be
COURSE = PROJECT / "ui" / "frame" / "course.py"
# Where each template goes; $stem is the name of the page's file.
FILES = {
    "page.py.txt": "lessons/$stem.py",
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
    parser.add_argument("--moves", required=True, help="in a few words, what the reader can move on it, for the README")
    parser.add_argument("--section", default="It learns", help="of the menu; the default is It learns")
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
    stem, texts = options.stem, (options.title, options.question, options.moves)
    if not re.fullmatch(r"[a-z][a-z_]{1,30}", stem) or keyword.iskeyword(stem):
        raise ValueError(
            f"{stem!r} can't be used: take 2 to 31 small letters and underscores, and no word of Python's."
        )
    for known in re.findall(r'^ +Lesson\(\n +"(\w+)",$', course, re.MULTILINE):
        if stem.startswith(f"{known}_"):
            raise ValueError(f"What begins with {known}_ belongs to the lesson {known}; choose another name.")
        if known.startswith(f"{stem}_"):
            raise ValueError(f"What begins with {stem}_ would belong to it, so {known}, too; choose another name.")
    if re.search(r'["\\\n]', "".join(texts)) or max(map(len, texts)) > LONGEST:
        raise ValueError(
            f'Each text is at most {LONGEST} characters long, in one line, without " and \\; “ and ” are fine.'
        )
    section = re.search(
        rf'(?ms)^    Section\(\n        "{re.escape(options.section)}",.*?(?=^        \),\n    \),$)', course
    )
    if section is None:
        known = re.findall(r'^    Section\(\n        "(.*)",$', course, re.MULTILINE)
        raise ValueError(f"There is no section {options.section!r}. There are: {', '.join(known)}.")
    row = (stem, *texts)
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
        made = in_order(text.substitute(stem=options.stem, title=options.title))
        (PROJECT / path).write_text(made, encoding="utf-8")
    return list(paths.values())


def in_order(text: str) -> str:
    """The same module with the project's own imports in the order of their names, as the linter wants them."""
    imports = re.search(r"(?:^from (?:mnist_core|tests|ui)\S* import .*\n)+", text, re.MULTILINE)
    if imports is None:
        return text
    lines = sorted(imports.group().splitlines(keepends=True), key=lambda line: line.split()[1])
    return text[: imports.start()] + "".join(lines) + text[imports.end() :]


if __name__ == "__main__":
    sys.exit(main())
