"""A photo or scan of a digit, to be read in place of a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import training_panel

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

UPLOAD = "photo_file"
MOST_MEGABYTES = 10  # photo.MOST_BYTES, which is not imported here because torch is slow to load
# Named one by one: at this list a phone offers its camera, and an iPhone turns its own format into JPEG.
TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif")
SHOWN = 280  # pixels, as wide as the canvas


def upload() -> None:
    """Draws the uploader. A photo just chosen is read in place of the drawing; one that can't be read is said to be so.

    Draws also what is left of the photo that is being read, once light, paper and table are gone.
    """
    file = st.file_uploader(
        "Or a photo of a digit, on paper or on a board",
        list(TYPES),
        max_upload_size=MOST_MEGABYTES,
        key=UPLOAD,
        on_change=_take,
    )
    pad = training_panel.visitor().pad
    caption = "The ink on your photo: this is read"
    if file is not None:
        found = _read(file.getvalue())
        if isinstance(found, str):
            st.warning(found, icon=":material/image_not_supported:")
            caption = "The photo before, which is still read"
        elif pad.photo is None:
            st.button("Read this photo again", icon=":material/replay:", key="photo_again", on_click=_take)
    if pad.photo is not None:
        st.image(pad.photo, caption=caption, width=SHOWN, output_format="PNG")


def _take() -> None:
    """Reads the photo that is chosen, if there is ink on it, until the reader draws or clears."""
    file = st.session_state[UPLOAD]
    if file is not None:
        found = _read(file.getvalue())
        if not isinstance(found, str):
            training_panel.visitor().pad.read_photo(found)


@st.cache_data(max_entries=4, scope="session", show_spinner=False)  # once a file, not once a rerun
def _read(content: bytes) -> npt.NDArray[np.uint8] | str:
    """The ink on a photo, uint8 [H, W], or a sentence that says why there is none."""
    from mnist_core.photo import PhotoUnreadable, to_drawing

    try:
        return to_drawing(content)
    except PhotoUnreadable as reason:
        return str(reason)
