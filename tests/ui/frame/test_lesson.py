"""Every page comes through app.py, whoever wakes the server and whoever comes a moment later."""

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from tests.app import sound, status
from tests.conftest import PROJECT

pytestmark = pytest.mark.usefixtures("offline")


@pytest.mark.parametrize("path", ["lessons/welcome.py", "lessons/softmax.py", "lessons/train.py"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_page_that_streamlit_opened_alone_comes_through_the_router(
    path: str, is_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_alone = script_runner._mpa_v1
    opened = []

    def open_it(main_script: str) -> None:
        opened.append(path)
        if not is_first:  # while this page is loaded, st.navigation is called for someone else
            PagesManager.uses_pages_directory = False
        open_alone(main_script)

    monkeypatch.setattr(script_runner, "_mpa_v1", open_it)
    app = sound(AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).switch_page(path).run())
    assert opened == [path]
    assert len(app.title) == 1
    assert app.button(key="reset_page")
    assert "Reads: " in status(app)  # which app.py draws, too
