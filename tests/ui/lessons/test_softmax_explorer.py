"""What the softmax explorer takes from the browser and from the link: checked, all of it or nothing."""

from typing import Any

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as strategy

from ui.frame import link, state
from ui.lessons import softmax_explorer
from ui.lessons.softmax_explorer import READERS, SCALES, START, Setting

scores = strategy.integers(-120_000, 120_000).map(lambda thousandths: thousandths / 1_000)
settings = strategy.builds(
    Setting,
    strategy.tuples(*[scores] * 10),
    strategy.integers(0, 9),
    strategy.booleans(),
    strategy.sampled_from(SCALES),
)


def as_sent(setting: Setting) -> dict[str, Any]:
    return {**vars(setting), "logits": list(setting.logits), "turn": 1}


def taken(sent: object, pressed_reset: bool = False) -> dict[str, str | None]:
    """What the callback puts into the link."""
    put: dict[str, str | None] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(st, "session_state", {"explorer_columns": {"state": sent}, "reset_page": pressed_reset})
        patch.setattr(link, "set_unbound", put.__setitem__)
        softmax_explorer._take("explorer_columns")
    return put


@given(settings)
def test_what_the_browser_sends_comes_back_from_the_link(setting: Setting) -> None:
    put = taken(as_sent(setting))
    read = {name: getattr(START, name) if text is None else READERS[name](text) for name, text in put.items()}
    assert Setting(**read) == setting


def test_the_start_is_not_in_the_link() -> None:
    assert taken(as_sent(START)) == dict.fromkeys(READERS)


@pytest.mark.parametrize(
    "part",
    [
        {"logits": [0.0] * 9},
        {"logits": [120.1, *[0.0] * 9]},
        {"logits": [float("nan"), *[0.0] * 9]},
        {"logits": [float("-inf"), *[0.0] * 9]},
        {"logits": ["1", *[0.0] * 9]},
        {"logits": [[0.0], *[0.0] * 9]},
        {"logits": [True, *[0.0] * 9]},
        {"logits": "0,0,0,0,0,0,0,0,0,0"},
        {"logits": None},
        {"true_class": 10},
        {"true_class": 2.5},
        {"true_class": -1},
        {"subtract": 1},
        {"subtract": None},
        {"scale": 1_000},
        {"turn": "first"},
    ],
)
def test_a_part_that_can_not_be_has_nothing_taken(part: dict[str, Any]) -> None:
    assert softmax_explorer._is_setting({**as_sent(START), "true_class": 7})
    assert not softmax_explorer._is_setting({**as_sent(START), "true_class": 7, **part})


@pytest.mark.parametrize("sent", [None, 3, "text", [], {}, {"logits": [0.0] * 10}])
def test_neither_has_what_is_no_state_at_all(sent: object) -> None:
    assert not softmax_explorer._is_setting(sent)


def test_before_anything_is_sent_nothing_is_taken() -> None:
    assert taken(None) == {}


def test_a_reset_at_the_same_moment_wins() -> None:
    assert taken({**as_sent(START), "true_class": 7}, pressed_reset=True) == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("logits", "1,2,3"),
        ("logits", ",".join(["1e2"] * 10)),
        ("logits", ",".join(["120.1"] * 10)),
        ("logits", ",".join(["0.5555"] * 10)),
        ("logits", ",".join(["٣"] * 10)),
        ("logits", ",".join([" 1"] * 10)),
        ("true_class", "-1"),
        ("subtract", "True"),
        ("scale", "11"),
        *[(name, "nonsense") for name in READERS],
        *[(name, "") for name in READERS],
    ],
)
def test_a_link_that_says_something_else_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"not|beyond"):
        READERS[name](text)


def test_scores_beyond_the_small_scale_bring_the_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    linked = {"logits": ",".join(["50", *["0"] * 9]), "scale": "10"}
    monkeypatch.setattr(link, "unbound", lambda name, start, read: read(linked[name]) if name in linked else start)
    assert softmax_explorer.current().scale == 120


def test_the_script_contains_the_arithmetic_shown_on_the_page() -> None:
    assert (state.COMPONENTS / "softmax.js").read_text(encoding="utf-8") == softmax_explorer.SOFTMAX_JS
    assert softmax_explorer._JS.startswith(softmax_explorer.SOFTMAX_JS)
