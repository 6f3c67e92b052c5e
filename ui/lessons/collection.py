"""The reader's own test set on the page: a digit is kept by one press, corrected, and taken home or loaded from files.

The digits are the reader's own. They stay through a page switch and a reload, as their networks do, and are never in
the link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, cast
from zlib import crc32

import streamlit as st
from PIL import Image

from mnist_core import words
from mnist_core.data.dataset import Dataset
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.figures.collection import contact_sheet
from mnist_core.figures.images import png_url, sheet
from mnist_core.lessons.collection import (
    MOST,
    MOST_BYTES,
    NotACollection,
    OwnDigit,
    Standing,
    as_dataset,
    from_csv,
    to_csv,
)
from mnist_core.network.checkpoint import learned_from
from mnist_core.network.model import MLP
from ui.drawing.keep import WORD, add, kept
from ui.frame import incoming, resources, state
from ui.studio.take_home import plain
from ui.visitor import known_networks, networks, store

RELABEL, FILES = "own_label", "own_files"  # what keys of widgets begin with
_CHOSEN, _TAKEN, _OUTCOMES = "_own_chosen", "_own_files_taken", "_own_files_outcomes"
MOST_MEGABYTES = MOST_BYTES // 2**20
_UPLOADER = "_own_files_uploader"  # how many have been replaced by an empty one
COLUMNS = 20  # of images in the one picture that the browser gets

_JS = (state.COMPONENTS / "collection_digits.js").read_text(encoding="utf-8")
_CSS = (state.COMPONENTS / "collection_digits.css").read_text(encoding="utf-8")


class Network(NamedTuple):
    """One of the networks that can read: its key, what the page calls it, and itself; no two have the same name."""

    key: str
    name: str
    model: MLP
    learned_from: tuple[str, ...] = ()


def all_networks() -> list[Network]:
    """The visitor's networks and the ready-made one; first the one in use, then the newest."""
    own = [
        Network(
            trained.key,
            f"{trained.short} ({trained.model.config.label})",
            trained.model,
            learned_from(trained.start.card),
        )
        for trained in reversed(known_networks.own())
        if trained.has_learned
    ]
    shipped = resources.shipped_model()
    found = [*own, Network(state.SHIPPED, f"{known_networks.SHIPPED_NAME} ({shipped.config.label})", shipped)]
    return sorted(
        found, key=lambda network: network.key != known_networks.key_in_use()
    )  # which keeps the order otherwise


def reading(network: Network, digits: Dataset) -> Evaluation:
    """What a network makes of some digits."""
    seen = hash((digits.images.numpy().tobytes(), digits.labels.numpy().tobytes()))
    return _reading(networks.owner_of(network.key), network.key, seen, network.model, digits)


@st.cache_resource(max_entries=64, show_spinner=False)
def _reading(owner: str, key: str, seen: int, _model: MLP, _digits: Dataset) -> Evaluation:
    return evaluate(_model, _digits)


def standing(network: Network, digits: Dataset) -> Standing:
    """How a network does on some digits, and on the validation images in use."""
    right = len(digits) - len(reading(network, digits).mistakes)
    elsewhere = networks.validation_of(network.key, network.model).accuracy
    return Standing(network.name, right, len(digits), elsewhere)


def show_sheet(digits: Sequence[OwnDigit], read: Sequence[int]) -> int | None:
    """Draws all digits as buttons, and says which one is chosen: its place, or None.

    Args:
        digits: At least one.
        read: What the network in use read of each.
    """
    chosen = _place_of_chosen(digits)
    picture = sheet(images=as_dataset(digits).images, columns=COLUMNS, factor=1, gap=0)
    tiles = [
        {
            "name": f"Digit {number}: {words.a(digit.label)}, read as {words.a(answer)}",
            "says": f"{digit.label}" if digit.label == answer else f"{digit.label}, read {answer}",
            "wrong": digit.label != answer,
        }
        for number, (digit, answer) in enumerate(zip(digits, read, strict=True), 1)
    ]
    component = st.components.v2.component(
        "own_digits", html='<div class="sheet" role="group" aria-label="Your digits">\n</div>', css=_CSS, js=_JS
    )
    component(
        key=incoming.ask("own_digits", picked=incoming.is_whole(0, MOST - 1)),
        data={"picture": png_url(Image.fromarray(picture)), "columns": COLUMNS, "tiles": tiles, "chosen": chosen},
        on_picked_change=_pick,
    )
    return chosen


def _place_of_chosen(digits: Sequence[OwnDigit]) -> int | None:
    pixels = st.session_state.get(_CHOSEN)
    return next((place for place, digit in enumerate(digits) if digit.pixels == pixels), None)


