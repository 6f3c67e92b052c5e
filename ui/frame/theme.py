"""The look of the page in force."""

from dataclasses import replace
from typing import Literal

import streamlit as st

from mnist_core.figures.theme import DARK, LARGE, LIGHT, Theme, VegaFigure
from ui.frame import link, state

_SCENES_CSS = (state.COMPONENTS / "scenes.css").read_text(encoding="utf-8")
_ACCESS_CSS = (state.COMPONENTS / "access.css").read_text(encoding="utf-8")
_LARGE_CSS = (state.COMPONENTS / "large.css").read_text(encoding="utf-8")
_TRANSLATED_JS = (state.COMPONENTS / "translated.js").read_text(encoding="utf-8")

# Wide enough for two figures side by side; prose stays as narrow as a book's line.
LAYOUT = """
<style>
[data-testid="stMarkdownContainer"] p, [data-testid="stMarkdownContainer"] li { max-width: 42rem; }
[data-testid="stImage"] img { image-rendering: pixelated; }
[class*="st-key-unseen"] { display: none; }
/* The canvas has buttons of its own above it. Undo and Clear stand below; "Edit" would end the drawing, unexplained. */
[class*="st-key-canvas_"] { overflow: hidden; }
.st-key-pad_row { flex-wrap: nowrap; }
.st-key-pad_canvas { position: relative; }
:has(> .st-key-pad_tools) { width: 4.4rem; flex: none; }
.st-key-pad_tools button { padding: 0.25rem; justify-content: center; }
.st-key-pad_tools [data-testid="stPopoverButton"] [data-testid="stIconMaterial"] { display: none; }
/* What is read in place of a drawing. It takes no stroke, and is gone when one begins. */
[data-testid="stElementContainer"]:has(.pad-shown) { position: absolute; inset: 0; z-index: 20; pointer-events: none; }
.pad-shown { display: block; width: 280px; height: 280px; image-rendering: pixelated; opacity: 0.6; }
/* It would name the kinds of pictures as programs do, "image/jpeg", and be cut off. */
.st-key-photo_file [data-testid="stFileUploaderDropzoneInstructions"] { display: none; }
/* Why the uploader refuses a file stands in it for screen readers only, and in a tooltip, which no finger finds. */
[data-testid="stFileUploader"] [data-testid="stFileChips"]:has([role="alert"]) { max-height: none; }
[data-testid="stFileChip"]:has([role="alert"]) { flex-wrap: wrap; }
[data-testid="stFileChip"] [role="alert"] {
  position: static; clip: auto; height: auto; margin: 0; padding: 0 0.25rem; white-space: normal; font-size: 0.875rem;
  width: 0; min-width: 100%; /* a line of its own, no wider than the file's name above it */
}
/* A phone's own format, HEIC, or a huge file: what to do, beside the refusal. */
.st-key-photo_file [data-testid="stFileChip"] [role="alert"]::after {
  content: " Save the photo as JPEG or PNG and choose that. A screenshot of the photo works, too.";
}
/* What is wrong with a number is said below it: Streamlit says it to screen readers only, and in a tooltip. */
[data-testid="stNumberInputContainer"]:has([role="alert"]) { flex-wrap: wrap; height: auto; }
[data-testid="stNumberInput"] [role="alert"] {
  position: static; clip: auto; flex: 1 1 100%; width: 100%; height: auto; margin: 0; white-space: normal;
  padding: 0 0.25rem; font-size: 0.875rem;
}
/* A finger that moves over a slider scrolls the page. The handle alone takes it, and reaches further than it looks. */
@media (pointer: coarse) {
  [data-testid="stSlider"] [role="group"] > * { pointer-events: none; }
  [data-testid="stSlider"] [role="group"] > * > :has(input) { pointer-events: auto; touch-action: none; }
  [data-testid="stSlider"] [role="group"] > * > :has(input)::before { content: ""; position: absolute; inset: -10px; }
}
.katex-display { padding: 0.3rem 0; }
@media (max-width: 640px) {
  .katex-display { font-size: 0.85em; }
  [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] .st-key-pad) { gap: 0; }
}
</style>
"""

# A dark page is printed turned round; what shows digits, bright on black in both themes, is turned back.
_DARK_ON_PAPER = """
@media print {
  html, body { background: white; }
  [data-testid="stApp"] { filter: invert(1) hue-rotate(180deg); background: black !important; }
  :root { --scenes-paper: black; }
  [data-testid="stImage"] img, [class*="st-key-canvas_"] { filter: invert(1) hue-rotate(180deg); }
}
"""


def apply() -> None:
    """Sets what .streamlit/config.toml can't."""
    is_dark = current().is_dark  # a large look is a copy
    name = "dark" if is_dark else "light"
    paper, ink = st.get_option(f"theme.{name}.backgroundColor"), st.get_option(f"theme.{name}.textColor")
    colours = f":root {{ --scenes-paper: {paper}; --ink: {ink}; --on-primary: {paper}; }}"
    more = _LARGE_CSS if link.shows(link.LARGE) else ""
    turned = _DARK_ON_PAPER if is_dark else ""
    st.html(f"{LAYOUT}<style>{colours}\n{_SCENES_CSS}{_ACCESS_CSS}{turned}{more}</style>")


def bear_translation() -> None:
    """Lets the browser translate the page without breaking it; called once a run, once the page is drawn."""
    with st.container(key="unseen_translated"):
        st.components.v2.component("translated", js=_TRANSLATED_JS)(key="translated")


def current() -> Theme:
    """The look the reader has chosen, and larger letters where the visit is shown large."""
    look = DARK if st.context.theme.type == "dark" else LIGHT
    return replace(look, size=LARGE) if link.shows("large") else look


def show(figure: VegaFigure, *, key: str, description: str, height: Literal["content", "stretch"] = "content") -> None:
    """Draws a figure that changes its data without being drawn anew.

    Args:
        figure: From ``mnist_core.figures``.
        key: Of the place on the page.
        description: What a reader who can't see the figure is told. If it changed with the data, the figure would be
            drawn anew.
        height: ``"stretch"``: as high as the place it stands in, whatever the figure says.
    """
    st.vega_lite_chart(figure.data, figure.spec, key=key, width="stretch", height=height, alt=description)
