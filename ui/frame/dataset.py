"""Which digits are in use, and the sentence that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from ui.frame import link, resources, state

if TYPE_CHECKING:
    from mnist_core.data.dataset import Splits


_MNIST = "MNIST as it was found"
NAMES = {state.MNIST: "MNIST", state.GENERATED: "Generated digits"}


def chooser() -> None:
    """The control for which digits are in use; it counts for all pages."""
    st.session_state.setdefault("dataset", state.wanted_dataset())
    link.buttons(
        "Digits to learn from",
        "dataset",
        NAMES,
        state.MNIST,
        names=NAMES.__getitem__,
        help="MNIST: digits written by people; a network learns from 55,000 of them. Generated digits: drawn by the "
        "program; it learns from 10,000.",
    )


def mention() -> None:
    """Puts the digits in use into the link of a page that has no control for them, unless they are MNIST's.

    The parameter has another name than the control, which Streamlit lets nobody else write.
    """
    if "dataset" not in state.page_controls() and state.wanted_dataset() == state.GENERATED:
        st.query_params["digits"] = "generated"


def splits() -> Splits:
    """The data set in use: the chosen one, or generated digits while MNIST is not there.

    MNIST may arrive while a page is drawn. All of the page has the same digits until it is drawn anew.
    """
    return _mnist() or resources.library().generated()


def _mnist() -> Splits | None:
    """MNIST, if it is the chosen one and was there when the drawing of this page began."""
    if state.wanted_dataset() != state.MNIST:
        return None
    settled = state.settled()
    if _MNIST not in settled:
        settled[_MNIST] = resources.library().mnist()
    return cast("Splits | None", settled[_MNIST])


def splits_if_ready() -> Splits | None:
    """The same without waiting: None while the generated digits are still being drawn."""
    return splits() if _mnist() or resources.library().is_ready else None


def name_in_use() -> str:
    """The name of that data set, without waiting for it."""
    return state.MNIST if _mnist() else state.GENERATED


def is_behind() -> bool:
    """Whether MNIST arrived while this page was drawn with generated digits."""
    return state.wanted_dataset() == state.MNIST != name_in_use() and resources.library().mnist() is not None


def notice(consequence: str) -> None:
    """One sentence while MNIST is wanted and not there, with its progress or a way to try again.

    Args:
        consequence: What that means on this page, after "so".
    """
    library = resources.library()
    library.start()
    if link.is_drawn_already("mnist_notice"):
        return
    if state.wanted_dataset() != state.MNIST or library.mnist():
        return
    if library.mnist_is_loading:
        _loading(consequence)
        return
    with st.container(key="mnist_notice"):
        done, icon = ("saved", "disc_full") if library.disk_refuses else ("downloaded", "cloud_off")
        st.info(f"MNIST can't be {done} here now, so {consequence}.", icon=f":material/{icon}:")
        left, right = st.columns([1, 3], vertical_alignment="center")
        left.button("Try again", key="retry_mnist", icon=":material/refresh:", on_click=library.retry)
        with right.popover("What went wrong", type="tertiary"):
            if library.disk_refuses:
                st.markdown(library.mnist_problem)
            else:
                st.markdown(
                    "No server that offers MNIST could be reached. Is there an internet connection? The details:"
                )
                st.code(library.mnist_problem, language=None, wrap_lines=True)


@st.fragment(run_every=1.0)
def _loading(consequence: str) -> None:
    library = resources.library()
    if not library.mnist_is_loading:
        st.rerun()
    st.progress(
        library.progress,
        text=f"MNIST is on its way. Until it is here, {consequence}.",
    )
