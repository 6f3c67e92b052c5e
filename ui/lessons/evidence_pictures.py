"""The drawing beside the evidence in it; the browser reads out the pixel that is pointed at."""

import streamlit as st

from mnist_core.figures.evidence import evidence_picture, ink_picture
from mnist_core.figures.signed import largest
from mnist_core.lessons.evidence import Evidence
from ui.frame import state, theme

_JS = (state.COMPONENTS / "evidence.js").read_text(encoding="utf-8")
_CSS = (state.COMPONENTS / "evidence.css").read_text(encoding="utf-8")
_HTML = '<div class="pictures">\n</div><div class="read" aria-live="polite">\n</div>'


def show(found: Evidence, a: int, b: int) -> None:
    """Draws both pictures, and what there is to say of one of their pixels: at first of the one that says most."""
    component = st.components.v2.component("evidence", html=_HTML, css=_CSS, js=_JS)
    component(
        key="evidence",
        data={
            "pictures": [
                {"url": ink_picture(ink=found.ink.numpy()), "name": "What the network sees"},
                {
                    "url": _evidence(found),
                    "name": f"Orange speaks for {a}, blue for {b}",
                },
            ],
            "ink": found.ink.flatten().tolist(),
            "weights": found.weights.flatten().tolist(),
            "strongest": int(found.pixels.abs().argmax()),
            "a": a,
            "b": b,
        },
    )


def still(found: Evidence, a: int, b: int) -> None:
    """The evidence as a picture to look at."""
    st.html(
        f'<img src="{_evidence(found)}" alt="The evidence for {a} against {b}, pixel by pixel" '
        'style="width: 12rem; max-width: 100%; image-rendering: pixelated">'
    )
    st.caption(f"The strongest colour stands for ±{largest(found.pixels):.2f}.")


def _evidence(found: Evidence) -> str:
    return evidence_picture(evidence=found.pixels.numpy(), ink=found.ink.numpy(), theme=theme.current())
