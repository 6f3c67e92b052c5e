"""The canvas to draw on, digits to click, and what of all that the network is to read."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import streamlit as st

from ui.frame import dataset, link, state
from ui.visitor import store

if TYPE_CHECKING:
    import numpy.typing as npt
    from torch import Tensor

    from ui.visitor.pad import Pad

SIZE = 280  # pixels: preprocessing.CANVAS_SIZE, which is not imported here because torch is slow to load
BRUSH = 18  # pixels: makes strokes as thick as MNIST's
THINNEST, THICKEST = 8, 30  # pixels

_SEND_JS = (state.COMPONENTS / "send_at_once.js").read_text(encoding="utf-8")
_SAMPLES_JS = (state.COMPONENTS / "samples.js").read_text(encoding="utf-8")
_SAMPLES_CSS = (state.COMPONENTS / "samples.css").read_text(encoding="utf-8")


@dataclass(frozen=True, eq=False)
class Subject:
    """What the network is to read.

    Attributes:
        image: torch.float32 [28, 28] in 0..1, as the network sees it.
        drawing: uint8 [H, W], bright ink on dark: what the image was made of.
        label: The digit it shows, where that is known.
        source: Where it comes from.
    """

    image: Tensor
    drawing: npt.NDArray[np.uint8]
    label: int | None
    source: Literal["canvas", "sample", "photo"]


def subject(start: int | None = None, *, offers_samples: bool = True) -> Subject | None:
    """Draws the canvas with its tools, and says what there is to read.

    Args:
        start: The sample digit that is read before the reader has drawn anything; none if None.
        offers_samples: Whether there are samples to click.

    Returns:
        What is drawn, or the sample or the photo in its place; None while there is nothing.
    """
    pad = store.visitor().pad
    st.markdown("Draw a digit, 0 to 9.")
    # The canvas comes late; what lies below it is not to move then, under a finger on its way.
    canvas = st.container(width=SIZE, height=SIZE, border=False)
    buttons, note = st.container(horizontal=True, width=SIZE), st.container()
    samples = sample_digits()
    with st.container(key="pad_tools"):  # on a phone, the theme puts what is in another column before them
        with st.container(width=SIZE):
            brush = link.whole_slider("Width of the brush", "brush", THINNEST, THICKEST, BRUSH, format="%d pixels")
        if offers_samples:
            _offer(samples)
    with canvas:
        _draw(pad, brush)
    with st.container(key="unseen_sender"):
        st.components.v2.component("send_at_once", js=_SEND_JS)(key="send_at_once")
    with buttons:
        st.button("Undo", key="undo", icon=":material/undo:", on_click=_undo, disabled=not pad.can_undo)
        st.button("Clear", key="clear", icon=":material/delete:", on_click=_clear)
    found = _subject(pad, samples, start)
    note.caption(_what_is_read(found))  # always a line, so that the samples do not move under the pointer
    return found


def _what_is_read(found: Subject | None) -> str:
    if found is None:
        return "Nothing is drawn yet."
    if found.source == "canvas":
        return "Read now: your drawing."
    what = f"the sample {found.label}" if found.source == "sample" else "your photo"
    return f"Read now: {what}. Draw to replace it."


def _draw(pad: Pad, brush: int) -> None:
    """The canvas itself; what is on it goes to the pad."""
    # Imported here: outside a running app the package raises.
    from streamlit_drawable_canvas import st_canvas

    if state.is_new_place() and pad.strokes:
        pad.move()
    st_canvas(
        stroke_width=brush,
        stroke_color="#FFFFFF",
        background_color="#000000",
        width=SIZE,
        height=SIZE,
        drawing_mode="freedraw",
        initial_drawing={"objects": pad.start, "telling": pad.tellings},
        return_image_data=True,
        key=f"canvas_{pad.version}",
    )
    _take_in(pad)


def _take_in(pad: Pad) -> bool:
    """Gives the pad what the canvas sent last; says whether that is new."""
    sent = st.session_state.get(f"canvas_{pad.version}", {}).get("drawing") or {}
    if not sent.get("data"):
        return False
    return pad.receive((sent["raw"] or {}).get("objects", []), base64.b64decode(sent["data"].partition(",")[2]))


def pad_now() -> Pad:
    """The visitor's pad, with what was drawn since the page was; for callbacks, which come before it is drawn anew."""
    pad = store.visitor().pad
    _take_in(pad)
    return pad


def newest(shown: Subject | None) -> Subject | None:
    """What there is to read now, if more was drawn since the page was; else what it shows. For callbacks."""
    pad = store.visitor().pad
    return _subject(pad, None, None) if _take_in(pad) and pad.strokes else shown


def _undo() -> None:
    pad_now().undo()


def _clear() -> None:
    pad_now().set_aside()


def sample_digits() -> Tensor | None:
    """One image of each digit: torch.uint8 [10, 28, 28], out of the validation images; None while none are ready."""
    splits = dataset.splits_if_ready()
    if splits is None:
        return None
    validation = splits.validation
    firsts = [int((validation.labels == digit).nonzero()[0]) for digit in range(10)]
    return validation.images[firsts]


def _offer(samples: Tensor | None) -> None:
    """A row of digits, torch.uint8 [10, 28, 28]; a click reads one in place of the drawing."""
    if samples is None:
        st.caption("Some digits to click will stand here in a moment.")
        return
    st.caption("No mouse to hand? Click a digit that is written already.")
    component = st.components.v2.component(
        "samples", html='<div class="row">\n</div>', css=_SAMPLES_CSS, js=_SAMPLES_JS
    )
    greys = [base64.b64encode(image.numpy().tobytes()).decode() for image in samples]
    component(
        key="samples",
        data={"images": [{"greys": grey, "name": f"Sample: a {digit}"} for digit, grey in enumerate(greys)]},
        on_picked_change=_pick,
    )


def _pick() -> None:
    picked = st.session_state["samples"].get("picked")
    if isinstance(picked, int) and 0 <= picked < 10:
        pad_now().read_sample(picked)


def _subject(pad: Pad, samples: Tensor | None, start: int | None) -> Subject | None:
    from mnist_core.handwriting.preprocessing import BlankDrawing, drawing_to_mnist, sample_drawing

    try:
        if pad.photo is not None:
            return Subject(drawing_to_mnist(pad.photo), pad.photo, None, "photo")
        if pad.picture is not None:
            drawing = _grey(pad.picture)
            return Subject(drawing_to_mnist(drawing), drawing, None, "canvas")
    except BlankDrawing:
        return None
    sample = start if pad.sample is None else pad.sample
    if samples is None or sample is None:
        return None
    return Subject(samples[sample] / 255, sample_drawing(samples[sample], sample).numpy(), sample, "sample")


def _grey(picture: bytes) -> npt.NDArray[np.uint8]:
    """The canvas, which is black under white ink, as uint8 [280, 280]."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
