"""A photo or scan of a digit, to be read in place of a drawing, and what the reader puts right in how it is read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.handwriting.opening import MOST_BYTES, PhotoUnreadable, open_grey
from mnist_core.handwriting.photo import NONE, Correction, Found, ink_of
from ui.drawing import canvas
from ui.frame import incoming, state
from ui.visitor import store
from ui.visitor.pad import Taken

UPLOAD = "photo_file"
MOST_MEGABYTES = MOST_BYTES // 2**20
# Named one by one, so that a phone offers its camera; HEIC by its endings too, since not every browser knows it.
PICTURES = ("jpeg", "png", "webp", "gif", "bmp", "tiff", "avif", "heic", "heif")
TYPES = (*(f"image/{name}" for name in PICTURES), ".heic", ".heif")
CLOSE = 0.05  # of the photo's longer side: so near to the ink a finger presses that means it
MOST_INK = 0.5  # of a photo; what covers more of it than this is what the digit is written on
_VAIN = "_photo_vain"  # the key of whether the last correction found nothing

_JS = (state.COMPONENTS / "photo.js").read_text(encoding="utf-8")
_CSS = (state.COMPONENTS / "photo.css").read_text(encoding="utf-8")


def upload() -> None:
    """Draws the uploader. A photo just chosen is read in place of the drawing; why one can't be read is said."""
    file = st.file_uploader(
        f"A photo of your own, {MOST_MEGABYTES} MB at most",
        list(TYPES),
        max_upload_size=MOST_MEGABYTES,
        key=UPLOAD,
        on_change=_take,
    )
    taken = None if file is None else _taken(file.getvalue())
    if file is not None and isinstance(taken, str):
        # Named, since a file that the browser refuses afterwards stands beside it and is not told to the server.
        st.warning(f"`{file.name.replace('`', ' ')}`: {taken}", icon=":material/image_not_supported:")
    elif taken is not None and store.visitor().pad.taken is None:
        st.button("Read this photo again", icon=":material/replay:", key="photo_again", on_click=_take)


def _take() -> None:
    """Reads the photo that is chosen, if there is ink on it, until the reader draws or clears or takes it back."""
    file, pad = st.session_state[UPLOAD], canvas.pad_now()
    if file is None:
        pad.put_photo_away()
        return
    taken = _taken(file.getvalue())
    if not isinstance(taken, str):
        pad.read_photo(taken)


def _taken(content: bytes) -> Taken | str:
    """A photo as it is read by itself, or a sentence that says why it can't be."""
    grey = _opened(content)
    if isinstance(grey, str):
        return grey
    found = _found(grey, NONE)
    return found if isinstance(found, str) else Taken(grey, found.drawing)


@st.cache_data(max_entries=4, scope="session", show_spinner=False)  # once a file, not once a rerun
def _opened(content: bytes) -> npt.NDArray[np.uint8] | str:
    """A photo in grey, uint8 [H, W], or a sentence that says why it can't be opened."""
    try:
        return (255 * open_grey(content)).round().astype(np.uint8)
    except PhotoUnreadable as reason:
        return str(reason)


@st.cache_data(max_entries=8, scope="session", show_spinner=False)
def _found(grey: npt.NDArray[np.uint8], correction: Correction) -> Found | str:
    """What is found on a photo in grey, or a sentence that says why nothing is."""
    try:
        return ink_of(grey.astype(np.float32) / np.float32(255), correction)
    except PhotoUnreadable as reason:
        return str(reason)


def found_on(taken: Taken) -> Found:
    """What is found on a photo that can be read, as the reader has corrected it."""
    found = _found(taken.grey, taken.correction or NONE)
    assert not isinstance(found, str), "only what could be read is kept"
    return found


