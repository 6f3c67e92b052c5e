"""The page of all symbols: the shapes of a batch, the list, and the search."""

import re

from streamlit.testing.v1 import AppTest

from mnist_core.lessons.symbols import SYMBOLS
from tests.app import open_page, opened_by_link, sound, text

PAGE = "pages/symbols.py"


def listed(app: AppTest) -> list[str]:
    return [symbol.name for symbol in SYMBOLS if f"${symbol.latex}$ &emsp; **{symbol.name}**" in text(app)]


def shapes(app: AppTest) -> dict[str, str]:
    return {row[0]: row[1] for row in app.table[0].value.to_numpy().tolist()}


def test_every_symbol_stands_there_with_a_link_to_each_of_its_lessons() -> None:
    app = open_page(PAGE)
    assert listed(app) == [symbol.name for symbol in SYMBOLS]
    page = text(app)
    assert all(symbol.meaning in page and symbol.shape in page for symbol in SYMBOLS)
    links = [link.proto.page for link in app.get("page_link")]
    assert all(links.count(stem) >= 1 for symbol in SYMBOLS for stem in symbol.pages)
    assert len(links) == 1 + sum(len(symbol.pages) for symbol in SYMBOLS)  # and the way back


def test_shapes_follow_the_size_of_the_batch_once_the_question_is_answered() -> None:
    app = open_page(PAGE)
    assert not app.table
    app = sound(app.radio(key="ask_symbols").set_value("[32, 10]").run())
    assert shapes(app)["$z$"] == "[32, 10]"
    assert app.success
    app = sound(app.select_slider(key="symbol_batch").set_value(8).run())
    assert shapes(app)["$z$"] == "[8, 10]"
    assert shapes(app)[r"$\hat x$"] == "[8, 784]"
    assert shapes(app)["$J$"] == "[]"


def test_the_search_leaves_what_matches() -> None:
    app = open_page(PAGE)
    app = sound(app.text_input(key="symbol_filter").set_value("learning rate").run())
    assert listed(app) == ["eta, the learning rate"]
    assert re.search(rf"\b1 of {len(SYMBOLS)}\b", text(app))
    app = sound(app.text_input(key="symbol_filter").set_value("zebra").run())
    assert listed(app) == []
    assert not app.subheader


def test_a_linked_search_is_used_shown_or_hidden() -> None:
    assert listed(opened_by_link(PAGE, symbol_filter="temperature")) == ["the temperature"]
    hidden = opened_by_link(PAGE, hide="symbol_filter", symbol_filter="temperature")
    assert not hidden.text_input
    assert listed(hidden) == ["the temperature"]
    assert listed(opened_by_link(PAGE, symbol_filter="<b>" * 1_000)) == []
