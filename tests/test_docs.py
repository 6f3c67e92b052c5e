"""What the documents for contributors name is there."""

import re

import pytest

from tests.conftest import PROJECT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "benchmarks/README.md")
FOLDERS = "app.py|lessons|ui|mnist_core|models|benchmarks|tests|tools|docs|\\.ci|\\.streamlit"
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


def test_every_room_is_in_the_picture_of_the_house() -> None:
    text = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
    for package in ("ui", "mnist_core"):
        for folder in (PROJECT / package).iterdir():
            if any(folder.glob("[!.]*.*")):  # git keeps no empty folder, Python leaves some
                assert f"{folder.name}/<br/>" in text, f"{folder.name} is missing"
