"""Every picture on a page says what it shows to those who do not see it."""

import ast
from pathlib import Path

import pytest

from tests.conftest import PROJECT

SOURCES = sorted([*(PROJECT / "ui").rglob("*.py"), *(PROJECT / "lessons").glob("*.py")])


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(PROJECT)))
def test_every_picture_is_described(source: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    pictures = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "image"]
    silent = [call.lineno for call in pictures if not any(says(keyword) for keyword in call.keywords)]
    assert not silent, f"lines without alt=: {silent}"


def says(keyword: ast.keyword) -> bool:
    """Whether an argument describes a picture; an empty description would say that there is nothing to see."""
    return keyword.arg == "alt" and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
