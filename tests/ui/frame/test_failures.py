"""A failure is told to whoever runs the server: with its link, once, also where a part of a page is drawn alone."""

import logging

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import PROJECT
from ui.frame import failures, lesson

pytestmark = pytest.mark.usefixtures("offline")


class Told(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def test_what_fails_on_a_page_is_logged_once_with_what_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise ArithmeticError

    monkeypatch.setattr(failures.LOGGER, "filters", [])
    failures.report.clear()  # app.py asks for it anew
    monkeypatch.setattr(lesson, "stage", fail)
    told = Told()
    failures.LOGGER.addHandler(told)
    try:
        for _ in range(2):
            app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).switch_page("pages/softmax.py")
            app.query_params["scene"] = "2"
            assert app.run().exception
    finally:
        failures.LOGGER.removeHandler(told)
    assert told.messages == ["Uncaught app execution of /softmax?scene=2"]
