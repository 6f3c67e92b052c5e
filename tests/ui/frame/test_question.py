"""Predict first: the figure waits for an answer, each answer has its explanation, and none is in the link."""

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from ui.frame import link, question
    from ui.frame.question import Question

    link.restore()
    asked = Question("ask_sum", "What is 1 + 1?", "2", "One more.", {"1": "Too few.", "3": "Too many."}, order=1)
    if question.ask(asked):
        st.write("THE FIGURE")
    link.tools()


def opened(**linked: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=30)
    for key, text in linked.items():
        app.query_params[key] = text
    app = app.run()
    assert not app.exception
    return app


def shows_figure(app: AppTest) -> bool:
    return any("THE FIGURE" in element.value for element in app.markdown)


def test_the_figure_waits_for_an_answer() -> None:
    app = opened()
    assert app.pills(key="ask_sum").options == ["1", "2", "3"]
    assert not shows_figure(app)


@pytest.mark.parametrize(("answer", "says"), [("1", "Too few."), ("3", "Too many.")])
def test_each_wrong_answer_has_an_explanation_of_its_own(answer: str, says: str) -> None:
    app = opened()
    app = app.pills(key="ask_sum").set_value(answer).run()
    assert app.info[0].value == f"Not quite. {says}"
    assert shows_figure(app)


def test_the_right_answer_is_told_why() -> None:
    app = opened()
    app = app.pills(key="ask_sum").set_value("2").run()
    assert app.success[0].value == "Yes. One more."
    assert shows_figure(app)


def test_an_answer_is_never_in_the_link_and_none_comes_from_it() -> None:
    app = opened(ask_sum="2")
    assert app.pills(key="ask_sum").value is None
    app = app.pills(key="ask_sum").set_value("3").run()
    assert app.query_params.get("ask_sum") in (["2"], "2")  # as it came; the answer 3 is not written


def test_a_hidden_question_shows_its_figure() -> None:
    app = opened(hide="ask_sum")
    assert not app.pills
    assert shows_figure(app)


def test_in_one_piece_a_question_stands_with_its_answer() -> None:
    app = opened(show="whole")
    assert not app.pills
    assert "*2* One more." in app.markdown[0].value
    assert shows_figure(app)


def test_setting_the_page_back_forgets_the_answer() -> None:
    app = opened()
    app = app.pills(key="ask_sum").set_value("2").run()
    app = app.button(key="reset_page").click().run()
    assert app.pills(key="ask_sum").value is None
    assert not shows_figure(app)
