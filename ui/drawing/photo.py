"""A photo or scan of a digit, to be read in place of a drawing."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from mnist_core.handwriting.photo import MOST_BYTES, PhotoUnreadable, ink_on, open_grey
from ui.drawing import canvas
from ui.visitor import store

UPLOAD = "photo_file"
MOST_MEGABYTES = MOST_BYTES // 2**20
# Named one by one: at this list a phone offers its camera, and an iPhone turns its own format into JPEG.
TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/avif")
SHOWN = 130  # pixels: two pictures side by side, on a phone, too


def upload() -> None:
    """Draws the uploader. A photo just chosen is read in place of the drawing; one that can't be read is said to be so.

    Draws also the photo that is being read, and what is left of it once light, paper and table are gone.
    """
    pictures = st.container(horizontal=True)
    file = st.file_uploader(
        f"Or a photo of a digit, on paper or on a board, {MOST_MEGABYTES} MB at most",
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
    if pad.photo is not None:
        if isinstance(found, tuple):
            pictures.image(
                found[0], "Your photo in grey", width=SHOWN, output_format="PNG", alt="The photo you chose, in grey"
            )
        said = "The photo before, which is still read" if isinstance(found, str) else "The ink on it: this is read"
        pictures.image(
            pad.photo,
            said,
            width=SHOWN,
            output_format="PNG",
            alt="The ink of the photo, bright on black",
        )


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
        grey = open_grey(content)
        return (255 * grey).round().astype("uint8"), ink_on(grey)
    except PhotoUnreadable as reason:
        return str(reason)
