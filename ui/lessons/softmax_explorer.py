"""The softmax explorer: ten scores to drag. It counts and draws in the browser; its state is in the link.

Several scenes have it, each with the buttons it needs, and all of them the same scores.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import streamlit as st

from mnist_core.figures.theme import CHOICE, RIGHT_CLASS
from ui.frame import incoming, link, state, theme

Mode = Literal["columns", "doubling", "float32"]
SCALES = (10, 120)  # a drag is fine on the first; on the second, e^z overflows
SOFTMAX_JS = (state.COMPONENTS / "softmax.js").read_text(encoding="utf-8")

_JS = SOFTMAX_JS + (state.COMPONENTS / "softmax_explorer.js").read_text(encoding="utf-8")
_CSS = (state.COMPONENTS / "softmax_explorer.css").read_text(encoding="utf-8")
_SCORE = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,3})?")


@dataclass(frozen=True)
class Setting:
    """What the reader has set.

    Attributes:
        logits: Ten scores, -120.0 to 120.0.
        true_class: What the digit really is, 0 to 9.
        subtract: Whether the largest score is taken from all of them before the exponential.
        scale: How far the bars reach; one of ``SCALES``.
    """

    logits: tuple[float, ...] = (-1.0, -2.0, 0.5, 4.0, -3.0, 2.5, -1.5, -0.5, 3.0, 0.0)
    true_class: int = 3
    subtract: bool = False
    scale: int = 10


START = Setting()


def _logits(text: str) -> tuple[float, ...]:
    scores = text.split(",")
    if len(scores) != len(START.logits) or not all(map(_SCORE.fullmatch, scores)):
        raise ValueError("not ten scores with three decimals at most")
    logits = tuple(float(score) + 0.0 for score in scores)  # + 0.0 because -0 is 0
    if max(map(abs, logits)) > SCALES[-1]:
        raise ValueError("a score is beyond the scale")
    return logits


# The keys are also the names in the link, and what ?hide= calls the parts of the explorer.
READERS: dict[str, Callable[[str], Any]] = {
    "logits": _logits,
    "true_class": incoming.one_of(range(10)),
    "subtract": link.YES_OR_NO,
    "scale": incoming.one_of(SCALES),
}


def show(mode: Mode, *, live: bool = True) -> None:
    """Draws the explorer. It belongs into a fragment, so that after a drag the next one has the browser to itself.

    Args:
        mode: The columns alone; with buttons that double and halve all scores; or with what float32 makes of them.
        live: Whether anything can be moved.
    """
    key = f"explorer_{mode}"
    setting = current()
    component = st.components.v2.component("explorer", html='<div class="explorer">\n</div>', css=_CSS, js=_JS)
    component(
        key=incoming.ask(key, state=_is_setting),
        data={
            **vars(setting),
            "logits": list(setting.logits),
            "start": list(START.logits),
            "mode": mode,
            "isLive": live,
            "isLarge": link.shows(link.LARGE),
            "turn": _sent(key).get("turn", 0),  # by which the browser knows the answer to what it sent last
            "hidden": [name for name in READERS if link.is_hidden(name)],
            "scales": list(SCALES),
            "colours": {"right": RIGHT_CLASS, "choice": CHOICE, "rest": theme.current().rest},
        },
        on_state_change=partial(_take, key),
    )


def current() -> Setting:
    """What is set in the explorer. While the reader drags, that is what was set before."""
    values = {name: link.unbound(name, getattr(START, name), read) for name, read in READERS.items()}
    if max(map(abs, values["logits"])) > values["scale"]:
        values["scale"] = SCALES[-1]
    return Setting(**values)


def _take(key: str) -> None:
    """Puts into the link what the browser has sent, all of it or, if anything is wrong with it, nothing."""
    if st.session_state.get("reset_page"):
        return  # a last key and a click on Reset came at once
    sent = _sent(key)
    for name, read in READERS.items() if sent else ():
        text = _text(sent[name])
        link.set_unbound(name, None if read(text) == getattr(START, name) else text)


def _sent(key: str) -> Mapping[str, Any]:
    sent: Mapping[str, Any] = st.session_state.get(key, {}).get("state") or {}
    return sent


def _is_setting(sent: Any) -> bool:
    """Whether it is what the explorer tells. If anything is wrong with it, it gets back what it had before."""
    try:
        for name, read in READERS.items():
            read(_text(sent[name]))
    except (KeyError, TypeError, ValueError):
        return False
    return isinstance(sent.get("turn", 0), int)


def _text(value: object) -> str:
    """How a value stands in the link."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, list) and all(isinstance(score, int | float) for score in value):
        return ",".join(map(_text, value))
    raise ValueError("neither a number nor numbers")
