"""The state of a page in its link, on a small page that has one control of each kind."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

STARTS = {"temperature": 1.0, "epochs": 5, "seed": 0, "on": False, "rate": 0.1, "kind": "relu", "label": 3}
LINKED = {"temperature": "2.5", "epochs": "7", "seed": "9", "on": "true", "rate": "0.01", "kind": "tanh", "label": "8"}
VALUES = {"temperature": 2.5, "epochs": 7, "seed": 9, "on": True, "rate": 0.01, "kind": "tanh", "label": 8}
# Python reads them, but no control can stand on them.
NO_NUMBERS = ["nan", "inf", "-1e400", "9" * 5_000]
NONSENSE = {
    "temperature": ["1e9", "-1", "", "hot", "2,5", *NO_NUMBERS],
    "epochs": ["0", "99", "five", "", *NO_NUMBERS],
    "seed": ["-1", "4294967296", "x", *NO_NUMBERS],
    "on": ["maybe", "1", "True ", *NO_NUMBERS],
    "rate": ["0.02", "<script>", "", *NO_NUMBERS],
    "kind": ["gelu", "__class__", *NO_NUMBERS],
    "label": ["11", "-1", "three", *NO_NUMBERS],
}


def page() -> None:
    import streamlit as st

    from ui.frame import incoming, link

    incoming.guard()
    link.restore()
    nothing: tuple[float, ...] = ()
    st.session_state["values"] = {
        "temperature": link.slider("T", "temperature", 0.5, 4.0, 1.0, 0.5, shown="%.1f"),
        "epochs": link.whole_slider("Epochs", "epochs", 1, 20, 5),
        "seed": link.number_input("Seed", "seed", 0, 100, 0),
        "on": link.toggle("On", "on"),
        "rate": link.select_slider("Rate", "rate", (0.1, 0.01), 0.1, names="{:g}".format),
        "kind": link.selectbox("Kind", "kind", ("relu", "tanh"), "relu"),
        "label": link.buttons("Digit", "label", range(10), 3),
        "logits": link.unbound("logits", nothing, lambda text: tuple(float(part) for part in text.split("_"))),
    }
    st.button("Set", key="set", on_click=link.set_unbound, args=("logits", "3_4"))
    link.tools()


def opened(**linked: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=30)
    for key, text in linked.items():
        app.query_params[key] = text
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def values(app: AppTest) -> dict[str, Any]:
    found: dict[str, Any] = app.session_state["values"]
    return {key: value for key, value in found.items() if key != "logits"}


def text_in_link(app: AppTest, key: str) -> str | None:
    found = app.query_params.get(key)
    return found[0] if isinstance(found, list) else found


def drawn(app: AppTest) -> int:
    kinds = ("slider", "number_input", "toggle", "select_slider", "selectbox", "segmented_control")
    return sum(len(app.get(kind)) for kind in kinds)


def test_without_a_link_every_control_stands_on_its_start() -> None:
    assert values(opened()) == STARTS


def test_every_kind_of_control_takes_its_value_from_the_link() -> None:
    app = opened(**LINKED)
    assert values(app) == VALUES
    assert drawn(app) == len(STARTS)


def test_hidden_controls_are_left_out_and_keep_their_linked_value_in_the_link_too() -> None:
    app = opened(**LINKED, hide=",".join(LINKED))
    assert values(app) == VALUES
    assert drawn(app) == 0
    app = sound(app.run())
    assert values(app) == VALUES
    assert {key: text_in_link(app, key) for key in LINKED} == LINKED


def test_hidden_controls_without_a_linked_value_stand_on_their_start() -> None:
    assert values(opened(hide=",".join(STARTS))) == STARTS


@pytest.mark.parametrize("hide", ["", "all"])
@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in NONSENSE.items() for text in texts])
def test_what_a_control_does_not_have_is_ignored(key: str, text: str, hide: str) -> None:
    app = opened(**{key: text}, hide=key if hide else "")
    assert values(app) == STARTS


def test_a_number_that_comes_into_the_link_later_and_cannot_be_is_ignored_too() -> None:
    app = opened(seed="9")
    app.query_params["seed"] = "inf"  # as when the browser asks again before it has heard that this was taken out
    app = sound(app.run())
    assert values(app) == {**STARTS, "seed": 9}
    app = sound(app.number_input(key="seed").set_value(7).run())
    assert values(app)["seed"] == 7


def test_what_hide_names_is_remembered_when_streamlit_drops_it_from_the_link() -> None:
    app = opened(hide="epochs,<b>,,seed", seed="9")
    assert text_in_link(app, "hide") == "epochs,seed"
    app.query_params.clear()  # as on a page switch
    app = sound(app.run())
    assert text_in_link(app, "hide") == "epochs,seed"
    assert text_in_link(app, "seed") == "9"


def test_a_page_is_set_back_to_its_starts_but_what_is_hidden_stays_as_linked() -> None:
    app = opened(**LINKED, logits="1_2", hide="seed")
    app = sound(app.button(key="reset_page").click().run())
    assert values(app) == {**STARTS, "seed": 9}
    assert app.session_state["values"]["logits"] == ()
    assert text_in_link(app, "logits") is None


def test_what_is_no_widget_keeps_its_value_in_the_link() -> None:
    app = opened(logits="1_2")
    assert app.session_state["values"]["logits"] == (1.0, 2.0)
    app = sound(app.button(key="set").click().run())
    assert app.session_state["values"]["logits"] == (3.0, 4.0)
    assert text_in_link(app, "logits") == "3_4"


def test_nonsense_for_what_is_no_widget_is_ignored_and_leaves_the_link() -> None:
    app = opened(logits="1_two")
    assert app.session_state["values"]["logits"] == ()
    assert text_in_link(app, "logits") is None
