"""The script that makes a new lesson, tried on a copy of the project."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

KEPT_OUT = shutil.ignore_patterns("__pycache__", "browser", "benchmarks", "test_new_lesson.py")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What the script changes and what its tests need."""
    for folder in ("mnist_core", "models", "lessons", "tests", "tools", "ui", ".streamlit"):
        shutil.copytree(PROJECT / folder, tmp_path / folder, ignore=KEPT_OUT)
    for file in ("app.py", "README.md", "pyproject.toml"):
        shutil.copy(PROJECT / file, tmp_path / file)
    return tmp_path


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *command], cwd=copy, capture_output=True, text=True, check=False)


def make(copy: Path, stem: str = "zigzags", section: str = "It learns") -> subprocess.CompletedProcess[str]:
    texts = ("Square numbers", "How fast do squares grow?", "--moves", "how many")
    return run(copy, "tools/new_lesson.py", stem, *texts, "--section", section)


def test_a_new_lesson_opens_and_its_tests_and_those_of_every_page_pass_at_once(copy: Path) -> None:
    done = make(copy)
    assert done.returncode == 0, done.stderr
    readme = (copy / "README.md").read_text(encoding="utf-8")
    assert "| Square numbers | how many |" in readme
    named = [line.split()[0] for line in done.stdout.splitlines() if line.endswith(".py")]
    tests = [path for path in named if path.startswith("tests/")]
    assert len(tests) == 3
    tests.append("tests/pages/test_every_page.py")
    tested = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "zigzags")
    assert tested.returncode == 0, tested.stdout
    checked = run(copy, "-m", "ruff", "check", "--no-cache", *named)
    assert checked.returncode == 0, checked.stdout
    formatted = run(copy, "-m", "ruff", "format", "--no-cache", "--check", *named, "ui/frame/course.py")
    assert formatted.returncode == 0, formatted.stdout


@pytest.mark.parametrize(
    ("stem", "section", "said"),
    [
        ("softmax", "It learns", "lessons/softmax.py is there already"),
        ("../x", "It learns", "take 2 to 31 small letters"),
        ("lambda", "It learns", "no word of Python's"),
        ("step_again", "It learns", "What begins with step_ belongs to the lesson step"),
        ("cross", "It learns", "so cross_entropy, too"),
        ("zigzags", "Cookery", "There is no section 'Cookery'. There are: It reads you"),
    ],
)
def test_what_can_not_be_made_is_said_and_nothing_is_written(copy: Path, stem: str, section: str, said: str) -> None:
    before = (copy / "ui/frame/course.py").read_text(encoding="utf-8")
    done = make(copy, stem, section)
    assert done.returncode == 2
    assert said in done.stderr
    assert (copy / "ui/frame/course.py").read_text(encoding="utf-8") == before
    assert not (copy / "lessons/zigzags.py").exists()