def _pick() -> None:
    """Chooses the digit just clicked; a second click lets it go."""
    picked = st.session_state["own_digits"].get("picked")
    if picked is not None and picked < len(kept()):
        pixels = kept()[picked].pixels
        st.session_state[_CHOSEN] = None if st.session_state.get(_CHOSEN) == pixels else pixels


def show_corrections(digit: OwnDigit) -> None:
    """Draws what can be done with one digit: another label, or away with it."""
    # Each digit has a list of its own: with one for all, a digit just chosen was called what the browser still showed.
    key = f"{RELABEL}_{crc32(digit.pixels)}_{digit.label}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("It is a", range(10), digit.label, key=key, on_change=_relabel, args=(digit, key), width=110)
        st.button("Remove", key="own_remove", icon=":material/delete:", on_click=_remove, args=(digit,))


def _relabel(digit: OwnDigit, key: str) -> None:
    label = st.session_state[key]
    visitor = store.visitor()
    with visitor.lock:
        visitor.own_digits = [replace(one, label=label) if one == digit else one for one in visitor.own_digits]
    st.session_state.pop(WORD, None)  # it may be of this digit, and said what it was called before


def _remove(digit: OwnDigit) -> None:
    visitor = store.visitor()
    with visitor.lock:
        visitor.own_digits = [one for one in visitor.own_digits if one != digit]
    st.session_state.pop(WORD, None)  # it counts one too many


def remove_all() -> None:
    """Forgets all digits kept, and the files that some came from."""
    visitor = store.visitor()
    with visitor.lock:
        visitor.own_digits = []
    for key in (WORD, _CHOSEN, _TAKEN, _OUTCOMES):
        st.session_state.pop(key, None)
    st.session_state[_UPLOADER] = st.session_state.get(_UPLOADER, 0) + 1


def downloads(digits: Sequence[OwnDigit], answers: Mapping[str, Evaluation]) -> None:
    """Draws the two files to take home. They are made only when someone clicks.

    Args:
        digits: Without any, there is nothing to take.
        answers: What each network made of them, by its name; first the one in use.
    """
    said = {name: evaluation.choices.tolist() for name, evaluation in answers.items()}
    with st.container(horizontal=True):
        for label, make, name, kind, key in (
            ("Table (CSV)", _csv, "my_digits.csv", "text/csv", "own_csv"),
            ("Sheet (PNG)", _sheet, "my_digits.png", "image/png", "own_png"),
        ):
            st.download_button(
                label,
                partial(make, digits, said),
                name,
                kind,
                key=key,
                icon=":material/download:",
                on_click="ignore",
                disabled=not digits,
            )


def _csv(digits: Sequence[OwnDigit], said: Mapping[str, Sequence[int]]) -> str:
    return to_csv(digits, said)


def _sheet(digits: Sequence[OwnDigit], said: Mapping[str, Sequence[int]]) -> bytes:
    name, read = next(iter(said.items()))
    labels = [digit.label for digit in digits]
    right = sum(label == answer for label, answer in zip(labels, read, strict=True))
    title = f"{name}: {right} of {words.how_many(len(digits), 'digit')} read rightly"
    return contact_sheet(images=as_dataset(digits).images, labels=labels, read=read, title=title)


def load_files() -> None:
    """Draws the way back: files of this page, one or a whole class's, become part of the test set."""
    # Under another key it is another uploader, without the files of the set just forgotten.
    key = f"{FILES}_{st.session_state.get(_UPLOADER, 0)}"
    st.file_uploader(
        "Load digits from files, one or several at once",
        "csv",
        accept_multiple_files=True,
        max_upload_size=MOST_MEGABYTES,
        key=key,
        on_change=_take,
        args=(key,),
    )
    for is_good, outcome in cast("list[tuple[bool, str]]", st.session_state.get(_OUTCOMES, [])):
        if is_good:
            st.success(outcome, icon=":material/check_circle:")
        else:
            st.error(outcome, icon=":material/error:")


def _take(key: str) -> None:
    """Adds the digits of the files just chosen, of each once, and notes what came of it."""
    taken: set[str] = st.session_state.setdefault(_TAKEN, set())
    new = [file for file in st.session_state[key] if file.file_id not in taken]
    taken.update(file.file_id for file in new)
    st.session_state[_OUTCOMES] = [_outcome(file.name, file.getvalue()) for file in new]


def _outcome(name: str, content: bytes) -> tuple[bool, str]:
    """Adds the digits of a file; whether that was possible, and a sentence about it."""
    try:
        digits = from_csv(content)
    except NotACollection as error:
        return False, f"{plain(name)} can't be used. {error}"
    added, dropped = add(digits)
    said = f"{plain(name)}: {words.how_many(added, 'digit')} added."
    known = len(digits) - added
    if known:
        said += f" {words.how_many(known, 'digit')} {'was' if known == 1 else 'were'} there already."
    if dropped:
        said += f" There is room for {MOST}, so the {dropped} oldest went."
    return True, said
