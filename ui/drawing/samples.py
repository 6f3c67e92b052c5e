"""Digits that are written already, to click in place of drawing one."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from mnist_core import words
from ui.frame import dataset, incoming, state

if TYPE_CHECKING:
    from torch import Tensor

_JS = (state.COMPONENTS / "samples.js").read_text(encoding="utf-8")
_CSS = (state.COMPONENTS / "samples.css").read_text(encoding="utf-8")


def one_of_each() -> Tensor | None:
    """One image of each digit: torch.uint8 [10, 28, 28], out of the validation images; None while none are ready."""
    splits = dataset.splits_if_ready()
    if splits is None:
        return None
    validation = splits.validation
    firsts = [int((validation.labels == digit).nonzero()[0]) for digit in range(10)]
    return validation.images[firsts]


def row(images: Tensor, key: str, name: str, on_pick: Callable[[int], None]) -> None:
    """Draws a row of digits to click.

    Args:
        images: One of each digit: torch.uint8 [10, 28, 28].
        key: Of the row.
        name: What each is called, before the digit it shows.
        on_pick: Is told the digit that is clicked, before the page is drawn anew.
    """
    component = st.components.v2.component("samples", html='<div class="row">\n</div>', css=_CSS, js=_JS)
    greys = [base64.b64encode(image.numpy().tobytes()).decode() for image in images]
    component(
        key=incoming.ask(key, picked=incoming.is_whole(0, 9)),
        data={"images": [{"greys": grey, "name": f"{name}: {words.a(digit)}"} for digit, grey in enumerate(greys)]},
        on_picked_change=partial(_pick, key, on_pick),
    )


def _pick(key: str, on_pick: Callable[[int], None]) -> None:
    picked = st.session_state[key].get("picked")
    if picked is not None:
        on_pick(picked)
