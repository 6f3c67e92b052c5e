"""Every page comes through app.py, for whoever wakes the server, too."""

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from tests.app import sound, status
from tests.conftest import PROJECT

pytestmark = pytest.mark.usefixtures("offline")


@pytest.mark.parametrize("path", ["lessons/welcome.py", "lessons/softmax.py", "lessons/train.py"])
def test_streamlit_opens_no_page_without_the_router(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(script_runner, "_mpa_v1", opened.append)
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)  # as on a server just started
    app = sound(AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).switch_page(path).run())
    assert not opened
    assert len(app.title) == 1
    assert app.button(key="reset_page")
    assert "Reads: " in status(app)  # which app.py draws, too