def sample(name: str, grey: npt.NDArray[np.float32]) -> Taken:
    """A photo that the program makes, float32 [H, W] in 0..1; what the reader corrects on it stays for the visit."""
    key = f"_photo_sample_{name}"
    if key not in st.session_state:
        taken = (255 * grey).round().astype(np.uint8)
        st.session_state[key] = Taken(taken, ink_of(taken.astype(np.float32) / np.float32(255)).drawing)
    found: Taken = st.session_state[key]
    return found


def show(html: str, taken: Taken) -> None:
    """Shows the pictures of a photo's way. A press on the first one, the photo, says which ink is the digit.

    Args:
        html: The pictures, from ``photo_way``.
        taken: The photo.
    """
    component = st.components.v2.component("photo", html='<div class="way">\n</div>', css=_CSS, js=_JS)
    at = taken.correction.at if taken.correction else None
    size = found_on(taken).grey.shape
    is_share = incoming.is_decimal(0, 1)
    key = incoming.ask("photo_way", picked=incoming.is_list(is_share, 2, 2))
    component(key=key, data={"html": html, "at": at, "size": size}, on_picked_change=partial(_pick, taken))


def corrections(taken: Taken) -> None:
    """Buttons for what may be wrong with what was found, each a press, one that takes it back, and what was found."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="photo_corrections"):
        for label, icon, change in (("Turn", "rotate_90_degrees_cw", turn), ("Invert", "invert_colors", invert)):
            st.button(label, icon=f":material/{icon}:", key=f"photo_{label.lower()}", on_click=change, args=(taken,))
        st.button("Undo", icon=":material/undo:", key="photo_undo", on_click=taken.undo, disabled=not taken.corrections)
        if st.session_state.pop(_VAIN, False):
            st.caption("Nothing stands out that way.", width="stretch")
        else:
            st.caption(f"Found: {found_on(taken).said}.", width="stretch")


def turn(taken: Taken) -> None:
    """Turns a photo clockwise by a quarter."""
    now = taken.correction or NONE
    # What lies near the top lies near the right side then.
    at = None if now.at is None else (now.at[1], 1 - now.at[0])
    _correct(taken, replace(now, turned=(now.turned + 90) % 360, at=at))


def invert(taken: Taken) -> None:
    """Takes what is bright for ink if it was what is dark, and the other way round."""
    _correct(taken, replace(taken.correction or NONE, inverted=not _is_bright(taken)))


def _is_bright(taken: Taken) -> bool:
    """Whether the ink that is read is bright."""
    bright = _found(taken.grey, replace(taken.correction or NONE, inverted=True))
    return not isinstance(bright, str) and np.array_equal(bright.drawing, taken.drawing)


def _pick(taken: Taken) -> None:
    """Takes the ink that was pressed on for the digit: of the kind that was read, if there is any, dark or bright."""
    at = st.session_state["photo_way"].get("picked")
    if at is None:
        return
    down, across = map(float, at)
    is_bright = _is_bright(taken)
    ways = [replace(taken.correction or NONE, at=(down, across), inverted=way) for way in (is_bright, not is_bright)]
    _correct(taken, min(ways, key=lambda way: _aside(taken, way)))  # the first of two that are as near


def _aside(taken: Taken, correction: Correction) -> float:
    """How far from the place that was pressed on the ink lies that is found by it, in pixels; 0 for nearly there."""
    found = _found(taken.grey, correction)
    if isinstance(found, str) or correction.at is None or found.mask.mean() > MOST_INK:
        return np.inf
    rows, columns = np.nonzero(found.mask)
    down, across = (share * side for share, side in zip(correction.at, found.mask.shape, strict=True))
    far = float(np.hypot(rows + 0.5 - down, columns + 0.5 - across).min())
    return far if far > CLOSE * max(found.mask.shape) else 0.0


def _correct(taken: Taken, correction: Correction) -> None:
    """Reads a photo as the reader says; if there is nothing to read that way, it stays as it was."""
    found = _found(taken.grey, correction)
    if isinstance(found, str):
        st.session_state[_VAIN] = True
    else:
        taken.correct(correction, found.drawing)
