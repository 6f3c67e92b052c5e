"""What the documents for contributors name is there."""

import ast
import re
from importlib import import_module

import pytest
import streamlit as st

from tests.conftest import PROJECT

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/architecture.md",
    "docs/promises.md",
    "benchmarks/README.md",
)
FOLDERS = "app.py|pages|ui|mnist_core|models|benchmarks|tests|tools|docs|\\.ci|\\.streamlit"
OF_THE_EXAMPLE = re.compile(r"noise_scale")  # the lesson that CONTRIBUTING.md makes up


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_it_names_is_there(document: str) -> None:
    text = (PROJECT / document).read_text(encoding="utf-8")
    named = set(re.findall(rf"(?<![\w/])((?:{FOLDERS})(?:/[\w.*/-]+)?)(?![\w/])", text))
    named |= {link for link in re.findall(r"\]\(([\w./-]+)\)", text) if "://" not in link}
    here = (PROJECT / document).parent
    gone = [
        path
        for path in sorted(named)
        if not OF_THE_EXAMPLE.search(path) and not any(list(base.glob(path.rstrip("./"))) for base in (PROJECT, here))
    ]
    assert not gone


def test_the_bounds_are_those_of_the_code() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8").partition("\n## Bounds\n")[2]
    rows = re.findall(r"^\| .* \| ([\d,]+) \| `([\w.]+)\.(\w+)` \|$", text, re.MULTILINE)
    assert len(rows) == text.count("\n| ") - 2
    for said, module, name in rows:
        bound = st.get_option(f"server.{name}") if module == "server" else getattr(import_module(module), name)
        assert f"{bound:,}" == said, name


def test_every_room_is_in_the_picture_of_the_house() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    for package in ("ui", "mnist_core"):
        for folder in (PROJECT / package).iterdir():
            if any(folder.glob("[!.]*.*")):  # git keeps no empty folder, Python leaves some
                assert f"{folder.name}/<br/>" in text, f"{folder.name} is missing"


PROMISES = (PROJECT / "docs/promises.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("promise", re.findall(r"^## (.+)$", PROMISES, re.M))
def test_every_promise_has_tests(promise: str) -> None:
    section = PROMISES.partition(f"## {promise}\n")[2].partition("\n## ")[0]
    assert re.search(r"^- `tests/.+::test_.+`$", section, re.M)


@pytest.mark.parametrize("file", sorted(set(re.findall(r"^- `(.+?)::", PROMISES, re.M))))
def test_every_test_of_a_promise_is_there(file: str) -> None:
    named = set(re.findall(rf"^- `{re.escape(file)}::(\w+)`$", PROMISES, re.M))
    tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    assert named, "a line of another form"
    assert not named - there


def test_every_line_of_a_list_of_promises_names_a_test() -> None:
    assert not [line for line in re.findall(r"^- .*$", PROMISES, re.M) if not re.fullmatch(r"- `\S+::test_\w+`", line)]
