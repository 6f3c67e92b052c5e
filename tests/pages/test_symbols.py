"""The page of all symbols: the shapes of a batch, the list, and the search."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.lessons.symbols import GROUPS, SYMBOLS
from tests.app import answer, in_one_piece, open_page, sound, text
from tests.conftest import PROJECT

PAGE = "lessons/symbols.py"


def listed(app: AppTest) -> list[str]:
    return [symbol.name for symbol in SYMBOLS if f"${symbol.latex}$ &emsp; **{symbol.name}**" in text(app)]


def shapes(app: AppTest) -> dict[str, str]:
    return {row[0]: row[1] for row in app.table[0].value.to_numpy().tolist()}


def test_every_symbol_stands_there_with_a_link_to_each_of_its_lessons() -> None:
    app = in_one_piece(PAGE)
    assert listed(app) == [symbol.name for symbol in SYMBOLS]
    page = text(app)
    assert all(symbol.meaning in page and symbol.shape in page for symbol in SYMBOLS)
    links = [link.proto.page for link in app.get("page_link")]
    assert all(links.count(stem) >= 1 for symbol in SYMBOLS for stem in symbol.pages)


@pytest.mark.parametrize("group", GROUPS)
def test_each_subject_has_its_letters(group: str) -> None:
    app = open_page(PAGE)
    app = sound(app.segmented_control(key="symbol_group").set_value(group).run())
    key = f"symbol_{GROUPS.index(group)}"
    count = len(app.segmented_control(key=key).options)
    assert count == len([symbol for symbol in SYMBOLS if symbol.group == group])
    app = sound(app.segmented_control(key=key).set_value(app.segmented_control(key=key).options[-1]).run())
    assert len(listed(app)) == 1


GREEK = re.compile(
    r"\\(alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|lambda|mu|nu|pi|rho|sigma|tau|phi|omega)\b"
)


def test_every_greek_letter_in_a_formula_is_in_the_list() -> None:
    used = {
        letter
        for folder in ("pages", "ui/lessons")
        for path in (PROJECT / folder).glob("*.py")
        for letter in GREEK.findall(path.read_text(encoding="utf-8"))
    }
    known = {letter for symbol in SYMBOLS for letter in GREEK.findall(symbol.latex)}
    assert used <= known


def test_shapes_follow_the_size_of_the_batch_once_the_question_is_answered() -> None:
    app = open_page(PAGE, 2)
    assert set(shapes(app).values()) == {"?"}
    app = answer(app, "ask_symbols", "[32, 10]")
    assert shapes(app)["$z$"] == "[32, 10]"
    assert app.success
    app = sound(app.select_slider(key="symbol_batch").set_value(8).run())
    assert shapes(app)["$z$"] == "[8, 10]"
    assert shapes(app)[r"$\hat x$"] == "[8, 784]"
    assert shapes(app)["$L$"] == "[]"


def searched(app: AppTest) -> list[str]:
    """What the search has left; the first symbol stands in the scene above it."""
    return [name for name in listed(app) if name != SYMBOLS[0].name]


def test_the_search_leaves_what_matches() -> None:
    app = in_one_piece(PAGE)
    app = sound(app.text_input(key="symbol_filter").set_value("learning rate").run())
    assert searched(app) == ["eta, the learning rate"]
    assert re.search(rf"\b1 of {len(SYMBOLS)}\b", text(app))
    app = sound(app.text_input(key="symbol_filter").set_value("zebra").run())
    assert searched(app) == []


def test_a_linked_search_is_used_shown_or_hidden() -> None:
    assert searched(in_one_piece(PAGE, symbol_filter="temperature")) == ["the temperature"]
    hidden = in_one_piece(PAGE, hide="symbol_filter", symbol_filter="temperature")
    assert not hidden.text_input
    assert searched(hidden) == ["the temperature"]
    assert searched(in_one_piece(PAGE, symbol_filter="<b>" * 1_000)) == []
