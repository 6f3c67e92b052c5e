"""The canvas to draw on, digits to click, and what of all that the network is to read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from mnist_core.figures.images import png_url
from mnist_core.handwriting import CANVAS_SIZE
from ui.drawing import samples
from ui.drawing.reading import Subject, drawn
from ui.frame import incoming, lesson, link, resources, state
from ui.visitor import store
from ui.visitor.pad import Pad

if TYPE_CHECKING:  # the first page has a canvas before torch is there
    from torch import Tensor

BRUSH = 18  # pixels: makes strokes as thick as MNIST's
THINNEST, THICKEST = 8, 30  # pixels

_SEND_JS = (state.COMPONENTS / "send_at_once.js").read_text(encoding="utf-8")


def subject(
    start: int | None = None, *, offers_samples: bool = True, otherwise: Subject | None = None
) -> Subject | None:
    """Draws the canvas with its tools, and says what there is to read.

    All of it is as wide as a phone: the canvas with its buttons beside it, below them what is read and the samples.

    Args:
        start: The sample digit that is read before the reader has drawn anything; none if None.
        offers_samples: Whether there are samples to click.
        otherwise: What is read while there is nothing else; it lies over the canvas as a sample does.

    Returns:
        What is drawn, or the sample or the photo in its place; None while there is nothing.
    """
    lesson.follow_a_turn()
    pad = store.visitor().pad
    if link.is_drawn_already("pad"):
        return _subject(pad, samples.one_of_each(), start) or otherwise
    with st.container(key="pad", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="pad_row"):
            # The canvas comes late; what lies below it is not to move then, under a finger on its way.
            canvas = st.container(width=CANVAS_SIZE, height=CANVAS_SIZE, border=False, key="pad_canvas")
            tools = st.container(key="pad_tools", gap="xsmall")
        note, digits = st.container(), samples.one_of_each()
        if offers_samples:
            _offer(digits)
    with tools:  # the first of them is drawn last: whether there is something to undo is known after the canvas
        buttons = st.container(gap="xsmall")
        with st.popover("Brush", width="stretch"):
            brush = link.whole_slider("Width of the brush", "brush", THINNEST, THICKEST, BRUSH, format="%d pixels")
    with canvas:
        _draw(pad, brush)
    with st.container(key="unseen_sender"):
        st.components.v2.component("send_at_once", js=_SEND_JS)(key="send_at_once")
    with buttons:
        st.button("Undo", key="undo", on_click=_undo, disabled=not pad.can_undo, width="stretch")
        st.button("Clear", key="clear", on_click=_clear, width="stretch")
    found = _subject(pad, digits, start) or otherwise
    with canvas:
        _show_in_its_place(found)
    note.caption(_what_is_read(found, offers_samples))  # always a line, so that the samples do not move
    return found


def _show_in_its_place(found: Subject | None) -> None:
    """A sample or a photo lies over the empty canvas, until a stroke begins: so what is read is always seen there."""
    if found is None or found.source == "canvas":
        return
    picture = png_url(Image.fromarray((found.image * 255).round().byte().numpy()))
    st.html(f'<img class="pad-shown" src="{picture}" alt="{_name(found).capitalize()}, which is read now">')


def _name(found: Subject) -> str:
    return f"the sample {found.label}" if found.source == "sample" else "your photo"


def _what_is_read(found: Subject | None, offers_samples: bool) -> str:
    if found is None:
        return "Draw a digit here, or click one below." if offers_samples else "Draw a digit here."
    if found.source == "canvas":
        return "Read now: your drawing."
    return f"Read now: {_name(found)}. Draw over it to replace it."


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
        width=CANVAS_SIZE,
        height=CANVAS_SIZE,
        drawing_mode="freedraw",
        initial_drawing={"objects": pad.start, "telling": pad.tellings},
        return_image_data=True,
        key=incoming.ask(f"canvas_{pad.version}", drawing=incoming.is_drawing, backgroundFit=lambda fit: fit is None),
    )
    _take_in(pad)


def _take_in(pad: Pad) -> bool:
    """Gives the pad what the canvas sent last; says whether that is new."""
    sent = st.session_state.get(f"canvas_{pad.version}", {}).get("drawing") or {}
    if not sent.get("data"):
        return False
    return pad.receive((sent["raw"] or {}).get("objects", []), incoming.picture_in(sent["data"]))


def pad_now() -> Pad:
    """The visitor's pad, with what was drawn since the page was; for callbacks, which come before it is drawn anew."""
    pad = store.visitor().pad
    _take_in(pad)
    return pad


def on_the_pad(start: int | None = None) -> Subject | None:
    """What there is to read, without a canvas: what ``subject`` says, which stands in another scene or above."""
    return _subject(store.visitor().pad, samples.one_of_each(), start)


def newest(shown: Subject | None) -> Subject | None:
    """What there is to read now, if more was drawn since the page was; else what it shows. For callbacks."""
    pad = store.visitor().pad
    return _subject(pad, None, None) if _take_in(pad) and pad.strokes else shown


def paths(pad: Pad) -> list[dict[str, Any]]:
    """The strokes on the pad as lines to draw once more: pieces of a path, the width of the brush, and where it lies.

    The box is the path's middle, across and down, and its size, in pixels.
    """
    box = ("left", "top", "width", "height")
    return [
        {"path": stroke["path"], "width": stroke["strokeWidth"], "box": [stroke[name] for name in box]}
        for stroke in pad.strokes
        if stroke.keys() >= {"path", "strokeWidth", *box}
    ]


def _undo() -> None:
    pad_now().undo()


def _clear() -> None:
    pad_now().set_aside()


@st.fragment(run_every=1.0)
def _wait_for_samples() -> None:
    """Until there are digits to click: whoever wakes a server comes before them."""
    if samples.one_of_each() is not None:
        st.rerun()
    st.caption("Some digits to click will stand here in a moment.")


def _offer(digits: Tensor | None) -> None:
    """A row of digits, torch.uint8 [10, 28, 28]; a click reads one in place of the drawing."""
    if digits is None:
        _wait_for_samples()
        return
    samples.row(digits, "samples", "Sample", lambda digit: pad_now().read_sample(digit))


def _subject(pad: Pad, digits: Tensor | None, start: int | None) -> Subject | None:
    if pad.photo is None and pad.picture is None and pad.sample is None and start is None:
        return None
    resources.libraries()
    from mnist_core.handwriting.preprocessing import BlankDrawing, drawing_to_mnist, sample_drawing

    try:
        if pad.photo is not None:
            return Subject(drawing_to_mnist(pad.photo), pad.photo, None, "photo")
        if pad.picture is not None:
            return drawn(_grey(pad.picture))
    except BlankDrawing:
        return None
    sample = start if pad.sample is None else pad.sample
    if digits is None or sample is None:
        return None
    return Subject(digits[sample] / 255, sample_drawing(digits[sample], sample).numpy(), sample, "sample")


def _grey(picture: bytes) -> npt.NDArray[np.uint8]:
    """The canvas, which is black under white ink, as uint8 [280, 280]."""
    return np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
