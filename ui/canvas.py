"""The canvas to draw on, and digits to click."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import state

if TYPE_CHECKING:
    import numpy.typing as npt
    from torch import Tensor

SIZE = 280  # pixels: ten for each of MNIST's, and narrow enough for a phone
BRUSH = 18  # pixels: makes strokes as thick as MNIST's

_SAMPLES_JS = (state.COMPONENTS / "samples.js").read_text(encoding="utf-8")
_SAMPLES_CSS = (state.COMPONENTS / "samples.css").read_text(encoding="utf-8")


def draw() -> npt.NDArray[np.uint8]:
    """The canvas.

    Returns:
        What is drawn on it: uint8 [280, 280, 4]; empty before the first stroke.
    """
    # Imported here: outside a running app the package raises.
    from streamlit_drawable_canvas import st_canvas

    result = st_canvas(
        stroke_width=BRUSH,
        stroke_color="#FFFFFF",
        background_color="#000000",
        width=SIZE,
        height=SIZE,
        drawing_mode="freedraw",
        return_image_data=True,
        key=state.canvas_key(),
        on_change=lambda: state.choose_sample(None),
    )
    return np.zeros((SIZE, SIZE, 4), np.uint8) if result.image_data is None else result.image_data


def samples(images: Tensor, names: list[str]) -> None:
    """A row of digits; a click reads one in place of the drawing.

    Args:
        images: torch.uint8 [N, 28, 28].
        names: What each is called, for those who can't see it.
    """
    component = st.components.v2.component(
        "samples", html='<div class="row">\n</div>', css=_SAMPLES_CSS, js=_SAMPLES_JS
    )
    greys = [base64.b64encode(image.numpy().tobytes()).decode() for image in images]
    component(
        key="samples",
        data={"images": [{"greys": grey, "name": name} for grey, name in zip(greys, names, strict=True)]},
        on_picked_change=_pick,
    )


def clear() -> None:
    """Empties the canvas, and no sample is read either."""
    state.choose_sample(None)
    state.empty_canvas()


def _pick() -> None:
    picked = st.session_state["samples"].get("picked")
    if isinstance(picked, int):
        state.choose_sample(picked)
        state.empty_canvas()
