"""What the last page shows again, worked out once for each data set; and what the reader last drew."""

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.lessons import finish
from mnist_core.lessons.finish import Pictures
from ui.drawing import canvas
from ui.drawing.reading import Subject
from ui.frame import dataset, resources

SAMPLE = 3  # is shown to those who have drawn nothing


def pictures() -> Pictures:
    """The pictures for the digits in use."""
    splits = dataset.splits()
    return _pictures(splits.name, len(splits.train), splits)


@st.cache_resource(max_entries=2, show_spinner=False)
def _pictures(name: str, size: int, _splits: Splits) -> Pictures:
    return finish.pictures(_splits, resources.shipped_model())


def last_drawing() -> Subject | None:
    """What the reader drew last, or a sample."""
    return canvas.on_the_pad(SAMPLE)
