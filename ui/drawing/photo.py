"""A photo or scan of a digit, to be read in place of a drawing."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.handwriting.photo import MOST_BYTES, PhotoUnreadable, read_picture
from ui.drawing import canvas
from ui.visitor import store

UPLOAD = "photo_file"
MOST_MEGABYTES = MOST_BYTES // 2**20
# Named one by one: at this list a phone offers its camera, and an iPhone turns its own format into JPEG.
TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif")


def upload() -> npt.NDArray[np.uint8] | None:
    """Draws the uploader. A photo just chosen is read in place of the drawing; one that can't be read is said to be so.

    Returns:
        The photo in grey, uint8 [H, W], if it is what is read and the reader has not chosen another file since.
    """
    file = st.file_uploader(
        f"A photo of your own, {MOST_MEGABYTES} MB at most",
        list(TYPES),
        max_upload_size=MOST_MEGABYTES,
        key=UPLOAD,
        on_change=_take,
    )
    pad = store.visitor().pad
    found = None if file is None else _read(file.getvalue())
    if file is not None and isinstance(found, str):
        # Named, since a file that the browser refuses afterwards stands beside it and is not told to the server.
        st.warning(f"`{file.name.replace('`', ' ')}`: {found}", icon=":material/image_not_supported:")
    elif found is not None and pad.photo is None:
        st.button("Read this photo again", icon=":material/replay:", key="photo_again", on_click=_take)
    return found[0] if isinstance(found, tuple) and pad.photo is not None else None


def _take() -> None:
    """Reads the photo that is chosen, if there is ink on it, until the reader draws or clears or takes it back."""
    file, pad = st.session_state[UPLOAD], canvas.pad_now()
    if file is None:
        if pad.photo is not None:
            pad.undo()  # so a drawing that the photo took the place of is back
        return
    found = _read(file.getvalue())
    if not isinstance(found, str):
        pad.read_photo(found[1])


@st.cache_data(max_entries=4, scope="session", show_spinner=False)  # once a file, not once a rerun
def _read(content: bytes) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]] | str:
    """A photo in grey and the ink on it, uint8 [H, W] both, or a sentence that says why there is none."""
    try:
        found = read_picture(content)
        return (255 * found.grey).round().astype("uint8"), found.drawing
    except PhotoUnreadable as reason:
        return str(reason)
