"""Drawings that take the width there is, on a phone as on a projector, and say in words what they show."""

import base64
from collections.abc import Iterable
from html import escape
from typing import Literal, NamedTuple

from mnist_core.figures.theme import Theme

MOST = 640  # pixels of the page: the right edge that all drawings share

_SHIFT = {"start": 0, "middle": -50, "end": -100}  # percent of a label's own width


class Label(NamedTuple):
    """A few words on a drawing, in the letters of the page: they keep their size when the drawing is made smaller.

    Attributes:
        x: Where it stands, in units of the drawing.
        y: Its middle, likewise.
        words: What it says.
        anchor: The part of it that stands at x.
        is_bold: Whether it is written strongly.
    """

    x: float
    y: float
    words: str
    anchor: Literal["start", "middle", "end"] = "middle"
    is_bold: bool = False


def drawing(
    *,
    width: float,
    height: float,
    content: str,
    said: str,
    theme: Theme,
    labels: Iterable[Label] = (),
    most: float = MOST,
) -> str:
    """An SVG as an image, with labels over it. Streamlit's ``st.html`` takes out SVG that is not in an image.

    Args:
        width: In units of the drawing.
        height: Likewise.
        content: The SVG's elements, without text: an image can't have the page's font.
        said: For readers who can't see it; the labels are not read out beside it.
        theme: Of the page.
        labels: What is written on it.
        most: How wide it becomes at most, in pixels; on a narrow page it is as wide as the page.

    Returns:
        HTML for ``st.html``.
    """
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}">{content}</svg>'
    )
    data = base64.b64encode(picture.encode()).decode()
    written = "".join(_label(label, width, height) for label in labels)
    return (
        f'<div style="position: relative; max-width: {most:.0f}px; font-size: {theme.size}px; line-height: 1">'
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(said)}" style="display: block; width: 100%">'
        f'<div aria-hidden="true">{written}</div></div>'
    )


def _label(label: Label, width: float, height: float) -> str:
    weight = "; font-weight: 600" if label.is_bold else ""
    return (
        f'<span style="position: absolute; left: {label.x / width:.2%}; top: {label.y / height:.2%}; '
        f'transform: translate({_SHIFT[label.anchor]}%, -50%); white-space: nowrap{weight}">'
        f"{escape(label.words)}</span>"
    )
