"""Drawings that take the width there is, on a phone as on a projector, and say in words what they show."""

import base64
from html import escape


def drawing(*, width: float, height: float, content: str, said: str, scale: float = 1.35) -> str:
    """An SVG as an image. Streamlit's ``st.html`` takes out SVG that is not in an image.

    Args:
        width: In units of the drawing.
        height: Likewise.
        content: The SVG's elements.
        said: For readers who can't see it.
        scale: How many pixels a unit has at most; on a narrow page it has fewer.

    Returns:
        HTML for ``st.html``.
    """
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="sans-serif">{content}</svg>'
    )
    data = base64.b64encode(text.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(said)}" '
        f'style="display: block; width: 100%; max-width: {scale * width:.0f}px">'
    )


def text(x: float, y: float, words: str, *, size: int, colour: str, bold: bool = False, anchor: str = "middle") -> str:
    """A line of text at a place; ``anchor`` is the part of it that stands there: start, middle or end."""
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{weight}>'
        f"{escape(words)}</text>"
    )
